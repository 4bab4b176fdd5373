"""Lettering: what settles each other to zero has one code, and nothing else has one."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from beancount_invoicing.accounting.lettering import EntryOnAccount, letter_code, lettering
from beancount_invoicing.actions.accounting import accounting_books
from beancount_invoicing.ledger import LedgerLoader
from beancount_invoicing.receivables import allocate
from tests.accounting.books import invoice, payment, read
from tests.ledgers import EXAMPLE, month_ends


def letters(ledger: str, as_of: str = "2026-12-31") -> list[tuple[str, str, str]]:
    """Of each entry on a customer's account: its day, its code, and the day on which that was complete."""
    general_ledger, book = read(ledger)
    found = lettering(general_ledger, book, allocate(book, date.fromisoformat(as_of)))
    days = {entry.source: entry.date for entry in general_ledger.entries}
    return sorted((str(days[place.entry]), letter.code, str(letter.completed_on)) for place, letter in found.items())


def test_a_part_payment_is_not_lettered_until_the_rest_has_come() -> None:
    part = invoice("2026-02-01", "F1") + payment("2026-03-05", "20.00", "F1")
    assert letters(part) == []
    whole = part + payment("2026-04-05", "100.00", "F1")
    assert letters(whole) == [(day, "A", "2026-04-05") for day in ("2026-02-01", "2026-03-05", "2026-04-05")]
    assert letters(whole, "2026-04-04") == []


def test_what_comes_later_does_not_change_the_codes_that_are_given() -> None:
    """The older invoice is paid last."""
    ledger = invoice("2026-02-01", "F1") + invoice("2026-02-15", "F2") + payment("2026-03-05", "120.00", "F2")
    assert letters(ledger) == [("2026-02-15", "A", "2026-03-05"), ("2026-03-05", "A", "2026-03-05")]
    later = letters(ledger + payment("2026-05-05", "120.00", "F1"))
    assert [code for day, code, _complete in later] == ["B", "A", "A", "B"]


def test_a_set_that_opens_again_keeps_its_code_and_no_other_set_gets_it() -> None:
    """F1 is paid (A), F2 is paid (B); the payment of F1 bounces, and comes again."""
    ledger = (
        invoice("2026-02-01", "F1")
        + invoice("2026-02-15", "F2")
        + payment("2026-03-05", "120.00", "F1")
        + payment("2026-03-10", "120.00", "F2")
        + payment("2026-04-01", "-120.00", "F1")
    )
    of_second = [("2026-02-15", "B", "2026-03-10"), ("2026-03-10", "B", "2026-03-10")]
    assert letters(ledger, "2026-03-31") == sorted(
        [("2026-02-01", "A", "2026-03-05"), ("2026-03-05", "A", "2026-03-05"), *of_second]
    )
    assert letters(ledger) == of_second
    again = ledger + payment("2026-05-05", "120.00", "F1") + invoice("2026-06-01", "F3")
    days = ("2026-02-01", "2026-03-05", "2026-04-01", "2026-05-05")
    assert letters(again) == sorted([*((day, "A", "2026-05-05") for day in days), *of_second])
    assert letters(again + payment("2026-07-01", "120.00", "F3"))[-1] == ("2026-07-01", "C", "2026-07-01")


def test_codes_are_counted_on_each_account() -> None:
    ledger = "".join(
        invoice(f"2026-02-0{day}", f"F{day}", customer) + payment(f"2026-03-0{day}", "120.00", f"F{day}", customer)
        for day, customer in ((1, "Dupont"), (2, "Martin"))
    )
    assert {code for _day, code, _complete in letters(ledger)} == {"A"}


def test_what_was_paid_twice_and_given_back_is_lettered_with_its_invoice() -> None:
    twice = invoice("2026-02-01", "F1") + payment("2026-03-05", "120.00", "F1") + payment("2026-03-06", "120.00", "F1")
    assert letters(twice) == []
    assert len(letters(twice + payment("2026-03-20", "-120.00", "F1"))) == 4


def test_money_on_account_that_is_allocated_later_is_lettered_with_what_it_pays() -> None:
    on_account = payment("2026-01-20", "120.00", "x").replace(" ^x", "")
    allocated = """
2026-02-10 * "Affectation"
  Assets:Clients:Dupont  120.00 EUR
  Assets:Clients:Dupont  -120.00 EUR
    settles: "F1"
"""
    ledger = on_account + invoice("2026-02-01", "F1") + allocated
    assert letters(ledger) == [(day, "A", "2026-02-10") for day in ("2026-01-20", "2026-02-01", "2026-02-10")]


def test_a_draft_is_not_lettered() -> None:
    draft = invoice("2026-02-01", "draft-1").replace(" * ", " ! ", 1)
    assert letters(draft + payment("2026-03-05", "120.00", "draft-1")) == []


@pytest.mark.parametrize(
    ("index", "code"), [(0, "A"), (25, "Z"), (26, "AA"), (51, "AZ"), (52, "BA"), (701, "ZZ"), (702, "AAA")]
)
def test_codes_are_counted_in_letters(index: int, code: str) -> None:
    assert letter_code(index) == code


def test_in_the_example_each_set_adds_up_to_zero_and_what_is_settled_is_lettered() -> None:
    """At every month end: what is not lettered on an account adds up to its balance."""
    books = accounting_books(LedgerLoader(EXAMPLE))
    book = books.ledger.book
    for day in month_ends(date(2025, 1, 1), date(2026, 11, 30)):
        found = lettering(books.general_ledger, book, allocate(book, day))
        sets: dict[tuple[str, str], Decimal] = {}
        open_amounts: dict[str, Decimal] = {}
        balances: dict[str, Decimal] = {}
        for entry in (entry for entry in books.general_ledger.entries if entry.date <= day):
            for posting in entry.postings:
                if posting.account in book.main_accounts and posting.currency == "EUR":
                    balances[posting.account] = balances.get(posting.account, Decimal(0)) + posting.units
                    letter = found.get(EntryOnAccount(entry.source, posting.account))
                    if letter:
                        key = posting.account, letter.code
                        sets[key] = sets.get(key, Decimal(0)) + posting.units
                    else:
                        open_amounts[posting.account] = open_amounts.get(posting.account, Decimal(0)) + posting.units
        assert not any(sets.values())
        assert {name: amount for name, amount in open_amounts.items() if amount} == {
            name: amount for name, amount in balances.items() if amount
        }
