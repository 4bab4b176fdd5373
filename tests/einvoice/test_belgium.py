"""Invoices of a seller in Belgium: Peppol BIS 3, by the official rules, addressed by enterprise numbers (scheme 0208)."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from beancount import loader

from beancount_invoicing.einvoice import to_xml
from beancount_invoicing.einvoice.checks_peppol import check_peppol
from beancount_invoicing.einvoice.mapping import e_invoice
from beancount_invoicing.entries.reader import read_book
from beancount_invoicing.model import Book
from beancount_invoicing.sending.invoice_dispatches import _form
from tests.einvoice.test_official import found

LEDGER = """
option "operating_currency" "EUR"
2026-01-01 custom "invoice-seller" "Atelier du Canal SRL"
  address: "Quai aux Briques 4"
  postcode: "1000"
  city: "Bruxelles"
  country: "BE"
  vat-id: "BE0403019261"
  email: "compta@canal.example"
  iban: "BE68539007547034"
2026-01-01 custom "invoice-tax" "TVA21" "TVA" Liabilities:VAT
  rate: 21
  nature: "services"
2026-01-01 custom "invoice-tax" "TVA6" "TVA" Liabilities:VAT
  rate: 6
  nature: "services"
2026-01-01 custom "invoice-tax" "FRANCHISE" "Régime particulier de la franchise de taxe" Liabilities:VAT
  category: "E"
  rate: 0
  reason: "Régime particulier de franchise des petites entreprises, art. 56bis CTVA"
2026-01-01 custom "invoice-option" "number" "F{year}-{seq:04}"
2026-01-01 open Liabilities:VAT
2026-01-01 open Income:Work
2026-01-01 open Assets:Clients:Acme
  customer: "Acme SA"
  address: "Rue Neuve 12"
  postcode: "4000"
  city: "Liège"
  country: "BE"
  vat-id: "BE0417497106"
  service-code: "Achats"
  channel: "e-invoice"
  terms: "30 days"
2026-01-01 open Assets:Clients:Dupont
  customer: "Jean Dupont"
  country: "BE"
  buyer: "consumer"
2026-02-02 * "Acme SA" "Travaux" ^F2026-0001
  invoice: "F2026-0001"
  Assets:Clients:Acme   227.01 EUR
  Income:Work          -100.01 EUR
    text: "Étude"
    tax: "TVA21"
  Income:Work          -100.00 EUR
    text: "Livres"
    tax: "TVA6"
  Liabilities:VAT       -21.00 EUR
    tax: "TVA21"
  Liabilities:VAT        -6.00 EUR
    tax: "TVA6"
2026-02-10 * "Acme SA" "Note de crédit" ^F2026-0002
  invoice: "F2026-0002"
  corrects: "F2026-0001"
  Assets:Clients:Acme  -106.00 EUR
  Income:Work           100.00 EUR
    text: "Livres"
    tax: "TVA6"
  Liabilities:VAT         6.00 EUR
    tax: "TVA6"
2026-02-12 * "Acme SA" "Petite entreprise" ^F2026-0003
  invoice: "F2026-0003"
  Assets:Clients:Acme   100.00 EUR
  Income:Work          -100.00 EUR
    text: "Conseil"
    tax: "FRANCHISE"
2026-02-13 * "Jean Dupont" "Particulier" ^F2026-0004
  invoice: "F2026-0004"
  Assets:Clients:Dupont   121.00 EUR
  Income:Work            -100.00 EUR
    text: "Conseil"
    tax: "TVA21"
  Liabilities:VAT         -21.00 EUR
    tax: "TVA21"
"""


@pytest.fixture(scope="module")
def book() -> Book:
    entries, errors, options = loader.load_string(LEDGER)
    assert errors == []
    return read_book(entries, options)


@pytest.mark.parametrize("number", ["F2026-0001", "F2026-0002", "F2026-0003"])
def test_a_belgian_document_keeps_the_official_rules_of_peppol(book: Book, number: str) -> None:
    invoice = book.invoice(number)
    assert invoice
    terms = e_invoice(book, invoice, Decimal(0), "fr")
    assert terms.seller.electronic_address == ("0403019261", "0208")
    assert terms.buyer.electronic_address == ("0417497106", "0208")
    assert check_peppol(terms) == ()
    assert found(to_xml(terms, "peppol")) == {"XSD": [], "EN 16931 UBL": [], "Peppol BIS 3": []}


def test_peppol_is_the_form_between_belgian_businesses(book: Book) -> None:
    forms = {invoice.number: _form(book, invoice) for invoice in book.invoices}
    assert forms == {"F2026-0001": "peppol", "F2026-0002": "peppol", "F2026-0003": "peppol", "F2026-0004": "facturx"}


def test_what_the_ledger_says_comes_first(tmp_path: Path) -> None:
    text = LEDGER.replace('  service-code: "Achats"\n', '  service-code: "Achats"\n  endpoint: "9925:BE0417497106"\n')
    text += '2026-01-01 custom "invoice-option" "e-invoice-form" "ubl"\n'
    file = tmp_path / "books.beancount"
    file.write_text(text, encoding="utf-8")
    entries, _errors, options = loader.load_file(str(file))
    other = read_book(entries, options)
    invoice = other.invoice("F2026-0001")
    assert invoice
    assert e_invoice(other, invoice, Decimal(0), "fr").buyer.electronic_address == ("BE0417497106", "9925")
    assert _form(other, invoice) == "ubl"
