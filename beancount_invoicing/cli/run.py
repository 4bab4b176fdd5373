"""`bean-invoice run`."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path

import click

from beancount_invoicing import actions
from beancount_invoicing.actions import answers
from beancount_invoicing.cli.changing import (
    changing,
    how,
    left_out_option,
    print_outcome,
    run_options,
    said_left_out,
)
from beancount_invoicing.cli.common import OneOf, Session, date_option, examples, notice, print_json, relative
from beancount_invoicing.cli.send import print_results, way


@click.command(epilog=examples("run", "run --only bill -w"))
@click.option("--only", type=OneOf(actions.STEPS), multiple=True, help="Only this step; may be repeated.")
@click.option(
    "--yes",
    is_flag=True,
    help="Remind although a bank account is behind, and bill although the day is more than a month ahead.",
)
@date_option("The day of the run.")
@click.option(
    "-o", "--output", "folder", type=click.Path(file_okay=False, path_type=Path), metavar="FOLDER",
    help="The folder of what is to be sent by hand; else outbox beside the ledger.",
)  # fmt: skip
@click.option(
    "--format", "form", type=OneOf(["table", "json"]), default="table", show_default=True,
    help="For eyes, or for programs.",
)  # fmt: skip
@left_out_option
@run_options
@click.pass_obj
def run(
    session: Session,
    only: tuple[actions.RunStep, ...],
    yes: bool,
    day: date,
    folder: Path | None,
    form: str,
    leave_out: bool,
    write: bool,
    into: Path | None,
    commit: bool,
) -> None:
    """Do the day's work: bill what is due, send what is to be sent, remind of what is late. Safe to repeat."""
    from beancount_invoicing.rendering import TemplateError

    chosen = how(write, into, commit, yes)
    with changing(session):
        try:
            done = actions.run(session.find(), way(day, folder, again=False, retry=False), chosen, only, yes)
        except (TemplateError, actions.NoSuchStep) as error:
            session.error(str(error))
            return
        session.failed |= done.wrong
        if done.billed:
            said_left_out(session, done.billed, on_purpose=leave_out)
        if form == "json":
            print_json(answers.run(done))
        else:
            _print(session, done, chosen)
        for one in done.errors:
            session.error(f"{relative(one.source.file)}:{one.source.line}: {one.message}")
        for text in done.problems:
            if form == "json" or not done.billed or text != done.billed.problem:
                session.error(text)


def _print(session: Session, done: actions.Daily, chosen: actions.How) -> None:
    click.echo(f"Run of {done.day}: {', '.join(done.steps)}")
    if done.billed is not None:
        click.echo("\nBilled" if chosen.write else "\nTo bill")
        print_outcome(done.billed, chosen)
    for title, results in (("Documents", done.sent), ("Reminders", done.reminded)):
        if results:
            click.echo()
            print_results(session, results, chosen, title, "table")
    for number, why in done.held:
        click.echo(f"held back: {number}: {why}")
    for text in done.notices:
        notice(text)
    for text in done.bank:
        notice(f"no reminder leaves: {text}, or say --yes")
    for one in done.left:
        if one.kind == "tax":
            click.echo(f"tax to be moved: {one.amount} {one.currency} {one.text}")
    counts = Counter(one.kind for one in done.left)
    if counts:
        left = ", ".join(f"{counts[kind]} {kind}" for kind in actions.TASKS if counts[kind])
        click.echo(f"\nLeft for you (bean-invoice today): {left}")
