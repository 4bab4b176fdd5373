"""The numbering statement as a PDF."""

from __future__ import annotations

from datetime import date

from beancount_invoicing.billing.number_statement import number_statement
from beancount_invoicing.model import Book


def numbering_pdf(book: Book, since: date, until: date) -> bytes:
    """The statement of a period (both days inclusive), in the language of the books. Raises TemplateError."""
    from beancount_invoicing import rendering
    from beancount_invoicing.rendering.numbering import numbering_view

    template_folders = rendering.folders(book)
    view = numbering_view(book, number_statement(book, since, until), since, until, template_folders)
    return rendering.to_pdf(view, template_folders)
