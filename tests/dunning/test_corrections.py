"""Late interest of what a corrective invoice replaces, and of what it asks for: no day twice, and the fixed sum once."""

from __future__ import annotations

from datetime import date

import pytest

from beancount_invoicing.dunning import interest_on
from beancount_invoicing.receivables import positions
from tests.dunning.test_claims import TWELVE
from tests.ledgers import book_of
from tests.receivables.test_allocation import invoice, payment
from tests.receivables.test_corrections import replaced

WORK = TWELVE + invoice("N1", "2026-01-10", "1200.00")  # due on 9 February
CHEAPER = replaced("N1", "N5", "2026-03-01", "1200.00", "1000.00")  # due on 31 March


def claims(ledger: str, day: date = date(2026, 4, 30)) -> dict[str, tuple[list[tuple[str, str]], str, str]]:
    """By document what bears interest: the stretches of days, how much, and the fixed sum."""
    book = book_of(ledger)
    found = {position.invoice.number: interest_on(book, position, day) for position in positions(book, day)}
    return {
        number: (
            [(str(segment.start), str(segment.end)) for segment in interest.segments],
            str(interest.amount),
            str(interest.indemnity),
        )
        for number, interest in found.items()
        if interest
    }


def test_what_is_replaced_was_late_until_then_and_is_late_anew_once_the_other_is_due() -> None:
    """By what both ask for: 1000.00 × 12 % × 20 / 365, then × 30 / 365."""
    assert claims(WORK + CHEAPER) == {
        "N1": ([("2026-02-10", "2026-03-01")], "6.58", "40.00"),
        "N5": ([("2026-04-01", "2026-04-30")], "9.86", "None"),
    }


def test_what_should_have_gone_to_somebody_else_was_never_owed_by_the_first() -> None:
    assert claims(WORK + replaced("N1", "N5", "2026-03-01", "1200.00", "1000.00", "Kiefer")) == {
        "N5": ([("2026-04-01", "2026-04-30")], "9.86", "40.00"),
    }


@pytest.mark.parametrize(
    ("paid", "found"),
    [
        ("2026-02-09", {"N5": ([("2026-04-01", "2026-04-30")], "0.99", "40.00")}),
        (
            "2026-02-20",
            {
                "N1": ([("2026-02-10", "2026-02-20")], "4.34", "40.00"),
                "N5": ([("2026-04-01", "2026-04-30")], "0.99", "None"),
            },
        ),
    ],
    ids=["in time", "late"],
)
def test_money_that_came_for_the_first_pays_the_other_as_of_its_day(
    paid: str, found: dict[str, tuple[list[tuple[str, str]], str, str]]
) -> None:
    """1200.00 of the 1300.00 that the other asks for: the fixed sum is owed once, by what was late first."""
    dearer = replaced("N1", "N5", "2026-03-01", "1200.00", "1300.00")
    assert claims(WORK + payment(paid, "1200.00", "N1") + dearer) == found


def test_what_is_replaced_before_it_was_due_was_never_late() -> None:
    assert claims(WORK + CHEAPER.replace("2026-03-01", "2026-02-01")) == {
        "N5": ([("2026-03-04", "2026-04-30")], "19.07", "40.00"),
    }
