"""Cash: what is open by due month and age, what was invoiced and received, how quickly customers pay, what will come in."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from beancount_invoicing.cash import (
    AgesOnDay,
    BalanceHistory,
    Forecast,
    ForecastWeek,
    Interval,
    MetricsRow,
    OpenByDueDate,
    ages_over_time,
    forecast,
    metrics,
    open_by_due_date,
    recent,
)
from beancount_invoicing.cash.periods import MONTHS
from beancount_invoicing.fava_ext.query import Query
from beancount_invoicing.model import ZERO, Book, Source
from beancount_invoicing.receivables import Allocated
from beancount_invoicing.rules.currencies import currency_decimals
from beancount_invoicing.rules.steps import end_of_month, plus_months, round_to


class CashFigures(NamedTuple):
    """The figures of all currencies as of a day."""

    as_of: date
    interval: Interval
    currencies: tuple[str, ...]
    """Those of the books first."""
    due: tuple[OpenByDueDate, ...]
    ages: tuple[AgesOnDay, ...]
    periods: tuple[MetricsRow, ...]
    """The rows in the currencies of the documents."""
    forecast: Forecast


class CashPage(NamedTuple):
    """The figures of one currency."""

    figures: CashFigures
    currency: str
    due: tuple[OpenByDueDate, ...]
    ages: tuple[AgesOnDay, ...]
    periods: tuple[MetricsRow, ...]
    weeks: tuple[ForecastWeek, ...]


class PayingPage(NamedTuple):
    """How a customer has paid, by period."""

    interval: Interval
    rows: tuple[MetricsRow, ...]
    """Those of periods in which money came: by currency, then by period."""


class FigureItem(NamedTuple):
    """A document or payment that a figure is the sum of."""

    day: date | None
    account: str
    """Main account of the customer."""
    number: str
    amount: Decimal
    share: Decimal | None
    """Which share of it is expected, in percent; None if all of it counts."""
    because: str
    source: Source | None


class FigureItems(NamedTuple):
    """What a figure is the sum of."""

    figure: str
    begins: date | None
    currency: str
    items: tuple[FigureItem, ...]
    total: Decimal
    """The figure itself."""


ITEM_COLUMNS: Mapping[str, Callable[[FigureItem], Any]] = {
    "day": lambda item: item.day,
    "customer": lambda item: item.account,
    "number": lambda item: item.number,
    "amount": lambda item: item.amount,
}


def interval_of(text: str) -> Interval:
    """Fava's interval, as far as figures are made for it; otherwise months."""
    return "quarter" if text == "quarter" else "year" if text == "year" else "month"


def period_name(begins: date, interval: Interval) -> str:
    """What a month, quarter or year is called, as in Fava's time filter: 2026-07, 2026-Q3, 2026."""
    if interval == "quarter":
        return f"{begins.year}-Q{(begins.month + 2) // 3}"
    return str(begins.year) if interval == "year" else f"{begins:%Y-%m}"


def last_day_of(begins: date, interval: Interval) -> date:
    """The last day of the month, quarter or year that begins on a day."""
    return end_of_month(plus_months(begins, MONTHS[interval] - 1))


def cash_figures(
    book: Book,
    allocated: Allocated,
    balances: BalanceHistory,
    as_of: date,
    interval: Interval,
    customers: Sequence[str] | None,
    currencies: Sequence[str],
) -> CashFigures:
    """The figures as of the end of `as_of` of customers with these main accounts (None: of all); `currencies` come first.

    `allocated` and `balances`: those as of that day.
    """
    if customers is not None and not customers:
        return CashFigures(as_of, interval, (), (), (), (), Forecast(as_of, 0, (), ()))
    wanted, period = customers or (), recent(as_of, interval)
    rows = metrics(book, period, allocated, interval, wanted, balances)
    due = open_by_due_date(as_of, balances.at(as_of, wanted)[1], interval)
    ages = ages_over_time(balances, [part.until for part in period.by(interval)], wanted)
    expected = forecast(book, as_of, allocated, customers=wanted)
    known = {row.currency for row in rows}.union(
        (row.currency for row in due), (row.currency for row in ages), (week.currency for week in expected.weeks)
    )
    return CashFigures(
        as_of,
        interval,
        tuple(sorted(known, key=lambda currency: (currency not in currencies, currency))),
        due,
        ages,
        tuple(row for row in rows if not row.in_books_currency),
        expected,
    )


def cash_page(figures: CashFigures, currency: str) -> CashPage:
    """The figures of one currency; of the first one if there is no such currency."""
    shown = currency if currency in figures.currencies else next(iter(figures.currencies), "")
    return CashPage(
        figures,
        shown,
        tuple(row for row in figures.due if row.currency == shown),
        tuple(row for row in figures.ages if row.currency == shown),
        tuple(row for row in figures.periods if row.currency == shown),
        tuple(week for week in figures.forecast.weeks if week.currency == shown),
    )


def paying_page(
    book: Book, allocated: Allocated, balances: BalanceHistory, as_of: date, interval: Interval, account: str
) -> PayingPage:
    """How the customer with this main account has paid, as of the end of `as_of`."""
    rows = metrics(book, recent(as_of, interval), allocated, interval, (account,), balances)
    paid = [row for row in rows if row.inputs.received and not row.in_books_currency]
    return PayingPage(interval, tuple(sorted(paid, key=lambda row: (row.currency, row.period))))


def other_movements(row: MetricsRow) -> Decimal:
    """What else changed what is owed in a period: credits and money that no document has used, discounts, losses, interest."""
    inputs = row.inputs
    return inputs.receivables - inputs.opening - inputs.sales + inputs.received


def figure_items(page: CashPage, query: Query) -> FigureItems:
    """What the figure that the query names is the sum of; nothing if there is no such figure."""
    begins = date.fromisoformat(query.begins) if query.begins else None
    make = {"due": _due, "invoiced": _invoiced, "received": _received, "expected": _expected}[query.figure]
    items, total = make(page, begins)
    if query.customer:
        items = [item for item in items if item.account == query.customer]
        total = sum((item.amount for item in items), ZERO)
    return FigureItems(query.figure, begins, page.currency, tuple(items), total)


_Found = tuple[list[FigureItem], Decimal]


def _due(page: CashPage, begins: date | None) -> _Found:
    rows = [row for row in page.due if row.begins == begins]
    items = [
        FigureItem(
            item.instalment.due_at(page.figures.as_of), item.customer, item.invoice.number, item.open, None, "",
            item.invoice.source,
        )
        for row in rows
        for item in row.items
    ]  # fmt: skip
    return items, sum((row.total for row in rows), ZERO)


def _invoiced(page: CashPage, begins: date | None) -> _Found:
    rows = [row for row in page.periods if row.period.since == begins]
    items = [
        FigureItem(sale.date, sale.customer, sale.invoice.number, sale.amount, None, "", sale.invoice.source)
        for row in rows
        for sale in row.sales
    ]
    return items, sum((row.inputs.sales for row in rows), ZERO)


def _received(page: CashPage, begins: date | None) -> _Found:
    rows = [row for row in page.periods if row.period.since == begins]
    items = [
        FigureItem(money.received_on, money.customer, money.invoice.number, money.amount, None, "", money.source)
        for row in rows
        for money in row.received
    ]
    return items, sum((row.inputs.received for row in rows), ZERO)


def _expected(page: CashPage, begins: date | None) -> _Found:
    found = page.figures.forecast
    place = next((place for place, week in enumerate(page.weeks) if week.since == begins), None)
    if place is None:
        return [], ZERO
    week, items = page.weeks[place], []
    for item in found.items:
        if item.currency != page.currency:
            continue
        if not found.is_enough:
            first = date.min if place == 0 else week.since
            if item.due and first <= item.due <= week.until:
                items.append(
                    FigureItem(item.due, item.customer, item.number, item.amount, None, item.because, item.source)
                )
        elif share := item.shares[place]:
            amount = round_to(item.amount * share, currency_decimals(item.currency))
            items.append(
                FigureItem(item.due, item.customer, item.number, amount, share * 100, item.because, item.source)
            )
    return items, week.due if week.expected is None else week.expected
