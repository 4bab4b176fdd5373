"""A small French firm's books, whose entries are worked out by hand in these tests."""

from __future__ import annotations

from datetime import date

from beancount import loader

from beancount_invoicing.accounting.entries import AccountingEntries, accounting_entries
from beancount_invoicing.entries import read_book
from beancount_invoicing.entries.general_ledger import read_general_ledger
from beancount_invoicing.model import Book
from beancount_invoicing.model.general_ledger import GeneralLedger

ACCOUNTS = """
option "operating_currency" "EUR"
2025-01-01 custom "invoice-seller" "Atelier Essai"
  siren: "123456782"
  country: "FR"
2025-01-01 custom "invoice-tax" "N20" "TVA" Liabilities:TVA
  rate: 20
2025-01-01 open Assets:Clients:Dupont
  customer: "Dupont SARL"
  pcg: "411"
2025-01-01 open Assets:Clients:Martin
  customer: "Martin SA"
  pcg: "411"
2025-01-01 open Assets:Banque
  pcg: 512
2025-01-01 open Liabilities:TVA
  pcg: "44571"
  label: "TVA collectée"
2025-01-01 open Income:Conseil
  pcg: "706"
  label: "Prestations de services"
2025-01-01 open Expenses:Change
  pcg: "656"
2025-01-01 open Expenses:Loyer
  pcg: "613"
2025-01-01 open Equity:Capital
  pcg: "101"
"""


def invoice(day: str, number: str, customer: str = "Dupont") -> str:
    """An invoice of 100.00 and 20.00 of VAT."""
    return f"""
{day} * "{customer}" "Conseil" ^{number}
  invoice: "{number}"
  Assets:Clients:{customer}  120.00 EUR
  Income:Conseil  -100.00 EUR
    tax: "N20"
  Liabilities:TVA  -20.00 EUR
    tax: "N20"
"""


def payment(day: str, amount: str, number: str, customer: str = "Dupont") -> str:
    """Money of a customer; a negative amount goes back."""
    text = f'\n{day} * "{customer}" "Virement" ^{number}\n  Assets:Banque  {amount} EUR\n'
    return text + f"  Assets:Clients:{customer}  -{amount} EUR\n".replace("--", "")


def read(ledger: str) -> tuple[GeneralLedger, Book]:
    """The transactions and the Book of a ledger without errors, after the accounts above."""
    entries, errors, options = loader.load_string(ACCOUNTS + ledger)
    assert errors == []
    book = read_book(entries, options)
    assert not [finding for finding in book.findings if finding.severity == "error"]
    documents = {document.source: document.number for document in book.invoices}
    return read_general_ledger(entries, options, "pcg", documents), book


def entries_of(ledger: str, since: str = "2026-01-01", until: str = "2026-12-31") -> AccountingEntries:
    """The entries of a period."""
    return accounting_entries(*read(ledger), date.fromisoformat(since), date.fromisoformat(until))
