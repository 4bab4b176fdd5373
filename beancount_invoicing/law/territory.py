"""Where a place is for VAT: at the seller's home, in another state of the European Union, or outside (union_vat.toml)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import cache
from types import MappingProxyType
from typing import Literal, NamedTuple

from beancount_invoicing.law.data import load_data, row_in_force
from beancount_invoicing.law.places import (
    b2b_services_law_of,
    has_own_rates,
    inland_territory,
    sells_at_home,
    state_of,
    taken_for_union,
)

Where = Literal["home", "union", "outside"]

B2B_SERVICES_LAWS = MappingProxyType(
    {
        "union": "directive 2006/112/EC, art. 44",
        "GB": "VAT Act 1994, s. 7A",  # https://www.gov.uk/guidance/vat-place-of-supply-of-services-notice-741a
        # https://vatconsulting.ch/publikationen/mwst-a-z-ab-2019/3-ort-der-leistung/33-ort-der-dienstleistung/331-empfaengerortsprinzip-domizilprinzip
        "CH": "MWSTG, Art. 8 (1)",
    }
)
"""The laws by which services to a business are supplied where the customer is: for sellers in the Union, and in these
countries.
"""

ELECTRONIC_SERVICES_LAWS = MappingProxyType(
    {
        "union": "directive 2006/112/EC, art. 58",  # https://datenbank.nwb.de/Dokument/452295_Article58
        "GB": "VAT Act 1994, sch. 4A, para. 15",  # https://legislation.gov.uk/uksi/2014/2726/article/3/made/data.html
        "CH": "MWSTG, Art. 8 (1)",
    }
)
"""The laws by which electronic services to a consumer are supplied where the consumer is, for the same sellers."""


def union_members() -> frozenset[str]:
    """The states of the Union, by their two-letter codes."""
    return frozenset(load_data("union_vat.toml")["members"])


def in_union(country: str) -> bool:
    """Whether a country, given by its two-letter code, is a state of the Union (as it has been since 2021-07-01)."""
    return country in load_data("union_vat.toml")["members"]


@cache
def whereabouts(seller: str, place: str, nature: str) -> Where:
    """Where `place` is from the point of view of a seller in the place `seller`, for supplies of that nature ("goods",
    "services"). Both are codes, as `places` gives them. An unknown place ("") is at home, and so is every place if the
    seller's is unknown.

    "home": the same tax, though perhaps at other rates; "union": another state of the Union, of a seller in the Union; "outside":
    anywhere else.
    """
    home, abroad = inland_territory(seller, nature), inland_territory(place, nature)
    if not home or not abroad or home == abroad or (abroad == state_of(seller) and sells_at_home(seller, nature)):
        return "home"
    to_union = in_union(place) or taken_for_union(place, nature)
    return "union" if to_union and sells_in_union(seller, nature) else "outside"


def sells_in_union(seller: str, nature: str) -> bool:
    """Whether supplies of that nature by a seller in a place are supplies within the Union if they are sold to the
    Union.
    """
    return in_union(inland_territory(seller, nature)) or taken_for_union(seller, nature)


@cache
def place_codes_naming(seller: str, place: str, nature: str) -> frozenset[str]:
    """The codes by which a tax code may name a place, for a seller and supplies of that nature. These are the place's
    own code, and its state's code if the same rules apply to both. If the seller is in the same state, a place with
    rates of its own has only its own code. No codes for the seller's own place, or for an unknown one.
    """
    within = state_of(seller) == state_of(place)

    def names(code: str) -> set[str]:
        state = state_of(code)
        if within and has_own_rates(code):
            return {code}
        same = inland_territory(code, nature) == state and taken_for_union(code, nature) == in_union(state)
        return {code, state} if same else {code}

    return frozenset(names(place) - names(seller)) if seller and place else frozenset()


def b2b_services_law(seller: str, place: str) -> str:
    """The law by which a seller's services to a business in a place are supplied where the customer is; "" if unknown."""
    state = inland_territory(seller, "services")
    own = b2b_services_law_of(place) or b2b_services_law_of(seller) if state_of(place) == state_of(seller) else ""
    return own or B2B_SERVICES_LAWS.get("union" if in_union(state) else state, "")


def electronic_services_law(seller: str, place: str) -> str:
    """The law by which a seller's electronic services to a consumer in a place are supplied where the consumer is; ""
    if unknown, and within one state.
    """
    state = inland_territory(seller, "services")
    if state_of(place) == state_of(seller):
        return ""
    return ELECTRONIC_SERVICES_LAWS.get("union" if in_union(state) else state, "")


def standard_rates(country: str) -> tuple[tuple[date, Decimal], ...]:
    """The standard VAT rates, in percent, of a state of the Union or of a place in it with rates of its own. Each has
    its first day, the oldest first; () elsewhere.
    """
    data = load_data("union_vat.toml")
    rows = data["places"].get(country) or data["members"].get(country, ())
    return tuple((row["from"], Decimal(row["rate"])) for row in rows)


def standard_rate(country: str, day: date) -> Decimal | None:
    """The standard VAT rate in percent, on a day, of a state of the Union or of a place treated as part of one, such as
    Monaco; None if unknown.
    """
    rates = standard_rates(country) or standard_rates(inland_territory(country, "goods"))
    known = [rate for since, rate in rates if since <= day]
    return known[-1] if known else None


def reduced_rates(country: str, day: date) -> tuple[Decimal, ...]:
    """The reduced VAT rates in percent, on a day, of a state of the Union or of such a place, the highest first; () if
    there are none, or none is known.
    """
    row = row_in_force(load_data("union_vat.toml")["reduced"].get(country, ()), day)
    return tuple(Decimal(rate) for rate in row["rates"]) if row else ()


def members() -> tuple[str, ...]:
    """The states of the Union by their codes, sorted."""
    return tuple(sorted(load_data("union_vat.toml")["members"]))


def places_with_rates() -> tuple[str, ...]:
    """The places in the Union whose standard rate is not that of their state, by their codes, sorted."""
    return tuple(sorted(load_data("union_vat.toml")["places"]))


class DistanceSales(NamedTuple):
    """Goods shipped, and electronic services supplied, to consumers in other states of the Union."""

    threshold: Decimal
    """In euros, without VAT. Up to this sum, in this calendar year and the last, these sales may bear the seller's own
    VAT.
    """
    source: str
    since: date


def distance_sales() -> DistanceSales:
    """The rule for goods shipped, and electronic services supplied, to consumers in other states of the Union."""
    data = load_data("union_vat.toml")
    return DistanceSales(Decimal(data["threshold"]), data["threshold-source"], data["since"])
