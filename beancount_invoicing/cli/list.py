"""`bean-invoice list`."""

from __future__ import annotations

import sys
from datetime import date
from decimal import Decimal

import click

from beancount_invoicing.answers import amounts
from beancount_invoicing.answers.documents import listed_json
from beancount_invoicing.cli.colours import BY_STATUS, in_colour, marked, row_marked
from beancount_invoicing.cli.common import (
    Number,
    OneOf,
    Session,
    as_of_option,
    customer_option,
    customers_wanted,
    examples,
    format_option,
    print_assumed_notice,
    print_csv,
    print_json,
    print_table,
    since_option,
    spaced,
    until_option,
)
from beancount_invoicing.documents import search
from beancount_invoicing.documents.search import STATUSES, DocumentFilter
from beancount_invoicing.messages import _
from beancount_invoicing.words import word

COLUMNS = (
    "number", "kind", "date", "due", "customer", "accounts", "currency", "net", "tax", "total", "withheld", "prepaid",
    "payable", "settled", "open", "status", "disputed", "days_overdue",
)  # fmt: skip


@click.command(
    "list",
    epilog=examples(
        "list --open",
        "list --status overdue",
        "list Habitat --amount 7200.81",
        "list --since last-month --until last-month",
        "list --format csv",
    ),
)
@customer_option
@click.option("--status", "statuses", multiple=True, type=OneOf(STATUSES), help="Only these; may be repeated.")
@click.option("--open", "unsettled", is_flag=True, help="Only what is not settled, written off or void.")
@since_option("Only documents of this day or later.")
@until_option("Only documents of this day or earlier.")
@click.option(
    "--amount", type=Number(), metavar="AMOUNT",
    help="Only documents of this amount: net, total, payable or open, in full or for one instalment.",
)  # fmt: skip
@as_of_option
@format_option
@click.pass_obj
def list_command(
    session: Session,
    statuses: tuple[str, ...],
    unsettled: bool,
    customer: str,
    since: date | None,
    until: date | None,
    amount: Decimal | None,
    as_of: date,
    form: str,
) -> None:
    """List invoices, credit notes and drafts, with their status."""
    if unsettled and statuses:
        raise click.UsageError(_("give either --open or --status"))
    if unsettled:
        statuses = tuple(status for status, style in BY_STATUS.items() if style != "done")
    ledger = session.open()
    print_assumed_notice(ledger.book, as_of)
    whose = customers_wanted(session, ledger.book, customer)
    if whose is None:
        return
    wanted = DocumentFilter(statuses, whose, since, until, amount)
    rows = [listed_json(position) for position in search.select_documents(ledger.book, as_of, wanted)]
    if form == "json":
        print_json(rows)
    elif form == "csv":
        print_csv(COLUMNS, [[" ".join(row[c]) if c == "accounts" else row[c] for c in COLUMNS] for row in rows])
    else:
        coloured = in_colour(sys.stdout)
        print_table(
            _("Documents as of {day}", day=as_of),
            [
                (_("number"), False),
                (_("date"), False, "spare"),
                (_("due"), False),
                (_("customer"), False),
                (_("payable"), True, "below"),
                (_("settled"), True, "spare"),
                (_("open"), True),
                ("", False),
                (_("status"), False),
                (_("late"), True),
            ],
            [_cells(row, coloured) for row in rows],
        )


def _cells(row: amounts.Answer, coloured: bool) -> list[str]:
    """A row of the table; what is late or contested is coloured where it says so, what is settled or a draft throughout."""
    contested = bool(row["disputed"] and row["disputed"].strip("0."))
    style = BY_STATUS[row["status"]] if coloured else None
    cells = [
        row["number"],
        row["date"],
        row["due"],
        owed_by(row),
        spaced(row["payable"]),
        spaced(row["settled"]),
        spaced(row["open"]),
        row["currency"],
        _("{status}, disputed", status=word(row["status"])) if contested else word(row["status"]),
        _("{days_overdue} d", days_overdue=row["days_overdue"]) if row["days_overdue"] else "",
    ]
    if not coloured or (style != "late" and not contested):
        return row_marked(cells, style)
    places = {2, 6, 8, 9}  # due, open, status, late
    return [
        marked(cell, "doubtful" if contested else style) if at in places else cell or ""
        for at, cell in enumerate(cells)
    ]


def owed_by(row: amounts.Answer) -> str:
    """Who owes a document, or owed it: the invoiced customer, unless others took it over."""
    return ", ".join(row["owed_by"]) or row["customer"] or ""
