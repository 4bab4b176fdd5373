"""What French law adds to an e-invoice: the process (BT-23), the mandatory notes (BG-1), whom it concerns (note BAR)."""

from __future__ import annotations

from decimal import Decimal

from beancount_invoicing import law
from beancount_invoicing.einvoice import terms
from beancount_invoicing.model import Book, Customer, Invoice, Line
from beancount_invoicing.rules import terms as payment_terms

PROCESSES = {frozenset({"goods"}): "B", frozenset({"services"}): "S", frozenset({"goods", "services"}): "M"}
INDEMNITY = "PMT"
LATE_INTEREST = "PMD"
CASH_DISCOUNT = "AAB"
TAX = "TXD"
SCOPE = "BAR"


def without_nature(invoice: Invoice) -> tuple[Line, ...]:
    """The lines of which it is not known what they sell."""
    return tuple(line for line in invoice.lines if not invoice.nature_of(line))


def process(invoice: Invoice, totals: terms.Totals) -> str:
    """BT-23: what is sold, and what of it was paid. 4: final after a deposit; 2: paid already; 1: else."""
    letter = PROCESSES[frozenset(invoice.nature_of(line) for line in invoice.lines)]
    if invoice.deductions:
        return f"{letter}4"
    return f"{letter}2" if totals.gross and totals.paid == totals.gross and not totals.due else f"{letter}1"


def scope(customer: Customer) -> str:
    """The note BAR: whether the invoice goes through the platforms, or is only reported."""
    if customer.buyer == "consumer":
        return "B2C"
    return "B2B" if law.law_of(customer.address.country) == "FR" else "B2BINT"


def notes(book: Book, invoice: Invoice, customer: Customer, language: str) -> tuple[terms.Note, ...]:
    """The notes that every French e-invoice carries, each once: indemnity, late interest, cash discount, scope."""
    sentences = law.mentions("FR", language, invoice.date)
    found = _conditions(book, invoice, customer, language)
    result = [terms.Note(text, subject) for subject, text in found]
    if "on-debits" in sentences and services_on_debits(invoice):
        result.append(terms.Note(sentences["on-debits"], TAX))
    result.append(terms.Note(scope(customer), SCOPE))
    return tuple(result)


def _conditions(book: Book, invoice: Invoice, customer: Customer, language: str) -> tuple[tuple[str, str], ...]:
    sentences = law.mentions("FR", language, invoice.date)
    subjects = (INDEMNITY, LATE_INTEREST, CASH_DISCOUNT)
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
            discount = payment_terms.discount_words(payment_terms.parse_cash_discount(customer.cash_discount), language)
        except payment_terms.TermsError:
            discount = customer.cash_discount
    return tuple(zip(subjects, (sentences["indemnity"], late, discount), strict=True))


def services_on_debits(invoice: Invoice) -> bool:
    """Whether services are taxed when they are invoiced, where the law taxes them when they are paid."""
    taxes = {code: tax for code, tax in invoice.codes.items() if tax.category == "S"}
    return any(
        line.tax in taxes and not taxes[line.tax].on_payment and invoice.nature_of(line) == "services"
        for line in invoice.lines
    )
