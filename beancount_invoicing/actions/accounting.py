"""The books as the accountant gets them."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from beancount_invoicing.accounting.reports import Cell, Report, ReportColumn
from beancount_invoicing.billing.number_statement import number_statement
from beancount_invoicing.ledger import Ledger, LedgerLoader
from beancount_invoicing.loading.loader import Loading
from beancount_invoicing.messages import _
from beancount_invoicing.model import Book
from beancount_invoicing.model.general_ledger import GeneralLedger


class AccountingBooks(NamedTuple):
    """A ledger, and all of its transactions."""

    ledger: Ledger
    general_ledger: GeneralLedger


def accounting_books(loader: LedgerLoader) -> AccountingBooks:
    """Reads the ledger and every transaction of it. Raises what `LedgerLoader.load` raises."""
    ledger, loading = loader.ledger_and_loading(fresh=False)
    return AccountingBooks(ledger, general_ledger_of(loading))


def general_ledger_of(loading: Loading) -> GeneralLedger:
    """Every transaction of a loaded ledger, and its accounts."""
    from beancount_invoicing.entries.general_ledger import read_general_ledger

    book = loading.book
    number_key = book.option("account-number-key", book.last_date, "pcg")
    documents = {invoice.source: invoice.number for invoice in book.invoices}
    openings = {invoice.source for invoice in book.invoices if invoice.kind == "opening"}
    return read_general_ledger(loading.entries_after_plugins, loading.options, number_key, documents, openings)


def numbering_report(book: Book, since: date, until: date) -> Report:
    """The numbering statement of a period (both days inclusive) as a report: a row for each series, then the numbers outside."""
    statement = number_statement(book, since, until)
    rows: list[tuple[Cell, ...]] = [
        (
            series.first.number, series.first.date, series.last.number, series.last.date, series.documents,
            " ".join(series.void), series.missing, " ".join(f"{before}…{after}" for before, after in series.gaps),
            " ".join(series.backwards),
        )
        for series in statement.series
    ]  # fmt: skip
    unchecked = _("in no series: gaps are not known")
    rows += [(use.number, use.date, use.number, use.date, 1, "", None, unchecked, "") for use in statement.outside]
    return Report("numbering", _("Numbering"), since, until, "", NUMBERING_COLUMNS, tuple(rows))


NUMBERING_COLUMNS = (
    ReportColumn("first", _("first number")),
    ReportColumn("first_date", _("dated"), "date"),
    ReportColumn("last", _("last number")),
    ReportColumn("last_date", _("dated"), "date"),
    ReportColumn("documents", _("documents"), "count"),
    ReportColumn("void", _("void")),
    ReportColumn("missing", _("missing"), "count"),
    ReportColumn("gaps", _("between")),
    ReportColumn("backwards", _("dated before their predecessor")),
)
