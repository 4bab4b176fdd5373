"""`bean-invoice accounting datev`."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from beancount_invoicing.accounting.datev_settings import datev_settings
from beancount_invoicing.actions.datev_files import DatevFiles, datev_files, outside_the_year, plain_tax_notice
from beancount_invoicing.cli.accounting_output import entries_of_period, opened_sound_books, print_left_out
from beancount_invoicing.cli.accounting_period import period_options
from beancount_invoicing.cli.common import Session, error_line, examples, folder_option, print_notice, spaced
from beancount_invoicing.cli.echo import echo
from beancount_invoicing.files import write_if_different
from beancount_invoicing.messages import _, _n
from beancount_invoicing.model import Book, Finding
from beancount_invoicing.receivables import allocate


@click.command("datev", epilog=examples("accounting datev 2026-10", "accounting datev 2026-Q4 -o ~/steuerberater"))
@period_options
@folder_option(".")
@click.pass_obj
def datev_command(session: Session, since: date, until: date, folder: Path) -> None:
    """Write the entries for DATEV (Germany): a Buchungsstapel for each month, and the customers.

    DATEV-Format (EXTF) 700. Opening balances are not among them. A ledger with errors makes none.
    """
    books = opened_sound_books(session)
    if books is None:
        return
    book = books.ledger.book
    settings, findings = datev_settings(books.general_ledger, book, until)
    _fail(session, findings)
    outside = outside_the_year(since, until, settings)
    if outside:
        session.error(outside)
    if session.failed:
        return
    entries = entries_of_period(session, books, since, until)
    if entries is None:
        return
    made = datev_files(books, entries, allocate(book, until), settings)
    _fail(session, made.batch.findings)
    for difference in made.differences:
        session.error(difference)
    if not made.batch.bookings:
        session.error(_("there is no entry from {since} to {until}", since=since, until=until))
    if not session.failed:
        _write(folder, made, book)
        for code in made.batch.plain_taxes:
            print_notice(plain_tax_notice(code))
        print_left_out(entries, book)


def _fail(session: Session, findings: tuple[Finding, ...]) -> None:
    for finding in findings:
        session.error(error_line(finding))


def _write(folder: Path, made: DatevFiles, book: Book) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content, count, total in made.files:
        file = folder / name
        write_if_different(file, content)
        if total is None:
            echo(_n(count, "{file}: {count} customer", "{file}: {count} customers", file=file, count=count))
            continue
        echo(
            _n(
                count,
                "{file}: {count} booking, {total} {currency}",
                "{file}: {count} bookings, {total} {currency}",
                file=file,
                count=count,
                total=spaced(f"{total:.2f}"),
                currency=book.currency,
            )
        )
