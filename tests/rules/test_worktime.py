"""Time to the second: what a number stands for, how seconds are written, how they are billed."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beancount_invoicing.rules import worktime
from beancount_invoicing.rules.steps import round_to

D = Decimal


@given(st.integers(1, 10_000 * 3600), st.sampled_from(["HOUR", "JOUR"]))
def test_what_is_written_stands_for_its_second(seconds: int, commodity: str) -> None:
    written = worktime.from_seconds(D(seconds), commodity)
    assert worktime.decimal_places(written) <= 5
    assert worktime.to_seconds(written, commodity) == seconds


@pytest.mark.parametrize(
    ("quantity", "commodity", "seconds"),
    [
        ("6.5", "HOUR", "23400"),
        ("0.333", "HOUR", "1198.8"),  # by hand, and meant so
        ("0.3333", "HEURE", "1200"),
        ("0.33333333", "HOUR", "1200"),
        ("0.125", "DAY", "3600"),
        ("17.6923", "DAY", "509538.24"),
        ("0.04167", "DAY", "1200"),
        ("12.34567", "KM", "12.34567"),
    ],
)
def test_seconds(quantity: str, commodity: str, seconds: str) -> None:
    assert worktime.to_seconds(D(quantity), commodity) == D(seconds)


@given(st.integers(1, 500 * 3600), st.decimals(1, 99, places=2))
def test_below_a_price_of_100_time_is_billed_to_the_cent(seconds: int, price: Decimal) -> None:
    exact = D(seconds) / 3600
    quantity = worktime.billed_quantity(exact, price, 2)
    assert worktime.decimal_places(quantity) <= 4
    assert round_to(quantity * price, 2) == round_to(exact * price, 2)


@pytest.mark.parametrize(
    "text", ["up", "up to 0 per day", "up to 0.25", "0.25 per entry", "up to -1 per day", "up to 1 per week"]
)
def test_roundings_that_cannot_be_read(text: str) -> None:
    with pytest.raises(worktime.TimeRoundingError, match="nearest 0"):
        worktime.parse_time_rounding(text)


@pytest.mark.parametrize(
    ("text", "way", "step", "per"),
    [
        ("up to 0.25 per entry", "ROUND_CEILING", "0.25", "entry"),
        ("Down 0,5 per day", "ROUND_FLOOR", "0.5", "day"),
        ("nearest to 1 per  day", "ROUND_HALF_UP", "1", "day"),
    ],
)
def test_roundings(text: str, way: str, step: str, per: str) -> None:
    assert worktime.parse_time_rounding(text) == (way, D(step), per)
    assert worktime.parse_time_rounding("") is None


@pytest.mark.parametrize(
    ("rule", "seconds", "commodity", "rounded"),
    [
        ("up to 0.25 per entry", "901", "HOUR", "1800"),
        ("up to 0.25 per entry", "900", "HOUR", "900"),
        ("down to 0.25 per entry", "1799", "HOUR", "900"),
        ("nearest 0.5 per day", "7200", "DAY", "14400"),
        ("nearest 0.5 per day", "7199", "DAY", "0"),
        ("up to 10 per entry", "1", "KM", "10"),
        ("", "901", "HOUR", "901"),
    ],
)
def test_seconds_are_rounded_to_a_contract_s_steps(rule: str, seconds: str, commodity: str, rounded: str) -> None:
    assert worktime.round_time(D(seconds), commodity, worktime.parse_time_rounding(rule)) == D(rounded)


@pytest.mark.parametrize(
    ("seconds", "commodity", "written", "shown"),
    [
        ("4800", "HOUR", "1.3333", "1.3333"),
        ("5400", "HOUR", "1.50", "1.5"),
        ("3600", "HOUR", "1.00", "1"),
        ("1200", "DAY", "0.04167", "0.0417"),
        ("14400", "DAY", "0.50", "0.5"),
        ("450", "HOUR", "0.125", "0.125"),
        ("3600", "KM", "1.00", "3600"),
    ],
)
def test_seconds_as_they_are_written_and_shown(seconds: str, commodity: str, written: str, shown: str) -> None:
    assert str(worktime.from_seconds(D(seconds), commodity)) == written
    assert str(worktime.from_seconds_rounded(D(seconds), commodity)) == shown


@pytest.mark.parametrize(
    ("number", "places", "short"),
    [("10", 0, "10"), ("1E+3", 0, "1E+3"), ("1.50", 2, "1.50"), ("1.5000", 4, "1.50"), ("1.12500", 5, "1.125"),
     ("1.3333", 4, "1.3333")],
)  # fmt: skip
def test_decimals_of_a_number(number: str, places: int, short: str) -> None:
    assert worktime.decimal_places(D(number)) == places
    assert str(worktime.without_trailing_zeros(D(number))) == short


@pytest.mark.parametrize(
    ("exact", "price", "quantity"),
    [
        ("1.3333", "90", "1.3333"),  # four decimals can stand on a document
        ("1.33333333", "90", "1.3333"),  # 120.00
        ("1.33333333", "1", "1.33"),  # 1.33
        ("0.16666667", "75", "0.1667"),  # 12.50; 0.17 is 12.75, 0.167 is 12.53
        ("0.16666667", "12", "0.167"),  # 2.00; 0.17 is 2.04
        ("0.33333333", "9999", "0.3333"),  # no four decimals make 3333.00
    ],
)
def test_time_is_billed_with_the_fewest_decimals_that_come_to_its_price(exact: str, price: str, quantity: str) -> None:
    assert str(worktime.billed_quantity(D(exact), D(price), 2)) == quantity


@pytest.mark.parametrize(
    ("amount", "near", "price", "quantity"),
    [
        ("10.00", "0.3333", "30", "0.3333"),
        ("10.10", "0.3333", "30", None),
        ("0.00", "0.001", "1", "0.001"),  # never none at all, though 0 × 1 is as much
        ("10.20", "0.333", "30", "0.34"),  # the next above
        ("9.90", "0.3391", "30", "0.33"),  # the next below
    ],
)
def test_a_quantity_that_comes_to_an_amount(amount: str, near: str, price: str, quantity: str | None) -> None:
    found = worktime.quantity_for_amount(D(amount), D(near), D(price), 2)
    assert (None if found is None else str(found)) == quantity
