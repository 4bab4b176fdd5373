"""Tables of banks and payment providers (CSV): described in the ledger, or known by name (`presets.toml`)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import date
from decimal import Decimal
from itertools import islice, pairwise
from typing import NamedTuple

from beancount_invoicing.bank.statements import Statement, StatementLine
from beancount_invoicing.messages import _
from beancount_invoicing.model import ZERO, Source
from beancount_invoicing.model.banks import CsvTable
from beancount_invoicing.statement_files.bank_ids import with_bank_ids
from beancount_invoicing.statement_files.csv_cells import TableRow, amount_of, dates_of, decimal_mark, is_day
from beancount_invoicing.statement_files.csv_totals import total_words, with_total_rows
from beancount_invoicing.statement_files.decoding import text_of
from beancount_invoicing.statement_files.errors import StatementFileError
from beancount_invoicing.statement_files.presets import Preset, plain_title, presets
from beancount_invoicing.statement_files.table_guess import guessed_table
from beancount_invoicing.statement_files.unknown_table import UnknownTable
from beancount_invoicing.statement_files.values import compact, currency_code, iban_in, one_line, real_reference
from beancount_invoicing.tables import UnreadableRowError, rows_with_lines

_DELIMITERS = (";", ",", "\t", "|")
_LINES_BEFORE_TITLES = 40
_JOINED = frozenset({"text", "payer", "payee"})
_AMOUNTS = ("amount", "debit", "credit", "gross", "fee", "balance", "ordered-amount")


class _Movement(NamedTuple):
    line: StatementLine
    balance: Decimal | None
    iban: str


def read_csv_table(data: bytes, file: str, table: CsvTable) -> tuple[Statement, ...]:
    """The statements of a table, one for each account and currency in it, in the order of their first rows.

    Without columns and preset, the table is the one of `presets.toml` whose titles the file has. Raises
    StatementFileError.
    """
    text = text_of(data, file, table.encoding)
    preset = presets()[table.preset] if table.preset else None
    if not table.columns and preset is None:
        preset = _known_table(text, file)
    described = _described(table, preset)
    rows, totals = _rows(text, file, described, preset)
    movements = _movements(rows, described, file)
    groups: dict[tuple[str, str], list[_Movement]] = {}
    for movement in movements:
        groups.setdefault((movement.iban, movement.line.currency), []).append(movement)
    statements = tuple(_statement(group) for group in groups.values())
    return (with_total_rows(statements[0], rows, totals, described, file),) if len(statements) == 1 else statements


def _described(table: CsvTable, preset: Preset | None) -> CsvTable:
    """The table; what its directive leaves out comes from its preset."""
    if preset is None:
        return table
    known = preset.table
    columns = dict(known.columns) | dict(table.columns)
    return table._replace(
        columns=tuple(columns.items()),
        decimal=table.decimal or known.decimal,
        date_order=table.date_order or known.date_order,
        delimiter=table.delimiter or known.delimiter,
        currency=table.currency or known.currency,
    )


def _known_table(text: str, file: str) -> Preset:
    """The preset that a text shows by its titles: of several, the one with the most."""
    best: tuple[int, Preset] | None = None
    for delimiter in _DELIMITERS:
        for _line, cells in _first_cells(text, delimiter, file):
            titles = {plain_title(cell) for cell in cells}
            for preset in presets().values():
                if preset.needed <= titles and (best is None or len(preset.needed) > best[0]):
                    best = len(preset.needed), preset
    if best is None:
        raise UnknownTable(file, guessed_table(text))
    return best[1]


def is_known_table(text: str) -> bool:
    """Whether a text has the titles of a known table."""
    try:
        _known_table(text, "")
    except StatementFileError:
        return False
    return True


def _first_cells(text: str, delimiter: str, file: str) -> list[tuple[int, list[str]]]:
    found: list[tuple[int, list[str]]] = []
    with suppress(StatementFileError):  # the reading itself says what is wrong
        found.extend(islice(_cells(text, delimiter, file), _LINES_BEFORE_TITLES))
    return found


def _cells(text: str, delimiter: str, file: str) -> Iterator[tuple[int, list[str]]]:
    """The rows that are not blank, each with the line of the file on which it begins."""
    try:
        yield from rows_with_lines(text, delimiter)
    except UnreadableRowError as error:
        raise StatementFileError(
            file, error.line, _("this is not a row of a table ({error})", error=error.reason)
        ) from None


def _rows(
    text: str, file: str, table: CsvTable, preset: Preset | None
) -> tuple[list[TableRow], list[tuple[TableRow, str]]]:
    """The rows below the titles that are booked, each with its known columns; and those of sums and balances, with their words."""
    needed = preset.needed if preset else frozenset()
    cells, titles_at = _titles(text, file, table, needed)
    titles = [plain_title(cell) for cell in cells[titles_at][1]] if titles_at >= 0 else []
    places = _places(table, titles, file, cells[titles_at][0] if titles_at >= 0 else 1)
    rows: list[TableRow] = []
    totals: list[tuple[TableRow, str]] = []
    for line, row in cells[titles_at + 1 :]:
        found = {field: _joined(field, row, columns) for field, columns in places.items()}
        if not is_day(found.get("date", "")) and (words := total_words(row)):
            totals.append((TableRow(line, found), words))
            continue
        if not found.get("date") and not any(found.get(field) for field in ("amount", "debit", "credit")):
            continue  # a heading or a sum
        if preset and preset.booked and "status" in places and found["status"].casefold() not in preset.booked:
            continue
        rows.append(TableRow(line, found))
    return rows, totals


def _titles(text: str, file: str, table: CsvTable, needed: frozenset[str]) -> tuple[list[tuple[int, list[str]]], int]:
    """The rows, and which of them has the titles; -1 where columns are given by their numbers."""
    wanted = {plain_title(title) for _field, titles in table.columns for title in titles if not title.isdigit()}
    required = needed or {plain_title(titles[0]) for _field, titles in table.columns if not titles[0].isdigit()}
    missing: set[str] = set(required)
    for delimiter in (table.delimiter,) if table.delimiter else _DELIMITERS:
        if not wanted:
            if table.delimiter or delimiter in text:
                return list(_cells(text, delimiter, file)), -1
            continue
        for place, (_line, row) in enumerate(_first_cells(text, delimiter, file)):
            titles = {plain_title(cell) for cell in row}
            if required <= titles:
                return list(_cells(text, delimiter, file)), place
            missing = min(missing, set(required - titles), key=len)
    names = ", ".join(f'"{title}"' for title in sorted(missing))
    if columns := guessed_table(text).columns:
        raise StatementFileError(
            file,
            1,
            _(
                'the table has no column {names}: if the bank has changed it, write columns: "{columns}"',
                names=names,
                columns=columns,
            ),
        )
    raise StatementFileError(
        file,
        1,
        _(
            "the table has no column {names}: export it with its titles, or describe it with columns, see docs/bank.md",
            names=names,
        ),
    )


def _places(table: CsvTable, titles: Sequence[str], file: str, line: int) -> dict[str, list[int]]:
    """The columns of each field, from 0. Raises StatementFileError if there is no date or no amount."""
    places: dict[str, list[int]] = {}
    for field, names in table.columns:
        for name in names:
            if plain_title(name) in titles:
                places.setdefault(field, []).append(titles.index(plain_title(name)))
            elif name.isdigit() and int(name) > 0:
                places.setdefault(field, []).append(int(name) - 1)
    if "date" not in places:
        raise StatementFileError(
            file, line, _("no column is the date of the movements: write it in columns, see docs/bank.md")
        )
    if not {"amount", "debit", "credit"} & places.keys():
        raise StatementFileError(
            file, line, _("no column is the amount: write amount, or debit and credit, in columns, see docs/bank.md")
        )
    return places


def _joined(field: str, row: Sequence[str], columns: Sequence[int]) -> str:
    texts = [one_line(row[column]) for column in columns if column < len(row)]
    if field in _JOINED:
        return one_line(*dict.fromkeys(texts))
    return next((text for text in texts if text), "")


def _movements(rows: Sequence[TableRow], table: CsvTable, file: str) -> list[_Movement]:
    cells = [row.cell(field) for row in rows for field in _AMOUNTS if row.cells.get(field)]
    decimal_sign = decimal_mark(cells, table.decimal, file)
    days = dates_of([row.cell("date") for row in rows], table.date_order, file)
    valued = [row for row in rows if row.cells.get("value-date")]
    value_days = dict(
        zip(
            (row.line for row in valued),
            dates_of([row.cell("value-date") for row in valued], table.date_order, file),
            strict=True,
        )
    )
    return [
        _movement(row, day, value_days.get(row.line), decimal_sign, table, file)
        for row, day in zip(rows, days, strict=True)
    ]


def _movement(
    row: TableRow, day: date, value_day: date | None, decimal_sign: str, table: CsvTable, file: str
) -> _Movement:
    amount = _amount(row, decimal_sign, file)
    stated = row.cells.get("currency") or table.currency or table.default_currency
    if not stated:
        raise StatementFileError(
            file, row.line, _('no column says the currency: write currency: "EUR", for example, into its invoice-bank')
        )
    currency = currency_code(stated.upper(), file, row.line)
    ordered_currency = row.cells.get("ordered-currency", "").upper()
    ordered = amount_of(row.cell("ordered-amount"), decimal_sign, file) if row.cells.get("ordered-amount") else None
    if ordered_currency == currency or not ordered_currency:
        ordered, ordered_currency = None, ""
    name = row.cells.get("payer", "")
    if amount < 0 and row.cells.get("payee"):
        name = row.cells["payee"]
    line = StatementLine(
        bank_id=real_reference(row.cells.get("id", "")),
        date=day,
        amount=amount,
        currency=currency,
        source=Source(file, row.line),
        value_date=value_day,
        payer=name,
        payer_iban=iban_in(row.cells.get("payer-iban", "")),
        text=row.cells.get("text", ""),
        references=tuple(compact(text) for text in [row.cells.get("reference", "")] if real_reference(text)),
        end_to_end_id=real_reference(row.cells.get("end-to-end-id", "")),
        mandate=real_reference(row.cells.get("mandate", "")),
        fee=_fee(row, amount, decimal_sign, file),
        ordered_amount=None if ordered is None else abs(ordered).copy_sign(amount),
        ordered_currency=ordered_currency,
    )
    balance = amount_of(row.cell("balance"), decimal_sign, file) if row.cells.get("balance") else None
    return _Movement(line, balance, iban_in(row.cells.get("iban", "")))


def _amount(row: TableRow, decimal_sign: str, file: str) -> Decimal:
    """The signed amount; of columns for debit and credit, whichever sign the bank writes in them."""
    if row.cells.get("amount"):
        return amount_of(row.cell("amount"), decimal_sign, file)
    debit = abs(amount_of(row.cell("debit"), decimal_sign, file))
    credit = amount_of(row.cell("credit"), decimal_sign, file)
    if debit and credit:
        raise StatementFileError(
            file,
            row.line,
            _(
                "the row has both a debit of {debit} and a credit of {credit}: expected only one of them",
                debit=debit,
                credit=credit,
            ),
        )
    return credit - debit


def _fee(row: TableRow, amount: Decimal, decimal_sign: str, file: str) -> Decimal:
    """What was taken off: the gross amount less the net one, or what a column of its own says. Never negative."""
    if row.cells.get("gross"):
        return max(amount_of(row.cell("gross"), decimal_sign, file) - amount, ZERO)
    return abs(amount_of(row.cell("fee"), decimal_sign, file))


def _statement(movements: list[_Movement]) -> Statement:
    """The statement of one account in one currency; its balances are those of its oldest and newest rows, if the rows have any."""
    ordered = movements[::-1] if _is_newest_first(movements) else movements
    first, last = ordered[0], ordered[-1]
    has_balances = all(movement.balance is not None for movement in ordered)
    lines = sorted((movement.line for movement in ordered), key=lambda line: line.date)
    return Statement(
        source=min(movement.line.source for movement in movements),
        currency=first.line.currency,
        lines=with_bank_ids(lines, first.iban),
        iban=first.iban,
        since=lines[0].date,
        until=lines[-1].date,
        opening=first.balance - first.line.amount if has_balances and first.balance is not None else None,
        closing=last.balance if has_balances else None,
        has_period=False,
    )


def _is_newest_first(movements: Sequence[_Movement]) -> bool:
    """By the dates of the first and last row; on one day by the balances, which go on from row to row."""
    first, last = movements[0], movements[-1]
    if first.line.date != last.line.date:
        return first.line.date > last.line.date
    return len(movements) > 1 and all(
        earlier.balance is not None
        and later.balance is not None
        and later.balance + earlier.line.amount == earlier.balance
        for earlier, later in pairwise(movements)
    )
