"""The entries of a ledger that concern us, by their kind: one pass over all of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from beancount.core.data import Close, Custom, Document, Note, Open, Price, Transaction

from beancount_invoicing.entries.directives.collector import Directives


@dataclass(slots=True)
class EntriesByKind:
    """The entries of a ledger by kind, each kind in the order of the entries."""

    transactions: list[tuple[int, Transaction]] = field(default_factory=list)
    """With their position among all entries."""
    events: list[Note | Document] = field(default_factory=list)
    """Notes and documents with `event`."""
    opened_accounts: dict[str, date] = field(default_factory=dict)
    closed_accounts: dict[str, date] = field(default_factory=dict)
    non_billable_accounts: set[str] = field(default_factory=set)
    """Accounts whose time is billed to nobody."""
    currencies: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """The currencies for which accounts are opened, if they are limited."""
    exchange_rates: defaultdict[tuple[str, str], list[tuple[date, Decimal]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    """The rates of (currency, currency in which it is priced)."""


def entries_by_kind(entries: Sequence[Any], directives: Directives) -> EntriesByKind:
    """The entries by kind; those that define customers, taxes and so on are added to `directives`."""
    result = EntriesByKind()
    for position, entry in enumerate(entries):
        if isinstance(entry, Transaction):
            result.transactions.append((position, entry))
        elif isinstance(entry, Open):
            result.opened_accounts[entry.account] = entry.date
            if entry.meta.get("non-billable") is True:
                result.non_billable_accounts.add(entry.account)
            if entry.currencies:
                result.currencies[entry.account] = tuple(entry.currencies)
            if "customer" in entry.meta:
                directives.customers.add_open(entry)
        elif isinstance(entry, Close):
            result.closed_accounts[entry.account] = entry.date
        elif isinstance(entry, Price):
            if isinstance(entry.amount.number, Decimal):
                pair = entry.currency, entry.amount.currency
                result.exchange_rates[pair].append((entry.date, entry.amount.number))
        elif isinstance(entry, (Note, Document)):
            if "event" in entry.meta:
                result.events.append(entry)
        elif isinstance(entry, Custom):
            directives.add_custom(entry)
    return result
