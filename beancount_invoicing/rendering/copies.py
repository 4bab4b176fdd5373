"""Copies of a document that say what became of it: that it is paid, or that it remained unpaid; and the list of those."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

from beancount_invoicing import law
from beancount_invoicing.model import ZERO, Book, Invoice
from beancount_invoicing.receivables import Lost, Receipt
from beancount_invoicing.rendering.document import NoDocument, document
from beancount_invoicing.rendering.folders import words
from beancount_invoicing.rendering.formats import Formats
from beancount_invoicing.rendering.glyphs import printable
from beancount_invoicing.rendering.letterhead import letterhead
from beancount_invoicing.rendering.view import Pair, Row, Table, View


class NoCopy(ValueError):
    """There is no such copy; the message says why."""


def acquitted(book: Book, told: Receipt, where: tuple[Path, ...]) -> View:
    """A document as it was issued, with what it was paid by, as of the receipt's day. Raises NoCopy where that is not all of it."""
    position = told.position
    invoice, currency = position.invoice, position.invoice.currency
    if position.open:
        raise NoCopy(
            f"{invoice.number} is not paid: {position.open} {currency} is open on {told.as_of}; a receipt says what was"
        )
    if told.written_off:
        raise NoCopy(f"{invoice.number} is not paid: {told.written_off} {currency} of it is written off")
    if not any(one.what == "payment" for one in told.entries):
        raise NoCopy(f"{invoice.number} is settled, but nothing of it was paid with money")
    base = _issued(book, invoice, ZERO, where)
    table = words(where, base.language)
    labels, said = table["labels"], table["statement"]
    formats = Formats(base.language)
    due = next(place for place, pair in enumerate(base.totals) if pair.label == labels["amount-due"])
    taken_off = [
        Pair(said[key], formats.money(-amount, currency))
        for key, amount in (
            ("received", told.received),
            ("credited", told.credited),
            ("discount", told.discounted),
            ("set-off", told.set_off),
        )
        if amount
    ]
    left = Pair(labels["settled"], formats.money(ZERO, currency), strong=True)
    return printable(
        replace(
            base,
            day=told.as_of,
            title=labels["acquitted"].format(document=base.title),
            stamp=labels["acquitted-on"].format(date=formats.day(position.settled_on or told.as_of)),
            totals=(*base.totals[:due], *taken_off, left),
            payment_title="",
            payment=(),
            qr="",
            qr_text="",
        )
    )


def unpaid(book: Book, gone: Lost, paid: Decimal, where: tuple[Path, ...]) -> View:
    """The duplicate of a document that says what of it remained unpaid; `paid`: what had been settled by the end of its own day.
    Raises NoCopy."""
    invoice = gone.position.invoice
    base = _issued(book, invoice, paid, where)
    labels = words(where, base.language)["labels"]
    return printable(
        replace(
            base,
            day=gone.position.as_of,
            title=labels["duplicate"].format(document=base.title),
            stamp=_sentence(book, gone, Formats(base.language)),
            payment_title="",
            payment=(),
            qr="",
            qr_text="",
        )
    )


def _issued(book: Book, invoice: Invoice, paid: Decimal, where: tuple[Path, ...]) -> View:
    """The document as it was issued. Raises NoCopy where the ledger has none, as of what was taken over."""
    try:
        return document(book, invoice, paid, where)
    except NoDocument as error:
        raise NoCopy(str(error)) from None


def _said(invoice: Invoice) -> str:
    """What a document is about, in a few words: one that was taken over may say nothing but its number."""
    return invoice.narration or (invoice.lines[0].text if invoice.lines else invoice.number)


def unpaid_list(book: Book, those: Sequence[Lost], where: tuple[Path, ...]) -> View:
    """The list of what one customer did not pay, in place of a duplicate of each document. Raises NoCopy."""
    first, day = those[0].position, those[0].position.as_of
    assert first.debtor is not None, "nothing is lost on a void number"
    customer, currency = book.customers[first.debtor.account].at(day), first.invoice.currency
    head = letterhead(book, customer, day, where)
    table, formats = head.words, head.formats
    labels = table["labels"]
    rows = tuple(
        Row(
            (
                _said(one.position.invoice),
                one.position.invoice.number,
                formats.short_day(one.position.invoice.date),
                formats.amount(one.net, currency),
                formats.amount(one.tax, currency),
            ),
            (_sentence(book, one, formats),),
        )
        for one in those
    )
    columns = (labels["description"], labels["number"], labels["date"], labels["net"], labels["tax"])
    net, tax = sum((one.net for one in those), ZERO), sum((one.tax for one in those), ZERO)
    return printable(
        replace(
            head.view,
            title=labels["unpaid-list"],
            facts=(Pair(labels["date"], formats.day(day)),),
            table=Table(labels["unpaid-list"], columns, (False, False, False, True, True), rows),
            totals=(
                Pair(labels["total-net"], formats.money(net, currency)),
                Pair(labels["tax"], formats.money(tax, currency)),
            ),
        )
    )


def _sentence(book: Book, gone: Lost, formats: Formats) -> str:
    """What the law has the customer told. Raises NoCopy."""
    day: date = gone.position.as_of
    country = book.seller.at(day).address.country if book.seller else ""
    said = law.unpaid_words(country)
    if not said:
        raise NoCopy(
            f"no law is known by which a seller in {country or 'no country'} tells a customer of what it did not pay"
        )
    currency = gone.position.invoice.currency
    return said.format(net=formats.money(gone.net, currency), tax=formats.money(gone.tax, currency))
