"""Why a line on a customer's account has no letter: what is open, or lies on the account for no document."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import date
from decimal import Decimal

from beancount_invoicing.messages import _, _n
from beancount_invoicing.model import ZERO, Book, Source
from beancount_invoicing.receivables import Allocated, Position, positions


def why_unlettered(book: Book, until: date, allocated: Allocated) -> Callable[[Source, str], str]:
    """A function that says, for a line without a letter (its place, and the number of its document), why it has none.

    As of `until` (inclusive), the day of `allocated`; amounts in the document's currency.
    """
    known = {position.invoice.number: position for position in positions(book, until, allocated)}
    unallocated: defaultdict[Source, Decimal] = defaultdict(lambda: ZERO)
    currencies: dict[Source, str] = {}
    for left in allocated.unallocated:
        for source in {left.payment.source, left.payment.entry or left.payment.source}:
            unallocated[source] += left.amount
            currencies[source] = left.payment.currency

    settles = _settled_numbers(allocated)

    def reason(source: Source, number: str) -> str:
        if unallocated.get(source):
            return _(
                "{amount} {currency} of it is for no document",
                amount=abs(unallocated[source]),
                currency=currencies[source],
            )
        tied = (number, *settles.get(source, ()), *settles.get(number, ()))
        documents = [known[other] for other in dict.fromkeys(tied) if other in known]
        still_open = next((document for document in documents if document.open or document.invoice.draft), None)
        if still_open:
            return _of_document(still_open)
        if documents:
            return _(
                "{number} is settled: an exchange difference is not booked, or the rest is on another account",
                number=documents[0].invoice.number,
            )
        return _("nothing settles it, and it settles nothing")

    return reason


def _settled_numbers(allocated: Allocated) -> dict[Source | str, list[str]]:
    """The documents that each posting settles, and those that each document is settled with, or by the same money."""
    settles: defaultdict[Source | str, list[str]] = defaultdict(list)
    for allocation in allocated.allocations:
        settles[allocation.source].append(allocation.invoice.number)
        if allocation.counter_document is not None:
            settles[allocation.counter_document.number].append(allocation.invoice.number)
            settles[allocation.invoice.number].append(allocation.counter_document.number)
    for paid_together in [numbers for key, numbers in settles.items() if isinstance(key, Source) and len(numbers) > 1]:
        for number in paid_together:
            settles[number] += paid_together
    return settles


def _of_document(position: Position) -> str:
    """Why the set of a document that is open, or a draft, does not add up to zero."""
    invoice = position.invoice
    if invoice.draft:
        return _("{number} is a draft", number=invoice.number)
    if position.disputed:
        return _(
            "{open} {currency} of {number} is open, {disputed} of it in dispute",
            open=position.open,
            currency=invoice.currency,
            number=invoice.number,
            disputed=position.disputed,
        )
    if position.days_overdue:
        return _n(
            position.days_overdue,
            "{open} {currency} of {number} is open, {days} day late",
            "{open} {currency} of {number} is open, {days} days late",
            open=position.open,
            currency=invoice.currency,
            number=invoice.number,
            days=position.days_overdue,
        )
    return _(
        "{open} {currency} of {number} is open", open=position.open, currency=invoice.currency, number=invoice.number
    )
