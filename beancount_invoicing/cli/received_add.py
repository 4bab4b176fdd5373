"""`bean-invoice received add`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import click

from beancount_invoicing.actions.received_files import add_received
from beancount_invoicing.answers.received import record_json
from beancount_invoicing.cli.common import (
    Session,
    date_option,
    examples,
    print_json,
    print_notice,
    print_table,
    relative,
    table_or_json_option,
)
from beancount_invoicing.cli.echo import echo
from beancount_invoicing.cli.received_list import COLUMNS, row_of
from beancount_invoicing.cli.writing import build_write_options, changing, writing_options
from beancount_invoicing.messages import _
from beancount_invoicing.sending.received_records import NewlyReceived


@click.command("add", epilog=examples("received add facture.pdf", "received add facture.pdf -w"))
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@date_option("The day on which they came.")
@table_or_json_option
@writing_options
@click.pass_obj
def add_command(
    session: Session, files: tuple[Path, ...], day: date, form: str, write: bool, into: Path | None, commit: bool
) -> None:
    """Keep invoices that came by e-mail: a PDF with XML inside, XML, or anything else. Each is checked, and kept as it came."""
    options = build_write_options(write, into, commit)
    with changing(session):
        found, outcome = add_received(session.find(), files, day, options)
        print_received(found, form, write=write)
        if outcome.problem:
            session.error(outcome.problem)


def print_received(found: Sequence[NewlyReceived], form: str, *, write: bool) -> None:
    """What came, with what is to be known of each."""
    if form == "json":
        print_json([record_json(invoice.record) | {"known": bool(invoice.known)} for invoice in found])
        return
    new = [invoice for invoice in found if not invoice.known]
    if new:
        print_table(_("Invoices received"), COLUMNS, [row_of(invoice.record) for invoice in new])
    for invoice in found:
        if invoice.known:
            print_notice(_("{name}: the ledger has this very file already", name=invoice.known))
        elif write and invoice.content:
            echo(relative(str(invoice.path)))
        if invoice.same_as:
            print_notice(
                _(
                    "{name} has the number of {earlier}, of the same supplier: it is not booked twice",
                    name=invoice.record.name,
                    earlier=invoice.same_as,
                )
            )
        if invoice.problem:
            print_notice(_("{name} is kept, but {problem}", name=invoice.record.name, problem=invoice.problem))
    if new and not write:
        print_notice(_("Nothing is recorded without --write."))
