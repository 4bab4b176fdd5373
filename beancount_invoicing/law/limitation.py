"""When claims lapse: limitation periods by the country of the seller and the kind of buyer."""

from __future__ import annotations

from calendar import monthrange
from datetime import date
from functools import cache
from typing import Any, NamedTuple

from beancount_invoicing.law.data import load_data
from beancount_invoicing.law.places import law_of


class Limitation(NamedTuple):
    """A limitation period of whole `years`, from the due date or from the end of the year of the due date."""

    years: int
    from_year_end: bool
    restarts_from_year_end: bool
    """Whether, after an acknowledgement, the period runs from the end of that year, not from the day of the
    acknowledgement.
    """
    source: str
    address: str
    """The web address of the source."""

    def last_day(self, due: date, acknowledged: date | None = None) -> date | None:
        """The last day on which you can sue for the claim; None if it is beyond the calendar's end.

        `acknowledged`: the last day on which the debtor acknowledged the claim. The whole period runs again from that
        day.
        """
        day = acknowledged or due
        at_year_end = self.restarts_from_year_end if acknowledged else self.from_year_end
        year = day.year + self.years
        if year > date.max.year:
            return None
        if at_year_end:
            return date(year, 12, 31)
        return date(year, day.month, min(day.day, monthrange(year, day.month)[1]))


@cache
def limitation(country: str, buyer: str) -> Limitation | None:
    """The limitation period of a seller's claims on a `buyer` of that kind; None if unknown."""
    rows: list[dict[str, Any]] = load_data("limitation.toml").get(law_of(country), [])
    row = next((row for row in rows if buyer in row["buyers"]), None)
    if row is None:
        return None
    return Limitation(
        years=row["years"],
        from_year_end=row["begins"] == "year-end",
        restarts_from_year_end=row["restarts"] == "year-end",
        source=row["source"],
        address=row["address"],
    )
