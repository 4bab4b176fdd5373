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
    written = worktime.written(D(seconds), commodity)
    assert worktime.places(written) <= 5
    assert worktime.seconds(written, commodity) == seconds


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
    assert worktime.seconds(D(quantity), commodity) == D(seconds)


@given(st.integers(1, 500 * 3600), st.decimals(1, 99, places=2))
def test_below_a_price_of_100_time_is_billed_to_the_cent(seconds: int, price: Decimal) -> None:
    exact = D(seconds) / 3600
    quantity = worktime.quantity_of(exact, price, 2)
    assert worktime.places(quantity) <= 4
    assert round_to(quantity * price, 2) == round_to(exact * price, 2)


@pytest.mark.parametrize(
    "text", ["up", "up to 0 per day", "up to 0.25", "0.25 per entry", "up to -1 per day", "up to 1 per week"]
)
def test_roundings_that_cannot_be_read(text: str) -> None:
    with pytest.raises(worktime.RoundingError, match="write it such as"):
        worktime.rounding(text)
