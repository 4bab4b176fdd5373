"""Timewarrior: `timew export`, and its report `csv`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, tzinfo
from typing import Any

from beancount_invoicing.messages import _
from beancount_invoicing.timesheets.objects import objects
from beancount_invoicing.timesheets.records import ClockSession, TimeRecord, TimesheetError, in_days
from beancount_invoicing.timesheets.tables import cells_of

ROW = re.compile(r'"?\d{8}T\d{6}Z"?,', re.ASCII)
"""The beginning of a line of the report `csv`, which has no titles."""
_TIME = re.compile(r"(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z", re.ASCII)


def parse_timewarrior(text: str, zone: tzinfo = UTC, skip_open: bool = False) -> list[TimeRecord]:
    """The intervals of `timew export` (JSON), or of its report `csv` (start, end, then the tags, without titles).

    They are in UTC: `zone` decides where days begin. Time past midnight becomes one record per day. An annotation
    becomes the description; the caller decides what the tags mean.

    https://man.archlinux.org/man/timew-export.1.en,
    https://github.com/GothenburgBitFactory/timewarrior/blob/310f48973e03df89eb6a4fb7b4d1bcab1f83572c/ext/csv.py
    """
    text = text.removeprefix("\ufeff")
    records: list[TimeRecord] = []
    for line, interval in _intervals(text):
        start = _moment(line, interval.get("start"), zone)
        tags, description = interval.get("tags", []), interval.get("annotation", "")
        if (
            not isinstance(tags, list)
            or not all(isinstance(tag, str) for tag in tags)
            or not isinstance(description, str)
        ):
            raise TimesheetError(
                line, _('expected "tags" as a list of texts and "annotation" as a text, as `timew export` writes them')
            )
        session = ClockSession(line, start, "", description, tuple(tags))
        if not interval.get("end"):
            if skip_open:
                continue
            raise TimesheetError(
                line,
                _(
                    "the interval since {start} has no end yet: stop it (`timew stop`), or leave running ones out "
                    "(--skip-open)",
                    start=start,
                ),
            )
        records += in_days(session, _moment(line, interval["end"], zone))
    return records


def _intervals(text: str) -> Iterator[tuple[int, dict[str, Any]]]:
    if not text.lstrip().startswith(("[", "{")):
        for line, cells in cells_of(text, ","):
            yield line, {"start": cells[0], "end": "".join(cells[1:2]), "tags": [tag for tag in cells[2:] if tag]}
        return
    for line, found in objects(text, "interval", "intervals", "`timew export`"):
        if not isinstance(found, dict):
            raise TimesheetError(
                line,
                _('{dump} is not an interval: expected an object with "start" and "end"', dump=json.dumps(found)[:40]),
            )
        yield line, found


def _moment(line: int, value: object, zone: tzinfo) -> datetime:
    found = _TIME.fullmatch(value) if isinstance(value, str) else None
    try:
        if found is None:
            raise ValueError
        year, month, day, hour, minute, second = (int(part) for part in found.groups())
        return datetime(year, month, day, hour, minute, second, tzinfo=UTC).astimezone(zone)
    except (ValueError, OverflowError):
        raise TimesheetError(
            line, _("{text} is not a point in time: expected something like 20231001T103000Z", text=f"{value!r:.40}")
        ) from None
