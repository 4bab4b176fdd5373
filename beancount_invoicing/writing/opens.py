"""How an account is opened: by a line in a file, or by a plugin such as auto_accounts, which leaves no line."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from beancount.core.data import Open

from beancount_invoicing.entries.metadata import source_of
from beancount_invoicing.model import Source
from beancount_invoicing.writing import renaming


class AccountOpening(NamedTuple):
    """How an account is opened, from which day, and for which currencies (none: any)."""

    day: date
    currencies: tuple[str, ...]
    source: Source | None
    """The line that opens it; None if a plugin does."""


def account_opening(entries: Sequence[Any], account: str) -> AccountOpening | None:
    """How an account is opened; None if it is not open. Raises OSError, UnicodeDecodeError."""
    for entry in entries:
        if isinstance(entry, Open) and entry.account == account:
            place = source_of(entry.meta) if opens_account(entry) else None
            return AccountOpening(entry.date, tuple(entry.currencies or ()), place)
    return None


def opens_account(entry: Open) -> bool:
    """Whether the line at an open directive's place really opens the account. Raises OSError, UnicodeDecodeError."""
    text = renaming.text_of(source_of(entry.meta))
    return re.match(rf"\S+\s+open\s+{re.escape(entry.account)}(?![^\s;])", text) is not None
