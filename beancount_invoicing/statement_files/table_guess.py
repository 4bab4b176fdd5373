"""What the columns of an unknown table probably are, by their titles and by what is in them: a proposal for `columns`."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Sequence
from itertools import islice
from typing import NamedTuple

from beancount_invoicing.statement_files.csv_cells import is_amount, is_day
from beancount_invoicing.statement_files.csv_totals import total_words
from beancount_invoicing.statement_files.values import iban_in

_SAMPLE = 60
"""So many rows are looked at."""
_DELIMITERS = (";", ",", "\t", "|")
_CURRENCY = re.compile(r"[A-Z]{3}")
_SEPARATORS = re.compile(r"[;=+\"\\\n]")
"""What cannot be in a title of `columns`: such a column is named by its number."""
_WORDS = {
    "value-date": re.compile(r"val(eur|ue|uta|or)|wert|rente"),
    "balance": re.compile(r"solde|balance|saldo|kontostand"),
    "fee": re.compile(r"frais|fee|gebuhr|kosten|charge"),
    "debit": re.compile(r"debit|soll|paid out|money out|withdraw|lastschrift|belastung|sortie|depense|af\b"),
    "credit": re.compile(r"credit|haben|paid in|money in|deposit|gutschrift|entree|recette|bij\b"),
    "amount": re.compile(r"montant|amount|betrag|bedrag|importo|importe|umsatz|valor"),
    "payer": re.compile(
        r"tiers|contrepartie|counterparty|tegenpartij|auftraggeber|empfanger|zahlung|beguns|benefici|payee|payer|naam|\bname\b|^nom\b|^wer\b"
    ),
    "text": re.compile(
        r"libelle|verwendung|zweck|communication|mededeling|omschrijving|descr|detail|reference|intitule|buchungstext|memo|motif"
    ),
}


class _Column(NamedTuple):
    number: int
    """From 1."""
    title: str
    cells: tuple[str, ...]
    """Those that are not empty."""

    @property
    def plain(self) -> str:
        """The title in small letters without accents."""
        letters = unicodedata.normalize("NFKD", self.title.casefold())
        return "".join(letter for letter in letters if not unicodedata.combining(letter))

    def has(self, field: str) -> bool:
        """Whether its title has a word of a field."""
        return bool(_WORDS[field].search(self.plain))


class TableGuess(NamedTuple):
    """The titles of a table, and what its columns probably are, as `columns` writes it; "" where no date or amount is seen."""

    titles: tuple[str, ...]
    columns: str


def guessed_table(text: str) -> TableGuess:
    """The titles and columns of a table that nobody has described."""
    rows = max((_rows(text, delimiter) for delimiter in _DELIMITERS), key=_consistency)
    width = max(map(len, rows), default=0)
    whole = [row for row in rows if len(row) == width]
    first = next((at for at, row in enumerate(whole) if any(map(is_day, row)) and any(map(is_amount, row))), None)
    if first is None or width < 2:
        return TableGuess(tuple(filter(None, map(str.strip, whole[0]))) if whole else (), "")
    titles = whole[first - 1] if first else [""] * width
    movements = [row for row in whole[first:] if any(map(is_day, row)) or not total_words(row)]
    columns = [
        _Column(at + 1, titles[at].strip(), tuple(row[at].strip() for row in movements if row[at].strip()))
        for at in range(width)
    ]
    fields = _fields(columns)
    complete = "date" in fields and fields.keys() & {"amount", "debit"}
    return TableGuess(tuple(filter(None, map(str.strip, titles))), _written(fields, columns) if complete else "")


def _rows(text: str, delimiter: str) -> list[list[str]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        return [row for row in islice(reader, _SAMPLE) if any(cell.strip() for cell in row)]
    except csv.Error:
        return []


def _consistency(rows: Sequence[Sequence[str]]) -> tuple[int, int]:
    """How many rows have the most columns, if these are at least two."""
    width = max(map(len, rows), default=0)
    return (sum(len(row) == width for row in rows), width) if width > 1 else (0, 0)


def _fields(columns: Sequence[_Column]) -> dict[str, _Column]:
    """The column of each field that is seen."""
    found: dict[str, _Column] = {}
    days = [column for column in columns if column.cells and all(map(is_day, column.cells))]
    found |= _first("date", [column for column in days if not column.has("value-date")] or days)
    found |= _first("value-date", [c for c in days if c.has("value-date") and c not in found.values()])
    amounts = [
        column for column in columns if column.cells and all(map(is_amount, column.cells)) and column not in days
    ]
    found |= _amounts([column for column in amounts if column.title or _has_fraction(column)])
    texts = [column for column in columns if column.cells and column not in days and column not in amounts]
    currencies = [column for column in texts if all(map(_CURRENCY.fullmatch, column.cells))]
    found |= _first("currency", currencies)
    ibans = [column for column in texts if all(map(iban_in, column.cells))]
    found |= _first("payer-iban", [column for column in ibans if len(set(column.cells)) > 1])
    found |= _first("iban", [column for column in ibans if len(set(column.cells)) == 1 and len(column.cells) > 1])
    left = [column for column in texts if column not in currencies and column not in ibans]
    found |= _first("payer", [column for column in left if column.has("payer") and not column.has("text")])
    left = [column for column in left if column not in found.values()]
    longest = sorted(left, key=lambda column: -sum(map(len, column.cells)))
    return found | _first("text", [column for column in left if column.has("text")] or longest)


def _amounts(columns: Sequence[_Column]) -> dict[str, _Column]:
    """The amount, or debit and credit; and the balance and the fee."""
    found = _first("balance", [column for column in columns if column.has("balance")])
    found |= _first("fee", [column for column in columns if column.has("fee")])
    left = [column for column in columns if column not in found.values()]
    sides = _first("debit", [column for column in left if column.has("debit")])
    sides |= _first("credit", [column for column in left if column.has("credit") and column not in sides.values()])
    if len(sides) == 2:
        return found | sides
    named = [column for column in left if column.has("amount")]
    return found | _first("amount", named or [column for column in left if _has_fraction(column)] or left)


def _has_fraction(column: _Column) -> bool:
    return any(re.search(r"[.,]\d{2}\b", cell) for cell in column.cells)


def _first(field: str, columns: Sequence[_Column]) -> dict[str, _Column]:
    return {field: columns[0]} if columns else {}


def _written(fields: dict[str, _Column], columns: Sequence[_Column]) -> str:
    titles = [column.plain for column in columns]
    return "; ".join(
        f"{field} = {column.title}"
        if column.title
        and not column.title.isdigit()
        and not _SEPARATORS.search(column.title)
        and titles.count(column.plain) == 1
        else f"{field} = {column.number}"
        for field, column in fields.items()
    )
