"""`bean-invoice allocate`."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import click

from beancount_invoicing.actions import allocate
from beancount_invoicing.actions.allocate import AllocationRequest
from beancount_invoicing.cli.common import Number, Session, date_option, examples
from beancount_invoicing.cli.completion import complete_numbers
from beancount_invoicing.cli.writing import build_write_options, changing, print_outcome, writing_options
from beancount_invoicing.messages import _


@click.command(epilog=examples("allocate F2026-0062 -w"))
@click.argument("numbers", nargs=-1, required=True, metavar="NUMBER...", shell_complete=complete_numbers)
@click.option("--amount", type=Number(), help="Only this amount. Default: all that is open and available.")
@click.option(
    "--from",
    "source",
    default="",
    metavar="NUMBER",
    shell_complete=complete_numbers,
    help="Take it from this credit note, or from what was overpaid on this invoice.",
)
@date_option("The date of the entry.")
@writing_options
@click.pass_obj
def allocate_command(
    session: Session,
    numbers: tuple[str, ...],
    amount: Decimal | None,
    source: str,
    day: date,
    write: bool,
    into: Path | None,
    commit: bool,
) -> None:
    """Allocate money on a customer's account to documents: the money keeps the day on which it arrived."""
    if amount is not None and amount <= 0:
        raise click.UsageError(_("--amount must be above 0"))
    way = build_write_options(write, into, commit)
    with changing(session):
        wanted = AllocationRequest(numbers, amount, source)
        print_outcome(allocate.allocate_money(session.find(), wanted, day, way), way)
