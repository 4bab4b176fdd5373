"""`bean-invoice accounting post-closing`."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from beancount_invoicing.accounting.year_end import post_closing_report
from beancount_invoicing.cli.accounting_output import output_options, print_report
from beancount_invoicing.cli.accounting_period import LastDayParam
from beancount_invoicing.cli.common import Session, as_of_option, examples
from beancount_invoicing.messages import _
from beancount_invoicing.receivables import allocate


@click.command(
    "post-closing",
    epilog=examples("accounting post-closing 2026-10-31", "accounting post-closing last-month -o received.xlsx"),
)
@click.argument("day", type=LastDayParam(), metavar="DAY")
@as_of_option
@output_options
@click.pass_obj
def post_closing_command(session: Session, day: date, as_of: date, form: str | None, output: Path | None) -> None:
    """What became of open documents: payments, credit notes, losses after the end of DAY, until --as-of."""
    if as_of < day:
        raise click.UsageError(_("--as-of {as_of} is before {day}", as_of=as_of, day=day))
    book = session.open().book
    print_report(session, post_closing_report(book, allocate(book, day), allocate(book, as_of)), form, output)
