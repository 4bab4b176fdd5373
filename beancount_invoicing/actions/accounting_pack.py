"""Everything that an accountant asks for, of one period, as a folder of files with a page in front."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

from beancount_invoicing.actions.accounting import AccountingBooks
from beancount_invoicing.actions.pack_documents import (
    CopiedDocument,
    PackDocument,
    document_notices,
    document_problems,
    documents_folder,
    documents_of,
    documents_report,
    sealed_copy,
)
from beancount_invoicing.actions.pack_folder import (
    GENERATOR,
    SUMS,
    CannotWritePack,
    finish_staging,
    must_be_ours,
    publish,
    stage,
    staging,
)
from beancount_invoicing.actions.pack_reports import (
    PackBooks,
    PackedReport,
    PackReport,
    as_spreadsheet,
    pack_books,
    pack_report,
    period_name,
)
from beancount_invoicing.actions.pack_table import wanted_reports
from beancount_invoicing.languages import DOMAIN, LOCALES, speaking, translated
from beancount_invoicing.messages import _, _p, joined
from beancount_invoicing.model import Book
from beancount_invoicing.rendering.pack_page import PageContents, PageFile, PagePeriod, PageRow, pack_page

Track = Callable[[Sequence[PackReport | PackDocument]], Iterable[PackReport | PackDocument]]
"""Passes on what is to be made, and shows how far that is."""


class WrittenPack(NamedTuple):
    """The pack on the disk."""

    page: Path
    archive: Path | None
    changed: bool
    """Whether its page is another one than before."""
    problems: tuple[str, ...]
    """What could not be made, or is wrong, and why."""
    notices: tuple[str, ...]


class _StagedReport(NamedTuple):
    """A report, without the content of its files, and their digests."""

    report: PackedReport
    digests: tuple[str, ...]


class _Made(NamedTuple):
    """What was staged."""

    reports: list[_StagedReport]
    documents: list[CopiedDocument]


def write_pack(
    books: AccountingBooks, since: date, until: date, folder: Path, track: Track, *, zipped: bool = False
) -> WrittenPack:
    """Writes the pack of a period (both days inclusive) into `folder`: a page, and a folder of files beside it; `zipped`: a ZIP
    with all of them too. The same ledger gives the same bytes.

    The texts are in the language of the books. The ledger must be without errors. Raises CannotWritePack, also if the ledger has no
    entry in the period; OSError.
    """
    book = books.ledger.book
    _must_have_entries(books, since, until)
    language = _language(book, until)
    with speaking(language):
        name = translated(_p("file", "accounting-pack")) + f"-{period_name(since, until, language)}"
        must_be_ours(folder, name, zipped=zipped)
        with staging(folder, name) as place:
            subject = pack_books(books, since, until)
            made = _make(subject, place, track)
            contents = finish_staging(place, name)
            problems, notices = _problems(made, subject), _notices(subject, made)
            page = pack_page(book, language, GENERATOR, _page_contents(subject, made, contents, problems, notices))
            changed = publish(place, folder, name, page, contents, zipped=zipped)
    archive = folder / f"{name}.zip" if zipped else None
    return WrittenPack(folder / f"{name}.html", archive, changed, tuple(problems), tuple(notices))


def _must_have_entries(books: AccountingBooks, since: date, until: date) -> None:
    entries = books.general_ledger.entries
    if not any(since <= entry.date <= until for entry in entries):
        if not entries:
            raise CannotWritePack(_("the ledger has no entry: there is nothing to hand over"))
        raise CannotWritePack(
            _(
                "the ledger has no entry from {since} to {until}: its entries are of {first} to {last}",
                since=since,
                until=until,
                first=entries[0].date,
                last=entries[-1].date,
            )
        )


def _language(book: Book, day: date) -> str:
    """The language of the books, if there are messages in it; else English."""
    language = book.books_language(day)
    return language if (LOCALES / language / "LC_MESSAGES" / f"{DOMAIN}.mo").is_file() else "en"


def _make(subject: PackBooks, place: Path, track: Track) -> _Made:
    """Stages the reports and the documents, then the list of these."""
    book, since, until = subject.book, subject.since, subject.until
    reports: list[_StagedReport] = []
    documents: list[CopiedDocument] = []
    parts: list[PackReport | PackDocument] = [
        *wanted_reports(subject.country),
        *documents_of(book, since, until, documents_folder()),
    ]
    for part in track(parts):
        if isinstance(part, PackReport):
            reports.append(_staged(place, pack_report(part, subject)))
        else:
            content = sealed_copy(part)
            documents.append(CopiedDocument(part, content is not None))
            if content is not None:
                stage(place, part.file, content)
    listed = as_spreadsheet(
        documents_report(documents, book, since, until),
        name=documents_folder(),
        about=_("The list of the documents, with the copy of each and its fingerprint."),
        ledger_folder=Path(book.file).parent,
    )
    reports.append(_staged(place, listed))
    return _Made(reports, documents)


def _staged(place: Path, report: PackedReport) -> _StagedReport:
    digests = tuple(stage(place, file, content) for file, content in report.files)
    return _StagedReport(report._replace(files=tuple(file._replace(content=b"") for file in report.files)), digests)


def _problems(made: _Made, subject: PackBooks) -> list[str]:
    """Everything that is missing or wrong."""
    problems = [joined(": ", (report.name, text)) for report, _digests in made.reports for text in report.problems]
    return [*problems, *document_problems(made.documents, subject.verified)]


def _notices(subject: PackBooks, made: _Made) -> list[str]:
    notices = []
    last = subject.books.general_ledger.entries[-1].date
    if last <= subject.until:
        notices.append(
            _(
                "The ledger goes to {last}: what comes between that day and {until} is not in this pack.",
                last=last,
                until=subject.until,
            )
            if last < subject.until
            else _("The ledger goes to {last}, the last day of the period.", last=last)
        )
    for report, _digests in made.reports:
        notices += [joined(": ", (report.name, text)) for text in report.notices]
    return [*notices, *document_notices(made.documents)]


def _page_contents(
    subject: PackBooks, made: _Made, folder: str, problems: Sequence[str], notices: Sequence[str]
) -> PageContents:
    root = f"{Path(subject.book.file).parent}{os.sep}"
    rows = [
        PageRow(
            tuple(
                PageFile(packed.file, f"{folder}/{packed.file}", digest)
                for packed, digest in zip(report.files, digests, strict=True)
            ),
            translated(report.title), translated(report.about), report.figures, report.currency, report.reconciliations,
        )
        for report, digests in made.reports
        if report.files
    ]  # fmt: skip
    copies = sum(document.found for document in made.documents)
    return PageContents(
        period=PagePeriod(
            subject.since, subject.until, min(subject.until, subject.books.general_ledger.entries[-1].date)
        ),
        rows=rows,
        problems=[translated(text).replace(root, "") for text in problems],
        notices=[translated(text).replace(root, "") for text in notices],
        documents=f"{folder}/{documents_folder()}/" if copies else "",
        copies=copies,
        sums=SUMS,
        identifier=folder.rpartition("-")[2],
    )
