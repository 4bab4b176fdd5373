"""`bean-invoice platform report`."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from beancount_invoicing.accounting.entries import CannotMakeEntries
from beancount_invoicing.actions.e_reports import CannotReport, EReports, e_reports, write_e_reports
from beancount_invoicing.cli import days
from beancount_invoicing.cli.accounting_output import opened_books, output_options, print_report
from beancount_invoicing.cli.common import (
    Session,
    as_of_option,
    error_line,
    examples,
    explain_option,
    print_notice,
    today,
)
from beancount_invoicing.cli.completion import complete_list
from beancount_invoicing.cli.send import now
from beancount_invoicing.cli.writing import build_write_options, changing, print_outcome, writing_options
from beancount_invoicing.e_reporting.reports import amounts_report, periods_report
from beancount_invoicing.messages import _, _n
from beancount_invoicing.model import Book
from beancount_invoicing.model.general_ledger import GeneralLedger

PERIODS = ("last-month", "this-month", "last-quarter", "this-quarter", "last-year", "this-year")


@click.command(
    "report",
    epilog=examples(
        "platform report", "platform report --period 2027-10 --explain", "platform report --write",
    ),
)  # fmt: skip
@click.option(
    "--period", default="", metavar="PERIOD", shell_complete=complete_list(*PERIODS),
    help="All reports with a day in it: 2027-10, 2027-Q4, 2027. Default: what has to be sent.",
)  # fmt: skip
@as_of_option
@explain_option
@writing_options
@output_options
@click.pass_obj
def report_command(
    session: Session,
    period: str,
    as_of: date,
    explain: bool,
    write: bool,
    into: Path | None,
    commit: bool,
    form: str | None,
    output: Path | None,
) -> None:
    """What goes into the e-reports of a French firm, and why; with -w, write the files for your platform.

    Sales to consumers by day, to businesses abroad by invoice, and payments whose VAT is due on payment. Nothing is reported twice:
    a report that was written is written again only if what it says has changed.
    """
    span = _span(period)
    way = build_write_options(write, into, commit)
    made_at = now()

    def find(book: Book, general_ledger: GeneralLedger) -> EReports:
        return e_reports(book, general_ledger, as_of, span, made_at)

    try:
        if write:
            with changing(session):
                found, outcome = write_e_reports(session.find(), find, as_of, made_at, way)
                _print(session, found, as_of, form, output, explain)
                if form in {None, "table"} and output is None:
                    print_outcome(outcome, way)
            return
        books = opened_books(session)
        _print(session, find(books.ledger.book, books.general_ledger), as_of, form, output, explain)
    except CannotReport as error:
        session.error(str(error))
    except CannotMakeEntries as error:
        for finding in error.findings:
            session.error(error_line(finding))


def _span(period: str) -> tuple[date, date] | None:
    if not period:
        return None
    try:
        return days.period_said(period, today())
    except ValueError:
        raise click.UsageError(
            _("{period} is not a period: write 2026, 2026-Q3, 2026-10 or last-year, for example", period=period)
        ) from None


def _print(
    session: Session, found: EReports, as_of: date, form: str | None, output: Path | None, explain: bool
) -> None:
    currency, span = found.book.currency, found.span
    amounts = amounts_report(found.transactions, found.receipts, found.due, span, currency, explain=explain)
    rows = [report.row for report in found.reports]
    print_report(session, amounts, form, output, [periods_report(rows, *span, currency)])
    for row in rows:
        if row.problem:
            session.error(row.problem)
    if as_of < found.since:
        print_notice(
            _(
                "nothing has to be reported before {since}: option e-reporting-from says another day, if you begin earlier",
                since=found.since,
            )
        )
    if found.to_tell:
        count = len(found.to_tell)
        print_notice(
            _n(
                count,
                "{count} receipt has to be told as status 212: --write makes its file",
                "{count} receipts have to be told as status 212: --write makes their files",
                count=count,
            )
        )
