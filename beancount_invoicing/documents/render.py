"""Documents rendered, one after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from beancount_invoicing.billing import Enclosure
from beancount_invoicing.documents.as_issued import paid_on_its_date, settled
from beancount_invoicing.documents.originals import original, sealed_documents
from beancount_invoicing.documents.search import find_documents
from beancount_invoicing.documents.written_files import SUFFIXES, Output, WrittenFile, view_bytes, write_view
from beancount_invoicing.files import write_if_different
from beancount_invoicing.messages import _
from beancount_invoicing.model import Book, Invoice, Seal


class RenderContext(NamedTuple):
    """What rendering the documents of a Book needs: template folders, file names, what was paid by each document's date."""

    template_folders: tuple[Path, ...]
    names: Mapping[str, str]
    paid_on_date: Callable[[Invoice], Decimal]


def render_context(book: Book) -> RenderContext:
    """What rendering needs to know of the whole Book, worked out once."""
    from beancount_invoicing import rendering

    names = rendering.unique_file_names(invoice.number for invoice in book.invoices)
    return RenderContext(rendering.folders(book), names, paid_on_its_date(book))


def render(
    book: Book,
    invoices: Sequence[Invoice],
    folder: str | Path,
    outputs: Sequence[Output],
    notice: Callable[[str], None],
    plain: bool = False,
    prepared: RenderContext | None = None,
    enclose: Sequence[Enclosure] = (),
) -> Iterator[tuple[WrittenFile, ...]]:
    """Writes documents as of their own dates, one after the other; yields the files of each.

    The PDF of a sealed document is the sealed file itself; anything else made of it is reported to `notice`. Another PDF is a
    Factur-X, unless `plain` is set or the document cannot be an e-invoice, which is reported to `notice`. A file is written whole
    or not at all, and only if its bytes differ. The enclosures of its contracts, and `enclose`, are written beside it. Void numbers
    and opening items have no document and are skipped. Raises TemplateError, OSError.
    """
    from beancount_invoicing import rendering
    from beancount_invoicing.documents.e_invoices import factur_x_xml
    from beancount_invoicing.documents.enclosures import enclosures

    folder = Path(folder)
    where, names, paid = prepared or render_context(book)
    sealed = sealed_documents(book)
    for invoice in invoices:
        try:
            view = rendering.document_view(book, invoice, paid(invoice), where)
        except rendering.NoDocument as error:
            notice(str(error))
            yield ()
            continue
        for text in view.notices:
            notice(text)
        sealed_file = None
        if seal := sealed.get(invoice.number):
            sealed_file = original(seal) if "pdf" in outputs and not plain else None
            if reason := _made_anew(invoice.number, seal, outputs, plain, sealed_file):
                notice(reason)
        e_invoice = None
        if sealed_file is None and not plain and "pdf" in outputs:
            e_invoice = factur_x_xml(book, invoice, paid(invoice), where, notice)
        written = write_view(view, where, folder / names[invoice.number], outputs, e_invoice, sealed_file)
        along = enclosures(book, invoice, where, names[invoice.number], outputs, enclose)
        yield (
            *written,
            *(
                WrittenFile(folder / attachment.name, write_if_different(folder / attachment.name, attachment.content))
                for attachment in along
            ),
        )


def _made_anew(number: str, seal: Seal, outputs: Sequence[Output], plain: bool, sealed: bytes | None) -> str:
    """The notice that a sealed document is made again; "" if only the sealed file is handed out."""
    if sealed is None and "pdf" in outputs and not plain:
        return _(
            "{number} was sealed on {day}, but {file} has changed since (bean-invoice verify {number}): a "
            "newly made file is written",
            number=number,
            day=seal.date,
            file=seal.file,
        )
    anew = [output for output in outputs if output != "pdf" or plain]
    return (
        _(
            "{number} was sealed on {day} as {file}; newly made, not taken from there: {anew}",
            number=number,
            day=seal.date,
            file=seal.file,
            anew=", ".join(anew),
        )
        if anew
        else ""
    )


def document_file(
    book: Book, number: str, output: Output, notice: Callable[[str], None] = lambda _text: None
) -> tuple[str, bytes]:
    """The file name and the bytes of one document: the sealed PDF, if it exists, otherwise as in `render_one`."""
    found = book.invoice(number)
    seal = sealed_documents(book).get(number) if found and output == "pdf" else None
    sealed = original(seal) if seal else None
    if sealed is None:
        return render_one(book, number, output, notice)
    from beancount_invoicing import rendering

    return f"{rendering.unique_file_names(invoice.number for invoice in book.invoices)[number]}.pdf", sealed


def render_one(
    book: Book, number: str, output: Output, notice: Callable[[str], None] = lambda _text: None
) -> tuple[str, bytes]:
    """One document as of its own date: its file name and its bytes; a PDF is a Factur-X if it can be one. `notice` gets what is
    to be said about it, as in `render`.

    Raises UnknownNumber, rendering.NoDocument, rendering.TemplateError, OSError.
    """
    from beancount_invoicing import rendering
    from beancount_invoicing.documents.e_invoices import factur_x_xml

    invoice = book.invoice(number)
    if invoice is None:
        (invoice,) = (position.invoice for position in find_documents(book, date.max, [number]))
    where = rendering.folders(book)
    paid = settled(book, invoice, invoice.date)
    view = rendering.document_view(book, invoice, paid, where)
    for text in view.notices:
        notice(text)
    name = rendering.unique_file_names(invoice.number for invoice in book.invoices)[invoice.number]
    e_invoice = factur_x_xml(book, invoice, paid, where, notice) if output == "pdf" else None
    return f"{name}.{SUFFIXES[output]}", view_bytes(view, where, output, e_invoice)
