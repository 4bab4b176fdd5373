"""Bank statements for beangulp, and so for Fava's import page: an importer that uses our readers, and a hook for all
other importers.

Money that is certainly a customer's becomes a complete entry: links, tax that becomes due, fee. Everything else gets
one posting, on the bank account, and is left to the rules of the user's other importers (smart_importer …) or to a
person. beangulp is an extra of this package.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from itertools import chain
from pathlib import Path
from typing import Any

import beangulp  # type: ignore[import-untyped] # it has no types
from beancount.core import flags
from beancount.core.amount import Amount
from beancount.core.data import EMPTY_SET, Posting, Transaction, new_metadata
from beancount.parser import parser

from beancount_invoicing.actions.bank_files import StatementFileError, ledger_account, read_bank_files
from beancount_invoicing.actions.bank_import import booked_lines
from beancount_invoicing.bank.accounts import UnknownBankAccount
from beancount_invoicing.bank.booking import BookedLine
from beancount_invoicing.bank.statement_checks import check_statements
from beancount_invoicing.bank.statements import AccountStatement, Statement, StatementLine
from beancount_invoicing.ledger import LedgerLoader
from beancount_invoicing.model import Book, Source
from beancount_invoicing.statement_files.bank_ids import with_bank_ids
from beancount_invoicing.writing.payment_text import payment_transaction

Extracted = list[tuple[Any, ...]]
"""The argument of a beangulp hook: for each file its name, its entries, and in newer versions its account and importer.
"""


class StatementImporter(beangulp.Importer):  # type: ignore[misc] # beangulp has no types
    """Imports the bank statements that `bank show` can read.

    `ledger`: the top file of the ledger. `account`: that of the statements, if neither their IBAN nor an `invoice-bank`
    gives it.
    """

    def __init__(self, ledger: str | Path, account: str = "") -> None:
        self._ledger = LedgerLoader(Path(ledger))
        self._account = account

    @property
    def name(self) -> str:
        """A name by which Fava and beangulp distinguish several importers."""
        return f"beancount_invoicing {self._account}".strip()

    def identify(self, filepath: str) -> bool:
        """Whether a file is a statement of one of the ledger's accounts."""
        try:
            return bool(self._read(filepath, self._book()))
        except (StatementFileError, UnknownBankAccount):
            return False

    def account(self, filepath: str) -> str:
        """The ledger's account of the file's first statement."""
        return self._read(filepath, self._book())[0].account

    def date(self, filepath: str) -> date | None:
        """The last day that its statements cover."""
        days = [read.statement.until for read in self._read(filepath, self._book()) if read.statement.until]
        return max(days, default=None)

    def extract(self, filepath: str, existing: Sequence[Any]) -> list[Transaction]:
        """The entries for lines that are not in the ledger. Raises StatementFileError if a statement does not add up."""
        del existing  # the ledger itself is read, with its options
        loading = self._ledger.load(fresh=False)
        statements = self._read(filepath, loading.book)
        for finding in check_statements([read.statement for read in statements]):
            if finding.severity == "error":
                raise StatementFileError(finding.source.file, finding.source.line, finding.message)
        return [_entry(line) for line in booked_lines(loading, statements) if line.known is None]

    def deduplicate(self, entries: list[Any], existing: Sequence[Any]) -> None:
        """Does nothing: lines that the ledger already has were left out by their identifiers, or recognised."""

    def _book(self) -> Book:
        return self._ledger.load(fresh=False).book

    def _read(self, filepath: str, book: Book) -> list[AccountStatement]:
        return [
            AccountStatement(ledger_account(book, statement, described, self._account), statement)
            for statement, described in read_bank_files(book, [Path(filepath)], self._account)
        ]


def link_payments(ledger: str | Path) -> Callable[[Extracted, Sequence[Any]], Extracted]:
    """A hook for beangulp and Fava: entries of other importers that are certainly a customer's money become complete
    entries.

    It looks at transactions with one posting, on an account that an `invoice-bank` names or that payments came to. All
    others, and uncertain ones, stay as they were extracted.
    """
    loader = LedgerLoader(Path(ledger))

    def hook(extracted_entries_list: Extracted, ledger_entries: Sequence[Any]) -> Extracted:
        del ledger_entries
        loading = loader.load(fresh=False)
        accounts = {*loading.book.bank_accounts, *loading.book.bank_days}
        found = [
            entry
            for entry in chain.from_iterable(file[1] for file in extracted_entries_list)
            if isinstance(entry, Transaction) and _is_one_legged(entry, accounts)
        ]
        statements = [_as_statement(account, found) for account in sorted(accounts)]
        lines = booked_lines(loading, [AccountStatement(account, read) for account, read in statements if read.lines])
        booked = {
            line.proposal.line.source.line: _entry(line) for line in lines if line.is_booked and line.known is None
        }
        whole = {id(entry): booked[place] for place, entry in enumerate(found, 1) if place in booked}
        return [
            (name, [whole.get(id(entry), entry) for entry in entries], *rest)
            for name, entries, *rest in extracted_entries_list
        ]

    return hook


def _is_one_legged(entry: Transaction, accounts: set[str]) -> bool:
    return len(entry.postings) == 1 and entry.postings[0].account in accounts and entry.postings[0].units is not None


def _as_statement(account: str, entries: Sequence[Transaction]) -> tuple[str, Statement]:
    """The entries on an account as lines of a statement, whose places in `entries`, from 1, are their lines."""
    lines = []
    for place, entry in enumerate(entries, 1):
        units = entry.postings[0].units
        if entry.postings[0].account == account and units is not None and units.number is not None:
            identifier = str(entry.meta.get("bank-id", ""))
            lines.append(
                StatementLine(
                    identifier, entry.date, units.number, units.currency, Source("", place), payer=entry.payee or "",
                    text=entry.narration or "",
                )
            )  # fmt: skip
    identified = [
        line if line.bank_id else with_id for line, with_id in zip(lines, with_bank_ids(lines, account), strict=True)
    ]
    currency = lines[0].currency if lines else ""
    return account, Statement(Source("", 0), currency, tuple(identified))


def _entry(line: BookedLine) -> Transaction:
    """The whole entry of a line that is certain; else one with a posting on the bank account alone."""
    bank_line = line.proposal.line
    if line.is_booked and line.entry is not None:
        (entry,), _errors, _options = parser.parse_string(payment_transaction(line.entry), dedent=True)
        assert isinstance(entry, Transaction)
        return entry._replace(meta={**entry.meta, "filename": bank_line.source.file, "lineno": bank_line.source.line})
    meta = new_metadata(bank_line.source.file, bank_line.source.line, {"bank-id": bank_line.bank_id})
    posting = Posting(line.account, Amount(bank_line.amount, bank_line.currency), None, None, None, None)
    return Transaction(
        meta,
        bank_line.date,
        flags.FLAG_WARNING,
        bank_line.payer or None,
        bank_line.text,
        EMPTY_SET,
        EMPTY_SET,
        [posting],
    )
