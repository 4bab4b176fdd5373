"""Places with a VAT of their own within a state, or outside its VAT (places.toml)."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from beancount_invoicing.law.data import load_data

_FILE = "places.toml"


def of_vat_id(vat_id: str) -> str:
    """The country of a VAT identification number, as its ISO code, "XI" for Northern Ireland; "" if the number begins
    with no country.
    """
    prefix = vat_id.strip()[:2].upper()
    return {"EL": "GR"}.get(prefix, prefix) if prefix.isalpha() else ""


def country_of(country: str, vat_id: str, siren: str) -> str:
    """The country of a party, as its ISO code: the one given, else that of its VAT id, else France if it has a SIREN
    (or SIRET); "" if none of these is known.
    """
    return country.upper() or of_vat_id(vat_id) or ("FR" if siren else "")


@cache
def place_of_address(country: str, postcode: str, vat_id: str = "") -> str:
    """The place of an address: its country's code, or that of a place within the country if the postcode or the VAT id
    shows it, such as "RE" for 97400 in "FR".
    """
    if country == "GB" and of_vat_id(vat_id) == "XI":
        return "XI"
    code = "".join(postcode.split()).upper()
    found = [
        (len(start), name)
        for name, place in load_data(_FILE).items()
        if place["state"] == country
        for start in place.get("postcodes", ())
        if _without_country(code, start).startswith(start)
    ]
    return max(found)[1] if found else country


def _without_country(code: str, start: str) -> str:
    """A postcode, in capitals and without blanks, without the letters of the country that may be before it: "F-97400",
    "D 27498", "GB-BT1 5GS"; `start`: how the ones that are looked for begin."""
    if start.isdecimal():
        return re.sub(r"\A[A-Z]{1,3}[-–]?(?=[0-9])", "", code)
    return re.sub(r"\A(GB|UK)[-–]?", "", code)


def law_of(country: str) -> str:
    """The country whose law on invoices and payments holds in a place: "FR" for Réunion; else the country itself, in capitals."""
    place = _said(country) or _said(country.upper())
    return str(place["state"]) if place.get("law") else country.upper()


def state_of(code: str) -> str:
    """The state to which a place belongs for VAT, or as part of which it is treated; for a state, the state itself."""
    return str(_said(code).get("state", code))


def inland_territory(code: str, nature: str) -> str:
    """The territory within which supplies of that nature ("goods", "services") are domestic: the state, or the place
    alone.
    """
    place = _said(code)
    return str(place["state"] if nature in place.get("inland", ()) else place.get("one-with", code)) if place else code


def sells_at_home(code: str, nature: str) -> bool:
    """Whether a seller in a place makes domestic supplies in the rest of its state, so that it owes the tax of the
    destination.
    """
    place = _said(code)
    return nature in place.get("inland", ()) or nature in place.get("seller", ())


def taken_for_union(code: str, nature: str) -> bool:
    """Whether other states treat supplies in a place, which is not a state, as supplies in the Union."""
    return nature in _said(code).get("union", ())


def has_own_rates(code: str) -> bool:
    """Whether a place has rates of its own within the tax of its state, as the Azores have."""
    return _said(code).get("rates") == "own"


def b2b_services_law_of(code: str) -> str:
    """The law by which services to a business in a place bear no tax of its state, or the place's own rates of it; ""
    if unknown.
    """
    return str(_said(code).get("business", ""))


def tax_name(code: str) -> str:
    """The name of a place's tax if it is not its state's VAT; "" if it is the VAT."""
    return str(_said(code).get("tax", ""))


def no_vat_mention(code: str, language: str) -> str:
    """The sentence on invoices of a seller in a place without VAT, in `language` or else in English; "" if there is
    VAT.
    """
    words = _said(code).get("untaxed", {})
    return str(words.get(language, words.get("en", "")))


def _said(code: str) -> dict[str, Any]:
    place: dict[str, Any] = load_data(_FILE).get(code, {})
    return place
