"""Receipt → view: what was received on a document, when, how, and what remains."""

from __future__ import annotations

from pathlib import Path

from beancount_invoicing.model import Book
from beancount_invoicing.receivables import Receipt
from beancount_invoicing.rendering import parties
from beancount_invoicing.rendering.document import NOBODY
from beancount_invoicing.rendering.folders import languages, words
from beancount_invoicing.rendering.formats import Formats
from beancount_invoicing.rendering.glyphs import printable
from beancount_invoicing.rendering.output import fill, paragraphs
from beancount_invoicing.rendering.theme import theme
from beancount_invoicing.rendering.view import Pair, Row, Table, View


def receipt(book: Book, told: Receipt, where: tuple[Path, ...]) -> View:
    """The view of a receipt, to the customer who owes, or owed, the document, as of the receipt's day. Raises TemplateError."""
    position, day = told.position, told.as_of
    invoice = position.invoice
    assert position.debtor is not None, "only a void number has none, and no receipt"
    customer, currency = book.customers[position.debtor.account].at(day), invoice.currency
    seller = book.seller.at(day) if book.seller else NOBODY
    language = parties.language_of(book, customer, day, languages(where))
    table = words(where, language)
    labels, said, titles = table["labels"], table["statement"], table["titles"]
    formats = Formats(language)
    document = f"{titles[invoice.kind]} {invoice.number}"
    alone = parties.speaks_alone(book, day)
    body = fill(
        where,
        f"letters/{language}/receipt.j2",
        fallback="letters/en/receipt.j2",
        document=document,
        named=document if language == "de" else document[:1].lower() + document[1:],
        alone=alone,
        date=formats.day(invoice.date),
        received=formats.money(told.received, currency),
        left=formats.money(position.open, currency) if position.open > 0 else "",
        as_of=formats.day(day),
        customer=customer,
        seller=seller,
    )
    kinds = ("payment", "discount", "set-off", "write-off", "reversal")
    names = {"credit-note": titles["credit-note"], **{key: said[key] for key in kinds}}
    rows = tuple(
        Row(
            (
                formats.short_day(one.date),
                f"{names[one.what]} {one.number}".strip(),
                formats.amount(one.amount, currency),
            )
        )
        for one in told.entries
    )
    columns = (labels["date"], said["how"], labels["amount"])
    totals = [
        Pair(document, formats.money(position.payable, currency)),
        Pair(said["received"], formats.money(told.received, currency), strong=True),
    ]
    totals += [
        Pair(said[key], formats.money(amount, currency))
        for key, amount in (
            ("credited", told.credited),
            ("discount", told.discounted),
            ("set-off", told.set_off),
            ("adjusted", told.written_off),
        )
        if amount
    ]
    totals.append(Pair(said["left"], formats.money(position.open, currency)))
    logo, notices = parties.logo(book, seller, day)
    look, more = theme(book, day, where)
    return printable(
        View(
            language=language,
            day=day,
            title=titles["receipt"],
            number="",
            mark="",
            seller=parties.shown_name(seller),
            seller_lines=parties.seller_lines(seller, language, table),
            recipient=parties.recipient(customer, seller.address.country, language, table),
            delivery=(),
            facts=(
                Pair(labels["date"], formats.day(day)),
                Pair(
                    said["for-document"], f"{document} {labels['of-date'].format(date=formats.day(invoice.date))}", True
                ),
            ),
            opening=paragraphs(body),
            table=Table(titles["receipt"], columns, (False, False, True), rows, wide=1),
            totals=tuple(totals),
            taxes=None,
            instalments=None,
            payment_title="",
            payment=(),
            qr="",
            qr_text="",
            closing=(labels["regards-alone" if alone else "regards"], seller.name),
            mentions=(),
            footer=parties.legal_line(seller, table),
            page=labels["page"],
            page_of=labels["of"],
            logo=logo,
            logo_text=labels["logo"].format(name=seller.name) if logo else "",
            alone=alone,
            theme=look,
            notices=(*notices, *more),
        )
    )
