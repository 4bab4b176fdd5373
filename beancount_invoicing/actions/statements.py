"""Statements of account: of one customer or of all, and writing them to files."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Literal

from beancount_invoicing.actions.dispatches import PDF, by_letter, place
from beancount_invoicing.actions.documents import SUFFIXES, Output, Written, as_bytes, write_view
from beancount_invoicing.actions.ledger import Ledger
from beancount_invoicing.actions.naming import leaves
from beancount_invoicing.delivery import Attachment, Dispatch, Held, addresses
from beancount_invoicing.model import Book, Channel, Customer
from beancount_invoicing.receivables import Statement, statements

Whose = Literal["moved", "open", "balance"]


def statements_of(ledger: Ledger, customers: Collection[str], as_of: date, since: date | None) -> tuple[Statement, ...]:
    """The statements of customers (main accounts), from `since` to `as_of`, both inclusive. Raises SinceError."""
    return tuple(statements(ledger.book, as_of, since, set(customers), ledger.allocated_at(as_of)))


def statements_of_all(ledger: Ledger, as_of: date, since: date | None, whose: Whose = "moved") -> tuple[Statement, ...]:
    """The statements of all customers with a movement from `since` to `as_of` (both inclusive), or with an open item on `as_of`.

    `whose`: "open" for those with an open item only, "balance" for those who owe something then, or are owed. Raises SinceError.
    """
    those = statements(ledger.book, as_of, since, None, ledger.allocated_at(as_of))
    if whose == "balance":
        return tuple(one for one in those if one.owed)
    return tuple(one for one in those if one.open or (one.moved and whose == "moved"))


def language_to(book: Book, to: Customer, as_of: date) -> str:
    """The language in which a customer is written to."""
    from beancount_invoicing import rendering

    return rendering.language_of(book, to, as_of, rendering.languages(rendering.folders(book)))


def render_statements(
    book: Book,
    those: Sequence[Statement],
    folder: str | Path,
    outputs: Sequence[Output],
    notice: Callable[[str], None],
) -> Iterator[tuple[Written, ...]]:
    """Writes statements, one after the other; yields the files of each. Raises TemplateError, OSError."""
    from beancount_invoicing import rendering

    where = rendering.folders(book)
    for one, name in zip(those, statement_names(book, those), strict=True):
        view = rendering.statement(book, one, where)
        for text in view.notices:
            notice(text)
        yield write_view(view, where, Path(folder) / name, outputs)


def render_statement(book: Book, one: Statement, output: Output) -> tuple[str, bytes]:
    """One statement: its file name and its bytes. Raises TemplateError, OSError."""
    from beancount_invoicing import rendering

    where = rendering.folders(book)
    (name,) = statement_names(book, (one,))
    return f"{name}.{SUFFIXES[output]}", as_bytes(rendering.statement(book, one, where), where, output)


def of_statements(
    ledger: Ledger, those: Sequence[Statement], channel: Channel | None = None
) -> Iterator[Dispatch | Held]:
    """What sends each statement on its last day, by the customer's channel or `channel`. Raises TemplateError."""
    from beancount_invoicing import rendering

    book = ledger.book
    where = rendering.folders(book)
    for one, name in zip(those, statement_names(book, those), strict=True):
        customer = one.customer
        if not one.currencies:
            yield Held("statement", customer.name, (), "nothing moved, and nothing is owed", customer.account)
            continue
        view = rendering.statement(book, one, where)
        words = rendering.mail_words(
            where,
            "statement",
            view,
            rendering.statement_facts(view),
            as_of=view.facts[0].value,
            customer=customer,
        )
        yield Dispatch(
            event="statement",
            day=one.as_of,
            account=customer.account,
            customer=customer.name,
            numbers=(),
            title=view.title,
            channel=channel or by_letter(customer),
            language=view.language,
            to=addresses.split(customer.email),
            cc=addresses.split(customer.cc),
            subject=words.subject,
            text=words.text,
            html=words.html,
            attachments=(Attachment(f"{name}.pdf", PDF, as_bytes(view, where, "pdf")),),
            address=view.recipient,
            place=place(book, customer, one.as_of),
            notices=view.notices,
        )


def statement_names(book: Book, those: Sequence[Statement]) -> list[str]:
    """A file name for each: its last day, and the customer's account by its last part where that is the only one."""
    from beancount_invoicing import rendering

    short = leaves(book.customers)
    titles = [f"{one.as_of}-{short[one.customer.account]}-statement" for one in those]
    files = rendering.file_names(titles)
    return [files[title] for title in titles]
