"""The entries that move taxes to what is owed once customers have paid."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path

from beancount_invoicing.loading.loader import Loading
from beancount_invoicing.messages import _
from beancount_invoicing.receivables import MissingTaxEntry, tax_due
from beancount_invoicing.writing import text
from beancount_invoicing.writing.changes import Changes, NewDirective, Outcome, WriteOptions, change
from beancount_invoicing.writing.new_documents import InvalidRequest


def move_taxes(
    file: str | Path, as_of: date, since: date | None, until: date | None, write_options: WriteOptions
) -> Outcome:
    """Writes the entries that `tax_due` misses as of a day, of the months from `since` to `until` (inclusive): one for each.

    Once they are written, there is nothing more to do. Raises what `change` raises, InvalidRequest.
    """

    def make(loading: Loading) -> Changes:
        lacks = tax_due(loading.book, as_of).within(since, until).missing
        new = tuple(NewDirective(entry.date, _rendered(entry)) for entry in lacks)
        return Changes(new, message="Tax due on payments")

    return change(file, make, write_options)


def _rendered(missing_tax_entry: MissingTaxEntry) -> Callable[[int], str]:
    for line in missing_tax_entry.lines:
        if not line.due_account:
            raise InvalidRequest(
                _(
                    "{account}: {released} {currency} left without saying of which tax: write tax: below those "
                    "postings first",
                    account=line.pending.account,
                    released=line.released,
                    currency=line.pending.currency,
                )
            )
        if line.difference and not line.exchange:
            raise InvalidRequest(
                _(
                    "{pending}: {owed} {currency} became due, but {released} waited, at the invoices' exchange "
                    'rates: name the account of the difference, custom "invoice-option" "exchange-account" Expenses:…',
                    pending=line.pending.code,
                    owed=line.owed,
                    currency=line.pending.currency,
                    released=line.released,
                )
            )
    return partial(missing_entry, missing_tax_entry)


def missing_entry(missing_tax_entry: MissingTaxEntry, column: int = text.COLUMN) -> str:
    """The text of an entry that is missing; where no account of exchange differences is known, it has none yet."""
    legs = []
    for line in missing_tax_entry.lines:
        currency = line.pending.currency
        said: text.MetaItems = [("tax", line.pending.code)]
        if line.released:
            legs.append(text.NewPosting(line.pending.account, line.released, currency, said))
        if line.owed:
            legs.append(text.NewPosting(line.due_account, -line.owed, currency, said))
        if line.difference:
            legs.append(text.NewPosting(line.exchange or "Expenses:Exchange", line.difference, currency))
    return text.transaction(
        missing_tax_entry.date, "*", "", f"Tax due on payments, {missing_tax_entry.date:%Y-%m}", legs, column=column
    )
