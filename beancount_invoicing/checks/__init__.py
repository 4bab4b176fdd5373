"""Book → findings: what is wrong (errors) and doubtful (warnings). One small function per rule, all pure."""

from __future__ import annotations

from beancount_invoicing.checks import (
    consumers,
    contracts,
    corrections,
    documents,
    exchange,
    hours,
    interest,
    left_out,
    links,
    losses,
    parties,
    payers,
    reminders,
    series,
    settlement,
    supply,
    taken_back,
    upper_accounts,
)
from beancount_invoicing.model import Book, Finding
from beancount_invoicing.receivables import Allocated, allocate

CHECKS = (
    *documents.CHECKS, *series.CHECKS, *settlement.CHECKS, *parties.CHECKS, *contracts.CHECKS, *reminders.CHECKS,
    *interest.CHECKS, *hours.CHECKS, *left_out.CHECKS, *payers.CHECKS, *corrections.CHECKS, *supply.CHECKS,
    *consumers.CHECKS, *upper_accounts.CHECKS,
)  # fmt: skip


OF_ONE_CUSTOMER = frozenset({"late-interest"})
"""Rules of errors that hide no entry and concern one customer, or one document: they keep from being sent what goes by them, and
nothing else from being written or sent."""


def check(book: Book, allocated: Allocated | None = None) -> tuple[Finding, ...]:
    """All findings, those of the reader included, by file and line. `allocated`: as of the Book's last day, if at hand."""
    allocated = allocated or allocate(book, book.last_date)
    found = [*book.findings, *allocated.notices, *settlement.taxes_moved(book, allocated)]
    found += losses.revived(book, allocated)
    found += taken_back.taxes_taken_back(book, allocated)
    found += interest.lapsing_soon(book, allocated)
    found += links.unmatched(book, allocated)
    found += interest.unowed_claims(book, allocated)
    found += exchange.differences(book, allocated)
    for rule in CHECKS:
        found += rule(book)
    return tuple(sorted(dict.fromkeys(found), key=lambda one: (one.source, one.severity, one.rule, one.message)))


__all__ = ["OF_ONE_CUSTOMER", "check"]
