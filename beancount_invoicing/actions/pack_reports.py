"""What an accounting pack contains: a table of reports, each with its file, the countries that want it, and how it is made."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from beancount_invoicing.accounting import fec
from beancount_invoicing.accounting.entries import AccountingEntries, CannotMakeEntries, accounting_entries
from beancount_invoicing.accounting.fec_check import check_fec
from beancount_invoicing.accounting.receipts import receipts_report
from beancount_invoicing.accounting.reports import (
    Cell,
    Reconciliation,
    Report,
    ReportColumn,
    balance_report,
    difference_text,
    journal_report,
    ledger_report,
    lettering_report,
)
from beancount_invoicing.accounting.vat import vat_of_period
from beancount_invoicing.accounting.vat_reports import return_of_seller, vat_tables
from beancount_invoicing.actions import seal
from beancount_invoicing.actions.accounting import AccountingBooks, numbering_report
from beancount_invoicing.languages import translated
from beancount_invoicing.messages import _, _p, joined
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
    period_entries: AccountingEntries | CannotMakeEntries

    @property
    def book(self) -> Book:
        """What the ledger says."""
        return self.books.ledger.book

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


class PackReport(NamedTuple):
    """A report of every pack, or of the packs of some countries."""

    name: str
    """The name of its file, without an ending, in plain letters; translated."""
    about: str
    """What it is, in a sentence for who has never seen one."""
    make: Callable[[PackBooks], Report | ReportFile]
    """Raises CannotMakeEntries, CannotMakeReport."""
    countries: frozenset[str] = frozenset()
    """Where the seller must be; anywhere, if it is empty."""


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
    """The ledger and its entries of a period (both days inclusive)."""
    allocated = books.ledger.allocated_at(until)
    try:
        entries: AccountingEntries | CannotMakeEntries = accounting_entries(
            books.general_ledger, books.ledger.book, since, until, allocated
        )
    except CannotMakeEntries as error:
        entries = error
    return PackBooks(books, since, until, allocated, entries)


def wanted_reports(country: str) -> tuple[PackReport, ...]:
    """The reports of the pack of a seller in a country ("" if it is unknown)."""
    return tuple(report for report in REPORTS if not report.countries or country in report.countries)


def pack_report(report: PackReport, books: PackBooks) -> PackedReport:
    """Makes a report in the language of whoever reads (see `languages`); why it cannot be made is among its problems."""
    name = translated(report.name)
    try:
        made = report.make(books)
    except CannotMakeEntries as error:
        return PackedReport("", name, report.about, b"", problems=tuple(map(_line, error.findings)))
    except CannotMakeReport as error:
        return PackedReport("", name, report.about, b"", problems=(str(error),))
    if isinstance(made, ReportFile):
        return PackedReport(
            made.file, made.title, report.about, made.content, made.figures, books.book.currency,
            notices=made.notices, problems=made.problems,
        )  # fmt: skip
    return as_spreadsheet(made, name, report.about, Path(books.book.file).parent)


def as_spreadsheet(report: Report, name: str, about: str, ledger_folder: Path) -> PackedReport:
    """A report as the spreadsheet `name`.xlsx; places in the ledger are named from its folder, wherever that stands."""
    titles = {column.name: column.title for column in report.columns}
    totals: list[tuple[str, Decimal | int]] = [(titles[key], total) for key, total in report.totals.items()]
    problems = tuple(difference_text(sums, report.currency) for sums in report.unreconciled)
    return PackedReport(
        f"{name}.xlsx", report.title, about, to_xlsx(placed(report, ledger_folder)),
        ((_("rows"), len(report.rows)), *totals), report.currency, report.reconciliations,
        problems=problems,
    )  # fmt: skip


def placed(report: Report, folder: Path) -> Report:
    """The report with places in the ledger named from its folder."""
    return report._replace(rows=tuple(tuple(_placed(cell, folder) for cell in row) for row in report.rows))


def _placed(cell: Cell, folder: Path) -> Cell:
    if isinstance(cell, Source):
        return Source(cell.file.removeprefix(f"{folder}{os.sep}"), cell.line)
    return cell


def _line(finding: Finding) -> str:
    """A finding after its place."""
    return joined(": ", (str(finding.source), finding.message))


def _fec(books: PackBooks) -> ReportFile:
    siren = fec.seller_siren(books.book, books.until)
    if not siren:
        raise CannotMakeReport(
            _('the seller has no SIREN, which names the file: write siren: "…" below custom "invoice-seller"')
        )
    findings = fec.fec_findings(books.entries)
    if findings:
        raise CannotMakeEntries(findings)
    file = fec.file_name(siren, books.until)
    content = fec.fec_bytes(fec.fec_rows(books.entries, books.book.closed_books))
    summary = check_fec(content, file)
    return ReportFile(
        file,
        _("FEC, the file of accounting entries"),
        content,
        (
            (_("entries"), summary.entries),
            (_("lines"), summary.lines),
            (_("debit"), summary.debit),
            (_("credit"), summary.credit),
        ),
        tuple(fec.notices(books.entries, books.books.general_ledger, books.book)),
        tuple(
            joined(": ", (f"{file}:{finding.line}", finding.message))
            for finding in summary.findings
            if finding.severity == "error"
        ),
    )


def _vat(books: PackBooks) -> ReportFile:
    """The VAT by code, boxes, differences from the accounts and lines, each on a sheet."""
    general_ledger, folder = books.books.general_ledger, Path(books.book.file).parent
    vat = vat_of_period(general_ledger, books.book, books.since, books.until)
    form = return_of_seller(books.book, books.until)
    report, *parts = (
        placed(table, folder) for table in vat_tables(vat, books.book, general_ledger.result_roots, form).values()
    )
    titles = {column.name: column.title for column in report.columns}
    return ReportFile(
        f"{translated(_p('file', 'vat'))}.xlsx",
        report.title,
        to_xlsx(report, parts),
        tuple((titles[key], total) for key, total in report.totals.items()),
        problems=tuple(difference_text(sums, report.currency) for sums in report.unreconciled),
    )


def _findings(books: PackBooks) -> Report:
    """What `check` finds."""
    found = sorted(
        (*books.books.ledger.findings, *seal.due_date_warnings(books.book)), key=lambda finding: finding.source
    )
    columns = (
        ReportColumn("severity", _("severity")),
        ReportColumn("rule", _("rule")),
        ReportColumn("message", _("message")),
        ReportColumn("source", _("where"), "source"),
    )
    root = f"{Path(books.book.file).parent}{os.sep}"
    rows = tuple(
        (
            translated(_("error") if finding.severity == "error" else _("warning")), finding.rule,
            translated(finding.message).replace(root, ""), finding.source,
        )
        for finding in found
    )  # fmt: skip
    return Report("findings", _("What the checks of the ledger find"), books.since, books.until, "", columns, rows)


REPORTS: tuple[PackReport, ...] = (
    PackReport(
        _p("file", "sales-journal"),
        _("Every invoice and credit note, with the accounts that it is booked on."),
        lambda books: journal_report(books.entries, None),
    ),
    PackReport(
        _p("file", "journals"),
        _("Every entry of the period, by journals, with the opening balances."),
        lambda books: journal_report(books.entries, ()),
    ),
    PackReport(
        _p("file", "receipts"),
        _("Money that customers paid, by the day on which it came, with the document that it paid."),
        lambda books: receipts_report(
            books.books.general_ledger, books.book, books.allocated, books.since, books.until
        ),
    ),
    PackReport(
        _p("file", "customers-ledger"),
        _("Each customer's account, line by line, with the balance after it and the letters."),
        lambda books: ledger_report(books.entries, books.books.general_ledger, books.book, ()),
    ),
    PackReport(
        _p("file", "customers-balance"),
        _("What each customer owed on the first day, what was booked, and what it owes on the last day."),
        lambda books: balance_report(books.entries, books.books.general_ledger, books.book, general=False),
    ),
    PackReport(
        _p("file", "trial-balance"),
        _("The same for every account of the ledger."),
        lambda books: balance_report(books.entries, books.books.general_ledger, books.book, general=True),
    ),
    PackReport(
        _p("file", "lettering"),
        _("Which invoices and payments settle each other, and what is still open."),
        lambda books: lettering_report(books.entries, books.book, ()),
    ),
    PackReport(
        _p("file", "numbering"),
        _("The numbers of the documents: first, last, how many, void ones and gaps."),
        lambda books: numbering_report(books.book, books.since, books.until),
    ),
    PackReport(
        _p("file", "vat"),
        _("VAT on sales by code and by box of the return, what leads to the accounts, and each line behind it."),
        _vat,
    ),
    PackReport(
        "fec", _("Every entry, as the French tax office asks for it (LPF, art. A47 A-1)."), _fec, frozenset({"FR"})
    ),
    PackReport(
        _p("file", "checks"), _("What the program finds doubtful in the ledger, and what to do about it."), _findings
    ),
)
"""In the order of the pack's first page."""
