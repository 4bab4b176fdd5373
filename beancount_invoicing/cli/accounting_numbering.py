"""`bean-invoice accounting numbering`."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from beancount_invoicing.actions.accounting import numbering_report
from beancount_invoicing.cli.accounting_output import output_options, print_report
from beancount_invoicing.cli.accounting_period import period_options
from beancount_invoicing.cli.common import Session, examples


@click.command("numbering", epilog=examples("accounting numbering 2026"))
@period_options
@output_options
@click.pass_obj
def numbering_command(session: Session, since: date, until: date, form: str | None, output: Path | None) -> None:
    """The numbering statement: of each series the first and last number, how many, void numbers, gaps."""
    print_report(session, numbering_report(session.open().book, since, until), form, output)
