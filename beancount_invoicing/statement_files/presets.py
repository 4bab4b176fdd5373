"""Known tables of banks and providers, by name: `presets.toml`."""

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
"""The fields that a column may hold."""


class Preset(NamedTuple):
    """A bank's table: the columns by which it is recognised, and the columns of the fields."""

    name: str
    bank: str
    read: str
    """When its source was last read: tables change without notice."""
    needed: frozenset[str]
    """Titles by which a file of this table is recognised, as `plain_title` writes them."""
    table: CsvTable
    booked: tuple[str, ...]
    """For a table with a column `status`: its values for booked movements; the other rows are skipped."""


@cache
def presets() -> Mapping[str, Preset]:
    """The known tables, by name."""
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
    """A column's title in lower case with single spaces, by which it is found."""
    return " ".join(title.replace("’", "'").split()).casefold()
