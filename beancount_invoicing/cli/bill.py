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
)
from beancount_invoicing.cli.common import (
    Day,
    Session,
    Spelled,
    customer_option,
    date_option,
    examples,
    explain_option,
    format_option,
    notice,
    today,
)
from beancount_invoicing.cli.completion import complete_contracts


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
@click.option("--draft", is_flag=True, help="Write drafts, to be looked at and issued later.")
@click.option("--entries", is_flag=True, help="Show the entries as they would be written, not a table.")
@left_out_option
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
    draft: bool,
    entries: bool,
    leave_out: bool,
    write: bool,
    into: Path | None,
    commit: bool,
    form: str,
    explain: bool,
) -> None:
    """Bill what contracts, time and expenses have made due: show the documents, or write them."""
    way = how(write, into, commit)
    with changing(session):
        outcome = actions.bill(session.find(), until, actions.Dating(day or until, draft), way, customer, contract)
        print_outcome(outcome, way, form, explain, "" if entries else f"To be billed up to {until}")
        said_left_out(session, outcome, on_purpose=leave_out)
        if draft and write and outcome.documents and form == "table":
            first = outcome.documents[0].number
            notice(
                f"Look at them: bean-invoice render {first}; change one: bean-invoice draft edit {first}; number them:"
                " bean-invoice issue --all"
            )
