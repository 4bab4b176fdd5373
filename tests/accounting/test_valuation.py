"""What postings are worth in the books' currency, worked out by hand: each entry balances to the cent."""

from __future__ import annotations

from datetime import date

import pytest

from beancount_invoicing.accounting.valuation import CannotValue, booked_values
from tests.accounting.books import read

STOCK = "2025-01-01 open Assets:Stock\n2025-01-01 open Assets:Heures\n2025-01-01 open Equity:Heures\n"


def values(postings: str, more: str = "") -> list[str]:
    """The values of the one entry of 10 March, in the order of its postings."""
    text = "".join(f"  {line.strip()}\n" for line in postings.split(";"))
    general_ledger, book = read(f'{STOCK}{more}\n2026-03-10 * "Banque" "Opération"\n{text}')
    (entry,) = [entry for entry in general_ledger.entries if entry.date == date(2026, 3, 10)]
    return ["" if value is None else str(value) for value in booked_values(entry, book)]


def test_what_is_written_in_the_books_currency_is_worth_what_it_says() -> None:
    assert values("Assets:Banque 100.00 EUR; Expenses:Loyer -100.00 EUR") == ["100.00", "-100.00"]
    assert values("Assets:Banque 100 EUR; Expenses:Loyer -100.0 EUR") == ["100.00", "-100.00"]


def test_what_has_a_price_or_a_cost_is_worth_its_weight() -> None:
    assert values("Assets:Banque 10.00 USD @ 0.92 EUR; Expenses:Loyer -9.20 EUR") == ["9.20", "-9.20"]
    assert values("Assets:Stock 10 NUT {2.00 EUR}; Assets:Banque -20.00 EUR") == ["20.00", "-20.00"]


def test_a_cent_that_roundings_leave_goes_to_the_first_that_was_rounded_most() -> None:
    """Three times 0.335 are 0.34 each, 1.005 are 1.01: one of the three is 0.33."""
    each = "Expenses:Loyer 1.00 USD @ 0.335 EUR"
    assert values(f"{each}; {each}; {each}; Assets:Banque -3.00 USD @ 0.335 EUR") == ["0.33", "0.34", "0.34", "-1.01"]


def test_what_was_rounded_up_most_gives_the_cent_back() -> None:
    """0.334 and 0.337 and 0.334 are 0.33 + 0.34 + 0.33 = 1.00; 1.005 are 1.01, the most rounded: 1.00."""
    postings = (
        "Expenses:Loyer 1.00 USD @ 0.334 EUR; Expenses:Change 1.00 USD @ 0.337 EUR; Expenses:Loyer 1.00 USD @ 0.334 EUR;"
        "Assets:Banque -1.00 USD @ 1.005 EUR"
    )
    assert values(postings) == ["0.33", "0.34", "0.33", "-1.00"]


@pytest.mark.parametrize(
    ("prices", "value"),
    [
        ("2026-03-10 price USD 0.90 EUR", "90.00"),  # of the day itself
        ("2026-03-01 price USD 0.80 EUR\n2026-03-09 price USD 0.90 EUR\n2026-03-11 price USD 0.70 EUR", "90.00"),
        ("2026-03-09 price EUR 1.25 USD", "80.00"),  # the other way round
        ("2026-03-01 price USD 0.90 EUR\n2026-03-09 price EUR 1.25 USD", "90.00"),  # its own price comes first
    ],
)
def test_dollars_without_a_price_of_their_own_are_worth_the_ledger_s_latest(prices: str, value: str) -> None:
    found = values("Assets:Banque 100.00 USD; Expenses:Loyer -100.00 USD", f"{prices}\n")
    assert found == [value, f"-{value}"]


def test_dollars_that_nobody_values_are_told_with_the_line_to_write() -> None:
    later = "2026-03-11 price USD 0.90 EUR\n"
    with pytest.raises(CannotValue) as error:
        values("Assets:Banque 100.00 USD; Expenses:Loyer -100.00 USD", later)
    assert str(error.value) == (
        "100.00 USD on Assets:Banque has no value in EUR: write a price on the posting, or 2026-03-10 price USD … EUR"
    )


def test_hours_have_no_value() -> None:
    assert values("Assets:Heures 3 HOUR; Equity:Heures -3 HOUR") == ["", ""]


def test_a_difference_that_beancount_tolerates_is_told() -> None:
    with pytest.raises(CannotValue, match=r"debits and credits differ by 0\.01 EUR: Beancount tolerates it"):
        values("Assets:Banque 10.1 EUR; Expenses:Loyer -10.11 EUR")
