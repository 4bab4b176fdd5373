"""The content of the page in Fava: a Book, a day and a choice of accounts → figures by customer, and each open invoice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from beancount_invoicing.ledger import Ledger
from beancount_invoicing.model import ZERO, Event, Finding
from beancount_invoicing.receivables import Aging, AgingRow, AgingTotal, Position, aging, positions
from beancount_invoicing.receivables.aging import aging_totals

MANY = 500
"""The largest number of open documents listed at once; if there are more, the user must choose a customer."""


class BarPart(NamedTuple):
    """The claims in one bucket (0: not due yet), in percent of all claims."""

    bucket: int
    start: Decimal
    width: Decimal


class Bar(NamedTuple):
    """One currency's ages as a bar, of claims only; empty buckets are left out."""

    parts: tuple[BarPart, ...]
    late: Decimal
    """What is past due, in percent."""


class OpenInvoice(NamedTuple):
    """An open document and its last reminder."""

    position: Position
    entry: int
    """The place of its transaction among the ledger's entries."""
    last_reminder: Event | None


class CustomerInvoices(NamedTuple):
    """A customer's open documents, the earliest due first."""

    name: str
    account: str
    invoices: tuple[OpenInvoice, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """The whole page."""

    as_of: date
    bounds: tuple[int, ...]
    rows: tuple[tuple[AgingRow, Bar], ...]
    totals: tuple[tuple[AgingTotal, Bar], ...]
    customers: tuple[CustomerInvoices, ...]
    """Empty if there are too many documents to list."""
    count: int
    """The number of open documents."""
    findings: tuple[Finding, ...]
    assumed: bool


def _bar(figures: AgingRow | AgingTotal) -> Bar:
    amounts = (figures.not_due, *figures.buckets)
    whole = sum(amounts)
    parts: list[BarPart] = []
    start = late = ZERO
    for bucket, amount in enumerate(amounts) if whole else ():
        if width := round(100 * amount / whole, 2):
            parts.append(BarPart(bucket, start, width))
            start += width
            late += width if bucket else 0
    return Bar(tuple(parts), late)


def page(
    ledger: Ledger,
    as_of: date,
    wanted: Callable[[str], bool],
    currencies: Sequence[str] = (),
) -> Page:
    """The page as of the end of `as_of`, for the accounts that are `wanted`; totals in `currencies` come first."""
    book = ledger.book
    allocated = ledger.allocated_at(as_of)
    aged: Aging = aging(book, as_of, allocated=allocated)
    rows = tuple(row for row in aged.rows if wanted(row.account))
    names = {row.main_account: row.customer for row in aged.rows}
    open_ = {
        (id(claim.invoice), book.main_accounts[claim.account])
        for claim in allocated.open_items
        if claim.open and wanted(claim.account)
    }
    invoices = {key for key, _main in open_}
    drafts = sum(invoice.draft and invoice.booked_from <= as_of for invoice in book.invoices)
    count = len(open_) + drafts
    listed = count <= MANY or len({main for _key, main in open_}) < 2
    customers: defaultdict[str, list[OpenInvoice]] = defaultdict(list)
    those_open = [invoice for invoice in book.invoices if id(invoice) in invoices] if listed else []
    for position in positions(book, as_of, allocated, those_open, by_debtor=True):
        invoice = position.invoice
        if not position.open or position.debtor is None or not any(map(wanted, position.accounts)):
            continue
        reminders = [event for event in position.events if event.kind == "reminder"]
        customers[position.debtor.account].append(
            OpenInvoice(position, invoice.instalments[0].posting[0], reminders[-1] if reminders else None)
        )
    return Page(
        as_of=as_of,
        bounds=aged.bounds,
        rows=tuple((row, _bar(row)) for row in rows),
        totals=tuple(
            (total, _bar(total))
            for total in sorted(aging_totals(rows), key=lambda total: total.currency not in currencies)
        ),
        customers=tuple(
            CustomerInvoices(
                names.get(account, account),
                account,
                tuple(
                    sorted(
                        invoices,
                        key=lambda invoice: (invoice.position.due or date.max, invoice.position.invoice.number),
                    )
                ),
            )
            for account, invoices in sorted(customers.items(), key=lambda item: names.get(item[0], item[0]).casefold())
        ),
        count=count,
        findings=ledger.findings,
        assumed=any(allocation.how == "oldest" for allocation in allocated.allocations),
    )
