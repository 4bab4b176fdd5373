"""`bean-invoice undo`."""

from __future__ import annotations

from pathlib import Path

import click

from beancount_invoicing.actions import undo
from beancount_invoicing.cli.common import Session, examples
from beancount_invoicing.cli.completion import complete_numbers
from beancount_invoicing.cli.writing import build_write_options, changing, print_outcome, writing_options
from beancount_invoicing.messages import _


@click.command(epilog=examples("undo", "undo F2026-0078"))
@click.argument("numbers", nargs=-1, metavar="[NUMBER]...", shell_complete=complete_numbers)
@writing_options
@click.pass_obj
def undo_command(session: Session, numbers: tuple[str, ...], write: bool, into: Path | None, commit: bool) -> None:
    """Take back the documents that the last command wrote, or those you name, as long as nothing was sent, paid,
    credited or numbered after them.
    """
    if into:
        raise click.UsageError(_("documents are taken out where they are written: leave --into out"))
    way = build_write_options(write, None, commit)
    with changing(session):
        print_outcome(undo.undo(session.find(), numbers, way), way)
