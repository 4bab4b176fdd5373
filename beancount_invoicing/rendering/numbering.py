"""The numbering statement as a page: for each series the first and last number, how many, void numbers and gaps."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from beancount_invoicing.billing.number_statement import NumberStatement, SeriesStatement
from beancount_invoicing.model import Book
from beancount_invoicing.rendering.folders import template_languages
from beancount_invoicing.rendering.formats import Formats
from beancount_invoicing.rendering.glyphs import printable_view
from beancount_invoicing.rendering.letterhead import own_letterhead
from beancount_invoicing.rendering.parties import books_locale
from beancount_invoicing.rendering.view import Pair, Section, Table, TableRow, View


def numbering_view(
    book: Book, statement: NumberStatement, since: date, until: date, template_folders: tuple[Path, ...]
) -> View:
    """The statement of a period (both days inclusive), dated its last day, in the language of the books if the templates have it.

    Numbers are unique, chronological and continuous (directive 2006/112/EC, art. 226 (2); CGI, ann. II, art. 242 nonies A, I, 7°).
    Raises TemplateError.
    """
    locale = books_locale(book, until, template_languages(template_folders))
    head = own_letterhead(book, locale, until, template_folders)
    labels, words, formats = head.words["labels"], head.words["numbering"], head.formats
    documents = sum(series.documents for series in statement.series) + len(statement.outside)
    missing = sum(series.missing for series in statement.series)
    series_table = Table(
        words["series"],
        (words["series"], labels["date"], words["documents"], words["void"], words["missing"]),
        (False, False, True, True, True),
        tuple(_row(series, words, formats) for series in statement.series),
        wide=0,
    )
    sections = []
    if statement.outside:
        outside = tuple(TableRow((use.number, formats.short_day(use.date))) for use in statement.outside)
        columns = (labels["number"], labels["date"])
        sections.append(Section(words["outside"], Table(words["outside"], columns, (False, False), outside, wide=0)))
    view = replace(
        head.view,
        title=words["title"],
        facts=(
            Pair(words["period"], f"{formats.short_day(since)} – {formats.short_day(until)}"),
            Pair(words["documents"], _count(documents, formats)),
            *((Pair(words["missing"], _count(missing, formats), strong=True),) if statement.series else ()),
        ),
        opening=(words["about"] if statement.series or statement.outside else words["none"],),
        table=series_table if statement.series else None,
        sections=tuple(sections),
        closing=(words["signed"],),
    )
    return printable_view(view)


def _row(series: SeriesStatement, words: dict[str, Any], formats: Formats) -> TableRow:
    details = [
        words[key].format(numbers=", ".join(numbers))
        for key, numbers in (
            ("void-numbers", series.void),
            ("gaps", tuple(f"{before} … {after}" for before, after in series.gaps)),
            ("backwards", series.backwards),
        )
        if numbers
    ]
    return TableRow(
        (
            f"{series.first.number} – {series.last.number}",
            f"{formats.short_day(series.first.date)} – {formats.short_day(series.last.date)}",
            *(_count(number, formats) for number in (series.documents, len(series.void), series.missing)),
        ),
        tuple(details),
    )


def _count(number: int, formats: Formats) -> str:
    return formats.number(Decimal(number), 0)
