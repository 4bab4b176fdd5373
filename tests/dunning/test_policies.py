"""Policies: which one an invoice follows, what its levels ask for, and what waits for what."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from beancount_invoicing.actions.remind import bank_notices
from beancount_invoicing.dunning import Proposal, propose, usual
from beancount_invoicing.dunning.banks import BankAccount, bank_accounts, until_when
from beancount_invoicing.dunning.policies import policy
from beancount_invoicing.model import Source
from tests.dunning.test_proposals import DUE, INVOICE, event, letters, level, reminder
from tests.ledgers import book_of

POLICY = """
2025-01-01 custom "invoice-policy" "standard"
  interval: 10
  signed-by: "Anne Le Gall"
2025-01-01 custom "invoice-policy" "standard" 0
  days: -3
2025-01-01 custom "invoice-policy" "standard" 1
  days: 5
2025-01-01 custom "invoice-policy" "standard" 2
  days: 20
  deadline: 12
  interest: TRUE
  fee: 45.00
2025-01-01 custom "invoice-policy" "standard" 4
  days: 40
  tone: "final"
  channel: "post"
  registered: TRUE
  escalate: TRUE
  deadline: 8
  signed-by: "Maître Corre"
"""


def the_letter(ledger: str, days_late: int) -> Proposal:
    """The one letter, sent or not, of so many days after the due date (before it where negative)."""
    (proposal,) = letters(ledger, DUE + timedelta(days=days_late))
    return proposal


def why(ledger: str, days_late: int) -> str:
    """Why the invoice is or is not in the letter of that day."""
    (reason,) = the_letter(ledger, days_late).reasons
    return reason.reason


@pytest.mark.parametrize(("days", "expected"), [(-4, None), (-3, 0), (0, 0), (1, None), (4, None), (5, 1)])
def test_the_notice_before_the_due_date_then_the_first_level(days: int, expected: int | None) -> None:
    assert level(POLICY + INVOICE, days) == expected


def test_the_notice_is_sent_once() -> None:
    sent = POLICY + INVOICE + reminder(DUE - timedelta(days=3), 0)
    assert level(sent, -1) is None
    assert why(sent, -1) == "due on 2026-02-09; the notice left on 2026-02-06"
    assert level(sent, 5) == 1, "the notice is no reminder"


def test_each_due_date_has_its_notice() -> None:
    two = POLICY + INVOICE.replace('  invoice: "N1"\n', '  invoice: "N1"\n  terms: "50% 10 days; 50% 60 days"\n')
    first, second = date(2026, 1, 20), date(2026, 3, 11)
    paid = '\n2026-01-20 * "Paid" ^N1\n  Assets:Bank  60.00 EUR\n  Assets:Receivable:Acme\n'
    sent = two + reminder(first - timedelta(days=2), 0) + paid
    (notice,) = letters(sent, second - timedelta(days=3))
    assert (notice.level, str(notice.total)) == (0, "60.00")


def test_the_notice_asks_for_what_is_about_to_be_due() -> None:
    notice = the_letter(POLICY + INVOICE, -2)
    assert (notice.tone, str(notice.total), notice.amount_asked) == ("courtesy", "120.00", Decimal("120.00"))
    assert [(invoice.days_overdue, invoice.earlier_letters) for invoice in notice.invoices] == [(0, ())]


def test_the_notice_asks_for_what_is_not_contested() -> None:
    dispute = event(DUE - timedelta(days=10), "dispute", "  amount: 20.00\n")
    notice = the_letter(POLICY + INVOICE + dispute, -2)
    assert (notice.level, str(notice.total)) == (0, "100.00")
    assert the_letter(POLICY + INVOICE + dispute.replace("20.00", "120.00"), -2).level is None


def test_no_notice_beside_a_reminder() -> None:
    other = INVOICE.replace("N1", "N2").replace("2026-01-10", "2026-01-20")
    day = date(2026, 2, 17)  # N1 is 8 days late, N2 due in two days
    letter, rest = letters(POLICY + INVOICE + other, day)
    assert [invoice.position.invoice.number for invoice in letter.invoices] == ["N1"]
    assert [(reason.number, reason.reason) for reason in rest.reasons] == [
        ("N2", "due on 2026-02-19: the notice is due, but not together with a reminder")
    ]
    after, _rest = letters(POLICY + INVOICE + other + reminder(day, 1), day + timedelta(days=1))
    assert [invoice.position.invoice.number for invoice in after.invoices] == ["N2"], "the day after it is due"


def test_levels_may_leave_numbers_out_but_are_not_skipped() -> None:
    ledger = POLICY + INVOICE + reminder(DUE + timedelta(days=5), 1)
    assert level(ledger, 60) == 2
    ledger += reminder(DUE + timedelta(days=20), 2)
    assert level(ledger, 60) == 4


def test_the_interval_and_the_deadline_that_was_set() -> None:
    ledger = POLICY + INVOICE + reminder(DUE + timedelta(days=15), 1)
    assert level(ledger, 24) is None
    assert why(ledger, 24) == (
        "24 days late, level 1 left on 2026-02-24; level 2 not before 2026-03-06: there are 10 days between two letters"
    )
    assert level(ledger, 25) == 2
    ledger += reminder(DUE + timedelta(days=30), 2)
    assert level(ledger, 42) is None
    assert why(ledger, 42).endswith("level 4 not before 2026-03-24: the last letter set a deadline, 2026-03-23")
    assert level(ledger, 43) == 4


def test_a_reminder_may_say_its_deadline_itself() -> None:
    text = event(DUE + timedelta(days=20), "reminder", "  level: 2\n  until: 2026-04-30\n")
    ledger = POLICY + INVOICE + text
    assert level(ledger, (date(2026, 4, 30) - DUE).days) is None
    assert level(ledger, (date(2026, 5, 1) - DUE).days) == 4


def test_a_letter_of_a_level_that_the_policy_no_longer_has_set_no_deadline() -> None:
    """Level 3 was sent by hand: nothing says how long it gave, so the next one is due once the interval is over."""
    ledger = POLICY + INVOICE + reminder(DUE + timedelta(days=20), 3)
    assert level(ledger, 90) == 4


def test_a_notice_asks_for_no_interest_though_its_level_says_so() -> None:
    notice = POLICY.replace("  days: -3\n", "  days: -3\n  interest: TRUE\n")
    interest = '\n2025-01-01 custom "invoice-option" "late-interest" "12"\n'
    assert level(notice + interest + INVOICE, -3) == 0
    assert the_letter(notice + interest + INVOICE, -3).notices == ()


@pytest.mark.parametrize(
    ("keys", "channel"),
    [
        ("", "post"),
        ('  email: "a@acme.example"\n', "email"),
        ('  channel: "email"\n  email: "a@acme.example"\n', "email"),
        ('  channel: "post"\n  email: "a@acme.example"\n', "post"),
    ],
)
def test_a_platform_transports_no_letters(keys: str, channel: str) -> None:
    acme = '\n2025-01-02 custom "invoice-customer" Assets:Receivable:Acme\n'
    keys = keys if "channel" in keys else '  channel: "e-invoice"\n' + keys
    assert the_letter(acme + keys + INVOICE, 8).channel == channel


def test_without_a_seller_a_policy_without_levels_has_the_usual_ones_of_nowhere() -> None:
    book = book_of('2025-01-01 custom "invoice-policy" "standard"\n  interval: 10\n')
    found = policy(replace(book, seller=None), "standard", DUE)
    assert found is not None
    assert found.levels == usual("").levels


def test_the_interval_counts_from_the_last_letter_whatever_its_level() -> None:
    ledger = POLICY + INVOICE + reminder(DUE + timedelta(days=20), 2) + reminder(DUE + timedelta(days=39), 1)
    assert level(ledger, 48) is None, "level 1 was sent once more, by hand"
    assert "level 4 not before 2026-03-30: there are 10 days between two letters" in why(ledger, 48)
    assert level(ledger, 49) == 4


def test_the_interval_counts_between_two_instalments_too() -> None:
    two = POLICY + INVOICE.replace('  invoice: "N1"\n', '  invoice: "N1"\n  terms: "50% 10 days; 50% 30 days"\n')
    first, second = date(2026, 1, 20), date(2026, 2, 9)
    sent = reminder(first + timedelta(days=19), 1)
    paid = '\n2026-02-09 * "Paid" ^N1\n  Assets:Bank  60.00 EUR\n  Assets:Receivable:Acme\n'
    assert [letter.level for letter in letters(two + sent + paid, second + timedelta(days=8))] == [None]
    assert [letter.level for letter in letters(two + sent + paid, second + timedelta(days=9))] == [1]


def test_what_a_level_asks_for() -> None:
    escalation = (
        '\n2025-06-01 custom "invoice-customer" Assets:Receivable:Acme\n'
        '  email: "compta@acme.example"\n  escalation: "direction@acme.example"\n'
    )
    option = '\n2025-01-01 custom "invoice-option" "late-interest" "12"\n'
    ledger = POLICY + option + escalation + INVOICE + reminder(DUE + timedelta(days=5), 1)
    second = the_letter(ledger, 30)
    assert (second.tone, second.fee, second.deadline) == ("firm", Decimal("5.00"), date(2026, 3, 23))
    assert (second.interest, second.indemnity) == (Decimal("1.18"), Decimal("40.00"))
    assert second.amount_asked == Decimal("166.18"), "120.00 + 1.18 + 40.00 + 5.00"
    assert second.notices[-1] == (
        "Acme SAS: the fixed compensation of 40.00 covers 40.00 of the fee of 45.00 of level 2: the rest is asked for"
    )
    covered = the_letter(ledger.replace("fee: 45.00", "fee: 40.00"), 30)
    assert (covered.fee, covered.amount_asked) == (Decimal(0), Decimal("161.18"))
    assert covered.notices[-1].endswith("covers 40.00 of the fee of 40.00 of level 2: it is left out")
    assert the_letter(ledger.replace(option, ""), 30).fee == Decimal("45.00"), "beside no compensation"
    assert (second.channel, second.registered, second.escalation) == ("email", False, "")
    assert second.signed_by == "Anne Le Gall"
    last = the_letter(ledger + reminder(DUE + timedelta(days=20), 2), 40)
    assert (last.level, last.tone, last.channel, last.registered) == (4, "final", "post", True)
    assert (last.escalation, last.signed_by) == ("direction@acme.example", "Maître Corre")
    assert last.interest == 0, "the level does not claim it"


def test_a_consumer_pays_no_fee() -> None:
    consumer = '\n2025-06-01 custom "invoice-customer" Assets:Receivable:Acme\n  buyer: "consumer"\n'
    letter = the_letter(POLICY + consumer + INVOICE + reminder(DUE + timedelta(days=5), 1), 30)
    assert letter.fee == 0
    assert letter.amount_asked == letter.total
    assert letter.notices[-1] == "Acme SAS: a consumer pays no fee for a reminder: the 45.00 of level 2 is left out"


def test_a_letter_that_speaks_of_what_a_consumer_bought_has_no_fee() -> None:
    before = '\n2025-06-01 custom "invoice-customer" Assets:Receivable:Acme\n  buyer: "consumer"\n'
    later = '\n2026-02-20 custom "invoice-customer" Assets:Receivable:Acme\n  buyer: "business"\n'
    letter = the_letter(POLICY + before + later + INVOICE + reminder(DUE + timedelta(days=5), 1), 30)
    assert (letter.level, letter.fee) == (2, Decimal(0))


def test_an_amendment_changes_a_key_and_an_empty_value_takes_a_level_away() -> None:
    amended = POLICY + INVOICE + '\n2026-02-20 custom "invoice-policy" "standard" 1\n  days: 12\n'
    assert level(amended, 10) == 1, "on the 19th the first version holds"
    assert level(amended, 11) is None
    assert level(amended, 12) == 1
    removed = POLICY + INVOICE + '\n2026-02-01 custom "invoice-policy" "standard" 1\n  days:\n'
    assert level(removed, 19) is None
    assert level(removed, 20) == 2


def test_the_customers_policy_the_documents_own_and_the_options() -> None:
    patient = '\n2025-01-01 custom "invoice-policy" "patient" 1\n  days: 50\n'
    own = INVOICE.replace('  invoice: "N1"\n', '  invoice: "N1"\n  reminders: "patient"\n')
    customer = '\n2025-06-01 custom "invoice-customer" Assets:Receivable:Acme\n  reminders: "patient"\n'
    later = '\n2026-02-15 custom "invoice-customer" Assets:Receivable:Acme\n  reminders: "standard"\n'
    option = '\n2025-01-01 custom "invoice-option" "reminders" "patient"\n'
    for ledger in (own, customer + INVOICE, option + INVOICE, later + own):
        assert level(patient + ledger, 20) is None, ledger
        assert level(patient + ledger, 50) == 1, ledger
    assert level(patient + customer + later + INVOICE, 8) == 1, "what the customer says today holds"
    assert level(option + patient + later + INVOICE, 8) == 1
    none = own.replace('"patient"', '"none"')
    assert (level(none, 60), why(none, 60)) == (None, "reminders: none")


def test_a_policy_without_levels_has_the_usual_ones() -> None:
    ledger = '\n2025-01-01 custom "invoice-policy" "standard"\n  interval: 30\n' + INVOICE
    assert level(ledger, 8) == 1
    ledger += reminder(DUE + timedelta(days=8), 1)
    assert level(ledger, 37) is None
    assert level(ledger, 38) == 2


@pytest.mark.parametrize(("country", "days"), [("FR", [8, 15, 30]), ("DE", [7, 21, 35]), ("", [8, 15, 30])])
def test_the_usual_levels_of_a_country(country: str, days: list[int]) -> None:
    assert [level.days for level in usual(country).levels] == days
    assert [level.tone for level in usual(country).levels] == ["friendly", "firm", "final"]
    assert {usual(country).source, *(level.source for level in usual(country).levels)} == {Source("", 0)}, (
        "no file says them"
    )


def test_less_than_the_minimum_is_not_written_for() -> None:
    ledger = '\n2025-01-01 custom "invoice-policy" "standard"\n  minimum: 15.00\n' + INVOICE
    paid = '\n2026-02-12 * "Paid" ^N1\n  Assets:Bank  {} EUR\n  Assets:Receivable:Acme\n'
    assert level(ledger + paid.format("105.00"), 8) == 1
    held = the_letter(ledger + paid.format("105.01"), 8)
    assert [invoice.reason for invoice in held.held] == ["14.99 is below the minimum of 15.00 for a letter"]
    small = INVOICE.replace("120.00 EUR", "12.00 USD").replace("100.00", "10.00 USD").replace("-20.00", "-2.00 USD")
    assert level(ledger.replace(INVOICE, small.replace(" USD EUR", " USD")), 8) == 1, "it is in euros"


def test_a_policy_that_only_announces_reminds_of_nothing() -> None:
    only = '\n2025-01-01 custom "invoice-policy" "standard" 0\n  days: -3\n'
    assert why(only + INVOICE, 30) == "standard has no levels"


def test_the_usual_policy_writes_for_no_cents() -> None:
    held = the_letter(INVOICE + '\n2026-02-12 * "Paid" ^N1\n  Assets:Bank  119.99 EUR\n  Assets:Receivable:Acme\n', 30)
    assert [invoice.reason for invoice in held.held] == ["0.01 is below the minimum of 1 for a letter"]


@pytest.mark.parametrize(("key", "letter"), [("", None), ("  minimum: 0\n", 1)], ids=["by default", "any amount"])
def test_a_policy_of_the_ledger_writes_for_cents_only_where_it_says_so(key: str, letter: int | None) -> None:
    own = f'\n2025-01-01 custom "invoice-policy" "standard"\n{key}2025-01-01 custom "invoice-policy" "standard" 1\n  days: 8\n'
    paid = '\n2026-02-12 * "Paid" ^N1\n  Assets:Bank  {}\n  Assets:Receivable:Acme\n'
    assert level(own + INVOICE + paid.format("119.99 EUR"), 8) == letter
    assert level(own + INVOICE + paid.format("119.00 EUR"), 8) == 1
    dollars = (
        INVOICE.replace("120.00 EUR", "120.00 USD").replace("100.00", "100.00 USD").replace("-20.00", "-20.00 USD")
    )
    dollars = dollars.replace(" USD EUR", " USD")
    assert level(own + dollars + paid.format("119.99 USD"), 8) == letter


def test_a_second_instalment_begins_at_the_first_level() -> None:
    two = INVOICE.replace('  invoice: "N1"\n', '  invoice: "N1"\n  terms: "50% 10 days; 50% 60 days"\n')
    first, second = date(2026, 1, 20), date(2026, 3, 11)
    ledger = two + reminder(first + timedelta(days=8), 1) + reminder(first + timedelta(days=15), 2)
    paid = '\n2026-02-20 * "Paid" ^N1\n  Assets:Bank  60.00 EUR\n  Assets:Receivable:Acme\n'
    (letter,) = letters(ledger + paid, second + timedelta(days=8))
    assert (letter.level, str(letter.total)) == (1, "60.00")
    third, first_of_second = letters(ledger, second + timedelta(days=8))
    assert [(proposal.level, str(proposal.total)) for proposal in (third, first_of_second)] == [
        (3, "60.00"),
        (1, "60.00"),
    ]
    assert [[late.days_overdue for late in proposal.invoices] for proposal in (third, first_of_second)] == [[58], [8]]


def test_what_is_on_the_account_unallocated_is_said_or_holds_the_letter_back() -> None:
    unnamed = '\n2026-02-12 * "No reference"\n  Assets:Bank  {} EUR\n  Assets:Receivable:Acme\n'
    letter = the_letter(INVOICE + unnamed.format("50.00"), 8)
    assert letter.level == 1
    assert "50.00 EUR on the account is not allocated to any invoice" in letter.notices[-1]
    held = the_letter(INVOICE + unnamed.format("120.00"), 8)
    assert held.level is None
    assert "120.00 EUR of 2026-02-12 (" in held.held[0].reason
    assert "is exactly what is open of N1" in held.held[0].reason
    more = the_letter(INVOICE + unnamed.format("121.00"), 8)
    assert more.level is None
    assert "121.00 EUR on the account is not allocated to any invoice" in more.held[0].reason


PLAN = (
    event(date(2026, 2, 12), "promise", "  until: 2026-02-28\n  amount: 50.00\n")
    + event(date(2026, 2, 12), "promise", "  until: 2026-03-31\n  amount: 70.00\n")
)  # fmt: skip
PAID = '\n{} * "Paid" ^N1\n  Assets:Bank  {} EUR\n  Assets:Receivable:Acme\n'


def test_a_payment_plan_holds_letters_back_as_long_as_it_is_kept() -> None:
    ledger = INVOICE + PLAN
    assert why(ledger, 10) == "50.00 promised until 2026-02-28"
    kept = ledger + PAID.format(date(2026, 2, 27), "50.00")
    assert level(kept, 40) is None
    assert why(kept, 40) == "70.00 promised until 2026-03-31"
    (after,) = letters(kept, date(2026, 4, 1))
    assert after.level == 1


@pytest.mark.parametrize("paid", ["", PAID.format(date(2026, 3, 1), "50.00"), PAID.format(date(2026, 2, 27), "49.99")])
def test_a_broken_plan_lets_reminders_go_on(paid: str) -> None:
    (broken,) = letters(INVOICE + PLAN + paid, date(2026, 3, 2))
    assert broken.level == 1
    assert "the promise to pay 50.00 until 2026-02-28 was broken" in broken.reasons[0].reason


def test_what_is_written_off_keeps_no_promise() -> None:
    lost = '\n2026-02-20 * "Lost" #write-off ^N1\n  Income:Services  60.00 EUR\n  Assets:Receivable:Acme\n'
    plan = event(date(2026, 2, 12), "promise", "  amount: 60.00\n  until: 2026-02-25\n")
    assert "was broken: only 0 was received" in why(INVOICE + plan + lost, 20)


def test_a_promise_about_what_was_late_then_is_kept_though_more_falls_due() -> None:
    two = INVOICE.replace('  invoice: "N1"\n', '  invoice: "N1"\n  terms: "50% 10 days; 50% 60 days"\n')
    promise = event(date(2026, 2, 1), "promise", "  until: 2026-02-15\n")
    paid = '\n2026-02-15 * "Paid" ^N1\n  Assets:Bank  {} EUR\n  Assets:Receivable:Acme\n'
    ledger = two + promise + paid.format("60.00")
    assert why(ledger, 38) == "8 days late, no reminder yet: level 1 is due", "the second half, due on 11 March"
    assert "(the promise to pay until 2026-02-15 was broken)" in why(two + promise + paid.format("59.99"), 38)
    late = two + promise + paid.format("60.00").replace("2026-02-15 *", "2026-02-16 *")
    assert "(the promise to pay until 2026-02-15 was broken)" in why(late, 38), "it came the day after"


def test_of_two_promises_without_a_sum_the_second_may_be_broken_though_the_first_was_kept() -> None:
    two = INVOICE.replace('  invoice: "N1"\n', '  invoice: "N1"\n  terms: "50% 30 days; 50% 60 days"\n')
    promises = event(date(2026, 2, 1), "promise", "  until: 2026-02-15\n")
    promises += event(date(2026, 2, 1), "promise", "  until: 2026-03-20\n")
    text = why(two + promises + PAID.format(date(2026, 2, 15), "60.00"), 50)
    assert text.endswith("level 1 is due (the promise to pay until 2026-03-20 was broken)")


def test_what_was_paid_before_the_plan_is_no_part_of_it() -> None:
    before = PAID.format(date(2026, 2, 11), "50.00")
    (broken,) = letters(INVOICE + PLAN + before, date(2026, 3, 2))
    assert "was broken: only 0 was received" in broken.reasons[0].reason


def test_a_plan_for_the_whole_customer_counts_all_its_payments() -> None:
    both = INVOICE + INVOICE.replace("N1", "N2") + PLAN.replace("^N1", "")
    held = both + PAID.format(date(2026, 2, 20), "50.00")
    (proposal,) = letters(held, date(2026, 3, 2))
    assert proposal.level is None
    assert {invoice.reason for invoice in proposal.held} == {"70.00 promised until 2026-03-31"}


def test_what_was_not_sent_is_not_reminded_of() -> None:
    option = '\n2025-01-01 custom "invoice-option" "send-from" {}\n'
    follows = option.format("2026-01-01") + INVOICE
    assert (level(follows, 20), why(follows, 20)) == (None, "nothing shows that it was sent: send it first")
    assert level(option.format("2026-01-11") + INVOICE, 20) == 1
    assert level(follows + event(date(2026, 1, 12), "sent"), 20) == 1
    assert level(follows + event(date(2026, 1, 12), "sent", link=""), 20) is None, "some other document"
    other = INVOICE.replace("N1", "N2").replace("2026-01-10", "2026-01-05") + event(
        date(2026, 1, 5), "sent", link="^N2"
    )
    letter, _rest = letters(INVOICE + other, DUE + timedelta(days=20))
    assert [invoice.position.invoice.number for invoice in letter.invoices] == ["N2"], (
        "followed from the first that was sent on"
    )


def test_a_document_that_was_sent_late_has_its_time() -> None:
    ledger = INVOICE + event(DUE + timedelta(days=6), "sent")
    assert level(ledger, 12) is None
    assert (
        why(ledger, 12) == "12 days late, but sent on 2026-02-15; level 1 not before 2026-02-22, which is 7 days later"
    )
    assert level(ledger, 13) == 1


def test_a_newer_promise_replaces_an_older_one() -> None:
    newer = event(date(2026, 3, 5), "promise", "  until: 2026-03-20\n")
    assert why(INVOICE + PLAN + newer, 30) == "promised until 2026-03-20"


def test_bank_accounts_are_those_that_customers_pay_into() -> None:
    paid = '\n2026-02-12 * "Paid" ^N1\n  Assets:Bank  20.00 EUR\n  Assets:Receivable:Acme\n'
    rent = '\n2026-02-20 * "Rent"\n  Assets:Bank  -20.00 EUR\n  Equity:Opening\n'
    book = book_of(INVOICE + paid + rent + "\n2026-03-02 balance Assets:Bank  0.00 EUR\n")
    assert dict(book.bank_days) == {"Assets:Bank": (date(2026, 2, 12), date(2026, 2, 20), date(2026, 3, 2))}
    closed = book_of(INVOICE + paid + rent + "\n2026-03-02 close Assets:Bank\n")
    assert dict(closed.bank_days) == {}


def test_once_statements_are_imported_only_they_say_until_when_the_bank_is_known() -> None:
    typed = '\n2026-02-12 * "Paid" ^N1\n  Assets:Bank  20.00 EUR\n  Assets:Receivable:Acme\n'
    line = '\n2026-02-20 * "Rent"\n  bank-id: "B1"\n  Assets:Bank  -20.00 EUR\n  Equity:Opening\n'
    later = '\n2026-03-10 * "Paid" ^N1\n  Assets:Bank  20.00 EUR\n  Assets:Receivable:Acme\n'
    book = book_of(INVOICE + typed + line + "\n2026-03-02 balance Assets:Bank  0.00 EUR\n" + later)
    for day, until, imported in (
        (date(2026, 2, 19), date(2026, 2, 12), False),
        (date(2026, 2, 28), date(2026, 2, 20), True),
        (date(2026, 3, 31), date(2026, 3, 1), True),
    ):
        assert bank_accounts(book, day) == (BankAccount("Assets:Bank", until, imported),)
    assert until_when(bank_accounts(book, date(2026, 3, 31))[0]) == "Assets:Bank is imported until 2026-03-01"
    (notice,) = bank_notices(book, date(2026, 3, 31))
    assert notice == (
        "Assets:Bank is imported until 2026-03-01, 30 days before 2026-03-31; "
        "import the next statement first: bean-invoice bank import"
    )


def test_a_day_of_letters_is_the_same_whatever_comes_later() -> None:
    later = reminder(DUE + timedelta(days=30), 1) + PAID.format(DUE + timedelta(days=31), "120.00")
    before = propose(book_of(POLICY + INVOICE), DUE + timedelta(days=10))
    assert [proposal.level for proposal in propose(book_of(POLICY + INVOICE + later), DUE + timedelta(days=10))] == [
        proposal.level for proposal in before
    ]


def test_what_was_sent_twice_has_its_time_from_the_last() -> None:
    ledger = INVOICE + event(date(2026, 1, 10), "sent") + event(DUE + timedelta(days=6), "sent")
    assert level(ledger, 12) is None
    assert level(ledger, 13) == 1


@pytest.mark.parametrize(
    ("until", "broken"),
    [
        ("2026-03-10", True),  # the day before the second half is due: only the first was promised, and it is open
        ("2026-03-11", True),
        ("2026-02-08", True),  # before anything is due: all that is owed
    ],
)
def test_a_promise_is_about_what_is_due_by_its_day(until: str, broken: bool) -> None:
    two = INVOICE.replace('  invoice: "N1"\n', '  invoice: "N1"\n  terms: "50% 30 days; 50% 60 days"\n')
    promise = event(date(2026, 2, 1), "promise", f"  until: {until}\n")
    assert ("was broken" in why(two + promise, 60)) == broken
