"""What is to be done today: each kind of task, when it appears, and when it is gone."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from beancount_invoicing.actions.today import TASK_KINDS as TASKS
from beancount_invoicing.actions.today import Task, tasks
from beancount_invoicing.cli.today import TITLES
from beancount_invoicing.ledger import open_ledger
from beancount_invoicing.receivables import allocate
from tests.dunning.test_policies import PAID, PLAN
from tests.dunning.test_proposals import DUE, INVOICE, event, reminder
from tests.ledgers import EXAMPLE, book_of


def on(ledger: str, day: date) -> list[Task]:
    """The tasks of a day, but for the bank's."""
    book = book_of(ledger)
    return [task for task in tasks(book, day, allocate(book, day)) if task.kind != "bank"]


def kinds(ledger: str, day: date) -> list[str]:
    return [task.kind for task in on(ledger, day)]


def test_the_example_business() -> None:
    ledger = open_ledger(EXAMPLE)
    day = date(2026, 11, 30)
    found = tasks(ledger.book, day, ledger.allocated_at(day))
    assert [(task.kind, task.number or task.account) for task in found] == [
        ("bank", "Assets:Banque"),
        ("draft", "draft-kerbrat-2026-11"),
        ("send", "F2026-0076"),
        ("send", "F2026-0078"),
        ("send", "F2026-0077"),
        ("remind", "Assets:Clients:Vandamme"),
        ("remind", "Assets:Clients:Halles"),
        ("remind", "Assets:Clients:Vandamme"),
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
    assert [task.number for task in on(INVOICE + other + sent, day)] == ["N1"]
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
    assert [(task.kind, task.number) for task in before] == [("send", "N1"), ("remind", "")]
    shown = [(task.kind, task.day, task.customer, task.number, task.amount, task.text) for task in before]
    after = on(INVOICE + other + later, day)
    assert [(task.kind, task.day, task.customer, task.number, task.amount, task.text) for task in after] == shown
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
    held = sent + event(third + timedelta(days=9), "hold")
    assert kinds(held, third + timedelta(days=20)) == []


OPENED = date(2026, 2, 20)
"""The day of a judgment that opens insolvency proceedings."""


def insolvent(more: str = "", link: str = "") -> str:
    return event(OPENED, "insolvency", more, link)


def later_invoice(number: str, day: str) -> str:
    return INVOICE.replace("N1", number).replace("2026-01-10", day)


def test_each_kind_of_task_has_its_title() -> None:
    assert set(TITLES) == set(TASKS)


def test_an_insolvent_customer_owes_once_all_that_is_from_before() -> None:
    """Late or not: 120 of N1 less a payment, and N2 of the day itself; N3 is from afterwards, the draft is nobody's debt."""
    ledger = INVOICE + later_invoice("N2", "2026-02-20") + later_invoice("N3", "2026-02-21")
    ledger += later_invoice("draft-1", "2026-02-01").replace("* ", "! ", 1) + PAID.format("2026-02-15", "20.00")
    assert "insolvency" not in kinds(ledger, OPENED)
    (task,) = [task for task in on(ledger + insolvent(), OPENED) if task.kind == "insolvency"]
    assert (task.customer, task.account, task.day, str(task.amount), task.currency) == (
        "Acme SAS", "Assets:Receivable:Acme", OPENED, "220.00", "EUR",
    )  # fmt: skip
    assert task.text == (
        "declare N1 N2 to the mandataire judiciaire or liquidateur within 2 months of the publication of the "
        "judgment in the"
        " BODACC (Code de commerce, art. L622-24 and R622-24); write the last day on the note, with until:"
    )
    assert "insolvency" not in kinds(ledger + insolvent(), OPENED - timedelta(days=1))


def test_each_currency_of_an_insolvent_customer_is_a_task_of_its_own() -> None:
    pounds = later_invoice("N2", "2026-02-01").replace("EUR", "GBP")
    found = on(INVOICE + pounds + insolvent(), OPENED)
    assert [(task.kind, str(task.amount), task.currency) for task in found] == [
        ("insolvency", "120.00", "EUR"),
        ("insolvency", "120.00", "GBP"),
    ]


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        (event(OPENED, "declared", link=""), []),
        (event(OPENED, "declared"), []),
        (event(OPENED, "resume", link=""), []),
        (event(OPENED, "resume", link="^N1"), ["insolvency"]),
        (PAID.format("2026-02-20", "120.00"), []),
        (event(OPENED, "declared", link="") + insolvent("  until: 2026-05-01\n"), []),
        (event(OPENED, "declared", link="") + event(OPENED, "resume", link="") + insolvent(), ["insolvency"]),
    ],
)
def test_until_it_is_declared_the_proceedings_end_or_nothing_is_owed(more: str, expected: list[str]) -> None:
    found = kinds(INVOICE + insolvent() + more, OPENED)
    assert [one for one in found if one == "insolvency"] == expected


def test_a_note_on_one_invoice_is_about_the_customer_and_a_resume_of_it_ends_it() -> None:
    ledger = INVOICE + later_invoice("N2", "2026-02-01") + insolvent(link="^N1")
    (task,) = [task for task in on(ledger, OPENED) if task.kind == "insolvency"]
    assert str(task.amount) == "240.00"
    assert "insolvency" not in kinds(ledger + event(OPENED, "resume"), OPENED)
    assert "insolvency" in kinds(ledger + event(OPENED, "resume", link="^N2"), OPENED)


def test_a_second_note_with_the_last_day_leaves_the_day_of_the_judgment() -> None:
    text = event(date(2026, 3, 5), "insolvency", "  until: 2026-05-04\n", "")
    found = on(INVOICE + later_invoice("N2", "2026-03-01") + insolvent() + text, date(2026, 3, 10))
    (task,) = [task for task in found if task.kind == "insolvency"]
    assert (task.day, str(task.amount)) == (OPENED, "120.00")
    assert "by 2026-05-04" in task.text


@pytest.mark.parametrize(
    ("day", "said"),
    [
        ("2026-05-12", "declare N1 to the mandataire judiciaire or liquidateur by 2026-05-12 (Code de commerce"),
        (
            "2026-05-13",
            "declare N1 to the mandataire judiciaire or liquidateur at once: the last day was 2026-05-12 (Code",
        ),
    ],
)
def test_the_last_day_to_declare_is_said_once_the_note_has_it(day: str, said: str) -> None:
    (task,) = on(INVOICE + insolvent("  until: 2026-05-12\n"), date.fromisoformat(day))
    assert task.text.startswith(said)


@pytest.mark.parametrize(
    ("seller", "buyer", "said"),
    [
        ("DE", '  country: "FR"\n', "mandataire judiciaire or liquidateur within 4 months of"),
        (
            "FR",
            '  country: "DE"\n',
            "administrator of the proceedings within the time allowed; write the last day on the note, with until:",
        ),
        ("FR", '  buyer: "consumer"\n', "administrator of the proceedings within the time allowed"),
        ("DE", "  country:\n", "administrator of the proceedings within the time allowed"),
    ],
)
def test_by_the_law_of_the_customer_s_country_where_it_is_known(seller: str, buyer: str, said: str) -> None:
    ledger = f'\n2025-06-01 custom "invoice-seller" "Atelier Test"\n  country: "{seller}"\n'
    ledger += f'\n2025-06-01 custom "invoice-customer" Assets:Receivable:Acme\n{buyer}'
    (task,) = on(ledger + INVOICE + insolvent(), OPENED)
    assert said in task.text


def test_a_dispute_and_a_payment_of_nothing() -> None:
    dispute = event(date(2026, 2, 12), "dispute", "  amount: 50.00\n")
    (task,) = on(INVOICE + dispute, date(2026, 2, 14))
    assert (task.kind, str(task.amount), task.text) == ("dispute", "50.00", "for 2 days: Said")
    unnamed = '\n2026-02-01 * "VIR"\n  Assets:Bank  20.00 EUR\n  Assets:Receivable:Acme\n'
    (task,) = on(INVOICE + unnamed, date(2026, 2, 1))
    assert (task.kind, str(task.amount), task.text) == ("unallocated", "-20.00", "a payment without an invoice: VIR")


def test_a_letter_whose_file_is_gone(tmp_path: Path) -> None:
    letter = tmp_path / "letter.pdf"
    document = f'\n2026-02-18 document Assets:Receivable:Acme "{letter}" ^N1\n  event: "reminder"\n  level: 1\n'
    (task,) = on(INVOICE + document, date(2026, 2, 18))
    assert (task.kind, task.number, task.text) == ("document", "N1", f"{letter} is missing")
    letter.write_bytes(b"%PDF")
    assert kinds(INVOICE + document, date(2026, 2, 18)) == []


def test_what_is_about_to_lapse() -> None:
    due, lapses = date(2026, 2, 9), date(2031, 2, 9)  # five years between businesses in France
    held = INVOICE + event(due, "hold")
    # a French firm that charges tax reports by then; how often is not what this test is about
    assert [kind for kind in kinds(held, date(2030, 8, 8)) if kind != "report"] == []
    (task,) = [task for task in on(held, date(2030, 8, 9)) if task.kind != "report"]
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
