"""Every document at a date, chosen by state and by a search, with totals; and the list as a report to download."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from beancount_invoicing.accounting.reports import Report, ReportColumn
from beancount_invoicing.messages import _
from beancount_invoicing.model import ZERO, Event
from beancount_invoicing.receivables import Position


class DocumentRow(NamedTuple):
    """A document, whose it is, and its last reminder."""

    position: Position
    customer: str
    """The name of who owes it, or owed it."""
    account: str
    """Its main account; "" for a void number."""
    last_reminder: Event | None

    @property
    def entry(self) -> int | None:
        """The place of its transaction among the ledger's entries; None where no posting says it."""
        instalments = self.position.invoice.instalments
        return instalments[0].posting[0] if instalments else None


class DocumentTotal(NamedTuple):
    """The sums of the documents of one currency."""

    currency: str
    documents: int
    payable: Decimal
    open: Decimal


OPEN = frozenset({"open", "partly-paid", "overdue"})
TABS: Mapping[str, Callable[[DocumentRow], bool]] = {
    "": lambda _row: True,
    "draft": lambda row: row.position.status == "draft",
    "open": lambda row: row.position.status in OPEN,
    "overdue": lambda row: row.position.status == "overdue",
    "disputed": lambda row: bool(row.position.disputed),
    "settled": lambda row: row.position.status == "settled",
    "written-off": lambda row: row.position.status == "written-off",
    "void": lambda row: row.position.status == "void",
}
"""The documents that each tab shows."""
COLUMNS: Mapping[str, Callable[[DocumentRow], Any]] = {
    "number": lambda row: row.position.invoice.number,
    "customer": lambda row: row.customer.casefold(),
    "date": lambda row: row.position.invoice.date,
    "due": lambda row: row.position.due,
    "days": lambda row: row.position.days_overdue,
    "amount": lambda row: row.position.payable,
    "open": lambda row: row.position.open,
    "currency": lambda row: row.position.invoice.currency,
    "status": lambda row: row.position.status,
    "reminder": lambda row: row.last_reminder.date if row.last_reminder else None,
    "source": lambda row: row.position.invoice.source,
}
"""The columns that the rows can be sorted by."""


def document_rows(positions: Iterable[Position]) -> tuple[DocumentRow, ...]:
    """The documents of these positions, the newest first."""
    rows = [_row(position) for position in positions]
    rows.sort(key=lambda row: (row.position.invoice.date, row.position.invoice.number), reverse=True)
    return tuple(rows)


def _row(position: Position) -> DocumentRow:
    debtor = position.debtor or position.invoice.customer
    reminders = [event for event in position.events if event.kind == "reminder"] if position.events else ()
    return DocumentRow(
        position,
        debtor.name if debtor else "",
        debtor.account if debtor else "",
        reminders[-1] if reminders else None,
    )


def counts(rows: Iterable[DocumentRow]) -> dict[str, int]:
    """How many documents each tab shows; those without any are left out, except that of all."""
    result = dict.fromkeys(TABS, 0)
    for row in rows:
        for tab, shows in TABS.items():
            result[tab] += shows(row)
    return {tab: count for tab, count in result.items() if count or not tab}


def found_rows(rows: Sequence[DocumentRow], tab: str, search: str) -> list[DocumentRow]:
    """The documents of a tab that have every word of the search in their number, customer, narration, lines or amounts."""
    shows = TABS.get(tab, TABS[""])
    words = search.casefold().split()
    return [row for row in rows if shows(row) and (not words or _has(row, words))]


def _has(row: DocumentRow, words: Sequence[str]) -> bool:
    position = row.position
    invoice = position.invoice
    texts = (
        invoice.number, row.customer, row.account, *(line.text for line in invoice.lines),
        str(position.payable), str(position.open),
    )  # fmt: skip
    text = "\n".join(texts).casefold()
    return all(word in text or word.replace(",", ".") in text for word in words)


def totals(rows: Iterable[DocumentRow]) -> tuple[DocumentTotal, ...]:
    """The sums of the rows by currency; a document that several owe counts once for each share."""
    sums: dict[str, DocumentTotal] = {}
    for row in rows:
        if currency := row.position.invoice.currency:
            known = sums.get(currency, DocumentTotal(currency, 0, ZERO, ZERO))
            sums[currency] = DocumentTotal(
                currency, known.documents + 1, known.payable + row.position.payable, known.open + row.position.open
            )
    return tuple(sums[currency] for currency in sorted(sums))


def documents_report(rows: Sequence[DocumentRow], as_of: date) -> Report:
    """The rows as a report: totals only where all are in one currency."""
    currencies = {row.position.invoice.currency for row in rows} - {""}
    summed = len(currencies) == 1
    columns = (
        ReportColumn("number", _("number")),
        ReportColumn("kind", _("kind")),
        ReportColumn("date", _("date"), "date"),
        ReportColumn("due", _("due"), "date"),
        ReportColumn("customer", _("customer")),
        ReportColumn("account", _("account")),
        ReportColumn("payable", _("payable"), "amount", summed=summed),
        ReportColumn("settled", _("settled"), "amount", summed=summed),
        ReportColumn("open", _("open"), "amount", summed=summed),
        ReportColumn("currency", ""),
        ReportColumn("status", _("status")),
        ReportColumn("days_overdue", _("days late"), "count"),
        ReportColumn("source", _("where"), "source"),
    )
    cells = tuple(
        (
            position.invoice.number, position.invoice.kind, position.invoice.date, position.due, row.customer, row.account,
            position.payable, position.settled, position.open, position.invoice.currency, position.status,
            position.days_overdue, position.invoice.source,
        )
        for row in rows
        for position in (row.position,)
    )  # fmt: skip
    currency = next(iter(currencies)) if summed else ""
    return Report("documents", _("Documents as of {day}", day=as_of), as_of, as_of, currency, columns, cells)
