"""Our own checks of the business terms, to the cent: the norm's rules, and what no stylesheet tests.

Each function is one rule, or a few related ones. A finding with an id of the norm (BR-…, PEPPOL-…) follows from the
norm, and fails any document. A finding of our own has an id in words and only warns, because nobody else has to respect
it. A document that we write must have neither.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal

from beancount_invoicing.einvoice import codes
from beancount_invoicing.einvoice.business_terms import EInvoice, Party
from beancount_invoicing.einvoice.checks_france import check_france
from beancount_invoicing.einvoice.checks_peppol import PEPPOL_SLACK
from beancount_invoicing.einvoice.lines_and_totals import significant_decimals
from beancount_invoicing.einvoice.problems import Problem
from beancount_invoicing.messages import _
from beancount_invoicing.model import ZERO
from beancount_invoicing.rules.currencies import currency_decimals
from beancount_invoicing.rules.identifiers import problem
from beancount_invoicing.rules.steps import round_to

_EXEMPT = {"E": "BR-E-10", "AE": "BR-AE-10", "K": "BR-IC-10", "G": "BR-G-10", "O": "BR-O-10"}
_RATED = {"S", "L", "M", "B"}
"""Categories of VAT that are broken down by rate; the others have one group each."""
_CENT = Decimal("0.01")


def check_business_terms(invoice: EInvoice) -> tuple[Problem, ...]:
    """Everything that is wrong with the invoice, in the order of the rules below. Findings that only warn are from
    rules of our own.
    """
    return tuple(found for rule in _RULES for found in rule(invoice))


def _differs(
    rule: str, term: str, stated: Decimal, right: Decimal, how: str, slack: Decimal = ZERO
) -> Iterator[Problem]:
    if abs(stated - right) > slack:
        yield Problem(
            rule, term, _("{term} is {text}, but {how} is {right}", term=term, text=stated, how=how, right=right)
        )


# amounts ----------------------------------------------------------------------------------------------------------------


def _line_nets(invoice: EInvoice) -> Iterator[Problem]:
    """EN 16931 has no rule for it. Peppol has, with 0.02 either way (PEPPOL-EN16931-R120)."""
    places = currency_decimals(invoice.currency)
    peppol = invoice.profile.family == "peppol"
    for line in invoice.lines:
        if line.quantity is None or line.price is None:
            continue
        exact = line.quantity * line.price / (line.price_base_quantity or Decimal(1))
        right = round_to(exact, places) + line.adjustments_total
        price = f"{line.price}" if line.price_base_quantity is None else f"{line.price} ÷ {line.price_base_quantity}"
        if abs(line.net - exact - line.adjustments_total) > PEPPOL_SLACK if peppol else line.net != right:
            yield Problem(
                "PEPPOL-EN16931-R120" if peppol else "line-net",
                _("line {identifier}, BT-131", identifier=line.identifier),
                _(
                    "the net is {net}, but {quantity} × {price} with its allowances and charges makes {right}",
                    net=line.net,
                    quantity=line.quantity,
                    price=price,
                    right=right,
                ),
                warning=not peppol,
            )


def _totals(invoice: EInvoice) -> Iterator[Problem]:
    """Sums to the cent; the profile EXTENDED has rules of its own, which allow a cent for each amount that is added up."""
    totals, profile = invoice.totals, invoice.profile
    allowances = [adjustment.amount for adjustment in invoice.adjustments if not adjustment.charge]
    charges = [adjustment.amount for adjustment in invoice.adjustments if adjustment.charge]
    rule, cent = ("BR-FXEXT", _CENT) if profile.level.startswith("extended") else ("BR", ZERO)
    if totals.lines is not None and profile.has_lines:
        nets = round_to(sum((line.net for line in invoice.lines), ZERO), 2)
        slack = cent * len(invoice.lines)
        yield from _differs(f"{rule}-CO-10", "BT-106", totals.lines, nets, _("the sum of the lines"), slack)
    if totals.lines is not None:
        for number, term, stated, amounts, how in (
            ("11", "BT-107", totals.allowances, allowances, _("the sum of the allowances")),
            ("12", "BT-108", totals.charges, charges, _("the sum of the charges")),
        ):
            summed = round_to(sum(amounts, ZERO), 2)
            yield from _differs(f"{rule}-CO-{number}", term, stated, summed, how, cent * len(amounts))
        net = totals.lines - totals.allowances + totals.charges
        slack = cent * (len(invoice.lines) + len(invoice.adjustments))
        yield from _differs(f"{rule}-CO-13", "BT-109", totals.net, net, "BT-106 − BT-107 + BT-108", slack)
    if invoice.breakdown:
        vat = round_to(sum((breakdown.amount for breakdown in invoice.breakdown), ZERO), 2)
        yield from _differs("BR-CO-14", "BT-110", totals.vat, vat, _("the sum of BT-117"))
    slack = cent * (len(invoice.lines) + len(invoice.adjustments))
    yield from _differs(f"{rule}-CO-15", "BT-112", totals.gross, totals.net + totals.vat, "BT-109 + BT-110", slack)
    if profile.level != "minimum" and not profile.is_extension:  # an extension may collect amounts for others (BT-179)
        due = totals.gross - totals.paid + totals.rounding
        yield from _differs("BR-CO-16", "BT-115", totals.due, due, "BT-112 − BT-113 + BT-114")


def _breakdown(invoice: EInvoice) -> Iterator[Problem]:
    """Bases to the cent; VAT as far as lawful roundings reach: half a cent for each line and one for the whole."""
    profile = invoice.profile
    if not invoice.breakdown:
        if profile.level != "minimum":
            yield Problem("BR-CO-18", "BG-23", _("there is no VAT breakdown"))
        return
    bases, counts = _bases_of_lines(invoice)
    yield from _breakdown_amounts(invoice, counts)
    if profile.has_lines:
        yield from _breakdown_bases(invoice, bases, counts)


_VatGroup = tuple[str, Decimal | None]
"""A VAT category and its rate."""


def _bases_of_lines(invoice: EInvoice) -> tuple[dict[_VatGroup, Decimal], dict[_VatGroup, int]]:
    """What lines, allowances and charges come to by category and rate, and how many of them there are."""
    bases: dict[_VatGroup, Decimal] = {}
    counts: dict[_VatGroup, int] = {}
    for category, rate, amount in (
        *((line.category, line.rate, line.net) for line in invoice.lines),
        *(
            (adjustment.category, adjustment.rate, adjustment.amount if adjustment.charge else -adjustment.amount)
            for adjustment in invoice.adjustments
        ),
    ):
        group = _group(category, rate)
        bases[group] = bases.get(group, ZERO) + amount
        counts[group] = counts.get(group, 0) + 1
    return bases, counts


def _breakdown_amounts(invoice: EInvoice, counts: Mapping[_VatGroup, int]) -> Iterator[Problem]:
    """Each row of the breakdown has a category and a rate, once, and the VAT that its base gives."""
    seen: set[tuple[str, Decimal | None, str, str]] = set()
    for vat in invoice.breakdown:
        group = _group(vat.category, vat.rate)
        place = _place(*group)
        if not vat.category:
            yield Problem("BR-47", _("{place}, BT-118", place=place), _("the breakdown has no VAT category"))
        if vat.rate is None and vat.category != "O":
            yield Problem("BR-48", _("{place}, BT-119", place=place), _("the breakdown has no rate"))
        if (*group, vat.reason, vat.reason_code) in seen:
            yield Problem("breakdown-twice", place, _("the breakdown has this category and rate twice"), warning=True)
        seen.add((*group, vat.reason, vat.reason_code))
        exact = vat.base * (vat.rate or ZERO) / 100
        unit = Decimal(1).scaleb(-currency_decimals(invoice.currency))
        if abs(vat.amount - exact) > unit / 2 * (counts.get(group, 0) + 1):
            right = round_to(exact, currency_decimals(invoice.currency))
            yield Problem(
                "BR-CO-17",
                _("{place}, BT-117", place=place),
                _(
                    "the VAT is {amount}, but {rate} % of {base} is {right}",
                    amount=vat.amount,
                    rate=vat.rate or 0,
                    base=vat.base,
                    right=right,
                ),
            )


def _breakdown_bases(
    invoice: EInvoice, bases: Mapping[_VatGroup, Decimal], counts: Mapping[_VatGroup, int]
) -> Iterator[Problem]:
    """The bases of the breakdown are those of the lines."""
    stated: dict[_VatGroup, Decimal] = {}
    for vat in invoice.breakdown:
        group = _group(vat.category, vat.rate)
        stated[group] = stated.get(group, ZERO) + vat.base
    cent = _CENT if invoice.profile.level.startswith("extended") else ZERO
    if any(rate is None for category, rate in stated if category in _RATED):
        return  # its lines are of a rate that it does not say
    for group, base in stated.items():
        right = bases.get(group, ZERO)
        if group[0] and abs(base - right) > cent * counts.get(group, 0):
            yield Problem(
                f"BR-{_short(group[0])}-08",
                _("{place}, BT-116", place=_place(*group)),
                _("the base is {base}, not {right}", base=base, right=right),
            )
    for category, rate in sorted(bases.keys() - stated.keys() - {("", None)}, key=str):
        known = any(category == stated_category for stated_category, _rate in stated)
        rule = f"BR-{_short(category)}-{'08' if known else '01'}"
        yield Problem(
            rule,
            "BG-23",
            (
                _("the breakdown lacks {category} ", category=category)
                if rate is None
                else _("the breakdown lacks {category} {rate}", category=category, rate=rate)
            ).rstrip(),
        )


def _group(category: str, rate: Decimal | None) -> tuple[str, Decimal | None]:
    return category, rate if category in _RATED else None


def _place(category: str, rate: Decimal | None) -> str:
    return f"BG-23 {category} {'' if rate is None else rate}".rstrip()


def _short(category: str) -> str:
    return {"K": "IC", "L": "AF", "M": "AG"}.get(category, category)


def _decimals_of(invoice: EInvoice) -> Iterator[Problem]:
    totals = invoice.totals
    amounts = [
        ("BR-DEC-09", "BT-106", totals.lines or ZERO),
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
    for adjustment in invoice.adjustments:
        amounts.append(
            ("BR-DEC-05", "BT-99", adjustment.amount)
            if adjustment.charge
            else ("BR-DEC-01", "BT-92", adjustment.amount)
        )
    for line in invoice.lines:
        amounts.append(("BR-DEC-23", _("line {identifier}, BT-131", identifier=line.identifier), line.net))
        for adjustment in line.adjustments:
            rule, term = ("BR-DEC-27", "BT-141") if adjustment.charge else ("BR-DEC-24", "BT-136")
            amounts.append(
                (rule, _("line {identifier}, {term}", identifier=line.identifier, term=term), adjustment.amount)
            )
    for rule, term, amount in amounts:
        if significant_decimals(amount) > 2:
            yield Problem(
                rule, term, _("{amount} has more than 2 decimals, which an e-invoice cannot express", amount=amount)
            )


def _reasons(invoice: EInvoice) -> Iterator[Problem]:
    for adjustment in invoice.adjustments:
        if not adjustment.reason:
            rule, term = ("BR-38", "BT-104") if adjustment.charge else ("BR-33", "BT-97")
            yield Problem(rule, term, _("an allowance or charge must give its reason"))
    for line in invoice.lines:
        for adjustment in line.adjustments:
            if not adjustment.reason:
                rule, term = ("BR-44", "BT-144") if adjustment.charge else ("BR-42", "BT-139")
                yield Problem(
                    rule,
                    _("line {identifier}, {term}", identifier=line.identifier, term=term),
                    _("an allowance or charge must give its reason"),
                )


def _signs(invoice: EInvoice) -> Iterator[Problem]:
    for line in invoice.lines:
        if line.price is not None and line.price < 0:
            yield Problem(
                "BR-27",
                _("line {identifier}, BT-146", identifier=line.identifier),
                _("the price {price} is negative", price=line.price),
            )


# what must be said ------------------------------------------------------------------------------------------------------


def _content(invoice: EInvoice) -> Iterator[Problem]:
    minimum = invoice.profile.level == "minimum"
    for rule, term, value in (
        ("BR-02", "BT-1", invoice.number),
        ("BR-04", "BT-3", invoice.type_code),
        ("BR-05", "BT-5", invoice.currency),
        ("BR-06", "BT-27", invoice.seller.name),
        ("BR-07", "BT-44", invoice.buyer.name),
        ("BR-09", "BT-40", invoice.seller.address.country),
        *(() if minimum else (("BR-11", "BT-55", invoice.buyer.address.country),)),
    ):
        if not value.strip():
            yield Problem(rule, term, _("{term} is missing", term=term))
    if invoice.profile.has_lines:
        yield from _content_of_lines(invoice)
    if not minimum and invoice.totals.lines is None:
        yield Problem("BR-12", "BT-106", _("the sum of the lines is missing"))
    if invoice.tax_currency and invoice.tax_currency != invoice.currency and invoice.totals.vat_in_tax_currency is None:
        yield Problem(
            "BR-53",
            "BT-111",
            _("VAT is owed in {tax_currency}, but its amount is missing", tax_currency=invoice.tax_currency),
        )
    if not minimum and invoice.totals.due > 0 and not (invoice.due or invoice.payment_terms or invoice.credit_note):
        yield Problem(
            "BR-CO-25",
            "BT-9",
            _("{due} is due, but neither a due date nor payment terms are given", due=invoice.totals.due),
        )
    if invoice.payment and invoice.payment.means in {"49", "59"} and not invoice.payment.mandate:
        yield Problem("PEPPOL-EN16931-R061", "BT-89", _("payment is by direct debit, but there is no mandate"))
    if invoice.payment and invoice.payment.means in {"30", "58"} and not invoice.payment.account:
        yield Problem("BR-61", "BT-84", _("payment is by transfer, but no account is given"))


def _content_of_lines(invoice: EInvoice) -> Iterator[Problem]:
    if not invoice.lines:
        yield Problem("BR-16", "BG-25", _("there are no lines"))
    for line in invoice.lines:
        for rule, term, missing, message in (
            ("BR-22", "BT-129", line.quantity is None, _("the line has no quantity")),
            ("BR-25", "BT-153", not line.name.strip(), _("the line has no text")),
            ("BR-26", "BT-146", line.price is None, _("the line has no price")),
            ("BR-CO-04", "BT-151", not line.category, _("the line has no VAT category")),
        ):
            if missing:
                yield Problem(rule, _("line {identifier}, {term}", identifier=line.identifier, term=term), message)


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
        *(
            ("BR-CL-23", _("line {identifier}, BT-130", identifier=line.identifier), codes.UNITS, line.unit)
            for line in invoice.lines
        ),
    ):
        if code_list == codes.EXEMPTIONS:
            code = code.upper()  # as BR-CL-22 of CEN's stylesheets has it; other codes are as they are on their lists
        if code and not codes.in_code_list(code_list, code):
            yield Problem(rule, term, _("{code} is not in the code list", code=code))


def _dates(invoice: EInvoice) -> Iterator[Problem]:
    if invoice.start and invoice.end and invoice.start > invoice.end:
        yield Problem(
            "BR-29",
            "BT-74",
            _("the period ends on {end}, before it starts on {start}", end=invoice.end, start=invoice.start),
        )
    for line in invoice.lines:
        for term, day in (("BT-134", line.start), ("BT-135", line.end)):
            if day and day.year < 1000:  # XML writes a year with four digits, its libraries do not
                place = _("line {identifier}, {term}", identifier=line.identifier, term=term)
                yield Problem("early-date", place, _("{day} is before the year 1000", day=day), warning=True)
        if line.start and line.end and line.start > line.end:
            yield Problem(
                "BR-30",
                _("line {identifier}, BT-135", identifier=line.identifier),
                _("the period ends on {end}, before it starts on {start}", end=line.end, start=line.start),
            )


def _identifiers(invoice: EInvoice) -> Iterator[Problem]:
    """The norm asks a VAT id for the code of a country (BR-CO-09) and nothing else; check digits are asked for by us."""
    for term, kind, value in (
        ("BT-31", "vat-id", invoice.seller.vat_identifier),
        ("BT-48", "vat-id", invoice.buyer.vat_identifier),
        ("BT-63", "vat-id", invoice.tax_representative),
        *_registrations(invoice.seller, "BT-30", "BT-29"),
        *_registrations(invoice.buyer, "BT-47", "BT-46"),
        ("BT-84", "iban", invoice.payment.account if invoice.payment else ""),
        ("BT-91", "iban", invoice.payment.debited_account if invoice.payment else ""),
    ):
        if not value or (kind == "iban" and not re.match(r"[A-Z]{2}\d\d", value)):
            continue
        if kind == "vat-id" and value[:2] != "EL" and not codes.in_code_list(codes.COUNTRIES, value[:2]):
            yield Problem(
                "BR-CO-09", term, _("{value}: it must start with the two letters of its country", value=value)
            )
        elif wrong := problem(kind, value):
            yield Problem(kind, term, _("{value}: {wrong}", value=value, wrong=wrong), warning=True)


def _seller_known(invoice: EInvoice) -> Iterator[Problem]:
    seller = invoice.seller
    if not (seller.identifiers or seller.legal_registration or seller.vat_identifier):
        yield Problem("BR-CO-26", "BT-30", _("nothing identifies the seller: no identifier, registration or VAT id"))


def _registrations(party: Party, legal: str, private: str) -> Iterator[tuple[str, str, str]]:
    if party.legal_registration and party.legal_registration.scheme == "0002":
        yield legal, "siren", party.legal_registration.value
    for identifier in party.identifiers:
        if identifier.scheme == "0009":
            yield private, "siret", identifier.value


def _categories(invoice: EInvoice) -> Iterator[Problem]:
    seller, buyer = invoice.seller, invoice.buyer
    seller_vat_id = seller.vat_identifier or invoice.tax_representative
    broken_down = {breakdown.category for breakdown in invoice.breakdown}
    categories = broken_down | {line.category for line in invoice.lines}
    yield from _rates(invoice)
    for vat in invoice.breakdown:
        place = f"BG-23 {vat.category}"
        if vat.category in _EXEMPT and not (vat.reason or vat.reason_code):
            yield Problem(
                _EXEMPT[vat.category],
                _("{place}, BT-120", place=place),
                _("it does not give the reason why no VAT is due"),
            )
        if vat.category in {"S", "Z"} and (vat.reason or vat.reason_code) and not invoice.profile.is_extension:
            yield Problem(
                f"BR-{vat.category}-10",
                _("{place}, BT-120", place=place),
                _("it gives a reason why no VAT is due, although VAT is due"),
            )
    for category in sorted(categories & {"S", "Z", "E", "AE"}):
        if not (seller_vat_id or seller.tax_registration):
            yield Problem(
                f"BR-{category}-02", "BT-31", _("the seller has neither a VAT id nor a tax registration (BT-32)")
            )
    for category in sorted(categories & {"K", "G"}):
        if not seller_vat_id:
            yield Problem(f"BR-{_short(category)}-02", "BT-31", _("the seller has no VAT id"))
    if "K" in categories and not buyer.vat_identifier:
        yield Problem("BR-IC-02", "BT-48", _("the buyer has no VAT id"))
    if "AE" in categories and not buyer.vat_identifier and not buyer.legal_registration:
        yield Problem("BR-AE-02", "BT-48", _("the buyer has no VAT id"))
    if "K" in categories:
        if not (invoice.delivery.date or invoice.start or invoice.end):
            yield Problem("BR-IC-11", "BT-72", _("a supply to another member state must give its delivery date"))
        if not (invoice.delivery.address and invoice.delivery.address.country):
            yield Problem("BR-IC-12", "BT-80", _("a supply to another member state must give the country of delivery"))
    if "O" in categories:
        if seller_vat_id or buyer.vat_identifier:
            yield Problem("BR-O-02", "BT-31", _("outside the scope of VAT no VAT id may be given"))
        if len(categories) > 1:
            rule, term = ("BR-O-11", "BG-23") if len(broken_down) > 1 else ("BR-O-12", "BT-151")
            yield Problem(rule, term, _("category O is used beside others: it must be the only one"))


def _rates(invoice: EInvoice) -> Iterator[Problem]:
    """BR-S-05 to 07 and their like, on lines, allowances and charges; the breakdown's own rate is asked for by us."""
    for category, rate, number, place in (
        *((line.category, line.rate, 5, _("line {identifier}, BT-152", identifier=line.identifier)) for line in invoice.lines),
        *(
            (adjustment.category, adjustment.rate, 7 if adjustment.charge else 6, "BT-103" if adjustment.charge else "BT-96")
            for adjustment in invoice.adjustments
        ),
        *((breakdown.category, breakdown.rate, 0, f"BG-23 {breakdown.category}, BT-119") for breakdown in invoice.breakdown),
    ):  # fmt: skip
        rule = f"BR-{_short(category)}-{number:02}" if number else "vat-rate"
        if category == "S" and not (rate or ZERO) > 0:
            yield Problem(rule, place, _("a standard rate must be more than 0"), warning=not number)
        if category in {"Z", "E", "AE", "K", "G"} and (rate or (number and rate is None)):
            told = "missing" if rate is None else rate
            yield Problem(rule, place, _("the rate is {told}, but must be 0", told=told), warning=not number)
        if category == "O" and (rate if not number else rate is not None):  # the breakdown may say 0
            yield Problem(
                rule,
                place,
                _("outside the scope of VAT there is no rate, but it is {rate}", rate=rate),
                warning=not number,
            )


def _once(invoice: EInvoice) -> Iterator[Problem]:
    numbers = [reference.number for reference in invoice.preceding]
    for number in sorted({number for number in numbers if numbers.count(number) > 1}):
        message = _("{number} appears twice among the preceding invoices", number=number)
        yield Problem("preceding-twice", "BT-25", message, warning=True)


_RULES: tuple[Callable[[EInvoice], Iterator[Problem]], ...] = (
    _content, _line_nets, _totals, _breakdown, _decimals_of, _reasons, _signs,
    _codes, _dates, _identifiers, _seller_known, _categories, _once, check_france,
)  # fmt: skip
