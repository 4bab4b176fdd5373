"""E-invoices: written, put into PDFs, and checked."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from beancount_invoicing.documents.as_issued import paid_on_its_date
from beancount_invoicing.documents.differences import altered_since
from beancount_invoicing.documents.originals import sealed_documents
from beancount_invoicing.documents.search import find_documents
from beancount_invoicing.documents.written_files import WrittenFile, view_bytes
from beancount_invoicing.files import write_if_different
from beancount_invoicing.messages import _
from beancount_invoicing.model import Book, Invoice

if TYPE_CHECKING:
    from beancount_invoicing import einvoice

EInvoiceFormat = Literal["facturx", "cii", "ubl", "peppol"]
E_INVOICE_SUFFIXES: dict[EInvoiceFormat, str] = {
    "facturx": "pdf",
    "cii": "cii.xml",
    "ubl": "ubl.xml",
    "peppol": "peppol.xml",
}


class WrittenEInvoice(NamedTuple):
    """An e-invoice that was written, and the result of each layer of checks (empty if not requested)."""

    file: WrittenFile
    layers: tuple[einvoice.Layer, ...] = ()


def checked_e_invoice(
    book: Book, invoice: Invoice, paid: Decimal, template_folders: tuple[Path, ...], e_invoice_format: EInvoiceFormat
) -> einvoice.EInvoice:
    """A document in business terms, which passes our own checks. Raises einvoice.NoEInvoice with all problems."""
    from beancount_invoicing import einvoice, rendering
    from beancount_invoicing.einvoice import checks
    from beancount_invoicing.einvoice.checks_peppol import check_peppol

    language = "en"
    if invoice.customer:
        language = rendering.language_of(
            book, invoice.customer, invoice.date, rendering.template_languages(template_folders)
        )
    terms = einvoice.e_invoice(book, invoice, paid, language)
    problems = checks.check_business_terms(terms) + (check_peppol(terms) if e_invoice_format == "peppol" else ())
    if problems:
        raise einvoice.NoEInvoice(
            tuple(
                einvoice.Rejection(
                    problem.rule,
                    _("{location}: {message}", location=problem.location, message=problem.message),
                    invoice.source,
                )
                for problem in problems
            )
        )
    return terms


def not_e_invoice_message(invoice: Invoice, reason: einvoice.Rejection) -> str:
    """Why a document cannot be an e-invoice, in one line that names the place in the ledger."""
    return _(
        "{place}: {number} is not an e-invoice ({term}): {message}",
        place=reason.source,
        number=invoice.number,
        term=reason.term,
        message=reason.message,
    )


def factur_x_xml(
    book: Book, invoice: Invoice, paid: Decimal, template_folders: tuple[Path, ...], notice: Callable[[str], None]
) -> bytes | None:
    """The XML that makes a document's PDF a Factur-X; None if it cannot be one, with the reason passed to `notice`. A draft
    never is one, nor is any document with option `e-invoice-form` "none".
    """
    if book.option("e-invoice-form", invoice.date) == "none":
        return None
    from beancount_invoicing import einvoice

    try:
        return e_invoice_xml(book, invoice, paid, template_folders, "facturx")
    except einvoice.NoEInvoice as error:
        for reason in () if invoice.draft else error.reasons:
            notice(not_e_invoice_message(invoice, reason))
        return None


def e_invoice_xml(
    book: Book, invoice: Invoice, paid: Decimal, template_folders: tuple[Path, ...], e_invoice_format: EInvoiceFormat
) -> bytes:
    """The XML of a document. Raises einvoice.NoEInvoice."""
    from beancount_invoicing import einvoice

    try:
        return einvoice.to_xml(
            checked_e_invoice(book, invoice, paid, template_folders, e_invoice_format),
            "cii" if e_invoice_format == "facturx" else e_invoice_format,
        )
    except einvoice.NotWritable as error:
        raise einvoice.NoEInvoice((einvoice.Rejection("XML", str(error), invoice.source),)) from None


def write_e_invoices(
    book: Book,
    invoices: Sequence[Invoice],
    e_invoice_format: EInvoiceFormat,
    folder: str | Path,
    error: Callable[[str], None],
    check: bool = False,
) -> Iterator[WrittenEInvoice]:
    """Writes documents as e-invoices, one after the other; `error` gets each document that cannot be one, with the reason,
    and each that was sealed with other facts than the ledger has today. `check`: in all layers. Raises TemplateError,
    OSError.
    """
    from beancount_invoicing import einvoice, rendering

    where = rendering.folders(book)
    names = rendering.unique_file_names(invoice.number for invoice in book.invoices)
    paid = paid_on_its_date(book)
    seals = sealed_documents(book)
    for invoice in invoices:
        if altered := altered_since(book, invoice, seals.get(invoice.number)):
            error(_("{place}: {number} {altered}", place=invoice.source, number=invoice.number, altered=altered))
            continue
        try:
            data = e_invoice_xml(book, invoice, paid(invoice), where, e_invoice_format)
        except einvoice.NoEInvoice as none:
            for reason in none.reasons:
                error(not_e_invoice_message(invoice, reason))
            continue
        if e_invoice_format == "facturx":
            data = view_bytes(rendering.document_view(book, invoice, paid(invoice), where), where, "pdf", data)
        file = Path(folder) / f"{names[invoice.number]}.{E_INVOICE_SUFFIXES[e_invoice_format]}"
        written = WrittenFile(file, write_if_different(file, data))
        yield WrittenEInvoice(written, einvoice.validate(data) if check else ())


def e_invoice_file(book: Book, number: str) -> tuple[str, bytes]:
    """The name and the bytes of a document's XML (CII), as in its Factur-X.

    Raises UnknownNumber, einvoice.NoEInvoice, rendering.NoDocument (it has no page, or was sealed with other facts), TemplateError,
    OSError.
    """
    from beancount_invoicing import rendering

    (invoice,) = (position.invoice for position in find_documents(book, date.max, [number]))
    if altered := altered_since(book, invoice, sealed_documents(book).get(invoice.number)):
        raise rendering.NoDocument(
            _("{place}: {number} {altered}", place=invoice.source, number=invoice.number, altered=altered)
        )
    if not invoice.has_page or invoice.draft:
        why = invoice.why_no_page or _("a draft")
        raise rendering.NoDocument(_("{number} is {reason}: there is no e-invoice", number=invoice.number, reason=why))
    where = rendering.folders(book)
    xml = e_invoice_xml(book, invoice, paid_on_its_date(book)(invoice), where, "cii")
    names = rendering.unique_file_names(invoice.number for invoice in book.invoices)
    return f"{names[invoice.number]}.{E_INVOICE_SUFFIXES['cii']}", xml


def validate_file(file: str | Path) -> tuple[einvoice.Layer, ...]:
    """The result of each layer of checks for a file, whoever wrote it. Raises OSError."""
    from beancount_invoicing import einvoice

    with Path(file).open("rb") as stream:
        return einvoice.validate(stream.read(einvoice.LIMIT + 1))


def validate_files(files: Iterable[Path | str]) -> Iterator[tuple[Path, tuple[einvoice.Layer, ...]]]:
    """The result of each layer of checks for files, in their order; several are checked at a time.

    A file that cannot be read has a layer that was not run.
    """
    from concurrent.futures import ThreadPoolExecutor

    from beancount_invoicing import einvoice

    def judged(file: Path) -> tuple[Path, tuple[einvoice.Layer, ...]]:
        try:
            return file, validate_file(file)
        except OSError as error:
            return file, (einvoice.Layer("document", not_run=_("it cannot be read: {reason}", reason=error.strerror)),)

    every = [Path(file) for file in files]
    pool = ThreadPoolExecutor(max(1, min(len(every), os.cpu_count() or 1, _AT_ONCE)))
    try:
        yield from pool.map(judged, every)
    finally:
        pool.shutdown(cancel_futures=True)


_AT_ONCE = 4
"""The most files that are checked at a time: each takes a processor, and Saxon's memory."""
