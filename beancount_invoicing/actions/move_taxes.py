"""The entries that move taxes to the tax account once customers have paid."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path

from beancount_invoicing.loading.loader import Loading
from beancount_invoicing.messages import _
from beancount_invoicing.model import Book
from beancount_invoicing.receivables import MissingTaxEntry, tax_due
from beancount_invoicing.rules.narrations import narration
from beancount_invoicing.writing import text
from beancount_invoicing.writing.changes import Changes, NewDirective, Outcome, WriteOptions, change
from beancount_invoicing.writing.new_documents import InvalidRequest


def move_taxes(
    file: str | Path, as_of: date, since: date | None, until: date | None, write_options: WriteOptions
) -> Outcome:
    """Writes the missing entries of `tax_due` as of a day, one for each month from `since` to `until` (inclusive).
    After that, none is missing. Raises what `change` raises, InvalidRequest.
    """

    def make(loading: Loading) -> Changes:
        book = loading.book
        lacks = tax_due(book, as_of).within(since, until).missing
        new = tuple(NewDirective(entry.date, _rendered(book, entry)) for entry in lacks)
        return Changes(new, message="Tax due on payments")

    return change(file, make, write_options)


def _rendered(book: Book, missing_tax_entry: MissingTaxEntry) -> Callable[[int], str]:
    for line in missing_tax_entry.lines:
        if not line.due_account:
            raise InvalidRequest(
                _(
                    "{account}: {released} {currency} left it without a tax code: first write tax: below those "
                    "postings",
                    account=line.pending.account,
                    released=line.released,
                    currency=line.pending.currency,
                )
            )
        if line.difference and not line.exchange:
            raise InvalidRequest(
                _(
                    "{pending}: {owed} {currency} became due, but {released} was waiting, at the invoices' exchange "
                    'rates: name the account for the difference, custom "invoice-option" "exchange-account" Expenses:…',
                    pending=line.pending.code,
                    owed=line.owed,
                    currency=line.pending.currency,
                    released=line.released,
                )
            )
    return partial(missing_entry, book, missing_tax_entry)


def missing_entry(book: Book, missing_tax_entry: MissingTaxEntry, column: int = text.COLUMN) -> str:
    """The text of a missing entry; without its exchange difference if no account for that is known."""
    legs = []
    for line in missing_tax_entry.lines:
        currency = line.pending.currency
        metadata: text.MetaItems = [("tax", line.pending.code)]
        if line.released:
            legs.append(text.NewPosting(line.pending.account, line.released, currency, metadata))
        if line.owed:
            legs.append(text.NewPosting(line.due_account, -line.owed, currency, metadata))
        if line.difference:
            legs.append(text.NewPosting(line.exchange or "Expenses:Exchange", line.difference, currency))
    day = missing_tax_entry.date
    words = narration(book.books_language(day), "tax-due")
    return text.transaction(day, "*", "", f"{words}, {day:%Y-%m}", legs, column=column)
