"""Confirmation letters: customers tell the auditor what they owe on a day."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from beancount_invoicing.actions.statement import statement_file_names, statements_of, statements_of_all
from beancount_invoicing.documents.written_files import Output, WrittenFile, view_bytes, write_views
from beancount_invoicing.ledger import Ledger
from beancount_invoicing.model import ZERO, Book
from beancount_invoicing.receivables import Statement

if TYPE_CHECKING:
    from beancount_invoicing.rendering import View


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

    pages = _pages(book, statements, written_on, reply_to)
    yield from write_views(pages, rendering.folders(book), folder, outputs, notice)


def confirmation_letters(
    book: Book, statements: Sequence[Statement], written_on: date
) -> Iterator[tuple[str, bytes, tuple[str, ...]]]:
    """The letters of the day `written_on`, whose replies come back to the seller: the name of each file, the PDF, and notices for
    the sender. Raises TemplateError.
    """
    from beancount_invoicing import rendering

    template_folders = rendering.folders(book)
    for name, view in _pages(book, statements, written_on, ""):
        yield f"{name}.pdf", view_bytes(view, template_folders, "pdf"), view.notices


def _pages(book: Book, statements: Sequence[Statement], written_on: date, reply_to: str) -> Iterator[tuple[str, View]]:
    from beancount_invoicing import rendering

    template_folders = rendering.folders(book)
    names = [name.replace("-statement", "-confirmation") for name in statement_file_names(book, statements)]
    for name, statement in zip(names, statements, strict=True):
        yield name, rendering.confirmation_view(book, statement, written_on, template_folders, reply_to)


def largest_balances(statements: Sequence[Statement], share: Decimal, most: int) -> tuple[Statement, ...]:
    """Those who owe most, until they owe `share` (such as 0.8) of what all customers owe in each currency; at most `most` of them,
    those with the largest part of their currency first. In the order of `statements`.
    """
    parts: dict[str, Decimal] = {}
    for currency in sorted({balance.currency for statement in statements for balance in statement.currencies}):
        owed = {
            statement.customer.account: balance.closing
            for statement in statements
            for balance in statement.currencies
            if balance.currency == currency and balance.closing > 0
        }
        total, reached = sum(owed.values(), ZERO), ZERO
        for account, amount in sorted(owed.items(), key=lambda item: (-item[1], item[0])):
            if reached < share * total:
                parts[account] = max(parts.get(account, ZERO), amount / total)
                reached += amount
    chosen = set(sorted(parts, key=lambda account: (-parts[account], account))[:most])
    return tuple(statement for statement in statements if statement.customer.account in chosen)
