"""Cut-off: what was billed, and what was not, at the end of a day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from beancount_invoicing.model import Book, Dated, T


def cut_off(book: Book, as_of: date) -> Book:
    """The Book as billing saw it at the end of `as_of`, for reports: later documents had billed, and given back, nothing.

    What a document books out or gives back counts from the document's day on, other time and expenses from their own; an
    amendment of a contract from its date on. Not for what bills: what a later document has billed is not billed again.
    """
    documents = {invoice.number: invoice.since for invoice in book.invoices}
    return replace(
        book,
        invoices=tuple(one for one in book.invoices if one.since <= as_of),
        work=tuple(one for one in book.work if documents.get(one.document, one.date) <= as_of),
        expenses=tuple(one for one in book.expenses if one.date <= as_of),
        contracts={code: _known(dated, as_of) for code, dated in book.contracts.items()},
    )


def _known(dated: Dated[T], as_of: date) -> Dated[T]:
    """The versions up to `as_of`; the first one where all are later."""
    return Dated(tuple(one for one in dated.versions if one[0] <= as_of) or dated.versions[:1])
