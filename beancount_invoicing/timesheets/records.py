"""The results of reading time sheets: records of time, clock sessions, and errors."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Literal, NamedTuple

from beancount_invoicing.messages import _
from beancount_invoicing.model import Day
from beancount_invoicing.rules.steps import round_to

DateFormat = Literal["", "ymd", "dmy", "mdy"]
"""The order of dates in a file; "" if the dates themselves show it."""
DurationUnit = Literal["", "hours", "seconds"]
"""The unit of a whole number as a duration; "" if the file itself shows it."""

_LONGEST = timedelta(days=31)
"""A session that lasts longer was forgotten, not worked."""
_YEAR_FIRST = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})", re.ASCII)
_YEAR_LAST = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4})", re.ASCII)


class TimesheetError(ValueError):
    """The file does not follow its format; the message names the line, what is wrong and what was expected."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(_("line {line}: {message}", line=line, message=message))
        self.line = line


class TimeRecord(NamedTuple):
    """Time that somebody worked on one day. `line` is its line in the file; `billable` is None if the file does not
    say.
    """

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
        """The hours, rounded half up."""
        return round_to(Decimal(self.seconds) / 3600, decimals)


class ClockSession(NamedTuple):
    """A session that was begun, and its line in the file."""

    line: int
    start: datetime
    account: str
    description: str
    tags: tuple[str, ...]


def split_lines(text: str) -> list[str]:
    """The lines of a text, with any kind of line ending."""
    return re.split(r"\r\n|\n|\r", text)


def day_of(cell: str, order: str, order_is_known: bool) -> Day | None:
    """The day in a cell, with its parts in this order; None if it is not a date in this order.

    `order_is_known`: whether the order is certain.
    """
    found = (_YEAR_FIRST if order == "ymd" else _YEAR_LAST).fullmatch(cell)
    if not found or (order == "mdy" and found[2] == "." and not order_is_known):  # nobody writes months first with dots
        return None
    year, month, day = (found[1], found[3], found[4]) if order == "ymd" else (found[4], found[3], found[1])
    if order == "mdy":
        month, day = day, month
    try:
        return Day(int(year), int(month), int(day))
    except ValueError:
        return None


def in_days(session: ClockSession, end: datetime, line: int = 0) -> list[TimeRecord]:
    """A session as records, cut at midnight. `line` is the line of its end."""
    start = session.start
    if not timedelta(0) <= _elapsed(start, end) <= _LONGEST:
        problem = _("ends before it starts") if end < start else _("lasts more than {days} days", days=_LONGEST.days)
        raise TimesheetError(
            line or session.line,
            _(
                "the session from {start} to {end} {subject}: expected an end soon after the start",
                start=start,
                end=end,
                subject=problem,
            ),
        )
    client, project, task = parts_of(session.account)
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


def parts_of(account: str) -> tuple[str, str, str]:
    """Client, project and task of an account, client:project:task; a single part is a project."""
    parts = account.split(":", 2)
    if len(parts) == 1:
        return "", account, ""
    return parts[0], parts[1], "".join(parts[2:])


def with_project(records: Iterable[TimeRecord], project: str) -> list[TimeRecord]:
    """The records with this project, whose name is not split into parts."""
    return [record._replace(client="", project=project, task="") for record in records]
