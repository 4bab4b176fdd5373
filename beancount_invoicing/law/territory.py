"""Where a place is for VAT: at the seller's home, in another state of the European Union, or outside (union_vat.toml)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import cache
from types import MappingProxyType
from typing import Literal, NamedTuple

from beancount_invoicing.law.data import load

Where = Literal["home", "union", "outside"]

B2B_SERVICES = MappingProxyType(
    {
        "union": "directive 2006/112/EC, art. 44",
        "GB": "VAT Act 1994, s. 7A",  # https://www.gov.uk/guidance/vat-place-of-supply-of-services-notice-741a
        # https://vatconsulting.ch/publikationen/mwst-a-z-ab-2019/3-ort-der-leistung/33-ort-der-dienstleistung/331-empfaengerortsprinzip-domizilprinzip
        "CH": "MWSTG, Art. 8 (1)",
    }
)
"""By what services to a business are supplied where the customer is: for sellers in the Union, and in these countries."""


def in_union(country: str) -> bool:
    """Whether a country, by its code of two letters, is a state of the Union (as of 2021-07-01 and since)."""
    return country in load("union_vat.toml")["members"]


@cache
def whereabouts(seller: str, country: str) -> Where:
    """Where `country` is for a seller in `seller`, both codes of two letters. One that is not said ("") is at home, and so is all
    where the seller's is not said.

    "union": another state of the Union, of a seller in the Union; "outside": any other country that is not the seller's.
    """
    data = load("union_vat.toml")
    home, there = (data["as"].get(one, one) for one in (seller, country))
    if not home or not there or home == there or data["parts"].get(there) == home:
        return "home"
    return "union" if in_union(home) and in_union(there) else "outside"


def of_vat_id(vat_id: str) -> str:
    """The country that a VAT identification number begins with, by its ISO code; "" where it begins with none."""
    prefix = vat_id.strip()[:2].upper()
    return {"EL": "GR", "XI": "GB"}.get(prefix, prefix) if prefix.isalpha() else ""


def services_to_business(seller: str) -> str:
    """By what law services of a seller in that country to a business are supplied where the customer is; "" if not known."""
    return B2B_SERVICES.get("union" if in_union(seller) else seller, "")


def standard_rates(country: str) -> tuple[tuple[date, Decimal], ...]:
    """The standard rates of VAT of a state of the Union in percent, each with its first day, the oldest first; () elsewhere."""
    return tuple((row["from"], Decimal(row["rate"])) for row in load("union_vat.toml")["members"].get(country, ()))


def standard_rate(country: str, day: date) -> Decimal | None:
    """The standard rate of VAT in percent of a state of the Union, or of what is taken for its territory such as Monaco, on a day;
    None where it is not known."""
    country = load("union_vat.toml")["as"].get(country, country)
    known = [rate for since, rate in standard_rates(country) if since <= day]
    return known[-1] if known else None


def members() -> tuple[str, ...]:
    """The states of the Union by their codes, sorted."""
    return tuple(sorted(load("union_vat.toml")["members"]))


class DistanceSales(NamedTuple):
    """Goods that are sent to consumers in other states of the Union."""

    threshold: Decimal
    """In euros, without VAT: up to it, in this calendar year and the last, they may bear the seller's own VAT."""
    source: str
    since: date


def distance_sales() -> DistanceSales:
    """The rule for goods that are sent to consumers in other states of the Union."""
    data = load("union_vat.toml")
    return DistanceSales(Decimal(data["threshold"]), data["threshold-source"], data["since"])
