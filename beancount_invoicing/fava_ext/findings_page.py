"""What is wrong: what `check` finds, and Beancount's own errors on the accounts of customers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from beancount_invoicing import InvoicingError
from beancount_invoicing.entries.metadata import source_of
from beancount_invoicing.ledger import Ledger
from beancount_invoicing.model import Book, Finding, Source


class FindingsPage(NamedTuple):
    """Errors first, then by file and line."""

    findings: tuple[Finding, ...]
    errors: int
    warnings: int
    other_errors: int
    """How many errors Beancount has that touch no account of a customer."""


def findings_page(ledger: Ledger, load_errors: Iterable[Any], wanted: Callable[[str], bool]) -> FindingsPage:
    """What is wrong on the accounts that are `wanted`, or on none: an account filter hides what concerns other customers.

    `load_errors`: those of Beancount and its plugins; ours are among the findings already.
    """
    book = ledger.book
    places = _accounts_by_place(book)
    found = [finding for finding in ledger.findings if _concerns(places.get(finding.source, ()), wanted)]
    others = 0
    for error in load_errors:
        if isinstance(error, InvoicingError):
            continue
        accounts = [account for account in _accounts_of(error) if account in book.main_accounts]
        if not accounts:
            others += 1
        elif any(map(wanted, accounts)):
            found.append(Finding("error", "beancount", str(error.message), source_of(error.source or {})))
    found.sort(key=lambda finding: (finding.severity, finding.source, finding.message))
    errors = sum(finding.severity == "error" for finding in found)
    return FindingsPage(tuple(found), errors, len(found) - errors, others)


def _concerns(accounts: Iterable[str], wanted: Callable[[str], bool]) -> bool:
    known = list(accounts)
    return not known or any(map(wanted, known))


def _accounts_by_place(book: Book) -> dict[Source, set[str]]:
    """The customers' accounts that are in the entry at a place."""
    result: dict[Source, set[str]] = {}
    for invoice in book.invoices:
        for instalment in invoice.instalments:
            result.setdefault(invoice.source, set()).add(instalment.account)
    for payment in book.payments:
        result.setdefault(payment.source, set()).add(payment.account)
    for account, customer in book.customers.items():
        for _day, version in customer.versions:
            result.setdefault(version.source, set()).add(account)
    return result


def _accounts_of(error: Any) -> list[str]:
    """The accounts that an error of Beancount is about, by its entry."""
    entry = getattr(error, "entry", None)
    accounts = [posting.account for posting in getattr(entry, "postings", None) or ()]
    return [*accounts, *(name for name in (getattr(entry, "account", None),) if name)]
