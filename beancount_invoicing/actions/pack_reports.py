"""How a report of an accounting pack is made into a file, and how it is told that it cannot be made."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
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
from beancount_invoicing.actions.accounting import AccountingBooks
from beancount_invoicing.languages import translated
from beancount_invoicing.messages import _, joined
from beancount_invoicing.model import Book, Finding, Source
from beancount_invoicing.receivables import Allocated
from beancount_invoicing.rendering.spreadsheet import to_xlsx


class CannotMakeReport(ValueError):
    """A report of a pack cannot be made; the message says why, and what to do."""


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


class ReportFile(NamedTuple):
    """A report that has a format of its own; its `file` name may be one that the law demands."""

    file: str
    title: str
    content: bytes
    figures: tuple[tuple[str, Decimal | int], ...] = ()
    """What it adds up to, in the books' currency, with a title each."""
    notices: tuple[str, ...] = ()
    """What the reader should know of it."""
    problems: tuple[str, ...] = ()
    """What is wrong with it."""


class Workbook(NamedTuple):
    """A report with a sheet for each of its parts after it."""

    report: Report
    parts: tuple[Report, ...]


class PackReport(NamedTuple):
    """A report of every pack, or of the packs of some countries."""

    name: str
    """The name of its file, without an ending, in plain letters; translated."""
    about: str
    """What it is, in a sentence for who has never seen one."""
    make: Callable[[PackBooks], Report | Workbook | ReportFile]
    """Raises CannotMakeEntries, CannotMakeReport, CannotClose."""
    countries: frozenset[str] = frozenset()
    """Where the seller must be; anywhere, if it is empty."""
    optional: bool = False
    """Whether a pack without it is complete: then the reason is told as a notice."""


class PackedReport(NamedTuple):
    """A report as it is in a pack, or why it is not."""

    file: str
    title: str
    about: str
    content: bytes
    """Empty if it could not be made."""
    figures: tuple[tuple[str, Decimal | int], ...] = ()
    currency: str = ""
    """Of the figures that are amounts."""
    reconciliations: tuple[Reconciliation, ...] = ()
    notices: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


def pack_books(books: AccountingBooks, since: date, until: date) -> PackBooks:
    """The ledger and its entries of a period (both days inclusive): what several reports need is worked out once."""
    allocated, book = books.ledger.allocated_at(until), books.ledger.book
    try:
        valued = valued_entries(books.general_ledger, book, until)
        entries = accounting_entries(books.general_ledger, book, since, until, allocated, valued)
    except CannotMakeEntries as error:
        return PackBooks(books, since, until, allocated, error, error)
    return PackBooks(books, since, until, allocated, valued, entries)


def pack_report(report: PackReport, books: PackBooks) -> PackedReport:
    """Makes a report in the language of whoever reads (see `languages`); why it cannot be made is among its problems."""
    name = translated(report.name)
    try:
        made = report.make(books)
    except (CannotMakeEntries, CannotClose) as error:
        return _not_made(report, tuple(map(_line, error.findings)))
    except CannotMakeReport as error:
        return _not_made(report, (str(error),))
    if isinstance(made, ReportFile):
        return PackedReport(
            made.file, made.title, report.about, made.content, made.figures, books.book.currency,
            notices=made.notices, problems=made.problems,
        )  # fmt: skip
    first, parts = made if isinstance(made, Workbook) else (made, ())
    return as_spreadsheet(first, name, report.about, Path(books.book.file).parent, parts)


def _not_made(report: PackReport, reasons: tuple[str, ...]) -> PackedReport:
    missing = PackedReport("", translated(report.name), report.about, b"")
    return missing._replace(notices=reasons) if report.optional else missing._replace(problems=reasons)


def as_spreadsheet(
    report: Report, name: str, about: str, ledger_folder: Path, parts: Sequence[Report] = ()
) -> PackedReport:
    """A report as the spreadsheet `name`.xlsx, with a sheet for each of its parts; places in the ledger are named from its folder,
    wherever that is.
    """
    placed, *more = (_placed_in(sheet, ledger_folder) for sheet in (report, *parts))
    titles = {column.name: column.title for column in report.columns}
    totals: list[tuple[str, Decimal | int]] = [(titles[key], total) for key, total in report.totals.items()]
    problems = tuple(difference_text(sums, report.currency) for sums in report.unreconciled)
    return PackedReport(
        f"{name}.xlsx", report.title, about, to_xlsx(placed, more),
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
