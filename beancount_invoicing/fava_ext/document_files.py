"""Documents and lists as files: what a link of the page hands out, or in words why it cannot."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from typing import Literal, NamedTuple
from urllib.parse import quote

from fava.helpers import FavaAPIError
from flask import Response

from beancount_invoicing import einvoice, rendering
from beancount_invoicing.accounting.reports import Report
from beancount_invoicing.actions.statement import render_statement
from beancount_invoicing.answers.accounting import report_csv
from beancount_invoicing.answers.csv_rows import csv_text
from beancount_invoicing.customer_search import UnknownCustomer
from beancount_invoicing.documents import render
from beancount_invoicing.documents.e_invoices import e_invoice_file
from beancount_invoicing.documents.search import UnknownNumber
from beancount_invoicing.gc_control import no_collections
from beancount_invoicing.messages import _
from beancount_invoicing.model import Book
from beancount_invoicing.receivables import statements

CONTENT_SECURITY_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'"
"""A previewed document must not load or run anything."""
FileKind = Literal["html", "pdf", "xml", "csv", "xlsx"]
TYPES: dict[FileKind, str] = {
    "html": "text/html",
    "pdf": "application/pdf",
    "xml": "application/xml",
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class HandedOut(NamedTuple):
    """A file, and what is to be said about it."""

    name: str
    content: bytes
    notices: tuple[str, ...] = ()


def document_file(book: Book, number: str, kind: FileKind) -> HandedOut:
    """The document `number`; its PDF is the sealed file, if it was sealed; "xml" is its e-invoice."""
    if kind == "xml":
        return HandedOut(*e_invoice_file(book, number))
    notices: list[str] = []
    name, content = render.document_file(book, number, "pdf" if kind == "pdf" else "html", notices.append)
    return HandedOut(name, content, tuple(notices))


def statement_file(book: Book, account: str, as_of: date, kind: FileKind) -> HandedOut:
    """The statement of account of a customer (main account), from 1 January to `as_of` (inclusive)."""
    if account not in book.customers:
        raise UnknownCustomer(_("there is no customer {account}", account=account))
    notices: list[str] = []
    (found,) = statements(book, as_of, as_of.replace(month=1, day=1), {account})
    name, content = render_statement(book, found, "pdf" if kind == "pdf" else "html", notices.append)
    return HandedOut(name, content, tuple(notices))


def report_file(report: Report, kind: FileKind) -> HandedOut:
    """A list as CSV or as a spreadsheet."""
    name = f"{report.name}-{report.until}.{kind}"
    if kind == "csv":
        return HandedOut(name, csv_text(*report_csv(report)).encode())
    from beancount_invoicing.rendering.spreadsheet import to_xlsx

    return HandedOut(name, to_xlsx(report))


def response(kind: FileKind, make: Callable[[], HandedOut], say: Callable[[str], str]) -> Response:
    """The answer with the file that `make` gives; where that is impossible, why, in a line of text. `say` translates messages."""
    answer = _response(kind, make, say)
    answer.headers["X-Content-Type-Options"] = "nosniff"  # a reason may quote what the ledger says
    return answer


def _response(kind: FileKind, make: Callable[[], HandedOut], say: Callable[[str], str]) -> Response:
    try:
        with no_collections():
            made = make()
    except FavaAPIError as error:
        return Response(error.message, 404, mimetype="text/plain")
    except (UnknownNumber, UnknownCustomer, rendering.NoDocument, einvoice.NoEInvoice) as error:
        return Response(say(str(error)), 404, mimetype="text/plain")
    except (rendering.TemplateError, OSError) as error:
        return Response(say(str(error)), 500, mimetype="text/plain")
    except Exception as error:  # a mistake of ours must not take Fava's page down
        return Response(f"{type(error).__name__}: {say(str(error))}", 500, mimetype="text/plain")
    answer = Response(made.content, mimetype=TYPES[kind])
    answer.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
    if made.notices:
        answer.headers["X-Notices"] = quote(json.dumps([say(notice) for notice in made.notices]))
    if kind != "html":
        answer.headers["Content-Disposition"] = f'attachment; filename="{made.name}"'
    return answer
