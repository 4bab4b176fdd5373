"""Org files: the clocked time below their headings."""

from __future__ import annotations

import re
from datetime import datetime, time

from beancount_invoicing.messages import _
from beancount_invoicing.timesheets.records import (
    ClockSession,
    TimeRecord,
    TimesheetError,
    day_of,
    in_days,
    split_lines,
)

CLOCK = re.compile(r"(?m)^\s*CLOCK:\s*\[")
_LINE = re.compile(r"\s*CLOCK:\s*(?P<start>\[[^\]]*\])(?:--(?P<end>\[[^\]]*\])(?:\s*=>.*)?)?\s*")
_STAMP = re.compile(r"\[(\d{4}-\d\d-\d\d)(?:\s+[^\s\d\]][^\s\]]*)?\s+(\d{1,2}):(\d\d)\]")
_HEADING = re.compile(r"(\*+)\s+(.*?)(?:\s+(:(?:[\w@#%]+:)+))?\s*")
_STATES = re.compile(r"#\+(?:TODO|SEQ_TODO|TYP_TODO):(.*)", re.IGNORECASE)
_USUAL = {"TODO", "DONE", "NEXT", "WAITING", "HOLD", "STARTED", "CANCELLED", "CANCELED"}
_ASIDE = re.compile(r"\[#\w+\]|\[\d*/\d*\]|\[\d*%\]")
_LINK = re.compile(r"\[\[[^\]]*\]\[([^\]]*)\]\]|\[\[([^\]]*)\]\]")


def parse_org(text: str, skip_open: bool = False) -> list[TimeRecord]:
    """The time in the CLOCK lines of an Org file. The first-level heading is the project, the heading with the clock
    the description, those between them the task. The tags are those of the heading with the clock and of all headings
    above it.

    States (TODO, DONE …, and those of #+TODO:), priorities and statistics are not part of a heading. Time past midnight
    becomes one record per day. The sum after `=>` is skipped, because the two times give it.

    https://orgmode.org/manual/Clocking-commands.html, https://orgmode.org/worg/org-syntax.html (headlines, clocks)
    """
    states = set(_USUAL)
    headings: list[tuple[int, str, tuple[str, ...]]] = []
    records: list[TimeRecord] = []
    for number, line in enumerate(split_lines(text.removeprefix("\ufeff")), 1):
        if match := _STATES.match(line):
            states |= {word.partition("(")[0] for word in match[1].split() if word != "|"}
        elif heading := _HEADING.fullmatch(line):
            level = len(heading[1])
            headings = [heading for heading in headings if heading[0] < level]
            tags = tuple(tag for tag in (heading[3] or "").split(":") if tag)
            headings.append((level, _title(heading[2], states), tags))
        elif CLOCK.match(line):
            records += _clocked(number, line, headings, skip_open)
    return records


def _title(text: str, states: set[str]) -> str:
    first, _space, rest = text.partition(" ")
    title = rest if first in states else text
    title = _LINK.sub(lambda link: link[1] or link[2], _ASIDE.sub("", title))
    return " ".join(title.split())


def _clocked(
    number: int, line: str, headings: list[tuple[int, str, tuple[str, ...]]], skip_open: bool
) -> list[TimeRecord]:
    found = _LINE.fullmatch(line)
    if found is None:
        raise TimesheetError(
            number,
            _(
                '"{line}" is not a clock entry: expected something like CLOCK: [2026-03-30 Mon 09:00]--[2026-03-30 '
                "Mon 10:30]",
                line=f"{line.strip():.60}",
            ),
        )
    start = _moment(number, found["start"])
    titles = [title for _level, title, _tags in headings]
    if not found["end"]:
        if skip_open:
            return []
        raise TimesheetError(
            number,
            (
                _(
                    'the clock of "{title}" is still running since {start}: clock out, or leave running entries out '
                    "(--skip-open)",
                    title=titles[-1],
                    start=start,
                )
                if titles
                else _(
                    "the clock without a title is still running since {start}: clock out, or leave running entries "
                    "out (--skip-open)",
                    start=start,
                )
            ),
        )
    tags = tuple(dict.fromkeys(tag for _level, _title, own_tags in headings for tag in own_tags))
    session = ClockSession(number, start, "", titles[-1] if len(titles) > 1 else "", tags)
    return [
        record._replace(project=titles[0] if titles else "", task=" / ".join(titles[1:-1]))
        for record in in_days(session, _moment(number, found["end"]))
    ]


def _moment(number: int, text: str) -> datetime:
    found = _STAMP.fullmatch(text)
    try:
        day = day_of(found[1], "ymd", order_is_known=True) if found else None
        if found is None or day is None:
            raise ValueError
        return datetime.combine(day, time(int(found[2]), int(found[3])))
    except ValueError:
        raise TimesheetError(
            number, _("{text} is not a point in time: expected something like [2026-03-30 Mon 09:00]", text=text)
        ) from None
