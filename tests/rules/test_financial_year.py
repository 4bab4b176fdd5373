"""Financial years that end in any month."""

from __future__ import annotations

from datetime import date

import pytest

from beancount_invoicing.rules.financial_year import financial_year_start


@pytest.mark.parametrize(
    ("end", "day", "start"),
    [
        ("12-31", "2026-01-01", "2026-01-01"),
        ("12-31", "2026-12-31", "2026-01-01"),
        ("06-30", "2026-06-30", "2025-07-01"),
        ("06-30", "2026-07-01", "2026-07-01"),
        ("02-29", "2026-02-28", "2025-03-01"),
        ("02-28", "2026-02-28", "2025-03-01"),
        ("02-28", "2024-02-29", "2023-03-01"),
        ("02-28", "2024-03-01", "2024-03-01"),
    ],
)
def test_a_financial_year_begins_on_the_day_after_its_end(end: str, day: str, start: str) -> None:
    assert financial_year_start(end, date.fromisoformat(day)) == date.fromisoformat(start)


@pytest.mark.parametrize("end", ["June", "13-01", "06-31", "06", "", "06-30-2026"])
def test_what_is_no_day_of_a_year_is_refused(end: str) -> None:
    with pytest.raises(ValueError, match=r"day|month|unpack|literal"):
        financial_year_start(end, date(2026, 1, 1))
