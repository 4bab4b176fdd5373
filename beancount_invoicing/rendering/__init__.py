"""What a page shows: one view model per document, and from it HTML, PDF and plain text."""

from __future__ import annotations

from beancount_invoicing.rendering.confirmation import confirmation_view
from beancount_invoicing.rendering.copies import NoCopy, acquitted_copy, bad_debt_duplicate, unpaid_list_view
from beancount_invoicing.rendering.document import NoDocument, document_view
from beancount_invoicing.rendering.folders import TemplateError, folders, template_languages, word_table
from beancount_invoicing.rendering.formats import Formats, colon
from beancount_invoicing.rendering.letter import letter_view
from beancount_invoicing.rendering.mail import (
    MailText,
    document_facts,
    letter_facts,
    mail_text,
    outstanding_facts,
    statement_facts,
)
from beancount_invoicing.rendering.names import unique_file_names
from beancount_invoicing.rendering.output import to_html, to_pdf, to_text
from beancount_invoicing.rendering.parties import language_of, locale_of
from beancount_invoicing.rendering.print_batch import Posted, post_list_view
from beancount_invoicing.rendering.receipt import receipt_view
from beancount_invoicing.rendering.statement import statement_view
from beancount_invoicing.rendering.timesheet import timesheet_view
from beancount_invoicing.rendering.view import View, view_texts

__all__ = [
    "Formats",
    "MailText",
    "NoCopy",
    "NoDocument",
    "Posted",
    "TemplateError",
    "View",
    "acquitted_copy",
    "bad_debt_duplicate",
    "colon",
    "confirmation_view",
    "document_facts",
    "document_view",
    "folders",
    "language_of",
    "letter_facts",
    "letter_view",
    "locale_of",
    "mail_text",
    "outstanding_facts",
    "post_list_view",
    "receipt_view",
    "statement_facts",
    "statement_view",
    "template_languages",
    "timesheet_view",
    "to_html",
    "to_pdf",
    "to_text",
    "unique_file_names",
    "unpaid_list_view",
    "view_texts",
    "word_table",
]
