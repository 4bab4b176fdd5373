"""Cut-off: what was billed, and what was not, at the end of a day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from beancount_invoicing.model import Book, Dated, T, require_date


def book_at_cutoff(book: Book, as_of: date) -> Book:
    """The Book as billing saw it at the end of `as_of`, for reports: later documents had not billed or given back anything yet.

    The time that a document takes off an account or gives back counts from the document's date on, other time and
    expenses from their own dates. Values of a contract, an item, a tax, a customer or an index count from their own
    dates. Not for billing itself: what a later document has billed must not be billed again.
    """
    require_date(as_of)
    documents = {invoice.number: invoice.booked_from for invoice in book.invoices}
    return replace(
        book,
        invoices=tuple(invoice for invoice in book.invoices if invoice.booked_from <= as_of),
        work=tuple(work for work in book.work if documents.get(work.document, work.date) <= as_of),
        expenses=tuple(expense for expense in book.expenses if expense.date <= as_of),
        contracts=_known(book.contracts, as_of),
        items=_known(book.items, as_of),
        taxes=_known(book.taxes, as_of),
        customers=_known(book.customers, as_of),
        indexes={
            name: tuple(value for value in values if value.date <= as_of) for name, values in book.indexes.items()
        },
    )


def _known(dated_by_code: Mapping[str, Dated[T]], as_of: date) -> dict[str, Dated[T]]:
    """Each with its versions up to `as_of`; with the first one if all are later."""
    return {
        name: dated
        if dated.versions[-1][0] <= as_of
        else Dated(tuple(version for version in dated.versions if version[0] <= as_of) or dated.versions[:1])
        for name, dated in dated_by_code.items()
    }
