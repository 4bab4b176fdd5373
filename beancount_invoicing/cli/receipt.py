"""`bean-invoice receipt`."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from beancount_invoicing.actions import bad_debts, receipt
from beancount_invoicing.answers import amounts
from beancount_invoicing.answers.statements import receipt_json
from beancount_invoicing.cli.common import (
    Session,
    as_of_option_named,
    documents_argument,
    examples,
    explain_option,
    folder_option,
    format_option,
    output_format_option,
    print_assumed_notice,
    print_csv,
    print_json,
    print_notice,
    print_table,
    say,
    say_whom,
    spaced,
)
from beancount_invoicing.cli.echo import echo, label_width
from beancount_invoicing.cli.render import print_written
from beancount_invoicing.cli.send import channel_option, only_with_send, retry_option, send_for_command
from beancount_invoicing.cli.show import amount_in_sentence
from beancount_invoicing.cli.writing import build_write_options, sending_options
from beancount_invoicing.delivery.dispatch import Dispatch, HeldDispatch
from beancount_invoicing.documents.written_files import Output
from beancount_invoicing.languages import translated
from beancount_invoicing.ledger import Ledger
from beancount_invoicing.messages import _
from beancount_invoicing.model import Book, Channel
from beancount_invoicing.receivables import Receipt
from beancount_invoicing.rules.steps import describe_step
from beancount_invoicing.words import word


@click.command(epilog=examples("receipt F2026-0055", "receipt F2026-0055 --to pdf -o letters"))
@documents_argument
@as_of_option_named("--until", "-u", "--date")
@folder_option(None)
@output_format_option("")
@format_option
@explain_option
@click.option(
    "--acquitted", is_flag=True, help="With -o, --to or --send: copies of the invoices themselves, as paid in full."
)
@click.option("--send", "sending", is_flag=True, help="Send them (-o: the folder of what is sent by hand).")
@click.option("--again", is_flag=True, help="With --send: once more what was sent on that day already.")
@channel_option
@retry_option
@sending_options
@click.pass_obj
def receipt_command(
    session: Session,
    words: tuple[str, ...],
    as_of: date,
    folder: Path | None,
    outputs: tuple[Output, ...],
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
        raise click.UsageError(_("--acquitted writes files: say -o FOLDER or --to pdf; or send them, --send"))
    if not words:
        raise click.UsageError(_("name the documents: NUMBER…, or CUSTOMER"))

    def told_of(book: Book) -> tuple[Receipt, ...]:
        """The receipts that there are; says of each other document why it has none, and fails."""
        say_whom(book, () if sending else words)
        found = receipt.receipts_for(book, as_of, words, unique_customer=sending)
        for why in found.missing:
            session.error(why)
        return found.receipts

    if sending:

        def make(opened: Ledger) -> list[Dispatch | HeldDispatch]:
            of = bad_debts.dispatches_of_receipted_invoices if acquitted else receipt.dispatches_of_receipts
            return list(of(opened, told_of(opened.book), channel))

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
    print_assumed_notice(ledger.book, as_of)
    receipts = told_of(ledger.book)
    told = [receipt_json(receipt, explain) for receipt in receipts]
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
        for one, answer in zip(receipts, told, strict=True):
            _table(answer)
            if explain:
                for step in one.steps:
                    echo(_("  {step}", step=describe_step(step)))
    if folder or outputs:
        make_files = bad_debts.render_receipted_invoices if acquitted else receipt.render_receipts
        try:
            print_written(
                session, make_files(ledger.book, receipts, folder or Path(), outputs or ("pdf",), print_notice)
            )
        except NoCopy as error:
            session.error(str(error))


def _table(answer: amounts.Answer) -> None:
    currency = answer["currency"]
    echo(
        _(
            "{number} of {day}, {customer}, until {answer_day}",
            number=answer["number"],
            day=answer["date"],
            customer=answer["customer"],
            answer_day=answer["as_of"],
        )
    )
    print_table(
        "",
        [(_("date"), False), (_("what"), False), (_("document"), False), (_("amount"), True), ("", False)],
        [[one["date"], one["what"], one["document"], spaced(one["amount"]), currency] for one in answer["entries"]],
    )
    names = ["payable", "received", "credited", "discounted", "set_off", "written_off", "open"]
    width = label_width([name.replace("_", " ") for name in names])
    for name in names:
        if name in {"payable", "received", "open"} or answer[name].strip("0."):
            label = translated(word(name.replace("_", " ")))
            say(f"  {label:<{width}} {amount_in_sentence(answer[name]):>14} {currency}")
