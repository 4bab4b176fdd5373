"""Time sheets in the form of JSON lists."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import datetime, timedelta, tzinfo
from typing import Any

from beancount_invoicing.messages import _
from beancount_invoicing.timesheets.records import TimesheetError

_GAP = re.compile(r"[\s,]*")


def objects(text: str, singular: str, many: str, writer: str) -> Iterator[tuple[int, Any]]:
    """The objects of a JSON list, each with the line on which it begins. The other arguments name them in messages:
    singular, plural, and the program that writes them.
    """
    decoder = json.JSONDecoder(strict=False)
    place = len(text) - len(text.lstrip())
    line = 1 + text.count("\n", 0, place)
    if text[place : place + 1] != "[":
        raise TimesheetError(
            line,
            _("this is a single object: expected a list of {many}, as {writer} writes it", many=many, writer=writer),
        )
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
                line,
                _(
                    "this is not the JSON of one {singular} ({error}): expected what {writer} writes",
                    singular=singular,
                    error=error,
                    writer=writer,
                ),
            ) from None
        yield line, found
    if text[place + 1 :].strip():
        raise TimesheetError(line, _("something follows the list of {many}: expected the end of the file", many=many))


def moment(line: int, value: object, zone: tzinfo) -> datetime:
    """A time in ISO 8601: a time in UTC is converted to `zone`, any other stays local to where it was written."""
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
        if found is None or not 1 < found.year < 9999:
            raise ValueError
    except ValueError:
        raise TimesheetError(
            line,
            _(
                "{value} is not a point in time: expected something like 2026-03-30T09:00:00+02:00",
                value=f"{value!r:.40}",
            ),
        ) from None
    found = found.replace(microsecond=0)
    return found.astimezone(zone) if found.utcoffset() == timedelta(0) else found


def text_list(line: int, value: object, name: str) -> tuple[str, ...]:
    """A list of texts; empty if there is none."""
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(part, str) for part in value):
        raise TimesheetError(
            line, _('"{name}" is {value}: expected a list of texts', name=name, value=f"{value!r:.40}")
        )
    return tuple(value)
