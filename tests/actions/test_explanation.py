"""`show --explain`: how each due date, net, tax and open amount came about, in words."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from beancount_invoicing.answers.documents import explanation_steps
from beancount_invoicing.receivables import positions
from beancount_invoicing.rules.steps import describe_step, recompute
from tests.ledgers import book_of

DAY = date(2026, 12, 31)


def explained(ledger: str, number: str) -> list[str]:
    """The explanation of a document in lines; each of its steps can be worked out again."""
    (position,) = (position for position in positions(book_of(ledger), DAY) if position.invoice.number == number)
    steps = explanation_steps(position)
    for step in steps:
        assert recompute(step) == step.result, step
    if len(position.invoice.instalments) == 1:
        assert steps[-1].result == position.open
    return [describe_step(step) for step in steps]


INVOICE = """
2026-01-10 * "Work" ^F2026-0001
  invoice: "F2026-0001"
  terms: "30% on receipt; 70% 60 days"
  Assets:Receivable:Acme  120.00 EUR
  Income:Services  -100.00 EUR
    text: "Work"
    tax: "FR20"
  Liabilities:VAT  -20.00 EUR
    tax: "FR20"
2026-02-01 * "Paid" ^F2026-0001
  Assets:Bank  50.00 EUR
  Assets:Receivable:Acme  -50.00 EUR
2026-02-10 * "A part came back" ^F2026-0001
  Assets:Bank  -20.00 EUR
  Assets:Receivable:Acme  20.00 EUR
"""


def test_instalments_and_what_settled_each() -> None:
    assert explained(INVOICE, "F2026-0001") == [
        "line “Work”: 100.00 (as booked)",
        "net: 100.00 (lines, allowances and charges)",
        "tax FR20: 20 % of 100.00 = 20.00 (rate of the sum of the nets)",
        "tax FR20: 20.00 rounded to 2 decimals = 20.00 (once per tax code, half away from zero)",
        "tax: 20.00 (all codes)",
        "total: 100.00 + 20.00 = 120.00 (net + tax)",
        "instalment 1, due date: 2026-01-10 (30% on receipt; 70% 60 days)",
        "instalment 1, amount: 30 % of 120.00 = 36.00 (30% on receipt; 70% 60 days)",
        "instalment 1, amount: 36.00 rounded to 2 decimals = 36.00 (half away from zero)",
        "instalment 2, due date: 2026-01-10 + 60 days = 2026-03-11 (30% on receipt; 70% 60 days)",
        "instalment 2, amount: 120.00 − 36.00 = 84.00 (the last takes the remainder)",
        "instalment 1, open: 36.00 − 36.00 − -6.00 = 6.00 (2026-02-01 payment linked to it; 2026-02-10 taken back)",
        "instalment 2, open: 84.00 − 14.00 − -14.00 = 84.00 (2026-02-01 payment linked to it; 2026-02-10 taken back)",
        "open: 6.00 + 84.00 = 90.00 (all instalments)",
    ]


def test_an_instalment_that_is_not_as_the_terms_make_it_explains_its_date_only() -> None:
    """A retention stands beside: of what is left the terms of two instalments make no 60.00."""
    kept = INVOICE[: INVOICE.index("2026-02-01")].replace("30% on receipt; 70% 60 days", "50% 30 days; 50% 60 days")
    kept = kept.replace("120.00 EUR", "90.00 EUR\n  Assets:Receivable:Acme:Doubtful  30.00 EUR\n    due: 2027-01-01")
    assert explained(kept, "F2026-0001")[6:] == [
        "instalment 1, due date: 2026-01-10 + 30 days = 2026-02-09 (50% 30 days; 50% 60 days)",
        "instalment 2, due date: 2027-01-01 (due: says so)",
        "instalment 1, open: 90.00 (nothing has settled it)",
        "instalment 2, open: 30.00 (nothing has settled it)",
        "open: 90.00 + 30.00 = 120.00 (all instalments)",
    ]


DEPOSIT = """
2026-01-05 * "Deposit" ^F2026-0001
  invoice: "F2026-0001"
  kind: "deposit"
  Assets:Receivable:Acme  360.00 EUR
  Liabilities:Deposits  -300.00 EUR
    text: "Deposit"
    tax: "FR20"
  Liabilities:VAT  -60.00 EUR
    tax: "FR20"
2026-02-02 * "Final" ^F2026-0002
  invoice: "F2026-0002"
  cash-discount: "2% within 7 days"
  Assets:Receivable:Acme  800.00 EUR
  Assets:Bank  40.00 EUR
    settles: "F2026-0002"
  Income:Services  -999.99 EUR
    text: "Work"
    tax: "FR20"
  Liabilities:VAT  -200.00 EUR
    tax: "FR20"
  Liabilities:Deposits  300.00 EUR
    deposit: "F2026-0001"
  Liabilities:VAT  60.00 EUR
    deposit: "F2026-0001"
    tax: "FR20"
  Income:Services  -0.01 EUR
    rounding: TRUE
"""


def test_what_is_payable_after_deposits_rounding_and_payment_at_once() -> None:
    assert explained(DEPOSIT, "F2026-0002")[5:] == [
        "total: 999.99 + 200.00 = 1199.99 (net + tax)",
        "payable: 1199.99 − 300.00 − 60.00 = 839.99 (less the deposits, with their tax: F2026-0001)",
        "payable: 839.99 + 0.01 = 840.00 (rounding)",
        "on account: 840.00 − 40.00 = 800.00 (less what was paid at once)",
        "cash discount: 2 % of 800.00 = 16.00 (of the amount with tax)",
        "cash discount: 16.00 rounded to 2 decimals = 16.00 (half away from zero)",
        "cash discount: 800.00 − 16.00 = 784.00 (what is then paid)",
        "cash discount: 2026-02-02 + 7 days = 2026-02-09 (the last day for it)",
        "instalment 1, due date: 2026-02-02 + 30 days = 2026-03-04 (30 days)",
        "instalment 1, open: 800.00 (nothing has settled it)",
    ]


def test_prices_with_tax_and_allowances() -> None:
    ledger = """
2026-01-05 * "Two" ^F2026-0001
  invoice: "F2026-0001"
  Assets:Receivable:Acme  8.99 EUR
  Income:Services  -8.33 EUR
    text: "Cable"
    price-with-tax: 9.99
    tax: "FR20"
  Income:Discounts  0.83 EUR
    allowance: "Thank you"
    tax: "FR20"
  Liabilities:VAT  -1.49 EUR
    tax: "FR20"
"""
    lines = explained(ledger, "F2026-0001")
    assert lines[:4] == [
        "line “Cable”: 1 × 9.99 = 9.99 (quantity × price)",
        "line “Cable”: 9.99 rounded to 2 decimals = 9.99 (each line to the cent, half away from zero)",
        "line “Cable”, net: 8.33 (as booked, without the tax included in the price)",
        "allowance “Thank you”: -0.83 (as booked)",
    ]
    assert "tax FR20: 9.99 − 8.33 = 1.66 (gross − net)" in lines
    assert "tax FR20: 1.66 + -0.17 = 1.49 (prices including tax, and the rest)" in lines


def test_another_currency() -> None:
    ledger = """
2026-01-10 * "Audit" ^F2026-0001
  invoice: "F2026-0001"
  Assets:Receivable:Acme  1200.00 USD @ 0.92 EUR
  Income:Services  -920.00 EUR
    text: "Audit"
    tax: "FR20"
  Liabilities:VAT  -184.00 EUR
    tax: "FR20"
    amount: 200.00
"""
    lines = explained(ledger, "F2026-0001")
    assert lines[:2] == [
        "line “Audit”: 920.00 / 0.92 = 1000 (booked in EUR, at the receivable's exchange rate)",
        "line “Audit”: 1000 rounded to 2 decimals = 1000.00 (half away from zero)",
    ]
    assert "tax FR20 in EUR: 200.00 × 0.92 = 184.0000 (at the receivable's price)" in lines


def test_why_no_tax_is_due_and_what_a_credit_note_settled() -> None:
    ledger = """
2025-01-01 custom "invoice-tax" "FREE" "Franchise"
  category: "E"
  reason: "VATEX-FR-FRANCHISE"
2026-01-10 * "Work" ^F2026-0001
  invoice: "F2026-0001"
  Assets:Receivable:Acme  100.00 EUR
  Income:Services  -100.00 EUR
    text: "Work"
    tax: "FREE"
2026-02-10 * "Back" ^A2026-0001
  invoice: "A2026-0001"
  corrects: "F2026-0001"
  Assets:Receivable:Acme  -40.00 EUR
  Income:Services  40.00 EUR
    text: "Work"
    tax: "FREE"
"""
    lines = explained(ledger, "F2026-0001")
    assert "tax FREE: 0.00 (VATEX-FR-FRANCHISE)" in lines
    assert lines[-1] == "instalment 1, open: 100.00 − 40.00 = 60.00 (2026-02-10 credit note A2026-0001)"


def test_what_a_draft_says() -> None:
    ledger = DEPOSIT.replace('2026-02-02 * "Final" ^F2026-0002', '2026-02-02 ! "Final"').replace(
        "F2026-0002", "draft-1"
    )
    assert explained(ledger, "draft-1")[-1] == "instalment 1, open: 800.00 (nothing has settled it)"


def test_nothing_is_lost_where_the_books_are_wrong() -> None:
    """A sum that does not add up is an error; the explanation says what was booked."""
    wrong = INVOICE.replace("120.00 EUR", "121.00 EUR", 1)
    assert "payable: 121.00 (as booked)" in explained(wrong, "F2026-0001")
    assert Decimal("121.00") in {step.result for step in explanation_steps(positions(book_of(wrong), DAY)[0])}


def test_a_line_that_is_booked_otherwise_than_it_comes_to_says_both() -> None:
    booked = INVOICE.replace('    text: "Work"\n', '    text: "Work"\n    quantity: 3\n    price: 33.33\n')
    assert explained(booked, "F2026-0001")[:3] == [
        "line “Work”: 3 × 33.33 = 99.99 (quantity × price)",
        "line “Work”: 99.99 rounded to 2 decimals = 99.99 (each line to the cent, half away from zero)",
        "line “Work”: 100.00 (as booked)",
    ]
