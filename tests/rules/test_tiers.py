"""Tiers: which units cost what, where one tier ends and the next begins, and when a flat amount is charged."""

from __future__ import annotations

from decimal import Decimal

import pytest

from beancount_invoicing.rules.tiers import Tier, TierError, TierSegment, graduated, parse_tiers, volume

D = Decimal
TIERS = parse_tiers("100 @ 0.10 + 2, 1000 @ 0.08 + 5, 0.05 + 7")


def segments(found: list[TierSegment]) -> list[tuple[str, str, str]]:
    return [(str(segment.quantity), str(segment.price), str(segment.flat)) for segment in found]


def test_a_text_of_tiers() -> None:
    assert parse_tiers("100 @ 0.10 + 2, 0.05") == (Tier(D(100), D("0.10"), D(2)), Tier(None, D("0.05")))
    assert parse_tiers("0.07") == (Tier(None, D("0.07")),)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("ten @ 5", '"ten @ 5" is not a tier'),
        ("0.05, 100 @ 0.10", "only the last tier"),
        ("100 @ 0.10, 100 @ 0.08, 0.05", "higher than the one before"),
        ("0 @ 0.10, 0.08", "higher than the one before"),
        ("100 @ 0.10", "the last tier must have no limit"),
    ],
)
def test_what_is_no_list_of_tiers(text: str, says: str) -> None:
    with pytest.raises(TierError, match=says):
        parse_tiers(text)


def test_a_first_tier_of_less_than_one_unit() -> None:
    assert parse_tiers("0.5 @ 4, 3")[0].up_to == D("0.5")


@pytest.mark.parametrize(
    ("before", "after", "cost"),
    [
        ("0", "100", [("100", "0.10", "2")]),  # the limit belongs to its tier
        ("0", "101", [("100", "0.10", "2"), ("1", "0.08", "5")]),
        ("0", "1500", [("100", "0.10", "2"), ("900", "0.08", "5"), ("500", "0.05", "7")]),
        ("40", "90", [("50", "0.10", "0")]),  # its flat amount was charged with the first unit
        ("40", "130", [("60", "0.10", "0"), ("30", "0.08", "5")]),
        ("100", "130", [("30", "0.08", "5")]),
        ("130", "1001", [("870", "0.08", "0"), ("1", "0.05", "7")]),
        ("1000", "1001", [("1", "0.05", "7")]),
        ("1001", "1002", [("1", "0.05", "0")]),
        ("90", "90", []),
    ],
)
def test_each_tier_s_units_cost_its_price_and_its_first_unit_the_flat_amount(
    before: str, after: str, cost: list[tuple[str, str, str]]
) -> None:
    assert segments(graduated(TIERS, D(before), D(after))) == cost


@pytest.mark.parametrize(
    ("before", "after", "cost"),
    [
        ("0", "100", [("100", "0.10", "2")]),
        ("0", "101", [("101", "0.08", "5")]),
        ("0", "1001", [("1001", "0.05", "7")]),
        ("1", "101", [("100", "0.08", "0")]),
        ("5", "5", []),
        ("5", "4", []),
    ],
)
def test_all_units_cost_the_price_of_the_tier_that_they_reach(
    before: str, after: str, cost: list[tuple[str, str, str]]
) -> None:
    assert segments(volume(TIERS, D(before), D(after))) == cost
