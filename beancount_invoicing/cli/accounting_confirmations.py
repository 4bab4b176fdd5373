"""`bean-invoice accounting confirmations`."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from beancount_invoicing.accounting.year_end import confirmations_report
from beancount_invoicing.actions.confirmations import render_confirmations, statements_to_confirm
from beancount_invoicing.actions.statement import language_to
from beancount_invoicing.cli.accounting_output import print_report
from beancount_invoicing.cli.accounting_period import LastDayParam
from beancount_invoicing.cli.common import (
    Session,
    customers_wanted,
    date_option,
    examples,
    folder_option,
    format_option,
    output_format_option,
    print_notice,
)
from beancount_invoicing.cli.completion import complete_customers
from beancount_invoicing.cli.render import print_written, with_progress
from beancount_invoicing.documents.written_files import Output
from beancount_invoicing.messages import _


@click.command(
    "confirmations",
    epilog=examples(
        "accounting confirmations last-month",
        'accounting confirmations last-month -o letters --reply-to "Cabinet Morel, 2 place Foch, 35000 Rennes"',
    ),
)
@click.argument("as_of", type=LastDayParam(), metavar="DAY")
@click.option("-c", "--customer", default="", shell_complete=complete_customers, help="Only this customer.")
@click.option("--reply-to", default="", metavar="TEXT", help="The auditor's name and address, to whom the reply goes.")
@date_option("The date of the letters.")
@folder_option(None)
@output_format_option("pdf")
@format_option
@click.pass_obj
def confirmations_command(
    session: Session,
    as_of: date,
    customer: str,
    reply_to: str,
    day: date,
    folder: Path | None,
    outputs: tuple[Output, ...],
    form: str,
) -> None:
    """Balances for customers to confirm: list those at the end of DAY; with -o, write the letters.

    Each letter is in the customer's language, lists the open items, and has a reply to sign.
    """
    ledger = session.open()
    customers = customers_wanted(session, ledger.book, customer)
    if customers is None:
        return
    statements = statements_to_confirm(ledger, as_of, customers)
    languages = [language_to(ledger.book, statement.customer, day) for statement in statements]
    print_report(session, confirmations_report(ledger.book, statements, languages, as_of), form, None)
    if folder:
        files = render_confirmations(ledger.book, statements, day, reply_to, folder, outputs, print_notice)
        print_written(session, with_progress(files, _("Letters"), len(statements)))
