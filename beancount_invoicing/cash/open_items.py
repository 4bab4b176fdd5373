"""When what is open may come in: promised, announced, collected, in dispute, or as the customer has paid so far."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from beancount_invoicing.cash.announced import announced, approval
from beancount_invoicing.cash.curves import PaymentCurves
from beancount_invoicing.cash.forecast_items import ForecastItem, ItemKind, by_week, on_day, week_ends
from beancount_invoicing.cash.history import OpenAmount, ReceivedAmount
from beancount_invoicing.cash.promised import Promised
from beancount_invoicing.dunning import insolvency
from beancount_invoicing.messages import _
from beancount_invoicing.model import ZERO, Book, Event
from beancount_invoicing.receivables import Allocated, allocate, disputed, positions
from beancount_invoicing.receivables.bank_orders import order_under_way
from beancount_invoicing.receivables.debtors import EventsByDebtor, events_by_number, events_of
from beancount_invoicing.receivables.direct_debit import has_mandate, lead_days, may_be_collected
from beancount_invoicing.receivables.pending_taxes import tax_waiting
from beancount_invoicing.rules import sepa

_Document = tuple[int, str]
"""A document by its `id`, and who owes it."""


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of open amounts on a day."""

    book: Book
    as_of: date
    weeks: int
    curves: PaymentCurves
    events: EventsByDebtor
    contested: dict[_Document, Decimal]
    """What is left of it to take off instalments."""
    promised: Promised
    sent: dict[_Document, Decimal | None]
    """What is left of a payment that was announced; None without an amount."""
    collected: Mapping[tuple[str, int], date]
    came: Mapping[str, date]
    waiting: Mapping[tuple[str, str], Decimal]


def open_items(
    book: Book,
    as_of: date,
    open_amounts: Sequence[OpenAmount],
    received: Sequence[ReceivedAmount],
    curves: PaymentCurves,
    weeks: int,
    allocated: Allocated,
) -> Iterator[ForecastItem]:
    """What is open at the end of `as_of`, in parts by when it is expected. `received`: the money that came by then."""
    events = events_by_number(book, as_of) if book.events else {}
    came: dict[str, date] = {}
    for money in received if any(event.kind == "status" for event in book.events) else ():
        came[money.invoice.number] = max(money.received_on, came.get(money.invoice.number, date.min))
    known = _Known(
        book, as_of, weeks, curves, events, _contested(open_amounts, events), Promised(book, as_of, allocated), {},
        _collected(book, as_of, allocated), came, tax_waiting(book, as_of),
    )  # fmt: skip
    for item in open_amounts:
        waits, payable = known.waiting.get((item.invoice.number, item.invoice.currency)), item.invoice.payable
        tax_share = waits / payable if waits and payable > 0 else ZERO
        due = item.instalment.due_at(as_of)
        for kind, amount, shares, because in _parts(item, due, known):
            yield ForecastItem(
                kind, item.invoice.number, item.customer, item.invoice.currency, amount, due, shares, tax_share,
                item.invoice.source, because,
            )  # fmt: skip


_Part = tuple[ItemKind, Decimal, tuple[Decimal, ...], str]


def _parts(item: OpenAmount, due: date | None, known: _Known) -> Iterator[_Part]:
    number, as_of, weeks = item.invoice.number, known.as_of, known.weeks
    own = events_of(known.events, item.customer, number)
    left, nothing = item.open, (ZERO,) * weeks
    if insolvency(own) or due is None:
        yield "not expected", left, nothing, _("insolvency") if due else _("no due date yet")
        return
    document = id(item.invoice), item.customer
    if held := min(known.contested.get(document, ZERO), left):
        known.contested[document] -= held
        left -= held
        yield "not expected", held, nothing, _("in dispute")
    for kind, amount, day, because in _told(item, own, left, known):
        left -= amount
        yield kind, amount, on_day(day, as_of, weeks), because
    if not left:
        return
    handed_in = known.collected.get((number, item.instalment.index))
    if collection := handed_in or _collection_day(known.book, item, due, as_of):
        yield "direct debit", left, on_day(collection, as_of, weeks), _("collected on {day}", day=collection)
        return
    cumulative = known.curves.shares(item.customer, (as_of - due).days, week_ends(weeks))
    because = _("as the customer has paid so far")
    if approved := approval(own, number):
        because = _("approved on {day}; as the customer has paid so far", day=approved.date)
    yield "open", left, by_week(cumulative), because


def _told(
    item: OpenAmount, own: Sequence[Event], left: Decimal, known: _Known
) -> Iterator[tuple[ItemKind, Decimal, date, str]]:
    """What the customer says of an amount, with its day: that it has been paid, then that it will be."""
    number, document = item.invoice.number, (id(item.invoice), item.customer)
    if payment := announced(own, number, known.as_of, known.came):
        of_it = known.sent.setdefault(document, payment.amount)
        amount = left if of_it is None else min(left, of_it)
        if of_it is not None:
            known.sent[document] = of_it - amount
        if amount > 0:
            left -= amount
            yield "announced", amount, payment.day, _("payment sent, as told on {day}", day=payment.told.date)
    for day, amount in known.promised.of(item.customer, number, own, left) if left else ():
        yield "promised", amount, day, _("promised until {until}", until=day)


def _contested(open_amounts: Sequence[OpenAmount], events: EventsByDebtor) -> dict[_Document, Decimal]:
    if not events:
        return {}
    of_document: defaultdict[_Document, Decimal] = defaultdict(lambda: ZERO)
    for item in open_amounts:
        of_document[id(item.invoice), item.customer] += item.open
    return {
        (id(item.invoice), item.customer): disputed(
            item.invoice,
            of_document[id(item.invoice), item.customer],
            events_of(events, item.customer, item.invoice.number),
        )
        for item in open_amounts
    }


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
