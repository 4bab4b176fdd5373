"""`bean-invoice issue`."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from beancount_invoicing.actions import issue
from beancount_invoicing.cli.common import Session, date_option, examples, format_option
from beancount_invoicing.cli.completion import complete_drafts
from beancount_invoicing.cli.writing import build_write_options, changing, print_outcome, writing_options, yes_option
from beancount_invoicing.messages import _


@click.command(epilog=examples("issue draft-kerbrat-2026-11 -w", "issue --all --date month-end"))
@click.argument("drafts", nargs=-1, metavar="[DRAFT]...", shell_complete=complete_drafts)
@click.option("--all", "everything", is_flag=True, help="All drafts.")
@date_option("The date for all of them. Default: each keeps its own.", default=None)
@yes_option
@writing_options
@format_option
@click.pass_obj
def issue_command(
    session: Session,
    drafts: tuple[str, ...],
    everything: bool,
    day: date | None,
    yes: bool,
    write: bool,
    into: Path | None,
    commit: bool,
    form: str,
) -> None:
    """Give drafts their numbers, dates and links."""
    if bool(drafts) == everything:
        raise click.UsageError(_("name the drafts, or give --all"))
    if into:
        raise click.UsageError(_("drafts are issued where they are written: leave --into out"))
    way = build_write_options(write, None, commit, yes)
    with changing(session):
        print_outcome(issue.issue(session.find(), drafts, day, way), way, form)
