"""Checks of what the seller's country asks of the form of invoices, and of their words where no tax is charged."""

from __future__ import annotations

from collections.abc import Iterator

from beancount_invoicing import law
from beancount_invoicing.messages import _
from beancount_invoicing.model import NO_TAX, Book, Customer, Finding, Invoice, Seller
from beancount_invoicing.rules import supply
from beancount_invoicing.rules.duties import duty_of, is_met_by_peppol

_ISSUED = frozenset({"invoice", "credit-note", "deposit", "corrective"})


def check_no_tax_words(book: Book) -> Iterator[Finding]:
    """A seller in the Union who charges no tax has the sentence of its law on invoices (directive 2006/112/EC, art. 226 (11)):
    `default-tax` "none" leaves it out.
    """
    default = book.options.get("default-tax")
    if book.seller is None or not default or default.latest != NO_TAX:
        return
    home = law.inland_territory(supply.place_of_seller(book.seller.latest), "services")
    if not law.in_union(home):
        return
    yield Finding(
        "warning",
        "no-tax-words",
        _(
            'option default-tax is "none", but in {country} invoices without VAT must say why: define the code that '
            "init --regime exempt writes there, and name it",
            country=home,
        ),
        book.option_source("default-tax"),
    )


def check_e_invoice_duty(book: Book) -> Iterator[Finding]:
    """Where the law of the seller's country wants another form than a PDF: once for the seller, if this program does not make it;
    else once for each customer that should get it.
    """
    if book.seller is None or book.option("e-invoice-form", book.last_date) == "none":
        return
    warned: set[str] = set()
    for invoice in book.invoices:
        if invoice.kind not in _ISSUED or invoice.draft or invoice.customer is None:
            continue
        seller = book.seller.at(invoice.date)
        duty = duty_of(seller, invoice.customer, invoice.date)
        if duty is None:
            continue
        if not is_met_by_peppol(duty):
            yield _elsewhere(seller, invoice, duty)
            return
        customer = book.customers[invoice.customer.account].latest
        if customer.channel != "e-invoice" and customer.account not in warned:
            warned.add(customer.account)
            yield _not_by_peppol(customer, duty)


def _elsewhere(seller: Seller, invoice: Invoice, duty: law.Duty) -> Finding:
    return Finding(
        "warning",
        "e-invoice-duty",
        _(
            "in {country}, a PDF is no invoice since {day}: {name} is compulsory ({source}), and this program does not do "
            'it. Make the invoices there; then write custom "invoice-option" "e-invoice-form" "none", and this is not '
            "said again. The first one is {number}",
            country=seller.address.country,
            day=duty.since,
            name=duty.name,
            source=duty.source,
            number=invoice.number,
        ),
        seller.source,
    )


def _not_by_peppol(customer: Customer, duty: law.Duty) -> Finding:
    return Finding(
        "warning",
        "e-invoice-duty",
        _(
            "{customer} is a business in {country}, and must get e-invoices through {name} since {day} ({source}): "
            'write channel: "e-invoice" and endpoint: "{endpoint}"',
            customer=customer.name,
            country=customer.address.country,
            name=duty.name,
            day=duty.since,
            source=duty.source,
            endpoint=customer.endpoint or "0208:…",
        ),
        customer.source,
    )


CHECKS = (check_no_tax_words, check_e_invoice_duty)
