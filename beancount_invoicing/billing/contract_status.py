"""The state of each contract on a day: price, billed amount, next billing, end or renewal."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from beancount_invoicing.billing import fixed, subscriptions, time_and_expenses
from beancount_invoicing.billing.cutoff import book_at_cutoff
from beancount_invoicing.billing.prices import price_at
from beancount_invoicing.billing.unbilled import (
    AlreadyBilled,
    ContractFilter,
    UnbilledLine,
    already_billed,
    currency_of,
    customer_passes,
    unbilled_lines,
    wanted_contracts,
)
from beancount_invoicing.messages import _
from beancount_invoicing.model import ZERO, Book, CalculationStep, Contract, Dated
from beancount_invoicing.rules import currencies, periods


class ContractStatus(NamedTuple):
    """A contract on a day. What is not known is None."""

    contract: Contract
    name: str
    customer: str
    currency: str
    price: Decimal | None
    """The unit price in force, as revised by its index; for a fixed price, the total, change orders included."""
    with_tax: bool
    billed: Decimal
    """What its documents bill, without tax, deposits and expenses."""
    unbilled: Decimal
    """What may be billed by then, without tax and deposits."""
    unbilled_price: Decimal | None
    """What is left of a fixed price, or of a cap, after what was billed."""
    next_due: date | None
    """When it may be billed next."""
    ends: date | None
    """The last day of the contract, or of its current term."""
    notice_by: date | None
    """The last day on which notice keeps it from renewing itself."""
    steps: tuple[CalculationStep, ...]
    """How the price was worked out."""
    change_orders: tuple[fixed.ChangeOrder, ...] = ()
    """The change orders of a fixed price that are agreed by then, oldest first."""

    prepaid: Decimal = ZERO
    """How much of its deposits, without tax, is not deducted yet."""

    @property
    def change_orders_total(self) -> Decimal | None:
        """The total of its change orders; None if it has no fixed price."""
        return sum((order.amount for order in self.change_orders), ZERO) if self.contract.mode == "fixed" else None


def contract_statuses(book: Book, as_of: date, contract_filter: ContractFilter) -> list[ContractStatus]:
    """The requested contracts, by code, as of `as_of`; those that begin later as of their first day.

    Later documents are ignored.
    """
    then = book_at_cutoff(book, as_of)
    billed = already_billed(then)
    deposits = fixed.deposits_left(then.invoices)
    lines: dict[str, list[UnbilledLine]] = {}
    for line in unbilled_lines(then, as_of, contract_filter)[0]:
        lines.setdefault(line.contract.code, []).append(line)
    return [
        _standing(then, dated, as_of, billed, lines.get(dated.first.code, ()), deposits.get(dated.first.code, ()))
        for dated in wanted_contracts(then, contract_filter)
        if customer_passes(then, contract_filter, dated.at(as_of))
    ]


def _standing(
    book: Book,
    dated: Dated[Contract],
    as_of: date,
    billed: AlreadyBilled,
    lines: Sequence[UnbilledLine],
    deposits: Sequence[fixed.DepositLeft],
) -> ContractStatus:
    contract = dated.at(as_of)
    main = book.main_accounts[contract.customer]
    currency = currency_of(book, contract)
    decimals = currencies.currency_decimals(currency)
    try:
        price = price_at(book, dated, max(as_of, contract.start), decimals)
        term = term_end(contract, as_of)
        next_due = _next_due(book, dated, as_of, billed, decimals, lines)
        notice = notice_by(contract, term) if term else None
    except (periods.PeriodError, ArithmeticError):  # checks say what is wrong
        price, term, next_due, notice = None, contract.until, None, None
    item = book.items[contract.item].at(as_of) if contract.item in book.items else None
    net = billed.net_by_contract.get(contract.code, ZERO)
    mode = dated.first.mode
    whole = contract.cap if mode == "time" else contract.price if mode == "fixed" else None
    orders = tuple(order for order in fixed.change_orders(dated) if mode == "fixed" and order.date <= as_of)
    return ContractStatus(
        contract=contract,
        name=contract.text or (item.name if item else contract.code),
        customer=book.customers[main].at(as_of).name,
        currency=currency,
        price=price.value if price else None,
        with_tax=bool(price and price.with_tax),
        billed=net,
        unbilled=sum((line.line.net for line in lines if line.kind not in {"deposit", "expense"}), ZERO),
        unbilled_price=None if whole is None else whole - net,
        next_due=next_due,
        ends=term,
        notice_by=notice,
        steps=(_agreed(dated, orders) if orders else price.steps) if price else (),
        change_orders=orders,
        prepaid=sum((deposit.net for deposit in deposits), ZERO),
    )


def _agreed(dated: Dated[Contract], orders: Sequence[fixed.ChangeOrder]) -> tuple[CalculationStep, ...]:
    """How a fixed price was worked out: as first agreed, then each change order."""
    steps = []
    price = dated.at(orders[0].date).price or ZERO
    price -= orders[0].amount
    for order in orders:
        steps.append(
            CalculationStep(
                _("price"),
                "sum",
                (price, order.amount),
                price + order.amount,
                _("change order of {day}", day=order.date),
            )
        )
        price += order.amount
    return tuple(steps)


def term_end(contract: Contract, day: date) -> date | None:
    """The last day of the term that `day` is in: `until`, moved on by whole renewals if it renews itself. None: no end.

    Terms are counted from the end of the first one, so month ends stay month ends. Raises periods.PeriodError.
    """
    if contract.until is None or not contract.renews:
        return contract.until
    length = periods.parse_length(contract.renews)
    following = contract.until + timedelta(days=1)
    times = 0
    while length.after(following, times) <= day and length.after(following, times).year < 9000:
        times += 1
    return length.after(following, times) - timedelta(days=1)


def notice_by(contract: Contract, term: date) -> date | None:
    """The last day to give notice before a term ends: the notice period before the day after it, less a day. Raises PeriodError."""
    if not (contract.renews and contract.notice):
        return None
    return periods.parse_length(contract.notice).after(term + timedelta(days=1), -1) - timedelta(days=1)


def _next_due(
    book: Book, dated: Dated[Contract], as_of: date, billed: AlreadyBilled, decimals: int, lines: Sequence[UnbilledLine]
) -> date | None:
    """The day on which the contract may be billed next: of what can already be billed, the first; else the next period's or
    milestone's.
    """
    if lines:
        return min(line.line.billable_from for line in lines)
    contract = dated.first
    if contract.mode == "fixed":
        stages = fixed.milestone_amounts(dated, book.milestones.get(contract.code, ()), billed.milestones, decimals)
        days = [
            stage.milestone.date for stage in stages if (contract.code, stage.milestone.name) not in billed.milestones
        ]
        return min((day for day in days if day > as_of), default=None)
    if contract.mode == "subscription":
        horizon = periods.parse_length(contract.every).after(
            min(max(as_of, contract.start), periods.LAST_PERIOD_START), 2
        )
        unbilled = subscriptions.unbilled_periods(book, dated, horizon, billed.days.get(contract.code, []), decimals)
        days = [piece.due for piece in unbilled]
        return min((day for day in days if day > as_of), default=None)
    waits = [
        work.date
        for work in time_and_expenses.unbilled_work(book, date.max)
        if work.account == dated.at(work.date).time and work.billable
    ]
    return min((day for day in waits if day > as_of), default=None)
