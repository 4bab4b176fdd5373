"""The documents that the tests of e-invoices run on, in business terms."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from beancount import loader

from beancount_invoicing.documents.as_issued import paid_on_its_date
from beancount_invoicing.einvoice import business_terms, mapping
from beancount_invoicing.entries import read_book
from beancount_invoicing.model import Book

TEXT = (Path(__file__).parent / "documents.beancount").read_text(encoding="utf-8")


@cache
def book(more: str = "") -> Book:
    """The ledger of documents, and what is written below it."""
    entries, errors, options = loader.load_string(TEXT + more, dedent=False)
    assert not errors
    return read_book(entries, options)


def e_invoice(number: str, more: str = "", language: str = "fr") -> business_terms.EInvoice:
    """A document of that ledger in business terms."""
    known = book(more)
    invoice = known.invoice(number)
    assert invoice is not None
    return mapping.e_invoice(known, invoice, paid_on_its_date(known)(invoice), language)


def reasons(number: str, more: str) -> dict[str, str]:
    """Why a document is no e-invoice: messages by term."""
    try:
        e_invoice(number, more)
    except mapping.NoEInvoice as error:
        return {reason.term: reason.message for reason in error.reasons}
    return {}


NUMBERS = tuple(invoice.number for invoice in book().invoices if invoice.has_page)
