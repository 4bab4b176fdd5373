"""Law that changes: dated data with its sources, and the functions that look it up."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any


@dataclass(frozen=True, slots=True)
class LateInterest:
    """Late interest of a country: a reference rate by date, plus `margin` points (None: none is claimed)."""

    country: str
    base_name: str
    margin: Decimal | None
    rates: tuple[tuple[date, Decimal], ...]
    """(first day, percent a year); each holds for half a year."""
    year_days: int
    indemnity: Decimal | None
    """Fixed compensation of recovery costs for each invoice, in `currency`; None towards consumers."""
    currency: str
    source: str


@cache
def _data(name: str) -> dict[str, Any]:
    return tomllib.loads(files(__package__).joinpath(name).read_text(encoding="utf-8"))


def late_interest(country: str, buyer: str) -> LateInterest | None:
    """The late interest that a seller in `country` may claim from a `buyer` of that kind; None where it is not known."""
    data = _data("late_interest.toml").get(country.upper())
    if data is None:
        return None
    margin = data["margin"].get(buyer)
    return LateInterest(
        country=country.upper(),
        base_name=data["base_name"],
        margin=Decimal(margin) if margin else None,
        rates=tuple((row["from"], Decimal(row["rate"])) for row in data["rates"]),
        year_days=data["year_days"],
        indemnity=Decimal(data["indemnity"]) if buyer != "consumer" else None,
        currency=data["currency"],
        source=data["source"],
    )


def mentions(country: str, language: str, day: date) -> dict[str, str]:
    """The sentences that the law of `country` asks for on `day`, by key, in "fr" or else English."""
    found: dict[str, tuple[date, str]] = {}
    for row in _data("mentions.toml").get(country.upper(), []):
        if row["from"] <= day and (row["key"] not in found or found[row["key"]][0] <= row["from"]):
            found[row["key"]] = (row["from"], row.get(language) or row["en"])
    return {key: text for key, (_day, text) in found.items()}


def default_terms(country: str) -> str:
    """The payment terms that hold where none are agreed: 30 days (Directive 2011/7/EU, art. 3 (3) (b))."""
    del country
    return "30 days"


def interest_option(text: str) -> str | Decimal:
    """What the option `late-interest` says: a country whose law is known, or a contract's yearly rate in percent.

    Raises ValueError with what to write where it is neither.
    """
    plain = text.strip().removesuffix("%").strip().replace(",", ".")
    if plain.upper() in _data("late_interest.toml"):
        return plain.upper()
    known = " or ".join(f'"{country}"' for country in sorted(_data("late_interest.toml")))
    try:
        rate = Decimal(plain)
    except ArithmeticError:
        raise ValueError(f'"{text}" is neither a country whose law is known ({known}) nor a yearly rate such as 12') from None
    if not rate.is_finite() or not 0 <= rate <= 100:
        raise ValueError(f"{text} is no yearly rate in percent: write such as 12")
    return rate
