"""`bean-invoice receipt`."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from beancount_invoicing import actions
from beancount_invoicing.actions import answers
from beancount_invoicing.cli.changing import how, send_options
from beancount_invoicing.cli.common import (
    Session,
    as_of_option_named,
    documents_argument,
    examples,
    explain_option,
    folder_option,
    format_option,
    notice,
    print_csv,
    print_json,
    print_table,
    say,
    say_assumed,
    say_whom,
    spaced,
    to_option,
)
from beancount_invoicing.cli.render import print_written
from beancount_invoicing.cli.send import channel_option, only_with_send, retry_option, send_letters
from beancount_invoicing.cli.show import figure
from beancount_invoicing.model import Book, Channel
from beancount_invoicing.receivables import Receipt
from beancount_invoicing.rules.steps import describe


@click.command(epilog=examples("receipt F2026-0055", "receipt F2026-0055 --to pdf -o letters"))
@documents_argument
@as_of_option_named("--until", "-u", "--date")
@folder_option(None)
@to_option("")
@format_option
@explain_option
@click.option(
    "--acquitted", is_flag=True, help="With -o, --to or --send: copies of the invoices themselves, as paid in full."
)
@click.option("--send", "sending", is_flag=True, help="Send them (-o: the folder of what is sent by hand).")
@click.option("--again", is_flag=True, help="With --send: once more what was sent on that day already.")
@channel_option
@retry_option
@send_options
@click.pass_obj
def receipt(
    session: Session,
    words: tuple[str, ...],
    as_of: date,
    folder: Path | None,
    outputs: tuple[actions.Output, ...],
    form: str,
    explain: bool,
    acquitted: bool,
    sending: bool,
    again: bool,
    channel: Channel | None,
    retry: bool,
    write: bool,
    into: Path | None,
    commit: bool,
) -> None:
    """What was received on documents, and what remains; with -o or --to, write the receipts; with --send, send them."""

    from beancount_invoicing.rendering import NoCopy

    if acquitted and not (sending or folder or outputs):
        raise click.UsageError("--acquitted writes files: say -o FOLDER or --to pdf; or send them, --send")
    if not words:
        raise click.UsageError("name the documents: NUMBER…, or CUSTOMER")

    def told_of(book: Book) -> tuple[Receipt, ...]:
        """The receipts that there are; says of each other document why it has none, and fails."""
        say_whom(book, () if sending else words)
        found = actions.receipts_for(book, as_of, words, one=sending)
        for why in found.missing:
            session.error(why)
        return found.those

    if sending:

        def make(opened: actions.Ledger) -> list[actions.Dispatch | actions.Held]:
            of = actions.of_acquitted if acquitted else actions.of_receipts
            return list(of(opened, told_of(opened.book), channel))

        send_letters(session, make, as_of, folder, form, again=again, retry=retry, how=how(write, into, commit))
        return
    only_with_send(write, into, commit, channel, retry, again)
    ledger = session.open()
    say_assumed(ledger.book, as_of)
    those = told_of(ledger.book)
    told = [answers.received(one, explain) for one in those]
    if form == "json":
        print_json(told)
    elif form == "csv":
        print_csv(
            ("number", "customer", "currency", "date", "what", "document", "amount"),
            [
                [
                    one["number"],
                    one["customer"],
                    one["currency"],
                    each["date"],
                    each["what"],
                    each["document"],
                    each["amount"],
                ]
                for one in told
                for each in one["entries"]
            ],
        )
    elif not (folder or outputs):
        for one, answer in zip(those, told, strict=True):
            _table(answer)
            if explain:
                for step in one.steps:
                    click.echo(f"  {describe(step)}")
    if folder or outputs:
        make_files = actions.render_acquitted if acquitted else actions.render_receipts
        try:
            print_written(session, make_files(ledger.book, those, folder or Path(), outputs or ("pdf",), notice))
        except NoCopy as error:
            session.error(str(error))


def _table(answer: answers.Answer) -> None:
    currency = answer["currency"]
    click.echo(f"{answer['number']} of {answer['date']}, {answer['customer']}, until {answer['as_of']}")
    print_table(
        "",
        [("date", False), ("what", False), ("document", False), ("amount", True), ("", False)],
        [[one["date"], one["what"], one["document"], spaced(one["amount"]), currency] for one in answer["entries"]],
    )
    for name in ("payable", "received", "credited", "discounted", "set_off", "written_off", "open"):
        if name in {"payable", "received", "open"} or answer[name].strip("0."):
            say(f"  {name.replace('_', ' '):<11} {figure(answer[name]):>14} {currency}")
