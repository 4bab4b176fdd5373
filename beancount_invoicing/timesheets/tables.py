"""Time sheets in tables: CSV with column titles, and dates, times of day and durations in the forms that programs use."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import time
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from beancount_invoicing.messages import _
from beancount_invoicing.model import Day
from beancount_invoicing.tables import UnreadableRowError, rows_with_lines
from beancount_invoicing.timesheets.records import DateFormat, DurationUnit, TimeRecord, TimesheetError, day_of

_BILLABLE = {
    **dict.fromkeys(("yes", "true", "1", "ja", "oui"), True),
    **dict.fromkeys(("no", "false", "0", "nein", "non"), False),
}
_TIME = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?(?:\s?([AaPp])\.?[Mm]\.?)?", re.ASCII)
_CLOCK = re.compile(r"(\d{1,5}):(\d{2})(?::(\d{2}))?(?:\s?h)?", re.ASCII)
_MINUTES = re.compile(r"(\d{1,5}):(\d{2})\s?min", re.ASCII)
_SECONDS = re.compile(r"(\d{1,7})\s?sec", re.ASCII)
_SPELT = re.compile(r"(?:(\d{1,5})\s?h)?\s?(?:(\d{1,5})\s?m)?\s?(?:(\d{1,7})\s?s)?", re.ASCII)
DECIMAL = re.compile(r"(\d{1,5}[.,]\d{1,9}(?:\s?h)?|\d{1,5}\s?h)", re.ASCII)
_WHOLE = re.compile(r"\d{1,7}", re.ASCII)


class TimesheetRow(NamedTuple):
    """A line of a table: the cells of the known columns, by the name of the record's field."""

    line: int
    cells: Mapping[str, str]

    def get(self, *names: str) -> str:
        """The first of these cells that is not empty."""
        return next((self.cells[name] for name in names if self.cells.get(name)), "")


def record(
    row: TimesheetRow, day: Day, start: time | None, seconds: int, person: str, empty: bool | None
) -> TimeRecord:
    """The record of a row. `empty`: the meaning of an empty cell under Billable."""
    billable = _BILLABLE.get(row.get("billable").casefold(), empty)
    if row.get("billable") and row.get("billable").casefold() not in _BILLABLE:
        raise TimesheetError(
            row.line,
            _('"{billable}" means neither yes nor no: expected Yes or No under Billable', billable=row.get("billable")),
        )
    return TimeRecord(
        date=day,
        start=start,
        seconds=seconds,
        person=person,
        client=row.get("client"),
        project=row.get("project"),
        task=row.get("task"),
        description=row.get("description"),
        tags=tuple(tag.strip() for tag in row.get("tags").split(",") if tag.strip()),
        billable=billable,
        line=row.line,
    )


def header(text: str) -> tuple[str, list[str]]:
    """The delimiter of a table, and its column titles."""
    best: tuple[str, list[str]] = (",", [])
    for separator in (",", ";", "\t"):
        try:
            _other, cells = next(cells_of(text, separator, strict=False), (1, []))
        except TimesheetError:
            continue
        if len(cells) > len(best[1]):
            best = (separator, [" ".join(cell.split()).casefold() for cell in cells])
    return best


def cells_of(text: str, separator: str, strict: bool = True) -> Iterator[tuple[int, list[str]]]:
    """The lines of a table that are not empty, each with the number of its first line."""
    try:
        yield from rows_with_lines(text, separator, strict)
    except UnreadableRowError as error:
        raise TimesheetError(
            error.line,
            _(
                "this is not a line of a table ({error}): expected cells in double quotes or without any",
                error=error.reason,
            ),
        ) from None


def table_rows(
    text: str,
    columns: Mapping[str, str],
    needed: Sequence[frozenset[str]] = (frozenset({"date"}), frozenset({"duration", "end"})),
) -> list[TimesheetRow]:
    """The rows of a table whose titles, in lower case, are `columns`. `needed`: of each of these groups, one must be
    there.
    """
    text = text.removeprefix("\ufeff")
    separator, names = header(text)
    known: dict[str, int] = {}
    for place, name in enumerate(names):
        if name in columns:
            known.setdefault(columns[name], place)
    for group in needed:
        if not known.keys() & group:
            titles = {field: name.capitalize() for name, field in reversed(list(columns.items())) if field in group}
            wanted = " or ".join(f'"{title}"' for title in reversed(list(titles.values())))
            raise TimesheetError(
                1, _("the table has no column {wanted}: export it with the column titles", wanted=wanted)
            )
    rows = []
    for line, cells in list(cells_of(text, separator))[1:]:
        if len(cells) < len(names) or any(cell.strip() for cell in cells[len(names) :]):
            raise TimesheetError(
                line,
                _(
                    "{count} cells, but the table has {other_count} columns: is a quote missing?",
                    count=len(cells),
                    other_count=len(names),
                ),
            )
        rows.append(TimesheetRow(line, {field: cells[place].strip() for field, place in known.items()}))
    return rows


def dates_of_column(cells: list[tuple[int, str]], date_format: DateFormat) -> list[Day]:
    """The dates of a column. If their order is not clear from them (3/4 may be in April or March), `date_format` must
    give it.
    """
    readings = []
    failed = (0, "")
    orders: tuple[DateFormat, ...] = (date_format,) if date_format else ("ymd", "dmy", "mdy")
    for order in orders:
        reading: list[Day] = []
        for line, cell in cells:
            day = day_of(cell, order, bool(date_format))
            if day is None:
                failed = max(failed, (line, cell))
                break
            reading.append(day)
        else:
            readings.append(reading)
    if not readings:
        line, cell = failed
        shown = {"ymd": "2026-03-31", "dmy": "31/03/2026, 31.03.2026", "mdy": "03/31/2026"}
        expected = shown[date_format] if date_format else ", ".join(shown.values())
        raise TimesheetError(
            line,
            _('"{cell}" is not a date of this file: expected something like {expected}', cell=cell, expected=expected),
        )
    if len(readings) > 1 and readings[0] != readings[1]:
        line, cell = next(
            cell for cell, first, second in zip(cells, readings[0], readings[1], strict=True) if first != second
        )
        raise TimesheetError(
            line,
            _(
                '"{cell}" could be two different days, and nothing in the file decides: give --date-format dmy or mdy',
                cell=cell,
            ),
        )
    return readings[0]


def time_of_day(row: TimesheetRow, name: str) -> time | None:
    """The time of day in a cell; None if it is empty."""
    cell = row.get(name)
    if not cell:
        return None
    found = _TIME.fullmatch(cell)
    try:
        if found is None:
            raise ValueError
        hour = int(found[1])
        if found[4]:
            if not 1 <= hour <= 12:
                raise ValueError
            hour = hour % 12 + (12 if found[4] in "Pp" else 0)
        return time(hour, int(found[2]), int(found[3] or 0))
    except ValueError:
        raise TimesheetError(
            row.line, _('"{cell}" is not a time of day: expected something like 14:05, 14:05:30 or 2:05 PM', cell=cell)
        ) from None


def duration(row: TimesheetRow, span: int | None, unit: DurationUnit) -> int:
    """The seconds of an entry; `span` is the time between its start and end."""
    cell = row.get("duration")
    if cell and (seconds := _seconds(row.line, cell, span, unit)) is not None:
        return seconds
    if not cell and span is not None and span >= 0:
        return span
    raise TimesheetError(
        row.line,
        _('"{cell}" is not a duration: expected something like 1:30, 1:30:00, 1.5 or 1,5', cell=cell)
        if cell
        else _("no duration, and no start and end to work it out: expected something like 1:30:00"),
    )


def _seconds(line: int, cell: str, span: int | None, unit: DurationUnit) -> int | None:
    if _WHOLE.fullmatch(cell):
        number = int(cell)
        if not unit and span is not None:
            unit = "hours" if abs(number * 3600 - span) <= abs(number - span) else "seconds"
        if not unit and number:
            raise TimesheetError(
                line,
                _(
                    '"{cell}" could be hours or seconds, and nothing in the file decides: give --duration-unit hours '
                    "or seconds",
                    cell=cell,
                ),
            )
        return number * (3600 if unit == "hours" else 1)
    if DECIMAL.fullmatch(cell):
        exact = Decimal(cell.rstrip("h").rstrip().replace(",", ".")) * 3600
        return int(exact.quantize(Decimal(1), ROUND_HALF_UP))
    if found := _CLOCK.fullmatch(cell) or _MINUTES.fullmatch(cell):
        parts = [int(part) for part in found.groups() if part is not None]
        if max(parts[1:]) > 59:
            return None
        parts = [0, *parts] if cell.endswith("min") else [*parts, 0][:3]
    elif found := _SECONDS.fullmatch(cell) or _SPELT.fullmatch(cell):
        parts = [int(part or 0) for part in found.groups()]
        parts = [0, 0, *parts][-3:]
    else:
        return None
    return parts[0] * 3600 + parts[1] * 60 + parts[2]
