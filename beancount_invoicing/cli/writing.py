"""The parts shared by the commands that change a ledger."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

import click

from beancount_invoicing.answers.billing import draft_json
from beancount_invoicing.answers.documents import explanation_steps
from beancount_invoicing.cli.common import (
    F,
    Session,
    error_line,
    print_csv,
    print_json,
    print_notice,
    relative,
    today,
    warning_line,
    with_relative,
)
from beancount_invoicing.cli.echo import echo
from beancount_invoicing.cli.list import COLUMNS
from beancount_invoicing.cli.preview import print_documents
from beancount_invoicing.customer_search import UnknownCustomer
from beancount_invoicing.documents.search import UnknownNumber
from beancount_invoicing.gc_control import no_collections
from beancount_invoicing.languages import translated
from beancount_invoicing.messages import _, _n
from beancount_invoicing.model import Invoice
from beancount_invoicing.rules.steps import describe_step
from beancount_invoicing.sending.mail_settings import CannotSend
from beancount_invoicing.writing import changes
from beancount_invoicing.writing.changes import Outcome, Refused, WriteOptions
from beancount_invoicing.writing.new_documents import InvalidRequest


def _options_of_writing(write: str, dry_run: str) -> Callable[[F], F]:
    """`-w`, `-n`, `--into`, `--commit`; the command gets `write`, `into` and `commit`; for `-n` see is_dry_run."""
    options = (
        click.option("--commit", is_flag=True, help="Make a git commit of exactly what is written."),
        click.option(
            "--into",
            type=click.Path(dir_okay=False, path_type=Path),
            callback=_no_account,
            metavar="FILE",
            help="The file to write to.",
        ),
        click.option("-n", "--dry-run", is_flag=True, expose_value=False, callback=_one_of_both, help=dry_run),
        click.option("-w", "--write", is_flag=True, callback=_one_of_both, help=write),
    )

    def decorate(command: F) -> F:
        for option in options:
            command = option(command)
        return command

    return decorate


_ACCOUNT_NAME = re.compile(r"[^\W\d_][\w-]*(?::[\w-]+)+")


def _no_account(ctx: click.Context, param: click.Parameter, value: Path | None) -> Path | None:
    """The file. Raises click.UsageError if it is called like an account, and the command takes one by `--account`."""
    has_account = any("--account" in option.opts for option in ctx.command.params)
    del param
    if value is not None and has_account and _ACCOUNT_NAME.fullmatch(str(value)):
        text = _(
            "--into is the file to write to; {account} is an account: write --account {account}", account=str(value)
        )
        raise click.UsageError(text, ctx)
    return value


_SAID = f"{__name__}.said"


def _one_of_both(ctx: click.Context, param: click.Parameter, value: bool) -> bool:
    given: set[str] = ctx.meta.setdefault(_SAID, set())
    if value:
        given.add(str(param.name))
    if {"write", "dry_run"} <= given:
        raise click.UsageError(_("--write and --dry-run exclude each other"), ctx)
    return value


writing_options = _options_of_writing(
    "Write it to the ledger. Without it, the entry is only shown.",
    "Only show it. This is the default unless a setting writes at once.",
)
"""For commands that write into the ledger."""
bank_file_options = _options_of_writing(
    "Write the file for the bank, and record its orders in the ledger. Without it, only show them.",
    "Only show what would be handed in. This is the default.",
)
"""For commands that write files for the bank."""
sending_options = _options_of_writing(
    "Really send it (e-mails leave), and record that in the ledger. Without it, only show what would be sent.",
    "Only show what would be sent. This is the default.",
)
"""For commands that send."""
running_options = _options_of_writing(
    "Really do it: bill, send e-mails, remind, and record it in the ledger. Without it, only show it.",
    "Only show what would be done. This is the default.",
)
"""For `run`."""


def is_dry_run() -> bool:
    """Whether the running command was told to write nothing, whatever a setting says."""
    return "dry_run" in click.get_current_context().meta.get(_SAID, ())


yes_option = click.option(
    "--yes", is_flag=True, help="Write documents even if they are dated more than a month after today."
)
"""`--yes`, for commands that write documents."""


def build_write_options(write: bool, into: Path | None, commit: bool, yes: bool = True) -> WriteOptions:
    """The options as one value; without `yes`, no document dated more than a month after today is written, and no
    payment dated after it.

    Raises click.UsageError if an option has no effect without another.
    """
    if (into or commit) and not write:
        raise click.UsageError(
            _("--into has no meaning without --write") if into else _("--commit has no meaning without --write")
        )
    return WriteOptions(write, into, commit, None if yes else today())


@contextmanager
def changing(session: Session) -> Iterator[None]:
    """Prints an error, and makes the command fail, if the ledger cannot be changed."""
    from beancount_invoicing.billing import CannotCompose, CannotNumber
    from beancount_invoicing.files import FileChanged
    from beancount_invoicing.writing.git import GitError
    from beancount_invoicing.writing.writer import CannotWrite

    try:
        with no_collections():
            yield
    except Refused as error:
        session.error(str(error))
        for finding in error.findings:
            session.error(error_line(finding))
    except (
        InvalidRequest,
        CannotSend,
        UnknownCustomer,
        UnknownNumber,
        CannotCompose,
        CannotNumber,
        CannotWrite,
        FileChanged,
        GitError,
    ) as error:
        session.error(str(error))
    except OSError as error:
        if error.filename is None:  # of the output: said where all commands end
            raise
        session.error(_("{file}: {reason}: nothing more was written", file=error.filename, reason=error.strerror))


def print_outcome(
    outcome: Outcome, write_options: WriteOptions, output_format: str = "table", explain: bool = False, title: str = ""
) -> None:
    """Prints what was written or would be written: the directives (with a `title`, the documents as a table), or the
    documents as data. The ledger's errors make the call fail.
    """
    _print_outcome(outcome, write_options, output_format, explain, title)
    session = click.get_current_context().find_object(Session)
    if outcome.problem and session:
        session.error(outcome.problem)
    if outcome.errors and session:
        for error in outcome.errors:
            session.error(error_line(error))
        count = len(outcome.errors)
        session.error(
            _n(
                count,
                "The ledger has this error: what is shown may be wrong because of it, and --write writes nothing until "
                "it is corrected.",
                "The ledger has these {count} errors: what is shown may be wrong because of them, and --write writes "
                "nothing until they are corrected.",
                count=count,
            )
        )


def _print_outcome(outcome: Outcome, way: WriteOptions, form: str, explain: bool, title: str) -> None:
    for text in outcome.notices:
        print_notice(with_relative(translated(text)))
    for left_out in outcome.left_out:
        print_notice(left_out.one_line)
    for warning in outcome.warnings:
        print_notice(warning_line(warning))
    if form == "table":
        if way.write and outcome.documents:
            _name(outcome.documents)
        elif title and outcome.documents:
            print_documents(title, [position.invoice for position in changes.written_positions(outcome)])
        else:
            echo(outcome.text, nl=False)
        _name(outcome.removed_documents)
        if explain:
            _explain(outcome)
        _say(outcome, way)
        return
    drafts = {draft.number: draft for draft in outcome.drafts}
    rows = [
        draft_json(position, explain, drafts.get(position.invoice.number))
        for position in changes.written_positions(outcome)
    ]
    if form == "json":
        print_json(rows)
    else:
        print_csv(COLUMNS, [[" ".join(row[c]) if c == "accounts" else row[c] for c in COLUMNS] for row in rows])


def leave_out_option(command: F) -> F:
    """`--leave-out`."""
    return click.option(
        "--leave-out",
        is_flag=True,
        help="Accept that some things cannot be billed: the exit code is 0 nevertheless.",
    )(command)


def fail_if_left_out(session: Session, outcome: Outcome, *, on_purpose: bool) -> None:
    """Makes the call fail if something was not billed, unless the user accepted that."""
    count = len(outcome.left_out)
    if count and not on_purpose:
        session.failed = True
        them, left_out = (
            (_("it is"), _("1 thing is")) if count == 1 else (_("they are"), _("{count} things are", count=count))
        )
        print_notice(
            _(
                "{entries} left out, as shown above: decide, or give --leave-out if {them} left out on purpose.",
                entries=left_out,
                them=them,
            )
        )


def _explain(outcome: Outcome) -> None:
    """How each figure of each document came about: of its lines, from the contract, the time and the expenses behind them."""
    drafts = {draft.number: draft for draft in outcome.drafts if all(line.steps or line.work for line in draft.lines)}
    for position in changes.written_positions(outcome):
        echo(_("\n{number}", number=position.invoice.number))
        draft = drafts.get(position.invoice.number)
        for line, drafted in zip(position.invoice.lines, draft.lines if draft else (), strict=False):
            days = _(", {start} to {end}", start=line.start, end=line.end) if line.start and line.end else ""
            echo(_("  {line}{days}", line=line.text.splitlines()[0], days=days))
            for step in drafted.steps:
                echo(_("    {step}", step=describe_step(step)))
            for work in drafted.work:
                who = f", {work.person}" if work.person else ""
                free = "" if work.billable else _(", not billed (non-billable)")
                place = f"{relative(work.source.file)}:{work.source.line}"
                echo(
                    _(
                        "    {day}{who}: {quantity} {commodity}, {task}{free} ({place})",
                        day=work.date,
                        who=who,
                        quantity=work.quantity,
                        commodity=work.commodity,
                        task=work.task,
                        free=free,
                        place=place,
                    )
                )
            if drafted.source:
                echo(_("    as written at {file}:{line}", file=relative(drafted.source.file), line=drafted.source.line))
        for step in explanation_steps(position):
            if not draft or not step.figure.startswith("line “"):
                echo(_("  {step}", step=describe_step(step)))


def _name(documents: Iterable[Invoice]) -> None:
    """A line for each document: number, customer, what is to be paid, and where it is, or was."""
    for document in documents:
        name = document.customer.name if document.customer else ""
        place = f"{relative(document.source.file)}:{document.source.line}"
        echo(
            _(
                "{number}  {name}  {amount} {currency}  {place}",
                number=document.number,
                name=name,
                amount=document.payable,
                currency=document.currency,
                place=place,
            )
        )


def _say(outcome: Outcome, way: WriteOptions) -> None:
    """One line, for eyes: how much it is, and where it went."""
    invoices = [
        document for document in outcome.documents or outcome.removed_documents if document.kind != "cancellation"
    ]
    totals: dict[str, Decimal] = {}
    for invoice in invoices:
        totals[invoice.currency] = totals.get(invoice.currency, Decimal(0)) + invoice.payable
    count = len(invoices)
    documents = _n(count, "{count} document: ", "{count} documents: ", count=count) if count else ""
    documents += ", ".join(f"{amount} {currency}" for currency, amount in sorted(totals.items())) or outcome.summary
    files = ", ".join(relative(str(file)) for file in outcome.files)
    removed, committed = bool(outcome.removed_documents), way.commit and not outcome.problem
    if not outcome.text and not removed:
        print_notice(outcome.nothing_to_do or _("Nothing to do."))
    elif way.write:
        end = _("{files}, and committed.", files=files) if committed else _("{files}.", files=files)
        if documents:
            done = _("taken out of {end}", end=end) if removed else _("written to {end}", end=end)
            print_notice(_("{subject}; {done}", subject=documents, done=done))
        else:
            print_notice(_("Taken out of {end}", end=end) if removed else _("Written to {end}", end=end))
    elif removed:
        print_notice(_("{subject}; nothing is taken out without --write.", subject=documents))
    else:
        print_notice(
            _("{subject}; nothing is written without --write.", subject=documents)
            if documents
            else _("Nothing is written without --write.")
        )
