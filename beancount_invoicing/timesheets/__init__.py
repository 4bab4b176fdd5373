"""Time records of other programs, read from the text of their files; one module per program or format. Pure: knows
neither ledgers nor clocks.

A file is read completely or not at all: TimesheetError names the line, what is wrong and what was expected.
"""

from __future__ import annotations

from datetime import UTC, tzinfo

from beancount_invoicing.messages import _
from beancount_invoicing.timesheets import (
    harvest,
    kimai,
    objects,
    org,
    tables,
    timeclock,
    timedot,
    timewarrior,
    toggl,
    watson,
)
from beancount_invoicing.timesheets.records import DateFormat, DurationUnit, TimeRecord, TimesheetError, split_lines

FORMATS = ("toggl", "clockify", "harvest", "kimai", "watson", "timewarrior", "timeclock", "timedot", "org")


def detect(text: str) -> str:
    """Which of FORMATS a text has. Raises TimesheetError if it has none of them."""
    text = text.removeprefix("\ufeff")
    if text.lstrip()[:1] in {"[", "{"}:
        return _of_json(text)
    if org.CLOCK.search(text):
        return "org"
    for line in split_lines(text):
        if not line.strip() or line[0] in timeclock.COMMENT_MARKS:
            continue
        if timewarrior.ROW.match(line):
            return "timewarrior"
        if timeclock.START.match(line):
            return "timeclock"
        break
    if timedot.looks_like(text):
        return "timedot"
    _other, titles = tables.header(text)
    names = set(titles)
    if "start date" in names:
        return "clockify" if "duration (h)" in names else "toggl"
    if {"date", "hours"} <= names and names & {"client", "project", "task"}:
        return "harvest"
    if {"start", "stop", "project"} <= names:
        return "watson"
    if {kimai.KIMAI_FIELDS.get(name) for name in names} >= {"date", "duration"}:
        return "kimai"
    raise TimesheetError(
        1,
        _(
            "this is not a file of a known time tracker: expected the CSV of a detailed report of Toggl Track, "
            "Clockify or Harvest, a CSV export of Kimai, the JSON of Toggl's API, `watson log` as JSON or CSV, "
            "`timew export`, a timeclock or timedot file, or an Org file with CLOCK lines"
        ),
    )


def _of_json(text: str) -> str:
    """The format of a list in JSON, by its first element."""
    try:
        first = next((found for _line, found in objects.objects(text, "entry", "entries", _("a time tracker"))), None)
    except TimesheetError:
        first = None
    if isinstance(first, list) or (isinstance(first, dict) and {"stop", "project"} <= first.keys()):
        return "watson"
    if isinstance(first, dict) and first.keys() & {"duration", "time_entries"}:
        return "toggl"
    return "timewarrior"


def parse_timesheet(
    text: str,
    format: str = "",  # noqa: A002 - the field's own word
    *,
    date_format: DateFormat = "",
    duration_unit: DurationUnit = "",
    zone: tzinfo = UTC,
    skip_open: bool = False,
) -> list[TimeRecord]:
    """The records of a text in the order of its lines; `format` is one of FORMATS, or is detected. Raises
    TimesheetError.

    `zone`: the time zone of the work, for files with times in UTC. `skip_open`: leave out entries without an end.
    """
    match format or detect(text):
        case "toggl" if text.removeprefix("\ufeff").lstrip().startswith("["):
            return toggl.parse_toggl_api(text.removeprefix("\ufeff"), zone, skip_open)
        case "toggl" | "clockify":
            return toggl.parse_toggl(text, date_format)
        case "harvest":
            return harvest.parse_harvest(text, date_format)
        case "kimai":
            return kimai.parse_kimai(text, date_format, duration_unit)
        case "watson":
            return watson.parse_watson(text.removeprefix("\ufeff"), zone)
        case "timewarrior":
            return timewarrior.parse_timewarrior(text, zone, skip_open)
        case "timeclock":
            return timeclock.parse_timeclock(text, skip_open)
        case "timedot":
            return timedot.parse_timedot(text)
        case "org":
            return org.parse_org(text, skip_open)
    raise TimesheetError(
        1, _('"{format}" is not a known format: expected one of {formats}', format=format, formats=", ".join(FORMATS))
    )


__all__ = ["FORMATS", "DateFormat", "DurationUnit", "TimeRecord", "TimesheetError", "detect", "parse_timesheet"]
