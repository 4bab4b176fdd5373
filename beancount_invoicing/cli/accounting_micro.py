"""`bean-invoice accounting micro`."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from beancount_invoicing.accounting.micro import book_of_receipts, book_report, limits_report, quarters_report
from beancount_invoicing.cli.accounting_output import opened_books, output_options, print_report
from beancount_invoicing.cli.accounting_period import period_options
from beancount_invoicing.cli.common import OneOf, Session, examples, print_notice
from beancount_invoicing.law.places import state_of
from beancount_invoicing.messages import _
from beancount_invoicing.model import Book
from beancount_invoicing.receivables import allocate


@click.command("micro", epilog=examples("accounting micro 2026-Q3", "accounting micro 2026 --list limits"))
@period_options
@click.option(
    "--list",
    "kind",
    type=OneOf(["book", "quarters", "limits"]),
    default="book",
    metavar="book|quarters|limits",
    help="The book of receipts (default); receipts by quarter and nature; what is left of the year's limits.",
)
@output_options
@click.pass_obj
def micro_command(session: Session, since: date, until: date, kind: str, form: str | None, output: Path | None) -> None:
    """France, micro-enterprises: the book of receipts, receipts by quarter and nature, the limits of turnover."""
    books = opened_books(session)
    book = books.ledger.book
    receipts, sums = book_of_receipts(books.general_ledger, book, allocate(book, until), since, until)
    if kind == "quarters":
        report = quarters_report(receipts, since, until, book.currency)
    elif kind == "limits":
        if (since, until) != (date(until.year, 1, 1), date(until.year, 12, 31)):
            raise click.UsageError(_("limits are those of a whole year: write {year}", year=until.year))
        report = limits_report(receipts, since, until, book.currency, _began_on(book, until))
        country = state_of(book.seller.at(until).address.country) if book.seller else ""
        if country not in {"", "FR"}:
            print_notice(_("these are the limits of France, but the seller is in {country}", country=country))
    else:
        report = book_report(receipts, since, until, book.currency, sums)
    print_report(session, report, form, output)


def _began_on(book: Book, day: date) -> date | None:
    """The business's first day, if the ledger says it."""
    option = book.options.get("business-start")
    began_on = option.at(day) if option else None
    return began_on if isinstance(began_on, date) else None
