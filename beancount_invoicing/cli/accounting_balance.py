"""`bean-invoice accounting balance`."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from beancount_invoicing.accounting.entries import AccountingEntries
from beancount_invoicing.accounting.reports import Report, balance_report
from beancount_invoicing.actions.accounting import AccountingBooks
from beancount_invoicing.cli.accounting_output import output_options, print_entries_report
from beancount_invoicing.cli.accounting_period import period_options
from beancount_invoicing.cli.common import Session, examples


@click.command("balance", epilog=examples("accounting balance 2026", "accounting balance 2026-Q3 --general"))
@period_options
@click.option("--general", is_flag=True, help="All accounts of the ledger, not only those of customers.")
@output_options
@click.pass_obj
def balance_command(
    session: Session, since: date, until: date, general: bool, form: str | None, output: Path | None
) -> None:
    """The trial balance of customers, or of all accounts: opening, debit, credit, closing."""

    def make(books: AccountingBooks, entries: AccountingEntries) -> Report:
        return balance_report(entries, books.general_ledger, books.ledger.book, general=general)

    print_entries_report(session, (since, until), make, form, output)
