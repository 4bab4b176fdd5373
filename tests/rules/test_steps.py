from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beancount_invoicing.model import CalculationStep, StepValue
from beancount_invoicing.rules import steps

D = Decimal
DAY = date(2026, 1, 31)

EXAMPLES: list[tuple[str, tuple[StepValue, ...], StepValue, str]] = [
    ("as written", (DAY,), DAY, "2026-01-31"),
    ("sum", (D("1.50"), D(2)), D("3.50"), "1.50 + 2 = 3.50"),
    ("sum", (), D(0), "0"),
    ("difference", (D(10), D(3), D("2.5")), D("4.5"), "10 − 3 − 2.5 = 4.5"),
    ("product", (D("6.5"), D("98.00")), D("637.000"), "6.5 × 98.00 = 637.000"),
    ("quotient", (D(5), 4), D("1.25"), "5 / 4 = 1.25"),
    ("less percent", (D(80), D(5)), D(76), "80 less 5 % = 76"),
    ("percent of", (D(20), D("786.00")), D("157.20"), "20 % of 786.00 = 157.20"),
    ("without percent", (D("120.00"), D(20)), D("100"), "120.00 without the 20 % included in it = 100"),
    ("rounded", (D("0.125"), 2), D("0.13"), "0.125 rounded to 2 decimals = 0.13"),
    ("smaller of", (D(3), D(2)), D(2), "the smaller of 3 and 2 = 2"),
    ("larger of", (D(3), D(2)), D(3), "the larger of 3 and 2 = 3"),
    ("nearest to zero of", (D(-3), D(-2)), D(-2), "the nearest to zero of -3 and -2 = -2"),
    ("plus days", (DAY, 30), date(2026, 3, 2), "2026-01-31 + 30 days = 2026-03-02"),
    ("plus months", (DAY, 1), date(2026, 2, 28), "2026-01-31 + 1 months = 2026-02-28"),
    ("end of month", (date(2024, 2, 3),), date(2024, 2, 29), "end of the month of 2024-02-03 = 2024-02-29"),
    (
        "share of",
        (D("20.00"), D("40.00"), D("120.00")),
        D("20.00") * 40 / 120,
        "20.00 × 40.00 / 120.00 = 6.666666666666666666666666667",
    ),
    (
        "next business day",
        (date(2026, 5, 1), "FR"),
        date(2026, 5, 4),
        "the next business day from 2026-05-01 on = 2026-05-04",
    ),
    ("next day of month", (DAY, 15), date(2026, 2, 15), "the next day 15 of a month, from 2026-01-31 on = 2026-02-15"),
    ("day of following month", (DAY, 30), date(2026, 2, 28), "day 30 of the month after 2026-01-31 = 2026-02-28"),
]


@pytest.mark.parametrize(("operation", "inputs", "result", "said"), EXAMPLES)
def test_operation(operation: str, inputs: tuple[StepValue, ...], result: StepValue, said: str) -> None:
    step = CalculationStep("figure", operation, inputs, result)
    assert steps.recompute(step) == result
    assert steps.describe_step(step) == f"figure: {said}"
    assert steps.describe_step(step._replace(because="why")) == f"figure: {said} (why)"


def test_every_operation_has_an_example() -> None:
    assert {operation for operation, *_ in EXAMPLES} == set(steps.OPERATIONS)


@pytest.mark.parametrize(
    ("value", "decimals", "rounded"),
    [
        ("0.005", 2, "0.01"),
        ("-0.005", 2, "-0.01"),
        ("0.0049", 2, "0.00"),
        ("2.5", 0, "3"),
        ("-2.5", 0, "-3"),
        ("1", 3, "1.000"),
        ("1", 7, "1.0000000"),
        ("1", 8, "1.00000000"),
        ("1", 30, "1." + "0" * 30),
        ("1" * 40 + ".125", 2, "1" * 40 + ".13"),
    ],
)
def test_rounding_is_half_away_from_zero(value: str, decimals: int, rounded: str) -> None:
    assert str(steps.round_to(D(value), decimals)) == rounded


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**30), max_value=10**30), st.integers(0, 6))
def test_rounding_is_the_same_on_both_sides_of_zero(value: Decimal, decimals: int) -> None:
    rounded = steps.round_to(value, decimals)
    assert steps.round_to(-value, decimals) == -rounded
    assert steps.round_to(rounded, decimals) == rounded


@given(st.dates(date(1, 1, 1), date(9990, 1, 1)), st.integers(0, 100))
def test_months_keep_the_day_or_take_the_last_one(day: date, months: int) -> None:
    later = steps.plus_months(day, months)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day == day.day or later == steps.end_of_month(later)


@given(st.dates(date(1, 1, 1), date(9990, 1, 1)), st.integers(1, 31))
def test_the_next_day_of_a_month(day: date, number: int) -> None:
    found = steps.on_day(day, number)
    assert 0 <= (found - day).days <= 31
    assert found.day == number or (found.day < number and found == steps.end_of_month(found))


@pytest.mark.parametrize("months", [12 * 9999, -12 * 9999])
def test_no_month_outside_the_calendar(months: int) -> None:
    with pytest.raises(OverflowError):
        steps.plus_months(DAY, months)


@pytest.mark.parametrize(
    ("amounts", "rest", "shared"),
    [
        (["1.00", "9.00", "3.00"], "0.01", ["1.00", "9.01", "3.00"]),
        (["-1.00", "-9.00", "-3.00"], "-0.01", ["-1.00", "-9.01", "-3.00"]),  # a credit note mirrors its invoice
        (["-1.00", "9.00", "3.00"], "-0.02", ["-1.00", "8.99", "2.99"]),
        (["3.00", "3.00"], "0.03", ["3.02", "3.01"]),  # of equals the first
    ],
)
def test_odd_cents_go_to_the_largest_whatever_their_sign(amounts: list[str], rest: str, shared: list[str]) -> None:
    assert [str(one) for one in steps.share_out([D(amount) for amount in amounts], D(rest), 2)] == shared


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [(date(9999, 11, 30), 1, date(9999, 12, 30)), (date(1, 2, 1), -1, date(1, 1, 1))],
)
def test_months_up_to_the_ends_of_the_calendar(day: date, months: int, later: date) -> None:
    assert steps.plus_months(day, months) == later


def test_a_business_day_in_the_next_year() -> None:
    assert steps.next_business_day(date(2026, 12, 31), "DE") == date(2026, 12, 31)
    assert steps.next_business_day(date(2027, 1, 1), "DE") == date(2027, 1, 4), "a holiday on a Friday"
