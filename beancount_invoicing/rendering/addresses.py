"""Addresses in the order of their country's post."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path

from beancount_invoicing import law
from beancount_invoicing.model import Address

_PART = re.compile(r"([^{}]*)\{(\w+)\}")
_USUAL = "{street}\n{postcode} {city}"


def postal_lines(address: Address, home: str) -> tuple[str, ...]:
    """The lines of an address without its name and country: street, post code and town, in the order of its country's post; in that
    of `home` if it has no country.

    A state or province is a part of the town, such as "San Francisco, CA".
    """
    values = {"city": address.city, "postcode": address.postcode}
    lines: list[str] = []
    for line in _layout(address.country or home).split("\n"):
        lines += address.street if line == "{street}" else (_filled(line, values),)
    return tuple(line for line in lines if line)


def _filled(line: str, values: dict[str, str]) -> str:
    """A line of a layout; what stands before a part is left out if no other part comes before it."""
    text = ""
    for before, part in _PART.findall(line):
        if value := values.get(part):
            text += (before if text else "") + value
    return text


def _layout(country: str) -> str:
    if table := law.country_table(country):
        return "\n".join(("{street}", *table.page.address))
    return _others().get(country, _USUAL)


@cache
def _others() -> dict[str, str]:
    """The layout of each country that has neither a table of its own nor the usual layout."""
    table = tomllib.loads(Path(__file__).with_name("addresses.toml").read_text(encoding="utf-8"))
    return {country: layout for layout, countries in table.items() for country in countries.split()}
