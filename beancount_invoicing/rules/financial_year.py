"""Financial years: the day on which each ends, and the year of a day."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import NamedTuple

from beancount_invoicing.messages import _
from beancount_invoicing.model import Dated, Day

CALENDAR_YEAR = "12-31"
"""The last day of a year that is the calendar's."""


class FinancialYear(NamedTuple):
    """A financial year, both days inclusive."""

    first: Day
    last: Day


def closing_day(end: str, year: int) -> date | None:
    """The day on which a financial year ends in a calendar year; None if the first financial year ends later.

    `end`: "MM-DD", the last day of each year; or "YYYY-MM-DD", the last day of the first one, whose month and day are those of the
    years after it too. 28 and 29 February both mean the last day of February. Raises ValueError if `end` is neither.
    """
    parts = re.fullmatch("([0-9]{4}-)?([0-9]{2})-([0-9]{2})", end, re.ASCII)
    if not parts:
        raise ValueError(_('"{text}" is not a day of a year', text=end))
    month, last = int(parts[2]), int(parts[3])
    day = date(year, 3, 1) - timedelta(days=1) if (month, last) in {(2, 28), (2, 29)} else date(year, month, last)
    return day if not parts[1] or year >= int(parts[1][:-1]) else None


def is_closing_day(end: str) -> bool:
    """Whether a text is what `closing_day` takes."""
    try:
        closing_day(end, 2000)
    except ValueError:
        return False
    return True


def financial_years(ends: Dated[str], begin: date, until: date) -> tuple[FinancialYear, ...]:
    """The financial years from the one that `begin` is in to the one that `until` is in.

    `ends`: what `closing_day` takes, by the day from which it holds. A year ends on a day if the version in force on that day says
    so: where the end changes, a year is shorter or longer than twelve months. The first year begins with `begin` if no year ends
    before it. Raises ValueError if a version is not a day of a year.
    """
    texts = {text for _since, text in ends.versions}
    latest = max([until.year, *(int(text[:4]) for text in texts if len(text) == len("YYYY-MM-DD"))])
    # where the end changes a year may end, or have begun, in the second calendar year from here
    years = range(max(begin.year - 2, date.min.year), min(latest + 2, date.max.year) + 1)
    days = (closing_day(text, year) for text in texts for year in years)
    closings = sorted({day for day in days if day and closing_day(ends.at(day), day.year) == day})
    begins = [day + timedelta(days=1) for day in closings if day < until]
    firsts = [max((day for day in begins if day <= begin), default=begin), *(day for day in begins if day > begin)]
    last = next((day for day in closings if day >= max(begin, until)), date.max)
    lasts = [*(day - timedelta(days=1) for day in firsts[1:]), last]
    return tuple(FinancialYear(*days) for days in zip(firsts, lasts, strict=True))
