"""Law that changes: dated data with its sources, and the functions that look it up."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from types import MappingProxyType
from typing import Any, NamedTuple

from beancount_invoicing.law.bad_debts import unpaid_words
from beancount_invoicing.law.corrections import credit_note_naming
from beancount_invoicing.law.country import (
    Country,
    Duty,
    ProvincialTax,
    TaxPart,
    combined_taxes,
    countries,
    country_data,
    country_table,
    provincial_tax,
)
from beancount_invoicing.law.data import load_data, row_in_force
from beancount_invoicing.law.deposits import deposits_keep_their_rate
from beancount_invoicing.law.exemptions import exemption, is_vatex, small_business, why_untaxed
from beancount_invoicing.law.insolvency import Declaration, declaration
from beancount_invoicing.law.interest import (
    LateInterestLaw,
    by_half_years,
    contract_cap,
    half_year_start,
    interest_option,
    late_interest_law,
    lowest_contract_rate,
    reference_rates,
    with_ledger_rates,
)
from beancount_invoicing.law.limitation import Limitation, limitation
from beancount_invoicing.law.micro import TurnoverLimit, turnover_limits
from beancount_invoicing.law.places import (
    country_of,
    inland_territory,
    law_of,
    no_vat_mention,
    of_vat_id,
    place_of_address,
    state_of,
    tax_name,
)
from beancount_invoicing.law.public_buyers import e_invoicing_mandate
from beancount_invoicing.law.tax_codes import SMALL_BUSINESS_CODES, Rate, Untaxed, untaxed, usual_rates
from beancount_invoicing.law.territory import (
    DistanceSales,
    Where,
    b2b_services_law,
    distance_sales,
    electronic_services_law,
    in_union,
    members,
    place_codes_naming,
    places_with_rates,
    reduced_rates,
    sells_in_union,
    standard_rate,
    standard_rates,
    whereabouts,
)

__all__ = [
    "SMALL_BUSINESS_CODES",
    "Country",
    "Declaration",
    "DistanceSales",
    "Duty",
    "EInvoiceRules",
    "LateInterestLaw",
    "Limitation",
    "LongestTerms",
    "Mention",
    "ProvincialTax",
    "Rate",
    "TaxPart",
    "TurnoverLimit",
    "Untaxed",
    "Where",
    "b2b_services_law",
    "by_half_years",
    "combined_taxes",
    "contract_cap",
    "countries",
    "country_of",
    "country_table",
    "credit_note_naming",
    "declaration",
    "default_terms",
    "deposits_keep_their_rate",
    "distance_sales",
    "e_invoice_rules",
    "e_invoicing_mandate",
    "electronic_services_law",
    "exemption",
    "half_year_start",
    "in_union",
    "inland_territory",
    "interest_option",
    "is_vatex",
    "late_interest_law",
    "law_of",
    "limitation",
    "longest_terms",
    "lowest_contract_rate",
    "members",
    "mention_texts",
    "mentions",
    "no_vat_mention",
    "of_vat_id",
    "place_codes_naming",
    "place_of_address",
    "places_with_rates",
    "provincial_tax",
    "reduced_rates",
    "reference_rates",
    "sells_in_union",
    "small_business",
    "standard_rate",
    "standard_rates",
    "state_of",
    "tax_name",
    "turnover_limits",
    "unpaid_words",
    "untaxed",
    "usual_rates",
    "whereabouts",
    "why_untaxed",
    "with_ledger_rates",
]


class LongestTerms(NamedTuple):
    """The longest terms to agree on, from the invoice's date: `days`, or `end_of_month_days` and a month's end."""

    days: int
    end_of_month_days: int | None
    source: str


class Mention(NamedTuple):
    """A sentence on an invoice, in each language for which it is known, from a date on."""

    key: str
    since: date
    texts: tuple[tuple[str, str], ...]
    """(language, text)."""
    source: str

    def text(self, language: str) -> str:
        """The sentence in `language` (two letters), else in English."""
        texts = dict(self.texts)
        return texts.get(language, texts["en"])


class EInvoiceRules(NamedTuple):
    """What a country asks of the e-invoices of its sellers, beyond EN 16931."""

    since: date
    rates: frozenset[Decimal]
    """The VAT rates that these rules allow, in percent."""
    categories: frozenset[str]
    processes: frozenset[str]
    """The values that BT-23 may have."""
    scopes: frozenset[str]
    """The values that the note BAR may have."""
    currency: str
    """The currency in which the country's VAT is owed."""
    quantity_decimals: int
    price_decimals: int
    source: str


@cache
def mentions(country: str, language: str, day: date) -> Mapping[str, str]:
    """The sentences of the law of `country` on `day`, by key, in `language` or else in English.

    The keys are those of mentions.toml. `late-interest-contract` has a place for `{rate}`.
    """
    return MappingProxyType({mention.key: mention.text(language) for mention in mention_texts(country, day)})


@cache
def mention_texts(country: str, day: date) -> tuple[Mention, ...]:
    """The mentions in force on `day`, with their sources, as mentions.toml orders them; none for an unknown country."""
    rows: list[dict[str, Any]] = load_data("mentions.toml").get(law_of(country), [])
    found = []
    for key in dict.fromkeys(row["key"] for row in rows):
        row = row_in_force((row for row in rows if row["key"] == key), day)
        if row:
            texts = tuple((name, text) for name, text in row.items() if name not in {"key", "from", "source"})
            found.append(Mention(key, row["from"], texts, row["source"]))
    return tuple(found)


def default_terms(country: str) -> str:
    """The payment terms that apply if none are agreed: 30 days (Directive 2011/7/EU, art. 3 (3) (b))."""
    own = country_data(law_of(country)).get("payment-terms") or load_data("payment_terms.toml")["default"]
    terms: str = own["terms"]
    return terms


@cache
def longest_terms(country: str, buyer: str, day: date) -> LongestTerms | None:
    """The longest payment terms that the law of the seller's `country` allows with a `buyer` of that kind on `day`.

    Days after the invoice's date, counted as calendar days (15 May + 60 days = 14 July). None if no cap is known.
    """
    rows = country_data(law_of(country)).get("payment-terms", {}).get("longest", [])
    row = row_in_force((row for row in rows if buyer in row["buyers"]), day)
    return LongestTerms(row["days"], row.get("end_of_month_days"), row["source"]) if row else None


@cache
def e_invoice_rules(country: str, day: date) -> EInvoiceRules | None:
    """The rules in force on `day` for e-invoices of sellers in `country`; None if the country has no rules of its own."""
    row = row_in_force(load_data("e_invoices.toml").get(law_of(country), []), day)
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
