"""`bean-invoice collect` and `bean-invoice pay-out`: files for the bank."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from functools import wraps
from pathlib import Path
from typing import Any, NamedTuple, get_args

import click

from beancount_invoicing.answers.bank_files import bank_file_json, held_order_json
from beancount_invoicing.cli.common import (
    DayParam,
    F,
    OneOf,
    Session,
    date_option,
    documents_argument,
    error_line,
    examples,
    folder_option,
    print_json,
    print_notice,
    print_table,
    relative,
    spaced,
    table_or_json_option,
)
from beancount_invoicing.cli.echo import echo
from beancount_invoicing.cli.writing import bank_file_options, build_write_options, changing, print_outcome
from beancount_invoicing.delivery.pain import SepaVersion
from beancount_invoicing.documents.search import named_documents
from beancount_invoicing.dunning.collecting import HeldOrder
from beancount_invoicing.ledger import Ledger
from beancount_invoicing.messages import _, _p
from beancount_invoicing.sending import bank_files
from beancount_invoicing.sending.bank_files import BankFile, OrderKind, OrderOptions, OrderReport
from beancount_invoicing.writing.changes import WriteOptions


class HandInOptions(NamedTuple):
    """The user's options for a file for the bank: what goes into it, on which day, and what is written."""

    words: tuple[str, ...]
    day: date
    again: bool
    discard: str
    version: SepaVersion | None
    folder: Path | None
    form: str
    write: bool
    into: Path | None
    commit: bool

    @property
    def write_options(self) -> WriteOptions:
        """The options for writing. Raises click.UsageError."""
        return build_write_options(self.write, self.into, self.commit)


def _hand_in_options(kind: OrderKind) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """The options that both commands have; the command gets them as one value `wanted`."""
    done = "collected" if kind == "collected" else "paid out"
    options: tuple[Callable[[F], F], ...] = (
        documents_argument,
        date_option("The day on which the file is handed in."),
        click.option(
            "--again", is_flag=True, help=f"What was handed in for these documents was not {done}: hand it in again."
        ),
        click.option(
            "--discard",
            metavar="FILE",
            default="",
            help="This file was not handed in, and will not be: withdraw everything in it.",
        ),
        click.option(
            "--version",
            "version",
            type=OneOf(get_args(SepaVersion)),
            help="Version of the file. Default: option sepa-version, or 2019.",
        ),
        folder_option(None),
        table_or_json_option,
        bank_file_options,
    )

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        @wraps(command)
        def with_options(*arguments: Any, **values: Any) -> None:
            wanted = HandInOptions(**{name: values.pop(name) for name in HandInOptions._fields})
            command(*arguments, wanted=wanted, **values)

        decorated: Callable[..., None] = with_options
        for option in reversed(options):
            decorated = option(decorated)
        return decorated

    return decorate


@click.command("collect", epilog=examples("collect", "collect --date 2026-12-01"))
@_hand_in_options("collected")
@click.option(
    "--due-by",
    type=DayParam("last"),
    metavar="DATE",
    help="Only what is due by this day. Default: everything that banks accept, due within 14 days.",
)
@click.option("--instalment", type=click.IntRange(1), help="With --again: the instalment, if several are under way.")
@click.pass_obj
def collect_command(session: Session, wanted: HandInOptions, due_by: date | None, instalment: int | None) -> None:
    """Collect direct debits: write those that are due into a file for the bank (pain.008), each once."""
    if instalment and not wanted.again:
        raise click.UsageError(_("--instalment goes with --again"))
    if wanted.discard and due_by:
        raise click.UsageError(_("--discard takes a file, and nothing else"))
    _hand_in(session, "collected", wanted, due_by, instalment)


@click.command("pay-out", epilog=examples("pay-out", "pay-out --date 2026-12-01"))
@_hand_in_options("paid-out")
@click.pass_obj
def pay_out_command(session: Session, wanted: HandInOptions) -> None:
    """Pay credit notes out: write transfers of what customers are owed into a file for the bank (pain.001), each once."""
    _hand_in(session, "paid-out", wanted)


def _hand_in(
    session: Session,
    kind: OrderKind,
    wanted: HandInOptions,
    due_by: date | None = None,
    instalment: int | None = None,
) -> None:
    write_options = wanted.write_options
    if wanted.again and not wanted.words:
        raise click.UsageError(_("--again needs the documents: NUMBER…"))
    if wanted.discard and (wanted.words or wanted.again or wanted.folder or wanted.version):
        raise click.UsageError(_("--discard takes a file, and nothing else"))
    if wanted.discard:
        with changing(session):
            print_outcome(bank_files.discard(session.find(), wanted.discard, wanted.day, write_options), write_options)
        return

    def named(ledger: Ledger) -> tuple[str, ...]:
        found = named_documents(ledger.book, date.max, wanted.words, unique_customer=True).positions
        return tuple(position.invoice.number for position in found)

    options = OrderOptions(kind, wanted.day, due_by, wanted.again, instalment, wanted.version, wanted.folder)
    with changing(session):
        report = bank_files.hand_in(session.find(), named, options, write_options)
        _print(session, report, options, wanted)


def _print(session: Session, report: OrderReport, options: OrderOptions, wanted: HandInOptions) -> None:
    held = [order for order in report.held if wanted.words or order.needs_attention]
    session.failed |= bool(report.problem or report.errors or (wanted.words and held))
    if wanted.form == "json":
        files = [bank_file_json(bank_file, options.kind, written=wanted.write) for bank_file in report.files]
        print_json({"files": files, "held": [held_order_json(order) for order in held]})
        return
    print_bank_files(report.files, held, options)
    for error in report.errors:
        session.error(error_line(error))
    for bank_file in report.files if wanted.write else ():
        echo(relative(str(bank_file.path)))
    if not report.files:
        print_notice(_("Nothing to collect.") if options.kind == "collected" else _("Nothing to pay out."))
    elif not wanted.write:
        print_notice(_("Nothing is written without --write."))
    else:
        print_notice(hand_in_advice(options.kind))
    if report.problem:
        session.error(report.problem)


def print_bank_files(files: Sequence[BankFile], held: Sequence[HeldOrder], options: OrderOptions) -> None:
    """Prints the orders of files in tables, and why other documents are in no file."""
    for bank_file in files:
        _table(bank_file, options)
    for order in held:
        print_notice(
            _("{number}, {customer}: {reason}", number=order.number, customer=order.customer, reason=order.reason)
        )


def hand_in_advice(kind: OrderKind) -> str:
    """What to do with a written file."""
    return _("Hand this in at your bank. If you do not: bean-invoice {command} --discard FILE --write",
             command="collect" if kind == "collected" else "pay-out")  # fmt: skip


def _table(bank_file: BankFile, options: OrderOptions) -> None:
    is_debit = options.kind == "collected"
    scheme = bank_file.message.batches[0].scheme
    print_table(
        _("To be collected ({scheme}), handed in on {day}", scheme=scheme, day=options.day)
        if is_debit
        else _("To be paid out, handed in on {day}", day=options.day),
        [
            (_("number"), False),
            (_("customer"), False),
            (_("due"), False),
            (_p("day", "on"), False),
            (_("amount"), True),
            ("", False),
            (_("mandate"), False),
            (_("sequence"), False),
            (_("account"), False),
        ],
        [
            [
                order.end_to_end_id,
                order.customer.name,
                order.due.isoformat(),
                order.execution_date.isoformat(),
                spaced(f"{order.amount:.2f}"),
                "EUR",
                order.customer.mandate if is_debit else "",
                order.sequence if is_debit else "",
                order.other_account,
            ]
            for order in bank_file.orders
        ],
        [["", "", "", "", spaced(f"{bank_file.total:.2f}"), "EUR", "", "", ""]],
    )
