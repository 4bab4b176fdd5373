"""`bean-invoice accounting ledger`."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from beancount_invoicing.accounting.reports import ledger_report
from beancount_invoicing.cli.accounting_output import entries_of_period, output_options, print_report
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
    found = entries_of_period(session, since, until)
    if found is None:
        return
    books, entries = found
    accounts = customers_wanted(session, books.ledger.book, customer)
    if accounts is not None:
        report = ledger_report(entries, books.general_ledger, books.ledger.book, accounts)
        print_report(session, report, form, output)
