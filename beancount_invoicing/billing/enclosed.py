"""Enclosures of an invoice: the time behind its lines, and the receipts of the expenses that it bills again."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Literal, NamedTuple

from beancount_invoicing.billing.time_and_expenses import unbilled_work
from beancount_invoicing.model import NOT_YET, Book, Invoice, Work
from beancount_invoicing.rules import worktime

Enclosure = Literal["timesheet", "receipts"]


class Enclosed(NamedTuple):
    """The time entries that a document bills, by day, each as far as it is billed; and the paths of receipts."""

    time: tuple[Work, ...]
    receipts: tuple[str, ...]


def contract_enclosures(book: Book, invoice: Invoice) -> frozenset[str]:
    """What the contracts of its lines enclose, as they apply on each line's day."""
    return frozenset(
        word
        for line in invoice.lines
        if line.contract in book.contracts
        for word in book.contracts[line.contract].at(line.start or line.expense_date or invoice.date).enclose.split()
    )


def enclosures_of(book: Book, invoice: Invoice, kinds: Collection[str]) -> Enclosed:
    """The enclosures of a document, of the given `kinds` ("timesheet", "receipts"). A credit note has none."""
    if invoice.net < 0:
        return Enclosed((), ())
    return Enclosed(
        _time_behind(book, invoice) if "timesheet" in kinds else (),
        _receipts(book, invoice) if "receipts" in kinds else (),
    )


def _time_behind(book: Book, invoice: Invoice) -> tuple[Work, ...]:
    """The time that the document takes off the account; later documents play no part."""
    earlier = {other.number for other in book.invoices if (other.date, other.source) < (invoice.date, invoice.source)}
    own = [work for work in book.work if work.document == invoice.number and work.quantity < 0 and work.billable]
    own = [work for work in own if not work.written_down]
    before = [work for work in book.work if not work.document or work.document in earlier]
    left = {work.source: work.quantity for work in unbilled_work(replace(book, work=(*before, *own)), NOT_YET)}
    result = []
    for unbilled in unbilled_work(replace(book, work=tuple(before)), NOT_YET):
        taken = unbilled.quantity - left.get(unbilled.source, unbilled.quantity * 0)
        if taken:
            result.append(unbilled._replace(quantity=worktime.without_trailing_zeros(taken)))
    return tuple(result)


def _receipts(book: Book, invoice: Invoice) -> tuple[str, ...]:
    """The receipt files of the expenses that its lines bill again."""
    found: dict[str, None] = {}
    for line in invoice.lines:
        if line.expense_date and line.expense_amount is not None:
            for expense in book.expenses:
                if (expense.contract, expense.date, expense.amount) == (
                    line.contract,
                    line.expense_date,
                    line.expense_amount,
                ):
                    found |= dict.fromkeys(expense.receipts)
    return tuple(found)
