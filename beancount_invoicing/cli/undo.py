"""`bean-invoice undo`."""

from __future__ import annotations

from pathlib import Path

import click

from beancount_invoicing.actions import undo
from beancount_invoicing.actions.take_back import last_act, take_back_last
from beancount_invoicing.cli.bank_undo import print_taken_back
from beancount_invoicing.cli.common import Session, examples, print_notice, relative
from beancount_invoicing.cli.completion import complete_numbers
from beancount_invoicing.cli.writing import build_write_options, changing, print_outcome, writing_options
from beancount_invoicing.messages import _
from beancount_invoicing.writing.new_documents import InvalidRequest


@click.command(epilog=examples("undo", "undo F2026-0078"))
@click.argument("numbers", nargs=-1, metavar="[NUMBER]...", shell_complete=complete_numbers)
@writing_options
@click.pass_obj
def undo_command(session: Session, numbers: tuple[str, ...], write: bool, into: Path | None, commit: bool) -> None:
    """Take back the documents or the payment that the last command wrote, or the documents you name, as long as nothing
    was sent, paid, credited or numbered after them.
    """
    if into:
        raise click.UsageError(_("documents are taken out where they are written: leave --into out"))
    way = build_write_options(write, None, commit)
    file = session.find()
    last = None if numbers else last_act(file)
    with changing(session):
        if last and last.kind in {"payment", "bank", "note"}:
            print_notice(_("The last command wrote no document, but: {message}", message=last.message))
            print_taken_back(take_back_last(file, way), way)
        elif last and last.kind == "other":
            place = last.texts[0]
            raise InvalidRequest(
                _(
                    "the last command wrote neither a document nor a payment, but “{message}” ({file}: {head}): take that "
                    "out there, or name the documents, bean-invoice undo NUMBER",
                    message=last.message,
                    file=relative(place.file),
                    head=place.text.split("\n")[0],
                )
            )
        else:
            print_outcome(undo.undo(file, numbers, way), way)
