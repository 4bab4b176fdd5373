"""Reminder letters: which are due, and writing them to files."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path

from beancount_invoicing.actions.documents import Output, Written, write_view
from beancount_invoicing.dunning import Proposal, propose
from beancount_invoicing.model import Book


def due_reminders(book: Book, as_of: date, customer: str = "") -> tuple[Proposal, ...]:
    """The letters due on `as_of`, and what is held back; of customers whose name or account contains `customer`."""
    wanted = customer.casefold()
    return tuple(
        one
        for one in propose(book, as_of)
        if wanted in one.customer.name.casefold() or wanted in one.customer.account.casefold()
    )


def language(book: Book, proposal: Proposal) -> str:
    """The language of a proposal's letter."""
    from beancount_invoicing import rendering

    where = rendering.folders(book)
    return rendering.language_of(book, proposal.customer, proposal.as_of, rendering.languages(where))


def render_reminders(
    book: Book,
    proposals: Sequence[Proposal],
    folder: Path,
    outputs: Sequence[Output],
    notice: Callable[[str], None],
) -> Iterator[tuple[Written, ...]]:
    """Writes the letters, one after the other; yields the files of each. Raises TemplateError, OSError."""
    from beancount_invoicing import rendering

    where = rendering.folders(book)
    letters = [proposal for proposal in proposals if proposal.level is not None]
    titles = {id(one): f"{one.as_of} {one.customer.name} {one.currency} {one.level}" for one in letters}
    names = rendering.file_names(titles.values())
    for proposal in letters:
        view = rendering.letter(book, proposal, where)
        for text in view.notices:
            notice(text)
        yield write_view(view, where, folder / names[titles[id(proposal)]].replace(" ", "-"), outputs)
