"""Who owes a document: the customer who was invoiced, or those who took it over; and what was said of it to whom.

A claim is owed by the customer on whose account it stands. A customer who takes it over takes its history with it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date

from beancount_invoicing.model import Book, Event, Invoice, TakenOver
from beancount_invoicing.receivables.allocation import Claim

Events = Mapping[tuple[str, str], tuple[Event, ...]]

_OF_THE_CUSTOMER = frozenset({"hold", "resume", "insolvency", "declared"})
"""What is said of a customer and not of what it owes, where no document is named: it stays with the customer."""


def debtor(book: Book, claim: Claim) -> str:
    """The main account of the customer who owes a claim."""
    return book.accounts[claim.account]


def debtors(book: Book, invoice: Invoice, claims: Iterable[Claim], as_of: date) -> tuple[str, ...]:
    """The main accounts of those who owe a document on `as_of`, who took it over last first; where nothing is open, of who took
    it over last. None of a void number. `claims`: its own, as of that day.
    """
    if invoice.customer is None:
        return ()
    taken = {one.customer: one.date for one in book.taken_over.get(invoice.number, ()) if one.date <= as_of}
    if not taken or invoice.draft:
        return (invoice.customer.account,)
    mains = {debtor(book, one) for one in claims if one.open}
    last = sorted(mains or taken, key=lambda main: (-taken.get(main, date.min).toordinal(), main))
    return tuple(last) if mains else (last[0],)


def events_by_number(book: Book, as_of: date) -> Events:
    """The events up to `as_of` by who owes and number, those of the whole customer among them; (customer, "") has these.

    What was said of a document, or of all that a customer owed, goes along to those who take it over on that day or later.
    """
    numbers: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for event in book.events:
        numbers[event.customer].update(dict.fromkeys(("", *event.numbers)))
    taken = {number: [one for one in those if one.date <= as_of] for number, those in book.taken_over.items()}
    for number, those in taken.items():
        for one in those:
            for customer in (one.customer, *one.former):
                numbers[customer][number] = None
    result: defaultdict[tuple[str, str], list[Event]] = defaultdict(list)
    for event in book.events:
        if event.date > as_of:
            continue
        for number in event.numbers or numbers[event.customer]:
            for customer in _told(event, number, taken.get(number, ())) if taken else (event.customer,):
                result[customer, number].append(event)
    return {key: tuple(those) for key, those in result.items()}


def _told(event: Event, number: str, taken: Iterable[TakenOver]) -> Iterable[str]:
    """Whose the event is, as one of a document: of the customer that it is about, and of who takes the document over later."""
    whole = not event.numbers
    if number == "" or (whole and event.event in _OF_THE_CUSTOMER):
        return (event.customer,)
    since = min((one.date for one in taken if one.customer == event.customer), default=date.min)
    if whole and event.date < since and not any(event.customer in one.former for one in taken if one.date < since):
        return ()  # it did not owe that yet
    later = (one.customer for one in taken if one.date >= event.date and _follows(one, event.customer, taken))
    return dict.fromkeys((event.customer, *later))


def _follows(one: TakenOver, customer: str, taken: Iterable[TakenOver]) -> bool:
    """Whether somebody has a document from a customer, straight or through others."""
    before = {customer}
    for other in taken:  # by date
        if before & set(other.former):
            before.add(other.customer)
    return one.customer in before - {customer}


def events_of(events: Events, customer: str, number: str) -> tuple[Event, ...]:
    """What `events_by_number` has of a document of a customer who owes it."""
    return events.get((customer, number), events.get((customer, ""), ()))
