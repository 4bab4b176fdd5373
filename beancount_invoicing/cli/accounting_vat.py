"""`bean-invoice accounting vat`."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from beancount_invoicing.accounting.entries import CannotMakeEntries
from beancount_invoicing.accounting.reports import Report
from beancount_invoicing.accounting.vat import Vat, vat_of_period
from beancount_invoicing.accounting.vat_reports import (
    VatTable,
    below_zero,
    codes_report,
    comparisons,
    return_of_seller,
    unplaced,
    vat_tables,
)
from beancount_invoicing.actions.settle_vat import settle_vat
from beancount_invoicing.cli.accounting_output import opened_books, output_options, print_report
from beancount_invoicing.cli.accounting_period import period_options
from beancount_invoicing.cli.common import OneOf, Session, error_line, examples, print_notice, today
from beancount_invoicing.cli.tax_due import print_advance
from beancount_invoicing.cli.writing import build_write_options, changing, print_outcome, writing_options
from beancount_invoicing.law.vat_returns import VatReturn, countries_with_vat_returns, vat_return
from beancount_invoicing.ledger import LedgerLoader
from beancount_invoicing.messages import _
from beancount_invoicing.model import Book
from beancount_invoicing.writing.changes import WriteOptions

_SHOWN = ("codes", "boxes", "lines", "differences")


@click.command(
    "vat",
    epilog=examples(
        "accounting vat 2026-10", "accounting vat 2026-Q3 --show lines -o tva.xlsx", "accounting vat --close 2026-10 -w"
    ),
)
@period_options
@click.option(
    "--country",
    default="",
    metavar="XX",
    help="Whose return: two letters. Default: the seller's country.",
)
@click.option(
    "--show",
    type=OneOf(_SHOWN),
    default=None,
    metavar="|".join(_SHOWN),
    help="Only this table. Default: all but the lines; in a CSV, the lines alone.",
)
@click.option(
    "--close",
    is_flag=True,
    help="Show the entry that settles the period's VAT, to the account of the VAT to pay; -w writes it.",
)
@writing_options
@output_options
@click.pass_obj
def vat_command(
    session: Session,
    since: date,
    until: date,
    country: str,
    show: VatTable | None,
    close: bool,
    write: bool,
    into: Path | None,
    commit: bool,
    form: str | None,
    output: Path | None,
) -> None:
    """The VAT on sales: by code and by box of the return, beside the accounts. Deductible VAT on purchases is not in it."""
    if close:
        _close(session, (since, until), build_write_options(write, into, commit), form, output)
        return
    if write:
        raise click.UsageError(_("only the settlement is written: add --close"))
    books = opened_books(session)
    book = books.ledger.book
    try:
        vat = vat_of_period(books.general_ledger, book, since, until)
    except CannotMakeEntries as error:
        for finding in error.findings:
            session.error(error_line(finding))
        return
    vat_form = _form(session, book, country, until)
    if session.failed:
        return
    tables = vat_tables(vat, books.general_ledger, book, vat_form)
    _print(session, tables, show, form, output)
    if not any(version.rate for dated in book.taxes.values() for _day, version in dated.versions):
        quarter = f"{until.year}-Q{(until.month + 2) // 3}"
        print_notice(
            _(
                "no tax code of this ledger has a rate: you charge no VAT; what you received: bean-invoice accounting "
                "receipts {quarter}",
                quarter=quarter,
            )
        )
        return
    _notices(vat, vat_form)


def _close(
    session: Session, period: tuple[date, date], way: WriteOptions, form: str | None, output: Path | None
) -> None:
    """Shows the VAT by code, and the entry that settles it, or writes it."""
    with changing(session):
        try:
            settled = settle_vat(LedgerLoader(session.find()), *period, today(), way)
        except CannotMakeEntries as error:
            for finding in error.findings:
                session.error(error_line(finding))
            return
        compared = comparisons(settled.vat, settled.general_ledger, settled.book)
        print_report(session, codes_report(settled.vat, compared), form, output)
        if output is None and form in {None, "table"}:
            print_outcome(settled.outcome, way)


def _form(session: Session, book: Book, country: str, day: date) -> VatReturn | None:
    """The return of a country; an error if `--country` names one that is not known."""
    found = vat_return(country.upper(), day) if country else return_of_seller(book, day)
    known = ", ".join(countries_with_vat_returns())
    if country and found is None:
        session.error(
            _("--country {country}: its return is not known here; known are {known}", country=country, known=known)
        )
    return found


def _print(
    session: Session, tables: dict[VatTable, Report], show: VatTable | None, form: str | None, output: Path | None
) -> None:
    ending = form or (output.suffix.removeprefix(".").lower() if output else "table")
    if show:
        if show in tables:
            print_report(session, tables[show], form, output)
    elif ending == "csv":
        print_report(session, tables["lines"], form, output)
    else:
        parts = [table for name, table in tables.items() if name != "codes" and (name, ending) != ("lines", "table")]
        print_report(session, tables["codes"], form, output, parts)


def _notices(vat: Vat, form: VatReturn | None) -> None:
    """What has no box, and what must be known of those that have."""
    if form is None:
        print_notice(
            _("no boxes: no return is known here for the seller's country; add --country, or country: to the seller")
        )
        return
    for advance in vat.due.on_account:
        print_advance(advance)
    for box, amount in below_zero(vat, form):
        print_notice(
            _(
                "box {box}: {amount} is below zero, which {form} does not take there: what is given back goes to box "
                "{other}",
                box=box,
                amount=amount,
                form=form.form,
                other=form.given_back,
            )
        )
    named: set[tuple[str, str]] = set()
    for line, missing in unplaced(vat, form):
        if (line.tax.code, missing) in named:
            continue
        named.add((line.tax.code, missing))
        print_notice(
            _(
                "{code} (category {category}, {rate} %): no box of {form} takes its {missing}, {number} for one: give its "
                "invoice-tax the category, rate and nature that the return knows",
                code=line.tax.code or "–",
                category=line.tax.category or "–",
                rate=f"{line.tax.rate.normalize():f}",
                form=form.form,
                missing=_("base") if missing == "base" else _("tax"),
                number=line.number,
            )
        )
    print_notice(_("only what is sold is here: the VAT that you deduct on purchases is yours to add"))
