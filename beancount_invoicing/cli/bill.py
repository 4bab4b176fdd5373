"""`bean-invoice bill`."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from beancount_invoicing import actions
from beancount_invoicing.cli.changing import (
    changing,
    how,
    left_out_option,
    print_outcome,
    said_left_out,
    write_options,
    yes_option,
)
from beancount_invoicing.cli.common import (
    Day,
    Session,
    Spelled,
    customer_option,
    date_option,
    examples,
    explain_option,
    folder_option,
    format_option,
    notice,
    since_option,
    to_option,
    today,
)
from beancount_invoicing.cli.completion import complete_contracts, complete_items, complete_persons, complete_tasks
from beancount_invoicing.cli.render import print_written, with_progress


@click.command(
    epilog=examples("bill -u month-end", "bill -u month-end --customer Vandamme -w", "bill -u month-end --draft -w")
)
@customer_option
@click.option(
    "-u", "--until", cls=Spelled, also=("--as-of",), type=Day(), default=today, show_default="today", metavar="DATE",
    help="Bill what is due by the end of this day.",
)  # fmt: skip
@date_option("The date of the documents; the day of --until, if not said.", default=None, also=())
@click.option("--contract", default="", shell_complete=complete_contracts, help="Only this contract.")
@click.option("--person", default="", shell_complete=complete_persons, help="Only the time of this person.")
@click.option("--task", default="", shell_complete=complete_tasks, help="Only the time on this task.")
@since_option("Only what is of this day or later.")
@click.option("--only-item", "item", default="", shell_complete=complete_items, help="Only what is of this item.")
@click.option("--draft", is_flag=True, help="Write drafts, to be looked at and issued later.")
@click.option("--entries", is_flag=True, help="Show the entries as they would be written, not a table.")
@left_out_option
@folder_option(None)
@to_option("")
@yes_option
@write_options
@format_option
@explain_option
@click.pass_obj
def bill(
    session: Session,
    until: date,
    day: date | None,
    customer: str,
    contract: str,
    person: str,
    task: str,
    since: date | None,
    item: str,
    draft: bool,
    entries: bool,
    leave_out: bool,
    folder: Path | None,
    outputs: tuple[actions.Output, ...],
    yes: bool,
    write: bool,
    into: Path | None,
    commit: bool,
    form: str,
    explain: bool,
) -> None:
    """Bill what contracts, time and expenses have made due: show the documents, or write them."""
    way = how(write, into, commit, yes)
    if outputs and not folder:
        raise click.UsageError("say the folder that the files go into: -o FOLDER")
    if folder and write:
        raise click.UsageError("-o is for what is not written: after --write, bean-invoice render NUMBER")
    dating, only = actions.Dating(day or until, draft), actions.Only(person, task, since, item)
    with changing(session):
        outcome = actions.bill(session.find(), until, dating, way, customer, contract, only)
        print_outcome(outcome, way, form, explain, "" if entries else f"To be billed up to {until}")
        said_left_out(session, outcome, on_purpose=leave_out)
        if folder and outcome.documents:
            those = [one.invoice for one in actions.written_positions(outcome)]
            files = actions.render(outcome.book, those, folder, outputs or ("pdf",), notice)
            if form == "table":
                print_written(session, with_progress(files, "Rendering", len(those)))
            else:  # whose place on the output is taken
                for written in files:
                    for file in written:
                        notice(str(file.file))
        if draft and write and outcome.documents and form == "table":
            first = outcome.documents[0].number
            notice(
                f"Look at them: bean-invoice render {first}; change one: bean-invoice draft edit {first}; number them:"
                " bean-invoice issue --all"
            )
