"""`bean-invoice accounting ledger`."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from beancount_invoicing.accounting.entries import AccountingEntries
from beancount_invoicing.accounting.reports import Report, ledger_report
from beancount_invoicing.actions.accounting import AccountingBooks
from beancount_invoicing.cli.accounting_output import output_options, print_entries_report
from beancount_invoicing.cli.accounting_period import period_options
from beancount_invoicing.cli.common import Session, customers_wanted, examples
from beancount_invoicing.cli.completion import complete_customers


@click.command(
    "ledger", epilog=examples("accounting ledger 2026 --customer Halles", "accounting ledger 2026 -o clients.xlsx")
)
@period_options
@click.option("-c", "--customer", default="", shell_complete=complete_customers, help="Only this customer.")
@output_options
@click.pass_obj
def ledger_command(
    session: Session, since: date, until: date, customer: str, form: str | None, output: Path | None
) -> None:
    """The customers' ledger: every line on their accounts, the balance after it, and its letter."""

    def make(books: AccountingBooks, entries: AccountingEntries) -> Report | None:
        accounts = customers_wanted(session, books.ledger.book, customer)
        return None if accounts is None else ledger_report(entries, books.general_ledger, books.ledger.book, accounts)

    print_entries_report(session, (since, until), make, form, output)
