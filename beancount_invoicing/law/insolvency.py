"""By when a claim on an insolvent customer must be declared, by the customer's country and the kind of buyer."""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

from beancount_invoicing.law.data import load_data
from beancount_invoicing.law.places import law_of


class Declaration(NamedTuple):
    """A claim on an insolvent customer must be declared within `months` of `after`."""

    months: int
    counted_from: str
    """What the months run from, in words."""
    recipient: str
    """Who receives the declaration, in the words of the law."""
    source: str
    address: str
    """The web address of the source."""


@cache
def declaration(country: str, buyer: str, creditor: str) -> Declaration | None:
    """By when a creditor in the country `creditor` ("" if unknown) must declare a claim on a `buyer` of that kind in
    `country`.

    None if the deadline is unknown.
    """
    rows: list[dict[str, Any]] = load_data("insolvency.toml").get(law_of(country), [])
    row = next((row for row in rows if buyer in row["buyers"]), None)
    if row is None:
        return None
    return Declaration(
        months=row["months"] + (row["more_from_abroad"] if law_of(creditor) not in {"", law_of(country)} else 0),
        counted_from=row["after"],
        recipient=row["to"],
        source=row["source"],
        address=row["address"],
    )
