"""`bean-invoice accounting sales-list`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import click

from beancount_invoicing import law
from beancount_invoicing.accounting.entries import CannotMakeEntries, valued_entries
from beancount_invoicing.accounting.sales import sales
from beancount_invoicing.accounting.sales_list import (
    CustomerTurnover,
    EuSales,
    booked_supplies,
    booked_tax,
    customers_turnover,
    eu_sales,
    oss_sales,
)
from beancount_invoicing.accounting.sales_list_reports import customers_report, eu_report, oss_report
from beancount_invoicing.cli.accounting_output import opened_books, output_options, print_report
from beancount_invoicing.cli.accounting_period import period_options
from beancount_invoicing.cli.common import OneOf, Session, error_line, examples, print_notice
from beancount_invoicing.files import write_if_different
from beancount_invoicing.messages import _
from beancount_invoicing.model import Seller
from beancount_invoicing.rendering import sales_list_files
from beancount_invoicing.rules.supply import place_of_seller


@click.command(
    "sales-list",
    epilog=examples("accounting sales-list 2026-10", "accounting sales-list 2026-Q4 --list oss -o oss.xlsx"),
)
@period_options
@click.option(
    "--list",
    "kind",
    type=OneOf(["eu", "oss", "customers"]),
    default="eu",
    metavar="eu|oss|customers",
    help="Businesses in other member states (default); sales with the VAT of other states; Belgium: customers with a VAT id.",
)
@click.option(
    "--declaration",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Also write the file for the tax office: DES in France, Intervat in Belgium, ZM in Germany.",
)
@output_options
@click.pass_obj
def sales_list_command(
    session: Session,
    since: date,
    until: date,
    kind: str,
    declaration: Path | None,
    form: str | None,
    output: Path | None,
) -> None:
    """Sales as the tax office lists them: to businesses in other member states, or with the VAT of other states."""
    books = opened_books(session)
    book = books.ledger.book
    if book.seller is None:
        session.error(_('the ledger has no seller: write custom "invoice-seller"'))
        return
    seller = book.seller.at(until)
    place = place_of_seller(seller)
    try:
        valued, _moneyless = valued_entries(books.general_ledger, book, until)
    except CannotMakeEntries as error:
        for finding in error.findings:
            session.error(error_line(finding))
        return
    sold = sales(valued, book, since, until)
    file: bytes | None = None
    if kind == "oss":
        lines = oss_sales(sold, book, place)
        report = oss_report(lines, since, until, book.currency, booked_tax(valued, book, sold, place))
    elif kind == "customers":
        turnover = customers_turnover(sold, place)
        report = customers_report(turnover, since, until, book.currency)
        file = _customers_file(turnover, seller, since, until) if declaration else None
    else:
        listed, findings = eu_sales(sold, place)
        for finding in findings:
            session.error(error_line(finding))
        report = eu_report(listed, since, until, book.currency, booked_supplies(valued, book, sold, place))
        file = _eu_file(listed, seller, since, until) if declaration and not session.failed else None
    print_report(session, report, form, output)
    _write(session, declaration, file)


def _write(session: Session, declaration: Path | None, file: bytes | None) -> None:
    if declaration and session.failed:
        session.error(_("nothing is written: correct the errors first"))
    elif declaration and file is None:
        raise click.UsageError(_("this list has no file for the tax office: leave --declaration out"))
    elif declaration and file is not None:
        write_if_different(declaration, file)
        print_notice(_("{file} is written", file=declaration))


def _eu_file(lines: Sequence[EuSales], seller: Seller, since: date, until: date) -> bytes | None:
    """The EC sales list for the tax office of the seller's country; None where we know no file."""
    country = law.state_of(place_of_seller(seller))
    whole_month = since.day == 1 and until + timedelta(days=1) == _next_month(since)
    if country == "FR":
        if not whole_month:
            raise click.UsageError(_("a DES is of one month: write a month, such as 2026-10"))
        return sales_list_files.des_xml(lines, "".join(seller.vat_id.split()), since)
    if country == "BE":
        return sales_list_files.intra_xml(lines, seller, since, until)
    return sales_list_files.zm_csv(lines) if country == "DE" else None


def _customers_file(lines: Sequence[CustomerTurnover], seller: Seller, since: date, until: date) -> bytes | None:
    if law.state_of(place_of_seller(seller)) != "BE":
        return None
    if (since.month, since.day, until.month, until.day) != (1, 1, 12, 31) or since.year != until.year:
        raise click.UsageError(_("this list is of a calendar year: write a year, such as 2026"))
    return sales_list_files.clients_xml(lines, seller, since.year)


def _next_month(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)
