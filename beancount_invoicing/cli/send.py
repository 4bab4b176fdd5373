"""`bean-invoice send`."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import get_args

import click

from beancount_invoicing.actions import today
from beancount_invoicing.answers.sending import attempt_json, report_json, sent_json, to_send_json
from beancount_invoicing.billing import Enclosure
from beancount_invoicing.cli.colours import Mark, marked
from beancount_invoicing.cli.common import (
    F,
    OneOf,
    Session,
    date_option,
    documents_and_customer,
    error_line,
    examples,
    print_json,
    print_notice,
    print_table,
    relative,
    since_option,
    table_or_json_option,
)
from beancount_invoicing.cli.echo import echo
from beancount_invoicing.cli.render import enclose_option
from beancount_invoicing.cli.writing import build_write_options, changing, print_outcome, sending_options
from beancount_invoicing.delivery.dispatch import Dispatch, HeldDispatch
from beancount_invoicing.files import FileChanged
from beancount_invoicing.ledger import Ledger
from beancount_invoicing.messages import _, _n, _p, joined
from beancount_invoicing.model import Book, Channel
from beancount_invoicing.platform.reports import report_advice, report_title, waiting_reports
from beancount_invoicing.sending import confirm as confirm_action
from beancount_invoicing.sending import (
    invoice_dispatches,
    mail_settings,
    outbox,
    platform_settings,
    report_handover,
    send,
)
from beancount_invoicing.sending.confirm import AttemptFilter
from beancount_invoicing.sending.directory_cache import cache_file
from beancount_invoicing.sending.mail_settings import CannotSend
from beancount_invoicing.sending.outbox import OutboxKind
from beancount_invoicing.sending.send import DispatchFactory, SendOptions, SendResult, SendState
from beancount_invoicing.words import word as spoken_word
from beancount_invoicing.writing.changes import Outcome, Refused, WriteOptions
from beancount_invoicing.writing.git import GitError
from beancount_invoicing.writing.writer import CannotWrite


def now() -> datetime:
    """The time, with the user's time zone. It is read when an e-mail leaves, and only here."""
    return datetime.now().astimezone()


def channel_option(command: F) -> F:
    """`--channel`."""
    return click.option(
        "--channel", type=OneOf(get_args(Channel)), help="Send everything this way, whatever the customer's channel."
    )(command)


def retry_option(command: F) -> F:
    """`--retry`."""
    return click.option("--retry", is_flag=True, help="Send what is in doubt or prepared, because it has not left.")(
        command
    )


def build_send_options(
    day: date, folder: Path | None, *, again: bool, retry: bool, ask_directory: bool = True
) -> SendOptions:
    """The options as one value. `ask_directory`: whether the directory of platforms is asked about customers."""
    return SendOptions(
        day=day,
        clock=now,
        resend=again,
        retry_open=retry,
        folder=folder.absolute() if folder else None,
        password=mail_settings.password_from(os.environ),
        secrets=platform_settings.secrets_from(os.environ),
        directory_cache=cache_file(os.environ) if ask_directory else None,
        on_notice=print_notice,
    )


def _documents(command: F) -> F:
    says = _(
        "All documents of this customer, as CUSTOMER. With --confirm or --discard NUMBER: if several "
        "customers are to receive it, which one."
    )
    return documents_and_customer(command, says)


@click.command(epilog=examples("send", "send F2026-0078 -w", "send --since this-month"))
@_documents
@since_option("All documents dated this day or later that have not been sent.")
@click.option("--confirm", is_flag=True, help="Record that what was in doubt or prepared has left.")
@click.option("--discard", is_flag=True, help="Record that what was prepared or in doubt has not left and will not.")
@click.option(
    "--what", "kind", type=OneOf(get_args(OutboxKind)),
    help="With --confirm or --discard: which one, if several are waiting for a number.",
)  # fmt: skip
@click.option("--level", type=int, help="With --confirm or --discard: among several reminders, the one of this level.")
@click.option(
    "--all", "everything", is_flag=True,
    help="With --confirm or --discard: everything that was prepared and is not in doubt.",
)  # fmt: skip
@click.option("--again", is_flag=True, help="Send again what was already sent.")
@retry_option
@channel_option
@enclose_option
@click.option(
    "-o",
    "--output",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="The folder for what you send by hand. Default: outbox beside the ledger.",
)
@date_option("The date of the events.")
@table_or_json_option
@sending_options
@click.pass_obj
def send_command(
    session: Session,
    words: tuple[str, ...],
    since: date | None,
    confirm: bool,
    discard: bool,
    kind: OutboxKind | None,
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
    """Send documents by e-mail, by post or to a platform, each of them once. Without a number: everything that is ready;
    without --write, show what that is, what is in doubt, and what waits.
    """
    chosen = build_write_options(write, into, commit)
    records = confirm or discard
    if sum((again, retry, confirm, discard)) > 1:
        raise click.UsageError(_("--again, --retry, --confirm and --discard exclude each other"))
    if customer and not (records and words):
        words, customer = (*words, customer), ""
    only_then = {"--all": everything, "--what": kind, "--level": level is not None}
    if not records and (given := [option for option, value in only_then.items() if value]):
        raise click.UsageError(
            _n(
                len(given),
                "{given} has no meaning without --confirm or --discard",
                "{given} have no meaning without --confirm or --discard",
                given=joined(_(" and "), given),
            )
        )
    if words and everything:
        raise click.UsageError(_("name either numbers, or --all"))
    if (retry or again or (records and not everything)) and not words:
        raise click.UsageError(
            _("name the documents: NUMBER…, or --all") if records else _("name the documents: NUMBER…")
        )
    if records:
        record = confirm_action.confirm if confirm else confirm_action.discard
        _record(session, record, AttemptFilter(words, kind, channel, level, customer), day, chosen)
        return
    if not words and not since and not write:
        _open(session, day, form)
        return
    identifiers = tuple(word for word in words if report_handover.is_report(word))
    numbers = tuple(word for word in words if word not in identifiers)

    def make(ledger: Ledger) -> list[Dispatch | HeldDispatch]:
        wanted = () if identifiers and not numbers else today.chosen_to_send(ledger.book, day, numbers, since)
        return [*invoice_dispatches.dispatches_of_invoices(ledger, wanted, day, channel, enclose, named=bool(words))]

    options = build_send_options(day, folder, again=again, retry=retry, ask_directory=channel != "e-invoice")
    reports = identifiers or (None if words or since else ())  # everything that is ready, unless something is named
    send_and_print(session, make, options, chosen, form, reports)


def _record(
    session: Session,
    record: Callable[[Path, AttemptFilter, date, WriteOptions], Outcome],
    attempts: AttemptFilter,
    day: date,
    chosen: WriteOptions,
) -> None:
    """Records of attempts whether they left."""
    with changing(session):
        outcome = record(session.find(), attempts, day, chosen)
        if chosen.write:  # a line for each says enough
            outcome = outcome._replace(text="".join(f"{text}\n" for text in outcome.notices), notices=())
        print_outcome(outcome, chosen)


def send_and_print(
    session: Session,
    make_dispatches: DispatchFactory,
    chosen: SendOptions,
    written: WriteOptions,
    output_format: str,
    reports: Sequence[str] | None = None,
) -> None:
    """Sends, and prints the result for each dispatch. `reports`: the e-reports that are handed in, too: () all, None none."""
    from beancount_invoicing.rendering import TemplateError

    with changing(session):
        try:
            done = send.send(session.find(), make_dispatches, chosen, written)
            results = (*done.results, *_reports(session, done.book, chosen, written, reports))
        except (TemplateError, CannotSend) as error:
            session.error(str(error))
            return
        for finding in done.errors:
            session.error(error_line(finding))
        if done.problem:
            session.error(done.problem)
        states = {result.state for result in results} - {"held"}
        done_with_it = _("Prepared") if states == {"prepared"} else _("Sent")
        title = (
            _("{done_with_it} on {day}", done_with_it=done_with_it, day=chosen.day)
            if written.write
            else _("To be sent on {day}", day=chosen.day)
        )
        print_results(session, results, written, title, output_format)


def _reports(
    session: Session, book: Book, chosen: SendOptions, written: WriteOptions, reports: Sequence[str] | None
) -> tuple[SendResult, ...]:
    """Hands in e-reports. What keeps all of them from leaving is an error, which takes nothing back of what was sent before."""
    if reports is None or not waiting_reports(book, chosen.day, reports):
        return ()
    try:
        return report_handover.hand_in_reports(session.find(), chosen, written, reports).results
    except (CannotSend, Refused, CannotWrite, FileChanged, GitError) as error:
        session.error(_("no e-report was sent: {error}", error=error))
        return ()


def print_results(
    session: Session, results: Sequence[SendResult], written: WriteOptions, title: str, output_format: str
) -> None:
    """Prints the result for each dispatch, and fails if somebody has to do something."""
    session.failed |= any(result.needs_attention for result in results)
    if output_format == "json":
        print_json([sent_json(result) for result in results])
        return
    going = [result for result in results if result.state != "held"]
    if going:
        print_table(
            title,
            [
                ("", False),
                (_("document"), False),
                (_("customer"), False),
                (_("channel"), False),
                (_p("mail", "to"), False),
                (_("files"), False),
                (_("subject"), False),
            ],
            [
                [
                    marked(_state(result), _COLOURS.get(result.state)),
                    result.title,
                    result.customer,
                    spoken_word(result.channel),
                    joined(", ", (*result.to, *(_("cc {entry}", entry=address) for address in result.cc)))
                    or ", ".join(result.address),
                    ", ".join(result.files),
                    result.subject,
                ]
                for result in going
            ],
        )
    for result in results:
        for text in result.notices if not written.write or result.needs_attention else ():
            print_notice(text)
        if result.reason:
            print_notice(
                _(
                    "{numbers}, {customer}: {reason}",
                    numbers=" ".join(result.numbers) or result.title,
                    customer=result.customer,
                    reason=result.reason,
                )
            )
    for file in dict.fromkeys(str(result.file) for result in results if result.file):
        echo(relative(file))
    if not results:
        print_notice(_("Nothing to send."))
    elif not written.write:
        print_notice(_("Nothing is sent without --write."))
    elif any(result.state == "prepared" for result in results):
        print_notice(
            _(
                "What was prepared has not been sent: you send it yourself. Once you have: bean-invoice send "
                "--confirm NUMBER… (or --all) --write"
            )
        )


_STATES: dict[SendState, str] = {
    "would-send": _("would be sent"),
    "would-prepare": _("would be prepared"),
    "sent": _("sent"),
    "prepared": _("prepared"),
    "in-doubt": _("IN DOUBT"),
    "failed": _("NOT SENT"),
    "held": _("held"),
}


def _state(result: SendResult) -> str:
    """What became of something, in words: a platform that has it has not deposited it yet."""
    return _("handed in") if (result.state, result.channel) == ("sent", "e-invoice") else _STATES[result.state]


_COLOURS: dict[SendState, Mark] = {"in-doubt": "late", "failed": "late", "prepared": "draft"}


def _open(session: Session, day: date, form: str) -> None:
    """What is in doubt, and what waits to be sent by hand; why a letter of it would not be sent on `day`; what is to be sent."""
    ledger = session.open()
    book = ledger.book
    waiting = outbox.outbox_of(book)
    against = outbox.objections(book, day, ledger.allocated_at(day))
    ready = set(today.to_send(book, day))
    by_channel = [
        (invoice, book.customers[invoice.customer.account].at(max(day, invoice.date)).channel)
        for invoice in book.invoices
        if invoice.number in ready and invoice.customer
    ]
    unrecorded = outbox.unrecorded(book)
    reports = waiting_reports(book, day)
    if form == "json":
        print_json(
            [attempt_json(attempt, against.get(attempt.event.message_id)) for attempt in waiting.attempts]
            + [to_send_json(*numbers) for numbers in by_channel]
            + [report_json(item) for item in reports]
        )
    else:
        for attempt in waiting.attempts:
            why = outbox.why_not_resent(waiting, attempt, against.get(attempt.event.message_id))
            echo(_("{attempt}: {reason}", attempt=attempt.name, reason=why))
        if not waiting.attempts:
            more = "" if by_channel or reports else _(" To send: bean-invoice send NUMBER…")
            echo(_("Nothing is in doubt, and nothing is waiting to be sent by hand.{more}", more=more))
        for invoice, channel in by_channel:
            name = invoice.customer.name if invoice.customer else ""
            echo(
                _(
                    "{number}, {name}: to be sent, by {channel}: bean-invoice send {number} --write",
                    number=invoice.number,
                    name=name,
                    channel=channel,
                )
            )
        for item in reports:
            echo(_("{report}: {advice}", report=report_title(item.record), advice=report_advice(item)))
        if len(by_channel) > 1:
            echo(_("All {count} documents to be sent: bean-invoice send --write", count=len(by_channel)))
    for file in unrecorded:
        session.error(outbox.unrecorded_because(book, file))
