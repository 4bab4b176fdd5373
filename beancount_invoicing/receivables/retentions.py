"""Retentions that customers keep back until works are accepted, by contract."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from beancount_invoicing.model import ZERO, Book
from beancount_invoicing.receivables.allocation import Allocated


class Retention(NamedTuple):
    """What is open of a contract's retentions at a date, in one currency; `accepted` and `due` as known by then."""

    contract: str
    currency: str
    open: Decimal
    accepted: date | None
    due: date | None
    """The first day on which some of it is due."""
    printed_due: date | None
    """The first due date that an invoice itself gives, which no longer counts."""


def open_retentions(book: Book, allocated: Allocated) -> tuple[Retention, ...]:
    """The retentions that are open as of the allocation's day, by contract and currency."""
    as_of = allocated.as_of
    sums: defaultdict[tuple[str, str], Decimal] = defaultdict(lambda: ZERO)
    due: defaultdict[tuple[str, str], list[date]] = defaultdict(list)
    once: defaultdict[tuple[str, str], list[date]] = defaultdict(list)
    for claim in allocated.open_items:
        instalment = claim.instalment
        if not instalment.retention_contract or not claim.open:
            continue
        key = instalment.retention_contract, claim.invoice.currency
        sums[key] += claim.open
        if day := instalment.due_at(as_of):
            due[key].append(day)
        if instalment.printed_due:
            once[key].append(instalment.printed_due)
    accepted = {
        acceptance.contract: acceptance.date for acceptance in reversed(book.acceptances) if acceptance.date <= as_of
    }
    return tuple(
        Retention(
            code, currency, sums[code, currency], accepted.get(code),
            min(due[code, currency], default=None), min(once[code, currency], default=None),
        )
        for code, currency in sorted(sums)
    )  # fmt: skip
