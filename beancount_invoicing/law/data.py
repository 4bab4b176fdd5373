"""The data files of this folder, and how their dated rows are looked up."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any


@cache
def load_data(name: str) -> dict[str, Any]:
    """The content of a data file."""
    import tomllib  # only who asks for the law reads it

    data: dict[str, Any] = tomllib.loads((Path(__file__).parent / name).read_text(encoding="utf-8"))
    return data


def row_in_force(rows: Iterable[dict[str, Any]], day: date | None) -> dict[str, Any] | None:
    """The last of `rows` that begins on `day` or before; if no day is given, the last of all."""
    known = [row for row in rows if day is None or row["from"] <= day]
    return max(known, key=lambda row: row["from"]) if known else None
