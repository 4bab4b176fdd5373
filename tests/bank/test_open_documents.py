"""What is known of documents beside what is open: numbers by their digits, and the payments that they had."""

from __future__ import annotations

from datetime import date

import pytest

from beancount_invoicing.bank.open_documents import _by_digits, _received
from beancount_invoicing.receivables import allocate
from tests.documents import document
from tests.ledgers import sound_book

DAY = date(2026, 12, 31)
TERMS = 'terms: "50% 30 days; 50% 60 days"'
INVOICE = document("N1", "100.00", day="2026-01-05", keys=TERMS)


def paid(day: str, amount: str, keys: str = "", means: str = "") -> str:
    """Money of a customer; a negative amount goes back."""
    return f'{day} * "Acme" "Bank" ^N1{means}\n  Assets:Bank  {amount} EUR\n  Assets:Receivable:Acme\n{keys}'


def received(text: str) -> list[tuple[str, str]]:
    found = _received(allocate(sound_book(INVOICE + text), DAY))
    return [(str(payment.date), str(payment.amount)) for payment in found.get("N1", ())]


@pytest.mark.parametrize(
    ("text", "payments"),
    [
        ("", []),
        (paid("2026-02-01", "120.00"), [("2026-02-01", "120.00")]),  # of two instalments: one payment
        (paid("2026-02-01", "50.00") + paid("2026-03-01", "70.00"), [("2026-02-01", "50.00"), ("2026-03-01", "70.00")]),
        (paid("2026-02-01", "50.00") + paid("2026-03-01", "-50.00"), []),
        (
            paid("2026-02-01", "50.00") + paid("2026-03-01", "70.00") + paid("2026-03-05", "-80.00"),
            [("2026-02-01", "40.00")],
        ),
        (
            paid("2026-02-01", "50.00") + paid("2026-03-01", "-20.00") + paid("2026-04-01", "30.00"),
            [("2026-02-01", "30.00"), ("2026-04-01", "30.00")],
        ),
        (document("A1", "-100.00", day="2026-02-01", keys='corrects: "N1"'), []),  # no money
        (paid("2026-02-01", "60.00").replace("Assets:Bank", "Expenses:BadDebt").replace("^N1", "^N1 #write-off"), []),
    ],
)
def test_the_payments_of_a_document_less_what_went_back(text: str, payments: list[tuple[str, str]]) -> None:
    assert received(text) == payments


@pytest.mark.parametrize(
    ("numbers", "found"),
    [
        (["F2026-0001"], {"20260001": ("F2026-0001",)}),
        (["F2026-0001", "A2026-0001"], {"20260001": ("F2026-0001", "A2026-0001")}),
        (["A-123"], {}),  # three digits are too few to tell anything
        (["A-1234"], {"1234": ("A-1234",)}),
        (["0012"], {"12": ("0012",)}),  # a number of digits alone, four of them
        (["012"], {}),
        (["A-0123"], {}),
    ],
)
def test_numbers_by_their_digits(numbers: list[str], found: dict[str, tuple[str, ...]]) -> None:
    assert _by_digits(numbers) == found
