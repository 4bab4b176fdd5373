"""Confirmation letters: customers tell the auditor what they owe on a day."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import date
from pathlib import Path

from beancount_invoicing.actions.statement import statement_file_names, statements_of, statements_of_all
from beancount_invoicing.documents.written_files import Output, WrittenFile, write_views
from beancount_invoicing.ledger import Ledger
from beancount_invoicing.model import Book
from beancount_invoicing.receivables import Statement


def statements_to_confirm(ledger: Ledger, day: date, customers: Collection[str]) -> tuple[Statement, ...]:
    """The balances at the end of `day` of these customers (main accounts); if none is named, of all who have an open item."""
    if customers:
        return statements_of(ledger, customers, day, None)
    return statements_of_all(ledger, day, None, "open")


def render_confirmations(
    book: Book,
    statements: Sequence[Statement],
    written_on: date,
    reply_to: str,
    folder: Path,
    outputs: Sequence[Output],
    notice: Callable[[str], None],
) -> Iterator[tuple[WrittenFile, ...]]:
    """Writes the letters of the day `written_on`, one after the other; yields the files of each. Raises TemplateError, OSError."""
    from beancount_invoicing import rendering

    template_folders = rendering.folders(book)
    names = [name.replace("-statement", "-confirmation") for name in statement_file_names(book, statements)]
    views = (
        rendering.confirmation_view(book, statement, written_on, template_folders, reply_to) for statement in statements
    )
    yield from write_views(zip(names, views, strict=True), template_folders, folder, outputs, notice)
