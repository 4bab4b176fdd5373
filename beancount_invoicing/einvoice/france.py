"""French additions to an e-invoice: the process (BT-23), the mandatory notes (BG-1), and whom it concerns (note BAR)."""

from __future__ import annotations

from decimal import Decimal

from beancount_invoicing import law
from beancount_invoicing.einvoice import business_terms
from beancount_invoicing.model import Book, Customer, Invoice, Line
from beancount_invoicing.rules import payment_terms

PROCESSES = {frozenset({"goods"}): "B", frozenset({"services"}): "S", frozenset({"goods", "services"}): "M"}
INDEMNITY_NOTE = "PMT"
LATE_INTEREST_NOTE = "PMD"
CASH_DISCOUNT_NOTE = "AAB"
TAX_NOTE = "TXD"
SCOPE_NOTE = "BAR"


def without_nature(invoice: Invoice) -> tuple[Line, ...]:
    """The lines that do not say whether they are goods or services."""
    return tuple(line for line in invoice.lines if not invoice.nature_of(line))


def business_process(invoice: Invoice, totals: business_terms.Totals) -> str:
    """BT-23: what is sold, and how much of it was paid. 4: final invoice after a deposit; 2: already paid; 1:
    otherwise.
    """
    letter = PROCESSES[frozenset(invoice.nature_of(line) for line in invoice.lines)]
    if invoice.deductions:
        return f"{letter}4"
    return f"{letter}2" if totals.gross and totals.paid == totals.gross and not totals.due else f"{letter}1"


def scope(customer: Customer) -> str:
    """The note BAR: whether the invoice goes through the platforms or is only reported."""
    if customer.buyer == "consumer":
        return "B2C"
    return "B2B" if law.law_of(customer.address.country) == "FR" else "B2BINT"


def notes(book: Book, invoice: Invoice, customer: Customer, language: str) -> tuple[business_terms.Note, ...]:
    """The notes that every French e-invoice carries, each once: indemnity, late interest, cash discount, scope."""
    sentences = law.mentions("FR", language, invoice.date)
    found = _conditions(book, invoice, customer, language)
    result = [business_terms.Note(text, subject) for subject, text in found]
    if "on-debits" in sentences and services_taxed_on_debits(invoice):
        result.append(business_terms.Note(sentences["on-debits"], TAX_NOTE))
    result.append(business_terms.Note(scope(customer), SCOPE_NOTE))
    return tuple(result)


def _conditions(book: Book, invoice: Invoice, customer: Customer, language: str) -> tuple[tuple[str, str], ...]:
    sentences = law.mentions("FR", language, invoice.date)
    subjects = (INDEMNITY_NOTE, LATE_INTEREST_NOTE, CASH_DISCOUNT_NOTE)
    nothing = "not-on-credit-notes" if invoice.net < 0 else "not-for-consumers" if customer.buyer == "consumer" else ""
    if nothing:
        return tuple((subject, sentences[nothing]) for subject in subjects) if nothing in sentences else ()
    option = book.late_interest(customer, invoice.date)
    try:
        rate = law.interest_option(option) if option else "FR"
    except ValueError:
        rate = "FR"
    if isinstance(rate, Decimal):
        shown = format(rate.normalize(), "f")
        late = sentences["late-interest-contract"].format(rate=shown if language == "en" else shown.replace(".", ","))
    else:
        public = customer.buyer in {"public", "hospital", "public-enterprise"}
        late = sentences["late-interest-public" if public else "late-interest"]
    discount = sentences["no-cash-discount"]
    if customer.cash_discount:
        try:
            discount = payment_terms.discount_in_words(
                payment_terms.parse_cash_discount(customer.cash_discount), language
            )
        except payment_terms.TermsError:
            discount = customer.cash_discount
    return tuple(zip(subjects, (sentences["indemnity"], late, discount), strict=True))


def services_taxed_on_debits(invoice: Invoice) -> bool:
    """Whether services are taxed when they are invoiced, although by law they are taxed when they are paid."""
    taxes = {code: tax for code, tax in invoice.tax_codes.items() if tax.category == "S"}
    return any(
        line.tax in taxes and not taxes[line.tax].on_payment and invoice.nature_of(line) == "services"
        for line in invoice.lines
    )
