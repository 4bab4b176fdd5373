"""Finding documents."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from typing import Generic, NamedTuple, TypeVar, get_args

from beancount_invoicing.customer_search import UnknownCustomer, find_customer, find_customers
from beancount_invoicing.messages import _
from beancount_invoicing.model import Book
from beancount_invoicing.receivables import Position, Status, positions
from beancount_invoicing.rules import numbering

T = TypeVar("T")
STATUSES: tuple[str, ...] = get_args(Status)


class UnknownNumber(LookupError):
    """There is no document with that number; the message names a similar one."""


class DocumentFilter(NamedTuple):
    """A selection of documents; fields that are not given select all. `since` and `until` are inclusive document dates."""

    statuses: tuple[str, ...] = ()
    customers: tuple[str, ...] = ()
    """Main accounts of the customers invoiced, or of those who owe it now."""
    since: date | None = None
    until: date | None = None
    amount: Decimal | None = None
    """One of its amounts: net, total, amount to pay or open amount, of all or of one instalment; without its sign."""

    def passes(self, position: Position) -> bool:
        """Whether a document is selected."""
        invoice = position.invoice
        if self.statuses and position.status not in self.statuses:
            return False
        if self.customers:
            whose = (*position.debtors, *([invoice.customer] if invoice.customer else ()))
            if not any(customer.account in self.customers for customer in whose):
                return False
        if self.amount is not None and abs(self.amount) not in map(abs, _amounts(position)):
            return False
        return not (self.since and invoice.date < self.since) and not (self.until and invoice.date > self.until)


def _amounts(position: Position) -> Iterator[Decimal]:
    """The amounts by which a person may look for a document."""
    invoice = position.invoice
    yield from (invoice.net, invoice.total, invoice.payable, *(instalment.amount for instalment in invoice.instalments))
    yield from (
        amount for amount in (position.open, *(instalment.open for instalment in position.instalments)) if amount
    )


def select_documents(book: Book, as_of: date, document_filter: DocumentFilter) -> tuple[Position, ...]:
    """The documents in the books on `as_of` (inclusive) that pass the filter."""
    return tuple(position for position in positions(book, as_of) if document_filter.passes(position))


def find_documents(book: Book, as_of: date, numbers: Iterable[str]) -> tuple[Position, ...]:
    """The documents of these numbers, in this order. Raises UnknownNumber."""
    return tuple(map(document_finder(book, as_of), numbers))


def document_finder(book: Book, as_of: date) -> Callable[[str], Position]:
    """A function that returns the document of a number in the books on `as_of` (inclusive).

    The end of a number is enough if only one number ends like that (`rules.numbering.ends_with`). It raises UnknownNumber.
    """
    known: dict[str, Position] = {}
    for position in positions(book, as_of):
        known.setdefault(position.invoice.number, position)

    def found(number: str) -> Position:
        if number in known:
            return known[number]
        if later := book.invoice(number):
            raise UnknownNumber(
                _("{number} is dated {day}, after {other_day}", number=number, day=later.booked_from, other_day=as_of)
            )
        ends = [other for other in known if numbering.ends_with(other, number)]
        if len(ends) == 1:
            return known[ends[0]]
        if ends:
            raise UnknownNumber(_("{number} can be {ends}: say which one", number=number, ends=", ".join(sorted(ends))))
        if later := next((invoice for invoice in book.invoices if numbering.ends_with(invoice.number, number)), None):
            raise UnknownNumber(
                _(
                    "{number} is dated {day}, after {other_day}",
                    number=later.number,
                    day=later.booked_from,
                    other_day=as_of,
                )
            )
        near = get_close_matches(number, sorted(known), cutoff=0.6)
        raise UnknownNumber(
            _("there is no {number}: did you mean {near}?", number=number, near=near[0])
            if near
            else _("there is no {number}: bean-invoice list shows all documents", number=number)
        )

    return found


class FoundOrMissing(NamedTuple, Generic[T]):
    """The results for the requested documents, and for each named one without a result, the reason."""

    found: tuple[T, ...]
    missing: tuple[str, ...]


class NamedDocuments(NamedTuple):
    """The named documents; `of_customers`: the numbers of those that only their customer's name selected."""

    positions: tuple[Position, ...]
    named_by_customer: frozenset[str]


def named_documents(
    book: Book, as_of: date, numbers_or_customers: Sequence[str], *, unique_customer: bool = False
) -> NamedDocuments:
    """The documents of numbers, and all documents of customers (without void numbers and opening items), each once, in this order.

    A word is a document's number or the end of one, or else a customer (the `unique_customer`, if something is
    written): one who was invoiced a document or owes it now. Raises UnknownNumber, UnknownCustomer.
    """
    by_number = document_finder(book, as_of)
    found: dict[str, Position] = {}
    of_customers: set[str] = set()
    for word in dict.fromkeys(numbers_or_customers):
        try:
            position = by_number(word)
        except UnknownNumber as error:
            try:
                whose = (find_customer(book, word),) if unique_customer else find_customers(book, word)
            except UnknownCustomer:
                if any(sign.isdigit() for sign in word):
                    raise error from None
                raise
            for document in select_documents(book, as_of, DocumentFilter(customers=whose)):
                if document.invoice.has_page and document.invoice.number not in found:
                    found[document.invoice.number] = document
                    of_customers.add(document.invoice.number)
        else:
            found[position.invoice.number] = position
            of_customers.discard(position.invoice.number)
    return NamedDocuments(tuple(found.values()), frozenset(of_customers))
