"""The result of the last load, for callers that ask for the same entries again: the plugin reads them first, and a
command right after it.

The result is found by the identity of the entries; other entries are read again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from beancount.core.data import Balance, Transaction, entry_sortkey
from beancount.core.flags import FLAG_PADDING

from beancount_invoicing.entries.known_documents import KnownDocuments
from beancount_invoicing.entries.plugins import any_plugin_after
from beancount_invoicing.model import Book, Finding
from beancount_invoicing.receivables import Allocated


class Checked(NamedTuple):
    """A list of entries with its Book, its allocation, and all findings."""

    entries: Sequence[Any]
    book: Book
    documents: KnownDocuments
    allocated: Allocated
    findings: tuple[Finding, ...]
    options: Mapping[str, Any]
    """Beancount's options, of the same load."""


class _Last:
    """What was checked last."""

    checked: Checked | None = None


def remember(checked: Checked) -> None:
    """Keeps the plugin's result until the plugin runs again."""
    _Last.checked = checked


def ran(options: Mapping[str, Any]) -> bool:
    """Whether our plugin ran in the load with these options. It did not if the entries come from Beancount's cache."""
    return _Last.checked is not None and _Last.checked.options is options


def entries_seen_by_plugin(entries: Sequence[Any], options: Mapping[str, Any]) -> Sequence[Any]:
    """The entries of a load in the form to read: as our plugin saw them if later plugins may have changed them since,
    with Beancount's later padding; otherwise as they are.

    After a load from Beancount's cache, no plugin ran, so it is unknown what ours saw: the entries are read as they
    are.
    """
    checked = _Last.checked
    if checked is None or checked.options is not options or not any_plugin_after(options):
        return entries
    padded = [entry for entry in entries if isinstance(entry, Transaction) and entry.flag == FLAG_PADDING]
    return sorted([*checked.entries, *padded], key=entry_sortkey) if padded else checked.entries


def last_checked(entries: Sequence[Any]) -> Checked | None:
    """The plugin's result for exactly these entries; balance assertions, which do not matter here, may differ."""
    checked = _Last.checked
    if checked is None or len(checked.entries) != len(entries):
        return None
    same = all(
        entry is other or entry.__class__ is Balance for entry, other in zip(entries, checked.entries, strict=True)
    )
    return checked if same else None
