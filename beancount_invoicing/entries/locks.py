"""The directives that close the books, and open them again."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from beancount_invoicing.entries.metadata import Unreadable
from beancount_invoicing.messages import _
from beancount_invoicing.model import Source
from beancount_invoicing.model.locks import Lock, Reopening

_SHA256 = re.compile(r"[0-9a-f]{64}")


def read_lock(day: date, values: Sequence[Any], keys: Mapping[str, Any], source: Source) -> Lock:
    """A lock; `values`, `keys`: of its directive. Raises Unreadable if something is missing or wrong."""
    last_day = _last_day(values, "invoice-lock")
    digest, first_day = _digest(keys, "sha256"), keys.get("from")
    if last_day > day or (first_day and first_day > last_day):
        raise Unreadable(
            _(
                "a lock closes days that are over: its day {last_day} must be from `from` to {day}: write the "
                "directive as it was (git log -p shows it)",
                last_day=last_day,
                day=day,
            )
        )
    file = os.path.normpath(Path(source.file).parent / (keys.get("file") or ""))
    return Lock(day, last_day, first_day, digest, (keys.get("previous") or "").lower(), file, source)


def read_reopening(day: date, values: Sequence[Any], keys: Mapping[str, Any], source: Source) -> Reopening:
    """A reopening; `values`, `keys`: of its directive. Raises Unreadable if something is missing or wrong."""
    last_day = _last_day(values, "invoice-reopened")
    return Reopening(day, last_day, keys.get("reason") or "", _digest(keys, "previous"), source)


def _last_day(values: Sequence[Any], name: str) -> date:
    match values:
        case [date() as day]:
            return day
        case _:
            raise Unreadable(
                _(
                    '"{name}" has one value, the last day that is closed; let bean-invoice accounting lock write it',
                    name=name,
                )
            )


def _digest(keys: Mapping[str, Any], key: str) -> str:
    digest = str(keys.get(key) or "").strip().lower()
    if not _SHA256.fullmatch(digest):
        raise Unreadable(
            _(
                "{key} must be a SHA-256 of 64 digits: write the directive as it was (git log -p shows it)",
                key=key,
            )
        )
    return digest
