"""`bean-invoice remind`."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from beancount_invoicing import actions
from beancount_invoicing.actions import answers
from beancount_invoicing.cli.common import (
    Session,
    as_of_option,
    explain_option,
    folder_option,
    format_option,
    notice,
    print_csv,
    print_json,
    print_table,
    say_assumed,
    spaced,
    to_option,
)
from beancount_invoicing.cli.render import print_written, with_progress
from beancount_invoicing.rules.steps import describe


@click.command()
@click.option("--customer", default="", help="Only customers whose name or account contains this.")
@folder_option(None)
@to_option("")
@as_of_option
@format_option
@explain_option
@click.pass_obj
def remind(
    session: Session,
    customer: str,
    folder: Path | None,
    outputs: tuple[actions.Output, ...],
    as_of: date,
    form: str,
    explain: bool,
) -> None:
    """Say which reminder letters are due, and what is held back; with -o or --to, write the letters."""
    ledger = session.open()
    say_assumed(ledger.book, as_of)
    proposals = actions.due_reminders(ledger.book, as_of, customer, explain, ledger.allocated_at(as_of))
    rows = [answers.reminded(one, actions.language(ledger.book, one), explain) for one in proposals]
    if form == "json":
        print_json(rows)
    elif form == "csv":
        print_csv(
            ("customer", "account", "currency", "level", "channel", "number", "due", "open", "days_overdue", "interest",
             "indemnity", "held"),
            [
                [row["customer"], row["account"], row["currency"], row["level"], row["channel"], one["number"], one["due"],
                 one["open"], one["days_overdue"], one["interest"], one["indemnity"], None]
                for row in rows
                for one in row["invoices"]
            ]
            + [
                [row["customer"], row["account"], row["currency"], None, None, one["number"], None, None, None, None, None,
                 one["why"]]
                for row in rows
                for one in row["held"]
            ],
        )  # fmt: skip
    else:
        _table(rows, as_of)
        behind = actions.banks_behind(ledger.book, as_of)
        for bank in actions.bank_accounts(ledger.book, as_of):
            if bank not in behind:
                click.echo(f"bank: {bank.account} is booked until {bank.until}")
        if explain:
            for row in rows:
                click.echo(f"\n{row['customer']}, {row['currency']}")
                for reason in row["reasons"]:
                    click.echo(f"  {reason['number']}: {reason['why']}")
            for late in (late for proposal in proposals for late in proposal.invoices if late.claim):
                click.echo(f"\n{late.position.invoice.number}")
                for step in late.claim.steps if late.claim else ():
                    click.echo(f"  {describe(step)}")
    for proposal in proposals:
        for text in proposal.notices:
            notice(text)
    for text in actions.bank_notices(ledger.book, as_of):
        notice(text)
    if folder or outputs:
        letters = [one for one in proposals if one.level is not None]
        files = actions.render_reminders(
            ledger.book, letters, folder or Path(), outputs or ("pdf",), lambda _text: None
        )
        print_written(session, with_progress(files, "Letters", len(letters)))


def _table(rows: list[answers.Answer], as_of: date) -> None:
    due = [row for row in rows if row["level"] is not None]
    if due:
        print_table(
            f"Reminders due on {as_of}",
            [("customer", False), ("level", True), ("number", False), ("due", False), ("late", True), ("open", True),
             ("interest", True), ("indemnity", True), ("", False)],
            [
                [row["customer"] if not index else "", str(row["level"]) if not index else "", one["number"], one["due"],
                 f"{one['days_overdue']} d", spaced(one["open"]), spaced(one["interest"]), spaced(one["indemnity"]),
                 row["currency"]]
                for row in due
                for index, one in enumerate(row["invoices"])
            ],
        )  # fmt: skip
    else:
        click.echo(f"No reminder is due on {as_of}.")
    for row in rows:
        for held in row["held"]:
            click.echo(f"held back: {held['number']} of {row['customer']}: {held['why']}")
