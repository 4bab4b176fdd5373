"""Statements of account: of one customer or of all, and writing them to files."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Literal

from beancount_invoicing.customer_search import leaves
from beancount_invoicing.delivery import Dispatch, HeldDispatch
from beancount_invoicing.documents.written_files import SUFFIXES, Output, WrittenFile, view_bytes, write_views
from beancount_invoicing.ledger import Ledger
from beancount_invoicing.messages import _
from beancount_invoicing.model import Book, Channel, Customer
from beancount_invoicing.receivables import Statement, statements
from beancount_invoicing.sending.page_dispatch import page_dispatch

StatementScope = Literal["moved", "open", "balance"]


def statements_of(ledger: Ledger, customers: Collection[str], as_of: date, since: date | None) -> tuple[Statement, ...]:
    """The statements of customers (main accounts), from `since` to `as_of`, both inclusive. Raises StatementPeriodError."""
    return tuple(statements(ledger.book, as_of, since, set(customers), ledger.allocated_at(as_of)))


def statements_of_all(
    ledger: Ledger, as_of: date, since: date | None, whose: StatementScope = "moved"
) -> tuple[Statement, ...]:
    """The statements of all customers with a movement from `since` to `as_of` (both inclusive), or with an open item on
    `as_of`. `whose`: "open" for only those with an open item, "balance" for those who owe something then, or are owed. Raises
    StatementPeriodError.
    """
    found = statements(ledger.book, as_of, since, None, ledger.allocated_at(as_of))
    if whose == "balance":
        return tuple(statement for statement in found if statement.has_balance)
    return tuple(statement for statement in found if statement.has_open_items or (statement.moved and whose == "moved"))


def language_to(book: Book, customer: Customer, as_of: date) -> str:
    """The language in which a customer is written to."""
    from beancount_invoicing import rendering

    return rendering.language_of(book, customer, as_of, rendering.template_languages(rendering.folders(book)))


def render_statements(
    book: Book,
    customer_statements: Sequence[Statement],
    folder: str | Path,
    outputs: Sequence[Output],
    notice: Callable[[str], None],
) -> Iterator[tuple[WrittenFile, ...]]:
    """Writes statements, one after the other; yields the files of each. Raises TemplateError, OSError."""
    from beancount_invoicing import rendering

    template_folders = rendering.folders(book)
    names = statement_file_names(book, customer_statements)
    views = (rendering.statement_view(book, statement, template_folders) for statement in customer_statements)
    yield from write_views(zip(names, views, strict=True), template_folders, folder, outputs, notice)


def render_statement(
    book: Book, statement: Statement, output: Output, notice: Callable[[str], None] = lambda _text: None
) -> tuple[str, bytes]:
    """One statement: its file name and its bytes; `notice` gets the notices. Raises TemplateError, OSError."""
    from beancount_invoicing import rendering

    template_folders = rendering.folders(book)
    (name,) = statement_file_names(book, (statement,))
    view = rendering.statement_view(book, statement, template_folders)
    for text in view.notices:
        notice(text)
    return f"{name}.{SUFFIXES[output]}", view_bytes(view, template_folders, output)


def dispatches_of_statements(
    ledger: Ledger, customer_statements: Sequence[Statement], channel: Channel | None = None
) -> Iterator[Dispatch | HeldDispatch]:
    """The dispatch of each statement on its last day, by the customer's channel or `channel`. Raises TemplateError."""
    from beancount_invoicing import rendering

    book = ledger.book
    template_folders = rendering.folders(book)
    for statement, name in zip(customer_statements, statement_file_names(book, customer_statements), strict=True):
        customer = statement.customer
        if not statement.currencies:
            yield HeldDispatch(
                "statement", customer.name, (), _("nothing moved, and nothing is owed"), customer.account
            )
            continue
        view = rendering.statement_view(book, statement, template_folders)
        words = rendering.mail_text(
            template_folders,
            "statement",
            view,
            rendering.statement_facts(view),
            as_of=view.facts[0].value,
            customer=customer,
        )
        yield page_dispatch(book, "statement", statement.as_of, customer, view, words, name, template_folders, channel)


def statement_file_names(book: Book, customer_statements: Sequence[Statement]) -> list[str]:
    """A file name for each: its last day, and the last part of the customer's account if that is unique."""
    from beancount_invoicing import rendering

    short = leaves(book.customers)
    titles = [f"{statement.as_of}-{short[statement.customer.account]}-statement" for statement in customer_statements]
    files = rendering.unique_file_names(titles)
    return [files[title] for title in titles]
