"""What is said of an entry that was changed after the books were closed."""

from __future__ import annotations

from datetime import date

import pytest

from beancount_invoicing.checks.closed_books import _difference
from beancount_invoicing.model import Source
from beancount_invoicing.model.locks import PastChange

RENT = "2026-01-05 * Rent | Expenses:Rent 100 EUR | Expenses:Tax 20 EUR | Assets:Bank -120 EUR"


@pytest.mark.parametrize(
    ("old", "new", "then", "now"),
    [
        ("Rent |", "Lease |", "Rent", "Lease"),  # of what stands above the postings, the words alone
        ("Expenses:Rent", "Expenses:Lease", "Expenses:Rent 100 EUR", "Expenses:Lease 100 EUR"),
        ("Expenses:Tax", "Assets:Tax", "Expenses:Tax 20 EUR", "Assets:Tax 20 EUR"),
        (" | Assets:Bank -120 EUR", "", "Assets:Bank -120 EUR", ""),
    ],
)
def test_the_parts_that_differ_are_told(old: str, new: str, then: str, now: str) -> None:
    assert old in RENT
    change = PastChange("changed", date(2026, 1, 5), RENT, RENT.replace(old, new), Source("books", 1))
    assert _difference(change) == (then, now)


def test_of_a_directive_with_one_key_the_words_that_differ_are_told() -> None:
    then, now = "2026-01-05 open Assets:Bank EUR | pcg: 512", "2026-01-05 open Assets:Bank USD | pcg: 512"
    assert _difference(PastChange("changed", date(2026, 1, 5), then, now, Source("books", 1))) == ("EUR", "USD")
