"""Tables of banks and providers that are known by name: `presets.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

from beancount_invoicing.model.banks import CsvTable

FIELDS = (
    "date", "value-date", "amount", "debit", "credit", "gross", "fee", "currency", "balance", "payer", "payee", "payer-iban",
    "text", "reference", "end-to-end-id", "mandate", "id", "iban", "ordered-amount", "ordered-currency", "status",
)  # fmt: skip
"""What a column may say."""


class Preset(NamedTuple):
    """A table of a bank: the columns that show that it is one, and where what stands."""

    name: str
    bank: str
    read: str
    """When its source was read: tables change without notice."""
    needed: frozenset[str]
    """Titles that a file of this table has, as `plain_title` writes them."""
    table: CsvTable
    booked: tuple[str, ...]
    """Of a table with a column `status`: what it says of movements that are booked; the others are passed over."""


@cache
def presets() -> Mapping[str, Preset]:
    """The tables that are known, by name."""
    with (Path(__file__).parent / "presets.toml").open("rb") as file:
        read = tomllib.load(file)
    return {
        name: Preset(
            name=name,
            bank=values["bank"],
            read=values["read"].isoformat(),
            needed=frozenset(plain_title(title) for title in values["needed"]),
            table=CsvTable(
                preset=name,
                columns=tuple((column, tuple(titles)) for column, titles in values["columns"].items()),
                decimal=values["decimal"],
                date_order=values["date"],
                encoding=values.get("encoding", ""),
                delimiter=values.get("delimiter", ""),
                currency=values.get("currency", ""),
            ),
            booked=tuple(word.casefold() for word in values.get("booked", ())),
        )
        for name, values in read.items()
    }


def plain_title(title: str) -> str:
    """A column's title in small letters, with single spaces, by which it is found."""
    return " ".join(title.replace("’", "'").split()).casefold()
