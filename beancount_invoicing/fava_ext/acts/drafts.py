"""Acts about drafts: one is changed before it is issued, or taken out."""

from __future__ import annotations

from pathlib import Path

from beancount_invoicing.actions.draft import DraftEdit, LineEdit, draft_drop, draft_edit
from beancount_invoicing.fava_ext.acts.forms import Act, Field, Subject, Values, lines, number, text, words
from beancount_invoicing.ledger import Ledger, LedgerLoader
from beancount_invoicing.messages import _
from beancount_invoicing.model import Book, Line
from beancount_invoicing.writing.changes import Outcome, WriteOptions
from beancount_invoicing.writing.new_documents import InvalidRequest


def _edit_fields(ledger: Ledger, subject: Subject) -> tuple[Field, ...]:
    draft = ledger.book.invoice(subject.number)
    own = draft.lines if draft else ()
    places = tuple(str(place) for place in range(1, len(own) + 1))
    return (
        Field("draft", "one-draft", value=subject.number, required=True),
        Field(
            "line",
            "draft-line",
            "choice",
            "--line",
            choices=("", *places),
            labels=("", *(f"{place}. {_line_text(line)}" for place, line in zip(places, own, strict=True))),
        ),
        Field("quantity", "quantity", "amount", "--quantity"),
        Field("price", "price", "amount", "--price"),
        Field("text", "line-text", "text", "--text"),
        Field("discount", "discount", "amount", "--discount"),
        Field("add", "more-lines", "lines", "--add"),
        Field("drop", "dropped-lines", "words", "--drop"),
        Field("write_down", "write-down", "flag", "--write-down"),
    )


def _line_text(line: Line) -> str:
    quantity = f"{line.quantity} × {line.price}, " if line.quantity is not None and line.price is not None else ""
    return f"{quantity}{line.text}"


def _edit(file: Path, values: Values, options: WriteOptions) -> Outcome:
    name = text(values, "draft")
    changes = (
        number(values, "quantity"),
        number(values, "price"),
        text(values, "text") or None,
        number(values, "discount"),
    )
    changed = any(change is not None for change in changes)
    dropped = tuple(_place(word) for word in words(values, "drop"))
    added = lines(values, "add")
    if text(values, "line") and not changed:
        raise InvalidRequest(_("say what changes on the line, or leave the line empty"))
    if not (changed or added or dropped):
        raise InvalidRequest(_("say what changes: something on a line, more lines, or lines to take out"))
    loads = LedgerLoader(file)
    place = _place(text(values, "line") or _only_line(loads.load(fresh=options.write).book, name)) if changed else 0
    edits = (LineEdit(place, *changes),) if changed else ()
    request = DraftEdit(name, edits, dropped, added, write_off_time=text(values, "write_down") == "true")
    return draft_edit(file, request, options, loads)


def _place(word: str) -> int:
    if not (word.isascii() and word.isdigit() and 0 < len(word) < 5 and int(word)):
        raise InvalidRequest(
            _("{value} is not the place of a line: write 1 for the first, 2 for the second", value=word)
        )
    return int(word)


def _only_line(book: Book, name: str) -> str:
    invoice = book.invoice(name)
    if invoice and len(invoice.lines) > 1:
        raise InvalidRequest(
            _("{number} has {count} lines: choose the one that changes", number=name, count=len(invoice.lines))
        )
    return "1"


EDIT_DRAFT = Act(("draft", "edit"), _edit_fields, _edit)


def _drop_fields(_ledger: Ledger, subject: Subject) -> tuple[Field, ...]:
    return (Field("drafts", "drafts", "words", value=subject.number, required=True),)


def _drop(file: Path, values: Values, options: WriteOptions) -> Outcome:
    drafts = words(values, "drafts")
    if not drafts:
        raise InvalidRequest(_("name the drafts"))
    return draft_drop(file, drafts, options)


DROP_DRAFT = Act(("draft", "drop"), _drop_fields, _drop)
