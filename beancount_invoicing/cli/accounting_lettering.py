"""`bean-invoice accounting lettering`."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from beancount_invoicing.accounting.entries import AccountingEntries
from beancount_invoicing.accounting.reports import Report, lettering_report
from beancount_invoicing.actions.accounting import AccountingBooks
from beancount_invoicing.cli.accounting_output import output_options, print_entries_report
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

    def make(books: AccountingBooks, entries: AccountingEntries) -> Report | None:
        accounts = customers_wanted(session, books.ledger.book, customer)
        if accounts is None:
            return None
        return lettering_report(entries, books.ledger.book, accounts, books.ledger.allocated_at(entries.until))

    print_entries_report(session, (since, until), make, form, output)
