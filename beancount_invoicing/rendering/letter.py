"""Proposal → view: the reminder letter, its words from templates."""

from __future__ import annotations

from pathlib import Path

from beancount_invoicing.dunning import Proposal
from beancount_invoicing.model import Book
from beancount_invoicing.rendering import parties
from beancount_invoicing.rendering.document import NOBODY
from beancount_invoicing.rendering.folders import languages, words
from beancount_invoicing.rendering.formats import Formats
from beancount_invoicing.rendering.glyphs import printable
from beancount_invoicing.rendering.output import fill, paragraphs
from beancount_invoicing.rendering.theme import theme
from beancount_invoicing.rendering.view import Pair, Row, Table, View

_WORDS = {"courtesy": 1, "friendly": 1, "firm": 2, "final": 3}


def letter(book: Book, proposal: Proposal, where: tuple[Path, ...]) -> View:
    """The view of a reminder letter as of its proposal's day. Raises TemplateError, ValueError where nothing is sent."""
    if proposal.level is None:
        raise ValueError(f"{proposal.customer.name}: nothing is sent")
    customer, currency, day = proposal.customer, proposal.currency, proposal.as_of
    seller = book.seller.at(day) if book.seller else NOBODY
    language = parties.language_of(book, customer, day, languages(where))
    table = words(where, language)
    labels = table["labels"]
    formats = Formats(language)
    claimed = proposal.claimed
    words_of = _WORDS[proposal.tone]
    reference = parties.reference_to([late.position.invoice.number for late in proposal.invoices])
    pay, qr = parties.payment(seller, customer, reference, claimed, currency, formats, table)
    claims = bool(proposal.interest or proposal.indemnity)
    body = fill(
        where,
        f"letters/{language}/reminder-{words_of}.j2",
        fallback=f"letters/en/reminder-{words_of}.j2",
        count=len(proposal.invoices),
        total=formats.money(proposal.total, currency),
        claimed=formats.money(claimed, currency),
        claims=claims,
        as_of=formats.day(day),
        customer=customer,
        seller=seller,
        level=proposal.level,
    )
    units = table["units"]["days-late"]
    rows = tuple(
        Row(
            (
                late.position.invoice.number,
                formats.short_day(late.position.invoice.date),
                formats.short_day(late.due),
                formats.amount(late.position.payable, currency),
                formats.amount(late.position.settled, currency) if late.position.settled else "",
                formats.amount(late.open, currency),
                f"{late.days_overdue} {units[late.days_overdue > 1]}",
            )
        )
        for late in proposal.invoices
    )
    columns = tuple(labels[key] for key in ("invoice", "date", "due", "amount", "received", "open", "days-late"))
    totals = [Pair(labels["late-total"], formats.money(proposal.total, currency), strong=not claims)]
    if proposal.interest:
        totals.append(Pair(labels["interest"], formats.money(proposal.interest, currency)))
    if proposal.indemnity:
        totals.append(Pair(labels["indemnity"], formats.money(proposal.indemnity, currency)))
    if claims:
        totals.append(Pair(labels["claimed-total"], formats.money(claimed, currency), strong=True))
    logo, notices = parties.logo(book, seller, day)
    look, more = theme(book, day, where)
    return printable(
        View(
            language=language,
            day=day,
            title=table["titles"][f"reminder-{words_of}"],
            number="",
            mark="",
            seller=seller.name,
            seller_lines=parties.seller_lines(seller, language, table),
            recipient=parties.recipient(customer, seller.address.country, language, table),
            delivery=(),
            facts=(Pair(labels["date"], formats.day(day)),),
            opening=paragraphs(body),
            table=Table(table["titles"][f"reminder-{words_of}"], columns, (False, *[True] * 6), rows),
            totals=tuple(totals),
            taxes=None,
            instalments=None,
            payment_title=labels["payment"] if pay else "",
            payment=pay,
            qr=qr,
            qr_text=labels["qr"].format(amount=formats.money(claimed, currency)) if qr else "",
            closing=(seller.name,),
            mentions=(),
            footer=parties.legal_line(seller, table),
            page=labels["page"],
            page_of=labels["of"],
            logo=logo,
            logo_text=labels["logo"].format(name=seller.name) if logo else "",
            theme=look,
            notices=(*notices, *more, *proposal.notices),
        )
    )
