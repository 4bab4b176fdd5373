"""The first page of an accounting pack: what is in it, what it adds up to, and above all what is missing, and why."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from beancount_invoicing.accounting.reports import Reconciliation
from beancount_invoicing.languages import translated
from beancount_invoicing.messages import _, _n
from beancount_invoicing.model import Book
from beancount_invoicing.rendering import parties
from beancount_invoicing.rendering.folders import BUILT_IN_TEMPLATES, word_table
from beancount_invoicing.rendering.formats import Formats
from beancount_invoicing.rendering.output import fill
from beancount_invoicing.rendering.view import Pair


class PageFile(NamedTuple):
    """A file of the pack; `link` leads to it from the page."""

    file: str
    link: str
    digest: str


class PageRow(NamedTuple):
    """A report of the pack with its files."""

    files: tuple[PageFile, ...]
    title: str
    about: str
    figures: tuple[tuple[str, Decimal | int], ...]
    currency: str
    reconciliations: tuple[Reconciliation, ...]


class PagePeriod(NamedTuple):
    """A period (both days inclusive) as the ledger knows it: what happened up to `as_of`."""

    since: date
    until: date
    as_of: date


class PageContents(NamedTuple):
    """What the page says; all texts are in the language of the page."""

    period: PagePeriod
    rows: Sequence[PageRow]
    problems: Sequence[str]
    notices: Sequence[str]
    documents: str
    """The folder of the documents, seen from the page; "" if there is none."""
    copies: int
    sums: str
    """The name of the file with the digests."""
    identifier: str
    """By which this state of the pack can be told from any other."""


def pack_page(book: Book, language: str, generator: str, contents: PageContents) -> bytes:
    """The page as HTML that needs no other file, in a language that has messages (see `languages.speaking`)."""
    formats = Formats(language)
    seller = book.seller.at(contents.period.until) if book.seller else None
    words = word_table((BUILT_IN_TEMPLATES,), language)
    html = fill(
        (BUILT_IN_TEMPLATES,),
        "accounting-pack.html.j2",
        escape=True,
        language=language,
        generator=generator,
        seller=parties.shown_name(seller) if seller else "",
        legal_lines=parties.legal_lines(seller, words) if seller else (),
        period=f"{formats.short_day(contents.period.since)} – {formats.short_day(contents.period.until)}",
        facts=_facts(book, contents, formats),
        rows=[_row(row, formats) for row in contents.rows],
        contents=contents,
        t=_words(contents),
    )
    return html.encode()


def _facts(book: Book, contents: PageContents, formats: Formats) -> list[Pair]:
    since, until, as_of = contents.period
    return [
        Pair(
            translated(_("period")),
            translated(_("{since} to {until}", since=formats.day(since), until=formats.day(until))),
        ),
        Pair(translated(_("as of")), formats.day(as_of)),
        Pair(translated(_("currency of the books")), book.currency),
        Pair(translated(_("this state")), contents.identifier),
    ]


class _Row(NamedTuple):
    """A report, with its figures and sums in words."""

    report: PageRow
    figures: tuple[Pair, ...]
    sums: tuple[str, ...]


def _row(report: PageRow, formats: Formats) -> _Row:
    figures = tuple(
        Pair(
            translated(title),
            formats.amount(figure, report.currency)
            if isinstance(figure, Decimal)
            else formats.number(Decimal(figure), 0),
        )
        for title, figure in report.figures
    )
    sums = tuple(
        translated(
            _(
                "{subject}: {reported} in this report, {booked} in the ledger, difference {difference}",
                subject=sums.subject,
                reported=formats.amount(sums.reported, report.currency),
                booked=formats.amount(sums.booked, report.currency),
                difference=formats.amount(sums.difference, report.currency),
            )
        )
        for sums in report.reconciliations
    )
    return _Row(report, figures, sums)


def _words(contents: PageContents) -> dict[str, str]:
    """The fixed texts of the page."""
    texts = {
        "title": _("Accounting pack"),
        "missing": _("What is missing or wrong"),
        "whole": _("All files that are listed here were made, and their sums are those of the ledger."),
        "notices": _("Good to know"),
        "file": _("file"),
        "about": _("what it is"),
        "figures": _("what it adds up to"),
        "digest": _("fingerprint (SHA-256)"),
        "documents": _("Documents"),
        "copies": _n(
            contents.copies,
            "{count} document, byte for byte as it was sealed or sent.",
            "{count} documents, byte for byte as they were sealed or sent.",
            count=contents.copies,
        ),
        "verify": _("How to verify this pack"),
        "unchanged": _(
            "Nobody has changed a file since the pack was made if its fingerprint is the one above. The file {file} has "
            "the fingerprints of all files: sha256sum --check {file} compares them.",
            file=contents.sums,
        ),
        "repeat": _(
            "Who has the ledger makes the same pack again, byte for byte, with the same version of bean-invoice. The column "
            "“where” of each spreadsheet names the file and the line of the ledger where a figure is written."
        ),
    }
    return {name: translated(text) for name, text in texts.items()}
