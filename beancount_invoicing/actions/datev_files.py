"""The entries of a period as the files that DATEV imports: a Buchungsstapel for each month, and the customers (EXTF)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from beancount_invoicing.accounting.datev import DatevBatch, datev_batch, sums_by_account, sums_of_entries
from beancount_invoicing.accounting.datev_format import bookings_file, debtors_file
from beancount_invoicing.accounting.datev_settings import DatevSettings
from beancount_invoicing.accounting.entries import AccountingEntries
from beancount_invoicing.actions.accounting import AccountingBooks
from beancount_invoicing.messages import _
from beancount_invoicing.model import ZERO, Book
from beancount_invoicing.receivables import Allocated
from beancount_invoicing.rules.steps import end_of_month


class DatevFile(NamedTuple):
    """A file for DATEV, and how many bookings or customers are in it; `total` of bookings, in the books' currency."""

    name: str
    content: bytes
    rows: int
    total: Decimal | None


class DatevFiles(NamedTuple):
    """The bookings of a period, their files, and the accounts on which these move otherwise than the ledger."""

    batch: DatevBatch
    files: tuple[DatevFile, ...]
    """None if something is wrong, or there is no booking."""
    differences: tuple[str, ...]


def outside_the_year(since: date, until: date, settings: DatevSettings) -> str:
    """Why a period (both days inclusive) cannot be written; "" if it is within a financial year."""
    if until <= settings.year_end and since >= settings.year_start:
        return ""
    return _(
        "{since} to {until} is not within a financial year, and DATEV reads the year of each day from it: the last one "
        "is {first} to {last} (option financial-year-end)",
        since=since,
        until=until,
        first=settings.year_start,
        last=settings.year_end,
    )


def datev_files(
    books: AccountingBooks, entries: AccountingEntries, allocated: Allocated, settings: DatevSettings
) -> DatevFiles:
    """The files of the entries' period; `allocated`: as of its last day."""
    book = books.ledger.book
    batch = datev_batch(entries, books.general_ledger, book, allocated, settings)
    differences = () if batch.findings else tuple(_differences(books, entries, batch, settings))
    whole = not batch.findings and not differences and batch.bookings
    return DatevFiles(batch, tuple(_files(entries, batch, settings, book)) if whole else (), differences)


def _differences(
    books: AccountingBooks, entries: AccountingEntries, batch: DatevBatch, settings: DatevSettings
) -> Iterator[str]:
    """Each of DATEV's accounts must move as the ledger's."""
    made = sums_by_account(batch.bookings)
    booked = sums_of_entries(entries, books.general_ledger, books.ledger.book, settings)
    for number in sorted(made.keys() | booked.keys()):
        if made.get(number, ZERO) != booked.get(number, ZERO):
            yield _(
                "account {number}: {reported} in these files differs from {booked} in the ledger",
                number=number,
                reported=made.get(number, ZERO),
                booked=booked.get(number, ZERO),
            )


def _files(entries: AccountingEntries, batch: DatevBatch, settings: DatevSettings, book: Book) -> Iterator[DatevFile]:
    for since, until in months(entries.since, entries.until):
        bookings = [booking for booking in batch.bookings if since <= booking.date <= until]
        if bookings:
            yield DatevFile(
                f"EXTF_Buchungsstapel_{since:%Y-%m}.csv",
                bookings_file(bookings, since, until, settings, book.currency),
                len(bookings),
                sum((booking.amount for booking in bookings), ZERO),
            )
    customers = {
        number: book.customers[mains[0]].at(entries.until) for number, mains in batch.debtors.items() if len(mains) == 1
    }
    if customers:
        content = debtors_file(customers, entries.until, settings)
        yield DatevFile("EXTF_Debitoren.csv", content, len(customers), None)


def months(since: date, until: date) -> Iterator[tuple[date, date]]:
    """The first and last days of a period's months, within the period: DATEV asks for a file for each (Buchungsperiode)."""
    day = since
    while day <= until:
        last = min(end_of_month(day), until)
        yield day, last
        day = date.fromordinal(last.toordinal() + 1)


def plain_tax_notice(code: str) -> str:
    """The notice that the sales under a tax code are written without their tax, and what to do."""
    return _(
        "{code} has no datev-key: its sales are written without their tax, and the tax beside them. If DATEV's account "
        'takes the tax out itself (Automatikkonto), write datev-key: "automatic" below custom "invoice-tax"; if your tax '
        "adviser gave you a tax key, write that",
        code=code,
    )
