"""Lengths of time, at the ends of the calendar."""

from __future__ import annotations

from datetime import date

import pytest

from beancount_invoicing.rules.periods import PeriodError, parse


@pytest.mark.parametrize(
    ("text", "day", "times"),
    [
        ("1 year", date(9999, 12, 31), 1),
        ("month", date(9999, 12, 1), 1),
        ("2 weeks", date(9999, 12, 24), 1),
        ("month", date(1, 1, 31), -1),
        ("day", date(1, 1, 1), -1),
    ],
)
def test_a_length_that_leads_out_of_the_calendar_says_so(text: str, day: date, times: int) -> None:
    with pytest.raises(PeriodError, match=f"from {day} on lead out of the calendar"):
        parse(text).after(day, times)
