"""What is shown: one view model per document, and from it HTML, PDF and plain text."""

from __future__ import annotations

from beancount_invoicing.rendering.copies import NoCopy, acquitted, unpaid, unpaid_list
from beancount_invoicing.rendering.document import NoDocument, document
from beancount_invoicing.rendering.folders import TemplateError, folders, languages, words
from beancount_invoicing.rendering.formats import Formats, colon
from beancount_invoicing.rendering.letter import letter
from beancount_invoicing.rendering.mail import (
    Words,
    document_facts,
    later_facts,
    letter_facts,
    mail_words,
    statement_facts,
)
from beancount_invoicing.rendering.names import file_names
from beancount_invoicing.rendering.output import to_html, to_pdf, to_text
from beancount_invoicing.rendering.parties import language_of
from beancount_invoicing.rendering.post import Posted, post_list
from beancount_invoicing.rendering.receipt import receipt
from beancount_invoicing.rendering.statement import statement
from beancount_invoicing.rendering.timesheet import timesheet
from beancount_invoicing.rendering.view import View, texts

__all__ = [
    "Formats",
    "NoCopy",
    "NoDocument",
    "Posted",
    "TemplateError",
    "View",
    "Words",
    "acquitted",
    "colon",
    "document",
    "document_facts",
    "file_names",
    "folders",
    "language_of",
    "languages",
    "later_facts",
    "letter",
    "letter_facts",
    "mail_words",
    "post_list",
    "receipt",
    "statement",
    "statement_facts",
    "texts",
    "timesheet",
    "to_html",
    "to_pdf",
    "to_text",
    "unpaid",
    "unpaid_list",
    "words",
]
