"""Letters that were prepared, or are in doubt: which due letter each of them replaces."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from beancount_invoicing.delivery import Attempt, History
from beancount_invoicing.dunning import Proposal, dues_asked
from beancount_invoicing.model import Book


def letters_waiting(book: Book, until: date = date.max) -> tuple[Attempt, ...]:
    """The reminders that were prepared, or are in doubt, as of `until` (inclusive); by date."""
    return tuple(
        attempt for attempt in History(book.events).open if attempt.kind == "reminder" and attempt.event.date <= until
    )


def covers_proposal(waiting: Attempt, proposal: Proposal) -> bool:
    """Whether a waiting reminder is to the same customer, and asks for something that the proposed letter asks for too: each
    instalment has its letters.
    """
    return any(
        number == late.position.invoice.number and dues_asked(late.position, event) & late.due_dates
        for event in waiting.events
        if event.customer == proposal.customer.account
        for number in event.numbers
        for late in proposal.invoices
    )


def letters_for_proposal(letters: Iterable[Attempt], proposal: Proposal) -> tuple[Attempt, ...]:
    """The waiting letters that replace a proposed one."""
    return tuple(letter for letter in letters if covers_proposal(letter, proposal))


def proposals_to_send(book: Book, proposals: Sequence[Proposal], until: date = date.max) -> tuple[Proposal, ...]:
    """The proposals without the letters that are already prepared, or in doubt: these wait for the user."""
    letters = letters_waiting(book, until)
    return tuple(proposal for proposal in proposals if not letters_for_proposal(letters, proposal))
