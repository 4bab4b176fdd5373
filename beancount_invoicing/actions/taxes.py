"""The entries that move taxes to what is owed once customers have paid."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path

from beancount_invoicing.actions.billing import CannotBill
from beancount_invoicing.actions.writing import Changes, How, New, Outcome, change
from beancount_invoicing.entries import Loading, text
from beancount_invoicing.receivables import Missing, tax_due


def move_taxes(file: str | Path, as_of: date, since: date | None, until: date | None, how: How) -> Outcome:
    """Writes the entries that `tax_due` misses as of a day, of the months from `since` to `until` (inclusive): one for each.

    Once they are written, there is nothing more to do. Raises what `change` raises, CannotBill.
    """

    def make(loading: Loading) -> Changes:
        lacks = tax_due(loading.book, as_of).within(since, until).missing
        new = tuple(New(one.date, _rendered(one)) for one in lacks)
        return Changes(new, message="Tax due on payments")

    return change(file, make, how)


def _rendered(one: Missing) -> Callable[[int], str]:
    for line in one.lines:
        if not line.owed_on:
            raise CannotBill(
                f"{line.pending.account}: {line.released} {line.pending.currency} left without saying of which tax: write tax:"
                " below those postings first"
            )
        if line.difference and not line.exchange:
            raise CannotBill(
                f"{line.pending.code}: {line.owed} {line.pending.currency} became due, but {line.released} waited, at the"
                " invoices' exchange rates: name the account of the difference, custom"
                ' "invoice-option" "exchange-account" Expenses:…'
            )
    return partial(missing_entry, one)


def missing_entry(one: Missing, column: int = text.COLUMN) -> str:
    """The text of an entry that is missing; where no account of exchange differences is known, it has none yet."""
    legs = []
    for line in one.lines:
        currency = line.pending.currency
        said: text.Meta = [("tax", line.pending.code)]
        if line.released:
            legs.append(text.Leg(line.pending.account, line.released, currency, said))
        if line.owed:
            legs.append(text.Leg(line.owed_on, -line.owed, currency, said))
        if line.difference:
            legs.append(text.Leg(line.exchange or "Expenses:Exchange", line.difference, currency))
    return text.transaction(one.date, "*", "", f"Tax due on payments, {one.date:%Y-%m}", legs, column=column)
