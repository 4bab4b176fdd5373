"""Bank files, read as the ledger describes them, and the account of each statement."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from beancount_invoicing.bank.accounts import UnknownBankAccount, account_of
from beancount_invoicing.bank.statement_checks import check_statements
from beancount_invoicing.bank.statements import Statement
from beancount_invoicing.messages import joined
from beancount_invoicing.model import BankAccount, Book, Finding
from beancount_invoicing.model.banks import CsvTable
from beancount_invoicing.statement_files import StatementFileError, detect, read_statements
from beancount_invoicing.statement_files.files import read_bytes
from beancount_invoicing.statement_files.unknown_table import UnknownTable


class RefusedStatements(ValueError):
    """The statements do not add up; `findings` are the errors, and the text is the first of them."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__(joined("", (f"{findings[0].source}: ", findings[0].message)))
        self.findings = tuple(findings)


def read_bank_files(book: Book, files: Sequence[Path], named: str = "") -> tuple[tuple[Statement, str], ...]:
    """The statements of files in their order, each with the account from the ledger's description of a table ("" for none).

    `named` (an account, or ""): whose table a CSV is. Without it, a CSV is the known table with its titles, or the first one that
    an `invoice-bank` describes and that fits. Raises StatementFileError, and OSError.
    """
    return tuple(statement for file in files for statement in _statements(book, file, named))


def statements_of_accounts(book: Book, files: Sequence[Path], named: str = "") -> tuple[tuple[Statement, str], ...]:
    """As `read_bank_files`, but each with its account in the ledger; refused unless they add up.

    Raises RefusedStatements and UnknownBankAccount too.
    """
    read = read_bank_files(book, files, named)
    errors = [
        finding
        for finding in check_statements([statement for statement, _account in read])
        if finding.severity == "error"
    ]
    if errors:
        raise RefusedStatements(errors)
    return tuple((statement, ledger_account(book, statement, account, named)) for statement, account in read)


def ledger_account(book: Book, statement: Statement, described: str, named: str) -> str:
    """The ledger's account of a statement that `read_bank_files` read with the account `described`. Raises UnknownBankAccount."""
    return account_of(book, statement, statement.until or book.last_date, named or described)


def _statements(book: Book, file: Path, named: str) -> list[tuple[Statement, str]]:
    name = str(file)
    data = read_bytes(file)
    own = book.bank_accounts[named].latest if named in book.bank_accounts else None
    if own and own.format and own.format != "csv":
        return [(statement, named) for statement in read_statements(data, name, statement_format=own.format)]
    if (own is None or own.format != "csv") and detect(data, name) != "csv":
        return [(statement, "") for statement in read_statements(data, name)]
    tables = [own] if own else _described_tables(book)
    refusals: list[StatementFileError] = []
    for bank in tables:
        table = bank.table._replace(default_currency=_currency(book, bank.account))
        try:
            return [(statement, bank.account) for statement in read_statements(data, name, table, "csv")]
        except StatementFileError as error:
            refusals.append(error)
    if len(tables) == 1:
        raise refusals[0]
    account = named or next(iter(sorted(book.bank_accounts) or sorted(book.bank_days)), "")
    table = CsvTable(default_currency=_currency(book, account))
    try:
        return [(statement, "") for statement in read_statements(data, name, table, "csv")]
    except UnknownTable as error:
        if account not in book.opened_accounts:
            raise
        raise UnknownTable(name, error.guess, account, str(book.opened_accounts[account])) from None


def _currency(book: Book, account: str) -> str:
    """The currency of a bank account: the only one that it is open for, else the ledger's."""
    currencies = book.currencies.get(account, ())
    return currencies[0] if len(currencies) == 1 else book.currency


def _described_tables(book: Book) -> list[BankAccount]:
    accounts = [dated.latest for _account, dated in sorted(book.bank_accounts.items())]
    return [bank for bank in accounts if bank.format == "csv" or bank.table.columns or bank.table.preset]


__all__ = [
    "RefusedStatements",
    "StatementFileError",
    "UnknownBankAccount",
    "ledger_account",
    "read_bank_files",
    "statements_of_accounts",
]
