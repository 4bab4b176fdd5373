"""`bean-invoice received book`."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from beancount_invoicing.actions.received_bills import book_received
from beancount_invoicing.cli.common import Session, date_option, examples
from beancount_invoicing.cli.completion import complete_received
from beancount_invoicing.cli.writing import build_write_options, changing, print_outcome, writing_options


@click.command("book", epilog=examples("received book 2026-118", "received book 2026-118 -w"))
@click.argument("invoice", shell_complete=complete_received)
@date_option("The date of the entry. Default: the invoice's own.", default=None)
@writing_options
@click.pass_obj
def book_command(
    session: Session, invoice: str, day: date | None, write: bool, into: Path | None, commit: bool
) -> None:
    """The entry of an invoice, by its number: what you owe, the expense, the tax by rate. It is a draft, for you to look at."""
    options = build_write_options(write, into, commit)
    with changing(session):
        print_outcome(book_received(session.find(), invoice, day, options), options)
