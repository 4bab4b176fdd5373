"""`bean-invoice platform reverse`."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from beancount_invoicing.actions.reverse_refused import reverse_refused
from beancount_invoicing.cli.common import Session, date_option, examples
from beancount_invoicing.cli.completion import complete_numbers
from beancount_invoicing.cli.writing import build_write_options, changing, print_outcome, writing_options


@click.command("reverse", epilog=examples("platform reverse F2026-0076"))
@click.argument("number", shell_complete=complete_numbers)
@date_option("The date of the entry.")
@writing_options
@click.pass_obj
def reverse_command(session: Session, number: str, day: date, write: bool, into: Path | None, commit: bool) -> None:
    """Take a refused or rejected invoice out of the books. It gets no credit note, only an entry that nobody is sent."""
    way = build_write_options(write, into, commit)
    with changing(session):
        print_outcome(reverse_refused(session.find(), number, day, way), way)
