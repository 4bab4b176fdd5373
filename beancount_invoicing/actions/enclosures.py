"""What goes along with an invoice, as files: the timesheet, made anew, and the receipts as they are."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from mimetypes import guess_type
from pathlib import Path

from beancount_invoicing import billing
from beancount_invoicing.actions.documents import SUFFIXES, Output, as_bytes
from beancount_invoicing.delivery import Attachment
from beancount_invoicing.model import Book, Invoice


def enclosures(
    book: Book,
    invoice: Invoice,
    where: tuple[Path, ...],
    stem: str,
    outputs: Sequence[Output],
    more: Collection[billing.Enclosure] = (),
) -> tuple[Attachment, ...]:
    """What the contracts of a document say that goes along, and `more`. `stem`: of its own file.

    Raises rendering.TemplateError, and OSError where a receipt cannot be read.
    """
    from beancount_invoicing import rendering

    wanted = {*billing.asked_for(book, invoice), *more}
    if not wanted or invoice.customer is None:
        return ()
    found = billing.enclosed(book, invoice, wanted)
    result = []
    if found.time:
        view = rendering.timesheet(book, invoice, found.time, where)
        for output in outputs:
            kind = {"pdf": "application/pdf", "html": "text/html", "text": "text/plain"}[output]
            result.append(Attachment(f"{stem}-timesheet.{SUFFIXES[output]}", kind, as_bytes(view, where, output)))
    for path in found.receipts:
        name = f"{stem}-{Path(path).name}"
        kind = guess_type(name)[0] or "application/octet-stream"
        result.append(Attachment(name, kind, Path(path).read_bytes()))
    return tuple(result)
