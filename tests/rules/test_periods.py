"""Lengths of time, also at the ends of the calendar; periods, and what is left of them."""

from __future__ import annotations

from datetime import date

import pytest

from beancount_invoicing.rules.periods import (
    Period,
    PeriodError,
    PeriodLength,
    length_in_words,
    parse_length,
    periods,
    split_at_days,
    without,
)


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
    with pytest.raises(PeriodError, match=f"from {day} goes past the end of the calendar"):
        parse_length(text).after(day, times)


def days(first: str, last: str) -> Period:
    return Period(date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize(
    ("text", "unit", "number"),
    [
        ("month", "months", 1),
        ("3 Months", "months", 3),
        ("2 weeks", "days", 14),
        ("trimestre", "months", 3),
        ("2 half-years", "months", 12),
        ("10 ans", "months", 120),
        ("3660 days", "days", 3660),
        (" 1 jour ", "days", 1),
    ],
)
def test_lengths(text: str, unit: str, number: int) -> None:
    assert parse_length(text) == PeriodLength(unit, number)


@pytest.mark.parametrize("text", ["", "0 days", "3661 days", "1.5 months", "three months", "month by month", "12"])
def test_what_is_no_length(text: str) -> None:
    with pytest.raises(PeriodError, match="length of time: write"):
        parse_length(text)


@pytest.mark.parametrize(
    ("text", "language", "said"),
    [
        ("year", "fr", "1 an"),
        ("2 years", "fr", "2 ans"),
        ("18 months", "fr", "18 mois"),
        ("1 month", "de", "1 Monat"),
        ("2 months", "de", "2 Monate"),
        ("day", "es", "1 día"),
        ("2 weeks", "en", "14 days"),
        ("24 months", "xx", "2 years"),
        ("36 months", "fr", "3 ans"),
        ("12 days", "en", "12 days"),
    ],
)
def test_lengths_in_words(text: str, language: str, said: str) -> None:
    assert length_in_words(text, language) == said


@pytest.mark.parametrize(
    ("text", "anchor", "first", "last", "found"),
    [
        ("month", "2026-01-31", "2026-02-28", "2026-03-31",
         [("2026-02-28", "2026-03-30"), ("2026-03-31", "2026-04-29")]),
        ("month", "2026-01-31", "2026-02-27", "2026-02-27", [("2026-01-31", "2026-02-27")]),
        ("month", "2026-05-15", "2026-03-20", "2026-04-14", [("2026-03-15", "2026-04-14")]),  # before its anchor
        ("month", "2026-05-15", "2026-03-14", "2026-03-15",
         [("2026-02-15", "2026-03-14"), ("2026-03-15", "2026-04-14")]),
        ("week", "2026-01-01", "2026-01-08", "2026-01-14", [("2026-01-08", "2026-01-14")]),
        ("week", "2026-01-01", "2025-12-31", "2026-01-01",
         [("2025-12-25", "2025-12-31"), ("2026-01-01", "2026-01-07")]),
        ("year", "2024-02-29", "2026-02-28", "2026-02-28", [("2026-02-28", "2027-02-27")]),
        ("quarter", "2000-01-01", "2026-07-01", "2026-07-01", [("2026-07-01", "2026-09-30")]),
        ("month", "2026-01-01", "2026-03-01", "2026-02-28", []),
        ("year", "8999-06-01", "9000-02-01", "9500-01-01", []),
    ],
)  # fmt: skip
def test_periods_are_counted_from_their_anchor(
    text: str, anchor: str, first: str, last: str, found: list[tuple[str, str]]
) -> None:
    these = periods(parse_length(text), *map(date.fromisoformat, (anchor, first, last)))
    assert list(these) == [days(*each) for each in found]


@pytest.mark.parametrize(
    ("holes", "left"),
    [
        ([], [("2026-03-01", "2026-03-31")]),
        ([("2026-03-01", "2026-03-31")], []),
        ([("2026-02-01", "2026-02-28"), ("2026-04-01", "2026-04-30")], [("2026-03-01", "2026-03-31")]),
        ([("2026-02-01", "2026-03-01"), ("2026-03-31", "2026-04-30")], [("2026-03-02", "2026-03-30")]),
        ([("2026-03-10", "2026-03-12"), ("2026-03-05", "2026-03-05")],
         [("2026-03-01", "2026-03-04"), ("2026-03-06", "2026-03-09"), ("2026-03-13", "2026-03-31")]),
        ([("2026-03-01", "2026-03-10"), ("2026-03-11", "2026-03-30")], [("2026-03-31", "2026-03-31")]),
        ([("2026-03-01", "2026-03-20"), ("2026-03-05", "2026-03-10")], [("2026-03-21", "2026-03-31")]),
    ],
)  # fmt: skip
def test_what_is_left_of_a_period(holes: list[tuple[str, str]], left: list[tuple[str, str]]) -> None:
    found = without(days("2026-03-01", "2026-03-31"), [days(*each) for each in holes])
    assert found == [days(*each) for each in left]


@pytest.mark.parametrize(
    ("cuts", "parts"),
    [
        (["2026-02-28", "2026-03-01", "2026-04-01"], [("2026-03-01", "2026-03-31")]),
        (["2026-03-02"], [("2026-03-01", "2026-03-01"), ("2026-03-02", "2026-03-31")]),
        (["2026-03-31", "2026-03-31"], [("2026-03-01", "2026-03-30"), ("2026-03-31", "2026-03-31")]),
    ],
)
def test_a_period_is_cut_on_days_that_lie_in_it(cuts: list[str], parts: list[tuple[str, str]]) -> None:
    found = split_at_days(days("2026-03-01", "2026-03-31"), [date.fromisoformat(day) for day in cuts])
    assert found == [days(*part) for part in parts]
    assert sum(part.days for part in found) == 31
