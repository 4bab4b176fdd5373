"""Invoices of invented suppliers, as files."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from beancount_invoicing.einvoice import EInvoice, Syntax, to_xml
from beancount_invoicing.einvoice.business_terms import (
    Delivery,
    Identifier,
    InvoiceLine,
    Note,
    Party,
    PaymentInstructions,
    PostalAddress,
    Totals,
    VatBreakdown,
)

D = Decimal
PAPETERIE = Party(
    "Papeterie Martin SARL",
    PostalAddress(("3 rue des Encres",), "Lyon", "69002", "FR"),
    (),
    Identifier("552100554", "0002"),
    "FR03552100554",
    electronic_address=Identifier("552100554", "0225"),
)
US = Party(
    "Atelier Test",
    PostalAddress(("1 rue du Port",), "Brest", "29200", "FR"),
    (),
    Identifier("732829320", "0002"),
    "FR44732829320",
    electronic_address=Identifier("732829320", "0225"),
)
NOTES = (
    Note("Indemnité forfaitaire pour frais de recouvrement : 40 €", "PMT"),
    Note("Pénalités de retard : trois fois le taux d'intérêt légal", "PMD"),
    Note("Pas d'escompte pour paiement anticipé", "AAB"),
)


def line(net: str, rate: str, number: int = 1) -> InvoiceLine:
    return InvoiceLine(str(number), "Papier", D(1), "C62", D(net), D(net), "S", D(rate))


def supplier_invoice(number: str = "2026-118", type_code: str = "380", *rates: tuple[str, str, str]) -> EInvoice:
    """An invoice; `rates`: net, rate and tax of each line."""
    charged = rates or (("99.00", "20", "19.80"),)
    net = sum((D(base) for base, _rate, _tax in charged), D(0))
    tax = sum((D(tax) for _base, _rate, tax in charged), D(0))
    return EInvoice(
        number,
        date(2026, 11, 28),
        type_code,
        "EUR",
        PAPETERIE,
        US,
        tuple(line(base, rate, place + 1) for place, (base, rate, _tax) in enumerate(charged)),
        tuple(VatBreakdown("S", D(rate), D(base), D(tax)) for base, rate, tax in charged),
        Totals(net, D(0), D(0), net, tax, net + tax, D(0), D(0), net + tax),
        due=date(2026, 12, 28),
        process="B1",
        notes=NOTES,
        delivery=Delivery(date(2026, 11, 27)),
        payment=PaymentInstructions("58", number, "FR7630006000011234567890189"),
    )


def supplier_xml(invoice: EInvoice | None = None, syntax: Syntax = "ubl") -> bytes:
    return to_xml(invoice or supplier_invoice(), syntax)
