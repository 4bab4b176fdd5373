"""What money in one currency is worth that settles claims in another one: from the ledger's price, else from what is settled."""

from __future__ import annotations

from decimal import Decimal

import pytest

from beancount_invoicing.bank.customer_accounts import CustomerAccounts
from beancount_invoicing.bank.payment_entries import payment_entry
from beancount_invoicing.bank.payments import CannotBook, SettledDocument
from beancount_invoicing.writing.payment_text import payment_transaction
from tests.bank.payments import moved, read, words

LEDGER = """
2026-01-05 * "Acme SAS" "In euros" ^F2026-0001
  invoice: "F2026-0001"
  Assets:Receivable:Acme  100.00 EUR
  Income:Services
2026-01-06 * "Acme SAS" "In dollars, without a price" ^F2026-0002
  invoice: "F2026-0002"
  Assets:Receivable:Acme  500.00 USD
  Income:Services
2026-01-07 * "Acme SAS" "In dollars, at a price" ^F2026-0003
  invoice: "F2026-0003"
  Assets:Receivable:Acme  1000.00 USD @ 0.92 EUR
  Income:Services        -920.00 EUR
"""


def lines(amount: str, currency: str, number: str, settles: str, *, more: str = "", fee: str = "0") -> list[str]:
    """The postings of a payment."""
    accounts = CustomerAccounts(read(LEDGER + more))
    entry = payment_entry(
        accounts, moved("2026-02-01", amount, currency, fee=fee), [SettledDocument(number, Decimal(settles))]
    )
    return words(payment_transaction(entry))[1:]


def test_dollars_for_a_claim_in_euros_have_the_ledger_s_price_of_their_day() -> None:
    dollars = lines("110.00", "USD", "F2026-0001", "100.00", more="2026-01-31 price USD 0.90 EUR\n")
    assert dollars == [
        "Assets:Bank 110.00 USD @ 0.9 EUR",
        "Assets:Receivable:Acme -100.00 EUR",
        "Expenses:Exchange 1.00 EUR",
    ]
    turned = lines("110.00", "USD", "F2026-0001", "100.00", more="2026-01-31 price EUR 1.25 USD\n")
    assert turned == [
        "Assets:Bank 110.00 USD @ 0.8 EUR",
        "Assets:Receivable:Acme -100.00 EUR",
        "Expenses:Exchange 12.00 EUR",
    ]


def test_dollars_without_a_price_are_worth_what_they_settle() -> None:
    assert lines("110.00", "USD", "F2026-0001", "100.00") == [
        "Assets:Bank 110.00 USD @@ 100.00 EUR",
        "Assets:Receivable:Acme -100.00 EUR",
    ]
    assert lines("99.00", "USD", "F2026-0001", "100.00", fee="11.00") == [
        "Assets:Bank 99.00 USD @@ 90.00 EUR",
        "Expenses:BankFees 11.00 USD @@ 10.00 EUR",
        "Assets:Receivable:Acme -100.00 EUR",
    ]


def test_a_claim_without_a_price_is_worth_what_came_for_it() -> None:
    assert lines("460.00", "EUR", "F2026-0002", "500.00") == [
        "Assets:Bank 460.00 EUR",
        "Assets:Receivable:Acme -500.00 USD @@ 460.00 EUR",
    ]


def test_a_third_currency_needs_a_price() -> None:
    with pytest.raises(
        CannotBook,
        match=r"^the value of CHF in EUR on 2026-02-01 is not known: write 2026-02-01 price CHF … EUR into the ledger$",
    ):
        lines("900.00", "CHF", "F2026-0003", "1000.00")
    assert lines("900.00", "CHF", "F2026-0003", "1000.00", more="2026-01-31 price CHF 1.05 EUR\n") == [
        "Assets:Bank 900.00 CHF @ 1.05 EUR",
        "Assets:Receivable:Acme -1000.00 USD @ 0.92 EUR",
        "Income:Exchange -25.00 EUR",
    ]


def test_claims_with_and_without_a_price_are_paid_apart() -> None:
    both = [SettledDocument("F2026-0002", Decimal("500.00")), SettledDocument("F2026-0003", Decimal("1000.00"))]
    with pytest.raises(
        CannotBook,
        match=r"^the documents were booked in different currencies \(without a price, EUR\): book one payment for",
    ):
        payment_entry(CustomerAccounts(read(LEDGER)), moved("2026-02-01", "1500.00", "USD"), both)


def test_tax_on_an_advance_is_one_that_is_due_on_payment() -> None:
    accounts = CustomerAccounts(read(LEDGER))
    with pytest.raises(CannotBook, match=r"^FR20 is not a tax code that is due on payment: those are PAY, PAY10$"):
        payment_entry(
            accounts, moved("2026-02-01", "60.00"), [], on_account_of="Assets:Receivable:Acme", advance_tax="FR20"
        )
