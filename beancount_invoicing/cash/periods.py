"""The periods of a report: whole months, and the parts of months at its ends."""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal, NamedTuple

from beancount_invoicing.rules.steps import end_of_month, plus_months

Interval = Literal["month", "quarter", "year"]
MONTHS: dict[Interval, int] = {"month": 1, "quarter": 3, "year": 12}
RECENT: dict[Interval, int] = {"month": 12, "quarter": 8, "year": 5}
"""How many intervals are looked back on."""


class Period(NamedTuple):
    """From `since` to `until`, both inclusive."""

    since: date
    until: date

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.until - self.since).days + 1

    @property
    def months(self) -> Decimal:
        """How many months it has, a part of a month by its days; not rounded."""
        return sum(
            (
                Decimal(part.days) / calendar.monthrange(part.since.year, part.since.month)[1]
                for part in self.by_month()
            ),
            Decimal(0),
        )

    def by_month(self) -> Iterator[Period]:
        """Its months, in order; the first and the last one as far as they belong to it."""
        return self.by("month")

    def by(self, interval: Interval) -> Iterator[Period]:
        """Its months, quarters or years, in order; the first and the last one as far as they belong to it."""
        first = self.since
        while first <= self.until:
            begins = first_day(first, interval)
            last = min(end_of_month(plus_months(begins, MONTHS[interval] - 1)), self.until)
            yield Period(first, last)
            first = last + timedelta(days=1)


def first_day(day: date, interval: Interval) -> date:
    """The first day of the month, quarter or year of a day."""
    return day.replace(month=day.month - (day.month - 1) % MONTHS[interval], day=1)


def recent(day: date, interval: Interval) -> Period:
    """The last RECENT whole months, quarters or years, of which the last is as far as `day` (inclusive)."""
    return Period(plus_months(first_day(day, interval), -MONTHS[interval] * (RECENT[interval] - 1)), day)


def year_until(day: date) -> Period:
    """The twelve months that end with `day`."""
    return Period(plus_months(day + timedelta(days=1), -12), day)
