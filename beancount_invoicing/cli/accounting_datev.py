"""`bean-invoice accounting datev`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import click

from beancount_invoicing.accounting.datev import DatevBatch, datev_batch, sums_by_account, sums_of_entries
from beancount_invoicing.accounting.datev_format import bookings_file, debtors_file
from beancount_invoicing.accounting.datev_settings import DatevSettings, datev_settings
from beancount_invoicing.accounting.entries import AccountingEntries
from beancount_invoicing.actions.accounting import AccountingBooks
from beancount_invoicing.cli.accounting_output import entries_of_period, opened_sound_books, print_left_out
from beancount_invoicing.cli.accounting_period import period_options
from beancount_invoicing.cli.common import Session, error_line, examples, folder_option, print_notice, spaced
from beancount_invoicing.cli.echo import echo
from beancount_invoicing.files import write_if_different
from beancount_invoicing.messages import _, _n
from beancount_invoicing.model import ZERO, Book, Finding
from beancount_invoicing.receivables import allocate
from beancount_invoicing.rules.steps import end_of_month


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
    if until > settings.year_end or since < settings.year_start:
        session.error(
            _(
                "{since} to {until} is not within a financial year, and DATEV reads the year of each day from it: the last one "
                "is {first} to {last} (option financial-year-end)",
                since=since,
                until=until,
                first=settings.year_start,
                last=settings.year_end,
            )
        )
    if session.failed:
        return
    entries = entries_of_period(session, books, since, until)
    if entries is None:
        return
    batch = datev_batch(entries, books.general_ledger, book, allocate(book, until), settings)
    _fail(session, batch.findings)
    _compare(session, books, entries, batch, settings)
    if not batch.bookings:
        session.error(_("there is no entry from {since} to {until}", since=since, until=until))
    if not session.failed:
        _write(folder, entries, batch, settings, book)
        _tell_plain_taxes(batch)
        print_left_out(entries, book)


def _fail(session: Session, findings: tuple[Finding, ...]) -> None:
    for finding in findings:
        session.error(error_line(finding))


def _compare(
    session: Session, books: AccountingBooks, entries: AccountingEntries, batch: DatevBatch, settings: DatevSettings
) -> None:
    """Each of DATEV's accounts must move as the ledger's."""
    if batch.findings:
        return
    made = sums_by_account(batch.bookings)
    booked = sums_of_entries(entries, books.general_ledger, books.ledger.book, settings)
    for number in sorted(made.keys() | booked.keys()):
        if made.get(number, ZERO) != booked.get(number, ZERO):
            session.error(
                _(
                    "account {number}: {reported} in these files differs from {booked} in the ledger",
                    number=number,
                    reported=made.get(number, ZERO),
                    booked=booked.get(number, ZERO),
                )
            )


def _write(folder: Path, entries: AccountingEntries, batch: DatevBatch, settings: DatevSettings, book: Book) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for since, until in _months(entries.since, entries.until):
        bookings = [booking for booking in batch.bookings if since <= booking.date <= until]
        if bookings:
            file = folder / f"EXTF_Buchungsstapel_{since:%Y-%m}.csv"
            write_if_different(file, bookings_file(bookings, since, until, settings, book.currency))
            total = sum((booking.amount for booking in bookings), Decimal(0))
            echo(
                _n(
                    len(bookings),
                    "{file}: {count} booking, {total} {currency}",
                    "{file}: {count} bookings, {total} {currency}",
                    file=file,
                    count=len(bookings),
                    total=spaced(f"{total:.2f}"),
                    currency=book.currency,
                )
            )
    customers = {
        number: book.customers[mains[0]].at(entries.until) for number, mains in batch.debtors.items() if len(mains) == 1
    }
    if customers:
        file = folder / "EXTF_Debitoren.csv"
        write_if_different(file, debtors_file(customers, entries.until, settings))
        echo(
            _n(len(customers), "{file}: {count} customer", "{file}: {count} customers", file=file, count=len(customers))
        )


def _months(since: date, until: date) -> Iterator[tuple[date, date]]:
    """The first and last days of a period's months, within the period: DATEV asks for a file for each (Buchungsperiode)."""
    day = since
    while day <= until:
        last = min(end_of_month(day), until)
        yield day, last
        day = date.fromordinal(last.toordinal() + 1)


def _tell_plain_taxes(batch: DatevBatch) -> None:
    for code in batch.plain_taxes:
        print_notice(
            _(
                "{code} has no datev-key: its sales are written without their tax, and the tax beside them. If DATEV's account "
                'takes the tax out itself (Automatikkonto), write datev-key: "automatic" below custom "invoice-tax"; if your tax '
                "adviser gave you a tax key, write that",
                code=code,
            )
        )
