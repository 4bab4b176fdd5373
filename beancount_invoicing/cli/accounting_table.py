"""`bean-invoice accounting table`."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path

import click

from beancount_invoicing.accounting.entry_presets import PRESETS, preset_bytes, preset_findings
from beancount_invoicing.accounting.entry_table import EntryTable, WrongDescription, table_bytes, table_of
from beancount_invoicing.accounting.fec import fec_findings
from beancount_invoicing.cli.accounting_output import entries_of_period, opened_sound_books
from beancount_invoicing.cli.accounting_period import period_options
from beancount_invoicing.cli.common import OneOf, Session, error_line, examples, print_notice
from beancount_invoicing.files import write_if_different
from beancount_invoicing.messages import _, _n


@click.command(
    "table",
    epilog=examples(
        "accounting table 2026-10 --columns comptable.toml -o octobre.csv",
        "accounting table 2026-10 --preset ebp -o octobre.txt",
    ),
)
@period_options
@click.option(
    "--columns",
    "description",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="The description of the table that the other program imports (TOML).",
)
@click.option(
    "--preset",
    type=OneOf(["quadra", "ciel", "sage50", "ebp"]),
    default=None,
    metavar="quadra|ciel|sage50|ebp",
    help="The format of one of these programs, instead of --columns.",
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
def table_command(
    session: Session, since: date, until: date, description: Path | None, preset: str | None, output: Path
) -> None:
    """Write the entries as a table for another program."""
    if (description is None) == (preset is None):
        raise click.UsageError(_("add either --columns FILE, or --preset with the name of a program"))
    table: EntryTable | None = None
    if description is not None:
        try:
            table = table_of(tomllib.loads(description.read_text(encoding="utf-8")))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError, WrongDescription) as error:
            session.error(_("{file}: {error}", file=description, error=error))
            return
    books = opened_sound_books(session)
    entries = entries_of_period(session, books, since, until) if books else None
    if entries is None:
        return
    for finding in (*fec_findings(entries), *(preset_findings(entries, PRESETS[preset]) if preset else ())):
        session.error(error_line(finding))
    if not session.failed:
        content = table_bytes(entries, table) if table else preset_bytes(entries, PRESETS[preset or ""])
        write_if_different(output, content)
        count = sum(len(entry.lines) for entry in entries.entries)
        print_notice(_n(count, "{file}: {count} line", "{file}: {count} lines", file=output, count=count))
