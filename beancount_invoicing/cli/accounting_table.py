"""`bean-invoice accounting table`."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path

import click

from beancount_invoicing.accounting.entry_table import WrongDescription, table_bytes, table_of
from beancount_invoicing.accounting.fec import fec_findings
from beancount_invoicing.cli.accounting_output import entries_of_period, opened_sound_books
from beancount_invoicing.cli.accounting_period import period_options
from beancount_invoicing.cli.common import Session, error_line, examples, print_notice
from beancount_invoicing.files import write_if_different
from beancount_invoicing.messages import _, _n


@click.command("table", epilog=examples("accounting table 2026-10 --columns comptable.toml -o octobre.csv"))
@period_options
@click.option(
    "--columns",
    "description",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="The description of the table that the other program imports (TOML).",
)
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="The file to write.",
)
@click.pass_obj
def table_command(session: Session, since: date, until: date, description: Path, output: Path) -> None:
    """Write the entries as a table for another program."""
    try:
        table = table_of(tomllib.loads(description.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, WrongDescription) as error:
        session.error(_("{file}: {error}", file=description, error=error))
        return
    books = opened_sound_books(session)
    entries = entries_of_period(session, books, since, until) if books else None
    if entries is None:
        return
    for finding in fec_findings(entries):
        session.error(error_line(finding))
    if not session.failed:
        write_if_different(output, table_bytes(entries, table))
        count = sum(len(entry.lines) for entry in entries.entries)
        print_notice(_n(count, "{file}: {count} line", "{file}: {count} lines", file=output, count=count))
