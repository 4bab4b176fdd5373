"""`bean-invoice accounting receipts`."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from beancount_invoicing.accounting.receipts import receipts_report
from beancount_invoicing.cli.accounting_output import opened_books, output_options, print_report
from beancount_invoicing.cli.accounting_period import period_options
from beancount_invoicing.cli.common import Session, examples
from beancount_invoicing.receivables import allocate


@click.command("receipts", epilog=examples("accounting receipts 2026-10", "accounting receipts 2026 -o recettes.xlsx"))
@period_options
@output_options
@click.pass_obj
def receipts_command(session: Session, since: date, until: date, form: str | None, output: Path | None) -> None:
    """The receipts journal: money received, by the day on which it arrived, with the document that it paid."""
    books = opened_books(session)
    book = books.ledger.book
    report = receipts_report(books.general_ledger, book, allocate(book, until), since, until)
    print_report(session, report, form, output)
