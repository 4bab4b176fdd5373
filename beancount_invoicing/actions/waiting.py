"""Letters that were prepared, or are in doubt: for which of those that are due each waits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from beancount_invoicing.delivery import Attempt, History
from beancount_invoicing.dunning import Proposal, dues_asked
from beancount_invoicing.model import Book


def letters_waiting(book: Book, until: date = date.max) -> tuple[Attempt, ...]:
    """The reminders that were prepared, or are in doubt, since `until` (inclusive) or before; by date."""
    return tuple(one for one in History(book.events).open if one.kind == "reminder" and one.event.date <= until)


def stands_for(waiting: Attempt, proposal: Proposal) -> bool:
    """Whether a reminder that waits is to the same customer, and asks for something that the proposed letter asks for too: each
    instalment has its letters."""
    return any(
        number == late.position.invoice.number and dues_asked(late.position, event) & late.dues
        for event in waiting.events
        if event.customer == proposal.customer.account
        for number in event.numbers
        for late in proposal.invoices
    )


def standing_for(letters: Iterable[Attempt], proposal: Proposal) -> tuple[Attempt, ...]:
    """Those of the letters that wait which stand for a proposed one."""
    return tuple(one for one in letters if stands_for(one, proposal))


def ready_to_leave(book: Book, proposals: Sequence[Proposal], until: date = date.max) -> tuple[Proposal, ...]:
    """The proposals without the letters that were prepared, or are in doubt, already: these wait for a person."""
    letters = letters_waiting(book, until)
    return tuple(one for one in proposals if not standing_for(letters, one))
