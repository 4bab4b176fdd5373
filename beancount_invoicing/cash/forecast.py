"""What will come in, week by week: from what is open, what is promised, and what is to be billed. Counted from past payments."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from beancount_invoicing.billing import book_at_cutoff
from beancount_invoicing.cash.band import spread
from beancount_invoicing.cash.curves import PaymentCurves
from beancount_invoicing.cash.forecast_items import ForecastItem, ItemKind, by_week, on_day, week_ends
from beancount_invoicing.cash.history import OpenAmount, OpenHistory, received_amounts
from beancount_invoicing.cash.observations import ENOUGH_PAYMENTS, PastPayments
from beancount_invoicing.cash.promised import Promised
from beancount_invoicing.cash.replays import WEEKS, Widening, replays, widening
from beancount_invoicing.cash.to_bill import drafts, to_bill
from beancount_invoicing.dunning import insolvency
from beancount_invoicing.messages import _
from beancount_invoicing.model import ZERO, Book
from beancount_invoicing.receivables import Allocated, allocate, disputed, positions
from beancount_invoicing.receivables.bank_orders import order_under_way
from beancount_invoicing.receivables.debtors import events_by_number, events_of
from beancount_invoicing.receivables.direct_debit import has_mandate, lead_days, may_be_collected
from beancount_invoicing.receivables.pending_taxes import pending_tax_by_document
from beancount_invoicing.rules import sepa
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
        *_open_items(book, as_of, open_amounts, curves, weeks, allocated),
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


def _open_items(
    book: Book,
    as_of: date,
    open_amounts: Sequence[OpenAmount],
    curves: PaymentCurves,
    weeks: int,
    allocated: Allocated,
) -> Iterator[ForecastItem]:
    events = events_by_number(book, as_of)
    pending = pending_tax_by_document(book, as_of)
    of_document: defaultdict[tuple[int, str], Decimal] = defaultdict(lambda: ZERO)
    for item in open_amounts:
        of_document[id(item.invoice), item.customer] += item.open
    contested = {
        (id(item.invoice), item.customer): disputed(
            item.invoice,
            of_document[id(item.invoice), item.customer],
            events_of(events, item.customer, item.invoice.number),
        )
        for item in open_amounts
        if events
    }
    collected, promised, ends = _collected(book, as_of, allocated), Promised(book, as_of, allocated), week_ends(weeks)
    for item in open_amounts:
        number, currency = item.invoice.number, item.invoice.currency
        due = item.instalment.due_at(as_of)
        taxes = pending.get(number, {})
        waiting = sum((tax.booked for key, tax in taxes.items() if key.currency == currency), ZERO)
        tax_share = waiting / item.invoice.payable if item.invoice.payable > 0 else ZERO
        own = events_of(events, item.customer, number)

        def part(
            kind: ItemKind, amount: Decimal, shares: tuple[Decimal, ...], because: str,
            item: OpenAmount = item, due: date | None = due, tax_share: Decimal = tax_share,
        ) -> ForecastItem:  # fmt: skip
            return ForecastItem(
                kind, item.invoice.number, item.customer, item.invoice.currency, amount, due, shares, tax_share,
                item.invoice.source, because,
            )  # fmt: skip

        left, nothing = item.open, (ZERO,) * weeks
        held = min(contested.get((id(item.invoice), item.customer), ZERO), left)
        if insolvency(own) or due is None:
            yield part("not expected", left, nothing, _("insolvency") if due else _("no due date yet"))
            continue
        if held:
            contested[id(item.invoice), item.customer] -= held
            left -= held
            yield part("not expected", held, nothing, _("in dispute"))
        for day, amount in promised.of(item.customer, number, own, left):
            left -= amount
            yield part("promised", amount, on_day(day, as_of, weeks), _("promised until {until}", until=day))
        if not left:
            continue
        handed_in = collected.get((number, item.instalment.index))
        if collection := handed_in or _collection_day(book, item, due, as_of):
            yield part("direct debit", left, on_day(collection, as_of, weeks), _("collected on {day}", day=collection))
            continue
        cumulative = curves.shares(item.customer, (as_of - due).days, ends)
        yield part("open", left, by_week(cumulative), _("as the customer has paid so far"))


def _collection_day(book: Book, item: OpenAmount, due: date, as_of: date) -> date | None:
    """The day on which an instalment can be collected that was not handed to the bank yet; None if it cannot."""
    if has_mandate(book.customers[item.customer].at(as_of), as_of) and may_be_collected(book, item.invoice):
        return sepa.collection_day(due, as_of, lead_days(book, as_of))
    return None


def _collected(book: Book, as_of: date, allocated: Allocated) -> dict[tuple[str, int], date]:
    """The day on which the bank collects what was handed in and is not booked yet, by number and instalment."""
    numbers = {
        number for event in book.events if event.kind == "collected" and event.date <= as_of for number in event.numbers
    }
    if not numbers:
        return {}
    at = allocated if allocated.as_of == as_of else allocate(book, as_of)
    found = {}
    for position in positions(book, as_of, at, [invoice for invoice in book.invoices if invoice.number in numbers]):
        for instalment in position.invoice.instalments:
            if order := order_under_way(position, instalment.index):
                found[position.invoice.number, instalment.index] = order.execution_date
    return found


def _weeks(
    items: Sequence[ForecastItem], as_of: date, spans: Iterable[range], deviations: Decimal | None
) -> Iterator[ForecastWeek]:
    """By currency, what is expected in each of some spans of weeks, counted from 0.

    `deviations`: how many standard deviations low and high are away from what is expected; None if too little is known.
    """
    for currency in sorted({item.currency for item in items}):
        own = [item for item in items if item.currency == currency]
        decimals = currency_decimals(currency)
        for span in spans:
            since, until = as_of + timedelta(days=7 * span.start + 1), as_of + timedelta(days=7 * span.stop)
            first = date.min if span.start == 0 else since
            due = sum((item.amount for item in own if item.due and first <= item.due <= until), ZERO)
            if deviations is None:
                yield ForecastWeek(since, until, currency, due, None, None, None, None)
                continue
            shares = [sum(item.shares[span.start : span.stop], ZERO) for item in own]
            expected = spread((item.amount, share) for item, share in zip(own, shares, strict=True))
            low, high = expected.band(deviations)
            tax = sum((item.amount * share * item.tax_share for item, share in zip(own, shares, strict=True)), ZERO)
            amounts = [round_to(amount, decimals) for amount in (low, expected.expected, high, tax)]
            yield ForecastWeek(since, until, currency, due, *amounts)
