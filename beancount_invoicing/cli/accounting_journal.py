"""`bean-invoice accounting journal`."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from beancount_invoicing.accounting.entries import AccountingEntries
from beancount_invoicing.accounting.reports import Report, journal_report
from beancount_invoicing.accounting.sales_by_tax import sales_by_tax_report
from beancount_invoicing.actions.accounting import AccountingBooks
from beancount_invoicing.cli.accounting_output import output_options, print_entries_report
from beancount_invoicing.cli.accounting_period import period_options
from beancount_invoicing.cli.common import Session, examples
from beancount_invoicing.cli.completion import complete_list
from beancount_invoicing.messages import _


@click.command(
    "journal",
    epilog=examples(
        "accounting journal 2026-10",
        "accounting journal 2026-Q3 --by-tax",
        "accounting journal 2026 --journal all -o journals.xlsx",
    ),
)
@period_options
@click.option(
    "--journal",
    "named",
    default="",
    metavar="CODE[,CODE]",
    shell_complete=complete_list("all", "VE", "BQ", "CA", "AC", "OD", "AN"),
    help="Which journals, or all; default: invoices and credit notes.",
)
@click.option("--by-tax", is_flag=True, help="A line for each document and tax code: base, rate, tax, total.")
@output_options
@click.pass_obj
def journal_command(
    session: Session, since: date, until: date, named: str, by_tax: bool, form: str | None, output: Path | None
) -> None:
    """The entries of a journal (sales, unless you name another), with account numbers, debits and credits."""
    if by_tax and named:
        raise click.UsageError(_("--by-tax is of the sales journal alone: leave --journal out"))
    codes = [code.strip() for code in named.split(",") if code.strip()]

    def make(books: AccountingBooks, entries: AccountingEntries) -> Report | None:
        if by_tax:
            return sales_by_tax_report(books.general_ledger, books.ledger.book, since, until)
        known = sorted({entry.journal.code for entry in entries.entries})
        unknown = [code for code in codes if code not in known and code != "all"]
        for code in unknown:
            session.error(
                _(
                    "there is no journal {code} in this period: its journals are {known}",
                    code=code,
                    known=", ".join(known) or "–",
                )
            )
        wanted = None if not codes else [] if "all" in codes else codes
        return None if unknown else journal_report(entries, wanted)

    print_entries_report(session, (since, until), make, form, output)
