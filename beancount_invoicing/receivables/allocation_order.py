"""The order in which an allocation goes through a Book: the same for every as-of date, so it is worked out once for many days."""

from __future__ import annotations

from typing import NamedTuple

from beancount_invoicing.model import ZERO, Book, Day, Invoice, Payment, Transfer
from beancount_invoicing.receivables.allocation_state import moves_claims, payment_key


class AllocationStep(NamedTuple):
    """A document or payment by its place in `documents` or in the Book's payments, or a transfer, on the day on which it counts."""

    date: Day
    document: int | None = None
    payment: int | None = None
    transfer: Transfer | None = None


class AllocationOrder(NamedTuple):
    """A Book's documents, transfers and payments as an allocation looks at them."""

    documents: list[Invoice]
    """Without drafts and voids."""
    direction: list[int]
    """Of each document: 1 if it is a claim, -1 if it gives something back."""
    position: dict[str, int]
    """The place of each number's first document."""
    reverses: list[bool]
    """Of each payment: whether it names only claims of its own direction."""
    payment_keys: list[tuple[object, ...]]
    """The key of each payment in the order of payments."""
    steps: list[AllocationStep]
    """By date. Within a day: invoices, credit notes, transfers between accounts, payments, losses, allocations of money on the
    account, losses taken back, reversals; among equals by their values.
    """


class _Last:
    """The Book that was asked about last: reports of many days, as in Fava, ask about one Book again and again."""

    known: tuple[Book, AllocationOrder] | None = None


def allocation_order(book: Book) -> AllocationOrder:
    """The order of a Book."""
    known = _Last.known
    if known is None or known[0] is not book:
        known = _Last.known = book, _order(book)
    return known[1]


def reverses(payment: Payment, position: dict[str, int], direction: list[int]) -> bool:
    """Whether a payment names only claims of its own direction."""
    directions = {direction[position[name]] for name in (payment.settles or payment.links) if name in position}
    return bool(directions) and directions == {1 if payment.amount > 0 else -1}


def _order(book: Book) -> AllocationOrder:
    documents = [invoice for invoice in book.invoices if not invoice.draft and invoice.kind != "void"]
    direction = [_direction(invoice) for invoice in documents]
    position: dict[str, int] = {}
    for index, invoice in enumerate(documents):
        position.setdefault(invoice.number, index)
    backwards = [reverses(payment, position, direction) for payment in book.payments]
    keys = [payment_key(payment) for payment in book.payments]
    found: list[tuple[tuple[object, ...], AllocationStep]] = []
    for index, invoice in enumerate(documents):
        day, rank = invoice.booked_from, 1 if direction[index] < 0 else 0
        by = (day, rank, invoice.date, invoice.number, invoice.source)
        found.append((by, AllocationStep(day, document=index)))
    for transfer in book.transfers:
        legs = tuple(sorted(payment_key(leg) for leg in transfer.legs))
        rank = 2 if moves_claims(transfer) else 5
        found.append(((transfer.date, rank, legs), AllocationStep(transfer.date, transfer=transfer)))
    for place, payment in enumerate(book.payments):
        is_write_off = payment.means == "write-off"
        rank = (6 if is_write_off else 7) if backwards[place] else (4 if is_write_off else 3)
        found.append(((payment.date, rank, *keys[place][1:]), AllocationStep(payment.date, payment=place)))
    found.sort(key=lambda step: step[0])
    return AllocationOrder(documents, direction, position, backwards, keys, [step for _key, step in found])


def _direction(invoice: Invoice) -> int:
    return -1 if sum([part.amount for part in invoice.instalments], ZERO) < 0 else 1
