"""`bean-invoice new`."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import click

from beancount_invoicing import customer_search
from beancount_invoicing.actions import new
from beancount_invoicing.actions.new import InvoiceRequest
from beancount_invoicing.cli.asking import ask
from beancount_invoicing.cli.common import DayParam, Session, date_option, examples, explain_option, format_option
from beancount_invoicing.cli.completion import (
    complete_currencies,
    complete_customers,
    complete_deposits,
    complete_income,
    complete_items,
    complete_numbers,
)
from beancount_invoicing.cli.echo import confirm, echo
from beancount_invoicing.cli.writing import build_write_options, changing, print_outcome, writing_options, yes_option
from beancount_invoicing.customer_search import UnknownCustomer
from beancount_invoicing.ledger import LedgerLoader
from beancount_invoicing.messages import _
from beancount_invoicing.model import Book
from beancount_invoicing.writing.changes import Refused, WriteOptions
from beancount_invoicing.writing.new_documents import DocumentDating


@click.command(
    epilog=examples(
        'new Kerbrat "6.5 ETU" -w',
        'new Kerbrat "2 CAPTEUR @ 120 -10%" "1 Déplacement @ 45 [FR20E]" --account Income:Etudes',
    )
)
@click.argument("customer", required=False, shell_complete=complete_customers)
@click.argument("lines", nargs=-1, metavar="[LINE]...", shell_complete=complete_items)
@date_option("The date of the invoice.")
@click.option(
    "--account",
    default="",
    shell_complete=complete_income,
    help="Income account of lines that have no item. Default: the only one.",
)
@click.option(
    "--currency",
    default="",
    shell_complete=complete_currencies,
    help="The currency, if the customer's account can have several.",
)
@click.option("--narration", default="", help="The entry's narration. Default: the texts of the lines.")
@click.option("--note", default="", help="A text printed on the invoice.")
@click.option("--purchase-order", default="", help="The buyer's order number.")
@click.option("--terms", default="", help="Payment terms of this invoice.")
@click.option("--due", type=DayParam(), metavar="DATE", help="Its due date.")
@click.option(
    "--deduct",
    multiple=True,
    metavar="NUMBER",
    shell_complete=complete_deposits,
    help="A deposit to be deducted; may be repeated.",
)
@click.option(
    "--delivered", type=DayParam(), metavar="DATE", help="The day of the supply, if it is not the invoice date."
)
@click.option(
    "--from", "start", type=DayParam("first"), metavar="DATE", help="The first day of the period that the lines bill."
)
@click.option("--to", "end", type=DayParam(), metavar="DATE", help="The last day of the period that the lines bill.")
@click.option(
    "--corrects",
    multiple=True,
    metavar="NUMBER",
    shell_complete=complete_numbers,
    help="For a credit note: the invoice that it corrects; may be repeated.",
)
@click.option("--draft", is_flag=True, help="Write a draft.")
@yes_option
@writing_options
@format_option
@explain_option
@click.pass_obj
def new_command(
    session: Session,
    customer: str | None,
    lines: tuple[str, ...],
    day: date,
    account: str,
    currency: str,
    narration: str,
    note: str,
    purchase_order: str,
    terms: str,
    due: date | None,
    deduct: tuple[str, ...],
    delivered: date | None,
    start: date | None,
    end: date | None,
    corrects: tuple[str, ...],
    draft: bool,
    yes: bool,
    write: bool,
    into: Path | None,
    commit: bool,
    form: str,
    explain: bool,
) -> None:
    """Write one invoice. A LINE is a quantity, an item (with a text of your own) or free text, and if needed a price, a
    discount and a tax code: "6.5 DEV", "2 DEV Workshop of 12 January", "2 CAPTEUR @ 120.00 -10%", "1 Audit @ 450
    [FR20]". You are asked for what is missing. A negative line comes after all options and --: -- "-1 Goodwill @ 50".
    """
    way = build_write_options(write, into, commit, yes)
    wanted = InvoiceRequest(
        customer or "", lines, account, currency, narration, note, purchase_order, terms, due, deduct, delivered, start, end,
        corrects,
    )  # fmt: skip
    dating = DocumentDating(day, draft)
    loads = LedgerLoader(session.find())
    if not customer or not lines:
        if not sys.stdin.isatty():
            raise click.UsageError(_('give the customer and the lines: bean-invoice new ACME "6.5 DEV"'))
        wanted, way = _asked(session, loads, wanted, dating, way)
    with changing(session):
        print_outcome(new.new_invoice(session.find(), wanted, dating, way, loads), way, form, explain)


def _asked(
    session: Session, loads: LedgerLoader, wanted: InvoiceRequest, dating: DocumentDating, way: WriteOptions
) -> tuple[InvoiceRequest, WriteOptions]:
    """Asks for what is missing, shows the invoice, and asks whether it shall be written."""
    book = session.open(loads).book
    while not wanted.customer:
        text = ask(_("Customer"), (account.split(":")[-1] for account in book.customers))
        try:
            wanted = wanted._replace(customer=customer_search.find_customer(book, text))
        except UnknownCustomer as error:
            echo(str(error), err=True)
    _show_items(book, dating.day)
    while text := ask(_("Line {count} (leave empty to finish)", count=len(wanted.lines) + 1), book.items, empty=True):
        more = wanted._replace(lines=(*wanted.lines, text))
        try:
            outcome = new.new_invoice(session.find(), more, dating, WriteOptions(), loads)
        except (ValueError, Refused) as error:
            echo(str(error), err=True)
            if "--account" in str(error):
                incomes = sorted(
                    {item.account for dated in book.items.values() for _day, item in dated.versions}
                    or book.opened_accounts
                )
                income = ask(_("Income account"), incomes)
                while income not in book.opened_accounts:
                    echo(
                        _("{income} is not open: choose one of {incomes}", income=income, incomes=", ".join(incomes)),
                        err=True,
                    )
                    income = ask(_("Income account"), incomes)
                wanted = wanted._replace(account=income)
                echo(_("Enter the line again."), err=True)
            continue
        wanted = more
        (invoice,) = outcome.documents
        echo(
            _(
                "  net {net}, tax {tax}, total {total} {currency}",
                net=invoice.net,
                tax=invoice.tax,
                total=invoice.total,
                currency=invoice.currency,
            ),
            err=True,
        )
    if not wanted.lines:
        raise click.Abort
    if not way.write:
        with changing(session):
            echo(new.new_invoice(session.find(), wanted, dating, WriteOptions(), loads).text, nl=False, err=True)
        if session.failed or not confirm(_("Write it?"), err=True):
            raise click.Abort
    return wanted, way._replace(write=True)


def _show_items(book: Book, day: date) -> None:
    for code, dated in book.items.items():
        item = dated.at(day)
        price = item.price if item.price is not None else item.price_with_tax
        echo(
            (
                _("  {code} {item}, {price}", code=f"{code:<12}", item=item.name, price=price)
                if price is not None
                else _("  {code} {item}", code=f"{code:<12}", item=item.name)
            ),
            err=True,
        )
