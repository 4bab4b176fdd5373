"""Customers of whom one owes, or credits, another one's documents are read together; all others each by itself."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from beancount_invoicing.bank.customer_accounts import CustomerAccounts
from beancount_invoicing.bank.payment_plans import PaymentPlanner, WantedDocument, open_amount
from beancount_invoicing.bank.payments import CannotBook
from tests.bank.payments import booked, moved, read, words

DAY = date(2026, 3, 1)
LEDGER = """
2026-01-05 * "Acme SAS" "One" ^F2026-0001
  invoice: "F2026-0001"
  Assets:Receivable:Acme  120.00 EUR
  Income:Services        -100.00 EUR
    tax: "PAY"
  Liabilities:VAT:Pending -20.00 EUR
    tax: "PAY"
2026-01-06 * "Kiefer GmbH" "Two" ^F2026-0002
  invoice: "F2026-0002"
  Assets:Receivable:Kiefer  50.00 EUR
  Income:Services
"""
TAKEN_OVER = """
2026-02-01 * "Kiefer takes over what Acme owes" ^F2026-0001
  Assets:Receivable:Kiefer  120.00 EUR
  Assets:Receivable:Acme   -120.00 EUR
"""


def test_a_customer_s_documents_are_read_without_those_of_others() -> None:
    accounts = CustomerAccounts(read(LEDGER))
    assert [invoice.number for invoice in accounts.book_of("Assets:Receivable:Acme").invoices] == ["F2026-0001"]
    assert [invoice.number for invoice in accounts.book_of("Assets:Receivable:Kiefer").invoices] == ["F2026-0002"]


def test_a_customer_who_takes_over_a_claim_is_read_with_the_former_one() -> None:
    accounts = CustomerAccounts(read(LEDGER + TAKEN_OVER))
    for customer in ("Assets:Receivable:Acme", "Assets:Receivable:Kiefer"):
        book = accounts.book_of(customer)
        assert [invoice.number for invoice in book.invoices] == ["F2026-0001", "F2026-0002"]
        assert len(book.transfers) == 1
    taken = accounts.invoice("F2026-0001")
    assert taken is not None
    assert open_amount(accounts, taken, DAY) == Decimal("120.00")


def test_what_was_taken_over_is_paid_with_what_the_new_debtor_owes_anyway() -> None:
    both = [WantedDocument("F2026-0001"), WantedDocument("F2026-0002")]
    with pytest.raises(
        CannotBook,
        match=r"^they are owed by several customers \(F2026-0001 on Assets:Receivable:Acme, F2026-0002 on "
        r"Assets:Receivable:Kiefer\): book what each of them paid separately$",
    ):
        PaymentPlanner(CustomerAccounts(read(LEDGER)), DAY, both)
    planner = PaymentPlanner(CustomerAccounts(read(LEDGER + TAKEN_OVER)), DAY, both)
    assert planner.payment(None, "EUR", Decimal(0), discount=None).amount == Decimal("170.00")


def test_the_new_debtor_s_payment_moves_the_tax_that_waited_for_it() -> None:
    _entry, text, _after = booked(LEDGER + TAKEN_OVER, moved("2026-03-01", "120.00"), ("F2026-0001", "120.00"))
    assert words(text)[1:] == [
        "Assets:Bank 120.00 EUR",
        "Assets:Receivable:Kiefer -120.00 EUR",
        "Liabilities:VAT:Pending 20.00 EUR",
        'tax: "PAY"',
        "Liabilities:VAT -20.00 EUR",
        'tax: "PAY"',
    ]


def test_an_invoice_to_another_customer_instead_is_read_with_the_one_that_it_replaces() -> None:
    instead = """
2026-02-01 * "Acme SAS" "Cancelled" ^F2026-0001-cancelled ^F2026-0001
  invoice: "F2026-0001-cancelled"
  kind: "cancellation"
  corrects: "F2026-0001"
  Assets:Receivable:Acme  -120.00 EUR
  Income:Services          120.00 EUR
2026-02-01 * "Kiefer GmbH" "Instead" ^F2026-0003 ^F2026-0001
  invoice: "F2026-0003"
  kind: "corrective"
  corrects: "F2026-0001"
  Assets:Receivable:Kiefer  120.00 EUR
  Income:Services
"""
    accounts = CustomerAccounts(read(LEDGER + instead))
    numbers = [invoice.number for invoice in accounts.book_of("Assets:Receivable:Acme").invoices]
    assert numbers == ["F2026-0001", "F2026-0002", "F2026-0001-cancelled", "F2026-0003"]
