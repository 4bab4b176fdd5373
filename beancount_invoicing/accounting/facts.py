"""The facts of a ledger as four flat tables – documents, lines, allocations, receipts – for whoever compares many ledgers.

Amounts are in the currency of their row and have the sign that they have on the customer's account: credit notes are negative.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

from beancount_invoicing.accounting.receipts import receipts_report
from beancount_invoicing.accounting.reports import Cell, Kind, ReportColumn
from beancount_invoicing.model import Book, Source
from beancount_invoicing.model.general_ledger import GeneralLedger
from beancount_invoicing.receivables import Allocated, allocate, positions
from beancount_invoicing.receivables.positions import Position


class FactTable(NamedTuple):
    """A table by its name; the cells of a row are of its columns' kinds, or None."""

    name: str
    columns: tuple[ReportColumn, ...]
    rows: tuple[tuple[Cell, ...], ...]


def _columns(**kinds: Kind) -> tuple[ReportColumn, ...]:
    return (ReportColumn("ledger", ""), *(ReportColumn(name, "", kind) for name, kind in kinds.items()))


_DOCUMENTS = _columns(
    number="text", kind="text", is_draft="count", date="date", customer="text", account="text", currency="text", net="amount",
    tax="amount", total="amount", payable="amount", settled="amount", open="amount", due="date", days_overdue="count",
    status="text", settled_on="date", source="text",
)  # fmt: skip
_LINES = _columns(
    number="text", line="count", date="date", customer="text", text="text", item="text", account="text", quantity="amount",
    unit="text", price="amount", tax_code="text", net="amount", currency="text", source="text",
)  # fmt: skip
_ALLOCATIONS = _columns(
    number="text", date="date", received_on="date", account="text", how="text", amount="amount", currency="text", source="text",
)  # fmt: skip
_RECEIPTS = _columns(
    date="date", customer="text", number="text", money_account="text", amount="amount", currency="text", booked="amount",
    books_currency="text", source="text",
)  # fmt: skip


def fact_tables(general_ledger: GeneralLedger, book: Book, as_of: date, ledger: str) -> tuple[FactTable, ...]:
    """The four tables as of a day (inclusive); `ledger` is the name of the ledger, in each row. Void numbers are not in them."""
    allocated = allocate(book, as_of)
    known = [position for position in positions(book, as_of, allocated) if position.invoice.kind != "void"]
    tables = (
        ("documents", _DOCUMENTS, (_document(position, book) for position in known)),
        ("lines", _LINES, (row for position in known for row in _lines(position, book))),
        ("allocations", _ALLOCATIONS, _allocations(allocated, book)),
        ("receipts", _RECEIPTS, _receipts(general_ledger, book, allocated, as_of)),
    )
    return tuple(FactTable(name, columns, tuple((ledger, *row) for row in rows)) for name, columns, rows in tables)


def _document(position: Position, book: Book) -> Sequence[Cell]:
    invoice = position.invoice
    customer = invoice.customer
    own_amounts = (invoice.net, invoice.tax, invoice.total) if invoice.kind != "opening" else (None, None, None)
    return (
        invoice.number, invoice.kind, int(invoice.draft), invoice.date, customer.name if customer else "",
        customer.account if customer else "", invoice.currency, *own_amounts, position.payable, position.settled, position.open,
        position.due, position.days_overdue, position.status, position.settled_on, _place(invoice.source, book),
    )  # fmt: skip


def _lines(position: Position, book: Book) -> Iterator[Sequence[Cell]]:
    """Lines, then allowances and charges, counted from 1."""
    invoice = position.invoice
    customer = invoice.customer.name if invoice.customer else ""
    for place, line in enumerate(invoice.lines, 1):
        yield (
            invoice.number, place, invoice.date, customer, line.text, line.item, line.account, line.quantity, line.unit, line.price,
            line.tax, line.net, invoice.currency, _place(line.source, book),
        )  # fmt: skip
    for place, adjustment in enumerate(invoice.adjustments, len(invoice.lines) + 1):
        yield (
            invoice.number, place, invoice.date, customer, adjustment.reason, "", adjustment.account, None, "", None,
            adjustment.tax, adjustment.net, invoice.currency, _place(adjustment.source, book),
        )  # fmt: skip


def _allocations(allocated: Allocated, book: Book) -> Iterator[Sequence[Cell]]:
    for allocation in allocated.allocations:
        yield (
            allocation.invoice.number, allocation.date, allocation.received_on, allocation.account, allocation.how,
            allocation.amount, allocation.invoice.currency, _place(allocation.source, book),
        )  # fmt: skip


def _receipts(general_ledger: GeneralLedger, book: Book, allocated: Allocated, as_of: date) -> Iterator[Sequence[Cell]]:
    """The rows of the receipts journal, from the first day on."""
    for row in receipts_report(general_ledger, book, allocated, date.min, as_of).rows:
        day, customer, number, money_account, _text, amount, currency, booked, source = row
        assert isinstance(source, Source)
        yield day, customer, number, money_account, amount, currency, booked, book.currency, _place(source, book)


def _place(source: Source, book: Book) -> str:
    """Where something is written, from the ledger's folder: the same on every machine."""
    return f"{os.path.relpath(source.file, Path(book.file).parent)}:{source.line}"
