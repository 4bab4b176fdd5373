"""New documents as changes of the ledger: their numbers, dates and text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

from beancount_invoicing import billing
from beancount_invoicing.billing import Draft, NextNumber
from beancount_invoicing.messages import _
from beancount_invoicing.model import Book, require_date
from beancount_invoicing.writing import text
from beancount_invoicing.writing.changes import Changes, NewDirective, WriteOptions


class InvalidRequest(ValueError):
    """The request cannot be carried out; the message says why, and what to do."""


@dataclass(frozen=True, slots=True)
class DocumentDating:
    """How documents are dated and named: `day` is their date; with `drafts`, they are not numbered yet."""

    day: date
    as_drafts: bool = False
    to_send: bool = False
    """Whether they are marked to-send, unless option `send-from` makes that unnecessary."""

    def __post_init__(self) -> None:
        require_date(self.day)


def next_number_for(book: Book, dating: DocumentDating, write_options: WriteOptions) -> NextNumber:
    """The function that numbers documents, if they are issued, or else gives them names of drafts."""
    return (
        billing.next_numbers(book) if write_options.write and not dating.as_drafts else billing.next_draft_names(book)
    )


def document_changes(book: Book, drafts: Sequence[Draft], notices: Sequence[str] = ()) -> Changes:
    """The changes that write new documents; without option `file`, they go beside the latest one."""
    beside = "" if "file" in book.options else book.invoices[-1].source.file if book.invoices else ""
    new = tuple(NewDirective(draft.date, partial(text.document_transaction, draft), beside) for draft in drafts)
    names = [draft.number for draft in drafts]
    subject = (
        _("{name} and {count} more", name=", ".join(names[:5]), count=len(names) - 5)
        if len(names) > 5
        else _("{name}", name=", ".join(names[:5]))
    )
    return Changes(new, message=f"Invoices: {subject}" if names else "", notices=tuple(notices), drafts=tuple(drafts))
