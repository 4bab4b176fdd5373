"""Time records of other programs, read from the text of their files. Pure: knows neither ledgers nor clocks.

A file that cannot be read whole is not read at all: TimesheetError names the line, what is wrong and what was expected.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, time, timedelta, tzinfo
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Literal, NamedTuple

from beancount_invoicing.model import Day
from beancount_invoicing.rules.steps import round_to

DateFormat = Literal["", "ymd", "dmy", "mdy"]
"""How a file writes its dates; "" where the dates themselves show it."""
DurationUnit = Literal["", "hours", "seconds"]
"""What a whole number means as a duration; "" where the file itself shows it."""

FORMATS = ("toggl", "kimai", "timewarrior", "timeclock")

_LONGEST = timedelta(days=31)
"""A session that lasts longer was forgotten, not worked."""


class TimesheetError(ValueError):
    """The file is not as its format has it; the message names the line, what is wrong and what was expected."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(f"line {line}: {message}")
        self.line = line


class TimeRecord(NamedTuple):
    """Time that somebody worked on one day. `line` is where its file says so; `billable` is None where it does not say."""

    date: Day
    start: time | None
    seconds: int
    person: str = ""
    client: str = ""
    project: str = ""
    task: str = ""
    description: str = ""
    tags: tuple[str, ...] = ()
    billable: bool | None = None
    line: int = 0

    def hours(self, decimals: int = 2) -> Decimal:
        """Its hours, rounded half up."""
        return round_to(Decimal(self.seconds) / 3600, decimals)


def detect(text: str) -> str:
    """Which of FORMATS a text is in. Raises TimesheetError where it is none of them."""
    text = text.removeprefix("\ufeff")
    for line in _lines(text):
        if not line.strip() or line[0] in _COMMENT:
            continue
        if line.lstrip()[0] in "[{" or _TIMEWARRIOR_ROW.match(line):
            return "timewarrior"
        if _TIMECLOCK_START.match(line):
            return "timeclock"
        break
    _, names = _header(text)
    if "start date" in names:
        return "toggl"
    if {_KIMAI.get(name) for name in names} >= {"date", "duration"}:
        return "kimai"
    raise TimesheetError(
        1,
        "this is no file of a known time tracker: expected the CSV of a detailed report of Toggl Track, a CSV export of Kimai,"
        " the JSON of `timew export`, or a timeclock file of ledger or hledger",
    )


def parse(
    text: str,
    format: str = "",  # noqa: A002 - the field's own word
    *,
    date_format: DateFormat = "",
    duration_unit: DurationUnit = "",
    zone: tzinfo = UTC,
    skip_open: bool = False,
) -> list[TimeRecord]:
    """The records of a text in the order of its lines; `format` is one of FORMATS, or is detected. Raises TimesheetError.

    `zone`: where the time of a file that counts in UTC was worked (Timewarrior). `skip_open`: leave out what has no end yet.
    """
    match format or detect(text):
        case "toggl":
            return toggl(text, date_format)
        case "kimai":
            return kimai(text, date_format, duration_unit)
        case "timewarrior":
            return timewarrior(text, zone, skip_open)
        case "timeclock":
            return timeclock(text, skip_open)
    raise TimesheetError(1, f'"{format}" is no known format: expected one of {", ".join(FORMATS)}')


# tables ---------------------------------------------------------------------------------------------------------------

_TOGGL = {
    "user": "person", "email": "email", "client": "client", "project": "project", "task": "task",
    "description": "description", "billable": "billable", "start date": "date", "start time": "start",
    "end date": "end date", "end time": "end", "duration": "duration", "tags": "tags",
}  # fmt: skip
_KIMAI = {
    "date": "date", "datum": "date",
    "begin": "start", "from": "start", "von": "start", "de": "start",
    "end": "end", "to": "end", "bis": "end", "à": "end",
    "duration": "duration", "dauer": "duration", "durée": "duration",
    "alias": "person", "name": "person",
    "username": "username", "user": "username", "benutzer": "username", "utilisateur": "username", "identifiant": "username",
    "customer": "client", "kunde": "client", "client": "client",
    "project": "project", "projekt": "project", "projet": "project",
    "activity": "task", "tätigkeit": "task", "activité": "task",
    "description": "description", "beschreibung": "description",
    "billable": "billable", "abrechenbar": "billable",
    "tags": "tags", "schlagworte": "tags", "mots-clés": "tags",
}  # fmt: skip
_BILLABLE = {
    **dict.fromkeys(("yes", "true", "1", "ja", "oui"), True),
    **dict.fromkeys(("no", "false", "0", "nein", "non"), False),
}
_TIME = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?(?:\s?([AaPp])\.?[Mm]\.?)?", re.ASCII)
_YEAR_FIRST = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})", re.ASCII)
_YEAR_LAST = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4})", re.ASCII)
_CLOCK = re.compile(r"(\d{1,5}):(\d{2})(?::(\d{2}))?(?:\s?h)?", re.ASCII)
_MINUTES = re.compile(r"(\d{1,5}):(\d{2})\s?min", re.ASCII)
_SECONDS = re.compile(r"(\d{1,7})\s?sec", re.ASCII)
_SPELT = re.compile(r"(?:(\d{1,5})\s?h)?\s?(?:(\d{1,5})\s?m)?\s?(?:(\d{1,7})\s?s)?", re.ASCII)
_DECIMAL = re.compile(r"(\d{1,5}[.,]\d{1,9}(?:\s?h)?|\d{1,5}\s?h)", re.ASCII)
_WHOLE = re.compile(r"\d{1,7}", re.ASCII)


class Row(NamedTuple):
    """A line of a table: the cells of the columns that are known, by the name that a record has for them."""

    line: int
    cells: Mapping[str, str]

    def get(self, *names: str) -> str:
        """The first of the cells that says something."""
        return next((self.cells[name] for name in names if self.cells.get(name)), "")


def toggl(text: str, date_format: DateFormat = "") -> list[TimeRecord]:
    """The entries of a detailed report of Toggl Track, exported as CSV.

    Columns in any order: User, Email, Client, Project, Task, Description, Billable, Start date, Start time, End date, End time,
    Duration, Tags; others (Amount) are passed over. Durations as the profile has them: 0:18:25, 18:25 min, 45 sec, 0.31 h.

    https://support.toggl.com/import-and-export/csv-import/editing-and-uploading-a-csv-file (columns),
    https://github.com/CorrectRoadH/OpenTickly/issues/84 (a file of 2026 with durations in minutes).
    """
    rows = _table(text, _TOGGL)
    dates = _dates([(row.line, row.get("date")) for row in rows], date_format)
    ends = _dates([(row.line, row.get("end date") or row.get("date")) for row in rows], date_format)
    records = []
    for row, day, last in zip(rows, dates, ends, strict=True):
        start, end = _time(row, "start"), _time(row, "end")
        span = None
        if start and end:
            span = int((datetime.combine(last, end) - datetime.combine(day, start)).total_seconds())
        records.append(_record(row, day, start, _duration(row, span, "hours"), row.get("person", "email"), None))
    return records


def kimai(text: str, date_format: DateFormat = "", duration_unit: DurationUnit = "") -> list[TimeRecord]:
    """The entries of a CSV export of Kimai (1.x, 2.x), with its columns in English, German or French, in any order.

    Durations as its versions and templates write them: 0.11 (hours), 2:30, 2:30:00, 9000 (seconds). A whole number is read as
    hours or seconds, whichever the times of the entry or the other durations of the file show; else `duration_unit` must say.
    An empty cell under Billable is no. Sums at the end are passed over.

    https://github.com/kimai/kimai/blob/3976c07b07688b8dc11235baef218f85583266d4/src/Export/ColumnConverter.php (columns),
    https://github.com/kimai/kimai/blob/2aedb76db3c1dd34152729b658d5713465143096/src/Export/DefaultTemplate.php (their order),
    https://github.com/kimai/kimai/blob/1765e90cb404166f5e77ed38b37fa4535b0ca9d9/tests/Export/Timesheet/CsvRendererTest.php
    (1.x: seconds, sums), and translations/messages.{en,de,fr}.xlf of that repository (names of columns).
    """
    rows = _table(text, _KIMAI)
    if rows and not rows[-1].get("date", "start", "client", "project"):
        rows = rows[:-1]
    if not duration_unit and any(_DECIMAL.fullmatch(row.get("duration")) for row in rows):
        duration_unit = "hours"
    dates = _dates([(row.line, row.get("date")) for row in rows], date_format)
    records = []
    for row, day in zip(rows, dates, strict=True):
        start, end = _time(row, "start"), _time(row, "end")
        span = None
        if start and end:
            span = int((datetime.combine(day, end) - datetime.combine(day, start)).total_seconds())
            span += 24 * 3600 if span < 0 else 0
        empty = False if "billable" in row.cells else None
        records.append(
            _record(row, day, start, _duration(row, span, duration_unit), row.get("person", "username"), empty)
        )
    return records


def _record(row: Row, day: Day, start: time | None, seconds: int, person: str, empty: bool | None) -> TimeRecord:
    billable = _BILLABLE.get(row.get("billable").casefold(), empty)
    if row.get("billable") and row.get("billable").casefold() not in _BILLABLE:
        raise TimesheetError(
            row.line, f'"{row.get("billable")}" says neither yes nor no: expected Yes or No under Billable'
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


def _header(text: str) -> tuple[str, list[str]]:
    """The separator of a table, and the names of its columns."""
    best: tuple[str, list[str]] = (",", [])
    for separator in (",", ";", "\t"):
        try:
            _, cells = next(_cells(text, separator, strict=False), (1, []))
        except TimesheetError:
            continue
        if len(cells) > len(best[1]):
            best = (separator, [" ".join(cell.split()).casefold() for cell in cells])
    return best


def _cells(text: str, separator: str, strict: bool = True) -> Iterator[tuple[int, list[str]]]:
    """The lines of a table that say something, each with the number of its first line."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=strict)
    line = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        raise TimesheetError(
            line, f"this is no line of a table ({error}): expected cells in double quotes or without any"
        ) from None


def _table(text: str, columns: Mapping[str, str]) -> list[Row]:
    text = text.removeprefix("\ufeff")
    separator, names = _header(text)
    known: dict[str, int] = {}
    for place, name in enumerate(names):
        if name in columns:
            known.setdefault(columns[name], place)
    for needed in ({"date"}, {"duration", "end"}):
        if not known.keys() & needed:
            wanted = " or ".join(f'"{name.capitalize()}"' for name, field in columns.items() if field in needed)
            raise TimesheetError(1, f"the table has no column {wanted}: export it with the column titles")
    rows = []
    for line, cells in list(_cells(text, separator))[1:]:
        if len(cells) < len(names) or any(cell.strip() for cell in cells[len(names) :]):
            raise TimesheetError(
                line, f"{len(cells)} cells, but the table has {len(names)} columns: is a quote missing?"
            )
        rows.append(Row(line, {field: cells[place].strip() for field, place in known.items()}))
    return rows


def _dates(cells: list[tuple[int, str]], date_format: DateFormat) -> list[Day]:
    """The dates of a column. What a file shows nowhere (3/4 of April or March) `date_format` must say."""
    readings = []
    failed = (0, "")
    orders: tuple[DateFormat, ...] = (date_format,) if date_format else ("ymd", "dmy", "mdy")
    for order in orders:
        reading: list[Day] = []
        for line, cell in cells:
            day = _date(cell, order, bool(date_format))
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
        raise TimesheetError(line, f'"{cell}" is no date of this file: expected one such as {expected}')
    if len(readings) > 1 and readings[0] != readings[1]:
        line, cell = next(
            cell for cell, first, second in zip(cells, readings[0], readings[1], strict=True) if first != second
        )
        raise TimesheetError(
            line, f'"{cell}" may be two days, and nothing in the file tells: give date_format, "dmy" or "mdy"'
        )
    return readings[0]


def _date(cell: str, order: str, said: bool) -> Day | None:
    found = (_YEAR_FIRST if order == "ymd" else _YEAR_LAST).fullmatch(cell)
    if not found or (order == "mdy" and found[2] == "." and not said):  # nobody writes months first with dots
        return None
    year, month, day = (found[1], found[3], found[4]) if order == "ymd" else (found[4], found[3], found[1])
    if order == "mdy":
        month, day = day, month
    try:
        return Day(int(year), int(month), int(day))
    except ValueError:
        return None


def _time(row: Row, name: str) -> time | None:
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
            row.line, f'"{cell}" is no time of day: expected one such as 14:05, 14:05:30 or 2:05 PM'
        ) from None


def _duration(row: Row, span: int | None, unit: DurationUnit) -> int:
    """The seconds of an entry; `span` is how long its times say that it took."""
    cell = row.get("duration")
    if cell and (seconds := _seconds(row.line, cell, span, unit)) is not None:
        return seconds
    if not cell and span is not None and span >= 0:
        return span
    raise TimesheetError(
        row.line,
        f'"{cell}" is no duration: expected one such as 1:30, 1:30:00, 1.5 or 1,5'
        if cell
        else "no duration, and no start and end to tell it: expected one such as 1:30:00",
    )


def _seconds(line: int, cell: str, span: int | None, unit: DurationUnit) -> int | None:
    if _WHOLE.fullmatch(cell):
        number = int(cell)
        if not unit and span is not None:
            unit = "hours" if abs(number * 3600 - span) <= abs(number - span) else "seconds"
        if not unit and number:
            raise TimesheetError(
                line,
                f'"{cell}" may be hours or seconds, and nothing in the file tells: give duration_unit, "hours" or "seconds"',
            )
        return number * (3600 if unit == "hours" else 1)
    if _DECIMAL.fullmatch(cell):
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


# sessions: a start and an end -----------------------------------------------------------------------------------------

_TIMEWARRIOR_ROW = re.compile(r'"?\d{8}T\d{6}Z"?,', re.ASCII)
_TIMEWARRIOR_TIME = re.compile(r"(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z", re.ASCII)
_GAP = re.compile(r"[\s,]*")
_COMMENT = ";#*%|"
_TIMECLOCK_START = re.compile(r"[iIoObh]\s+\d", re.ASCII)
_TIMECLOCK = re.compile(
    r"(?P<code>[iIoO])\s+(?P<date>\S+)\s+(?P<hour>\d\d):(?P<minute>\d\d)(?::(?P<second>\d\d))?(?:[+-]\d{4})?(?P<rest>\s.*)?",
    re.ASCII,
)
_TAG = re.compile(r"([^\s,:;]+):([^,]*)")


class Session(NamedTuple):
    """What was begun, and where the file says so."""

    line: int
    start: datetime
    account: str
    description: str
    tags: tuple[str, ...]


def timewarrior(text: str, zone: tzinfo = UTC, skip_open: bool = False) -> list[TimeRecord]:
    """The intervals of `timew export` (JSON), or of its report `csv` (start, end, then the tags, without titles).

    They count in UTC: `zone` says where the days begin. What goes past midnight is one record a day. An annotation becomes the
    description; what the tags mean is for the caller to say.

    https://man.archlinux.org/man/timew-export.1.en,
    https://github.com/GothenburgBitFactory/timewarrior/blob/310f48973e03df89eb6a4fb7b4d1bcab1f83572c/ext/csv.py
    """
    text = text.removeprefix("\ufeff")
    records: list[TimeRecord] = []
    for line, said in _intervals(text):
        start = _moment(line, said.get("start"), zone)
        tags, description = said.get("tags", []), said.get("annotation", "")
        if (
            not isinstance(tags, list)
            or not all(isinstance(tag, str) for tag in tags)
            or not isinstance(description, str)
        ):
            raise TimesheetError(
                line, 'expected "tags" as a list of texts and "annotation" as a text, as `timew export` has them'
            )
        session = Session(line, start, "", description, tuple(tags))
        if not said.get("end"):
            if skip_open:
                continue
            raise TimesheetError(
                line,
                f"the interval since {start} has no end yet: stop it (`timew stop`), or leave open ones out (skip_open)",
            )
        records += _days(session, _moment(line, said["end"], zone))
    return records


def _intervals(text: str) -> Iterator[tuple[int, dict[str, Any]]]:
    if not text.lstrip().startswith(("[", "{")):
        for line, cells in _cells(text, ","):
            yield line, {"start": cells[0], "end": "".join(cells[1:2]), "tags": [tag for tag in cells[2:] if tag]}
        return
    decoder = json.JSONDecoder(strict=False)
    place = len(text) - len(text.lstrip())
    line = 1 + text.count("\n", 0, place)
    if text[place] != "[":
        raise TimesheetError(line, "one object: expected a list of intervals, as `timew export` writes it")
    counted, place = place, place + 1
    while True:
        place = _GAP.match(text, place).end()  # type: ignore[union-attr] # a gap of nothing matches too
        line += text.count("\n", counted, place)
        counted = place
        if text[place : place + 1] == "]":
            break
        try:
            found, place = decoder.raw_decode(text, place)
        except (ValueError, RecursionError) as error:
            raise TimesheetError(
                line, f"this is no interval ({error}): expected JSON as `timew export` writes it"
            ) from None
        if not isinstance(found, dict):
            raise TimesheetError(
                line, f'{json.dumps(found)[:40]} is no interval: expected an object with "start" and "end"'
            )
        yield line, found
    if text[place + 1 :].strip():
        raise TimesheetError(line, "something follows the list of intervals: expected the end of the file")


def _moment(line: int, said: object, zone: tzinfo) -> datetime:
    found = _TIMEWARRIOR_TIME.fullmatch(said) if isinstance(said, str) else None
    try:
        if found is None:
            raise ValueError
        year, month, day, hour, minute, second = (int(part) for part in found.groups())
        return datetime(year, month, day, hour, minute, second, tzinfo=UTC).astimezone(zone)
    except (ValueError, OverflowError):
        raise TimesheetError(line, f"{said!r:.40} is no moment: expected one such as 20231001T103000Z") from None


def timeclock(text: str, skip_open: bool = False) -> list[TimeRecord]:
    """The sessions of a timeclock file, as ledger and hledger read it.

    `i DATE TIME ACCOUNT  DESCRIPTION  ; COMMENT` begins one, `o DATE TIME [ACCOUNT]` ends the one of that account, else the one
    begun last; `I` and `O` are the same. What follows `o` and is no account that is open is the description, as timeclock.el
    has it, unless it has a colon. `b` and `h` lines, comments and time zones are passed over. A session that goes past midnight
    is one record a day. An account is read as client:project:task, one of two parts as client:project, one alone as project.
    The tags are those of hledger in the comment of `i`.

    https://hackage-content.haskell.org/package/hledger-lib-1.50.1/docs/Hledger-Read-TimeclockReader.html,
    https://github.com/ledger/ledger/blob/04655576ed785e8ff858f8e1f1179c1282f461c5/src/timelog.cc
    """
    sessions: list[Session] = []
    records: list[TimeRecord] = []
    for number, line in enumerate(_lines(text.removeprefix("\ufeff")), 1):
        if not line.strip() or line[0] in _COMMENT or line.lstrip()[0] == ";" or re.match(r"[bh]\s", line):
            continue
        found = _TIMECLOCK.fullmatch(line)
        if found is None:
            raise TimesheetError(
                number,
                f'"{line:.40}" is no line of a timeclock file: expected one such as i 2026-03-30 09:00:00 account',
            )
        when = _clocked(number, found)
        account, description, tags = _said(found["rest"] or "")
        if found["code"] in "iI":
            if any(session.account == account for session in sessions):
                raise TimesheetError(number, f'"{account}" is clocked in already: expected an `o` line before')
            sessions.append(Session(number, when, account, description, tags))
            continue
        session = _ended(number, sessions, account)
        if not session.description:
            session = session._replace(description=description or (account if account != session.account else ""))
        records += _days(session, when, number)
    if sessions and not skip_open:
        first = sessions[0]
        raise TimesheetError(
            first.line,
            f'the session of "{first.account}" has no end: add its `o` line, or leave open ones out (skip_open)',
        )
    return sorted(records, key=lambda record: record.line)


def _lines(text: str) -> list[str]:
    return re.split(r"\r\n|\n|\r", text)


def _clocked(line: int, found: re.Match[str]) -> datetime:
    day = _date(found["date"], "ymd", said=True)
    try:
        if day is None:
            raise ValueError
        return datetime.combine(day, time(int(found["hour"]), int(found["minute"]), int(found["second"] or 0)))
    except ValueError:
        raise TimesheetError(
            line,
            f'"{found["date"]} {found["hour"]}:{found["minute"]}" is no moment: expected one such as 2026-03-30 09:00:00',
        ) from None


def _said(rest: str) -> tuple[str, str, tuple[str, ...]]:
    """Account, description and tags of a timeclock line."""
    text, *comment = re.split(r"(?:^|\s);", rest, maxsplit=1)
    account, *description = re.split(r"\s{2,}|\t", text.strip(), maxsplit=1)
    tags = [f"{name}:{value.strip()}" if value.strip() else name for name, value in _TAG.findall("".join(comment))]
    return account, "".join(description), tuple(tags)


def _ended(line: int, sessions: list[Session], account: str) -> Session:
    """Takes the session that an `o` line ends out of those that are open."""
    if not sessions:
        raise TimesheetError(line, "nothing is clocked in: expected an `i` line before")
    named = [place for place, session in enumerate(sessions) if session.account == account]
    if account and not named and (":" in account or len(sessions) > 1):
        opened = ", ".join(f'"{session.account}"' for session in sessions)
        raise TimesheetError(
            line, f'"{account}" is not clocked in: expected the name of one that is ({opened}), or none'
        )
    return sessions.pop(named[0] if named else -1)


def _days(session: Session, end: datetime, line: int = 0) -> list[TimeRecord]:
    """A session as records, cut at midnight. `line` is where its end is said."""
    start = session.start
    if not timedelta(0) <= _elapsed(start, end) <= _LONGEST:
        what = "ends before it starts" if end < start else f"lasts more than {_LONGEST.days} days"
        raise TimesheetError(
            line or session.line, f"the session from {start} to {end} {what}: expected an end soon after the start"
        )
    client, project, task = _account(session.account)
    records: list[TimeRecord] = []
    while True:
        midnight = (
            datetime.combine(start.date() + timedelta(days=1), time(), start.tzinfo)
            if start.date() < end.date()
            else end
        )
        records.append(
            TimeRecord(
                date=start.date(),
                start=start.time(),
                seconds=int(_elapsed(start, midnight).total_seconds()),
                client=client,
                project=project,
                task=task,
                description=session.description,
                tags=session.tags,
                line=session.line,
            )
        )
        if midnight == end:
            return records
        start = midnight


def _elapsed(start: datetime, end: datetime) -> timedelta:
    """What passed between two moments: where both have a zone, also when its clocks were changed meanwhile."""
    return end - start if start.tzinfo is None else end.astimezone(UTC) - start.astimezone(UTC)


def _account(account: str) -> tuple[str, str, str]:
    parts = account.split(":", 2)
    if len(parts) == 1:
        return "", account, ""
    return parts[0], parts[1], "".join(parts[2:])
