"""The French requirements for an e-invoice beyond the norm, with the ids of the rules (BR-FR)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal

from beancount_invoicing import law
from beancount_invoicing.einvoice.business_terms import EInvoice
from beancount_invoicing.einvoice.lines_and_totals import significant_decimals
from beancount_invoicing.einvoice.problems import Problem
from beancount_invoicing.messages import _
from beancount_invoicing.model import ZERO

_NUMBER = re.compile(r"[A-Za-z0-9+_/-]+\Z")
_ADDRESS = re.compile(r"[A-Za-z0-9_.-]+\Z")
_LONGEST = 19
"""Digits of a figure (BR-FR-DEC-01 to 03)."""
_ONCE = ("PMT", "PMD", "AAB", "TXD")


def check_france(invoice: EInvoice) -> Iterator[Problem]:
    """The findings by the rules in force on its date; none if the seller is not in France.

    Documents that are not meant for the French platforms have no findings either: Peppol, XRechnung, the profile
    MINIMUM.
    """
    rules = law.e_invoice_rules(invoice.seller.address.country, invoice.issued)
    if rules is None or invoice.profile.family or invoice.profile.level == "minimum":
        return
    for check in _FRENCH:
        yield from check(invoice, rules)


def _french_numbers(invoice: EInvoice, rules: law.EInvoiceRules) -> Iterator[Problem]:
    del rules
    for term, number in (("BT-1", invoice.number), *(("BT-25", reference.number) for reference in invoice.preceding)):
        if len(number) > 35:
            yield Problem("BR-FR-01", term, _("{number} has more than 35 characters", number=number))
        if number and not _NUMBER.match(number):
            yield Problem(
                "BR-FR-02", term, _("{number} has characters other than letters, digits and + - _ /", number=number)
            )
    days = {"BT-2": invoice.issued, "BT-9": invoice.due, "BT-72": invoice.delivery.date}
    for term, day in days.items():
        if day and not date(2000, 1, 1) <= day <= date(2099, 12, 31):
            yield Problem("BR-FR-03", term, _("{day} is not between 2000 and 2099", day=day))


def _french_notes(invoice: EInvoice, rules: law.EInvoiceRules) -> Iterator[Problem]:
    subjects = [note.subject for note in invoice.notes]
    for subject in _ONCE[:3]:
        if subject not in subjects:
            yield Problem("BR-FR-05", "BG-1", _("the note {subject} is missing", subject=subject))
    for subject in _ONCE:
        if subjects.count(subject) > 1:
            yield Problem("BR-FR-06", "BG-1", _("the note {subject} appears more than once", subject=subject))
    scopes = [note.text for note in invoice.notes if note.subject == "BAR"]
    for scope in scopes:
        if scope not in rules.scopes:
            yield Problem(
                "BR-FR-20",
                "BT-22",
                _("BAR is {scope}, which is none of {scopes}", scope=scope, scopes=", ".join(sorted(rules.scopes))),
            )
    if len(scopes) > 1:
        yield Problem("BR-FR-31", "BG-1", _("the note BAR appears more than once"))
    if "B2B" in scopes:
        yield from _french_buyer(invoice)


def _french_buyer(invoice: EInvoice) -> Iterator[Problem]:
    registration, address = invoice.buyer.legal_registration, invoice.buyer.electronic_address
    if registration is None or not re.fullmatch(r"\d{9}", registration.value):
        yield Problem("BR-FR-11", "BT-47", _("between businesses in France the buyer's SIREN is required"))
    elif address and not (address.scheme == "0225" and address.value.startswith(registration.value)):
        yield Problem(
            "BR-FR-21",
            "BT-49",
            _(
                "the buyer's address {scheme}:{address} is not 0225:{registration}…",
                scheme=address.scheme,
                address=address.value,
                registration=registration.value,
            ),
        )


def _french_parties(invoice: EInvoice, rules: law.EInvoiceRules) -> Iterator[Problem]:
    del rules
    registration = invoice.seller.legal_registration
    if registration is None or registration.scheme != "0002" or not re.fullmatch(r"\d{9}", registration.value):
        yield Problem("BR-FR-10", "BT-30", _("the seller's SIREN is missing"))
    for term, missing, party in (("BT-34", "BR-FR-13", invoice.seller), ("BT-49", "BR-FR-12", invoice.buyer)):
        address = party.electronic_address
        if address is None:
            yield Problem(missing, term, _("the electronic address is missing"))
            continue
        if address.scheme == "0225" and address.value and not _ADDRESS.match(address.value):
            yield Problem(
                "BR-FR-23",
                term,
                _("{address} has characters other than letters, digits and - _ .", address=address.value),
            )
        if len(address.value) > 125:
            yield Problem("BR-FR-25", term, _("{address} has more than 125 characters", address=address.value))


def _french_figures(invoice: EInvoice, rules: law.EInvoiceRules) -> Iterator[Problem]:
    for vat in invoice.breakdown:
        if vat.category and vat.category not in rules.categories:
            yield Problem("BR-FR-15", "BT-118", _("category {category} is not used in France", category=vat.category))
        if vat.rate is not None and vat.rate not in rules.rates:
            yield Problem("BR-FR-16", "BT-119", _("{rate} % is not a rate of French VAT", rate=vat.rate))
    for line in invoice.lines:
        quantity, price = line.quantity or ZERO, line.price or ZERO
        figures = [("BT-129", quantity), ("BT-131", line.net), ("BT-146", price)]
        figures += [("BT-141" if charge.charge else "BT-136", charge.amount) for charge in line.adjustments]
        for term, figure in figures:
            if _digits(figure) > _LONGEST:
                yield Problem(
                    "BR-FR-DEC-01",
                    _("line {identifier}, {term}", identifier=line.identifier, term=term),
                    _("{figure} has more than {longest} digits", figure=figure, longest=_LONGEST),
                )
        if significant_decimals(quantity) > rules.quantity_decimals:
            message = _(
                "the quantity {quantity} has more than {quantity_decimals} decimals",
                quantity=quantity,
                quantity_decimals=rules.quantity_decimals,
            )
            yield Problem("BR-FR-DEC-02", _("line {identifier}, BT-129", identifier=line.identifier), message)
        if significant_decimals(price) > rules.price_decimals:
            message = _(
                "the price {price} has more than {price_decimals} decimals",
                price=price,
                price_decimals=rules.price_decimals,
            )
            yield Problem("BR-FR-DEC-03", _("line {identifier}, BT-146", identifier=line.identifier), message)
    if invoice.currency not in {rules.currency, ""} and (
        invoice.tax_currency != rules.currency or invoice.totals.vat_in_tax_currency is None
    ):
        yield Problem(
            "BR-FR-CO-12",
            "BT-111",
            _(
                "in {currency}, VAT must also be given in {rules_currency}",
                currency=invoice.currency,
                rules_currency=rules.currency,
            ),
        )


def _digits(figure: Decimal) -> int:
    return len(format(abs(figure), "f").replace(".", ""))


def _french_process(invoice: EInvoice, rules: law.EInvoiceRules) -> Iterator[Problem]:
    process, totals = invoice.process, invoice.totals
    if process not in rules.processes:
        yield Problem("BR-FR-08", "BT-23", _('"{process}" is not a process known in French law', process=process))
        return
    if process.endswith("4"):
        if invoice.type_code == "386":
            yield Problem(
                "BR-FR-CO-08",
                "BT-23",
                _("{process} means a final invoice, but this is a deposit invoice", process=process),
            )
        if not invoice.preceding or not totals.paid:
            message = _(
                "{process} deducts deposits: it must name them (BG-3) and give their amount (BT-113)", process=process
            )
            yield Problem("deposits", "BT-23", message, warning=True)
    if process.endswith("2"):
        if totals.paid != totals.gross:
            yield Problem(
                "BR-FR-CO-09",
                "BT-113",
                _(
                    "{process} means paid already: BT-113 {paid} is not {gross}",
                    process=process,
                    paid=totals.paid,
                    gross=totals.gross,
                ),
            )
        if totals.due:
            yield Problem(
                "BR-FR-CO-09",
                "BT-115",
                _("{process} means paid already, but {due} is due", process=process, due=totals.due),
            )
        if invoice.due is None:
            yield Problem(
                "BR-FR-CO-09",
                "BT-9",
                _("{process} means paid already: BT-9 must be the day of payment", process=process),
            )
    elif invoice.due and invoice.due < invoice.issued and invoice.type_code != "386":
        yield Problem(
            "BR-FR-CO-07",
            "BT-9",
            _("it is due on {due}, before its date {issued}", due=invoice.due, issued=invoice.issued),
        )


def _french_preceding(invoice: EInvoice, rules: law.EInvoiceRules) -> Iterator[Problem]:
    del rules
    known = [reference for reference in invoice.preceding if reference.number and reference.issued]
    if invoice.type_code == "384" and len(known) != 1:
        yield Problem(
            "BR-FR-CO-04", "BG-3", _("a corrected invoice must name exactly one preceding invoice, with its date")
        )
    if invoice.credit_note and not known:
        yield Problem("BR-FR-CO-05", "BG-3", _("a credit note must name at least one preceding invoice, with its date"))


_FRENCH: tuple[Callable[[EInvoice, law.EInvoiceRules], Iterator[Problem]], ...] = (
    _french_numbers, _french_parties, _french_notes, _french_figures, _french_process, _french_preceding,
)  # fmt: skip
