"""The common parts of all pages: sender, recipient, language and look."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from beancount_invoicing.model import Book, Customer, Seller, Source
from beancount_invoicing.rendering import parties
from beancount_invoicing.rendering.folders import template_languages, word_table
from beancount_invoicing.rendering.formats import Formats
from beancount_invoicing.rendering.theme import theme
from beancount_invoicing.rendering.view import View

NO_SELLER = Seller(name="", source=Source("", 0))


class Letterhead(NamedTuple):
    """A page without content, with the formats and words to fill it."""

    view: View
    seller: Seller
    words: dict[str, Any]
    """The table of words of its language."""
    formats: Formats


def letterhead(book: Book, customer: Customer, day: date, template_folders: tuple[Path, ...]) -> Letterhead:
    """The page of `day` for a customer, in its language, with the values of the book and the seller on that day.

    `template_folders`: the folders of templates. Raises TemplateError.
    """
    seller = book.seller.at(day) if book.seller else NO_SELLER
    locale = parties.locale_of(book, customer, day, template_languages(template_folders))
    head = own_letterhead(book, locale, day, template_folders)
    recipient = parties.recipient_lines(customer, seller.address.country, locale, head.words)
    unknown = parties.unknown_region(book, customer, day, locale)
    line = parties.return_line(seller) if book.option("return-address", day) == "line" else ""
    return head._replace(
        view=replace(head.view, recipient=recipient, return_line=line, notices=(*head.view.notices, *unknown))
    )


def own_letterhead(book: Book, locale: str, day: date, template_folders: tuple[Path, ...]) -> Letterhead:
    """The page of `day` to nobody in a language of the templates, with or without a region ("de-CH"). Raises TemplateError."""
    seller = book.seller.at(day) if book.seller else NO_SELLER
    formats = Formats(locale)
    table = word_table(template_folders, locale)
    labels = table["labels"]
    logo, notices = parties.logo_file(book, seller, day)
    look, more = theme(book, day, template_folders)
    view = View(
        language=formats.language,
        locale=locale,
        day=day,
        seller=parties.shown_name(seller),
        seller_lines=parties.seller_lines(seller, locale, table),
        footer=parties.legal_lines(seller, table),
        page=labels["page"],
        page_of=labels["of"],
        logo=logo,
        logo_text=labels["logo"].format(name=seller.name) if logo else "",
        alone=parties.first_person_singular(book, day),
        theme=look,
        notices=(*notices, *more),
    )
    return Letterhead(view, seller, table, formats)
