"""The lines and totals of an invoice as business terms."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from beancount_invoicing.einvoice import business_terms
from beancount_invoicing.einvoice.texts import phrase, without_control_characters
from beancount_invoicing.einvoice.units import ONE, unit_code
from beancount_invoicing.messages import joined
from beancount_invoicing.model import ZERO, Adjustment, Invoice, Line, Tax
from beancount_invoicing.rules.currencies import currency_decimals
from beancount_invoicing.rules.steps import round_to

PRICE_DECIMALS = 6
"""Enough decimals for quantity × price to give a net to the cent, for any quantity below 10 000."""

ALLOWANCE_SLACK = Decimal("0.01")
"""How far an allowance with a percentage and a base may differ from their product (PEPPOL-EN16931-R040 allows 0.02)."""


def significant_decimals(value: Decimal) -> int:
    """The number of decimals that a figure needs, without zeros at its end."""
    exponent = value.normalize().as_tuple().exponent
    return -exponent if isinstance(exponent, int) and exponent < 0 else 0


def rate_of(tax: Tax) -> Decimal | None:
    """The rate for BT-119: none under category O."""
    return None if tax.category == "O" else tax.rate


def invoice_line(
    line: Line, number: int, sign: int, tax: Tax, currency: str, language: str
) -> business_terms.InvoiceLine:
    """A line (BG-25). Its price is never negative, and its net is that of the ledger; the difference is an allowance."""
    places = currency_decimals(currency)
    net = line.net * sign
    quantity, price = _quantity_and_price(line, tax, sign, places)
    gross = round_to(quantity * price, places)
    adjustments: tuple[business_terms.AllowanceCharge, ...] = ()
    if gross != net:
        charge = net > gross
        percent = line.discount if line.discount and not charge else None
        why = phrase("discount" if percent else "rounding", language)
        if percent and abs(gross * percent / 100 - abs(net - gross)) > ALLOWANCE_SLACK:
            percent = None  # a currency without cents rounds more than the rule allows
        base = gross if percent else None
        adjustments = (business_terms.AllowanceCharge(charge, abs(net - gross), why, base, percent),)
    name, _, rest = without_control_characters(line.text).partition("\n")
    unit = unit_code(line.unit)
    if unit is None:
        rest = f"{rest}\n{line.unit}".strip()
    return business_terms.InvoiceLine(
        identifier=str(number),
        name=name or without_control_characters(line.item) or phrase("item", language),
        description=rest,
        quantity=quantity,
        unit=unit or ONE,
        net=net,
        price=price,
        category=tax.category,
        rate=rate_of(tax),
        seller_item=without_control_characters(line.item),
        start=line.start,
        end=line.end,
        adjustments=adjustments,
    )


def _quantity_and_price(line: Line, tax: Tax, sign: int, places: int) -> tuple[Decimal, Decimal]:
    """BT-129 and BT-146. A price that includes tax is taken apart, so that it meets the net wherever it can."""
    net = line.net * sign
    if line.quantity is None or (line.price is None and line.price_with_tax is None) or not line.quantity:
        return Decimal(-1 if net < 0 else 1), abs(net)
    quantity = line.quantity * sign
    if line.price is not None:
        price = line.price
    else:
        assert line.price_with_tax is not None
        price = round_to(line.price_with_tax * 100 / (100 + tax.rate), PRICE_DECIMALS)
        if not line.discount:
            exact = abs(net / quantity)
            price = exact if exact == round_to(exact, places) else round_to(exact, PRICE_DECIMALS)
            return (-quantity if net * quantity < 0 else quantity), price
    return (-quantity, -price) if price < 0 else (quantity, price)


def allowance_or_charge(line: Adjustment, sign: int, tax: Tax, language: str) -> business_terms.AllowanceCharge:
    """An allowance or charge on the document (BG-20, BG-21); if its sign is reversed, an allowance becomes a charge,
    and vice versa.
    """
    amount = line.net * sign
    charge = amount > 0 or (amount == 0 and line.charge)
    return business_terms.AllowanceCharge(
        charge=charge,
        amount=abs(amount),
        reason=without_control_characters(line.reason) or phrase("charge" if charge else "discount", language),
        category=tax.category,
        rate=rate_of(tax),
    )


def vat_breakdown(
    invoice: Invoice, sign: int, reasons: Mapping[str, tuple[str, str]]
) -> tuple[business_terms.VatBreakdown, ...]:
    """VAT by category and rate (BG-23); several tax codes may share one. `reasons`: BT-120 and BT-121 by code."""
    groups: dict[tuple[str, Decimal | None], list[str]] = {}
    bases: dict[tuple[str, Decimal | None], Decimal] = {}
    amounts: dict[tuple[str, Decimal | None], Decimal] = {}
    for tax in invoice.taxes:
        if tax.tax.withholding:
            continue
        key = (tax.tax.category, rate_of(tax.tax))
        groups.setdefault(key, []).append(tax.tax.code)
        bases[key] = bases.get(key, ZERO) + tax.base * sign
        amounts[key] = amounts.get(key, ZERO) + tax.amount * sign
    result = []
    for key in sorted(groups, key=lambda key: (key[0], key[1] or ZERO)):
        texts = dict.fromkeys(reasons[code][0] for code in groups[key] if reasons[code][0])
        codes = dict.fromkeys(reasons[code][1] for code in groups[key] if reasons[code][1])
        result.append(
            business_terms.VatBreakdown(
                category=key[0],
                rate=key[1],
                base=bases[key],
                amount=amounts[key],
                reason=joined("\n", texts),
                reason_code=next(iter(codes)) if len(codes) == 1 else "",
            )
        )
    return tuple(result)


def document_totals(
    invoice: Invoice,
    sign: int,
    paid: Decimal,
    adjustments: tuple[business_terms.AllowanceCharge, ...],
    in_tax_currency: Decimal | None,
) -> business_terms.Totals:
    """The totals (BG-22). Taxes withheld and deposits count as paid (BT-113): the buyer owes that much less."""
    return business_terms.Totals(
        lines=sum((line.net for line in invoice.lines), ZERO) * sign,
        allowances=sum((adjustment.amount for adjustment in adjustments if not adjustment.charge), ZERO),
        charges=sum((adjustment.amount for adjustment in adjustments if adjustment.charge), ZERO),
        net=invoice.net * sign,
        vat=invoice.tax * sign,
        gross=invoice.total * sign,
        paid=(invoice.prepaid + paid + invoice.withheld) * sign,
        rounding=invoice.rounding * sign,
        due=(invoice.payable - paid) * sign,
        vat_in_tax_currency=in_tax_currency,
    )
