"""The tax codes that a seller of a country needs (tax_codes.toml, countries/)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from beancount_invoicing.law.country import country_data
from beancount_invoicing.law.data import load_data
from beancount_invoicing.law.places import inland_territory
from beancount_invoicing.law.territory import standard_rate, whereabouts

SMALL_BUSINESS_CODES = ("reverse", "outside", "online")
"""The codes that a small firm needs beside its exemption, which ends at the border: services to businesses abroad, and
electronic services to consumers outside the Union (directive 2006/112/EC, art. 44, 58, 283 (1) (c)). Its goods stay
exempt (art. 139 (1)).
"""
_TO_THE_UNION = ("reverse", "intra")
"""The kinds of what is sold within the Union."""
_ANOTHER_STATE = "DE"
"""Any state of the Union: what is near for a seller there, or in another one, is within it."""


class Rate(NamedTuple):
    """A rate of tax in percent, and its law ("" if unknown)."""

    rate: Decimal
    source: str


class Untaxed(NamedTuple):
    """A code under which no tax is charged, with the keys of its directive; the label names the law."""

    kind: str
    code: str
    label: str
    category: str
    reason: str
    nature: str
    sold_to: str


def usual_rates(place: str, day: date) -> tuple[Rate, ...]:
    """The VAT rates of a seller in a place, the usual one first. For a state of the Union without a table here, its
    standard rate on `day`; none elsewhere.
    """
    own = _codes_of(place) or _codes_of(inland_territory(place, "services"))
    rows: list[dict[str, Any]] = own.get("rates", [])
    standard = None if rows else standard_rate(inland_territory(place, "services"), day)
    if standard is not None:
        return (Rate(standard, "directive 2006/112/EC, art. 96"),)
    return tuple(Rate(Decimal(row["rate"]), row["source"]) for row in rows)


def untaxed(place: str, language: str) -> tuple[Untaxed, ...]:
    """The codes without tax of a seller in a place, those for sales abroad first, with labels in `language` or else in
    English.
    """
    own = _codes_of(inland_territory(place, "services"))
    result = []
    for kind, row in load_data("tax_codes.toml")["kinds"].items():
        in_the_union = (
            whereabouts(place, _ANOTHER_STATE, "goods" if row["nature"] == "goods" else "services") != "outside"
        )
        general = row.get("article", "") if in_the_union else ""
        article = own.get(kind, general)
        if not article or (kind in _TO_THE_UNION and not in_the_union):
            continue
        label = row.get(language, row["en"])
        result.append(
            Untaxed(
                kind=kind,
                code=row["fr-code"] if language == "fr" else row["code"],
                label=f"{label} ({article})",
                category=row["category"],
                reason=row["reason"],
                nature=row["nature"],
                sold_to=row.get("sold-to", ""),
            )
        )
    return tuple(result)


def _codes_of(place: str) -> dict[str, Any]:
    """The rates and laws of a country, from its table, or of a place within one; {} if there are none."""
    own: dict[str, Any] = country_data(place).get("tax-codes") or load_data("tax_codes.toml").get(place, {})
    return own
