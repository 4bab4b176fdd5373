"""What an e-mail with an invoice may say of its payment on the day on which it leaves."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from beancount_invoicing.dunning import StateOnSending, state_on_sending
from beancount_invoicing.receivables import allocate
from tests.dunning.test_proposals import DUE, INVOICE, PAID, event
from tests.ledgers import book_of

LINKED = PAID.replace('"{narration}"', '"{narration}" ^N1')
CREDIT = """
2026-02-01 * "Credit" ^A1
  invoice: "A1"
  corrects: "N1"
  Assets:Receivable:Acme  -{amount} EUR
  Income:Services  {net} EUR
    text: "Work"
    tax: "FR20"
  Liabilities:VAT  {tax} EUR
    tax: "FR20"
"""
WHOLE = CREDIT.format(amount="120.00", net="100.00", tax="20.00")
PART = CREDIT.format(amount="60.00", net="50.00", tax="10.00")
DRAFT = WHOLE.replace('invoice: "A1"\n  corrects: "N1"', 'invoice: "draft-1"').replace('* "Credit" ^A1', '! "Credit"')
LOST = PAID.format(payee="Acme", narration="Lost", amount="120.00").replace(
    '"Lost"', '"Lost" ^N1 #write-off'
).replace("Assets:Bank", "Expenses:BadDebt")  # fmt: skip


def paid(amount: str, template: str = LINKED, narration: str = "VIR") -> str:
    return template.format(payee="Acme", narration=narration, amount=amount)


def at(ledger: str, day: date, number: str = "N1", shown: str = "0") -> StateOnSending:
    """The state of a document whose page shows so much as paid."""
    book = book_of(ledger)
    invoice = book.invoice(number)
    assert invoice is not None
    return state_on_sending(book, invoice, Decimal(shown), day, allocate(book, day))


@pytest.mark.parametrize(
    ("more", "day", "asks", "open_", "due"),
    [
        ("", "2026-02-09", "to-pay", "120.00", DUE),
        ("", "2026-02-10", "overdue", "120.00", DUE),
        (paid("120.00"), "2026-02-19", "overdue", "120.00", DUE),
        (paid("120.00"), "2026-02-20", "paid", "0.00", None),
        (paid("20.00"), "2026-02-20", "overdue", "100.00", DUE),
        (WHOLE, "2026-02-05", "credited", "0.00", None),
        (PART, "2026-02-05", "to-pay", "60.00", DUE),
        (PART + paid("60.00"), "2026-02-20", "settled", "0.00", None),
        (LOST, "2026-02-20", "open", "0.00", None),
        (event(date(2026, 2, 1), "dispute"), "2026-02-05", "open", "120.00", None),
        (event(date(2026, 2, 1), "dispute", "  amount: 20.00\n"), "2026-02-05", "to-pay", "120.00", DUE),
        (paid("120.00", PAID), "2026-02-20", "open", "120.00", None),
        (paid("50.00", PAID, "for N1"), "2026-02-20", "open", "120.00", None),
        (paid("50.00", PAID), "2026-02-20", "overdue", "120.00", DUE),
        (paid("3.00", PAID) + DRAFT, "2026-02-20", "overdue", "120.00", DUE),
        (
            event(date(2026, 2, 1), "dispute", "  amount: 20.00\n") + paid("100.00", PAID),
            "2026-02-20",
            "open",
            "120.00",
            None,
        ),
    ],
)
def test_what_is_asked_for(more: str, day: str, asks: str, open_: str, due: date | None) -> None:
    stands = at(INVOICE + more, date.fromisoformat(day))
    assert (stands.payment_state, stands.open, stands.due) == (asks, Decimal(open_), due)


IN_TWO = INVOICE.replace('  invoice: "N1"\n', '  invoice: "N1"\n  terms: "50% 30 days; 50% 60 days"\n')
CONTESTED = event(date(2026, 2, 1), "dispute", "  amount: 70.00\n")


@pytest.mark.parametrize(
    ("more", "day", "asks", "asked", "later", "as_printed"),
    [
        ("", "2026-02-09", "to-pay", "60.00", [("2026-03-11", "60.00")], True),
        ("", "2026-02-10", "overdue", "60.00", [("2026-03-11", "60.00")], False),
        ("", "2026-03-12", "overdue", "120.00", [], True),
        (paid("60.00"), "2026-03-01", "to-pay", "60.00", [], False),
        (paid("20.00"), "2026-03-01", "overdue", "40.00", [("2026-03-11", "60.00")], False),
        (CONTESTED, "2026-02-20", "open", "0", [], False),
        (CONTESTED, "2026-03-12", "overdue", "50.00", [], False),
        (CONTESTED.replace("70.00", "20.00"), "2026-02-20", "overdue", "40.00", [("2026-03-11", "60.00")], False),
        (CONTESTED.replace("70.00", "20.00"), "2026-02-09", "to-pay", "40.00", [("2026-03-11", "60.00")], False),
    ],
)
def test_of_instalments_only_what_is_due_by_then_is_asked_for(
    more: str, day: str, asks: str, asked: str, later: list[tuple[str, str]], as_printed: bool
) -> None:
    stands = at(IN_TWO + more, date.fromisoformat(day))
    later = [(str(day), str(amount)) for day, amount in stands.later_instalments]
    assert (stands.payment_state, str(stands.asked_amount), later) == (
        asks, asked, later,
    )  # fmt: skip
    assert stands.as_printed is as_printed


def test_a_retention_without_a_day_is_no_later_instalment() -> None:
    works = '\n2025-12-01 custom "invoice-contract" Assets:Receivable:Acme "ROOF" "fixed"\n  price: 100.00\n'
    kept = INVOICE.replace(
        "  Assets:Receivable:Acme  120.00 EUR\n",
        '  Assets:Receivable:Acme  100.00 EUR\n  Assets:Receivable:Acme  20.00 EUR\n    retained: "ROOF"\n',
    )
    stands = at(works + kept, date(2026, 3, 1))
    assert (stands.payment_state, str(stands.asked_amount), stands.later_instalments) == ("overdue", "100.00", ())


def test_what_the_page_shows_as_paid_is_asked_for_as_printed() -> None:
    part = INVOICE + paid("20.00")
    assert [at(part, date(2026, 3, 1), shown=shown).as_printed for shown in ("20.00", "0.00")] == [True, False]


def test_a_credit_note_asks_for_nothing() -> None:
    assert at(INVOICE + WHOLE, DUE, "A1").payment_state == "nothing"


def test_a_letter_has_no_words_for_what_is_settled_and_a_platform_wants_the_invoice_as_it_is() -> None:
    stands = at(INVOICE + WHOLE, DUE)
    assert stands.reason_to_hold("post").startswith("has been credited by A1 since 2026-02-01, but its page asks for")
    assert (stands.reason_to_hold("email"), stands.reason_to_hold("e-invoice")) == ("", "")
    whole = at(INVOICE + paid("120.00"), date(2026, 2, 20))
    assert whole.reason_to_hold("post").startswith("has been paid since 2026-02-20, but its page asks for payment")
    both = at(INVOICE + PART + paid("60.00"), date(2026, 2, 20))
    assert both.reason_to_hold("post").startswith(
        "has been settled, also by A1, since 2026-02-20, but its page asks for payment"
    )
    lost = at(INVOICE + LOST, date(2026, 2, 20))
    assert lost.reason_to_hold("post").startswith(
        "has been written off since 2026-02-20, but its page asks for payment"
    )
    likely = at(INVOICE + paid("120.00", PAID), date(2026, 2, 20))
    assert 'write settles: "N1" below that line' in likely.reason_to_hold("email")
    assert likely.reason_to_hold("e-invoice") == ""
    other = INVOICE.replace("N1", "M1").replace("Receivable:Acme", "Receivable:Kiefer")
    beside = at(other + INVOICE + paid("120.00", PAID), date(2026, 2, 20))
    assert 'write settles: "N1" below that line' in beside.reason_to_hold("email"), "whoever else owes something"
