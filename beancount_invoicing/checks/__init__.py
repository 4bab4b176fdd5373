"""Book → findings: what is wrong (errors) and doubtful (warnings). One small function per rule, all pure."""

from __future__ import annotations

from beancount_invoicing.checks import (
    bad_debts,
    closed_books,
    consumers,
    contracts,
    corrections,
    credit_limit,
    direct_debit,
    documents,
    e_invoicing,
    exchange,
    hours,
    interest,
    links,
    parent_accounts,
    parties,
    payers,
    payment_references,
    reminders,
    series,
    settlement,
    supply,
    tax_reductions,
    unbilled,
)
from beancount_invoicing.model import Book, Finding
from beancount_invoicing.receivables import Allocated, allocate

CHECKS = (
    *documents.CHECKS, *series.CHECKS, *settlement.CHECKS, *parties.CHECKS, *contracts.CHECKS, *reminders.CHECKS,
    *interest.CHECKS, *hours.CHECKS, *unbilled.CHECKS, *payers.CHECKS, *corrections.CHECKS, *supply.CHECKS,
    *consumers.CHECKS, *parent_accounts.CHECKS, *direct_debit.CHECKS, *closed_books.CHECKS,
    *credit_limit.CHECKS, *payment_references.CHECKS, *e_invoicing.CHECKS,
)  # fmt: skip


OF_ONE_CUSTOMER = frozenset({"late-interest"})
"""Rules of errors that hide no entry and concern one customer, or one document: they prevent sending only what depends on
them, and nothing else from being written or sent.
"""


def check(book: Book, allocated: Allocated | None = None) -> tuple[Finding, ...]:
    """All findings, those of the reader included, by file and line. `allocated`: as of the Book's last day, if available."""
    allocated = allocated or allocate(book, book.last_date)
    found = [*book.findings, *allocated.notices, *settlement.check_taxes_moved(book, allocated)]
    found += bad_debts.check_bad_debt_recoveries(book, allocated)
    found += tax_reductions.check_tax_reductions(book, allocated)
    found += interest.check_lapsing(book, allocated)
    found += links.check_unmatched(book, allocated)
    found += interest.check_unowed_interest(book, allocated)
    found += exchange.check_exchange_differences(book, allocated)
    for rule in CHECKS:
        found += rule(book)
    return tuple(
        sorted(
            dict.fromkeys(found), key=lambda finding: (finding.source, finding.severity, finding.rule, finding.message)
        )
    )


__all__ = ["OF_ONE_CUSTOMER", "check"]
