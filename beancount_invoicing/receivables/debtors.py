"""Who owes a document: the customer who was invoiced, or those who took it over; and which events apply to whom.

A claim is owed by the customer on whose account it is. A customer who takes it over takes over its history too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date

from beancount_invoicing.model import Book, Event, Invoice, TakenOver
from beancount_invoicing.receivables.allocation import OpenItem

EventsByDebtor = Mapping[tuple[str, str], tuple[Event, ...]]

_OF_THE_CUSTOMER = frozenset({"hold", "resume", "insolvency", "declared"})
"""Events about a customer itself, if no document is named: they stay with that customer."""


def debtor(book: Book, claim: OpenItem) -> str:
    """The main account of the customer who owes a claim."""
    return book.main_accounts[claim.account]


def debtors(book: Book, invoice: Invoice, claims: Iterable[OpenItem], as_of: date) -> tuple[str, ...]:
    """The main accounts of those who owe a document on `as_of`, the last one to take it over first; if nothing is open, of
    those who took it over last. None for a void number. `claims`: those of the document, as of that day.
    """
    if invoice.customer is None:
        return ()
    taken = {over.customer: over.date for over in book.takeovers.get(invoice.number, ()) if over.date <= as_of}
    if not taken or invoice.draft:
        return (invoice.customer.account,)
    mains = {debtor(book, claim) for claim in claims if claim.open}
    last = sorted(mains or taken, key=lambda main: (-taken.get(main, date.min).toordinal(), main))
    return tuple(last) if mains else (last[0],)


def events_by_number(book: Book, as_of: date) -> EventsByDebtor:
    """The events up to `as_of` by debtor and number, those about the whole customer included; (customer, "") has only these.

    Events about a document, or about everything that a customer owed, also apply to those who take it over on that day or later.
    """
    numbers: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for event in book.events:
        numbers[event.customer].update(dict.fromkeys(("", *event.numbers)))
    taken = {number: [over for over in overs if over.date <= as_of] for number, overs in book.takeovers.items()}
    for number, takeovers in taken.items():
        for takeover in takeovers:
            for customer in (takeover.customer, *takeover.former_customers):
                numbers[customer][number] = None
    result: dict[tuple[str, str], list[Event]] = {
        (customer, number): [] for customer, owned in numbers.items() for number in owned
    }  # also those without events
    for event in book.events:
        if event.date > as_of:
            continue
        for number in event.numbers or numbers[event.customer]:
            for customer in _told(event, taken.get(number, ())) if taken else (event.customer,):
                result[customer, number].append(event)
    return {key: tuple(events) for key, events in result.items()}


def _told(event: Event, taken: Iterable[TakenOver]) -> Iterable[str]:
    """Whose the event is, if it is about a document: the customer's it names, and later debtors'."""
    if not event.numbers and event.kind in _OF_THE_CUSTOMER:
        return (event.customer,)
    since = min((over.date for over in taken if over.customer == event.customer), default=date.min)
    if event.date < since and not any(event.customer in over.former_customers for over in taken if over.date < since):
        return ()  # it did not owe that yet
    later = (over.customer for over in taken if over.date >= event.date and _follows(over, event.customer, taken))
    return dict.fromkeys((event.customer, *later))


def _follows(taken_over: TakenOver, customer: str, taken: Iterable[TakenOver]) -> bool:
    """Whether somebody has a document from a customer, directly or through others."""
    before = {customer}
    for other in taken:  # by date
        if before & set(other.former_customers):
            before.add(other.customer)
    return taken_over.customer in before - {customer}


def events_of(events: EventsByDebtor, customer: str, number: str) -> tuple[Event, ...]:
    """The events of `events_by_number` for a document and a customer who owes it."""
    return events.get((customer, number), events.get((customer, ""), ()))
