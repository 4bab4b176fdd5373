"""The files of an accounting pack that are handed in or imported as they are: lists of sales for the tax office, and DATEV."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta

from beancount_invoicing import law
from beancount_invoicing.accounting.datev_settings import datev_settings
from beancount_invoicing.accounting.entries import CannotMakeEntries, left_out_notices
from beancount_invoicing.accounting.reports import Report
from beancount_invoicing.accounting.sales import Sale, sales
from beancount_invoicing.accounting.sales_list import (
    EuSales,
    booked_supplies,
    booked_tax,
    customers_turnover,
    eu_sales,
    oss_sales,
    quarter,
)
from beancount_invoicing.accounting.sales_list_reports import customers_report, eu_report, oss_report
from beancount_invoicing.accounting.vat import seller_place
from beancount_invoicing.actions.datev_files import datev_files, months, outside_the_year, plain_tax_notice
from beancount_invoicing.actions.pack_reports import (
    CannotMakeReport,
    NotSetUp,
    PackBooks,
    PackContent,
    ReportFile,
)
from beancount_invoicing.languages import translated
from beancount_invoicing.messages import _, joined
from beancount_invoicing.model import ZERO
from beancount_invoicing.rendering import sales_list_files


def sales_to_member_states(books: PackBooks) -> Report:
    """The EC sales list."""
    sold, place = _sales(books, books.since, books.until), seller_place(books.book, books.until)
    listed, findings = eu_sales(sold, place)
    if findings:
        raise CannotMakeEntries(findings)
    valued = books.valued.entries
    booked = booked_supplies(valued, books.book, sold, place)
    return eu_report(listed, books.since, books.until, books.book.currency, booked)


def one_stop_shop(books: PackBooks) -> list[PackContent]:
    """The sales with the VAT of other member states, if there are any."""
    sold, place = _sales(books, books.since, books.until), seller_place(books.book, books.until)
    lines = oss_sales(sold, books.book, place)
    if not lines:
        return []
    valued = books.valued.entries
    booked = booked_tax(valued, books.book, sold, place)
    return [oss_report(lines, books.since, books.until, books.book.currency, booked)]


def taxable_customers(books: PackBooks) -> list[PackContent]:
    """The Belgian list of customers; of a calendar year, also as the XML for Intervat."""
    sold = _sales(books, books.since, books.until)
    turnover = customers_turnover(sold, seller_place(books.book, books.until))
    report = customers_report(turnover, books.since, books.until, books.book.currency)
    since, until = books.since, books.until
    is_year = (since.year, since.month, since.day, until.month, until.day) == (until.year, 1, 1, 12, 31)
    if not turnover or not is_year:
        return [report]
    _must_have_vat_id(books)
    assert books.book.seller is not None
    content = sales_list_files.clients_xml(turnover, books.book.seller.at(until), since.year)
    return [report, ReportFile(f"intervat-clients-{since.year}.xml", report.title, content)]


def services_declarations(books: PackBooks) -> list[PackContent]:
    """The French DES of each month with services to businesses in other member states."""

    def make(lines: tuple[EuSales, ...], since: date, _until: date) -> bytes:
        assert books.book.seller is not None
        return sales_list_files.des_xml(lines, "".join(books.book.seller.at(books.until).vat_id.split()), since)

    return list(_declared(books, months, {"S"}, "des-{period}.xml", make))


def intra_listings(books: PackBooks) -> list[PackContent]:
    """The Belgian relevés intracommunautaires."""

    def make(lines: tuple[EuSales, ...], since: date, until: date) -> bytes:
        assert books.book.seller is not None
        return sales_list_files.intra_xml(lines, books.book.seller.at(books.until), since, until)

    return list(_declared(books, declared_periods, {"L", "S", "T"}, "intervat-intra-{period}.xml", make))


def recapitulative_statements(books: PackBooks) -> list[PackContent]:
    """The German Zusammenfassende Meldungen."""
    return list(
        _declared(
            books, declared_periods, {"L", "S", "T"}, "zm-{period}.csv",
            lambda lines, _since, _until: sales_list_files.zm_csv(lines),
        )
    )  # fmt: skip


def declared_periods(since: date, until: date) -> Iterator[tuple[date, date]]:
    """The quarters of a period that is made of whole quarters; else its months."""
    after = until + timedelta(days=1)
    step = 3 if {since.month % 3, after.month % 3} == {1} and {since.day, after.day} == {1} else 1
    parts = list(months(since, until))
    for place in range(0, len(parts), step):
        yield parts[place][0], parts[min(place + step, len(parts)) - 1][1]


def _declared(
    books: PackBooks,
    periods: Callable[[date, date], Iterator[tuple[date, date]]],
    codes: set[str],
    name: str,
    make: Callable[[tuple[EuSales, ...], date, date], bytes],
) -> Iterator[ReportFile]:
    """A file for each of the period's parts in which something of `codes` is to be declared."""
    place = seller_place(books.book, books.until)
    for since, until in periods(books.since, books.until):
        listed, findings = eu_sales(_sales(books, since, until), place)
        lines = tuple(line for line in listed if line.code in codes and line.declared)
        if not lines:
            continue
        if findings:
            raise CannotMakeEntries(findings)
        _must_have_vat_id(books)
        if since.day != 1 or (until + timedelta(days=1)).day != 1:
            raise CannotMakeReport(
                _(
                    "{since} to {until} are not whole months, and a declaration is of a month or a quarter: make the pack of a "
                    "month, a quarter or a year",
                    since=books.since,
                    until=books.until,
                )
            )
        period = f"{since:%Y-%m}" if (since.year, since.month) == (until.year, until.month) else quarter(until)
        total = sum((line.declared for line in lines), ZERO)
        figures = ((translated(_("declared")), total),)
        yield ReportFile(
            name.format(period=period),
            translated(_("EC sales list, to be handed in")),
            make(lines, since, until),
            figures,
        )


def _sales(books: PackBooks, since: date, until: date) -> tuple[Sale, ...]:
    return sales(books.valued.entries, books.book, since, until)


def _must_have_vat_id(books: PackBooks) -> None:
    if books.book.seller is None or not books.book.seller.at(books.until).vat_id:
        raise CannotMakeReport(
            _(
                'the seller has no VAT id, and the declaration begins with it: write vat-id: "…" below custom "invoice-seller"'
            )
        )


def datev(books: PackBooks) -> list[PackContent]:
    """The files for DATEV, if the ledger says the tax adviser's number at DATEV; a seller in Germany or Austria is told how."""
    book, since, until = books.book, books.since, books.until
    is_set_up = bool(book.option("datev-consultant", until))
    if not is_set_up and law.state_of(seller_place(book, until)) not in {"DE", "AT"}:
        return []
    settings, findings = datev_settings(books.books.general_ledger, book, until)
    if not is_set_up:
        raise NotSetUp(
            _(
                "if your tax adviser works with DATEV, ask for the numbers of adviser and client (Beraternummer, "
                "Mandantennummer), and write options datev-consultant and datev-client"
            )
        )
    if findings:
        raise CannotMakeEntries(findings)
    outside = outside_the_year(since, until, settings)
    if outside:
        raise CannotMakeReport(outside)
    made = datev_files(books.books, books.entries, books.allocated, settings)
    if made.batch.findings:
        raise CannotMakeEntries(made.batch.findings)
    if made.differences:
        raise CannotMakeReport(joined("; ", made.differences))
    notices = (*left_out_notices(books.entries, book), *map(plain_tax_notice, made.batch.plain_taxes))
    return [
        ReportFile(
            f"datev/{file.name}",
            "DATEV (EXTF)",
            file.content,
            ((_("customers"), file.rows),)
            if file.total is None
            else ((_("bookings"), file.rows), (_("amount"), file.total)),
            notices if place == 0 else (),
        )
        for place, file in enumerate(made.files)
    ]
