"""`bean-invoice send`."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import get_args

import click

from beancount_invoicing import actions
from beancount_invoicing.actions import answers
from beancount_invoicing.billing import Enclosure
from beancount_invoicing.cli.changing import changing, how, print_outcome, send_options
from beancount_invoicing.cli.colours import Mark, marked
from beancount_invoicing.cli.common import (
    F,
    OneOf,
    Session,
    date_option,
    documents_and_customer,
    examples,
    notice,
    print_json,
    print_table,
    relative,
    since_option,
)
from beancount_invoicing.cli.render import enclose_option
from beancount_invoicing.model import Channel


def now() -> datetime:
    """The time, with the user's time zone: read here, when an e-mail leaves."""
    return datetime.now().astimezone()


def channel_option(command: F) -> F:
    """`--channel`."""
    return click.option(
        "--channel", type=OneOf(get_args(Channel)), help="Send all so, whatever the customer's channel is."
    )(command)


def retry_option(command: F) -> F:
    """`--retry`."""
    return click.option("--retry", is_flag=True, help="What is in doubt, or was prepared, has not left: send it.")(
        command
    )


def way(day: date, folder: Path | None, *, again: bool, retry: bool) -> actions.Way:
    """The options as one value."""
    return actions.Way(
        day=day,
        now=now,
        again=again,
        retry=retry,
        folder=folder.absolute() if folder else None,
        password=actions.password_from(os.environ),
        notice=notice,
    )


def _documents(command: F) -> F:
    says = "All of this customer's, as CUSTOMER. With --confirm or --discard NUMBER: of several to whom something of it is to go."
    return documents_and_customer(command, says)


@click.command(epilog=examples("send", "send F2026-0078 -w", "send --since this-month"))
@_documents
@since_option("All documents of this day or later that were not sent yet.")
@click.option("--confirm", is_flag=True, help="Say that what is in doubt, or was prepared, has left.")
@click.option("--discard", is_flag=True, help="Say that what was prepared, or is in doubt, has not left and shall not.")
@click.option(
    "--what", "kind", type=OneOf(get_args(actions.What)),
    help="With --confirm or --discard: which, where several things wait for a number.",
)  # fmt: skip
@click.option("--level", type=int, help="With --confirm or --discard: of several reminders, that of this level.")
@click.option(
    "--all", "everything", is_flag=True,
    help="With --confirm or --discard: all that was prepared, and is not in doubt.",
)  # fmt: skip
@click.option("--again", is_flag=True, help="Send once more what was sent already.")
@retry_option
@channel_option
@enclose_option
@click.option(
    "-o",
    "--output",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="The folder of what is to be sent by hand; else outbox beside the ledger.",
)
@date_option("The date of the events.")
@click.option(
    "--format",
    "form",
    type=OneOf(["table", "json"]),
    default="table",
    show_default=True,
    help="For eyes, or for programs.",
)
@send_options
@click.pass_obj
def send(
    session: Session,
    words: tuple[str, ...],
    since: date | None,
    confirm: bool,
    discard: bool,
    kind: actions.What | None,
    level: int | None,
    customer: str,
    everything: bool,
    channel: Channel | None,
    enclose: tuple[Enclosure, ...],
    again: bool,
    retry: bool,
    folder: Path | None,
    day: date,
    form: str,
    write: bool,
    into: Path | None,
    commit: bool,
) -> None:
    """Send documents by e-mail, post or to a platform; each once. Without a number: all that is to be sent; without
    --write, say what that is, what is in doubt, and what waits."""
    chosen = how(write, into, commit)
    said = confirm or discard
    if sum((again, retry, confirm, discard)) > 1:
        raise click.UsageError("--again, --retry, --confirm and --discard exclude each other")
    if customer and not (said and words):
        words, customer = (*words, customer), ""
    only_then = {"--all": everything, "--what": kind, "--level": level is not None}
    if not said and (given := [option for option, value in only_then.items() if value]):
        raise click.UsageError(
            f"{' and '.join(given)} say{'s' if len(given) == 1 else ''} nothing without --confirm or --discard"
        )
    if words and everything:
        raise click.UsageError("name either numbers, or --all")
    if (retry or again or (said and not everything)) and not words:
        raise click.UsageError("name the documents: NUMBER…" + (", or --all" if said else ""))
    if said:
        with changing(session):
            word = actions.confirm if confirm else actions.discard
            outcome = word(session.find(), actions.Chosen(words, kind, channel, level, customer), day, chosen)
            if chosen.write:  # a line for each says enough
                outcome = replace(outcome, text="".join(f"{text}\n" for text in outcome.notices), notices=())
            print_outcome(outcome, chosen)
        return
    if not words and not since and not write:
        _open(session, day, form)
        return

    def make(ledger: actions.Ledger) -> list[actions.Dispatch | actions.Held]:
        if words:
            wanted = actions.named_to_send(ledger.book, day, words, since)
        elif since:
            wanted = actions.unsent(ledger.book, since, day)
        else:
            wanted = actions.to_send(ledger.book, day)
        return list(actions.of_invoices(ledger, wanted, day, channel, enclose, named=bool(words)))

    run(session, make, way(day, folder, again=again, retry=retry), chosen, form)


def send_letters(
    session: Session,
    make: actions.Making,
    day: date,
    folder: Path | None,
    form: str,
    *,
    again: bool,
    retry: bool,
    how: actions.How,
) -> None:
    """Sends what another command makes. Raises click.UsageError for what says nothing then."""
    if form == "csv":
        raise click.UsageError("--send answers as a table or as json")
    if again and retry:
        raise click.UsageError("--again and --retry exclude each other")
    run(session, make, way(day, folder, again=again, retry=retry), how, form)


def only_with_send(
    write: bool, into: Path | None, commit: bool, channel: Channel | None, retry: bool, again: bool
) -> None:
    """Raises click.UsageError where one of these is given without --send."""
    if write or into or commit or channel or retry or again:
        raise click.UsageError("--write, --into, --commit, --channel, --retry and --again say nothing without --send")


def run(session: Session, make: actions.Making, chosen: actions.Way, written: actions.How, form: str) -> None:
    """Sends, and prints what became of each."""
    from beancount_invoicing.rendering import TemplateError

    with changing(session):
        try:
            done = actions.send(session.find(), make, chosen, written)
        except (TemplateError, actions.CannotSend) as error:
            session.error(str(error))
            return
        for one in done.errors:
            session.error(f"{relative(one.source.file)}:{one.source.line}: {one.message}")
        if done.problem:
            session.error(done.problem)
        states = {one.state for one in done.results} - {"held"}
        done_with_it = "Prepared" if states == {"prepared"} else "Sent"
        title = f"{done_with_it if written.write else 'To be sent'} on {chosen.day}"
        print_results(session, done.results, written, title, form)


def print_results(
    session: Session, results: Sequence[actions.Result], written: actions.How, title: str, form: str
) -> None:
    """Prints what became of each, and fails where somebody has to do something."""
    session.failed |= any(one.wrong for one in results)
    if form == "json":
        print_json([answers.sent(one) for one in results])
        return
    going = [one for one in results if one.state != "held"]
    if going:
        print_table(
            title,
            [("", False), ("document", False), ("customer", False), ("channel", False), ("to", False), ("files", False),
             ("subject", False)],
            [
                [marked(_STATES[one.state], _COLOURS.get(one.state)), one.title, one.customer, one.channel,
                 ", ".join((*one.to, *(f"cc {each}" for each in one.cc))) or ", ".join(one.address), ", ".join(one.files),
                 one.subject]
                for one in going
            ],
        )  # fmt: skip
    for one in results:
        for text in one.notices if not written.write or one.wrong else ():
            notice(text)
        if one.why:
            notice(f"{' '.join(one.numbers) or one.title}, {one.customer}: {one.why}")
    for file in dict.fromkeys(str(one.file) for one in results if one.file):
        click.echo(relative(file))
    if not results:
        notice("Nothing to send.")
    elif not written.write:
        notice("Nothing is sent without --write.")
    elif any(one.state == "prepared" for one in results):
        notice(
            "What was prepared has not left: you send it yourself. When you have: bean-invoice send --confirm NUMBER… (or --all)"
            " --write"
        )


_STATES: dict[actions.State, str] = {
    "would-send": "would be sent",
    "would-prepare": "would be prepared",
    "sent": "sent",
    "prepared": "prepared",
    "in-doubt": "IN DOUBT",
    "failed": "NOT SENT",
    "held": "held",
}
_COLOURS: dict[actions.State, Mark] = {"in-doubt": "late", "failed": "late", "prepared": "draft"}


def _open(session: Session, day: date, form: str) -> None:
    """What is in doubt, and what waits to be sent by hand; why a letter of it would not be sent on `day`; what is to be sent."""
    ledger = session.open()
    book = ledger.book
    waiting = actions.what_waits(book)
    against = actions.objections(book, day, ledger.allocated_at(day))
    ready = set(actions.to_send(book, day))
    by_channel = [
        (one, book.customers[one.customer.account].at(max(day, one.date)).channel)
        for one in book.invoices
        if one.number in ready and one.customer
    ]
    unrecorded = actions.unrecorded(book)
    if form == "json":
        print_json(
            [answers.attempted(one, against.get(one.event.message_id)) for one in waiting.attempts]
            + [answers.to_be_sent(*one) for one in by_channel]
        )
    else:
        for one in waiting.attempts:
            why = actions.open_because(waiting, one, against.get(one.event.message_id))
            click.echo(f"{one.name}: {why}")
        if not waiting.attempts:
            more = "" if by_channel else " To send: bean-invoice send NUMBER…"
            click.echo(f"Nothing is in doubt, and nothing waits to be sent by hand.{more}")
        for invoice, channel in by_channel:
            name = invoice.customer.name if invoice.customer else ""
            click.echo(
                f"{invoice.number}, {name}: is to be sent, by {channel}: bean-invoice send {invoice.number} --write"
            )
        if len(by_channel) > 1:
            click.echo(f"All {len(by_channel)} that are to be sent: bean-invoice send --write")
    for file in unrecorded:
        session.error(actions.unrecorded_because(book, file))
