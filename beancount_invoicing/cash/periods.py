"""The periods of a report: whole months, and the parts of months at its ends."""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from beancount_invoicing.rules.steps import end_of_month, plus_months


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
        first = self.since
        while first <= self.until:
            last = min(end_of_month(first), self.until)
            yield Period(first, last)
            first = last + timedelta(days=1)


def year_until(day: date) -> Period:
    """The twelve months that end with `day`."""
    return Period(plus_months(day + timedelta(days=1), -12), day)
