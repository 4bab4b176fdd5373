"""Confirmation of a balance → view: the letter by which a customer tells the auditor what it owes, with a reply to fill in."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

from beancount_invoicing.model import Book
from beancount_invoicing.receivables import Statement
from beancount_invoicing.rendering.glyphs import printable_view
from beancount_invoicing.rendering.letterhead import letterhead
from beancount_invoicing.rendering.output import fill, paragraphs
from beancount_invoicing.rendering.statement import open_items_section
from beancount_invoicing.rendering.view import Pair, Section, Table, TableRow, View


def confirmation_view(
    book: Book, subject: Statement, day: date, template_folders: tuple[Path, ...], reply_to: str = ""
) -> View:
    """The letter of `day` about the balances on the statement's last day; `reply_to`: the auditor who gets the reply,
    "" if it comes back to the seller. Nothing is asked to be paid. Raises TemplateError.
    """
    customer = subject.customer
    head = letterhead(book, customer, day, template_folders)
    table, formats = head.words, head.formats
    labels, words = table["labels"], table["confirmation"]
    body = fill(
        template_folders,
        f"letters/{formats.language}/confirmation.j2",
        fallback="letters/en/confirmation.j2",
        as_of=formats.day(subject.as_of),
        reply_to=reply_to,
        alone=head.view.alone,
        customer=customer,
        seller=head.seller,
    )
    balances = [formats.money(currency.closing, currency.currency) for currency in subject.currencies]
    answers = tuple(TableRow((words[key], "")) for key in ("agreed", "our-balance", "difference", "signed"))
    reply = Table(words["reply"], (customer.name, ""), (False, False), answers, wide=1)
    return printable_view(
        replace(
            head.view,
            title=table["titles"]["confirmation"],
            facts=(
                Pair(labels["date"], formats.day(day)),
                Pair(words["balance"].format(day=formats.day(subject.as_of)), "; ".join(balances) or "–", strong=True),
            ),
            opening=paragraphs(body),
            closing=(labels["regards-alone" if head.view.alone else "regards"], head.seller.name),
            sections=(
                *(
                    open_items_section(subject, currency, formats, table)
                    for currency in subject.currencies
                    if currency.open
                ),
                Section(words["reply"], reply),
            ),
        )
    )
