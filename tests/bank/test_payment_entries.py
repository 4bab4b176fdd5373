"""The entry of a payment, by figures worked out by hand: postings, links, taxes, and what keeps one from being booked."""

from __future__ import annotations

from decimal import Decimal

import pytest

from beancount_invoicing.bank.customer_accounts import CustomerAccounts
from beancount_invoicing.bank.payment_entries import payment_entry
from beancount_invoicing.bank.payments import CannotBook, SettledDocument
from tests.bank.payments import booked, moved, read, words

INVOICES = """
2026-01-09 * "Acme SAS" "Services, owed to the state once paid" ^F2026-0001
  invoice: "F2026-0001"
  Assets:Receivable:Acme       100.00 EUR
  Income:Services              -83.33 EUR
    tax: "PAY"
  Liabilities:VAT:Pending      -16.67 EUR
    tax: "PAY"
2026-01-10 * "Acme SAS" "Goods" ^F2026-0002
  invoice: "F2026-0002"
  Assets:Receivable:Acme       120.00 EUR
  Income:Services             -100.00 EUR
    tax: "FR20"
  Liabilities:VAT              -20.00 EUR
    tax: "FR20"
"""


def test_a_payment_of_one_invoice_is_linked_and_moves_the_tax_that_waited_for_it() -> None:
    _entry, text, _after = booked(INVOICES, moved("2026-02-01", "100.00"), ("F2026-0001", "100.00"))
    assert words(text) == words("""
2026-02-01 * "Acme SAS" "Règlement de F2026-0001" ^F2026-0001
  Assets:Bank                   100.00 EUR
  Assets:Receivable:Acme       -100.00 EUR
  Liabilities:VAT:Pending        16.67 EUR
    tax: "PAY"
  Liabilities:VAT               -16.67 EUR
    tax: "PAY"
""")


def test_the_tax_on_payments_in_three_parts_adds_up_to_the_cent() -> None:
    taxes, ledger = [], INVOICES
    for day, amount in (("2026-02-01", "33.33"), ("2026-03-01", "33.33"), ("2026-04-01", "33.34")):
        entry, _text, ledger = booked(ledger, moved(day, amount), ("F2026-0001", amount))
        taxes.append(entry.postings[-1].amount)
    # 16.67 × 33.33 / 100 = 5.556; × 66.66 / 100 = 11.112, less 5.56; 16.67 less 11.11
    assert taxes == [Decimal("-5.56"), Decimal("-5.55"), Decimal("-5.56")]


def test_one_transfer_settles_two_invoices_less_the_bank_s_fee() -> None:
    _entry, text, _after = booked(
        INVOICES, moved("2026-02-01", "198.00", fee="2.00"), ("F2026-0001", "100.00"), ("F2026-0002", "100.00")
    )
    assert words(text) == words("""
2026-02-01 * "Acme SAS" "Règlement de F2026-0001, F2026-0002" ^F2026-0001 ^F2026-0002
  Assets:Bank                   198.00 EUR
  Expenses:BankFees               2.00 EUR
  Assets:Receivable:Acme       -100.00 EUR
    settles: "F2026-0001"
  Assets:Receivable:Acme       -100.00 EUR
    settles: "F2026-0002"
  Liabilities:VAT:Pending        16.67 EUR
    tax: "PAY"
  Liabilities:VAT               -16.67 EUR
    tax: "PAY"
""")


def test_a_payment_is_not_booked_where_the_figures_do_not_add_up() -> None:
    accounts = CustomerAccounts(read(INVOICES))
    with pytest.raises(CannotBook, match=r"120\.00 EUR is more than is open on F2026-0001: 100\.00 EUR"):
        payment_entry(accounts, moved("2026-02-01", "120.00"), [SettledDocument("F2026-0001", Decimal("120.00"))])
    with pytest.raises(
        CannotBook, match=r"150\.00 EUR moved, but the settled amounts come to 100\.00 EUR: give the customer whose"
    ):
        payment_entry(accounts, moved("2026-02-01", "150.00"), [SettledDocument("F2026-0001", Decimal("100.00"))])
    with pytest.raises(CannotBook, match=r"50\.00 EUR is missing"):
        payment_entry(accounts, moved("2026-02-01", "50.00"), [SettledDocument("F2026-0001", Decimal("100.00"))])
    with pytest.raises(CannotBook, match="is dated 2026-01-09, the payment 2026-01-02"):
        payment_entry(accounts, moved("2026-01-02", "100.00"), [SettledDocument("F2026-0001", Decimal("100.00"))])


TWO_WITH_DISCOUNT = """
2026-01-09 * "Acme SAS" "Services, owed to the state once paid" ^F2026-0001
  invoice: "F2026-0001"
  cash-discount: "2% within 30 days"
  Assets:Receivable:Acme       350.00 EUR
  Income:Services             -200.00 EUR
    tax: "PAY"
  Income:Services             -100.00 EUR
    tax: "PAY10"
  Liabilities:VAT:Pending      -40.00 EUR
    tax: "PAY"
  Liabilities:VAT:Pending      -10.00 EUR
    tax: "PAY10"
2026-01-10 * "Acme SAS" "Goods" ^F2026-0002
  invoice: "F2026-0002"
  cash-discount: "3% within 30 days"
  Assets:Receivable:Acme       120.00 EUR
  Income:Services             -100.00 EUR
    tax: "FR20"
  Liabilities:VAT              -20.00 EUR
    tax: "FR20"
2026-01-11 * "Acme SAS" "Goods without a discount" ^F2026-0003
  invoice: "F2026-0003"
  cash-discount: "1% within 1 day"
  Assets:Receivable:Acme       240.00 EUR
  Income:Services             -200.00 EUR
    tax: "FR20"
  Liabilities:VAT              -40.00 EUR
    tax: "FR20"
"""


def test_a_discount_lowers_the_tax_at_two_rates() -> None:
    _entry, text, _after = booked(
        TWO_WITH_DISCOUNT,
        moved("2026-01-20", "343.00"),
        SettledDocument("F2026-0001", Decimal("350.00"), Decimal("7.00")),
    )
    # 2 % of 350.00 = 7.00, in it 40.00 × 7 / 350 = 0.80 and 10.00 × 7 / 350 = 0.20 of tax
    assert words(text) == words("""
2026-01-20 * "Acme SAS" "Règlement de F2026-0001" ^F2026-0001
  Assets:Bank                   343.00 EUR
  Expenses:CashDiscounts          6.00 EUR
  Assets:Receivable:Acme       -350.00 EUR
  Liabilities:VAT:Pending        40.00 EUR
    tax: "PAY"
  Liabilities:VAT               -39.20 EUR
    tax: "PAY"
  Liabilities:VAT:Pending        10.00 EUR
    tax: "PAY10"
  Liabilities:VAT                -9.80 EUR
    tax: "PAY10"
""")


def test_discounts_on_two_of_three_invoices_are_told_apart() -> None:
    entry, text, _after = booked(
        TWO_WITH_DISCOUNT,
        moved("2026-01-20", "698.40", fee="1.00"),
        SettledDocument("F2026-0001", Decimal("350.00"), Decimal("7.00")),
        SettledDocument("F2026-0002", Decimal("120.00"), Decimal("3.60")),
        SettledDocument("F2026-0003", Decimal("240.00")),
    )
    assert "  Expenses:CashDiscounts" in text
    assert [posting.amount for posting in entry.postings if posting.account == "Expenses:CashDiscounts"] == [
        Decimal("6.00"),
        Decimal("3.00"),
    ]
