"""Deposits from before a change of rate: which part of which line keeps their rate (directive 2006/112/EC, art. 65 and 93 (a))."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from beancount_invoicing.billing.drafts import DraftLine
from beancount_invoicing.billing.fixed import DepositLeft
from beancount_invoicing.billing.tax_rates import with_deposit_rates
from tests.ledgers import book_of

D = Decimal
RAISED = """
2025-01-01 custom "invoice-tax" "T" "VAT" Liabilities:VAT
  rate: 20
2026-06-01 custom "invoice-tax" "T"
  rate: 21
"""
BEFORE, SUPPLIED, DAY = date(2026, 3, 1), date(2026, 7, 1), date(2026, 7, 31)
SECOND = date(2026, 4, 1)


def line(net: str, **more: Any) -> DraftLine:
    said: dict[str, Any] = {"quantity": D(1), "price": D(net), "contract": "K", "delivered": SUPPLIED, **more}
    return DraftLine(net=D(net), account="Income:Services", tax=said.pop("tax", "T"), billable_from=SUPPLIED, **said)


def deposit(net: str, day: date = BEFORE) -> DepositLeft:
    return DepositLeft("F1", day, "K", "Liabilities:Deposits", D(net), D(net), ())


def split(
    lines: list[DraftLine], *deposits: DepositLeft, seller: str = "", day: date = DAY
) -> list[tuple[int, str, date | None]]:
    """Of each line: the place of the one that it comes from, its net, and its day of supply."""
    found = with_deposit_rates(book_of(RAISED + seller), lines, deposits, day)
    assert all(part.price is None or part.quantity != 1 or part.price == part.net for _place, part in found)
    return [(place, str(part.net), part.delivered) for place, part in found]


def test_the_part_that_the_deposit_pays_has_its_rate() -> None:
    assert split([line("1000.00")], deposit("300.00")) == [(0, "300.00", BEFORE), (0, "700.00", SUPPLIED)]
    assert split([line("1000.00")], deposit("1000.00")) == [(0, "1000.00", BEFORE)]
    assert split([line("1000.00")], deposit("1200.00")) == [(0, "1000.00", BEFORE)]
    assert split([line("1000.00")]) == [(0, "1000.00", SUPPLIED)]


def test_it_goes_over_to_the_next_line() -> None:
    assert split([line("200.00"), line("800.00")], deposit("300.00")) == [
        (0, "200.00", BEFORE),
        (1, "100.00", BEFORE),
        (1, "700.00", SUPPLIED),
    ]


def test_what_is_supplied_at_its_rate_anyway_uses_it_up_first() -> None:
    early = line("250.00", delivered=SECOND)
    assert split([line("1000.00"), early], deposit("300.00")) == [
        (0, "50.00", BEFORE),
        (0, "950.00", SUPPLIED),
        (1, "250.00", SECOND),
    ]
    assert split([line("1000.00"), early], deposit("250.00")) == [(0, "1000.00", SUPPLIED), (1, "250.00", SECOND)]


def test_each_of_two_deposits_has_its_own_day() -> None:
    assert split([line("1000.00")], deposit("300.00"), deposit("200.00", date(2026, 6, 1))) == [
        (0, "300.00", BEFORE),
        (0, "700.00", SUPPLIED),
    ], "the second is of the new rate already"


@pytest.mark.parametrize(
    "more",
    [
        {"quantity": D(2), "price": D("500.00")},
        {"price": None, "price_with_tax": D("1210.00")},
        {"discount": D(10)},
        {"start": date(2026, 7, 1), "end": date(2026, 7, 31)},
        {"contract": "L"},
        {"contract": ""},
        {"tax": "UNKNOWN"},
        {"delivered": date(2026, 5, 31)},
    ],
)
def test_what_stays_whole_hides_no_line_that_does_not(more: dict[str, Any]) -> None:
    whole = line("1000.00", **more)
    taken = more == {"delivered": date(2026, 5, 31)}  # of the deposit's rate itself: nothing of it is left
    assert split([whole], deposit("300.00")) == [(0, "1000.00", whole.delivered)]
    assert split([whole, line("400.00")], deposit("300.00")) == [
        (0, "1000.00", whole.delivered),
        *([(1, "400.00", SUPPLIED)] if taken else [(1, "300.00", BEFORE), (1, "100.00", SUPPLIED)]),
    ]


def test_a_line_that_gives_back_takes_no_deposit() -> None:
    assert split([line("-100.00"), line("400.00")], deposit("300.00")) == [
        (0, "-100.00", SUPPLIED),
        (1, "300.00", BEFORE),
        (1, "100.00", SUPPLIED),
    ]


def test_in_germany_all_has_the_rate_of_the_supply() -> None:
    """UStG, § 27 (1), sentences 2 and 3."""
    moved = '2025-06-01 custom "invoice-seller" "Atelier"\n  country: "DE"\n'
    assert split([line("1000.00")], deposit("300.00"), seller=moved) == [(0, "1000.00", SUPPLIED)]
