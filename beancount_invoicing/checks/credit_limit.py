"""Credit limits: what a customer owes and will owe is not above its own."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from beancount_invoicing.cash.exposure import Exposure, exposures
from beancount_invoicing.cash.next_time import over_limit
from beancount_invoicing.messages import _
from beancount_invoicing.model import Book, Finding, Source


def check_credit_limits(book: Book) -> Iterator[Finding]:
    """The exposure to each customer with a `credit-limit` is not above it (equal is not above), on the last day on which anything
    was invoiced, paid, worked or spent; the newest limit applies. Reported at the customer's newest document by then, or else
    where the customer's data are.
    """
    limits = {main: dated.latest.credit_limit for main, dated in book.customers.items()}
    limited = sorted(main for main, limit in limits.items() if limit is not None)
    if not limited:
        return
    day = _last_day(book)
    newest = _newest_documents(book, day)
    for main, exposure in exposures(book, day, limited).items():
        exposure = exposure._replace(limit=limits[main])
        if exposure.excess:
            yield Finding(
                "warning",
                "credit-limit",
                _message(book, exposure, day),
                newest.get(main, book.customers[main].latest.source),
            )


def _last_day(book: Book) -> date:
    """The last day on which something happened: what is agreed for later days has not happened."""
    return max(
        [
            *(movement.date for movement in book.customer_movements),
            *(invoice.booked_from for invoice in book.invoices),
            *(work.date for work in book.work),
            *(expense.date for expense in book.expenses),
        ],
        default=book.last_date,
    )


def _newest_documents(book: Book, day: date) -> dict[str, Source]:
    newest: dict[str, tuple[date, Source]] = {}
    for invoice in book.invoices:
        if invoice.customer and invoice.booked_from <= day:
            main, place = invoice.customer.account, (invoice.date, invoice.source)
            newest[main] = max(newest.get(main, place), place)
    return {main: source for main, (_day, source) in newest.items()}


def _message(book: Book, exposure: Exposure, day: date) -> str:
    dated, account = book.customers[exposure.customer], exposure.customer
    return _(
        "{customer}: {over_limit}, with what is to be billed: ask for a payment or a deposit first (bean-invoice customer "
        "show {account} says what it consists of), or agree a higher limit: bean-invoice customer change {account} "
        "--credit-limit {total} --from {day} --write",
        customer=dated.latest.name,
        over_limit=over_limit(exposure),
        account=account,
        total=exposure.total,
        day=max(day, dated.versions[-1][0]),
    )


CHECKS = (check_credit_limits,)
