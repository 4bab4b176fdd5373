"""`bean-invoice bad-debts`."""

from __future__ import annotations

from datetime import date

import click

from beancount_invoicing.actions import bad_debts, copies
from beancount_invoicing.answers.statements import bad_debt_json
from beancount_invoicing.cli.common import (
    Session,
    as_of_option,
    documents_argument,
    examples,
    print_csv,
    print_json,
    print_notice,
    print_table,
    say_whom,
    spaced,
)
from beancount_invoicing.cli.echo import echo
from beancount_invoicing.cli.page_options import (
    PageOptions,
    page_file_options,
    page_sending_options,
    refuse_options_of_sending,
    send_pages,
    write_pages,
)
from beancount_invoicing.customer_search import UnknownCustomer
from beancount_invoicing.delivery.dispatch import Dispatch, HeldDispatch
from beancount_invoicing.documents.search import UnknownNumber
from beancount_invoicing.ledger import Ledger
from beancount_invoicing.messages import _
from beancount_invoicing.model import Book
from beancount_invoicing.receivables import BadDebt
from beancount_invoicing.rules.steps import describe_step

COLUMNS = ("number", "date", "customer", "written_off", "net", "tax", "amount", "currency")


@click.command(
    "bad-debts", epilog=examples("bad-debts", "bad-debts F2026-0024 -o letters", "bad-debts Fournil --list -o letters")
)
@documents_argument
@as_of_option
@click.option(
    "--list",
    "as_list",
    is_flag=True,
    help="With -o or --send: one list per customer instead of a copy of each invoice.",
)
@page_file_options
@click.pass_obj
@page_sending_options
def bad_debts_command(session: Session, words: tuple[str, ...], as_of: date, as_list: bool, page: PageOptions) -> None:
    """Show what was written off: the amount without tax, and the tax; with -o or --to, write the copies that tell the
    customer that it cannot deduct that tax (France: "facture demeurée impayée", CGI, art. 272); with --send, send them.
    """
    if page.sending:

        def make(ledger: Ledger) -> list[Dispatch | HeldDispatch]:
            debts = _bad_debts(session, ledger.book, words, as_of, unique=True) or ()
            return list(copies.dispatches_of_duplicates(ledger, debts, page.channel, as_list=as_list))

        send_pages(session, make, as_of, page)
        return
    refuse_options_of_sending(page)
    ledger = session.open()
    say_whom(ledger.book, words)
    debts = _bad_debts(session, ledger.book, words, as_of, unique=False)
    if debts is None:
        return
    if page.writes_files:
        write_pages(session, copies.render_duplicates(ledger.book, debts, *page.files, print_notice, as_list=as_list))
    else:
        _print_bad_debts(debts, as_of, page)


def _bad_debts(
    session: Session, book: Book, words: tuple[str, ...], as_of: date, *, unique: bool
) -> tuple[BadDebt, ...] | None:
    """What was written off of what is asked for; says of each other document why there is nothing, and fails. None if it is
    unknown what is asked for."""
    try:
        found, missing = bad_debts.bad_debts(book, as_of, words, unique_customer=unique)
    except (UnknownNumber, UnknownCustomer) as error:
        session.error(str(error))
        return None
    for reason in missing:
        session.error(reason)
    return found


def _print_bad_debts(debts: tuple[BadDebt, ...], as_of: date, page: PageOptions) -> None:
    rows = [bad_debt_json(debt, page.explain) for debt in debts]
    if page.form == "json":
        print_json(rows)
    elif page.form == "csv":
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
        if page.explain:
            for debt in debts:
                echo(debt.position.invoice.number)
                for step in debt.steps:
                    echo(_("  {step}", step=describe_step(step)))
