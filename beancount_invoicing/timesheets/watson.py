"""Watson: `watson log` as CSV or JSON, and its file of frames."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, tzinfo

from beancount_invoicing.messages import _
from beancount_invoicing.timesheets.objects import moment, objects, text_list
from beancount_invoicing.timesheets.records import ClockSession, TimeRecord, TimesheetError, in_days, with_project
from beancount_invoicing.timesheets.tables import table_rows

WATSON_FIELDS = {"start": "start", "stop": "stop", "project": "project", "tags": "tags"}
_NEEDED = frozenset({"start"}), frozenset({"stop"}), frozenset({"project"})


def parse_watson(text: str, zone: tzinfo) -> list[TimeRecord]:
    """The frames of `watson log --csv` or `watson log --json`, or of the file `frames` (times in UTC, converted to
    `zone`).

    Time past midnight becomes one record per day.

    https://github.com/jazzband/Watson/blob/master/watson/utils.py (frames_to_csv, frames_to_json)
    """
    frames = _listed(text, zone) if text.lstrip()[:1] in {"[", "{"} else _tabled(text)
    records: list[TimeRecord] = []
    for line, start, end, project, tags in frames:
        records += with_project(in_days(ClockSession(line, start, "", "", tags), end), project)
    return records


_Frame = tuple[int, datetime, datetime, str, tuple[str, ...]]


def _tabled(text: str) -> Iterator[_Frame]:
    for row in table_rows(text, WATSON_FIELDS, _NEEDED):
        start, end = (_local(row.line, row.get(name)) for name in ("start", "stop"))
        tags = tuple(tag.strip() for tag in row.get("tags").split(",") if tag.strip())
        yield row.line, start, end, row.get("project"), tags


def _local(line: int, cell: str) -> datetime:
    try:
        found = datetime.fromisoformat(cell)
        if not 1 < found.year < 9999:
            raise ValueError
    except ValueError:
        raise TimesheetError(
            line, _('"{cell}" is not a point in time: expected something like 2026-03-30 09:00:00', cell=cell)
        ) from None
    return found.replace(tzinfo=None)


def _listed(text: str, zone: tzinfo) -> Iterator[_Frame]:
    for line, found in objects(text, "frame", "frames", "`watson log --json`"):
        if isinstance(found, dict):
            start, end = moment(line, found.get("start"), zone), moment(line, found.get("stop"), zone)
            project, tags = found.get("project"), found.get("tags")
        elif isinstance(found, list) and len(found) >= 5:  # of the file: start, stop, project, id, tags, updated
            start, end = _second(line, found[0], zone), _second(line, found[1], zone)
            project, tags = found[2], found[4]
        else:
            raise TimesheetError(
                line, _("{found} is not a frame: expected an entry of `watson log --json`", found=f"{found!r:.40}")
            )
        if not isinstance(project, str):
            raise TimesheetError(line, _('"project" is {project}: expected a text', project=f"{project!r:.40}"))
        yield line, start, end, project, text_list(line, tags, "tags")


def _second(line: int, value: object, zone: tzinfo) -> datetime:
    try:
        if not isinstance(value, int) or isinstance(value, bool):
            raise ValueError
        return datetime.fromtimestamp(value, UTC).astimezone(zone)
    except (ValueError, OverflowError, OSError):
        raise TimesheetError(
            line, _("{text} is not a point in time: expected seconds since 1970", text=f"{value!r:.40}")
        ) from None
