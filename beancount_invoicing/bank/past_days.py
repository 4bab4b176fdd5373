"""What was open on each of several past days, as if some payments were not in the ledger until the day after theirs.

From one day to the next only those documents are worked out again that something of these days is about.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from datetime import date

from beancount_invoicing.bank.customer_accounts import CustomerAccounts
from beancount_invoicing.bank.handed_in import handed_in
from beancount_invoicing.bank.open_documents import ChangedDocuments, Receivables, brought_to, own_copy, receivables
from beancount_invoicing.bank.related_documents import named_numbers
from beancount_invoicing.model import Book, Payment, Source


def receivables_on(book: Book, days: Iterable[date], late: Collection[Source]) -> Iterator[Receivables]:
    """What is open at the end of each day (ascending), and known by then; payments of the entries `late` count from the day after.

    The same as `receivables` of a Book with just those payments, for each day. Each is to be used before the next one is asked for.
    """
    later = sorted((payment for payment in book.payments if payment.entry in late), key=lambda payment: payment.date)
    dates = [payment.date for payment in later]
    early = replace(book, payments=tuple(payment for payment in book.payments if payment.entry not in late))
    accounts = CustomerAccounts(early)
    events = _events(early)
    renamed = {day for dated in book.customers.values() for day, _customer in dated.versions[1:]}
    known: Receivables | None = None
    last = date.min
    added = 0
    for day in days:
        come = later[added : bisect_left(dates, day)]
        added += len(come)
        accounts.add_payments(come)
        if known is None or any(last < since <= day for since in renamed):
            known = own_copy(receivables(replace(early, payments=(*early.payments, *later[:added])), day))
        else:
            since, until = (bisect_right(events, at, key=lambda event: event[0]) for at in (last, day))
            known = brought_to(known, book, day, _changed(accounts, [*events[since:until], *_named(come)], day))
            if any(last < event.date <= day for event in book.events):
                known = known._replace(handed_in=handed_in(book, day))
        last = day
        yield known


_Dated = tuple[date, str, tuple[str, ...]]
"""What happens on a day: to documents, by number, of a customer (main account)."""


def _events(book: Book) -> list[_Dated]:
    """Documents, payments and transfers, in the order of their days."""
    found: list[_Dated] = [
        (invoice.booked_from, invoice.customer.account, (invoice.number,))
        for invoice in book.invoices
        if invoice.customer
    ]
    found += _named(book.payments)
    found += ((transfer.date, leg.customer, ()) for transfer in book.transfers for leg in transfer.legs)
    return sorted(found)


def _named(payments: Iterable[Payment]) -> list[_Dated]:
    return [(payment.date, payment.customer, named_numbers(payment)) for payment in payments]


def _changed(accounts: CustomerAccounts, events: Iterable[_Dated], as_of: date) -> Iterator[ChangedDocuments]:
    """The documents that events are about, and those that have to do with them, as of the end of a day."""
    numbers: defaultdict[str, list[str]] = defaultdict(list)
    for _day, customer, named in events:
        numbers[customer] += named
    for customer, own in numbers.items():
        yield ChangedDocuments(*accounts.allocated_around(customer, own, as_of))
