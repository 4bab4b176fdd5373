"""Closing entries of each month end, written one after the other and read again: nothing is wrong, and all add up to zero."""

from __future__ import annotations

import shutil
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from beancount_invoicing.accounting.closing.accounts import ROLES
from beancount_invoicing.accounting.closing.closing import closing
from beancount_invoicing.accounting.closing.proposals import CLOSING_TAG, KINDS
from beancount_invoicing.actions.accounting import accounting_books
from beancount_invoicing.actions.close import close, unbilled_services
from beancount_invoicing.ledger import LedgerLoader
from beancount_invoicing.model import Book
from beancount_invoicing.writing.changes import WriteOptions
from tests.ledgers import TESTS, month_ends
from tests.sizes import FULL

GOLDEN = TESTS / "golden"
QUICK = ("settlement", "tax-on-payment")
LEDGERS = (
    "bank-match", "billed-after-end", "billed-otherwise", "billed-twice", "credit-note-abroad", "deposit-goods", "deposit-left",
    "documents", "exchange", "franchise", "limitation", "links-and-dates", "losses", "mentions", "places", "public-buyer",
    "receivables", "taken-back", "tax-currency", "upper-account",
)  # fmt: skip
"""The golden ledgers without an error that have something to close: nothing is written into the others."""
DAYS = tuple(month_ends(date(2025, 12, 1), date(2026, 12, 31)))[:: 1 if FULL else 3]
"""Each month end, or each third with the ends of both years."""


def ready(folder: Path, name: str) -> Path:
    """A copy of a golden ledger with an account for each role, a matrix, and a closing rate at each month end."""
    for file in GOLDEN.glob("*.beancount"):
        shutil.copy(file, folder)
    top = folder / f"{name}.beancount"
    book = accounting_books(LedgerLoader(top)).ledger.book
    top.write_text(f"{top.read_text(encoding='utf-8')}\n{''.join(additions(book))}", encoding="utf-8")
    return top


def additions(book: Book) -> Iterator[str]:
    for role in ROLES:
        yield f'2024-01-01 open Equity:Closing:{role.title()}\n  closing: "{role}"\n'
    yield '2025-01-01 custom "invoice-option" "allowance-matrix" "10% after 1 day; 50% after 60 days"\n'
    for currency in sorted({invoice.currency for invoice in book.invoices} - {book.currency}):
        yield from (f"{day} price {currency} 1.1 {book.currency}\n" for day in DAYS)


@pytest.mark.parametrize("name", [*QUICK, *(pytest.param(name, marks=pytest.mark.slow) for name in LEDGERS)])
def test_written_at_each_month_end_and_read_again_they_add_up_to_zero(tmp_path: Path, name: str) -> None:
    top = ready(tmp_path, name)
    before = accounting_books(LedgerLoader(top))
    wrong = {finding.message for finding in before.ledger.errors}
    written = 0
    for day in DAYS:
        books = accounting_books(LedgerLoader(top))
        services, _left_out = unbilled_services(books.ledger.book, day, day)
        missing = closing(books.general_ledger, books.ledger.book, day, services, KINDS).missing
        if missing:
            close(LedgerLoader(top), day, KINDS, WriteOptions(write=True))
            written += len(missing)
    assert written
    after = accounting_books(LedgerLoader(top))
    assert {finding.message for finding in after.ledger.errors} <= wrong
    sums: defaultdict[str, Decimal] = defaultdict(Decimal)
    entries = [entry for entry in after.general_ledger.entries if CLOSING_TAG in entry.tags]
    for entry in entries:
        for posting in entry.postings:
            sums[posting.account] += posting.weight
    assert len(entries) == 2 * written
    assert not any(sums.values())
