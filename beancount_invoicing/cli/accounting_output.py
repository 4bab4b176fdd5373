"""How the accountant's reports come out: as a table, CSV, JSON or a spreadsheet."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

import click

from beancount_invoicing.accounting.entries import (
    AccountingEntries,
    CannotMakeEntries,
    accounting_entries,
    left_out_notices,
)
from beancount_invoicing.accounting.reports import Cell, Report, difference_text
from beancount_invoicing.actions.accounting import AccountingBooks, accounting_books
from beancount_invoicing.answers.accounting import cell_json, report_csv, report_json
from beancount_invoicing.answers.csv_rows import csv_text
from beancount_invoicing.cli.common import (
    OneOf,
    Session,
    error_line,
    json_text,
    print_csv,
    print_json,
    print_notice,
    print_table,
    relative,
    spaced,
)
from beancount_invoicing.cli.echo import echo
from beancount_invoicing.files import write_if_different
from beancount_invoicing.ledger import LedgerLoader
from beancount_invoicing.messages import _, _n
from beancount_invoicing.model import Book, Source

F = TypeVar("F", bound=Callable[..., Any])


def output_options(command: F) -> F:
    """`--format` and `-o`."""
    named = click.option(
        "-o", "--output", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
        help="The file to write. Its ending says the format: .xlsx, .csv or .json.",
    )(command)  # fmt: skip
    return click.option(
        "--format", "form", type=OneOf(["table", "csv", "json", "xlsx"]), default=None, metavar="table|csv|json|xlsx",
        help="For people, or for programs. Default: by the file's ending, else table.",
    )(named)  # fmt: skip


def opened_books(session: Session) -> AccountingBooks:
    """The ledger and all of its transactions; its errors are printed, and make the call fail in the end."""
    books = accounting_books(LedgerLoader(session.find()))
    session.opened(books.ledger)
    return books


def opened_sound_books(session: Session) -> AccountingBooks | None:
    """As `opened_books`, for what is handed over: None if the ledger has errors, which are printed."""
    books = opened_books(session)
    if session.failed:
        session.error(_("nothing is written: correct the errors first"))
        return None
    return books


def entries_of_period(session: Session, books: AccountingBooks, since: date, until: date) -> AccountingEntries | None:
    """The entries of a period; None, with the errors printed, if the ledger gives none."""
    try:
        return accounting_entries(books.general_ledger, books.ledger.book, since, until)
    except CannotMakeEntries as error:
        for finding in error.findings:
            session.error(error_line(finding))
        return None


def print_entries_report(
    session: Session,
    period: tuple[date, date],
    make: Callable[[AccountingBooks, AccountingEntries], Report | None],
    form: str | None,
    output: Path | None,
) -> None:
    """Prints what `make` makes of the entries of a period (both days inclusive), as `print_report` does; nothing if it is None."""
    books = opened_books(session)
    entries = entries_of_period(session, books, *period)
    report = make(books, entries) if entries else None
    if report:
        print_report(session, report, form, output)


def print_report(
    session: Session, report: Report, form: str | None, output: Path | None, parts: Sequence[Report] = ()
) -> None:
    """Prints a report, or writes it to a file; a sum that differs from the ledger's makes the call fail.

    `parts`: more tables of it, also on sheets and in the JSON of their own; a CSV has only the report itself.
    """
    form = form or _form_of(output)
    if form == "xlsx" and output is None:
        raise click.UsageError(_("a spreadsheet goes to a file: add -o {name}.xlsx", name=report.name))
    if form == "table" and output is not None:
        raise click.UsageError(
            _("{file}: which format? Give it the ending .xlsx, .csv or .json, or add --format", file=output)
        )
    for sums in report.unreconciled:
        session.error(difference_text(sums, report.currency))
    if output is not None:
        write_if_different(output, _content(report, form, parts))
        print_notice(written_rows(output, len(report.rows)))
    elif form == "json":
        print_json(report_json(report, parts))
    elif form == "csv":
        print_csv(*report_csv(report))
    else:
        for table in (report, *parts):
            _print_table(table)


def print_left_out(entries: AccountingEntries, book: Book) -> None:
    """What a file of entries for an accountant has that it should not have, and what it lacks: drafts, hours without a price."""
    for notice in left_out_notices(entries, book):
        print_notice(notice)


def _form_of(output: Path | None) -> str:
    ending = output.suffix.removeprefix(".").lower() if output else ""
    return ending if ending in {"csv", "json", "xlsx"} else "table"


def _content(report: Report, form: str, parts: Sequence[Report]) -> bytes:
    if form == "xlsx":
        from beancount_invoicing.rendering.spreadsheet import to_xlsx

        return to_xlsx(report, parts)
    return (f"{json_text(report_json(report, parts))}\n" if form == "json" else csv_text(*report_csv(report))).encode()


def _print_table(report: Report) -> None:
    shown = [place for place, column in enumerate(report.columns) if column.kind != "source" and column.in_table]
    totals = report.totals
    first = report.columns[shown[0]]
    last = [
        _("Total") if report.columns[place] is first else _text(totals.get(report.columns[place].name), report.currency)
        for place in shown
    ]
    print_table(
        _title(report),
        [(report.columns[place].title, report.columns[place].kind in {"amount", "count"}) for place in shown],
        [[_text(row[place], report.currency) for place in shown] for row in report.rows],
        [last] if totals else [],
    )  # fmt: skip
    for sums in report.reconciliations:
        echo(
            _(
                "{subject}: {reported} in this report, {booked} in the ledger, difference {difference}",
                subject=sums.subject,
                reported=_text(sums.reported, report.currency),
                booked=_text(sums.booked, report.currency),
                difference=_text(sums.difference, report.currency),
            )
        )


def _title(report: Report) -> str:
    period = {"title": report.title, "since": report.since, "until": report.until}
    if report.since == report.until:
        day = {"title": report.title, "day": report.until}
        return (
            _("{title}, {day}, in {currency}", **day, currency=report.currency)
            if report.currency
            else _("{title}, {day}", **day)
        )
    if report.currency:
        return _("{title}, {since} to {until}, in {currency}", **period, currency=report.currency)
    return _("{title}, {since} to {until}", **period)


def _text(cell: Cell, currency: str) -> str:
    if isinstance(cell, Decimal):
        return spaced(str(cell_json(cell, currency)))
    if isinstance(cell, Source):
        return f"{relative(cell.file)}:{cell.line}"
    return "" if cell is None else str(cell)


def written_rows(file: Path, count: int) -> str:
    """The message that a file is written, and how many rows it has."""
    return _n(count, "{file}: {count} row", "{file}: {count} rows", file=file, count=count)
