"""Payments booked on a small ledger: composed, written as text, and read back with it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from beancount import loader

from beancount_invoicing.bank.customer_accounts import CustomerAccounts
from beancount_invoicing.bank.payment_entries import payment_entry
from beancount_invoicing.bank.payments import MoneyMovement, PaymentEntry, SettledDocument
from beancount_invoicing.checks import check
from beancount_invoicing.entries import read_book
from beancount_invoicing.model import Book
from beancount_invoicing.receivables import aging, tax_due
from beancount_invoicing.writing.payment_text import payment_transaction
from tests.ledgers import PRELUDE

ACCOUNTS = """
2025-01-01 open Liabilities:VAT:Pending
2025-01-01 open Expenses:BankFees
2025-01-01 open Expenses:CashDiscounts
2025-01-01 open Expenses:Exchange
2025-01-01 open Income:Exchange
2025-01-01 custom "invoice-tax" "PAY" "TVA sur encaissements" Liabilities:VAT
  rate: 20
  due-on: "payment"
  pending: Liabilities:VAT:Pending
2025-01-01 custom "invoice-tax" "PAY10" "TVA 10 % sur encaissements" Liabilities:VAT
  rate: 10
  due-on: "payment"
  pending: Liabilities:VAT:Pending
2025-01-01 custom "invoice-option" "exchange-account" "Expenses:Exchange Income:Exchange"
"""


def read(ledger: str) -> Book:
    """The Book of a ledger in which Beancount finds nothing wrong."""
    entries, errors, options = loader.load_string(PRELUDE + ACCOUNTS + ledger)
    assert errors == []
    return read_book(entries, options)


def messages(book: Book) -> set[str]:
    """What is wrong or doubtful."""
    return {f"{finding.rule}: {finding.message}" for finding in check(book)}


def moved(day: str, amount: str, currency: str = "EUR", fee: str = "0") -> MoneyMovement:
    """Money that moved on the bank account."""
    return MoneyMovement(
        date.fromisoformat(day),
        Decimal(amount),
        currency,
        "Assets:Bank",
        fee=Decimal(fee),
        fee_account="Expenses:BankFees",
    )


def booked(
    ledger: str, movement: MoneyMovement, *settled: tuple[str, str] | SettledDocument, on_account_of: str = ""
) -> tuple[PaymentEntry, str, str]:
    """The entry, its text, and the ledger with it: Beancount and `check` find nothing in it, the accounts add up, and no tax is
    missing that was not before."""
    book = read(ledger)
    documents = [
        document if isinstance(document, SettledDocument) else SettledDocument(document[0], Decimal(document[1]))
        for document in settled
    ]
    entry = payment_entry(
        CustomerAccounts(book),
        movement,
        documents,
        on_account_of=on_account_of,
        discount_account="Expenses:CashDiscounts",
    )
    text = payment_transaction(entry)
    after = f"{ledger}\n{text}"
    new = read(after)
    assert messages(new) - messages(book) == set()
    day = max(new.last_date, movement.date)
    assert tax_due(new, day).missing == tax_due(book, day).missing
    assert all(total.to_cancel == 0 for total in tax_due(new, day).totals)
    assert not aging(new, day).unreconciled()
    return entry, text, after


def words(text: str) -> list[str]:
    """The lines of a ledger text, however its amounts are aligned."""
    return [" ".join(line.split()) for line in text.strip().splitlines()]
