"""What goes along with an invoice: the time behind its lines, and the receipts of the expenses that it bills again."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Literal, NamedTuple

from beancount_invoicing.billing.worked import unbilled_work
from beancount_invoicing.model import NOT_YET, Book, Invoice, Work
from beancount_invoicing.rules import worktime

Enclosure = Literal["timesheet", "receipts"]


class Enclosed(NamedTuple):
    """The time entries that a document bills, by day, each as far as it is billed; and the files of receipts, by their paths."""

    time: tuple[Work, ...]
    receipts: tuple[str, ...]


def asked_for(book: Book, invoice: Invoice) -> frozenset[str]:
    """What the contracts of its lines say that goes along, `enclose`, as they hold on each line's day."""
    return frozenset(
        word
        for line in invoice.lines
        if line.contract in book.contracts
        for word in book.contracts[line.contract].at(line.start or line.expense or invoice.date).enclose.split()
    )


def enclosed(book: Book, invoice: Invoice, wanted: Collection[str]) -> Enclosed:
    """What goes along with a document, of what is `wanted`: "timesheet", "receipts". A credit note has nothing of it."""
    if invoice.net < 0:
        return Enclosed((), ())
    return Enclosed(
        _time_behind(book, invoice) if "timesheet" in wanted else (),
        _receipts(book, invoice) if "receipts" in wanted else (),
    )


def _time_behind(book: Book, invoice: Invoice) -> tuple[Work, ...]:
    """What of the time is left without the document, and is not with it; what later ones book out plays no part."""
    earlier = {one.number for one in book.invoices if (one.date, one.source) < (invoice.date, invoice.source)}
    own = [one for one in book.work if one.document == invoice.number and one.quantity < 0 and one.billable]
    own = [one for one in own if not one.written_down]
    before = [one for one in book.work if not one.document or one.document in earlier]
    left = {one.source: one.quantity for one in unbilled_work(replace(book, work=(*before, *own)), NOT_YET)}
    result = []
    for one in unbilled_work(replace(book, work=tuple(before)), NOT_YET):
        taken = one.quantity - left.get(one.source, one.quantity * 0)
        if taken:
            result.append(one._replace(quantity=worktime.short(taken)))
    return tuple(result)


def _receipts(book: Book, invoice: Invoice) -> tuple[str, ...]:
    """The files that the expenses say which its lines bill again."""
    found: dict[str, None] = {}
    for line in invoice.lines:
        if line.expense and line.cost is not None:
            for one in book.expenses:
                if (one.contract, one.date, one.amount) == (line.contract, line.expense, line.cost):
                    found |= dict.fromkeys(one.receipts)
    return tuple(found)
