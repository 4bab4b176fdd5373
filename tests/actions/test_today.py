"""What is to be done today: each kind of task, when it appears, and when it is gone."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from beancount_invoicing.actions import Task, open_ledger, tasks
from beancount_invoicing.receivables import allocate
from tests.dunning.test_policies import PAID, PLAN
from tests.dunning.test_proposals import DUE, INVOICE, event, reminder
from tests.ledgers import EXAMPLE, book_of


def on(ledger: str, day: date) -> list[Task]:
    """The tasks of a day, but for the bank's."""
    book = book_of(ledger)
    return [one for one in tasks(book, day, allocate(book, day)) if one.kind != "bank"]


def kinds(ledger: str, day: date) -> list[str]:
    return [one.kind for one in on(ledger, day)]


def test_the_example_business() -> None:
    ledger = open_ledger(EXAMPLE)
    day = date(2026, 11, 30)
    found = tasks(ledger.book, day, ledger.allocated_at(day))
    assert [(one.kind, one.number or one.account) for one in found] == [
        ("bank", "Assets:Banque"),
        ("draft", "draft-kerbrat-2026-11"),
        ("send", "F2026-0076"),
        ("send", "F2026-0078"),
        ("send", "F2026-0077"),
        ("remind", "Assets:Clients:Vandamme"),
        ("remind", "Assets:Clients:Halles"),
        ("remind", "Assets:Clients:CliniqueDuParc"),
        ("remind", "Assets:Clients:Steinbach"),
        ("remind", "Assets:Clients:Birchwood"),
        ("escalate", "F2026-0024"),
        ("dispute", "F2026-0058"),
        ("unallocated", "Assets:Clients:Kerbrat"),
    ]


def test_documents_are_sent_from_the_option_on_or_from_the_first_that_was() -> None:
    day = date(2026, 1, 31)
    assert kinds(INVOICE, day) == [], "a ledger that does not follow what is sent"
    option = '\n2025-01-01 custom "invoice-option" "send-from" {}\n'
    (task,) = on(option.format(date(2026, 1, 10)) + INVOICE, day)
    assert (task.kind, task.number, str(task.amount)) == ("send", "N1", "120.00")
    assert kinds(option.format(date(2026, 1, 11)) + INVOICE, day) == []
    other = INVOICE.replace("N1", "N2").replace("2026-01-10", "2026-01-05")
    sent = event(date(2026, 1, 5), "sent", link="^N2")
    assert [one.number for one in on(INVOICE + other + sent, day)] == ["N1"]
    assert kinds(INVOICE + other + sent + event(date(2026, 1, 31), "sent"), day) == []
    assert kinds(INVOICE + other + sent + event(date(2026, 1, 31), "promise", "  until: 2026-03-01\n"), day) == []


def test_what_is_dated_later_changes_no_earlier_day() -> None:
    day = date(2026, 2, 20)
    other = INVOICE.replace("N1", "N2").replace("2026-01-10", "2026-01-05") + event(
        date(2026, 1, 5), "sent", link="^N2"
    )
    prepared = event(
        date(2026, 2, 21), "prepared", '  sends: "reminder"\n  level: 1\n  message-id: "<2@acme.example>"\n', "^N2"
    )
    later = prepared + event(date(2026, 2, 21), "sent")
    before = on(INVOICE + other, day)
    assert [(one.kind, one.number) for one in before] == [("send", "N1"), ("remind", "")]
    shown = [(one.kind, one.day, one.customer, one.number, one.amount, one.text) for one in before]
    after = on(INVOICE + other + later, day)
    assert [(one.kind, one.day, one.customer, one.number, one.amount, one.text) for one in after] == shown
    assert kinds(INVOICE + other + later, date(2026, 2, 21)) == ["prepared"]


def test_what_was_being_sent_and_did_not_arrive_is_in_doubt() -> None:
    sending = event(date(2026, 1, 12), "sending", '  message-id: "<1@acme.example>"\n')
    sent = event(date(2026, 1, 12), "sent", '  message-id: "<1@acme.example>"\n')
    other = event(date(2026, 1, 12), "sent", '  message-id: "<2@acme.example>"\n')
    assert kinds(INVOICE + sending, date(2026, 1, 31)) == ["in-doubt"]
    assert kinds(INVOICE + sending + sent, date(2026, 1, 31)) == []
    assert kinds(INVOICE + sending + other, date(2026, 1, 31)) == ["in-doubt"]


def test_a_customer_without_an_e_mail_address_gets_a_letter() -> None:
    option = '\n2025-01-01 custom "invoice-option" "send-from" 2026-01-01\n'
    without = '\n2025-06-01 custom "invoice-customer" Assets:Receivable:Acme\n  email:\n'
    (task,) = on(option + without + INVOICE, date(2026, 1, 31))
    assert task.text == "by post"


def test_a_broken_promise_is_a_task_until_it_is_paid() -> None:
    promise = event(date(2026, 2, 12), "promise", "  until: 2026-03-01\n")
    assert kinds(INVOICE + promise, date(2026, 3, 1)) == []
    assert kinds(INVOICE + promise, date(2026, 3, 2)) == ["remind", "promise"]
    assert kinds(INVOICE + promise + PAID.format("2026-03-02", "120.00"), date(2026, 3, 2)) == []
    assert kinds(INVOICE + PLAN, date(2026, 3, 1)) == ["remind", "promise"]


def test_after_the_last_reminder_and_its_deadline() -> None:
    third = DUE + timedelta(days=30)
    sent = INVOICE + "".join(reminder(DUE + timedelta(days=days), one) for one, days in ((1, 8), (2, 15), (3, 30)))
    assert kinds(sent, third + timedelta(days=8)) == []
    assert kinds(sent, third + timedelta(days=9)) == ["escalate"]
    held = sent + event(third + timedelta(days=9), "insolvency")
    assert kinds(held, third + timedelta(days=20)) == []


def test_a_dispute_and_a_payment_of_nothing() -> None:
    dispute = event(date(2026, 2, 12), "dispute", "  amount: 50.00\n")
    (task,) = on(INVOICE + dispute, date(2026, 2, 14))
    assert (task.kind, str(task.amount), task.text) == ("dispute", "50.00", "for 2 days: Said")
    unnamed = '\n2026-02-01 * "VIR"\n  Assets:Bank  20.00 EUR\n  Assets:Receivable:Acme\n'
    (task,) = on(INVOICE + unnamed, date(2026, 2, 1))
    assert (task.kind, str(task.amount), task.text) == ("unallocated", "-20.00", "a payment of no invoice: VIR")


def test_a_letter_whose_file_is_gone(tmp_path: Path) -> None:
    letter = tmp_path / "letter.pdf"
    document = f'\n2026-02-18 document Assets:Receivable:Acme "{letter}" ^N1\n  event: "reminder"\n  level: 1\n'
    (task,) = on(INVOICE + document, date(2026, 2, 18))
    assert (task.kind, task.number, task.text) == ("document", "N1", f"{letter} is not there")
    letter.write_bytes(b"%PDF")
    assert kinds(INVOICE + document, date(2026, 2, 18)) == []


def test_what_is_about_to_lapse() -> None:
    due, lapses = date(2026, 2, 9), date(2031, 2, 9)  # five years between businesses in France
    held = INVOICE + event(due, "insolvency")
    assert kinds(held, date(2030, 8, 8)) == []
    (task,) = on(held, date(2030, 8, 9))
    assert (task.kind, task.number, task.day, str(task.amount)) == ("lapse", "N1", lapses, "120.00")


@pytest.mark.parametrize(
    ("day", "expected"),
    [("2026-07-31", []), ("2026-08-01", ["notice"]), ("2026-09-30", ["notice"]), ("2026-10-01", [])],
)
def test_a_contract_that_renews_itself(day: str, expected: list[str]) -> None:
    contract = """
2025-01-01 custom "invoice-contract" Assets:Receivable:Acme "C1" "subscription"
  text: "Service"
  account: Income:Services
  price: 10.00
  tax: "FR20"
  every: "year"
  anchor: 2026-01-01
  until: 2026-12-31
  renews: "year"
  notice: "3 months"
"""
    assert [one for one in kinds(contract, date.fromisoformat(day)) if one != "bill"] == expected
