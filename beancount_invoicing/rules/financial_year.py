"""The financial year of a day."""

from __future__ import annotations

from datetime import date, timedelta

from beancount_invoicing.rules.steps import plus_months

CALENDAR_YEAR = "12-31"
"""The last day of a year that is the calendar's."""


def financial_year_start(end: str, day: date) -> date:
    """The first day of the financial year that `day` is in; `end` is the last day of each year, "MM-DD".

    28 and 29 February both mean the last day of February. Raises ValueError if `end` is no day of a year.
    """
    month, last = (int(part) for part in end.split("-"))
    first = date(2001, month, 28 if (month, last) == (2, 29) else last) + timedelta(days=1)
    start = date(day.year, first.month, first.day)
    return start if start <= day else plus_months(start, -12)
