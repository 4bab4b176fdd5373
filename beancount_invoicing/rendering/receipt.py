"""Receipt → view: what was received on a document, when, how, and what remains."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from beancount_invoicing.model import Book
from beancount_invoicing.receivables import Receipt
from beancount_invoicing.rendering.formats import Formats
from beancount_invoicing.rendering.glyphs import printable_view
from beancount_invoicing.rendering.letterhead import letterhead
from beancount_invoicing.rendering.output import fill, paragraphs
from beancount_invoicing.rendering.view import Pair, Table, TableRow, View


def receipt_view(book: Book, subject: Receipt, template_folders: tuple[Path, ...]) -> View:
    """The view of a receipt as of its day, to the customer who owes, or owed, the document. Raises TemplateError."""
    position, day = subject.position, subject.as_of
    invoice = position.invoice
    assert position.debtor is not None, "only a void number has none, and no receipt"
    customer, currency = book.customers[position.debtor.account].at(day), invoice.currency
    head = letterhead(book, customer, day, template_folders)
    seller, table, formats = head.seller, head.words, head.formats
    labels, words, titles = table["labels"], table["statement"], table["titles"]
    document = f"{titles[invoice.kind]} {invoice.number}"
    alone = head.view.alone
    body = fill(
        template_folders,
        f"letters/{formats.language}/receipt.j2",
        fallback="letters/en/receipt.j2",
        document=document,
        named=document if formats.language == "de" else document[:1].lower() + document[1:],
        alone=alone,
        date=formats.day(invoice.date),
        received=formats.money(subject.received, currency),
        left=formats.money(position.open, currency) if position.open > 0 else "",
        as_of=formats.day(day),
        customer=customer,
        seller=seller,
    )
    return printable_view(
        replace(
            head.view,
            title=titles["receipt"],
            facts=(
                Pair(labels["date"], formats.day(day)),
                Pair(
                    words["for-document"],
                    f"{document} {labels['of-date'].format(date=formats.day(invoice.date))}",
                    True,
                ),
            ),
            opening=paragraphs(body),
            table=_entries(subject, formats, table),
            totals=_totals(subject, document, formats, table),
            closing=(labels["regards-alone" if alone else "regards"], seller.name),
        )
    )


def _entries(subject: Receipt, formats: Formats, table: dict[str, Any]) -> Table:
    """What was received, and what else settles the document, a row for each."""
    labels, words, titles = table["labels"], table["statement"], table["titles"]
    currency = subject.position.invoice.currency
    kinds = ("payment", "discount", "set-off", "write-off", "reversal")
    names = {"credit-note": titles["credit-note"], **{kind: words[kind] for kind in kinds}}
    rows = tuple(
        TableRow(
            (
                formats.short_day(entry.date),
                f"{names[entry.kind]} {entry.number}".strip(),
                formats.amount(entry.amount, currency),
            )
        )
        for entry in subject.entries
    )
    columns = (labels["date"], words["how"], labels["amount"])
    return Table(titles["receipt"], columns, (False, False, True), rows, wide=1)


def _totals(subject: Receipt, document: str, formats: Formats, table: dict[str, Any]) -> tuple[Pair, ...]:
    """From what the document came to, to what is left of it."""
    words, currency = table["statement"], subject.position.invoice.currency
    otherwise = (
        ("credited", subject.credited),
        ("discount", subject.discounted),
        ("set-off", subject.set_off),
        ("adjusted", subject.written_off),
    )
    return (
        Pair(document, formats.money(subject.position.payable, currency)),
        Pair(words["received"], formats.money(subject.received, currency), strong=True),
        *(Pair(words[name], formats.money(amount, currency)) for name, amount in otherwise if amount),
        Pair(words["left"], formats.money(subject.position.open, currency)),
    )
