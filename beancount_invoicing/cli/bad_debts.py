"""`bean-invoice bad-debts`."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from beancount_invoicing.actions import bad_debts
from beancount_invoicing.answers.statements import bad_debt_json
from beancount_invoicing.cli.common import (
    Session,
    as_of_option,
    documents_argument,
    examples,
    explain_option,
    folder_option,
    format_option,
    output_format_option,
    print_csv,
    print_json,
    print_notice,
    print_table,
    say_whom,
    spaced,
)
from beancount_invoicing.cli.echo import echo
from beancount_invoicing.cli.render import print_written
from beancount_invoicing.cli.send import channel_option, only_with_send, retry_option, send_for_command
from beancount_invoicing.cli.writing import build_write_options, sending_options
from beancount_invoicing.customer_search import UnknownCustomer
from beancount_invoicing.delivery.dispatch import Dispatch, HeldDispatch
from beancount_invoicing.documents.search import UnknownNumber
from beancount_invoicing.documents.written_files import Output
from beancount_invoicing.ledger import Ledger
from beancount_invoicing.messages import _
from beancount_invoicing.model import Book, Channel
from beancount_invoicing.receivables import BadDebt
from beancount_invoicing.rules.steps import describe_step

COLUMNS = ("number", "date", "customer", "written_off", "net", "tax", "amount", "currency")


@click.command(
    "bad-debts", epilog=examples("bad-debts", "bad-debts F2026-0024 -o letters", "bad-debts Fournil --list -o letters")
)
@documents_argument
@as_of_option
@click.option(
    "--list", "as_list", is_flag=True, help="With -o or --send: one list for each customer, not a copy of each invoice."
)
@folder_option(None)
@output_format_option("")
@format_option
@explain_option
@click.option("--send", "sending", is_flag=True, help="Send them (-o: the folder of what is sent by hand).")
@click.option("--again", is_flag=True, help="With --send: once more what was sent on that day already.")
@channel_option
@retry_option
@sending_options
@click.pass_obj
def bad_debts_command(
    session: Session,
    words: tuple[str, ...],
    as_of: date,
    as_list: bool,
    folder: Path | None,
    outputs: tuple[Output, ...],
    form: str,
    explain: bool,
    sending: bool,
    again: bool,
    channel: Channel | None,
    retry: bool,
    write: bool,
    into: Path | None,
    commit: bool,
) -> None:
    """What was written off of documents, without tax and its tax; with -o or --to, the copies that tell the customer that it
    cannot deduct that tax (France: "facture demeurée impayée", CGI, art. 272); with --send, send them."""
    from beancount_invoicing.rendering import NoCopy

    def told_of(book: Book) -> tuple[BadDebt, ...] | None:
        """What was written off of what is asked for; says of each other document why there is nothing, and fails. None where it is
        not known what is asked for."""
        say_whom(book, () if sending else words)
        try:
            found = bad_debts.bad_debts(book, as_of, words, unique_customer=sending)
        except (UnknownNumber, UnknownCustomer) as error:
            session.error(str(error))
            return None
        for why in found.missing:
            session.error(why)
        return found.lost

    if sending:

        def make(opened: Ledger) -> list[Dispatch | HeldDispatch]:
            return list(
                bad_debts.dispatches_of_duplicates(opened, told_of(opened.book) or (), channel, as_list=as_list)
            )

        send_for_command(
            session,
            make,
            as_of,
            folder,
            form,
            again=again,
            retry=retry,
            write_options=build_write_options(write, into, commit),
        )
        return
    only_with_send(write, into, commit, channel, retry, again)
    ledger = session.open()
    debts = told_of(ledger.book)
    if debts is None:
        return
    if folder or outputs:
        try:
            print_written(
                session,
                bad_debts.render_duplicates(
                    ledger.book, debts, folder or Path(), outputs or ("pdf",), print_notice, as_list=as_list
                ),
            )
        except NoCopy as error:
            session.error(str(error))
        return
    rows = [bad_debt_json(debt, explain) for debt in debts]
    if form == "json":
        print_json(rows)
    elif form == "csv":
        print_csv(COLUMNS, [[row[name] for name in COLUMNS] for row in rows])
    else:
        print_table(
            _("Written off until {day}", day=as_of),
            [
                (_("number"), False),
                (_("date"), False),
                (_("customer"), False),
                (_("written off"), False),
                (_("net"), True),
                (_("tax"), True),
                (_("in all"), True),
                ("", False),
            ],
            [
                [
                    row["number"],
                    row["date"],
                    row["customer"],
                    row["written_off"],
                    spaced(row["net"]),
                    spaced(row["tax"]),
                    spaced(row["amount"]),
                    row["currency"],
                ]
                for row in rows
            ],
        )
        if explain:
            for one in debts:
                echo(one.position.invoice.number)
                for step in one.steps:
                    echo(_("  {step}", step=describe_step(step)))
