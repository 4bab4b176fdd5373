"""Places that are no states of their own for VAT, or have a VAT of their own within a state (places.toml)."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from beancount_invoicing.law.data import load_data

_FILE = "places.toml"


def of_vat_id(vat_id: str) -> str:
    """The country, by its ISO code, that a VAT identification number begins with, "XI" for Northern Ireland; "" where it begins
    with none."""
    prefix = vat_id.strip()[:2].upper()
    return {"EL": "GR"}.get(prefix, prefix) if prefix.isalpha() else ""


def country_of(country: str, vat_id: str, siren: str) -> str:
    """The country of a party, by its ISO code: what is said of it, else that of its VAT id, else France where it has a SIREN (or
    SIRET); "" for none."""
    return country.upper() or of_vat_id(vat_id) or ("FR" if siren else "")


@cache
def place_of_address(country: str, postcode: str, vat_id: str = "") -> str:
    """The place that an address is in: its country's code, or that of a place within it that its postcode or the VAT id of who is
    there tells, such as "RE" for 97400 in "FR"."""
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
    """A postcode, in capitals and without blanks, without the letters of the country that may stand before it: "F-97400",
    "D 27498", "GB-BT1 5GS"; `start`: how the ones that are looked for begin."""
    if start.isdecimal():
        return re.sub(r"\A[A-Z]{1,3}[-–]?(?=[0-9])", "", code)
    return re.sub(r"\A(GB|UK)[-–]?", "", code)


def law_of(country: str) -> str:
    """The country whose law on invoices and payments holds in a place: "FR" for Réunion; else the country itself, in capitals."""
    place = _said(country) or _said(country.upper())
    return str(place["state"]) if place.get("law") else country.upper()


def state_of(code: str) -> str:
    """The state that a place belongs to for VAT or is taken for; a state is its own."""
    return str(_said(code).get("state", code))


def inland_territory(code: str, nature: str) -> str:
    """The territory within which supplies of that nature ("goods", "services") are inland: the state, or the place."""
    place = _said(code)
    return str(place["state"] if nature in place.get("inland", ()) else place.get("one-with", code)) if place else code


def sells_at_home(code: str, nature: str) -> bool:
    """Whether what a seller in a place supplies in the rest of its state is inland: it owes the tax of there."""
    place = _said(code)
    return nature in place.get("inland", ()) or nature in place.get("seller", ())


def taken_for_union(code: str, nature: str) -> bool:
    """Whether what is supplied in a place, which is no state, is supplied in the Union, as other states see it."""
    return nature in _said(code).get("union", ())


def has_own_rates(code: str) -> bool:
    """Whether a place has rates of its own within the tax of its state, as the Azores have."""
    return _said(code).get("rates") == "own"


def b2b_services_law_of(code: str) -> str:
    """By what law services to a business in a place bear no tax of its state, or its own rates of it; "" where it is not known."""
    return str(_said(code).get("business", ""))


def tax_name(code: str) -> str:
    """What the tax of a place is called that is not its state's; "" where it is the VAT."""
    return str(_said(code).get("tax", ""))


def no_vat_mention(code: str, language: str) -> str:
    """What who sells in a place without VAT says of it, in `language` or else in English; "" where there is VAT."""
    words = _said(code).get("untaxed", {})
    return str(words.get(language[:2].lower(), words.get("en", "")))


def _said(code: str) -> dict[str, Any]:
    place: dict[str, Any] = load_data(_FILE).get(code, {})
    return place
