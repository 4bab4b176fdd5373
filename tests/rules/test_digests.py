"""The facts of a document: what counts changes its digest, what only looks or is booked otherwise does not."""

from __future__ import annotations

import pytest
from beancount import loader

from beancount_invoicing.entries import read_book
from beancount_invoicing.rules import digests
from tests.ledgers import PRELUDE

LEDGER = (
    PRELUDE
    + """
2025-01-01 open Liabilities:TVA
2026-03-05 * "Acme SAS" "Workshop in March" ^F2026-0001
  invoice: "F2026-0001"
  delivered: 2026-03-02
  due: 2026-04-04
  note: "As agreed on the phone."
  Assets:Receivable:Acme  1028.00 EUR
  Income:Services  -1000.00 EUR
    text: "Workshop"
    quantity: 8
    unit: "hour"
    price: 125.00
    from: 2026-03-02
    to: 2026-03-03
    tax: "FR10"
  Income:Services  90.00 EUR
    allowance: "Rebate"
    tax: "FR20"
  Liabilities:VAT  -100.00 EUR
    tax: "FR10"
  Liabilities:VAT  18.00 EUR
    tax: "FR20"
"""
)


def facts(text: str) -> str:
    entries, _errors, options = loader.load_string(text)
    book = read_book(entries, options)
    (invoice,) = [invoice for invoice in book.invoices if invoice.number == "F2026-0001"]
    return digests.content_digest(book, invoice)


def test_the_digest_says_its_form() -> None:
    text = facts(LEDGER)
    assert digests.is_known_digest(text)
    assert not digests.is_known_digest(f"2{text[1:]}")
    assert text == "1:ef403daba29638e8a4e37477f08d0476a358b5f6989868b7e647ff95ca688157", (
        "what was sealed once has to be the same for ever: a new form stands beside this one"
    )


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"Acme SAS"\n  address', '"Acme SARL"\n  address'),
        ("12 quai de la Loire", "13 quai de la Loire"),
        ("123456782", "552100554"),
        ('"Atelier Test"', '"Atelier Tests"'),
        ('register: "RCS Rennes', 'iban: "FR7630006000011234567890189"\n  register: "RCS Rennes'),
        ('terms: "30 days"', 'terms: "30 days"\n  iban: "FR7630006000011234567890189"'),
        ("2026-03-05 *", "2026-03-04 *"),
        ("delivered: 2026-03-02", "delivered: 2026-03-01"),
        ("due: 2026-04-04", "due: 2026-04-05"),
        ("on the phone", "in writing"),
        ('text: "Workshop"', 'text: "Workshops"'),
        ("quantity: 8\n", "quantity: 10\n"),
        ("price: 125.00", "price: 100.00"),
        ("to: 2026-03-03", "to: 2026-03-04"),
        ('"Rebate"', '"Discount"'),
        ("1028.00 EUR", "1029.00 EUR"),
        ("-100.00 EUR", "-101.00 EUR"),
        ("rate: 10", "rate: 5.5"),
        ('  note: "As', '  kind: "deposit"\n  note: "As'),
        ('  note: "As', '  purchase-order: "B-7"\n  note: "As'),
    ],
)
def test_what_counts_changes_it(old: str, new: str) -> None:
    assert LEDGER.count(old) >= 1
    assert facts(LEDGER.replace(old, new)) != facts(LEDGER)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('  terms: "30 days"', '  terms: "30 days"\n  email: "a@acme.example"\n  channel: "post"\n  language: "de"'),
        ('  register: "RCS', '  phone: "+33 2 00 00 00 00"\n  register: "RCS'),
        ('siren: "732829320"', 'siren: "732 829 320"'),
        ('"FR20"', '"TVA-NORMALE"'),
        ('"TVA 20 %" Liabilities:VAT', '"TVA (20 %)" Liabilities:TVA'),
        ("1028.00 EUR", "1028.000 EUR"),
        ("quantity: 8\n", "quantity: 8.00\n"),
        ('text: "Workshop"', 'text: "Workshop "'),
        ("Workshop in March", "A workshop"),
        (
            "  Assets:Receivable:Acme  1028.00 EUR",
            "  Assets:Receivable:Acme  1000.00 EUR\n  Assets:Receivable:Acme:Doubtful  28.00 EUR",
        ),
        ("\n2026-03-05 *", '\n2025-01-01 custom "invoice-option" "accent" "#7a1f5c"\n2026-03-05 *'),
        (
            "\n2026-03-05 *",
            '\n2026-03-06 * "Paid" ^F2026-0001\n  Assets:Bank  64 EUR\n  Assets:Receivable:Acme\n2026-03-05 *',
        ),
    ],
)
def test_what_looks_or_is_booked_otherwise_changes_nothing(old: str, new: str) -> None:
    assert LEDGER.count(old) >= 1
    assert facts(LEDGER.replace(old, new)) == facts(LEDGER)


def test_instalments_count_by_their_dates_in_whatever_order_they_stand() -> None:
    first, second = (
        f"  Assets:Receivable:Acme  {amount} EUR\n    due: {due}\n"
        for amount, due in (("500.00", "2026-04-04"), ("528.00", "2026-05-04"))
    )
    whole = "  Assets:Receivable:Acme  1028.00 EUR\n"
    ledger = LEDGER.replace("  due: 2026-04-04\n", "")
    assert facts(ledger.replace(whole, first + second)) == facts(ledger.replace(whole, second + first))
    assert facts(ledger.replace(whole, first + second)) != facts(LEDGER)


def test_a_tax_that_the_customer_withholds_is_not_one_that_is_charged() -> None:
    entries, _errors, options = loader.load_string(LEDGER)
    book = read_book(entries, options)
    (invoice,) = book.invoices
    withheld = [amount._replace(tax=amount.tax._replace(withholding=True)) for amount in invoice.taxes]
    assert digests.content_digest(book, invoice._replace(taxes=tuple(withheld))) != facts(LEDGER)
