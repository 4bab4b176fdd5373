"""The enclosures of an invoice, as files: the timesheet, newly made, and the receipts as they are."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import partial
from mimetypes import guess_type
from pathlib import Path

from beancount_invoicing import billing
from beancount_invoicing.delivery import Attachment
from beancount_invoicing.documents.written_files import SUFFIXES, Output, view_bytes
from beancount_invoicing.model import Book, Invoice


def enclosures(
    book: Book,
    invoice: Invoice,
    template_folders: tuple[Path, ...],
    stem: str,
    outputs: Sequence[Output],
    extra_kinds: Collection[billing.Enclosure] = (),
) -> tuple[Attachment, ...]:
    """The enclosures required by a document's contracts, and `extra_kinds`.

    `stem`: of the document's own file. Raises rendering.TemplateError, and OSError if a receipt cannot be read.
    """
    from beancount_invoicing import rendering

    wanted = {*billing.contract_enclosures(book, invoice), *extra_kinds}
    if not wanted or invoice.customer is None:
        return ()
    found = billing.enclosures_of(book, invoice, wanted)
    result = []
    if found.time:
        view = rendering.timesheet_view(book, invoice, found.time, template_folders)
        for output in outputs:
            kind = {"pdf": "application/pdf", "html": "text/html", "text": "text/plain"}[output]
            result.append(
                Attachment(
                    f"{stem}-timesheet.{SUFFIXES[output]}", kind, partial(view_bytes, view, template_folders, output)
                )
            )
    taken = {attachment.name.casefold() for attachment in result}
    for path in found.receipts:
        name = _unused(f"{stem}-{Path(path).name}", taken)
        taken.add(name.casefold())
        kind = guess_type(name)[0] or "application/octet-stream"
        result.append(Attachment(name, kind, Path(path).read_bytes()))
    return tuple(result)


def _unused(name: str, taken: Collection[str]) -> str:
    """The name of a file, with a number where another has it: receipts of several folders may be called alike.

    `taken` are the others' names, casefolded.
    """
    file = Path(name)
    names = (name, *(f"{file.stem}-{count}{file.suffix}" for count in range(2, len(taken) + 2)))
    return next(name for name in names if name.casefold() not in taken)
