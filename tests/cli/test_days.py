"""Days as people say them, on Friday 27 November 2026."""

from __future__ import annotations

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beancount_invoicing.cli import days
from beancount_invoicing.cli.days import day_said, period_said

TODAY = date(2026, 11, 27)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-01-31", "2026-01-31"),
        ("2026-1-5", "2026-01-05"),
        ("2026/01/05", "2026-01-05"),
        ("20260105", "2026-01-05"),
        ("31/12/2026", "2026-12-31"),
        ("12/31/2026", "2026-12-31"),
        ("5.5.2026", "2026-05-05"),
        ("today", "2026-11-27"),
        ("Aujourd’hui", "2026-11-27"),
        ("yesterday", "2026-11-26"),
        ("HIER", "2026-11-26"),
        ("tomorrow", "2026-11-28"),
        ("demain", "2026-11-28"),
        ("-3d", "2026-11-24"),
        ("-3 jours", "2026-11-24"),
        ("+2w", "2026-12-11"),
        ("-2s", "2026-11-13"),
        ("+3m", "2027-02-27"),
        ("-1y", "2025-11-27"),
        ("-1an", "2025-11-27"),
        ("monday", "2026-11-23"),
        ("vendredi", "2026-11-27"),
        ("samedi", "2026-11-21"),
        ("month-end", "2026-11-30"),
        ("end of month", "2026-11-30"),
        ("fin du mois", "2026-11-30"),
        ("fin de mois", "2026-11-30"),
        ("start of month", "2026-11-01"),
        ("début du mois", "2026-11-01"),
        ("debut-du-mois", "2026-11-01"),
        ("end of last month", "2026-10-31"),
        ("fin du mois dernier", "2026-10-31"),
        ("start of the last quarter", "2026-07-01"),
        ("fin du trimestre dernier", "2026-09-30"),
        ("fin de l'année", "2026-12-31"),
        ("end of last year", "2025-12-31"),
    ],
)
def test_a_day_is_one_day_wherever_it_is_said(text: str, day: str) -> None:
    assert day_said(text, TODAY, "first") == day_said(text, TODAY, "last") == date.fromisoformat(day)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2026-02", "2026-02-01", "2026-02-28"),
        ("this-month", "2026-11-01", "2026-11-30"),
        ("ce mois", "2026-11-01", "2026-11-30"),
        ("last-month", "2026-10-01", "2026-10-31"),
        ("mois dernier", "2026-10-01", "2026-10-31"),
        ("this quarter", "2026-10-01", "2026-12-31"),
        ("trimestre dernier", "2026-07-01", "2026-09-30"),
        ("last year", "2025-01-01", "2025-12-31"),
        ("l’année dernière", "2025-01-01", "2025-12-31"),
        ("cette année", "2026-01-01", "2026-12-31"),
    ],
)
def test_a_month_a_quarter_a_year_is_its_first_day_where_a_range_begins(text: str, first: str, last: str) -> None:
    assert day_said(text, TODAY, "first") == date.fromisoformat(first)
    assert day_said(text, TODAY, "last") == date.fromisoformat(last)


def test_the_month_before_january_is_december() -> None:
    assert day_said("end of last month", date(2026, 1, 31)) == date(2025, 12, 31)
    assert day_said("last quarter", date(2026, 2, 28), "first") == date(2025, 10, 1)
    assert day_said("-1m", date(2026, 3, 31)) == date(2026, 2, 28)


@pytest.mark.parametrize(
    "text",
    ["", "x", "2026", "2026-13", "2026-02-30", "31/02/2026", "32.1.2026", "1/2.2026", "month", "last last month",
     "end of last month today", "end start month", "-3", "-3h", "3d", "-9999y", "+9999y", "last", "0000-01"],
)  # fmt: skip
def test_what_is_no_day_says_what_is(text: str) -> None:
    with pytest.raises(ValueError, match="is not a date: write 2026-01-31, 2026-01, today"):
        day_said(text, TODAY)


def test_day_and_month_are_never_guessed() -> None:
    with pytest.raises(ValueError, match="03/04/2026 can be 2026-04-03 or 2026-03-04: write the date that you mean"):
        day_said("03/04/2026", TODAY)


@pytest.mark.parametrize("word", days.OFFERED)
def test_what_the_shell_offers_is_understood(word: str) -> None:
    assert day_said(word, TODAY)


@given(st.text("0123456789-/.+ dwmyjsan'’é", max_size=12), st.dates(), st.sampled_from(["first", "last"]))
def test_any_text_is_a_day_or_no_day(text: str, today: date, edge: days.Edge) -> None:
    with suppress(ValueError):
        day_said(text, today, edge)


@given(st.dates())
def test_a_date_as_it_is_shown_is_that_date(day: date) -> None:
    assert day_said(day.isoformat(), TODAY) == day


@pytest.mark.parametrize(
    ("text", "since", "until"),
    [
        ("2026", "2026-01-01", "2026-12-31"),
        ("2026-Q3", "2026-07-01", "2026-09-30"),
        ("2026-t1", "2026-01-01", "2026-03-31"),
        ("2026T4", "2026-10-01", "2026-12-31"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("last-year", "2025-01-01", "2025-12-31"),
        ("trimestre dernier", "2026-07-01", "2026-09-30"),
        ("2026-11-30", "2026-11-30", "2026-11-30"),
    ],
)
def test_a_period_is_a_year_a_quarter_a_month_or_a_word_for_one(text: str, since: str, until: str) -> None:
    assert period_said(text, TODAY) == (date.fromisoformat(since), date.fromisoformat(until))


@pytest.mark.parametrize("text", ["", "2026-Q5", "0000", "2026-Q", "year"])
def test_what_is_no_period_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a date"):
        period_said(text, TODAY)
