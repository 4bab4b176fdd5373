"""Reminders: levels at 8, 15 and 30 days, a week apart, one letter per customer, and what holds them back."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from beancount_invoicing.dunning import Proposal, propose
from tests.ledgers import book_of

DUE = date(2026, 2, 9)
INVOICE = """
2026-01-10 * "Work" ^N1
  invoice: "N1"
  Assets:Receivable:Acme  120.00 EUR
  Income:Services  -100.00 EUR
    text: "Work"
    tax: "FR20"
  Liabilities:VAT  -20.00 EUR
    tax: "FR20"
"""


def event(day: date, kind: str, more: str = "", link: str = "^N1") -> str:
    return f'\n{day} note Assets:Receivable:Acme "Said" {link}\n  event: "{kind}"\n{more}'


def reminder(day: date, level: int) -> str:
    return event(day, "reminder", f"  level: {level}\n")


def letters(ledger: str, day: date) -> list[Proposal]:
    """The letters of a day, whether or not something is sent."""
    return list(propose(book_of(ledger), day))


def level(ledger: str, days_late: int) -> int | None:
    """The level of the letter that is due so many days after the due date; None for none."""
    levels = [one.level for one in letters(ledger, DUE + timedelta(days=days_late)) if one.level is not None]
    assert len(levels) <= 1, "one letter per customer and currency"
    return levels[0] if levels else None


@pytest.mark.parametrize(("days", "expected"), [(0, None), (7, None), (8, 1), (14, 1), (29, 1), (90, 1)])
def test_the_first_is_due_eight_days_late_and_none_is_skipped(days: int, expected: int | None) -> None:
    assert level(INVOICE, days) == expected


@pytest.mark.parametrize(("days", "expected"), [(9, None), (14, None), (15, 2), (40, 2)])
def test_the_second_is_due_fifteen_days_late(days: int, expected: int | None) -> None:
    assert level(INVOICE + reminder(DUE + timedelta(days=8), 1), days) == expected


@pytest.mark.parametrize(("days", "expected"), [(20, None), (26, None), (27, 2)])
def test_a_week_lies_between_two(days: int, expected: int | None) -> None:
    assert level(INVOICE + reminder(DUE + timedelta(days=20), 1), days) == expected


def test_the_third_is_the_last() -> None:
    sent = INVOICE + reminder(DUE + timedelta(days=8), 1) + reminder(DUE + timedelta(days=15), 2)
    assert level(sent, 29) is None
    assert level(sent, 30) == 3
    assert level(sent + reminder(DUE + timedelta(days=30), 3), 60) is None


@pytest.mark.parametrize(
    ("kind", "more", "why"),
    [
        ("dispute", "", "in dispute since 2026-02-12"),
        ("hold", "", "on hold since 2026-02-12"),
        ("hold", "  until: 2026-03-01\n", "on hold until 2026-03-01"),
        ("promise", "  until: 2026-03-01\n", "promised until 2026-03-01"),
        ("insolvency", "", "insolvency since 2026-02-12"),
    ],
)
@pytest.mark.parametrize("link", ["^N1", ""], ids=["invoice", "customer"])
def test_what_holds_a_letter_back(kind: str, more: str, why: str, link: str) -> None:
    ledger = INVOICE + event(date(2026, 2, 12), kind, more, link)
    (letter,) = letters(ledger, DUE + timedelta(days=20))
    assert letter.level is None
    assert [(held.number, held.why) for held in letter.held] == [("N1", why)]


@pytest.mark.parametrize("kind", ["hold", "promise"])
def test_it_goes_on_the_day_after(kind: str) -> None:
    ledger = INVOICE + event(date(2026, 2, 12), kind, "  until: 2026-03-01\n")
    assert letters(ledger, date(2026, 3, 1))[0].level is None
    assert letters(ledger, date(2026, 3, 2))[0].level == 1


@pytest.mark.parametrize(
    ("kind", "end"), [("hold", "resume"), ("insolvency", "resume"), ("dispute", "dispute-settled")]
)
def test_an_end_ends_it(kind: str, end: str) -> None:
    ledger = INVOICE + event(date(2026, 2, 12), kind) + event(date(2026, 2, 20), end)
    assert level(ledger, 20) == 1


def test_only_the_contested_part_is_left_out() -> None:
    ledger = INVOICE + event(date(2026, 2, 12), "dispute", "  amount: 50.00\n")
    (letter,) = letters(ledger, DUE + timedelta(days=20))
    assert (letter.level, str(letter.total)) == (1, "70.00")


def test_a_customer_that_is_never_reminded() -> None:
    ledger = INVOICE + '\n2025-06-01 custom "invoice-customer" Assets:Receivable:Acme\n  reminders: "none"\n'
    (letter,) = letters(ledger, DUE + timedelta(days=20))
    assert (letter.level, letter.held[0].why) == (None, "reminders: none")


def test_one_letter_lists_all_that_is_late_at_the_highest_level() -> None:
    second = INVOICE.replace("N1", "N2").replace("2026-01-10", "2026-01-20")
    ledger = INVOICE + second + reminder(DUE + timedelta(days=8), 1)
    (letter,) = letters(ledger, DUE + timedelta(days=15))
    assert letter.level == 2
    assert [(late.position.invoice.number, late.level, late.reminded) for late in letter.invoices] == [
        ("N1", 2, True),
        ("N2", 0, False),
    ]
    assert str(letter.total) == "240.00"


def test_paid_is_not_reminded_and_part_paid_only_for_the_rest() -> None:
    paid = '\n2026-02-12 * "Paid" ^N1\n  Assets:Bank  {} EUR\n  Assets:Receivable:Acme\n'
    assert letters(INVOICE + paid.format("120.00"), DUE + timedelta(days=20)) == []
    (letter,) = letters(INVOICE + paid.format("100.00"), DUE + timedelta(days=20))
    assert str(letter.total) == "20.00"


def test_interest_by_contract_and_the_indemnity_from_the_second_letter_on() -> None:
    option = '\n2025-01-01 custom "invoice-option" "late-interest" "12"\n'
    (first,) = letters(option + INVOICE, DUE + timedelta(days=10))
    assert [(late.interest, late.indemnity) for late in first.invoices] == [(None, None)]
    (second,) = letters(option + INVOICE + reminder(DUE + timedelta(days=8), 1), DUE + timedelta(days=30))
    (late,) = second.invoices
    assert (str(late.interest), str(late.indemnity)) == ("1.18", "40.00"), "120 × 12 % × 30/365 = 1.183…"


def test_a_claim_for_interest_bears_no_interest() -> None:
    option = '\n2025-01-01 custom "invoice-option" "late-interest" "12"\n'
    claim = """
2026-01-10 * "Interest" ^N1
  invoice: "N1"
  kind: "claim"
  Assets:Receivable:Acme  41.18 EUR
  Income:Services  -41.18 EUR
    text: "Late interest and indemnity"
"""
    (letter,) = letters(option + claim + reminder(DUE + timedelta(days=8), 1), DUE + timedelta(days=30))
    (late,) = letter.invoices
    assert (str(letter.total), late.interest, late.indemnity) == ("41.18", None, None)
