"""`bean-invoice bank undo`."""

from __future__ import annotations

from pathlib import Path

import click

from beancount_invoicing.actions.bank_files import statements_of_accounts
from beancount_invoicing.actions.take_back import TakenBack, selection_of, take_back_bank
from beancount_invoicing.bank.statements import AccountStatement
from beancount_invoicing.cli.common import Session, examples, print_notice, relative, with_relative
from beancount_invoicing.cli.completion import complete_accounts
from beancount_invoicing.cli.echo import echo
from beancount_invoicing.cli.statement_errors import reading_statements
from beancount_invoicing.cli.writing import build_write_options, changing, writing_options
from beancount_invoicing.languages import translated
from beancount_invoicing.messages import _, _n
from beancount_invoicing.writing.changes import WriteOptions


@click.command("undo", epilog=examples("bank undo --help"))
@click.argument("files", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--account",
    default="",
    metavar="ACCOUNT",
    shell_complete=complete_accounts,
    help="The account of the statements, if the file does not give it.",
)
@writing_options
@click.pass_obj
def bank_undo_command(
    session: Session, files: tuple[Path, ...], account: str, write: bool, into: Path | None, commit: bool
) -> None:
    """Take back what the last bank import, review or match wrote, or what was written for the lines of these
    statements: only those entries and balances, if nobody has changed them and nothing depends on them.
    """
    if into:
        raise click.UsageError(_("entries are removed in place: leave --into out"))
    way = build_write_options(write, None, commit)
    with changing(session), reading_statements(session):
        wanted = None
        if files:
            read = statements_of_accounts(session.open().book, files, account)
            wanted = selection_of([AccountStatement(named, statement) for statement, named in read])
        print_taken_back(take_back_bank(session.find(), wanted, way), way)


def print_taken_back(done: TakenBack, way: WriteOptions) -> None:
    """Prints the entries that are removed, and those that are restored, each below its place."""
    for notice in done.outcome.notices:
        print_notice(with_relative(translated(notice)))
    for place, text in done.removed:
        echo(_("; {place}", place=f"{relative(place.file)}:{place.line}"))
        _print_text(text)
    for place, text in done.restored:
        echo(_("; {place}: again as it was", place=f"{relative(place.file)}:{place.line}"))
        _print_text(text)
    out, back = len(done.removed), len(done.restored)
    parts = []
    if out:
        parts.append(_n(out, "{count} entry is taken out", "{count} entries are taken out", count=out))
    if back:
        parts.append(_n(back, "{count} entry is as it was", "{count} entries are as they were", count=back))
    files = ", ".join(relative(str(file)) for file in done.outcome.files)
    for part in parts:
        print_notice(_("{part}: {files}", part=part, files=files) if way.write else part)
    if not way.write:
        print_notice(_("Nothing is changed without --write."))


def _print_text(text: str) -> None:
    echo(text)
    echo("")
