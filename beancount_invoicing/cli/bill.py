"""`bean-invoice bill`."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from beancount_invoicing.actions import bill
from beancount_invoicing.billing.unbilled import LineFilter
from beancount_invoicing.cli.common import (
    AliasOption,
    DayParam,
    Session,
    customer_option,
    date_option,
    examples,
    explain_option,
    folder_option,
    format_option,
    output_format_option,
    print_notice,
    since_option,
    today,
)
from beancount_invoicing.cli.completion import complete_contracts, complete_items, complete_persons, complete_tasks
from beancount_invoicing.cli.render import print_written, with_progress
from beancount_invoicing.cli.writing import (
    build_write_options,
    changing,
    fail_if_left_out,
    leave_out_option,
    print_outcome,
    writing_options,
    yes_option,
)
from beancount_invoicing.documents import render
from beancount_invoicing.documents.written_files import Output
from beancount_invoicing.messages import _
from beancount_invoicing.writing import changes
from beancount_invoicing.writing.new_documents import DocumentDating


@click.command(
    epilog=examples("bill -u month-end", "bill -u month-end --customer Vandamme -w", "bill -u month-end --draft -w")
)
@customer_option
@click.option(
    "-u", "--until", cls=AliasOption, also=("--as-of",), type=DayParam(), default=today, show_default="today", metavar="DATE",
    help="Bill what is due by the end of this day.",
)  # fmt: skip
@date_option("The date of the documents. Default: the day of --until.", default=None, also=())
@click.option("--contract", default="", shell_complete=complete_contracts, help="Only this contract.")
@click.option("--person", default="", shell_complete=complete_persons, help="Only the time of this person.")
@click.option("--task", default="", shell_complete=complete_tasks, help="Only the time on this task.")
@since_option("Only what is dated this day or later.")
@click.option("--only-item", "item", default="", shell_complete=complete_items, help="Only what belongs to this item.")
@click.option("--draft", is_flag=True, help="Write drafts, to review and issue later.")
@click.option("--entries", is_flag=True, help="Show the entries as they would be written, instead of a table.")
@leave_out_option
@folder_option(None)
@output_format_option("")
@yes_option
@writing_options
@format_option
@explain_option
@click.pass_obj
def bill_command(
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
    outputs: tuple[Output, ...],
    yes: bool,
    write: bool,
    into: Path | None,
    commit: bool,
    form: str,
    explain: bool,
) -> None:
    """Bill what is due under contracts, for time and for expenses: show the documents, or write them."""
    way = build_write_options(write, into, commit, yes)
    if outputs and not folder:
        raise click.UsageError(_("give the folder for the files: -o FOLDER"))
    if folder and write:
        raise click.UsageError(
            _("-o is for what is not written to the ledger: after --write, bean-invoice render NUMBER")
        )
    dating, only = DocumentDating(day or until, draft), LineFilter(person, task, since, item)
    with changing(session):
        outcome = bill.bill(session.find(), until, dating, way, customer, contract, only)
        print_outcome(outcome, way, form, explain, "" if entries else _("To be billed up to {until}", until=until))
        fail_if_left_out(session, outcome, on_purpose=leave_out)
        if folder and outcome.documents:
            invoices = [position.invoice for position in changes.written_positions(outcome)]
            files = render.render(outcome.book, invoices, folder, outputs or ("pdf",), print_notice)
            if form == "table":
                print_written(session, with_progress(files, _("Rendering"), len(invoices)))
            else:  # whose place on the output is taken
                for written in files:
                    for file in written:
                        print_notice(str(file.file))
        if draft and write and outcome.documents and form == "table":
            first = outcome.documents[0].number
            print_notice(
                _(
                    "Look at them: bean-invoice render {first}; change one: bean-invoice draft edit {first}; number "
                    "them: bean-invoice issue --all",
                    first=first,
                )
            )
