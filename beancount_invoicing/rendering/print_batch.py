"""The cover list of a batch of letters: to whom each goes, and where it begins."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

from beancount_invoicing.model import Book
from beancount_invoicing.rendering.folders import template_languages, word_table
from beancount_invoicing.rendering.formats import Formats
from beancount_invoicing.rendering.glyphs import printable_view
from beancount_invoicing.rendering.letterhead import NO_SELLER
from beancount_invoicing.rendering.parties import books_locale
from beancount_invoicing.rendering.theme import theme
from beancount_invoicing.rendering.view import Pair, Table, TableRow, View


class Posted(NamedTuple):
    """A letter in the list: its recipient, its content, its first page and its sheets."""

    customer: str
    address: tuple[str, ...]
    title: str
    page: int
    sheets: int
    registered: bool = False


def post_list_view(book: Book, day: date, letters: Sequence[Posted], template_folders: tuple[Path, ...]) -> View:
    """The view of the list, in the seller's own language. Raises TemplateError."""
    seller = book.seller.at(day) if book.seller else NO_SELLER
    locale = books_locale(book, day, template_languages(template_folders))
    table = word_table(template_folders, locale)
    labels, formats = table["labels"], Formats(locale)
    look, notices = theme(book, day, template_folders)
    post = table["post"]
    rows = tuple(
        TableRow(
            (
                letter.customer,
                f"{letter.title} ({post['registered']})" if letter.registered else letter.title,
                str(letter.page),
                str(letter.sheets),
            ),
            (", ".join(letter.address),),
        )
        for letter in letters
    )
    columns = (post["recipient"], post["document"], post["page"], post["sheets"])
    return printable_view(
        View(
            language=formats.language,
            locale=locale,
            day=day,
            title=post["title"],
            seller=seller.name,
            facts=(Pair(labels["date"], formats.day(day)), Pair(post["letters"], str(len(letters)))),
            table=Table(post["title"], columns, (False, False, True, True), rows),
            totals=(Pair(post["sheets"], str(sum(letter.sheets for letter in letters)), strong=True),),
            footer=(seller.name,),
            page=labels["page"],
            page_of=labels["of"],
            theme=look,
            notices=notices,
        )
    )
