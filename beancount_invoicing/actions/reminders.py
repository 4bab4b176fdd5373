"""Reminder letters: which are due, and writing them to files."""

from __future__ import annotations

from collections import Counter
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
    names = _names(letters)
    for proposal, name in zip(letters, names, strict=True):
        view = rendering.letter(book, proposal, where)
        for text in view.notices:
            notice(text)
        yield write_view(view, where, folder / name, outputs)


def _names(letters: Sequence[Proposal]) -> list[str]:
    """A file name for each letter: its day, the customer's account by its last part where that is enough, currency, level."""
    from beancount_invoicing import rendering

    accounts = {one.customer.account for one in letters}
    shared = Counter(account.rpartition(":")[2].casefold() for account in accounts)

    def title(one: Proposal) -> str:
        leaf = one.customer.account.rpartition(":")[2]
        return (
            f"{one.as_of}-{leaf if shared[leaf.casefold()] == 1 else one.customer.account}-{one.currency}-{one.level}"
        )

    files = rendering.file_names(map(title, letters))
    return [files[title(one)] for one in letters]
