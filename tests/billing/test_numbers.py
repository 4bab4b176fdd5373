"""The place of a number in its series, the next number, and names of drafts."""

from __future__ import annotations

from datetime import date

import pytest

from beancount_invoicing.billing.numbers import (
    CannotNumber,
    next_draft_names,
    next_numbers,
    number_in_series,
    option_of,
    series_place,
)
from beancount_invoicing.model import Book, DocumentKind, NumberUse, Source
from tests.ledgers import book_of

MARCH = date(2026, 3, 9)
OPTIONS = """
2026-01-01 custom "invoice-option" "number" "F{year}-{seq:04}"
2026-01-01 custom "invoice-option" "credit-note-number" "A{year}-{seq:04}"
2026-01-01 custom "invoice-option" "claim-number" "{broken"
"""


def document(number: str, day: str, keys: str = "", flag: str = "*") -> str:
    return f"""
{day} {flag} "Work" ^{number}
  invoice: "{number}"
{keys}  Assets:Receivable:Acme  100.00 EUR
  Income:Services  -100.00 EUR
    tax: "ZERO"
"""


def use(number: str, kind: DocumentKind = "invoice", day: date = MARCH, draft: bool = False) -> NumberUse:
    return NumberUse(number, kind, day, Source("books", 1), draft)


def book(ledger: str = "") -> Book:
    return book_of(OPTIONS + ledger)


@pytest.mark.parametrize(
    ("kind", "option"),
    [
        ("invoice", "number"),
        ("credit-note", "credit-note-number"),
        ("deposit", "number"),  # without an option of its own
        ("void", "number"),
    ],
)
def test_each_kind_has_the_pattern_of_its_option_else_the_general_one(kind: DocumentKind, option: str) -> None:
    assert option_of(book(), kind) == option


@pytest.mark.parametrize(
    ("number", "place"),
    [
        (use("F2026-0012"), ("F2026-#", 12)),
        (use("A2026-0003", "credit-note"), ("A2026-#", 3)),
        (use("F2026-0003", "credit-note"), None),
        (use("A2026-0003"), None),
        (use("A2026-0003", "void"), ("A2026-#", 3)),  # whose it was, nobody knows
        (use("F2026-0003", "void"), ("F2026-#", 3)),
        (use("F2026-0012", draft=True), None),
        (use("F2026-0012", "opening"), None),
        (use("F2026-0012", "cancellation"), None),
        (use("F2026-0012", "claim"), None),  # its pattern cannot be read
        (use("F2026-0012", day=date(2025, 12, 31)), None),  # before the option, and of another year
    ],
)
def test_the_place_of_a_number(number: NumberUse, place: tuple[str, int] | None) -> None:
    assert series_place(book(), number) == place


def test_a_number_is_written_as_on_the_day_of_another() -> None:
    assert number_in_series(book(), use("F2026-0012"), 7) == "F2026-0007"
    assert number_in_series(book(), use("HAND-7"), 7) == ""


def test_numbers_go_on_from_the_highest_of_their_series() -> None:
    ledger = document("F2026-0002", "2026-03-02") + document("F2026-0007", "2026-03-01")
    following = next_numbers(book(ledger))
    assert following("invoice", MARCH) == "F2026-0008"
    assert following("invoice", MARCH) == "F2026-0009"
    assert following("deposit", MARCH) == "F2026-0010"
    assert following("credit-note", MARCH) == "A2026-0001"
    assert following("invoice", date(2027, 1, 1)) == "F2027-0001"


def test_numbers_and_dates_rise_together() -> None:
    following = next_numbers(book(document("F2026-0002", "2026-03-09") + document("F2026-0001", "2026-03-10")))
    with pytest.raises(CannotNumber, match=r"F2026-0001 is dated 2026-03-10: .* use --date 2026-03-10 or later"):
        following("invoice", MARCH)
    assert following("invoice", date(2026, 3, 10)) == "F2026-0003"
    with pytest.raises(CannotNumber, match="F2026-0003 is dated 2026-03-10"):
        following("invoice", MARCH)
    assert following("credit-note", MARCH) == "A2026-0001", "another series"


@pytest.mark.parametrize(
    ("ledger", "kind", "message"),
    [
        (
            '2026-01-01 custom "invoice-option" "number" ""\n',
            "invoice",
            'write 2026-01-01 custom "invoice-option" "number"',
        ),
        (OPTIONS, "claim", "has an unknown field"),
        ('2026-01-01 custom "invoice-option" "number" "F.{seq}"\n', "invoice", "the number F.1 cannot be given"),
    ],
)
def test_why_there_is_no_next_number(ledger: str, kind: DocumentKind, message: str) -> None:
    with pytest.raises(CannotNumber) as error:
        next_numbers(book_of(ledger))(kind, MARCH)
    assert message in str(error.value)


def test_a_draft_has_the_first_name_that_is_free() -> None:
    name = next_draft_names(book(document("draft-2026-03-09-1", "2026-03-09", flag="!")))
    assert [name("invoice", MARCH) for _ in range(2)] == ["draft-2026-03-09-2", "draft-2026-03-09-3"]
    assert name("invoice", date(2026, 3, 10)) == "draft-2026-03-10-1"
