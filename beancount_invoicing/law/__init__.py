"""Law that changes: dated data with its sources, and the functions that look it up."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

__all__ = [
    "EInvoiceRules",
    "LateInterest",
    "LongestTerms",
    "Mention",
    "default_terms",
    "e_invoice_rules",
    "interest_option",
    "late_interest",
    "longest_terms",
    "lowest_contract_rate",
    "mention_texts",
    "mentions",
]


@dataclass(frozen=True, slots=True)
class LateInterest:
    """Late interest of a seller in `country` from one kind of buyer: a reference rate plus `margin` points."""

    country: str
    base_name: str
    margin: Decimal
    rates: tuple[tuple[date, Decimal], ...]
    """(first day of a half-year, percent a year): the reference rate in that half-year."""
    year_days: int
    indemnity: Decimal | None
    """Fixed compensation of recovery costs for each invoice, in `currency`; None where none is due (consumers)."""
    currency: str
    source: str


@dataclass(frozen=True, slots=True)
class LongestTerms:
    """The longest terms to agree on, from the invoice's date: `days`, or `end_of_month_days` and a month's end."""

    days: int
    end_of_month_days: int | None
    source: str


@dataclass(frozen=True, slots=True)
class Mention:
    """A sentence on an invoice, in each language that it is known in, from a date on."""

    key: str
    since: date
    texts: tuple[tuple[str, str], ...]
    """(language, text)."""
    source: str

    def text(self, language: str) -> str:
        """The sentence in `language` ("fr", "fr-CH" …), else in English."""
        texts = dict(self.texts)
        return texts.get(language[:2].lower(), texts["en"])


@dataclass(frozen=True, slots=True)
class EInvoiceRules:
    """What a country asks of the e-invoices of its sellers, beyond EN 16931."""

    since: date
    rates: frozenset[Decimal]
    """The VAT rates that it knows, in percent."""
    categories: frozenset[str]
    processes: frozenset[str]
    """What BT-23 may say."""
    scopes: frozenset[str]
    """What the note BAR may say."""
    currency: str
    """The one that its VAT is owed in."""
    quantity_decimals: int
    price_decimals: int
    source: str


@cache
def _data(name: str) -> dict[str, Any]:
    data: dict[str, Any] = tomllib.loads(files(__package__).joinpath(name).read_text(encoding="utf-8"))
    return data


def _in_force(rows: Iterable[dict[str, Any]], day: date | None) -> dict[str, Any] | None:
    """The last of `rows` that begins on `day` or before; of all of them where no day is given."""
    known = [row for row in rows if day is None or row["from"] <= day]
    return max(known, key=lambda row: row["from"]) if known else None


def _rates(rows: Iterable[dict[str, Any]]) -> tuple[tuple[date, Decimal], ...]:
    return tuple((row["from"], Decimal(row["rate"])) for row in rows)


@cache
def late_interest(country: str, buyer: str, day: date | None = None) -> LateInterest | None:
    """The late interest that a seller in `country` may claim by law from a `buyer` of that kind.

    By the rules in force on `day`, the latest ones where none is given. None where no law is known or the law gives no
    such claim without a notice (French consumers).
    """
    data = _data("late_interest.toml").get(country.upper())
    version = _in_force(data["versions"], day) if data else None
    if data is None or version is None or buyer not in version["margin"]:
        return None
    return LateInterest(
        country=country.upper(),
        base_name=data["base_name"],
        margin=Decimal(version["margin"][buyer]),
        rates=_rates(data["rates"]),
        year_days=data["year_days"],
        indemnity=Decimal(version["indemnity"]) if buyer in version["indemnity_from"] else None,
        currency=data["currency"],
        source=version["source"],
    )


def lowest_contract_rate(country: str, day: date) -> Decimal | None:
    """The lowest yearly rate, in percent, that a contract between businesses may set; None where it is not known.

    France: three times the legal rate of the half-year (Code de commerce, art. L441-10 II).
    """
    contract = _data("late_interest.toml").get(country.upper(), {}).get("contract")
    if contract is None:
        return None
    half = date(day.year, 1 if day.month < 7 else 7, 1)
    rate = dict(_rates(contract["rates"])).get(half)
    return None if rate is None else rate * Decimal(contract["times"])


@cache
def mentions(country: str, language: str, day: date) -> Mapping[str, str]:
    """The sentences that the law of `country` knows on `day`, by key, in `language` or else in English.

    The keys are those of mentions.toml. `late-interest-contract` has a place for `{rate}`.
    """
    return MappingProxyType({mention.key: mention.text(language) for mention in mention_texts(country, day)})


@cache
def mention_texts(country: str, day: date) -> tuple[Mention, ...]:
    """The mentions in force on `day`, with their sources, as mentions.toml orders them; none for an unknown country."""
    rows: list[dict[str, Any]] = _data("mentions.toml").get(country.upper(), [])
    found = []
    for key in dict.fromkeys(row["key"] for row in rows):
        row = _in_force((row for row in rows if row["key"] == key), day)
        if row:
            texts = tuple((name, text) for name, text in row.items() if name not in {"key", "from", "source"})
            found.append(Mention(key, row["from"], texts, row["source"]))
    return tuple(found)


def default_terms(country: str) -> str:
    """The payment terms that hold where none are agreed: 30 days (Directive 2011/7/EU, art. 3 (3) (b))."""
    data = _data("payment_terms.toml")
    terms: str = data.get(country.upper() or "default", data["default"])["terms"]
    return terms


@cache
def longest_terms(country: str, buyer: str, day: date) -> LongestTerms | None:
    """The longest payment terms that the law of the seller's `country` allows with a `buyer` of that kind on `day`.

    Days after the invoice's date, counted as calendar days (15 May + 60 days = 14 July). None where no cap is known.
    """
    rows = _data("payment_terms.toml").get(country.upper(), {}).get("longest", [])
    row = _in_force((row for row in rows if buyer in row["buyers"]), day)
    return LongestTerms(row["days"], row.get("end_of_month_days"), row["source"]) if row else None


def interest_option(text: str) -> str | Decimal:
    """What the option `late-interest` says: a country whose law is known, or a contract's yearly rate in percent.

    Raises ValueError with what to write where it is neither.
    """
    plain = text.strip().removesuffix("%").strip().replace(",", ".")
    known = sorted(_data("late_interest.toml"))
    if plain.upper() in known:
        return plain.upper()
    try:
        rate = Decimal(plain)
    except ArithmeticError:
        countries = " or ".join(f'"{country}"' for country in known)
        raise ValueError(
            f'"{text}" is neither a country whose law is known ({countries}) nor a yearly rate such as 12'
        ) from None
    if not rate.is_finite() or not 0 <= rate <= 100:
        raise ValueError(f"{text} is no yearly rate in percent: write such as 12")
    return rate


@cache
def e_invoice_rules(country: str, day: date) -> EInvoiceRules | None:
    """The rules for e-invoices of sellers in `country` that are in force on `day`; None where it has none of its own."""
    row = _in_force(_data("e_invoices.toml").get(country.upper(), []), day)
    if row is None:
        return None
    return EInvoiceRules(
        since=row["from"],
        rates=frozenset(Decimal(rate) for rate in row["rates"]),
        categories=frozenset(row["categories"]),
        processes=frozenset(row["processes"]),
        scopes=frozenset(row["scopes"]),
        currency=row["currency"],
        quantity_decimals=row["quantity_decimals"],
        price_decimals=row["price_decimals"],
        source=row["source"],
    )
