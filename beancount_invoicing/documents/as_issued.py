"""The amount paid on a document by its own date: its page shows only that."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

from beancount_invoicing.model import ZERO, Book, Invoice
from beancount_invoicing.receivables import allocate


def paid_on_its_date(book: Book) -> Callable[[Invoice], Decimal]:
    """A function that returns how much of a document had been settled by the end of its own date.

    Explicit settlements up to a day never change afterwards, so one allocation serves all documents; if payments are assumed to
    settle the oldest claims, each date has its own.
    """
    if "allocate" in book.options:
        return lambda invoice: settled(book, invoice, invoice.date)
    by_invoice: dict[int, Decimal] = {}
    for allocation in allocate(book, book.last_date).allocations:
        if allocation.date <= allocation.invoice.date:
            by_invoice[id(allocation.invoice)] = by_invoice.get(id(allocation.invoice), ZERO) + allocation.amount
    return lambda invoice: by_invoice.get(id(invoice), ZERO)


def settled(book: Book, invoice: Invoice, as_of: date) -> Decimal:
    """How much of a document had been settled by the end of `as_of`, in its currency."""
    allocations = allocate(book, as_of).allocations
    return sum((allocation.amount for allocation in allocations if allocation.invoice is invoice), ZERO)
