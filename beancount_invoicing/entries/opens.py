"""How an account is opened: by a line in a file, or by a plugin such as auto_accounts, which no file shows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from beancount.core.data import Open

from beancount_invoicing.entries import renaming
from beancount_invoicing.entries.metadata import source_of
from beancount_invoicing.model import Source


@dataclass(frozen=True, slots=True)
class Opening:
    """How an account is opened, from which day on and for which currencies (none: any)."""

    day: date
    currencies: tuple[str, ...]
    source: Source | None
    """The line that opens it; None where a plugin does."""


def opening(entries: Sequence[Any], account: str) -> Opening | None:
    """How an account is opened; None where it is not. Raises OSError, UnicodeDecodeError."""
    for entry in entries:
        if isinstance(entry, Open) and entry.account == account:
            place = source_of(entry.meta) if is_written(entry) else None
            return Opening(entry.date, tuple(entry.currencies or ()), place)
    return None


def is_written(entry: Open) -> bool:
    """Whether the line that an open directive names does open the account. Raises OSError, UnicodeDecodeError."""
    said = renaming.text_of(source_of(entry.meta))
    return re.match(rf"\S+\s+open\s+{re.escape(entry.account)}(?![^\s;])", said) is not None
