"""Copies of a document that say that it was paid, or what remained unpaid, and lists of unpaid documents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

from beancount_invoicing import law
from beancount_invoicing.messages import _
from beancount_invoicing.model import ZERO, Book, Invoice
from beancount_invoicing.receivables import BadDebt, Receipt
from beancount_invoicing.rendering.document import NoDocument, document_view
from beancount_invoicing.rendering.folders import word_table
from beancount_invoicing.rendering.formats import Formats
from beancount_invoicing.rendering.glyphs import printable_view
from beancount_invoicing.rendering.letterhead import letterhead
from beancount_invoicing.rendering.view import Pair, Table, TableRow, View


class NoCopy(ValueError):
    """There can be no such copy; the message says why."""


def acquitted_copy(book: Book, subject: Receipt, template_folders: tuple[Path, ...]) -> View:
    """A document as it was issued, with the payments that settled it, as of the receipt's day. Raises NoCopy if it is
    not paid in full.
    """
    position = subject.position
    invoice, currency = position.invoice, position.invoice.currency
    if position.open:
        raise NoCopy(
            _(
                "{number} is not paid: {amount} {currency} is open on {day}; a receipt shows what was paid",
                number=invoice.number,
                amount=position.open,
                currency=currency,
                day=subject.as_of,
            )
        )
    if subject.written_off:
        raise NoCopy(
            _(
                "{number} is not paid: {written_off} {currency} of it is written off",
                number=invoice.number,
                written_off=subject.written_off,
                currency=currency,
            )
        )
    if not any(entry.kind == "payment" for entry in subject.entries):
        raise NoCopy(_("{number} is settled, but none of it was paid with money", number=invoice.number))
    base = _issued(book, invoice, ZERO, template_folders)
    table = word_table(template_folders, base.locale)
    labels, words = table["labels"], table["statement"]
    formats = Formats(base.locale)
    due = next(place for place, pair in enumerate(base.totals) if pair.label == labels["amount-due"])
    taken_off = [
        Pair(words[key], formats.money(-amount, currency))
        for key, amount in (
            ("received", subject.received),
            ("credited", subject.credited),
            ("discount", subject.discounted),
            ("set-off", subject.set_off),
        )
        if amount
    ]
    left = Pair(labels["settled"], formats.money(ZERO, currency), strong=True)
    return printable_view(
        replace(
            base,
            day=subject.as_of,
            title=labels["acquitted"].format(document=base.title),
            stamp=labels["acquitted-on"].format(date=formats.day(position.settled_on or subject.as_of)),
            totals=(*base.totals[:due], *taken_off, left),
            payment_title="",
            payment=(),
            qr="",
            qr_text="",
        )
    )


def bad_debt_duplicate(book: Book, bad_debt: BadDebt, paid: Decimal, template_folders: tuple[Path, ...]) -> View:
    """The duplicate of a document, with the amount that remained unpaid; `paid`: what had been settled by the end of
    its own day. Raises NoCopy.
    """
    invoice = bad_debt.position.invoice
    base = _issued(book, invoice, paid, template_folders)
    labels = word_table(template_folders, base.locale)["labels"]
    return printable_view(
        replace(
            base,
            day=bad_debt.position.as_of,
            title=labels["duplicate"].format(document=base.title),
            stamp=_sentence(book, bad_debt, Formats(base.locale)),
            payment_title="",
            payment=(),
            qr="",
            qr_text="",
        )
    )


def _issued(book: Book, invoice: Invoice, paid: Decimal, template_folders: tuple[Path, ...]) -> View:
    """The document as it was issued. Raises NoCopy if the ledger has none, as of what was taken over."""
    try:
        return document_view(book, invoice, paid, template_folders)
    except NoDocument as error:
        raise NoCopy(str(error)) from None


def _said(invoice: Invoice) -> str:
    """What a document is about, in a few words: one that was taken over may say nothing but its number."""
    return invoice.narration or (invoice.lines[0].text if invoice.lines else invoice.number)


def unpaid_list_view(book: Book, bad_debts: Sequence[BadDebt], template_folders: tuple[Path, ...]) -> View:
    """The list of one customer's unpaid amounts, instead of a duplicate of each document. Raises NoCopy."""
    first, day = bad_debts[0].position, bad_debts[0].position.as_of
    assert first.debtor is not None, "nothing is lost on a void number"
    customer, currency = book.customers[first.debtor.account].at(day), first.invoice.currency
    head = letterhead(book, customer, day, template_folders)
    table, formats = head.words, head.formats
    labels = table["labels"]
    rows = tuple(
        TableRow(
            (
                _said(debt.position.invoice),
                debt.position.invoice.number,
                formats.short_day(debt.position.invoice.date),
                formats.amount(debt.net, currency),
                formats.amount(debt.tax, currency),
            ),
            (_sentence(book, debt, formats),),
        )
        for debt in bad_debts
    )
    columns = (labels["description"], labels["number"], labels["date"], labels["net"], labels["tax"])
    net, tax = sum((debt.net for debt in bad_debts), ZERO), sum((debt.tax for debt in bad_debts), ZERO)
    return printable_view(
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


def _sentence(book: Book, gone: BadDebt, formats: Formats) -> str:
    """What the law has the customer told. Raises NoCopy."""
    day: date = gone.position.as_of
    country = book.seller.at(day).address.country if book.seller else ""
    text = law.unpaid_words(country)
    if not text:
        raise NoCopy(
            _(
                "no law is known under which a seller in {country} tells a customer what it did not pay",
                country=country or _("no country"),
            )
        )
    currency = gone.position.invoice.currency
    return text.format(net=formats.money(gone.net, currency), tax=formats.money(gone.tax, currency))
