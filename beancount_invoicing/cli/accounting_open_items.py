"""`bean-invoice accounting open-items`."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from beancount_invoicing.accounting.year_end import open_items_report
from beancount_invoicing.cli.accounting_output import opened_books, output_options, print_report
from beancount_invoicing.cli.accounting_period import LastDayParam
from beancount_invoicing.cli.common import Session, examples


@click.command(
    "open-items", epilog=examples("accounting open-items 2026-10-31", "accounting open-items last-year -o open.xlsx")
)
@click.argument("day", type=LastDayParam(), metavar="DAY")
@output_options
@click.pass_obj
def open_items_command(session: Session, day: date, form: str | None, output: Path | None) -> None:
    """What customers owed at the end of DAY, instalment by instalment, and money that settles no document."""
    books = opened_books(session)
    report = open_items_report(books.general_ledger, books.ledger.book, books.ledger.allocated_at(day))
    print_report(session, report, form, output)
