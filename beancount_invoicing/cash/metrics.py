"""How quickly customers pay, in figures: days sales outstanding, days to pay, what is paid late. Counted, never estimated.

Days and percentages have one decimal, rounded half away from zero. The formulae and their sources: docs/cash.md.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal, NamedTuple, TypeVar, get_args

from beancount_invoicing.cash.currencies import books_rate
from beancount_invoicing.cash.history import (
    BalanceHistory,
    OpenAmount,
    ReceivedAmount,
    Sale,
    received_amounts,
    sales,
)
from beancount_invoicing.cash.periods import Period
from beancount_invoicing.messages import _
from beancount_invoicing.model import ZERO, Book, CalculationStep
from beancount_invoicing.receivables import Allocated
from beancount_invoicing.rules.exact import exact
from beancount_invoicing.rules.steps import end_of_month, round_to

T = TypeVar("T")
MetricName = Literal[
    "dso", "dso-count-back", "best-possible-dso", "average-days-delinquent", "collection-effectiveness", "days-to-pay",
    "days-late", "paid-late-by-number", "paid-late-by-amount",
]  # fmt: skip
METRICS: tuple[MetricName, ...] = get_args(MetricName)
PERCENTAGES = frozenset({"collection-effectiveness", "paid-late-by-number", "paid-late-by-amount"})
Grouping = Literal["", "customer", "month", "quarter", "year"]


class Metric(NamedTuple):
    """A figure: days, or percent (PERCENTAGES), with one decimal."""

    name: MetricName
    value: Decimal | None
    """None if it has no meaning; then `reason` says why."""
    steps: tuple[CalculationStep, ...] = ()
    reason: str = ""


class MetricsInputs(NamedTuple):
    """What the figures are counted from, in one currency."""

    opening: Decimal
    """Owed at the end of the day before the period."""
    sales: Decimal
    receivables: Decimal
    """Owed at the end of the period: current + overdue."""
    current: Decimal
    overdue: Decimal
    received: Decimal
    """Money of the period for documents."""
    received_late: Decimal
    """The part of it that came after its due date."""
    paid: int
    """Instalments whose last money came in the period, and of which nothing is open at its end."""
    paid_late: int
    """Those whose last money came after the due date."""


class MetricsRow(NamedTuple):
    """The figures of a customer (or of all, "") in a currency and a period."""

    customer: str
    """Main account; "" for all customers."""
    name: str
    currency: str
    in_books_currency: bool
    """Whether it sums up several currencies, in the books' currency."""
    period: Period
    inputs: MetricsInputs
    metrics: tuple[Metric, ...]
    """In the order of METRICS."""
    sales: tuple[Sale, ...] = ()
    """The sales of the period."""
    open: tuple[OpenAmount, ...] = ()
    """What is open at its end."""
    received: tuple[ReceivedAmount, ...] = ()
    """The money of the period."""

    def metric(self, name: MetricName) -> Metric:
        """One of its figures."""
        return self.metrics[METRICS.index(name)]


@dataclass(slots=True)
class _Facts:
    """What is known of one row; of several currencies, already in the books' currency."""

    opening: Decimal = ZERO
    current: Decimal = ZERO
    overdue: Decimal = ZERO
    sales: Decimal = ZERO
    by_month: defaultdict[date, Decimal] = field(default_factory=lambda: defaultdict(lambda: ZERO))
    """All sales up to the end of the period, by the first day of their month."""
    received: Decimal = ZERO
    received_late: Decimal = ZERO
    amount_days: Decimal = ZERO
    amount_days_late: Decimal = ZERO
    paid: int = 0
    paid_late: int = 0
    listed_sales: list[Sale] = field(default_factory=list)
    listed_open: list[OpenAmount] = field(default_factory=list)
    listed_received: list[ReceivedAmount] = field(default_factory=list)

    def add(self, other: _Facts, rate: Decimal) -> None:
        """Adds what another one says, in another currency."""
        for name in (
            "opening",
            "current",
            "overdue",
            "sales",
            "received",
            "received_late",
            "amount_days",
            "amount_days_late",
        ):
            setattr(self, name, getattr(self, name) + getattr(other, name) * rate)
        for month, amount in other.by_month.items():
            self.by_month[month] += amount * rate
        self.paid += other.paid
        self.paid_late += other.paid_late
        self.listed_sales += other.listed_sales
        self.listed_open += other.listed_open
        self.listed_received += other.listed_received


def metrics(
    book: Book,
    period: Period,
    allocated: Allocated,
    by: Grouping = "",
    customers: Sequence[str] = (),
    balances: BalanceHistory | None = None,
) -> tuple[MetricsRow, ...]:
    """The figures of a period: for all customers together, for each, or for each month, quarter or year; always by currency, and,
    where there are several, also in the books' currency at the ledger's latest prices on the period's last day.

    `customers`: main accounts, for only these; () for all. `allocated`: the allocation of the period's last day, or of a later one.
    `balances`: what is known already. Rows without a sale, a payment or a balance are left out.
    """
    wanted = frozenset(customers)
    all_sales = [sale for sale in sales(book, period.until) if not wanted or sale.customer in wanted]
    received = [
        money for money in received_amounts(book, period.until, allocated) if not wanted or money.customer in wanted
    ]
    parts = [period] if by == "" or by == "customer" else list(period.by(by))
    if not parts:
        return ()
    balances = balances or BalanceHistory(book, allocated)
    sold = _Sold(parts, all_sales, by_customer=by == "customer")
    came = _by_part(parts, received, [money.received_on for money in received])
    rows: list[MetricsRow] = []
    for place, part in enumerate(parts):
        facts = _facts(part, sold, place, came[place], balances, wanted)
        rows += _rows(book, part, facts)
    return tuple(rows)


_RowKey = tuple[str, str]
"""The customer's main account ("" for all), and the currency."""
_Row = Callable[[str, str], _Facts]
"""The facts of the row of a customer and a currency."""


def _by_part(parts: Sequence[Period], items: Sequence[T], days: Sequence[date]) -> list[list[T]]:
    """Which items are in each of some periods that follow on each other, by the day of each item; in their order."""
    found: list[list[T]] = [[] for _part in parts]
    first, last, begins = parts[0].since, parts[-1].until, [part.since for part in parts]
    for item, day in zip(items, days, strict=True):
        if first <= day <= last:
            found[bisect_right(begins, day) - 1].append(item)
    return found


class _Sold:
    """The sales of all rows up to the end of each period."""

    def __init__(self, parts: Sequence[Period], all_sales: Sequence[Sale], *, by_customer: bool) -> None:
        self.by_customer = by_customer
        self.of_part = _by_part(parts, all_sales, [sale.date for sale in all_sales])
        self._months: defaultdict[_RowKey, defaultdict[date, Decimal]] = defaultdict(lambda: defaultdict(lambda: ZERO))
        """What is before the first period; then, what is before the present one."""
        first = parts[0].since
        self._add(sale for sale in all_sales if sale.date < first)

    @exact
    def _add(self, some: Iterable[Sale]) -> None:
        firsts: dict[tuple[int, int], date] = {}
        for sale in some:
            day = sale.date
            month = firsts.get((day.year, day.month))
            if month is None:
                month = firsts[day.year, day.month] = day.replace(day=1)
            self._months[sale.customer if self.by_customer else "", sale.currency][month] += sale.amount

    def by_month(self, place: int) -> Mapping[_RowKey, Mapping[date, Decimal]]:
        """All sales up to the end of a period, by row and by the first day of their month. To be asked for in the order of the
        periods.
        """
        self._add(self.of_part[place])
        return self._months


@exact
def _facts(
    period: Period,
    sold: _Sold,
    place: int,
    received: Iterable[ReceivedAmount],
    balances: BalanceHistory,
    customers: Container[str],
) -> dict[_RowKey, _Facts]:
    """`place`: that of the period among those of `sold`. `received`: the money of the period."""
    found: defaultdict[_RowKey, _Facts] = defaultdict(_Facts)
    by_customer = sold.by_customer

    def row(customer: str, currency: str) -> _Facts:
        return found[customer if by_customer else "", currency]

    for owed in balances.at(period.since - timedelta(days=1), customers)[0]:
        row(owed.customer, owed.currency).opening += owed.current + owed.overdue
    balance, still_open = balances.at(period.until, customers)
    for owed in balance:
        facts = row(owed.customer, owed.currency)
        facts.current += owed.current
        facts.overdue += owed.overdue
    for item in still_open:
        found[item.customer if by_customer else "", item.invoice.currency].listed_open.append(item)
    for key, months in sold.by_month(place).items():
        found[key].by_month.update(months)
    for sale in sold.of_part[place]:
        facts = found[sale.customer if by_customer else "", sale.currency]
        facts.sales += sale.amount
        facts.listed_sales.append(sale)
    _add_received(received, still_open, row)
    return found


def _add_received(received: Iterable[ReceivedAmount], still_open: Iterable[OpenAmount], row: _Row) -> None:
    """Adds the money of the period, and which instalments are paid with it."""
    last: dict[tuple[int, int], ReceivedAmount] = {}
    for money in received:
        key = id(money.invoice), money.instalment.index
        if key not in last or last[key].received_on <= money.received_on:
            last[key] = money
        days_late = money.days_late
        facts = row(money.customer, money.invoice.currency)
        facts.listed_received.append(money)
        facts.received += money.amount
        facts.amount_days += money.amount * money.days_to_pay
        facts.amount_days_late += money.amount * days_late
        facts.received_late += money.amount if days_late > 0 else ZERO
    unpaid = {(id(item.invoice), item.instalment.index) for item in still_open} if last else frozenset()
    for key, money in last.items():
        if key not in unpaid:
            facts = row(money.customer, money.invoice.currency)
            facts.paid += 1
            facts.paid_late += money.days_late > 0


def _rows(book: Book, period: Period, facts: Mapping[_RowKey, _Facts]) -> Iterable[MetricsRow]:
    def name(customer: str) -> str:
        return book.customers[customer].at(period.until).name if customer in book.customers else customer

    of_customer: defaultdict[str, dict[str, _Facts]] = defaultdict(dict)
    for (customer, currency), fact in sorted(facts.items(), key=lambda row: row[0]):
        if _says_something(fact):
            of_customer[customer][currency] = fact
    for customer in sorted(of_customer, key=lambda main: (name(main).casefold(), main)):
        own = of_customer[customer]
        for currency, fact in own.items():
            yield _row(customer, name(customer), currency, period, fact, in_books_currency=False)
        rates = {currency: books_rate(book, currency, period.until) for currency in own}
        if len(own) > 1 and book.currency and all(rates.values()):
            total = _Facts()
            for currency, fact in own.items():
                total.add(fact, rates[currency] or ZERO)
            yield _row(customer, name(customer), book.currency, period, total, in_books_currency=True)


def _says_something(facts: _Facts) -> bool:
    return bool(
        facts.opening
        or facts.current
        or facts.overdue
        or facts.sales
        or facts.received
        or facts.listed_sales
        or facts.paid
    )


def without_rate(book: Book, rows: Iterable[MetricsRow]) -> tuple[str, ...]:
    """The currencies of rows that have no price in the books' currency, so that nothing sums them up; sorted."""
    return tuple(sorted({row.currency for row in rows if books_rate(book, row.currency, row.period.until) is None}))


def _row(
    customer: str, name: str, currency: str, period: Period, facts: _Facts, *, in_books_currency: bool
) -> MetricsRow:
    owed = facts.current + facts.overdue
    inputs = MetricsInputs(
        facts.opening, facts.sales, owed, facts.current, facts.overdue, facts.received, facts.received_late, facts.paid,
        facts.paid_late,
    )  # fmt: skip
    outstanding = _outstanding("dso", owed, facts.sales, period)
    best = _outstanding("best-possible-dso", facts.current, facts.sales, period)
    return MetricsRow(
        customer, name, currency, in_books_currency, period, inputs,
        (
            outstanding,
            _count_back(owed, facts.by_month, period.until),
            best,
            _delinquent(outstanding, best),
            _effectiveness(inputs, period),
            _mean("days-to-pay", facts.amount_days, facts.received),
            _mean("days-late", facts.amount_days_late, facts.received),
            _share("paid-late-by-number", Decimal(facts.paid_late), Decimal(facts.paid), _("nothing was paid in full")),
            _share("paid-late-by-amount", facts.received_late, facts.received, _("no money came")),
        ),
        tuple(facts.listed_sales), tuple(facts.listed_open), tuple(facts.listed_received),
    )  # fmt: skip


def _rounded(name: MetricName, exact_step: CalculationStep, *before: CalculationStep) -> Metric:
    """The result of a step to one decimal, with the steps that lead to it."""
    assert isinstance(exact_step.result, Decimal)
    value = round_to(exact_step.result, 1)
    return Metric(name, value, (*before, exact_step, CalculationStep(name, "rounded", (exact_step.result, 1), value)))


def _share_of(name: MetricName, whole: Decimal, part: Decimal, parts: Decimal, because: str) -> CalculationStep:
    return CalculationStep(name, "share of", (whole, part, parts), whole * part / parts, because)


def _outstanding(name: MetricName, owed: Decimal, sold: Decimal, period: Period) -> Metric:
    """days × receivables / sales."""
    if sold <= 0:
        return Metric(name, None, reason=_("no sales in the period") if sold == 0 else _("more was credited than sold"))
    if owed < 0:
        return Metric(name, None, reason=_("more was paid than is owed"))
    because = _("days × receivables / sales") if name == "dso" else _("days × what is not late / sales")
    return _rounded(name, _share_of(name, Decimal(period.days), owed, sold, because))


def _count_back(owed: Decimal, by_month: Mapping[date, Decimal], until: date) -> Metric:
    """The days of the newest sales that the receivables amount to, month by month."""
    name: MetricName = "dso-count-back"
    if not by_month:
        return Metric(name, None, reason=_("no sales"))
    if owed < 0:
        return Metric(name, None, reason=_("more was paid than is owed"))
    first, month, left = min(by_month), until.replace(day=1), owed
    days: list[Decimal] = []
    before: list[CalculationStep] = []
    while left > 0:
        if month < first:
            return Metric(name, None, reason=_("{amount} is owed from before the first sales", amount=left))
        length = Decimal((min(end_of_month(month), until) - month).days + 1)
        sold = by_month.get(month, ZERO)
        if sold > left:
            before.append(_share_of(name, length, left, sold, _("of the sales since {day}", day=month)))
            days.append(length * left / sold)
        else:
            days.append(length)
        left -= min(sold, left)
        month = (month - timedelta(days=1)).replace(day=1)
    because = _("days of the newest months whose sales are still owed")
    return _rounded(name, CalculationStep(name, "sum", tuple(days), sum(days, ZERO), because), *before)


def _delinquent(outstanding: Metric, best: Metric) -> Metric:
    name: MetricName = "average-days-delinquent"
    if outstanding.value is None or best.value is None:
        return Metric(name, None, reason=outstanding.reason or best.reason)
    days = outstanding.value - best.value
    because = _("days sales outstanding − best possible")
    return Metric(name, days, (CalculationStep(name, "difference", (outstanding.value, best.value), days, because),))


def _effectiveness(inputs: MetricsInputs, period: Period) -> Metric:
    """(opening + monthly sales − receivables) / (opening + monthly sales − current), in percent."""
    name: MetricName = "collection-effectiveness"
    monthly = CalculationStep(
        name, "quotient", (inputs.sales, period.months), inputs.sales / period.months, _("sales of a month")
    )
    month = inputs.sales / period.months
    collected = inputs.opening + month - inputs.receivables
    collectable = inputs.opening + month - inputs.current
    if collectable <= 0 or collected < 0:
        return Metric(name, None, reason=_("what is owed has grown by more than the sales of a month"))
    steps = (
        monthly,
        CalculationStep(name, "difference", (inputs.opening + month, inputs.receivables), collected, _("collected")),
        CalculationStep(name, "difference", (inputs.opening + month, inputs.current), collectable, _("could be collected")),
    )  # fmt: skip
    return _rounded(name, _share_of(name, Decimal(100), collected, collectable, _("collected, in percent")), *steps)


def _mean(name: MetricName, amount_days: Decimal, amount: Decimal) -> Metric:
    if amount <= 0:
        return Metric(name, None, reason=_("no money came"))
    because = (
        _("amounts × days since the document / amounts")
        if name == "days-to-pay"
        else _("amounts × days after the due date / amounts")
    )
    return _rounded(name, CalculationStep(name, "quotient", (amount_days, amount), amount_days / amount, because))


def _share(name: MetricName, part: Decimal, whole: Decimal, reason: str) -> Metric:
    if whole <= 0:
        return Metric(name, None, reason=reason)
    return _rounded(name, _share_of(name, Decimal(100), part, whole, _("paid late, in percent")))
