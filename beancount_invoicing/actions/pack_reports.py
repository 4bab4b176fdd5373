"""How a report of an accounting pack is made into a file, and how it is told that it cannot be made."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from beancount_invoicing.accounting.closing.proposals import CannotClose
from beancount_invoicing.accounting.entries import (
    AccountingEntries,
    CannotMakeEntries,
    ValuedEntries,
    accounting_entries,
    valued_entries,
)
from beancount_invoicing.accounting.reports import (
    Cell,
    Reconciliation,
    Report,
    difference_text,
)
from beancount_invoicing.accounting.results import financial_years_of
from beancount_invoicing.actions.accounting import AccountingBooks
from beancount_invoicing.actions.seal import Verified, verify
from beancount_invoicing.languages import translated
from beancount_invoicing.messages import _, joined
from beancount_invoicing.model import Book, Finding, Source
from beancount_invoicing.receivables import Allocated
from beancount_invoicing.rendering.spreadsheet import to_xlsx


class CannotMakeReport(ValueError):
    """A report of a pack cannot be made; the message says why, and what to do."""


class NotSetUp(CannotMakeReport):
    """A report is not made because the ledger has nothing for it yet: a pack without it is complete."""


@dataclass(frozen=True, slots=True)
class PackBooks:
    """What the reports of a pack are made of: the ledger, and a period (both days inclusive)."""

    books: AccountingBooks
    since: date
    until: date
    allocated: Allocated
    """As of `until`."""
    valued_until: ValuedEntries | CannotMakeEntries
    period_entries: AccountingEntries | CannotMakeEntries
    verified: tuple[Verified, ...]
    """The sealed documents, the chain of seals and the lists of closed books, as `seal.verify` finds them."""

    @property
    def book(self) -> Book:
        """What the ledger says."""
        return self.books.ledger.book

    @property
    def valued(self) -> ValuedEntries:
        """The transactions up to the end of the period with their values. Raises CannotMakeEntries."""
        if isinstance(self.valued_until, CannotMakeEntries):
            raise self.valued_until
        return self.valued_until

    @property
    def entries(self) -> AccountingEntries:
        """The accounting entries of the period. Raises CannotMakeEntries."""
        if isinstance(self.period_entries, CannotMakeEntries):
            raise self.period_entries
        return self.period_entries

    @property
    def country(self) -> str:
        """The seller's country at the end of the period; "" if the ledger does not say it."""
        return self.book.seller.at(self.until).address.country if self.book.seller else ""

    @property
    def last_date(self) -> date:
        """The date of the ledger's last transaction."""
        return self.books.general_ledger.entries[-1].date

    def relative(self, file: str) -> str:
        """A file's path as seen from the folder of the ledger, wherever that stands."""
        return file.removeprefix(f"{Path(self.book.file).parent}{os.sep}")

    @property
    def ends_a_financial_year(self) -> bool:
        """Whether the period ends with a financial year."""
        return financial_years_of(self.books.general_ledger, self.book, self.until)[-1].last == self.until


class ReportFile(NamedTuple):
    """A report that has a format of its own; its `file` name may be one that the law demands."""

    file: str
    """May name a folder, with a slash."""
    title: str
    content: bytes
    figures: tuple[tuple[str, Decimal | int], ...] = ()
    """What it adds up to, in the books' currency, with a title each; the figures of files with the same titles are added up."""
    notices: tuple[str, ...] = ()
    """What the reader should know of it."""
    problems: tuple[str, ...] = ()
    """What is wrong with it."""


class Workbook(NamedTuple):
    """A report with a sheet for each of its parts after it."""

    report: Report
    parts: tuple[Report, ...]


PackContent = Report | Workbook | ReportFile


class PackReport(NamedTuple):
    """A report of every pack, or of the packs of some countries."""

    name: str
    """The name of its spreadsheet, without an ending, in plain letters; translated."""
    about: str
    """What it is, in a sentence for who has never seen one."""
    make: Callable[[PackBooks], PackContent | list[PackContent]]
    """Its file or files, the most important first; none if there is nothing to tell. Raises CannotMakeEntries, CannotMakeReport,
    CannotClose."""
    countries: frozenset[str] = frozenset()
    """Where the seller must be; anywhere, if it is empty."""
    optional: bool = False
    """Whether a pack without it is complete: then the reason is told as a notice."""
    command: str = ""
    """The command that makes it by itself, without the program's name; "" if there is none."""


class PackedFile(NamedTuple):
    """A file of a pack; it may be in a folder."""

    file: str
    content: bytes


class PackedReport(NamedTuple):
    """A report as it is in a pack, or why it is not."""

    title: str
    about: str
    files: tuple[PackedFile, ...] = ()
    """None if it could not be made, or if there is nothing to tell."""
    figures: tuple[tuple[str, Decimal | int], ...] = ()
    currency: str = ""
    """Of the figures that are amounts."""
    reconciliations: tuple[Reconciliation, ...] = ()
    notices: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """What it is called where something is said of it: its file, or its title if there are several or none."""
        return self.files[0].file if len(self.files) == 1 else self.title


def pack_books(books: AccountingBooks, since: date, until: date) -> PackBooks:
    """The ledger and its entries of a period (both days inclusive): what several reports need is worked out once."""
    allocated, book = books.ledger.allocated_at(until), books.ledger.book
    try:
        valued = valued_entries(books.general_ledger, book, until)
        entries = accounting_entries(books.general_ledger, book, since, until, allocated, valued)
    except CannotMakeEntries as error:
        return PackBooks(books, since, until, allocated, error, error, tuple(verify(book)))
    return PackBooks(books, since, until, allocated, valued, entries, tuple(verify(book)))


def pack_report(report: PackReport, books: PackBooks) -> PackedReport:
    """Makes a report in the language of whoever reads (see `languages`); why it cannot be made is among its problems."""
    try:
        made = report.make(books)
    except (CannotMakeEntries, CannotClose) as error:
        return _not_made(report, books, tuple(map(_line, error.findings)), optional=report.optional)
    except CannotMakeReport as error:
        return _not_made(report, books, (str(error),), optional=report.optional or isinstance(error, NotSetUp))
    folder, name = Path(books.book.file).parent, translated(report.name)
    packed = [
        _as_it_is(content, report.about, books.book.currency)
        if isinstance(content, ReportFile)
        else as_spreadsheet(
            *((content.report, content.parts) if isinstance(content, Workbook) else (content, ())),
            name=name, about=report.about, ledger_folder=folder,
        )
        for content in (made if isinstance(made, list) else [made])
    ]  # fmt: skip
    return _together(packed) if packed else PackedReport(name, report.about)


def _as_it_is(made: ReportFile, about: str, currency: str) -> PackedReport:
    return PackedReport(
        made.title, about, (PackedFile(made.file, made.content),), made.figures, currency,
        notices=made.notices, problems=made.problems,
    )  # fmt: skip


def _together(packed: Sequence[PackedReport]) -> PackedReport:
    """The files of a report under the title of the first."""
    figures: dict[str, Decimal | int] = {}
    for report in packed:
        for title, figure in report.figures:
            figures[title] = figures.get(title, 0) + figure
    return packed[0]._replace(
        files=tuple(file for report in packed for file in report.files),
        figures=tuple(figures.items()),
        notices=tuple(notice for report in packed for notice in report.notices),
        problems=tuple(problem for report in packed for problem in report.problems),
    )


def _not_made(report: PackReport, books: PackBooks, reasons: tuple[str, ...], *, optional: bool) -> PackedReport:
    if report.command:
        again = _(
            "once that is done, make the pack again, or only this: bean-invoice {command}",
            command=f"{report.command} {period_argument(books.since, books.until)}",
        )
        reasons = (*reasons, again)
    missing = PackedReport(translated(report.name), report.about)
    return missing._replace(notices=reasons) if optional else missing._replace(problems=reasons)


def period_argument(since: date, until: date) -> str:
    """A period (both days inclusive) as the arguments of a command: 2026, 2026-Q3, 2026-10, or both days."""
    name = period_name(since, until, "en")
    return f"--since {since} --until {until}" if "_" in name else name


def period_name(since: date, until: date, language: str) -> str:
    """A period (both days inclusive) as part of a file's name: 2026, 2026-Q3 (in French 2026-T3), 2026-10, or both days."""
    after = until + timedelta(days=1)
    months = (after.year - since.year) * 12 + after.month - since.month
    if since.day != 1 or after.day != 1 or months not in {1, 3, 12}:
        return f"{since}_{until}"
    if months == 12 and since.month == 1:
        return str(since.year)
    if months == 3 and since.month % 3 == 1:
        return f"{since.year}-{'T' if language == 'fr' else 'Q'}{since.month // 3 + 1}"
    return f"{since:%Y-%m}" if months == 1 else f"{since}_{until}"


def as_spreadsheet(
    report: Report, parts: Sequence[Report] = (), *, name: str, about: str, ledger_folder: Path
) -> PackedReport:
    """A report as the spreadsheet `name`.xlsx, with a sheet for each of its parts; places in the ledger are named from its folder,
    wherever that is.
    """
    placed, *more = (_placed_in(sheet, ledger_folder) for sheet in (report, *parts))
    titles = {column.name: column.title for column in report.columns}
    totals: list[tuple[str, Decimal | int]] = [(titles[key], total) for key, total in report.totals.items()]
    problems = tuple(difference_text(sums, report.currency) for sums in report.unreconciled)
    return PackedReport(
        report.title, about, (PackedFile(f"{name}.xlsx", to_xlsx(placed, more)),),
        ((_("rows"), len(report.rows)), *totals), report.currency, report.reconciliations,
        problems=problems,
    )  # fmt: skip


def _placed_in(report: Report, folder: Path) -> Report:
    return report._replace(rows=tuple(tuple(_placed(cell, folder) for cell in row) for row in report.rows))


def _placed(cell: Cell, folder: Path) -> Cell:
    if isinstance(cell, Source):
        return Source(cell.file.removeprefix(f"{folder}{os.sep}"), cell.line)
    return cell


def _line(finding: Finding) -> str:
    """A finding after its place."""
    return joined(": ", (str(finding.source), finding.message))
