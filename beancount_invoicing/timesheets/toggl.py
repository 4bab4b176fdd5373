"""Toggl Track: the CSV of a detailed report, which Clockify writes in nearly the same form, and the JSON of its API."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, tzinfo
from typing import Any

from beancount_invoicing.messages import _
from beancount_invoicing.timesheets.objects import moment, objects, text_list
from beancount_invoicing.timesheets.records import DateFormat, TimeRecord, TimesheetError
from beancount_invoicing.timesheets.tables import (
    TimesheetRow,
    dates_of_column,
    duration,
    record,
    table_rows,
    time_of_day,
)

_COLUMNS = {
    "user": "person", "member": "person", "email": "email", "client": "client", "project": "project", "task": "task",
    "description": "description", "billable": "billable", "start date": "date", "start time": "start",
    "end date": "end date", "stop date": "end date", "end time": "end", "stop time": "end", "duration": "duration",
    "duration (h)": "duration", "tags": "tags",
}  # fmt: skip


def parse_toggl(text: str, date_format: DateFormat = "") -> list[TimeRecord]:
    """The entries of a detailed report of Toggl Track or Clockify, exported as CSV.

    Columns in any order: User or Member, Email, Client, Project, Task, Description, Billable, Start date, Start time,
    End or Stop date, End or Stop time, Duration, Tags; others (Amount) are skipped. A single hyphen means empty.
    Durations have the form set in the profile: 0:18:25, 18:25 min, 45 sec, 0.31 h.

    https://support.toggl.com/import-and-export/csv-import/editing-and-uploading-a-csv-file (columns),
    https://github.com/CorrectRoadH/OpenTickly/issues/84 (a file of 2026 with durations in minutes).
    """
    rows = [
        TimesheetRow(row.line, {name: "" if cell == "-" else cell for name, cell in row.cells.items()})
        for row in table_rows(text, _COLUMNS)
    ]
    begun = [(row.line, row.get("date")) for row in rows]
    both = dates_of_column(begun + [(row.line, row.get("end date", "date")) for row in rows], date_format)
    records = []
    for row, day, last in zip(rows, both, both[len(rows) :], strict=False):
        start, end = time_of_day(row, "start"), time_of_day(row, "end")
        span = None
        if start and end:
            span = int((datetime.combine(last, end) - datetime.combine(day, start)).total_seconds())
        records.append(record(row, day, start, duration(row, span, "hours"), row.get("person", "email"), None))
    return records


def parse_toggl_api(text: str, zone: tzinfo, skip_open: bool) -> list[TimeRecord]:
    """The time entries of Toggl's API as JSON: of GET /api/v9/me/time_entries (with meta=true, which gives the names of
    projects and clients; otherwise a project is its number), or of its report of time entries (v3). Times in UTC are
    converted to `zone`; an entry counts for the day on which it began.

    https://engineering.toggl.com/docs/tracking (running entries have a negative duration),
    https://github.com/garyhtou/toggl-track (entries as they come).
    """
    records = []
    for line, found in objects(text, "time entry", "time entries", "Toggl's API"):
        for entry in _entries(line, found):
            seconds, start = entry.get("duration", entry.get("seconds")), moment(line, entry.get("start"), zone)
            if not isinstance(seconds, int) or isinstance(seconds, bool):
                raise TimesheetError(
                    line, _('"duration" is {seconds}: expected a number of seconds', seconds=f"{seconds!r:.40}")
                )
            if seconds < 0:
                if skip_open:
                    continue
                raise TimesheetError(
                    line,
                    _(
                        "the entry since {start} is still running: stop it, or leave running ones out (--skip-open)",
                        start=start,
                    ),
                )
            billable = entry.get("billable")
            records.append(
                TimeRecord(
                    date=start.date(),
                    start=start.time(),
                    seconds=seconds,
                    person=_said(entry, "user_name", "username"),
                    client=_said(entry, "client_name"),
                    project=_said(entry, "project_name", "project_id", "pid"),
                    task=_said(entry, "task_name"),
                    description=_said(entry, "description"),
                    tags=text_list(line, entry.get("tags"), "tags"),
                    billable=billable if isinstance(billable, bool) else None,
                    line=line,
                )
            )
    return records


def _entries(line: int, found: Any) -> Iterator[dict[str, Any]]:
    """An entry, or those of a row of a report, which says once what they share."""
    if not isinstance(found, dict):
        raise TimesheetError(line, _("{found} is not a time entry: expected an object", found=f"{found!r:.40}"))
    rows = found.get("time_entries")
    if not isinstance(rows, list):
        yield found
        return
    shared = {name: value for name, value in found.items() if name != "time_entries"}
    for row in rows:
        if not isinstance(row, dict):
            raise TimesheetError(line, _("{row} is not a time entry: expected an object", row=f"{row!r:.40}"))
        yield shared | row


def _said(entry: dict[str, Any], *names: str) -> str:
    return next((str(entry[name]) for name in names if entry.get(name) not in (None, "")), "")
