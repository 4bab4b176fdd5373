"""Receipts, and writing them to files."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path

from beancount_invoicing.actions.documents import Output, Written, find, write_view
from beancount_invoicing.model import Book
from beancount_invoicing.receivables import Receipt, receipt


def receipts_for(book: Book, as_of: date, numbers: Sequence[str]) -> tuple[Receipt, ...]:
    """What was received on these documents until `as_of` (inclusive). Raises UnknownNumber, NothingReceived."""
    return tuple(receipt(position) for position in find(book, as_of, numbers))


def render_receipts(
    book: Book,
    those: Sequence[Receipt],
    folder: Path,
    outputs: Sequence[Output],
    notice: Callable[[str], None],
) -> Iterator[tuple[Written, ...]]:
    """Writes receipts, one after the other; yields the files of each. Raises TemplateError, OSError."""
    from beancount_invoicing import rendering

    where = rendering.folders(book)
    titles = [f"{one.as_of}-{one.position.invoice.number}-receipt" for one in those]
    names = rendering.file_names(titles)
    for one, title in zip(those, titles, strict=True):
        view = rendering.receipt(book, one, where)
        for text in view.notices:
            notice(text)
        yield write_view(view, where, folder / names[title], outputs)
