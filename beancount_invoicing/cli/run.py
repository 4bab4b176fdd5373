"""`bean-invoice run`."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path

import click

from beancount_invoicing.actions import run
from beancount_invoicing.actions.run import RUN_STEPS, RunResult, RunStep, UnknownRunStep
from beancount_invoicing.actions.today import TASK_KINDS
from beancount_invoicing.answers.tasks import run_json
from beancount_invoicing.cli.collect import hand_in_advice, print_bank_files
from beancount_invoicing.cli.common import (
    OneOf,
    Session,
    date_option,
    error_line,
    examples,
    print_json,
    print_notice,
    relative,
    table_or_json_option,
)
from beancount_invoicing.cli.echo import echo
from beancount_invoicing.cli.send import build_send_options, print_results
from beancount_invoicing.cli.writing import (
    build_write_options,
    changing,
    fail_if_left_out,
    leave_out_option,
    print_outcome,
    running_options,
)
from beancount_invoicing.dunning.banks import until_when
from beancount_invoicing.messages import _, joined
from beancount_invoicing.sending.bank_files import OrderOptions
from beancount_invoicing.words import tasks_in_words, word
from beancount_invoicing.writing.changes import WriteOptions


@click.command(epilog=examples("run", "run --only bill -w"))
@click.option("--only", type=OneOf(RUN_STEPS), multiple=True, help="Only this step; may be repeated.")
@click.option(
    "--yes",
    is_flag=True,
    help="Remind although a bank account is not booked up to date, and bill although the day is more than a "
    "month ahead.",
)
@date_option("The day of the run.")
@click.option(
    "-o", "--output", "folder", type=click.Path(file_okay=False, path_type=Path), metavar="FOLDER",
    help="The folder for what you send by hand. Default: outbox beside the ledger.",
)  # fmt: skip
@table_or_json_option
@leave_out_option
@running_options
@click.pass_obj
def run_command(
    session: Session,
    only: tuple[RunStep, ...],
    yes: bool,
    day: date,
    folder: Path | None,
    form: str,
    leave_out: bool,
    write: bool,
    into: Path | None,
    commit: bool,
) -> None:
    """Do the day's work: bill what is due, send what is ready, remind what is late. Safe to repeat."""
    from beancount_invoicing.rendering import TemplateError

    chosen = build_write_options(write, into, commit, yes)
    with changing(session):
        try:
            done = run.run(session.find(), build_send_options(day, folder, again=False, retry=False), chosen, only, yes)
        except (TemplateError, UnknownRunStep) as error:
            session.error(str(error))
            return
        session.failed |= done.needs_attention
        if done.billed:
            fail_if_left_out(session, done.billed, on_purpose=leave_out)
        if form == "json":
            print_json(run_json(done))
        else:
            _print(session, done, chosen)
        for finding in done.errors:
            session.error(error_line(finding))
        for text in done.problems:
            if form == "json" or not done.billed or text != done.billed.problem:
                session.error(text)


def _print_bank(done: RunResult, chosen: WriteOptions) -> None:
    """The files for the bank, and until when the bank accounts that are up to date are booked."""
    if done.collected:
        held = [order for order in done.collected.held if order.needs_attention]
        print_bank_files(done.collected.files, held, OrderOptions("collected", done.day))
        for bank_file in done.collected.files if chosen.write else ():
            echo(relative(str(bank_file.path)))
        if chosen.write and done.collected.files:
            print_notice(hand_in_advice("collected"))
    for account in done.banks:
        if account not in done.banks_behind:
            echo(_("bank: {until_when}", until_when=until_when(account)))


def _print(session: Session, done: RunResult, chosen: WriteOptions) -> None:
    echo(_("Run of {day}: {steps}", day=done.day, steps=joined(", ", map(word, done.steps))))
    if done.billed is not None:
        echo(_("\nBilled") if chosen.write else _("\nTo bill"))
        print_outcome(done.billed, chosen)
    for title, results in ((_("Documents"), done.sent), (_("Reminders"), done.reminded)):
        if results:
            echo()
            print_results(session, results, chosen, title, "table")
    _print_bank(done, chosen)
    for number, why in done.held_invoices:
        echo(_("held back: {number}: {reason}", number=number, reason=why))
    for text in done.notices:
        print_notice(text)
    for text in done.bank_notices:
        print_notice(_("no reminder is sent: {text}, or give --yes", text=text))
    for task in done.open_tasks:
        if task.kind == "tax":
            echo(
                _(
                    "tax to be moved: {amount} {currency} {task}",
                    amount=task.amount,
                    currency=task.currency,
                    task=task.text,
                )
            )
    counts = Counter(task.kind for task in done.open_tasks)
    if counts:
        left = joined(", ", (tasks_in_words(counts[kind], kind) for kind in TASK_KINDS if counts[kind]))
        echo(_("\nLeft for you (bean-invoice today): {left}", left=left))
