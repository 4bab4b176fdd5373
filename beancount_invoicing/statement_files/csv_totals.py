"""Rows of tables that are no movements: sums and balances, which some banks write above or below them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from decimal import Decimal

from beancount_invoicing.bank.statements import Statement, TotalRow
from beancount_invoicing.model import Source
from beancount_invoicing.model.banks import CsvTable
from beancount_invoicing.rules.accents import without_accents
from beancount_invoicing.statement_files.csv_cells import TableRow, amount_of, decimal_mark
from beancount_invoicing.statement_files.errors import StatementFileError
from beancount_invoicing.statement_files.values import one_line

_SUMS = r"total|totals|totaux|totale|totali|totais|totales|totaal|summe|summen|gesamt|gesamtsumme|suma|soma|somma|sum"
_BALANCES = r"solde|soldes|saldo|saldi|balance|kontostand|\w*saldo|\w*bestand"
_BEFORE = r"(?:ancien|nouveau|opening|closing|alter|neuer|saldo|sous|sub|grand|montant|importe)\W+"
_SUM = re.compile(rf"(?:{_BEFORE})?(?:{_SUMS})\b", re.IGNORECASE)
_BALANCE = re.compile(rf"(?:{_BEFORE})?(?:{_BALANCES})\b", re.IGNORECASE)


def total_words(cells: Iterable[str]) -> str:
    """The words by which a row without a date shows itself as a sum or a balance, in the languages of Western Europe; "" of any
    other row."""
    for cell in cells:
        text = one_line(cell)
        plain = without_accents(text)
        if _SUM.match(plain) or _BALANCE.match(plain):
            return text
    return ""


def with_total_rows(
    statement: Statement, rows: Sequence[TableRow], totals: Sequence[tuple[TableRow, str]], table: CsvTable, file: str
) -> Statement:
    """The statement with the rows of sums and balances that were left out of its lines."""
    return statement._replace(
        total_rows=tuple(
            TotalRow(Source(file, row.line), words, _total(row, words, rows, table, file)) for row, words in totals
        )
    )


def _total(row: TableRow, words: str, rows: Sequence[TableRow], table: CsvTable, file: str) -> Decimal | None:
    """The sum of all movements that a row states; None of a balance, or if its amounts cannot be read."""
    if not _SUM.match(without_accents(words)):
        return None
    fields = ("amount", "debit", "credit")
    with suppress(StatementFileError):
        cells = [other.cell(field) for other in (*rows, row) for field in fields if other.cells.get(field)]
        decimal_sign = decimal_mark(cells, table.decimal, file)
        if row.cells.get("amount"):
            return amount_of(row.cell("amount"), decimal_sign, file)
        if row.cells.get("debit") and row.cells.get("credit"):
            return amount_of(row.cell("credit"), decimal_sign, file) - abs(
                amount_of(row.cell("debit"), decimal_sign, file)
            )
    return None
