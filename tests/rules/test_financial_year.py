"""Financial years that end in any month, longer first years, and an end that changes."""

from __future__ import annotations

from datetime import date

import pytest

from beancount_invoicing.model import Dated
from beancount_invoicing.rules.financial_year import closing_day, financial_years, is_closing_day


def years(begin: str, until: str, *versions: tuple[str, str]) -> list[tuple[str, str]]:
    """The years as texts; `versions`: from when which end holds."""
    ends = Dated(tuple((date.fromisoformat(since), end) for since, end in versions))
    found = financial_years(ends, date.fromisoformat(begin), date.fromisoformat(until))
    return [(str(year.first), str(year.last)) for year in found]


@pytest.mark.parametrize(
    ("end", "day", "first", "last"),
    [
        ("12-31", "2026-01-01", "2026-01-01", "2026-12-31"),
        ("12-31", "2026-12-31", "2026-01-01", "2026-12-31"),
        ("06-30", "2026-06-30", "2025-07-01", "2026-06-30"),
        ("06-30", "2026-07-01", "2026-07-01", "2027-06-30"),
        ("02-29", "2026-02-28", "2025-03-01", "2026-02-28"),
        ("02-28", "2026-02-28", "2025-03-01", "2026-02-28"),
        ("02-28", "2024-02-29", "2023-03-01", "2024-02-29"),
        ("02-28", "2024-03-01", "2024-03-01", "2025-02-28"),
        ("06-30", "9999-12-31", "9999-07-01", "9999-12-31"),
    ],
)
def test_a_financial_year_begins_on_the_day_after_the_end_of_the_one_before(
    end: str, day: str, first: str, last: str
) -> None:
    assert years(day, day, ("2000-01-01", end)) == [(first, last)]


def test_a_first_year_may_be_longer_than_twelve_months() -> None:
    """Founded in September 2025, closed for the first time at the end of 2026."""
    assert years("2025-09-15", "2028-02-01", ("2025-09-15", "2026-12-31")) == [
        ("2025-09-15", "2026-12-31"), ("2027-01-01", "2027-12-31"), ("2028-01-01", "2028-12-31"),
    ]  # fmt: skip


def test_where_the_end_changes_a_year_is_shorter_or_longer() -> None:
    assert years("2025-01-01", "2027-01-01", ("2025-01-01", "12-31"), ("2026-03-01", "06-30")) == [
        ("2025-01-01", "2025-12-31"), ("2026-01-01", "2026-06-30"), ("2026-07-01", "2027-06-30"),
    ]  # fmt: skip
    assert years("2025-01-01", "2026-08-01", ("2025-01-01", "06-30"), ("2026-03-01", "12-31")) == [
        ("2024-07-01", "2025-06-30"), ("2025-07-01", "2026-12-31"),
    ]  # fmt: skip


@pytest.mark.parametrize("day", ["2026-01-01", "2026-12-31", "2027-02-01", "2027-06-30"])
def test_a_year_of_eighteen_months_is_the_same_from_any_day_in_it(day: str) -> None:
    """Ends in December until 2025, in June from July 2026 on: neither June nor December 2026 is an end."""
    ends = ("2000-01-01", "12-31"), ("2026-07-01", "06-30")
    assert years(day, day, *ends) == [("2026-01-01", "2027-06-30")]


@pytest.mark.parametrize("end", ["June", "13-01", "06-31", "06", "", "06-30-2026", "26-06-30", "2026-06-31"])
def test_what_is_no_day_of_a_year_is_refused(end: str) -> None:
    with pytest.raises(ValueError, match=r"day|month"):
        closing_day(end, 2026)
    assert not is_closing_day(end)


@pytest.mark.parametrize("end", ["12-31", "02-29", "2026-12-31"])
def test_a_day_of_a_year_with_or_without_the_first_year(end: str) -> None:
    assert is_closing_day(end)
