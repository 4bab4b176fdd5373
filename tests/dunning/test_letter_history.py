"""Which letters were about which instalment of a document, by what was late, open and uncontested when they were made."""

from __future__ import annotations

from datetime import date

import pytest

from beancount_invoicing.dunning import dues_asked, late_instalments
from beancount_invoicing.dunning.letter_history import letters_about
from beancount_invoicing.receivables import Position, positions
from tests.dunning.test_proposals import INVOICE, event, reminder
from tests.ledgers import book_of

FIRST, SECOND = date(2026, 1, 20), date(2026, 1, 30)
TWO = INVOICE.replace('  invoice: "N1"\n', '  invoice: "N1"\n  terms: "50% 10 days; 50% 20 days"\n')
"""60.00 due on FIRST, and as much on SECOND."""
SENT = date(2026, 2, 15)


def paid(day: str, instalment: int, amount: str = "60.00") -> str:
    return (
        f'\n{day} * "Paid"\n  Assets:Bank  {amount} EUR\n  Assets:Receivable:Acme\n    settles: "N1"\n'
        f"    instalment: {instalment}\n"
    )


def at(ledger: str, day: date = date(2026, 3, 31)) -> Position:
    return next(one for one in positions(book_of(ledger), day) if one.invoice.number == "N1")


def asked(ledger: str) -> set[date]:
    """What the one letter asked for, as the books tell it later."""
    position = at(ledger)
    (letter,) = (one for one in position.events if one.kind == "reminder")
    return set(dues_asked(position, letter))


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ("", {FIRST, SECOND}),
        (paid("2026-02-14", 1), {SECOND}),
        (paid("2026-02-14", 2), {FIRST}),
        (paid("2026-02-15", 1), {SECOND}),  # what was open at the end of the day
        (paid("2026-02-16", 1), {FIRST, SECOND}),
        (paid("2026-02-14", 1, "59.50"), {FIRST, SECOND}),
        (paid("2026-02-14", 1) + paid("2026-02-14", 2), {FIRST, SECOND}),  # nothing tells
        (event(date(2026, 2, 1), "dispute", "  amount: 60.00\n"), {SECOND}),
        (event(date(2026, 2, 16), "dispute", "  amount: 60.00\n"), {FIRST, SECOND}),
    ],
)
def test_a_letter_asked_for_what_was_late_and_open_then(more: str, expected: set[date]) -> None:
    assert asked(TWO + more + reminder(SENT, 1)) == expected


@pytest.mark.parametrize(
    ("day", "more", "expected"),
    [
        (date(2026, 1, 15), "", {FIRST}),
        (date(2026, 1, 15), paid("2026-01-15", 1), {SECOND}),
        (date(2026, 1, 15), paid("2026-01-16", 1), {FIRST}),
        (FIRST, "", {SECOND}),
        (SECOND, "", {FIRST, SECOND}),  # nothing tells
    ],
)
def test_a_notice_asked_for_what_came_next(day: date, more: str, expected: set[date]) -> None:
    assert asked(TWO + more + reminder(day, 0)) == expected


def test_a_letter_is_about_what_was_open_whatever_level_what_was_paid_had_come_to() -> None:
    ledger = TWO + reminder(date(2026, 1, 28), 1) + paid("2026-02-01", 1) + reminder(SENT, 2)
    bounced = '\n2026-03-01 * "Bounced"\n  Assets:Receivable:Acme  60.00 EUR\n    settles: "N1"\n    instalment: 1\n  Assets:Bank\n'
    found = late_instalments(at(ledger + bounced), date(2026, 3, 31))
    assert [(set(one.due_dates), [each.level for each in one.letters]) for one in found] == [
        ({FIRST}, [1]),
        ({SECOND}, [2]),
    ]


def test_a_letter_about_what_is_not_due_yet_is_about_nothing() -> None:
    kept = TWO.replace('  terms: "50% 10 days; 50% 20 days"\n', "").replace(
        "120.00 EUR\n", '120.00 EUR\n    retained: "ROOF"\n'
    )
    works = '\n2025-12-01 custom "invoice-contract" Assets:Receivable:Acme "ROOF" "fixed"\n  price: 100.00\n'
    position = at(works + kept + reminder(SENT, 1))
    assert [one.due for one in position.instalments] == [None]
    assert late_instalments(position, date(2026, 3, 31)) == ()


def test_of_two_letters_of_one_day_the_one_of_the_higher_level_stands_first() -> None:
    position = at(TWO + reminder(SENT, 1) + reminder(SENT, 2))
    assert [letter.level for letter in letters_about(position, FIRST)] == [2, 1]
    assert [letter.level for letter in letters_about(position, SECOND)] == [2, 1]
