"""The tax code of a customer abroad, by the customer's place, its kind, and what is supplied (`sold-to` of a tax code)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import NamedTuple

from beancount_invoicing import law
from beancount_invoicing.messages import _
from beancount_invoicing.model import Customer, Dated, Seller, Tax

ANYONE = "anyone"
"""`sold-to` of a code that may be charged to customers anywhere, and that nobody gets by default."""
ELECTRONIC = "electronic"
"""The nature of electronic services, telecommunications and broadcasting (directive 2006/112/EC, art. 58)."""
_CODE = "[A-Z]{2}(?:-[A-Z0-9]{2,3})?"
_SOLD_TO = re.compile(rf"(?:(union|outside|{_CODE}(?: {_CODE})*)(?: (business|consumer))?|anyone)\Z")


class SoldTo(NamedTuple):
    """The customers for whom a tax code is: `places` are "union", "outside" or codes of places; `buyer` is "business",
    "consumer" or "" for both.
    """

    places: tuple[str, ...]
    buyer_kind: str


@cache
def parse_sold_to(text: str) -> SoldTo | None:
    """The meaning of `sold-to`: "union business", "outside", "DE consumer", "GP RE business" …; None for "anyone".
    Raises ValueError.
    """
    match = _SOLD_TO.match(" ".join(text.split()))
    if not match:
        raise ValueError(
            _(
                'it must be "union", "outside" or two-letter codes of countries or places, perhaps with "business" '
                'or "consumer", such as "union business"; or "anyone"'
            )
        )
    return SoldTo(tuple(match[1].split()), match[2] or "") if match[1] else None


def is_consumer(customer: Customer) -> bool:
    """Whether a customer is taxed as a consumer: a consumer, or a public body without a VAT id (directive 2006/112/EC,
    art. 43).
    """
    return customer.buyer == "consumer" or (customer.buyer in {"public", "hospital"} and not customer.vat_id)


def place_of_supply(customer: Customer, nature: str) -> str:
    """The place of a supply, as a code of law.places. For goods, it is where they are delivered; otherwise where the
    customer is, or the country of its VAT id or SIREN.
    """
    own = law.country_of(customer.address.country, customer.vat_id, customer.siren or customer.siret)
    to = customer.delivery if kind_of(nature) == "goods" else None
    if to and (to.country or to.postcode):
        return law.place_of_address(to.country or own, to.postcode, customer.vat_id)
    return law.place_of_address(own, customer.address.postcode, customer.vat_id)


def place_of_seller(seller: Seller) -> str:
    """The place of the seller."""
    return law.place_of_address(seller.address.country, seller.address.postcode, seller.vat_id)


def domestic_country(seller: str, customer: Customer) -> str:
    """The seller's country, if the customer is there too or has a VAT id of that country; otherwise ""."""
    return seller if seller and seller in {customer.address.country, law.of_vat_id(customer.vat_id)} else ""


def kind_of(nature: str) -> str:
    """The kind of a supply, "goods" or "services". Electronic services are services, and so is a supply of unknown
    nature ("").
    """
    return "goods" if nature == "goods" else "services"


def nature_under(tax: Tax | None) -> str:
    """The nature of supplies under a tax code; "" if the code does not give it. A tax due on payment is that of
    services.
    """
    return (tax.nature or ("services" if tax.on_payment else "")) if tax else ""


def code_abroad(
    taxes: Mapping[str, Dated[Tax]], seller: str, customer: Customer, nature: str, day: date, home: str = ""
) -> str:
    """The code that a customer gets because of its place, for a supply of this `nature` ("" counts as services); "" for
    none.

    `seller` is the seller's place, `home` the code that would apply at home. If several codes match, the most specific
    one applies: by place, then buyer, then nature, then the code at home; then the first by name. Codes for services
    also apply to electronic ones. In another state of the Union nobody is a business without a VAT id (Regulation
    282/2011, art. 18).
    """
    kind = kind_of(nature)
    place = place_of_supply(customer, kind)
    where = law.whereabouts(seller, place, kind)
    named = law.place_codes_naming(seller, place, kind)
    if where == "home" and not named:
        return ""
    consumer = is_consumer(customer)
    known = consumer or where != "union" or bool(customer.vat_id)
    if kind == "goods" and where == "union" and not consumer:
        # registered in another state than the one that the goods leave: directive 2006/112/EC, art. 138 (1) (b)
        known = bool(customer.vat_id) and law.whereabouts(seller, law.of_vat_id(customer.vat_id), kind) == "union"
    best: tuple[tuple[bool, bool, int, bool], str] | None = None
    for code in sorted(taxes):
        if taxes[code].versions[0][0] > day:
            continue  # what is defined later chose nothing then
        tax = taxes[code].at(day)
        whom = parse_sold_to(tax.sold_to) if tax.sold_to else None
        if whom is None or not {where, *named}.intersection(whom.places) or tax.nature not in {"", kind, nature}:
            continue
        if tax.instead_of not in {"", home}:
            continue
        if whom.buyer_kind and (not known or (whom.buyer_kind == "consumer") != consumer):
            continue
        candidates = (
            not named.isdisjoint(whom.places),
            bool(whom.buyer_kind),
            ("", kind, ELECTRONIC).index(tax.nature),
            bool(tax.instead_of),
        )
        if best is None or candidates > best[0]:
            best = candidates, code
    return best[1] if best else ""


def why_abroad(customer: Customer, tax: Tax, nature: str) -> str:
    """Why a customer gets a code, in words, if that is because of its place; otherwise ""."""
    if not tax.sold_to or parse_sold_to(tax.sold_to) is None:
        return ""
    nature = nature or tax.nature
    consumer = is_consumer(customer)
    number = f", VAT id {customer.vat_id}" if customer.vat_id and not consumer else ""
    buyer = "consumer" if consumer else "business"
    subject = "electronic services" if nature == ELECTRONIC else kind_of(nature)
    return _(
        '{subject} to a {buyer} in {place_of_supply}{number}: sold-to is "{sold_to}"',
        subject=subject,
        buyer=buyer,
        place_of_supply=place_of_supply(customer, nature),
        number=number,
        sold_to=tax.sold_to,
    )
