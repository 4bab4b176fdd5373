"""What was written off of documents, and its tax."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from beancount_invoicing.documents.search import FoundOrMissing, named_documents
from beancount_invoicing.model import Book
from beancount_invoicing.receivables import BadDebt, NoBadDebt, bad_debt, positions


def bad_debts(
    book: Book, as_of: date, numbers_or_customers: Sequence[str], *, unique_customer: bool = False
) -> FoundOrMissing[BadDebt]:
    """The amounts written off until `as_of` (inclusive) on documents: on these numbers and customers' documents (the
    `unique_customer`, if something is written), or on all. Raises UnknownNumber, UnknownCustomer.
    """
    named = (
        named_documents(book, as_of, numbers_or_customers, unique_customer=unique_customer)
        if numbers_or_customers
        else None
    )
    asked = (
        named.positions
        if named
        else tuple(position for position in positions(book, as_of) if position.invoice.booked_from <= as_of)
    )
    debts, missing = [], []
    for position in asked:
        try:
            debts.append(bad_debt(position))
        except NoBadDebt as error:
            if named and position.invoice.number not in named.named_by_customer:
                missing.append(str(error))
    return FoundOrMissing(tuple(debts), tuple(missing))
