"""The boxes of the VAT returns, for what is sold (vat_returns.toml)."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_DOWN, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from functools import cache
from typing import Any, Literal, NamedTuple

from beancount_invoicing.law.data import load_data, row_in_force
from beancount_invoicing.law.places import state_of

_FILE = "vat_returns.toml"

Supply = Literal[
    "taxed", "zero", "exempt", "reverse-home", "services-union", "goods-union", "export", "services-outside", "oss",
    "outside", "",
]  # fmt: skip
"""What a sale is for VAT: taxed at home; at a zero rate; exempt; owed by a customer at home (reverse charge); services or goods to
a business in another state of the Union; exported goods; services taxed outside the Union; taxed in another state by the One Stop
Shop; outside the scope of VAT; "" if the code does not tell.
"""


class VatBox(NamedTuple):
    """A box of a return: which amounts it adds up."""

    box: str
    title: str
    """As the form calls it, in its own language."""
    amount: Literal["base", "tax"]
    supplies: frozenset[str]
    rates: frozenset[Decimal] | None
    """In percent; None for any."""
    places: frozenset[str]
    """The seller's places (of law.places) for which it is; none for all."""
    documents: Literal["all", "charges", "credits"]
    """Whether it takes all documents, all but credit notes, or credit notes alone."""
    losses: Literal["no", "only", "too"]
    """Whether what is taken back on what was written off, or given as a discount, is in it, or nothing else."""
    invoiced: bool
    """Whether it counts what was invoiced in the period, not what fell due in it."""
    sign: int
    """-1 if the form wants reductions above zero."""


class VatReturn(NamedTuple):
    """A country's return from a day on. Roundings: the unit (1 or 0.01), and how (as `decimal` names it)."""

    country: str
    form: str
    since: date
    base_rounding: tuple[Decimal, str]
    tax_rounding: tuple[Decimal, str]
    boxes: tuple[VatBox, ...]
    unreported: frozenset[str]
    """The kinds of supply that have no place in it."""
    given_back: str
    """The box of tax that is given back, if the others take no amount below zero; "" if they do."""
    source: str

    def declared(self, amount: Decimal, kind: Literal["base", "tax"]) -> Decimal:
        """An amount as the return wants it: rounded to the nearest unit, half away from zero, cut off, or rounded down."""
        unit, rounding = self.base_rounding if kind == "base" else self.tax_rounding
        return amount.quantize(unit, rounding)


@cache
def vat_return(country: str, day: date) -> VatReturn | None:
    """The return of a country (or of the state of a place) in force on a day; None if none is known."""
    state = state_of(country)
    row = row_in_force(load_data(_FILE).get(state, ()), day)
    if row is None:
        return None
    return VatReturn(
        state,
        row["form"],
        row["from"],
        _rounding(row["bases"]),
        _rounding(row["taxes"]),
        tuple(_box(box) for box in row["boxes"]),
        frozenset(row.get("unreported", ())),
        row.get("given-back", ""),
        row["source"],
    )


def countries_with_vat_returns() -> tuple[str, ...]:
    """The countries whose returns are known, sorted."""
    return tuple(sorted(load_data(_FILE)))


def _rounding(text: str) -> tuple[Decimal, str]:
    unit, how = text.split()
    return Decimal(unit), {"nearest": ROUND_HALF_UP, "cut": ROUND_DOWN, "down": ROUND_FLOOR}[how]


def _box(row: dict[str, Any]) -> VatBox:
    rates = row.get("rates")
    return VatBox(
        row["box"],
        row["title"],
        row["amount"],
        frozenset(row["of"]),
        None if rates is None else frozenset(Decimal(rate) for rate in rates),
        frozenset(row.get("places", ())),
        row.get("documents", "all"),
        row.get("losses", "no"),
        row.get("invoiced", False),
        row.get("sign", 1),
    )
