"""The day that the page shows: the only place where it asks a clock."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple


class ShownDay(NamedTuple):
    """The day (inclusive) as of which everything is shown, and what has to be said about it."""

    day: date
    filter_ends: date | None = None
    """The last day of the time filter, if it lies beyond `day` because that day has not come."""
    to_come: bool = False
    """Whether the day itself has not come, because the whole filter lies in the future."""


def today() -> date:
    """The user's own day."""
    return date.today()  # noqa: DTZ011 - the user's own day, read at the edge


def shown_day(begins: date, ends: date, now: date) -> ShownDay:
    """The day that a time filter from `begins` to `ends` (both inclusive) stands for on the day `now`.

    Its last day, but not beyond `now`, unless it begins after it.
    """
    if begins > now:
        return ShownDay(ends, to_come=True)
    return ShownDay(now, filter_ends=ends) if ends > now else ShownDay(ends)
