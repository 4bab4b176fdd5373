"""Reminders: levels at 8, 15 and 30 days, a week apart, one letter per customer, and what holds them back."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from beancount_invoicing.dunning import Proposal, propose
from beancount_invoicing.dunning.unallocated import mentions_number
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
LATE_INTEREST = '\n2025-01-01 custom "invoice-option" "late-interest" "12"\n'


def event(day: date, kind: str, more: str = "", link: str = "^N1") -> str:
    return f'\n{day} note Assets:Receivable:Acme "Said" {link}\n  event: "{kind}"\n{more}'


def reminder(day: date, level: int) -> str:
    return event(day, "reminder", f"  level: {level}\n")


def letters(ledger: str, day: date) -> list[Proposal]:
    """The letters of a day, whether or not something is sent."""
    return list(propose(book_of(ledger), day))


def level(ledger: str, days_late: int) -> int | None:
    """The level of the letter that is due so many days after the due date; None for none."""
    levels = [letter.level for letter in letters(ledger, DUE + timedelta(days=days_late)) if letter.level is not None]
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
    assert [(held.number, held.reason) for held in letter.held] == [("N1", why)]


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
    assert (letter.level, letter.held[0].reason) == (None, "reminders: none")
    assert letters(ledger, DUE) == [], "as long as nothing is late there is nothing to say"


SECOND = INVOICE.replace("N1", "N2").replace("2026-01-10", "2026-01-20")
PAID = """
2026-02-20 * "{payee}" "{narration}"
  Assets:Bank  {amount} EUR
  Assets:Receivable:Acme
"""


def in_letters(ledger: str, day: date) -> list[tuple[int | None, list[str], list[tuple[str, str, str]]]]:
    """Level, numbers, and what stands apart with its last letter, of each letter of a day."""
    return [
        (
            letter.level,
            [late.position.invoice.number for late in letter.invoices],
            [
                (reminded.number, str(reminded.last_letter.date), reminded.last_letter.tone)
                for reminded in letter.separately_reminded
            ],
        )
        for letter in letters(ledger, day)
        if letter.level is not None
    ]


def test_each_level_has_a_letter_of_its_own_the_gravest_first() -> None:
    ledger = INVOICE + SECOND + reminder(DUE + timedelta(days=8), 1)
    assert in_letters(ledger, DUE + timedelta(days=18)) == [
        (2, ["N1"], []),
        (1, ["N2"], []),
    ], "what has a graver letter of the same day is not told to be apart"
    assert in_letters(INVOICE + SECOND, DUE + timedelta(days=18)) == [(1, ["N1", "N2"], [])]


IN_TWO = INVOICE.replace("N1", "P1").replace(
    '  invoice: "P1"\n', '  invoice: "P1"\n  terms: "50% 30 days; 50% 60 days"\n'
)
FIRST_OF_P1 = event(DUE + timedelta(days=8), "reminder", "  level: 1\n", "^P1")


def test_an_instalment_that_fell_due_between_two_letters_has_letters_of_its_own() -> None:
    day = date(2026, 3, 11) + timedelta(days=8)
    second, first = letters(LATE_INTEREST + IN_TWO + FIRST_OF_P1, day)
    (older,), (newer,) = second.invoices, first.invoices
    assert (second.level, str(second.total), older.due, [str(letter.date) for letter in older.earlier_letters]) == (
        2, "60.00", DUE, ["2026-02-17"],
    )  # fmt: skip
    assert (str(older.interest), str(older.indemnity)) == ("0.75", "40.00"), "60 × 12 % × 38/365"
    assert (first.level, str(first.total), newer.due, newer.earlier_letters) == (1, "60.00", date(2026, 3, 11), ())
    assert (str(older.in_other_letter), str(newer.in_other_letter)) == ("60.00", "60.00")
    both = "".join(event(day, "reminder", f"  level: {level}\n", "^P1") for level in (1, 2))
    third, next_one = letters(LATE_INTEREST + IN_TWO + FIRST_OF_P1 + both, day + timedelta(days=30))
    asked = [
        (proposal.level, [str(letter.date) for letter in proposal.invoices[0].earlier_letters])
        for proposal in (third, next_one)
    ]
    assert asked == [
        (3, ["2026-02-17", "2026-03-19"]), (2, ["2026-03-19"]),
    ]  # fmt: skip
    assert [(str(proposal.interest), str(proposal.indemnity)) for proposal in (third, next_one)] == [
        ("1.34", "40.00"),
        ("0.75", "0"),
    ]


def test_both_instalments_of_one_level_stand_in_one_letter() -> None:
    (letter,) = letters(IN_TWO, date(2026, 3, 19))
    assert (letter.level, str(letter.total), [str(invoice.open) for invoice in letter.invoices]) == (
        1,
        "120.00",
        ["120.00"],
    )


def test_what_is_contested_is_taken_from_the_oldest_instalment() -> None:
    contested = event(date(2026, 3, 12), "dispute", "  amount: 70.00\n", "^P1")
    letter, rest = letters(IN_TWO + FIRST_OF_P1 + contested, date(2026, 3, 19))
    assert (letter.level, str(letter.total), str(letter.invoices[0].contested)) == (1, "50.00", "70.00")
    assert (str(letter.invoices[0].in_other_letter), str(letter.invoices[0].not_asked)) == ("0.00", "0.00"), (
        "no other letter deals with it"
    )
    assert [(invoice.number, invoice.reason) for invoice in rest.held] == [("P1", "in dispute since 2026-03-12")]


def test_a_letter_is_not_about_an_instalment_that_was_contested_when_it_was_made() -> None:
    contested = event(date(2026, 3, 12), "dispute", "  amount: 60.00\n", "^P1")
    second = event(date(2026, 3, 19), "reminder", "  level: 1\n", "^P1")
    settled = event(date(2026, 3, 20), "dispute-settled", "", "^P1")
    (first,) = letters(IN_TWO + contested, date(2026, 3, 19))
    assert (first.level, [sorted(invoice.due_dates) for invoice in first.invoices]) == (1, [[date(2026, 3, 11)]])
    newer, older = letters(IN_TWO + contested + second + settled, date(2026, 3, 28))
    assert [(proposal.level, proposal.invoices[0].due) for proposal in (newer, older)] == [
        (2, date(2026, 3, 11)),
        (1, DUE),
    ]
    before_that = contested.replace("2026-03-12", "2026-03-20").replace("60.00", "20.00")
    both = letters(IN_TWO + second + before_that, date(2026, 3, 28))[0]
    assert (both.level, str(both.total)) == (2, "100.00"), "what was contested later had been asked for"


def sent_by_hand(made: date, left: date, level: int, link: str = "^P1") -> str:
    """A letter that was made on one day and left on another."""
    mark = f'  message-id: "<{made}.{level}@x>"\n  level: {level}\n'
    return event(made, "prepared", f'  sends: "reminder"\n{mark}', link) + event(left, "reminder", mark, link)


def test_a_letter_that_left_late_is_about_what_was_late_when_it_was_made() -> None:
    made, left = DUE + timedelta(days=8), date(2026, 3, 14)
    (newer, older) = reversed(letters(IN_TWO + sent_by_hand(made, left, 1), date(2026, 3, 21)))
    assert [(proposal.level, proposal.invoices[0].due) for proposal in (older, newer)] == [
        (2, DUE),
        (1, date(2026, 3, 11)),
    ]
    (one,) = letters(IN_TWO + reminder(left, 1).replace("^N1", "^P1"), date(2026, 3, 21))
    assert (one.level, str(one.total)) == (2, "120.00"), "one that was noted without a day of its own"


def test_what_is_late_and_in_no_letter_of_the_day_is_not_said_to_be_in_one() -> None:
    (letter, _rest) = letters(IN_TWO + FIRST_OF_P1 + event(date(2026, 3, 14), "reminder", "  level: 2\n", "^P1"),
                              date(2026, 3, 21))  # fmt: skip
    (late,) = letter.invoices
    assert (letter.level, str(late.open), str(late.in_other_letter), str(late.not_asked)) == (
        1,
        "60.00",
        "0.00",
        "60.00",
    )
    assert [(reminded.number, str(reminded.open)) for reminded in letter.separately_reminded] == [("P1", "60.00")]


def test_the_fixed_sum_is_asked_for_with_the_oldest_that_is_not_contested() -> None:
    contested = event(date(2026, 3, 12), "dispute", "  amount: 60.00\n", "^P1")
    reminded = event(date(2026, 3, 19), "reminder", "  level: 1\n", "^P1")
    letter = letters(LATE_INTEREST + IN_TWO + contested + reminded, date(2026, 3, 28))[0]
    assert (letter.level, str(letter.total), str(letter.indemnity)) == (2, "60.00", "40.00")


FEES = """
2025-01-01 custom "invoice-policy" "standard" 1
  days: 8
  fee: 3.00
2025-01-01 custom "invoice-policy" "standard" 2
  days: 15
  fee: 5.00
"""


def test_the_letters_of_a_day_cost_one_fee() -> None:
    proposals = letters(FEES + INVOICE + SECOND + reminder(DUE + timedelta(days=8), 1), DUE + timedelta(days=18))
    assert [(proposal.level, str(proposal.fee)) for proposal in proposals] == [(2, "5.00"), (1, "0")]
    only = FEES.replace("  fee: 5.00\n", "")
    proposals = letters(only + INVOICE + SECOND + reminder(DUE + timedelta(days=8), 1), DUE + timedelta(days=18))
    assert [(proposal.level, str(proposal.fee)) for proposal in proposals] == [(2, "0"), (1, "3.00")]


def test_what_is_left_of_a_credit_note_is_no_payment() -> None:
    note = """
2026-02-10 * "Goods returned" ^A1
  invoice: "A1"
  Assets:Receivable:Acme  -36.00 EUR
  Income:Services  30.00 EUR
    text: "Goods returned"
    tax: "FR20"
  Liabilities:VAT  6.00 EUR
    tax: "FR20"
"""
    letter = letters(INVOICE + note + PAID.format(payee="Acme", narration="VIR", amount="33.00"), DUE + timedelta(20))[
        0
    ]
    assert (str(letter.unexplained_payments), [(one, str(amount)) for one, amount in letter.credits]) == (
        "33.00",
        [("A1", "36.00")],
    )
    assert str(letter.unallocated) == "69.00"


def test_what_has_had_its_formal_notice_stands_apart() -> None:
    ledger = INVOICE + SECOND + "".join(reminder(DUE + timedelta(days=late), level) for late, level in
                                        ((8, 1), (15, 2), (30, 3)))  # fmt: skip
    assert in_letters(ledger, DUE + timedelta(days=50)) == [(1, ["N2"], [("N1", "2026-03-11", "final")])]
    held = ledger + event(date(2026, 3, 20), "promise", "  until: 2026-06-30\n")
    assert in_letters(held, DUE + timedelta(days=50)) == [(1, ["N2"], [])]


def test_no_milder_letter_follows_a_formal_notice() -> None:
    by_hand = event(DUE + timedelta(days=9), "reminder", '  level: 1\n  tone: "final"\n')
    (letter,) = letters(INVOICE + by_hand, DUE + timedelta(days=20))
    assert (letter.level, letter.reasons[0].reason) == (
        None, "formal notice was given on 2026-02-18: no firm letter follows it",
    )  # fmt: skip
    assert level(INVOICE + by_hand, 31) is None, "nor is a level skipped"


@pytest.mark.parametrize(
    ("payee", "narration", "amount", "why"),
    [
        ("Acme", "VIR N1", "50.00", "names N1"),
        ("PAIEMENT n1", "", "50.00", "names N1"),
        ("Acme", "VIR", "120.00", "is exactly what is open of N1"),
    ],
)
def test_what_is_most_likely_paid_waits_for_a_word(payee: str, narration: str, amount: str, why: str) -> None:
    ledger = INVOICE + SECOND.replace("120.00", "240.00").replace("-100.00", "-200.00").replace("-20.00", "-40.00")
    paid = PAID.format(payee=payee, narration=narration, amount=amount)
    letter, rest = letters(ledger + paid, DUE + timedelta(days=20))
    assert [late.position.invoice.number for late in letter.invoices] == ["N2"]
    (held,) = rest.held
    assert held.number == "N1"
    assert held.reason.startswith(f"{amount} EUR of 2026-02-20 (")
    assert why in held.reason
    assert 'write settles: "N1" below that line' in held.reason
    settled = paid.replace("Assets:Receivable:Acme\n", 'Assets:Receivable:Acme\n    settles: "N1"\n')
    assert not any(letter.held for letter in letters(ledger + settled, DUE + timedelta(days=20)))


def test_a_payment_of_another_invoice_s_number_is_not_this_one_s() -> None:
    paid = PAID.format(payee="Acme", narration="VIR N2", amount="120.00")
    letter, rest = letters(INVOICE + SECOND + paid, DUE + timedelta(days=20))
    assert [late.position.invoice.number for late in letter.invoices] == ["N1"]
    assert [invoice.number for invoice in rest.held] == ["N2"]


def test_who_pays_before_it_is_due_is_reminded_of_what_is_late() -> None:
    early = SECOND.replace('  invoice: "N2"\n', '  invoice: "N2"\n  due: 2026-06-30\n')
    paid = PAID.format(payee="Acme", narration="VIR N2", amount="120.00")
    (letter,) = letters(INVOICE + early + paid, DUE + timedelta(days=20))
    assert [late.position.invoice.number for late in letter.invoices] == ["N1"]
    assert not any("not allocated to any invoice" in notice for notice in letter.notices)
    assert any("names N2: if it is for N2, write settles:" in notice for notice in letter.notices)


def test_a_payment_of_a_sum_that_several_have_holds_back_the_oldest_and_the_letter_names_it() -> None:
    paid = PAID.format(payee="Acme", narration="VIR", amount="120.00")
    third = SECOND.replace("N2", "N3").replace("2026-01-20", "2026-01-21")
    letter, rest = letters(INVOICE + SECOND + third + paid, DUE + timedelta(days=20))
    assert [late.position.invoice.number for late in letter.invoices] == ["N2", "N3"]
    assert ([invoice.number for invoice in rest.held], str(letter.unexplained_payments)) == (["N1"], "120.00")
    again = paid.replace("2026-02-20", "2026-02-21")
    letter, rest = letters(INVOICE + SECOND + third + paid + again, DUE + timedelta(days=20))
    assert [late.position.invoice.number for late in letter.invoices] == ["N3"]
    assert [invoice.number for invoice in rest.held] == ["N1", "N2"]
    (rest,) = letters(INVOICE + SECOND + paid + again.replace("VIR", "VIR N1"), DUE + timedelta(days=32))
    assert [invoice.number for invoice in rest.held] == ["N1", "N2"], (
        "what names one is for it; the other is for what is left"
    )


def test_each_payment_that_names_an_invoice_is_for_it() -> None:
    first, second = (PAID.format(payee="Acme", narration="VIR N1", amount=amount) for amount in ("50.00", "40.00"))
    letter, rest = letters(INVOICE + SECOND + first + second, DUE + timedelta(days=20))
    assert [late.position.invoice.number for late in letter.invoices] == ["N2"]
    (held,) = rest.held
    assert held.reason.count('write settles: "N1"') == 2
    assert ("50.00 EUR of 2026-02-20" in held.reason, "40.00 EUR of 2026-02-20" in held.reason) == (True, True)
    assert str(letter.unexplained_payments) == "0", "nobody is asked what the second one was for"
    assert letter.notices == ()


def test_a_payment_is_for_what_was_invoiced_by_then_if_anything_was() -> None:
    paid = PAID.format(payee="Acme", narration="VIR", amount="120.00").replace("2026-02-20", "{}")
    letter, rest = letters(INVOICE + SECOND + paid.format("2026-01-15"), DUE + timedelta(days=20))
    assert [late.position.invoice.number for late in letter.invoices] == ["N2"]
    assert [invoice.number for invoice in rest.held] == ["N1"]
    (held,) = letters(INVOICE + paid.format("2026-01-02"), DUE + timedelta(days=20))
    assert [invoice.number for invoice in held.held] == ["N1"], "paid in advance"


def test_a_payment_that_names_one_leaves_another_for_what_its_sum_says() -> None:
    names = PAID.format(payee="Acme", narration="VIR N1", amount="50.00")
    sums = PAID.format(payee="Acme", narration="VIR", amount="120.00").replace("02-20", "02-21")
    (held,) = letters(INVOICE + SECOND + names + sums, DUE + timedelta(days=20))
    assert [invoice.number for invoice in held.held] == ["N1", "N2"]


def test_a_payment_of_the_day_of_an_invoice_may_be_for_it() -> None:
    """Of two with that sum the one due first, though it is invoiced on that very day."""
    soon = SECOND.replace('  invoice: "N2"\n', '  invoice: "N2"\n  due: 2026-02-21\n').replace(
        "2026-01-20", "2026-02-20"
    )
    slow = INVOICE.replace('  invoice: "N1"\n', '  invoice: "N1"\n  due: 2026-02-22\n')
    paid = PAID.format(payee="Acme", narration="VIR", amount="120.00")
    _letter, rest = letters(slow + soon + paid, date(2026, 3, 10))
    assert [invoice.number for invoice in rest.held] == ["N2"]


def test_what_came_and_went_back_is_nothing() -> None:
    paid = PAID.format(payee="Acme", narration="VIR", amount="120.00")
    back = PAID.format(payee="Acme", narration="Back", amount="-120.00").replace("02-20", "02-21")
    (letter,) = letters(INVOICE + paid + back, DUE + timedelta(days=20))
    assert (letter.level, str(letter.unallocated)) == (1, "0")


def test_other_money_on_the_account_is_told_and_not_taken_off() -> None:
    paid = PAID.format(payee="Acme", narration="VIR", amount="33.00")
    (letter,) = letters(INVOICE + paid, DUE + timedelta(days=20))
    assert (str(letter.total), str(letter.unallocated)) == ("120.00", "33.00")
    told = "Acme SAS: 33.00 EUR on the account is not allocated to any invoice, and not deducted in the letter"
    assert letter.notices[0] == f"{told}: write what it settles"
    (second,) = letters(INVOICE + paid + reminder(DUE + timedelta(days=8), 1) + LATE_INTEREST, DUE + timedelta(days=30))
    assert second.notices[0] == f"{told}, which claims no interest for what it covers: write what it settles"
    other = INVOICE.replace("N1", "N2").replace("2026-01-10", "2026-01-11")  # which the 33.00 do not reach
    asked = event(DUE + timedelta(days=8), "reminder", "  level: 1\n", "^N1 ^N2")
    (both,) = letters(INVOICE + other + paid + asked + LATE_INTEREST, DUE + timedelta(days=30))
    assert len(both.invoices) == 2
    assert both.notices[0] == second.notices[0]


def test_money_that_covers_nothing_in_the_letter_stops_no_interest_there() -> None:
    older = INVOICE.replace("N1", "N0").replace("2026-01-10", "2026-01-05") + event(
        date(2026, 2, 5), "dispute", link="^N0"
    )
    paid = PAID.format(payee="Acme", narration="VIR", amount="33.00")
    asked = reminder(DUE + timedelta(days=8), 1)
    letter, _held = letters(older + INVOICE + paid + asked + LATE_INTEREST, DUE + timedelta(days=30))
    assert [late.position.invoice.number for late in letter.invoices] == ["N1"]
    assert "not deducted in the letter: write what it settles" in letter.notices[0]


@pytest.mark.parametrize(
    ("words", "number", "said"),
    [
        ("VIR F2026-0001", "F2026-0001", True),
        ("VIR f2026-0001.", "F2026-0001", True),
        ("VIREMENT F20260001/ACME", "F2026-0001", True),
        ("F 2026 0001", "F2026-0001", True),
        ("VIR F26001", "F26-001", True),
        ("VIR F2601", "F26-01", False),  # too short to be known without its marks
        ("VIR F2026-00011", "F2026-0001", False),
        ("VIR F2026-0001A", "F2026-0001", True),
        ("12 mars", "12", False),
        ("Facture 1204", "1204", True),
        ("N12", "N1", False),
        ("VIR 120 du 2026-01-20", "2026-01", False),  # a date
        ("VIR 2026-01", "2026-01", True),
        ("A-2026-001", "2026-001", False),  # a part of a longer number
        ("P2026-0001", "2026-0001", False),
        ("Loyer 2026", "2026", False),
    ],
)
def test_what_a_bank_says_names_a_number(words: str, number: str, said: bool) -> None:
    assert mentions_number(words, number) is said


def test_paid_is_not_reminded_and_part_paid_only_for_the_rest() -> None:
    paid = '\n2026-02-12 * "Paid" ^N1\n  Assets:Bank  {} EUR\n  Assets:Receivable:Acme\n'
    assert letters(INVOICE + paid.format("120.00"), DUE + timedelta(days=20)) == []
    (letter,) = letters(INVOICE + paid.format("100.00"), DUE + timedelta(days=20))
    assert str(letter.total) == "20.00"


def test_interest_by_contract_and_the_indemnity_from_the_second_letter_on() -> None:
    (first,) = letters(LATE_INTEREST + INVOICE, DUE + timedelta(days=10))
    assert [(late.interest, late.indemnity) for late in first.invoices] == [(None, None)]
    (second,) = letters(LATE_INTEREST + INVOICE + reminder(DUE + timedelta(days=8), 1), DUE + timedelta(days=30))
    (late,) = second.invoices
    assert (str(late.interest), str(late.indemnity)) == ("1.18", "40.00"), "120 × 12 % × 30/365 = 1.183…"


def test_a_claim_for_interest_bears_no_interest() -> None:
    claim = """
2026-01-10 * "Interest" ^N1
  invoice: "N1"
  kind: "claim"
  Assets:Receivable:Acme  41.18 EUR
  Income:Services  -41.18 EUR
    text: "Late interest and indemnity"
"""
    (letter,) = letters(LATE_INTEREST + claim + reminder(DUE + timedelta(days=8), 1), DUE + timedelta(days=30))
    (late,) = letter.invoices
    assert (str(letter.total), late.interest, late.indemnity) == ("41.18", None, None)


def test_money_that_names_nothing_is_told_once_beside_the_gravest_letter() -> None:
    ledger = (
        INVOICE
        + SECOND
        + reminder(DUE + timedelta(days=8), 1)
        + PAID.format(payee="Acme", narration="VIR", amount="33.00")
    )
    found = [letter for letter in letters(ledger, DUE + timedelta(days=18)) if letter.level is not None]
    assert [(letter.level, len(letter.notices), str(letter.unallocated)) for letter in found] == [
        (2, 1, "33.00"),
        (1, 0, "33.00"),
    ]
