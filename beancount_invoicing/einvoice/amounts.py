"""The lines of an invoice and what they add up to, as business terms."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from beancount_invoicing.einvoice import terms
from beancount_invoicing.einvoice.texts import plain, said
from beancount_invoicing.einvoice.units import ONE, unit_code
from beancount_invoicing.model import ZERO, Adjustment, Invoice, Line, Tax
from beancount_invoicing.rules.currencies import decimals
from beancount_invoicing.rules.steps import round_to

PRICE_DECIMALS = 6
"""So many that quantity × price meets a net to the cent for any quantity below 10 000."""

SLACK = Decimal("0.01")
"""How far an allowance may be from its percentage of its base, where it says both (PEPPOL-EN16931-R040 allows 0.02)."""


def decimals_of(value: Decimal) -> int:
    """How many decimals a figure needs; zeros at its end do not count."""
    exponent = value.normalize().as_tuple().exponent
    return -exponent if isinstance(exponent, int) and exponent < 0 else 0


def rate_of(tax: Tax) -> Decimal | None:
    """The rate as BT-119 says it: none under category O."""
    return None if tax.category == "O" else tax.rate


def line(one: Line, number: int, sign: int, tax: Tax, currency: str, language: str) -> terms.Line:
    """A line (BG-25). Its price is never negative, its net is that of the ledger; what is left over is an allowance."""
    places = decimals(currency)
    net = one.net * sign
    quantity, price = _quantity_and_price(one, tax, sign, places)
    gross = round_to(quantity * price, places)
    adjustments: tuple[terms.AllowanceCharge, ...] = ()
    if gross != net:
        charge = net > gross
        percent = one.discount if one.discount and not charge else None
        why = said("discount" if percent else "rounding", language)
        if percent and abs(gross * percent / 100 - abs(net - gross)) > SLACK:
            percent = None  # a currency without cents rounds more than the rule allows
        base = gross if percent else None
        adjustments = (terms.AllowanceCharge(charge, abs(net - gross), why, base, percent),)
    name, _, rest = plain(one.text).partition("\n")
    unit = unit_code(one.unit)
    if unit is None:
        rest = f"{rest}\n{one.unit}".strip()
    return terms.Line(
        identifier=str(number),
        name=name or plain(one.item) or said("item", language),
        description=rest,
        quantity=quantity,
        unit=unit or ONE,
        net=net,
        price=price,
        category=tax.category,
        rate=rate_of(tax),
        seller_item=plain(one.item),
        start=one.start,
        end=one.end,
        adjustments=adjustments,
    )


def _quantity_and_price(one: Line, tax: Tax, sign: int, places: int) -> tuple[Decimal, Decimal]:
    """BT-129 and BT-146. A price that includes tax is taken apart, so that it meets the net wherever it can."""
    net = one.net * sign
    if one.quantity is None or (one.price is None and one.price_with_tax is None) or not one.quantity:
        return Decimal(-1 if net < 0 else 1), abs(net)
    quantity = one.quantity * sign
    if one.price is not None:
        price = one.price
    else:
        assert one.price_with_tax is not None
        price = round_to(one.price_with_tax * 100 / (100 + tax.rate), PRICE_DECIMALS)
        if not one.discount:
            exact = abs(net / quantity)
            price = exact if exact == round_to(exact, places) else round_to(exact, PRICE_DECIMALS)
            return (-quantity if net * quantity < 0 else quantity), price
    return (-quantity, -price) if price < 0 else (quantity, price)


def adjustment(one: Adjustment, sign: int, tax: Tax, language: str) -> terms.AllowanceCharge:
    """An allowance or charge on the document (BG-20, BG-21); one against its own direction becomes the other."""
    amount = one.net * sign
    charge = amount > 0 or (amount == 0 and one.charge)
    return terms.AllowanceCharge(
        charge=charge,
        amount=abs(amount),
        reason=plain(one.reason) or said("charge" if charge else "discount", language),
        category=tax.category,
        rate=rate_of(tax),
    )


def breakdown(invoice: Invoice, sign: int, reasons: Mapping[str, tuple[str, str]]) -> tuple[terms.VatBreakdown, ...]:
    """VAT by category and rate (BG-23): several tax codes may be one. `reasons`: by code, BT-120 and BT-121."""
    groups: dict[tuple[str, Decimal | None], list[str]] = {}
    bases: dict[tuple[str, Decimal | None], Decimal] = {}
    amounts: dict[tuple[str, Decimal | None], Decimal] = {}
    for each in invoice.taxes:
        if each.tax.withholding:
            continue
        key = (each.tax.category, rate_of(each.tax))
        groups.setdefault(key, []).append(each.tax.code)
        bases[key] = bases.get(key, ZERO) + each.base * sign
        amounts[key] = amounts.get(key, ZERO) + each.amount * sign
    result = []
    for key in sorted(groups, key=lambda key: (key[0], key[1] or ZERO)):
        texts = dict.fromkeys(reasons[code][0] for code in groups[key] if reasons[code][0])
        codes = dict.fromkeys(reasons[code][1] for code in groups[key] if reasons[code][1])
        result.append(
            terms.VatBreakdown(
                category=key[0],
                rate=key[1],
                base=bases[key],
                amount=amounts[key],
                reason="\n".join(texts),
                reason_code=next(iter(codes)) if len(codes) == 1 else "",
            )
        )
    return tuple(result)


def totals(
    invoice: Invoice,
    sign: int,
    paid: Decimal,
    adjustments: tuple[terms.AllowanceCharge, ...],
    in_tax_currency: Decimal | None,
) -> terms.Totals:
    """The totals (BG-22). Taxes withheld and deposits count as paid (BT-113): the buyer owes that much less."""
    return terms.Totals(
        lines=sum((one.net for one in invoice.lines), ZERO) * sign,
        allowances=sum((one.amount for one in adjustments if not one.charge), ZERO),
        charges=sum((one.amount for one in adjustments if one.charge), ZERO),
        net=invoice.net * sign,
        vat=invoice.tax * sign,
        gross=invoice.total * sign,
        paid=(invoice.prepaid + paid + invoice.withheld) * sign,
        rounding=invoice.rounding * sign,
        due=(invoice.payable - paid) * sign,
        vat_in_tax_currency=in_tax_currency,
    )
