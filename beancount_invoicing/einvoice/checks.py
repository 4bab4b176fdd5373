"""Our own checks of the business terms, to the cent: what the norm says, and what no stylesheet tests.

Each function is one rule or a few of a kind, with their ids; they need nothing but the terms, whoever wrote the document.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from decimal import Decimal

from beancount_invoicing.einvoice import codes
from beancount_invoicing.einvoice.amounts import decimals_of
from beancount_invoicing.einvoice.checks_france import check_france
from beancount_invoicing.einvoice.problems import Problem
from beancount_invoicing.einvoice.terms import EInvoice, Party
from beancount_invoicing.model import ZERO
from beancount_invoicing.rules.currencies import decimals
from beancount_invoicing.rules.identifiers import problem
from beancount_invoicing.rules.steps import round_to

_EXEMPT = {"E": "BR-E-10", "AE": "BR-AE-10", "K": "BR-IC-10", "G": "BR-G-10", "O": "BR-O-10"}


def check(invoice: EInvoice) -> tuple[Problem, ...]:
    """Everything that is wrong with it, in the order of the rules below."""
    return tuple(found for rule in _RULES for found in rule(invoice))


def _differs(rule: str, term: str, said: Decimal, right: Decimal, how: str) -> Iterator[Problem]:
    if said != right:
        yield Problem(rule, term, f"{term} is {said}, but {how} is {right}")


# amounts ----------------------------------------------------------------------------------------------------------------


def _line_nets(invoice: EInvoice) -> Iterator[Problem]:
    places = decimals(invoice.currency)
    for line in invoice.lines:
        base = line.price_base_quantity or Decimal(1)
        right = round_to(line.quantity * line.price / base, places) + line.adjusted
        if line.net != right:
            yield Problem(
                "PEPPOL-EN16931-R120",
                f"line {line.identifier}, BT-131",
                f"the net is {line.net}, but {line.quantity} × {line.price} with its allowances and charges is {right}",
            )


def _totals(invoice: EInvoice) -> Iterator[Problem]:
    totals = invoice.totals
    allowances = sum((one.amount for one in invoice.adjustments if not one.charge), ZERO)
    charges = sum((one.amount for one in invoice.adjustments if one.charge), ZERO)
    yield from _differs(
        "BR-CO-10", "BT-106", totals.lines, sum((line.net for line in invoice.lines), ZERO), "the sum of the lines"
    )
    yield from _differs("BR-CO-11", "BT-107", totals.allowances, allowances, "the sum of the allowances")
    yield from _differs("BR-CO-12", "BT-108", totals.charges, charges, "the sum of the charges")
    yield from _differs(
        "BR-CO-13", "BT-109", totals.net, totals.lines - totals.allowances + totals.charges, "BT-106 − BT-107 + BT-108"
    )
    yield from _differs(
        "BR-CO-14", "BT-110", totals.vat, sum((one.amount for one in invoice.breakdown), ZERO), "the sum of BT-117"
    )
    yield from _differs("BR-CO-15", "BT-112", totals.gross, totals.net + totals.vat, "BT-109 + BT-110")
    yield from _differs(
        "BR-CO-16", "BT-115", totals.due, totals.gross - totals.paid + totals.rounding, "BT-112 − BT-113 + BT-114"
    )


def _breakdown(invoice: EInvoice) -> Iterator[Problem]:
    """Bases to the cent; VAT as far as lawful roundings reach: half a cent for each line and one for the whole."""
    if not invoice.breakdown:
        yield Problem("BR-CO-18", "BG-23", "there is no VAT breakdown")
    bases: dict[tuple[str, Decimal | None], Decimal] = {}
    counts: dict[tuple[str, Decimal | None], int] = {}
    for line in invoice.lines:
        key = (line.category, line.rate)
        bases[key] = bases.get(key, ZERO) + line.net
        counts[key] = counts.get(key, 0) + 1
    for one in invoice.adjustments:
        key = (one.category, one.rate)
        bases[key] = bases.get(key, ZERO) + (one.amount if one.charge else -one.amount)
        counts[key] = counts.get(key, 0) + 1
    seen = set()
    for vat in invoice.breakdown:
        key = (vat.category, vat.rate)
        place = f"BG-23 {vat.category} {vat.rate if vat.rate is not None else ''}".strip()
        if key in seen:
            yield Problem("BR-CO-18", place, "the breakdown has this category and rate twice")
        seen.add(key)
        if vat.base != bases.get(key, ZERO):
            yield Problem(
                f"BR-{_short(vat.category)}-8",
                f"{place}, BT-116",
                f"the base is {vat.base}, not {bases.get(key, ZERO)}",
            )
        exact = vat.base * (vat.rate or ZERO) / 100
        unit = Decimal(1).scaleb(-decimals(invoice.currency))
        if abs(vat.amount - exact) > unit / 2 * (counts.get(key, 0) + 1):
            right = round_to(exact, decimals(invoice.currency))
            yield Problem(
                "BR-CO-17", f"{place}, BT-117", f"the VAT is {vat.amount}, but {vat.rate} % of {vat.base} is {right}"
            )
    for category, rate in bases.keys() - seen:
        yield Problem("BR-CO-18", "BG-23", f"the breakdown lacks {category} {'' if rate is None else rate}".rstrip())


def _short(category: str) -> str:
    return {"K": "IC", "L": "AF", "M": "AG"}.get(category, category)


def _decimals_of(invoice: EInvoice) -> Iterator[Problem]:
    totals = invoice.totals
    amounts = [
        ("BR-DEC-09", "BT-106", totals.lines),
        ("BR-DEC-10", "BT-107", totals.allowances),
        ("BR-DEC-11", "BT-108", totals.charges),
        ("BR-DEC-12", "BT-109", totals.net),
        ("BR-DEC-13", "BT-110", totals.vat),
        ("BR-DEC-14", "BT-112", totals.gross),
        ("BR-DEC-15", "BT-111", totals.vat_in_tax_currency or ZERO),
        ("BR-DEC-16", "BT-113", totals.paid),
        ("BR-DEC-17", "BT-114", totals.rounding),
        ("BR-DEC-18", "BT-115", totals.due),
    ]
    for vat in invoice.breakdown:
        amounts += [("BR-DEC-19", "BT-116", vat.base), ("BR-DEC-20", "BT-117", vat.amount)]
    for one in invoice.adjustments:
        amounts.append(("BR-DEC-05", "BT-99", one.amount) if one.charge else ("BR-DEC-01", "BT-92", one.amount))
    for line in invoice.lines:
        amounts.append(("BR-DEC-23", f"line {line.identifier}, BT-131", line.net))
        for one in line.adjustments:
            rule, term = ("BR-DEC-27", "BT-141") if one.charge else ("BR-DEC-24", "BT-136")
            amounts.append((rule, f"line {line.identifier}, {term}", one.amount))
    for rule, term, amount in amounts:
        if decimals_of(amount) > 2:
            yield Problem(rule, term, f"{amount} has more than 2 decimals, which no e-invoice can say")


def _reasons(invoice: EInvoice) -> Iterator[Problem]:
    for one in invoice.adjustments:
        if not one.reason:
            rule, term = ("BR-38", "BT-104") if one.charge else ("BR-33", "BT-97")
            yield Problem(rule, term, "an allowance or charge says why")
    for line in invoice.lines:
        for one in line.adjustments:
            if not one.reason:
                rule, term = ("BR-44", "BT-144") if one.charge else ("BR-42", "BT-139")
                yield Problem(rule, f"line {line.identifier}, {term}", "an allowance or charge says why")


def _signs(invoice: EInvoice) -> Iterator[Problem]:
    for line in invoice.lines:
        if line.price < 0:
            yield Problem("BR-27", f"line {line.identifier}, BT-146", f"the price {line.price} is negative")


# what must be said ------------------------------------------------------------------------------------------------------


def _content(invoice: EInvoice) -> Iterator[Problem]:
    for rule, term, value in (
        ("BR-02", "BT-1", invoice.number),
        ("BR-06", "BT-27", invoice.seller.name),
        ("BR-07", "BT-44", invoice.buyer.name),
        ("BR-09", "BT-40", invoice.seller.address.country),
        ("BR-11", "BT-55", invoice.buyer.address.country),
    ):
        if not value.strip():
            yield Problem(rule, term, f"{term} is missing")
    if not invoice.lines:
        yield Problem("BR-16", "BG-25", "there are no lines")
    for line in invoice.lines:
        if not line.name.strip():
            yield Problem("BR-25", f"line {line.identifier}, BT-153", "the line says nothing")
    if invoice.tax_currency and invoice.tax_currency != invoice.currency and invoice.totals.vat_in_tax_currency is None:
        yield Problem("BR-53", "BT-111", f"VAT is owed in {invoice.tax_currency}, but its amount is missing")
    if invoice.totals.due > 0 and not invoice.due and not invoice.payment_terms and not invoice.credit_note:
        yield Problem("BR-CO-25", "BT-9", f"{invoice.totals.due} are due, but neither a due date nor terms are said")
    if invoice.payment and invoice.payment.means in {"30", "58"} and not invoice.payment.account:
        yield Problem("BR-61", "BT-84", "payment is by transfer, but there is no account")


def _codes(invoice: EInvoice) -> Iterator[Problem]:
    seller, buyer = invoice.seller.electronic_address, invoice.buyer.electronic_address
    place = invoice.delivery.address.country if invoice.delivery.address else ""
    for rule, term, code_list, code in (
        ("BR-CL-04", "BT-5", codes.CURRENCIES, invoice.currency),
        ("BR-CL-05", "BT-6", codes.CURRENCIES, invoice.tax_currency),
        ("BR-CL-14", "BT-40", codes.COUNTRIES, invoice.seller.address.country),
        ("BR-CL-14", "BT-55", codes.COUNTRIES, invoice.buyer.address.country),
        ("BR-CL-14", "BT-80", codes.COUNTRIES, place),
        ("BR-CL-25", "BT-34", codes.ADDRESSES, seller.scheme if seller else ""),
        ("BR-CL-25", "BT-49", codes.ADDRESSES, buyer.scheme if buyer else ""),
        *(("BR-CL-22", "BT-121", codes.EXEMPTIONS, vat.reason_code) for vat in invoice.breakdown),
        *(("BR-CL-23", f"line {line.identifier}, BT-130", codes.UNITS, line.unit) for line in invoice.lines),
    ):
        if code and not codes.known(code_list, code):
            yield Problem(rule, term, f"{code} is not on the list of codes")


def _dates(invoice: EInvoice) -> Iterator[Problem]:
    for line in invoice.lines:
        for term, day in (("BT-134", line.start), ("BT-135", line.end)):
            if day and day.year < 1000:  # XML writes a year with four digits, its libraries do not
                yield Problem(term, f"line {line.identifier}, {term}", f"{day} is before the year 1000")
        if line.start and line.end and line.start > line.end:
            yield Problem(
                "BR-30", f"line {line.identifier}, BT-135", f"the period ends {line.end}, before {line.start}"
            )


def _identifiers(invoice: EInvoice) -> Iterator[Problem]:
    for term, kind, value in (
        ("BT-31", "vat-id", invoice.seller.vat_identifier),
        ("BT-48", "vat-id", invoice.buyer.vat_identifier),
        *_registrations(invoice.seller, "BT-30", "BT-29"),
        *_registrations(invoice.buyer, "BT-47", "BT-46"),
        ("BT-84", "iban", invoice.payment.account if invoice.payment else ""),
    ):
        wrong = problem(kind, value) if value else None
        if value and kind == "vat-id" and value[:2] != "EL" and not codes.known(codes.COUNTRIES, value[:2]):
            wrong = "it starts with the two letters of its country"
        if wrong and not (kind == "iban" and not re.match(r"[A-Z]{2}\d\d", value)):
            yield Problem("BR-CO-09" if kind == "vat-id" else term, term, f"{value}: {wrong}")


def _registrations(party: Party, legal: str, private: str) -> Iterator[tuple[str, str, str]]:
    if party.legal_registration and party.legal_registration.scheme == "0002":
        yield legal, "siren", party.legal_registration.value
    for one in party.identifiers:
        if one.scheme == "0009":
            yield private, "siret", one.value


def _categories(invoice: EInvoice) -> Iterator[Problem]:
    seller, buyer = invoice.seller, invoice.buyer
    categories = {one.category for one in invoice.breakdown}
    for vat in invoice.breakdown:
        place = f"BG-23 {vat.category}"
        if vat.category == "S" and not (vat.rate or ZERO) > 0:
            yield Problem("BR-S-5", f"{place}, BT-119", "a standard rate is more than 0")
        if vat.category in {"Z", "E", "AE", "K", "G"} and vat.rate:
            yield Problem(f"BR-{_short(vat.category)}-5", f"{place}, BT-119", f"the rate is {vat.rate}, not 0")
        if vat.category in _EXEMPT and not (vat.reason or vat.reason_code):
            yield Problem(_EXEMPT[vat.category], f"{place}, BT-120", "it does not say why no VAT is due")
        if vat.category in {"S", "Z"} and (vat.reason or vat.reason_code):
            yield Problem(f"BR-{vat.category}-10", f"{place}, BT-120", "it says why no VAT is due, although some is")
    if categories & {"S", "Z", "E", "AE"} and not (seller.vat_identifier or seller.tax_registration):
        category = min(categories & {"S", "Z", "E", "AE"})
        yield Problem(f"BR-{category}-2", "BT-31", "the seller has neither a VAT id nor a tax registration (BT-32)")
    if categories & {"K", "G"} and not seller.vat_identifier:
        yield Problem(f"BR-{_short(min(categories & {'K', 'G'}))}-2", "BT-31", "the seller has no VAT id")
    if "K" in categories and not buyer.vat_identifier:
        yield Problem("BR-IC-2", "BT-48", "the buyer has no VAT id")
    if "AE" in categories and not buyer.vat_identifier and not buyer.legal_registration:
        yield Problem("BR-AE-2", "BT-48", "the buyer has no VAT id")
    if "K" in categories:
        if not invoice.delivery.date:
            yield Problem("BR-IC-11", "BT-72", "a supply to another member state says when it was delivered")
        if not (invoice.delivery.address and invoice.delivery.address.country):
            yield Problem("BR-IC-12", "BT-80", "a supply to another member state says the country of delivery")
    if "O" in categories:
        if seller.vat_identifier or buyer.vat_identifier:
            yield Problem("BR-O-2", "BT-31", "outside the scope of VAT no VAT id may be given")
        if len(categories) > 1:
            yield Problem("BR-O-11", "BG-23", "category O stands beside others: it must be the only one")


def _once(invoice: EInvoice) -> Iterator[Problem]:
    numbers = [one.number for one in invoice.preceding]
    for number in sorted({number for number in numbers if numbers.count(number) > 1}):
        yield Problem("BG-3", "BT-25", f"{number} stands twice among the preceding invoices")


_RULES: tuple[Callable[[EInvoice], Iterator[Problem]], ...] = (
    _content, _line_nets, _totals, _breakdown, _decimals_of, _reasons, _signs,
    _codes, _dates, _identifiers, _categories, _once, check_france,
)  # fmt: skip
