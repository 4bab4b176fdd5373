"""`bean-invoice remind`."""

from __future__ import annotations

from datetime import date
from itertools import groupby
from pathlib import Path

import click

from beancount_invoicing import actions
from beancount_invoicing.actions import answers
from beancount_invoicing.cli.changing import how, send_options
from beancount_invoicing.cli.colours import marked
from beancount_invoicing.cli.common import (
    Session,
    as_of_option,
    customer_option,
    customers_wanted,
    examples,
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
from beancount_invoicing.cli.send import channel_option, retry_option, run, way
from beancount_invoicing.model import Channel
from beancount_invoicing.rules.steps import describe


@click.command(epilog=examples("remind", "remind --explain", "remind --send -w"))
@customer_option
@folder_option(None)
@to_option("")
@click.option("--attach", is_flag=True, help="In a PDF the invoices follow the letter, to be printed and posted.")
@click.option("--level", type=int, help="Only the letters of this level of their policy.")
@as_of_option
@format_option
@explain_option
@click.option(
    "--send", "sending", is_flag=True, help="Send the letters that are due (-o: the folder of what is sent by hand)."
)
@click.option("--yes", is_flag=True, help="With --send: also where a bank account is not booked until lately.")
@channel_option
@retry_option
@send_options
@click.pass_obj
def remind(
    session: Session,
    customer: str,
    folder: Path | None,
    outputs: tuple[actions.Output, ...],
    attach: bool,
    level: int | None,
    as_of: date,
    form: str,
    explain: bool,
    sending: bool,
    yes: bool,
    channel: Channel | None,
    retry: bool,
    write: bool,
    into: Path | None,
    commit: bool,
) -> None:
    """Say which reminder letters are due, and what is held back; with -o or --to, write them; with --send, send them."""
    if sending:
        chosen = how(write, into, commit)
        _send(session, customer, level, as_of, form, yes, channel, folder, retry, chosen)
        return
    if write or into or commit or channel or retry or yes:
        raise click.UsageError("--write, --into, --commit, --channel, --retry and --yes say nothing without --send")
    if attach and "pdf" not in (outputs or (("pdf",) if folder else ())):
        raise click.UsageError("--attach says nothing without a PDF: -o FOLDER, or --to pdf")
    ledger = session.open()
    say_assumed(ledger.book, as_of)
    wanted = customers_wanted(session, ledger.book, customer)
    if wanted is None:
        return
    proposals = actions.due_reminders(ledger.book, as_of, wanted, explain, ledger.allocated_at(as_of), level)
    waiting = actions.letters_waiting(ledger.book, as_of)
    rows = [
        answers.reminded(one, actions.language(ledger.book, one), explain, actions.standing_for(waiting, one))
        for one in proposals
    ]
    if form == "json":
        print_json(rows)
    elif form == "csv":
        print_csv(
            ("customer", "account", "currency", "level", "channel", "number", "due", "open", "days_overdue", "interest",
             "indemnity", "held", "waiting"),
            [
                [row["customer"], row["account"], row["currency"], row["level"], row["channel"], one["number"], one["due"],
                 one["open"], one["days_overdue"], one["interest"], one["indemnity"], None,
                 row["waiting"] and row["waiting"]["state"]]
                for row in rows
                for one in row["invoices"]
            ]
            + [
                [row["customer"], row["account"], row["currency"], None, None, one["number"], None, None, None, None, None,
                 one["why"], None]
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
            for _of, those in groupby(rows, key=lambda row: (row["account"], row["currency"])):
                each = list(those)
                click.echo(f"\n{each[0]['customer']}, {each[0]['currency']}")
                for reason in (reason for row in each for reason in row["reasons"]):
                    click.echo(f"  {reason['number']}: {reason['why']}")
            for late in (late for proposal in proposals for late in proposal.invoices if late.claim):
                click.echo(f"\n{late.position.invoice.number}")
                for step in late.claim.steps if late.claim else ():
                    click.echo(f"  {describe(step)}")
    for proposal in proposals:
        for text in proposal.notices:
            notice(text)
    for text in _objected(ledger, as_of, wanted):
        notice(text)
    for text in actions.bank_notices(ledger.book, as_of):
        notice(text)
    for text in actions.lapse_notices(ledger.book, as_of, wanted, ledger.allocated_at(as_of)) if explain else ():
        notice(text)
    if folder or outputs:
        letters = [one for one in actions.ready_to_leave(ledger.book, proposals, as_of) if one.level is not None]
        for row in rows:
            if row["waiting"]:
                about = " ".join(one["number"] for one in row["invoices"])
                notice(f"not written: the letter about {about} waits already: {_mark(row)}")
        files = actions.render_reminders(
            ledger.book, letters, folder or Path(), outputs or ("pdf",), lambda _text: None, attach
        )
        print_written(session, with_progress(files, "Letters", len(letters)))


def _send(
    session: Session,
    customer: str,
    level: int | None,
    as_of: date,
    form: str,
    yes: bool,
    channel: Channel | None,
    folder: Path | None,
    retry: bool,
    chosen: actions.How,
) -> None:
    """The letters that are due are sent; what is held back is told, and why."""
    if form == "csv":
        raise click.UsageError("--send answers as a table or as json")

    def make(ledger: actions.Ledger) -> list[actions.Dispatch | actions.Held]:
        say_assumed(ledger.book, as_of)
        behind = actions.bank_notices(ledger.book, as_of)
        for text in behind:
            notice(text)
        if behind and chosen.write and not yes:
            raise actions.CannotSend("nothing was sent: a payment may have come that is not booked; or say --yes")
        wanted = (actions.customer(ledger.book, customer),) if customer else ()
        accounts = set(wanted or ledger.book.customers)
        proposals = actions.due_reminders(ledger.book, as_of, wanted, allocated=ledger.allocated_at(as_of), level=level)
        for proposal in proposals:
            for text in proposal.notices:  # such as interest that is not claimed
                notice(text)
            for held in proposal.held:
                notice(f"held back: {held.number} of {proposal.customer.name}: {held.why}")
        for text in _objected(ledger, as_of, wanted, also_anew=False):  # of the others the answer says it
            notice(text)
        if retry and not any(one.event.customer in accounts for one in actions.letters_waiting(ledger.book)):
            notice("No reminder is in doubt or prepared; bean-invoice send says what is.")
        return list(actions.of_reminders(ledger, proposals, channel, retry=retry))

    run(session, make, way(as_of, folder, again=False, retry=retry), chosen, form)


def _objected(
    ledger: actions.Ledger, as_of: date, customers: tuple[str, ...], *, also_anew: bool = True
) -> tuple[str, ...]:
    """What to say of the letters that wait, but would not be sent any more."""
    allocated = ledger.allocated_at(as_of)
    of_letters: tuple[actions.What, ...] = ("reminder",)
    return actions.objected(ledger.book, as_of, allocated, customers, also_anew=also_anew, kinds=of_letters)


def _table(rows: list[answers.Answer], as_of: date) -> None:
    due = [row for row in rows if row["level"] is not None]
    marks = [("waits", False)] if any(row["waiting"] for row in due) else []
    if due:
        print_table(
            f"Reminders due on {as_of}",
            [("customer", False), ("level", True), ("number", False), ("due", False), ("late", True), ("open", True),
             ("interest", True), ("indemnity", True), ("", False), *marks],
            [
                [row["customer"] if not index else "", str(row["level"]) if not index else "", one["number"], one["due"],
                 marked(f"{one['days_overdue']} d", "late"), spaced(one["open"]), spaced(one["interest"]), spaced(one["indemnity"]),
                 row["currency"], *([_mark(row) if not index else ""] if marks else [])]
                for row in due
                for index, one in enumerate(row["invoices"])
            ],
        )  # fmt: skip
    else:
        click.echo(f"No reminder is due on {as_of}.")
    for row in rows:
        for held in row["held"]:
            click.echo(f"held back: {held['number']} of {row['customer']}: {held['why']}")


def _mark(row: answers.Answer) -> str:
    """That a letter was prepared, or is in doubt, already, and since when."""
    return f"{row['waiting']['state']} {row['waiting']['since']}" if row["waiting"] else ""
