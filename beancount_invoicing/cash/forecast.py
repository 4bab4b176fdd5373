"""What will come in, week by week: from what is open, what is promised, and what is to be billed. Counted from past payments."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from beancount_invoicing.billing import book_at_cutoff
from beancount_invoicing.cash.band import Spread, spread
from beancount_invoicing.cash.curves import PaymentCurves
from beancount_invoicing.cash.forecast_items import ForecastItem
from beancount_invoicing.cash.history import OpenHistory, received_amounts
from beancount_invoicing.cash.observations import ENOUGH_PAYMENTS, PastPayments
from beancount_invoicing.cash.open_items import open_items
from beancount_invoicing.cash.replays import WEEKS, Widening, replays, widening
from beancount_invoicing.cash.to_bill import drafts, to_bill
from beancount_invoicing.model import ZERO, Book
from beancount_invoicing.receivables import Allocated
from beancount_invoicing.rules.currencies import currency_decimals
from beancount_invoicing.rules.steps import round_to


class ForecastWeek(NamedTuple):
    """What is expected from one day to another (both inclusive) in one currency, rounded to its decimals."""

    since: date
    until: date
    currency: str
    due: Decimal
    """What falls due in these days, whether it comes or not; what is late already is in the first week."""
    low: Decimal | None
    expected: Decimal | None
    high: Decimal | None
    """None if too little is known."""
    tax: Decimal | None


class Forecast(NamedTuple):
    """What is expected after a day."""

    as_of: date
    payments: int
    """How many past payments it is counted from."""
    weeks: tuple[ForecastWeek, ...]
    items: tuple[ForecastItem, ...]
    four_weeks: tuple[ForecastWeek, ...] = ()
    """The first four weeks together, in each currency; empty if less is asked for."""
    widening: Widening = Widening()
    """How wide the bands are, and why."""

    @property
    def is_enough(self) -> bool:
        """Whether there are enough payments to foresee anything."""
        return self.payments >= ENOUGH_PAYMENTS


def forecast(
    book: Book, as_of: date, allocated: Allocated, weeks: int = 13, customers: Container[str] = ()
) -> Forecast:
    """What is expected in the `weeks` (1 or more) after `as_of`, which is included in what is known.

    `allocated`: the allocation of `as_of` or a later day. `customers`: main accounts, for what only these will pay; () for all. The
    past payments of all customers count in any case. Expected is the sum of amounts × shares. Low and high are what lies
    between in 8 of 10 cases: as far from it as chance alone makes amounts that come in whole or not at all, each by itself, or
    further, as past forecasts were off.
    """
    history = OpenHistory(book, allocated)
    open_amounts = history.at(as_of)
    received = [money for money in received_amounts(book, as_of, allocated) if money.received_on <= as_of]
    curves = PaymentCurves(PastPayments(book, received).observations(as_of, open_amounts))
    items = (
        *open_items(book, as_of, open_amounts, received, curves, weeks, allocated),
        *drafts(book, as_of, curves, weeks),
        *to_bill(book_at_cutoff(book, as_of), as_of, curves, weeks),
    )
    if customers:
        items = tuple(item for item in items if item.customer in customers)
    found, enough = widening(replays(book, as_of, history, received)), len(received) >= ENOUGH_PAYMENTS
    singly = [range(week, week + 1) for week in range(weeks)]
    together = [range(WEEKS)] if weeks >= WEEKS else []
    return Forecast(
        as_of,
        len(received),
        tuple(_weeks(items, as_of, singly, found.week if enough else None)),
        items,
        tuple(_weeks(items, as_of, together, found.four_weeks if enough else None)),
        found,
    )


def _weeks(
    items: Sequence[ForecastItem], as_of: date, spans: Iterable[range], deviations: Decimal | None
) -> Iterator[ForecastWeek]:
    """By currency, what is expected in each of some spans of weeks, counted from 0.

    `deviations`: how many standard deviations low and high are away from what is expected; None if too little is known.
    """
    for currency in sorted({item.currency for item in items}):
        own = [item for item in items if item.currency == currency]
        decimals, dues = currency_decimals(currency), _dues(own, as_of)
        for span in spans:
            since, until = as_of + timedelta(days=7 * span.start + 1), as_of + timedelta(days=7 * span.stop)
            due = sum((dues[week] for week in span if week in dues), ZERO)
            if deviations is None:
                yield ForecastWeek(since, until, currency, due, None, None, None, None)
                continue
            expected, tax = _expected(own, span)
            low, high = expected.band(deviations)
            amounts = [round_to(amount, decimals) for amount in (low, expected.expected, high, tax)]
            yield ForecastWeek(since, until, currency, due, *amounts)


def _dues(items: Iterable[ForecastItem], as_of: date) -> Mapping[int, Decimal]:
    """What falls due in each week, counted from 0; what is late already in the first one."""
    found: defaultdict[int, Decimal] = defaultdict(lambda: ZERO)
    for item in items:
        if item.due:
            found[max((item.due - as_of).days - 1, 0) // 7] += item.amount
    return found


def _expected(items: Iterable[ForecastItem], span: range) -> tuple[Spread, Decimal]:
    """What is expected in a span of weeks, and the tax that becomes due with it; not rounded."""
    likely, tax = [], ZERO
    for item in items:
        share = item.shares[span.start] if len(span) == 1 else sum(item.shares[span.start : span.stop], ZERO)
        if share:
            likely.append((item.amount, share))
            if item.tax_share:
                tax += item.amount * share * item.tax_share
    return spread(likely), tax
