"""`bean-invoice deposit`."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from beancount_invoicing.actions import deposit
from beancount_invoicing.actions.deposit import DepositRequest
from beancount_invoicing.cli.common import Session, date_option, examples, format_option
from beancount_invoicing.cli.completion import complete_accounts, complete_contracts_or_customers, complete_taxes
from beancount_invoicing.cli.writing import build_write_options, changing, print_outcome, writing_options, yes_option
from beancount_invoicing.writing.new_documents import DocumentDating


@click.command(
    epilog=examples(
        "deposit TILLEULS 10% -w", 'deposit HabitatOuest 500 --text "Acompte, résidence des Ormes" --tax FR10E'
    )
)
@click.argument("of", metavar="CONTRACT|CUSTOMER", shell_complete=complete_contracts_or_customers)
@click.argument("amount", metavar="30%|AMOUNT")
@click.option("--text", default="", help="What it is for.")
@click.option("--tax", default="", shell_complete=complete_taxes, help="Its tax code.")
@click.option("--account", default="", shell_complete=complete_accounts, help="The liability account for deposits.")
@date_option("The date of the invoice.")
@click.option("--draft", is_flag=True, help="Write a draft.")
@yes_option
@writing_options
@format_option
@click.pass_obj
def deposit_command(
    session: Session,
    of: str,
    amount: str,
    text: str,
    tax: str,
    account: str,
    day: date,
    draft: bool,
    yes: bool,
    write: bool,
    into: Path | None,
    commit: bool,
    form: str,
) -> None:
    """Ask for a deposit: an advance that the next invoices deduct."""
    way = build_write_options(write, into, commit, yes)
    wanted = DepositRequest(of, amount, text, tax, account)
    with changing(session):
        print_outcome(deposit.deposit(session.find(), wanted, DocumentDating(day, draft), way), way, form)
