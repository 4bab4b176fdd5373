"""A country: its words, rates, numbers, page, ways to be paid and duties, from its one table in `countries/`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from beancount_invoicing.law.data import load_data, row_in_force

Texts = Mapping[str, str]
"""Texts by language, two letters."""

_FOLDER = "countries"


class Series(NamedTuple):
    """How documents are numbered, as patterns of the options `number` and `credit-note-number`."""

    invoice: str
    credit_note: str
    """"" where credit notes share the invoices' series."""
    credit_notes_apart: str
    """The law by which credit notes must have a series of their own; "" if none is known."""
    address: str
    """The web address of that law."""


class Page(NamedTuple):
    """A letter's page."""

    address: tuple[str, ...]
    """The lines below the street, with {postcode}, {city} and {region}."""
    window: str
    """The side of the envelope's window, "left" or "right"; "" if it is unknown."""
    return_line: bool
    """Whether the sender's address is habitually repeated in one small line above the recipient's."""
    source: str


class SellerNumber(NamedTuple):
    """The numbers of which one must be on a seller's invoices."""

    keys: tuple[str, ...]
    """The seller's keys, such as "vat-id"."""
    if_taxed: bool
    """Whether this holds only for invoices that charge tax."""
    source: str


class Duty(NamedTuple):
    """By what form invoices must leave from a day on."""

    since: date
    buyers: tuple[str, ...]
    """The kinds of `buyer` that it is about."""
    abroad: bool
    """Whether it is about customers abroad too, and not only those in the same country."""
    form: str
    """"peppol", "sdi" (Italy), "certified" (Portugal's programs), "verifactu" (Spain), "ksef" (Poland)."""
    name: str
    """What people there call it."""
    source: str
    address: str


class TaxPart(NamedTuple):
    """One of two taxes that are charged on the same line."""

    code: str
    """Its code and its name."""
    rate: Decimal
    """In percent."""
    source: str


class ProvincialTax(NamedTuple):
    """The tax of a province that takes the place of its country's."""

    name: Texts
    rate: Decimal
    """In percent."""
    source: str


class Country(NamedTuple):
    """What a country's law and habits say to who sells there."""

    code: str
    """ISO 3166, two letters."""
    languages: tuple[str, ...]
    """Those in which documents are usual there and that the package knows, the first by default."""
    currency: str
    locales: Texts
    """The CLDR locale for dates, amounts and currency signs, by language."""
    tax: Texts
    """What the tax is called before its rate, by language."""
    tax_accounts: Texts
    """The account of the tax, by language, where it is not called as in that language elsewhere."""
    words: Mapping[str, Mapping[str, Mapping[str, str]]]
    """What documents say otherwise than `templates/words`: by language, its section ("labels"), its key."""
    has_vat_id: bool
    """Whether sellers have a number for the tax that begins with the country or is known as their VAT number."""
    seller_number: SellerNumber | None
    """The numbers of which the seller must show one; None if no rule is known."""
    tax_number: str
    """The module of python-stdnum that checks `tax-number`; "" if there is none."""
    terms: Texts
    """Terms of payment as people write them there, by language."""
    series: Series
    page: Page
    payment: tuple[str, ...]
    """The kinds of payment box: "iban", "qr-bill", "ogm", "sort-code", "ach", "transit", "bsb"."""
    silent_untaxed: bool
    """Whether who is not registered for the tax may not, or need not, mention it on invoices."""
    duties: tuple[Duty, ...]
    usable: str
    """"whole": lawful and usual documents; "until YEAR"; "not at home": a PDF of this program is no invoice there."""
    missing: Texts
    """What is not covered, in English and French."""
    checked: str
    """Against what the table was checked, and by whom."""

    def duty(self, buyer: str, day: date) -> Duty | None:
        """The duty in force on `day` for invoices to a buyer of that kind in the country; None if there is none."""
        known = [duty for duty in self.duties if duty.since <= day and buyer in duty.buyers]
        return max(known, key=lambda duty: duty.since) if known else None


@cache
def countries() -> tuple[str, ...]:
    """The codes of the countries that have a table, sorted."""
    return tuple(sorted(path.stem for path in (Path(__file__).parent / _FOLDER).glob("??.toml")))


@cache
def country_table(code: str) -> Country | None:
    """The table of a country; None if it has none. `code`: two letters, in capitals."""
    data = country_data(code)
    return _read(code, data) if data else None


def country_data(code: str) -> dict[str, Any]:
    """A country's table as it is written; {} if there is none."""
    return load_data(f"{_FOLDER}/{code}.toml") if code in countries() else {}


def small_business_words(code: str, language: str, day: date | None = None) -> str:
    """The sentence of a small business that charges no tax, as the law of the country wants it on invoices of `day` (if no day is
    given, today's law), in `language`; "" if none is known in it.
    """
    row = row_in_force(country_data(code).get("small-business", ()), day)
    return str(row.get(language, "")) if row else ""


def combined_taxes(code: str, postcode: str, language: str) -> tuple[TaxPart, ...]:
    """The two taxes on a line in the province of a postcode, in their order; () where there is one tax, or none."""
    return tuple(
        TaxPart(row["code"].get(language, row["code"]["en"]), Decimal(row["rate"]), row["source"])
        for row in _province(code, postcode).get("parts", ())
    )


def provincial_tax(code: str, postcode: str) -> ProvincialTax | None:
    """The one tax in the province of a postcode that takes the place of the country's; None if there is none."""
    row = _province(code, postcode)
    return ProvincialTax(row["tax"], Decimal(row["rate"]), row["source"]) if "rate" in row else None


def _province(code: str, postcode: str) -> dict[str, Any]:
    """The province of a postcode, where a country has provinces with taxes of their own; {} elsewhere."""
    plain = "".join(postcode.split()).upper()
    rows: list[dict[str, Any]] = country_data(code).get("provinces", [])
    return next((row for row in rows if plain.startswith(tuple(row["postcodes"]))), {})


def _read(code: str, data: dict[str, Any]) -> Country:
    series, page, wanted = data["series"], data["page"], data.get("seller-number")
    return Country(
        code=code,
        languages=tuple(data["languages"]),
        currency=data["currency"],
        locales=MappingProxyType(data["locales"]),
        tax=MappingProxyType(data["tax"]),
        tax_accounts=MappingProxyType(data.get("tax-accounts", {})),
        words=MappingProxyType(data.get("words", {})),
        has_vat_id=data.get("vat-id", True),
        seller_number=SellerNumber(tuple(wanted["keys"]), wanted["taxed"], wanted["source"]) if wanted else None,
        tax_number=data.get("tax-number", ""),
        terms=MappingProxyType(data["terms"]),
        series=Series(
            series["invoice"], series.get("credit-note", ""), series.get("source", ""), series.get("address", "")
        ),
        page=Page(tuple(page["address"]), page.get("window", ""), page.get("return-line", False), page["source"]),
        payment=tuple(data["payment"]),
        silent_untaxed=data.get("untaxed", {}).get("silent", False),
        duties=tuple(
            Duty(
                row["from"],
                tuple(row["buyers"]),
                row.get("abroad", False),
                row["form"],
                row["name"],
                row["source"],
                row.get("address", ""),
            )
            for row in data.get("duties", ())
        ),
        usable=data["usable"],
        missing=MappingProxyType(data["missing"]),
        checked=data["checked"],
    )
