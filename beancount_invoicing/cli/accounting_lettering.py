"""`bean-invoice accounting lettering`."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from beancount_invoicing.accounting.reports import lettering_report
from beancount_invoicing.cli.accounting_output import entries_of_period, output_options, print_report
from beancount_invoicing.cli.accounting_period import period_options
from beancount_invoicing.cli.common import Session, customers_wanted, examples
from beancount_invoicing.cli.completion import complete_customers


@click.command("lettering", epilog=examples("accounting lettering 2026", "accounting lettering 2026 --customer Halles"))
@period_options
@click.option("-c", "--customer", default="", shell_complete=complete_customers, help="Only this customer.")
@output_options
@click.pass_obj
def lettering_command(
    session: Session, since: date, until: date, customer: str, form: str | None, output: Path | None
) -> None:
    """What settles each other on customers' accounts, under one letter a set; last, what is still open."""
    found = entries_of_period(session, since, until)
    if found is None:
        return
    books, entries = found
    accounts = customers_wanted(session, books.ledger.book, customer)
    if accounts is not None:
        print_report(session, lettering_report(entries, books.ledger.book, accounts), form, output)
