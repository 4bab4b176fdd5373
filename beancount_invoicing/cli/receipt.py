"""`bean-invoice receipt`."""

from __future__ import annotations

from datetime import date

import click

from beancount_invoicing.actions import copies, receipt
from beancount_invoicing.answers import amounts
from beancount_invoicing.answers.statements import receipt_json
from beancount_invoicing.cli.common import (
    Session,
    as_of_option_named,
    documents_argument,
    examples,
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
from beancount_invoicing.cli.page_options import (
    PageOptions,
    page_file_options,
    page_sending_options,
    refuse_options_of_sending,
    send_pages,
    write_pages,
)
from beancount_invoicing.cli.show import amount_in_sentence
from beancount_invoicing.delivery.dispatch import Dispatch, HeldDispatch
from beancount_invoicing.languages import translated
from beancount_invoicing.ledger import Ledger
from beancount_invoicing.messages import _, _p
from beancount_invoicing.model import Book
from beancount_invoicing.receivables import Receipt
from beancount_invoicing.rules.steps import describe_step
from beancount_invoicing.words import figure, word


@click.command(epilog=examples("receipt F2026-0055", "receipt F2026-0055 --to pdf -o letters"))
@documents_argument
@as_of_option_named("--until", "-u", "--date")
@page_file_options
@click.option(
    "--acquitted",
    is_flag=True,
    help="With -o, --to or --send: copies of the invoices themselves, marked as paid in full.",
)
@click.pass_obj
@page_sending_options
def receipt_command(session: Session, words: tuple[str, ...], as_of: date, acquitted: bool, page: PageOptions) -> None:
    """Show what was received on documents, and what remains; with -o or --to, write receipts; with --send, send them."""
    if acquitted and not (page.sending or page.writes_files):
        raise click.UsageError(_("--acquitted writes files: give -o FOLDER or --to pdf; or send them, --send"))
    if not words:
        raise click.UsageError(_("name the documents: NUMBER…, or CUSTOMER"))
    if page.sending:

        def make(ledger: Ledger) -> list[Dispatch | HeldDispatch]:
            of = copies.dispatches_of_receipted_invoices if acquitted else receipt.dispatches_of_receipts
            return list(of(ledger, _receipts(session, ledger.book, words, as_of, unique=True), page.channel))

        send_pages(session, make, as_of, page)
        return
    refuse_options_of_sending(page)
    ledger = session.open()
    print_assumed_notice(ledger.book, as_of)
    say_whom(ledger.book, words)
    receipts = _receipts(session, ledger.book, words, as_of, unique=False)
    _print_receipts(receipts, page)
    if page.writes_files:
        make_files = copies.render_receipted_invoices if acquitted else receipt.render_receipts
        write_pages(session, make_files(ledger.book, receipts, *page.files, print_notice))


def _receipts(
    session: Session, book: Book, words: tuple[str, ...], as_of: date, *, unique: bool
) -> tuple[Receipt, ...]:
    """The receipts that there are; says of each other document why it has none, and fails."""
    found, missing = receipt.receipts_for(book, as_of, words, unique_customer=unique)
    for reason in missing:
        session.error(reason)
    return found


def _print_receipts(receipts: tuple[Receipt, ...], page: PageOptions) -> None:
    """The receipts as JSON or CSV, or as tables where no file says it."""
    answers = [receipt_json(receipt, page.explain) for receipt in receipts]
    if page.form == "json":
        print_json(answers)
    elif page.form == "csv":
        print_csv(
            ("number", "customer", "currency", "date", "what", "document", "amount"),
            [
                [
                    answer["number"],
                    answer["customer"],
                    answer["currency"],
                    entry["date"],
                    entry["what"],
                    entry["document"],
                    entry["amount"],
                ]
                for answer in answers
                for entry in answer["entries"]
            ],
        )
    elif not page.writes_files:
        for receipt_of_document, answer in zip(receipts, answers, strict=True):
            _table(answer)
            if page.explain:
                for step in receipt_of_document.steps:
                    echo(_("  {step}", step=describe_step(step)))


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
        [(_("date"), False), (_p("movement", "what"), False), (_("document"), False), (_("amount"), True), ("", False)],
        [
            [entry["date"], word(entry["what"]), entry["document"], spaced(entry["amount"]), currency]
            for entry in answer["entries"]
        ],
    )
    names = ["payable", "received", "credited", "discounted", "set_off", "written_off", "open"]
    width = label_width([name.replace("_", " ") for name in names])
    for name in names:
        if name in {"payable", "received", "open"} or answer[name].strip("0."):
            label = translated(figure(name.replace("_", " ")))
            say(f"  {label:<{width}} {amount_in_sentence(answer[name]):>14} {currency}")
