"""The documents of a period in an accounting pack: copies of the very files that were sealed or sent."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from beancount_invoicing.accounting.reports import Cell, Report, ReportColumn
from beancount_invoicing.actions.seal import Verified
from beancount_invoicing.documents.originals import original, sealed_documents
from beancount_invoicing.languages import translated
from beancount_invoicing.messages import _, _n, _p
from beancount_invoicing.model import Book, Invoice, Seal
from beancount_invoicing.rendering import unique_file_names


class PackDocument(NamedTuple):
    """A document of the period, and the file in the pack for its copy; without a seal, nothing is copied."""

    invoice: Invoice
    seal: Seal | None
    file: str


class CopiedDocument(NamedTuple):
    """A document of the period, and whether its sealed file was found as it was sealed."""

    document: PackDocument
    found: bool


def documents_of(book: Book, since: date, until: date, folder: str) -> tuple[PackDocument, ...]:
    """The issued documents that are in the books from a day of the period (both inclusive), by date and number.

    `folder`: that of the copies, in the pack.
    """
    seals = sealed_documents(book)
    issued = sorted(
        (
            invoice
            for invoice in book.invoices
            if not invoice.draft and invoice.has_page and since <= invoice.booked_from <= until
        ),
        key=lambda invoice: (invoice.date, invoice.number),
    )
    names = unique_file_names(invoice.number for invoice in issued)
    return tuple(
        PackDocument(invoice, seals.get(invoice.number), f"{folder}/{names[invoice.number]}.pdf") for invoice in issued
    )


def sealed_copy(document: PackDocument) -> bytes | None:
    """The bytes of a document's sealed file; None if there is none that is as it was sealed."""
    return original(document.seal) if document.seal else None


COLUMNS = (
    ReportColumn("date", _("date"), "date"),
    ReportColumn("document", _("document")),
    ReportColumn("customer", _("customer")),
    ReportColumn("amount", _("amount"), "amount"),
    ReportColumn("currency", ""),
    ReportColumn("file", _("file")),
    ReportColumn("sealed_on", _("sealed on"), "date"),
    ReportColumn("sha256", "SHA-256"),
    ReportColumn("source", _("where"), "source"),
)


def documents_report(documents: Iterable[CopiedDocument], book: Book, since: date, until: date) -> Report:
    """The list of the documents: amount to pay in the document's currency, the copy, and its fingerprint."""
    rows: list[tuple[Cell, ...]] = [
        (
            invoice.date, invoice.number, invoice.customer.name if invoice.customer else "", invoice.payable,
            invoice.currency, file if found else "", seal.date if seal else None,
            seal.sha256 if seal and found else "", invoice.source,
        )
        for (invoice, seal, file), found in documents
    ]  # fmt: skip
    return Report("documents", _("Documents"), since, until, book.currency, COLUMNS, tuple(rows))


def document_problems(documents: Iterable[CopiedDocument], verified_seals: Iterable[Verified]) -> list[str]:
    """What is wrong with the sealed documents, and with the chain of seals."""
    problems: list[str] = []
    numbers = set()
    for (invoice, seal, _file), found in documents:
        numbers.add(invoice.number)
        if seal is not None and not found:
            problems.append(
                _(
                    "{number}: the sealed file {file} is gone, or is no longer as it was sealed on {day}: put it back "
                    "from a backup or from git",
                    number=invoice.number,
                    file=seal.file,
                    day=seal.date,
                )
            )
    for verified in verified_seals:
        if verified.unchanged is False and not verified.number and not verified.file:
            problems.append(
                _("a seal is missing from the chain of seals, or was changed: bean-invoice verify says which")
            )
        elif verified.unchanged is False and verified.number in numbers:
            problems.append(
                _(
                    "{number} is no longer as it was sealed: bean-invoice verify {number} says what was changed",
                    number=verified.number,
                )
            )
    return problems


def document_notices(documents: Iterable[CopiedDocument]) -> list[str]:
    """Which documents were never sealed, so that there is no copy."""
    unsealed = [document.invoice.number for document, _found in documents if document.seal is None]
    if not unsealed:
        return []
    shown = ", ".join(unsealed[:_SHOWN]) + (", …" if len(unsealed) > _SHOWN else "")
    return [
        _n(
            len(unsealed),
            "{count} document has no copy here, because it was neither sealed nor sent with bean-invoice ({numbers}): "
            "bean-invoice seal NUMBER --write keeps a copy",
            "{count} documents have no copy here, because they were neither sealed nor sent with bean-invoice ({numbers}): "
            "bean-invoice seal NUMBER… --write keeps copies",
            count=len(unsealed),
            numbers=shown,
        )
    ]


_SHOWN = 10
"""How many numbers a notice names."""


def documents_folder() -> str:
    """The name of the folder of copies, in the reader's language."""
    return translated(_p("file", "documents"))
