"""Dates and amounts in the cells of tables, in the forms that banks of several countries use."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from beancount_invoicing.messages import _
from beancount_invoicing.model.banks import TableDateOrder
from beancount_invoicing.statement_files.errors import StatementFileError

_DAY = re.compile(r"(\d{1,4})([-/.])(\d{1,2})\2(\d{2,4})(?:[T ].*)?", re.ASCII)
_MARKS = {".": re.compile(r"\d{1,3}(?:[ ,']\d{3})*(?:\.\d{1,9})?|\d+(?:\.\d{1,9})?|\.\d{1,9}", re.ASCII),
          ",": re.compile(r"\d{1,3}(?:[ .']\d{3})*(?:,\d{1,9})?|\d+(?:,\d{1,9})?|,\d{1,9}", re.ASCII)}  # fmt: skip
_AROUND = re.compile(r"[€$£]|\b[A-Z]{3}\b")
_BLANKS = dict.fromkeys(map(ord, "\u00a0\u202f\u2009"), " ") | {ord("−"): "-", ord("’"): "'"}
_DIGITS = 20
_SHOWN: dict[TableDateOrder, str] = {"ymd": "2026-10-05", "dmy": "05/10/2026", "mdy": "10/05/2026"}

Cell = tuple[int, str]
"""A line of the file, and the content of a cell in it."""


class TableRow(NamedTuple):
    """A row: the line of the file on which it begins, and its cells by field."""

    line: int
    cells: Mapping[str, str]

    def cell(self, field: str) -> Cell:
        """The content of a cell, with the line for messages."""
        return self.line, self.cells.get(field, "")


def dates_of(cells: Sequence[Cell], order: TableDateOrder, file: str) -> list[date]:
    """The days in a column's cells, in `order`, or in the only order that fits all of them. Raises StatementFileError
    if no order fits, or if two orders give different days.
    """
    readings: list[list[date]] = []
    failed: Cell = (0, "")
    orders: tuple[TableDateOrder, ...] = (order,) if order else ("ymd", "dmy", "mdy")
    for tried in orders:
        days: list[date] = []
        for line, cell in cells:
            if (day := _day(cell, tried)) is None:
                failed = max(failed, (line, cell))
                break
            days.append(day)
        else:
            readings.append(days)
    if not readings:
        expected = _SHOWN[order] if order else "2026-10-05 or 05/10/2026"
        raise StatementFileError(
            file,
            failed[0],
            _(
                '"{failed}" is not a date of this table: expected something like {expected}; see date-format',
                failed=failed[1][:40],
                expected=expected,
            ),
        )
    if len(readings) > 1 and readings[0] != readings[1]:
        line, cell = next(
            cell for cell, first, second in zip(cells, readings[0], readings[1], strict=True) if first != second
        )
        raise StatementFileError(
            file,
            line,
            _(
                '"{cell}" could be two different days, and nothing in the file decides: write date-format: "dmy" or '
                '"mdy"',
                cell=cell,
            ),
        )
    return readings[0]


def _day(cell: str, order: TableDateOrder) -> date | None:
    found = _DAY.fullmatch(cell.strip())
    if not found:
        return None
    parts = (found[1], found[3], found[4])
    year, month, day = {"ymd": parts, "dmy": (parts[2], parts[1], parts[0])}.get(order, (parts[2], parts[0], parts[1]))
    if len(year) not in {2, 4} or len(month) > 2 or len(day) > 2 or (order == "ymd" and len(year) != 4):
        return None
    try:
        return date(int(year) + (2000 if len(year) == 2 else 0), int(month), int(day))
    except ValueError:
        return None


def is_day(cell: str) -> bool:
    """Whether a cell is a day, in whatever order."""
    return any(_day(cell, order) is not None for order in _SHOWN)


def is_amount(cell: str) -> bool:
    """Whether a cell is an amount, with whatever decimal mark."""
    digits = _number(cell).strip("-+()").strip()
    return bool(digits) and any(pattern.fullmatch(digits) for pattern in _MARKS.values())


def decimal_mark(cells: Sequence[Cell], stated: str, file: str) -> str:
    """The decimal mark of a table's amounts: the `stated` one, else the one that its cells show.

    Raises StatementFileError if cells show both marks, or if no cell shows which it is (1.234).
    """
    if stated:
        return stated
    shown: dict[str, Cell] = {}
    doubtful: Cell | None = None
    for line, cell in cells:
        number = _number(cell).strip("-+() ")
        marks = [sign for sign in ".," if sign in number]
        if not marks:
            continue
        last = max(marks, key=number.rfind)
        if len(marks) == 1 and number.count(last) == 1 and len(number) - number.rfind(last) == 4:
            doubtful = doubtful or (line, cell)
        elif number.count(last) == 1:
            shown.setdefault(last, (line, cell))
        else:
            shown.setdefault("." if last == "," else ",", (line, cell))
    if len(shown) == 2:
        first, second = sorted(shown.values())
        raise StatementFileError(
            file,
            second[0],
            _(
                '"{second}" has another decimal separator than "{first}" in line {other_first}: write decimal: "," '
                'or "."',
                second=second[1],
                first=first[1],
                other_first=first[0],
            ),
        )
    if not shown and doubtful:
        raise StatementFileError(
            file,
            doubtful[0],
            _(
                '"{doubtful}" could be two different amounts, and nothing in the file decides: write decimal: "," or '
                '"."',
                doubtful=doubtful[1],
            ),
        )
    return next(iter(shown), ".")


def amount_of(cell: Cell, decimal_sign: str, file: str) -> Decimal:
    """The amount in a cell with that decimal mark; 0 if it is empty. It is negative with a minus before or after it, or
    in brackets.

    Raises StatementFileError.
    """
    line, text = cell
    number = _number(text)
    if not number:
        return Decimal(0)
    digits = number.strip("-+()").strip()
    negative = number.startswith(("-", "(")) or number.endswith("-")
    if not _MARKS[decimal_sign].fullmatch(digits) or sum(sign.isdigit() for sign in digits) > _DIGITS:
        shown = "1 234,50" if decimal_sign == "," else "1234.50"
        raise StatementFileError(
            file,
            line,
            _(
                '"{text}" is not an amount of this table: expected something like {shown}; see decimal',
                text=text.strip()[:40],
                shown=shown,
            ),
        )
    other = "." if decimal_sign == "," else ","
    plain = digits.replace(" ", "").replace("'", "").replace(other, "").replace(decimal_sign, ".")
    return -Decimal(plain) if negative else Decimal(plain)


def _number(text: str) -> str:
    return _AROUND.sub("", text.translate(_BLANKS)).strip()
