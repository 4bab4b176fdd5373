"""`bean-invoice correct`."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import click

from beancount_invoicing.actions import correct
from beancount_invoicing.actions.correct import CorrectionRequest
from beancount_invoicing.actions.draft import LineEdit
from beancount_invoicing.billing.correcting import Correction
from beancount_invoicing.cli.common import (
    DayParam,
    Number,
    Session,
    date_option,
    examples,
    explain_option,
    format_option,
)
from beancount_invoicing.cli.completion import complete_customers, complete_income, complete_invoices, complete_taxes
from beancount_invoicing.cli.draft import only_line
from beancount_invoicing.cli.writing import build_write_options, changing, print_outcome, writing_options, yes_option
from beancount_invoicing.ledger import LedgerLoader
from beancount_invoicing.messages import _


@click.command(
    epilog=examples(
        'correct F2026-0064 "Prix convenu" --line 1 --price 600 -w',
        'correct F2026-0064 "Bon de commande oublié" --purchase-order PO-7781',
        'correct F2026-0070 "Destinataire" --customer Kerbrat',
    )
)
@click.argument("number", shell_complete=complete_invoices)
@click.argument("reason")
@click.option(
    "--line",
    "index",
    type=click.IntRange(1),
    metavar="N",
    help="The line that was wrong, counted from 1. Default: the only line.",
)
@click.option("--quantity", type=Number(), help="Its quantity.")
@click.option("--price", type=Number(), help="Its unit price; with tax where the line's own includes it.")
@click.option("--text", help="Its text.")
@click.option("--discount", type=Number(), metavar="PERCENT", help="Percent off the line; 0 for none.")
@click.option(
    "--tax",
    default="",
    metavar="CODE",
    shell_complete=complete_taxes,
    help="The tax code of --line; without --line, of all lines.",
)
@click.option(
    "--from",
    "start",
    type=DayParam("first"),
    metavar="DATE",
    help="The first day of the period of --line; without --line, of all periods.",
)
@click.option("--to", "end", type=DayParam(), metavar="DATE", help="The last day of that period.")
@click.option("--add", multiple=True, metavar="LINE", help='A new line, as in `new`: "1 Audit @ 450"; may be repeated.')
@click.option(
    "--drop", multiple=True, type=click.IntRange(1), metavar="N", help="A line to leave out; may be repeated."
)
@click.option(
    "--account", default="", shell_complete=complete_income, help="Income account of new lines that have no item."
)
@click.option(
    "-c", "--customer", default="", shell_complete=complete_customers, help="Whom the invoice should have gone to."
)
@click.option("--delivered", type=DayParam(), metavar="DATE", help="The day of the supply.")
@click.option("--purchase-order", default="", help="The buyer's order number.")
@click.option("--terms", default="", help="Payment terms; they run from the date of the corrective invoice.")
@click.option("--due", type=DayParam(), metavar="DATE", help="Its due date.")
@click.option(
    "--credit-note/--corrective",
    "by_credit_note",
    default=None,
    help="A credit note and a new invoice, or one corrective invoice. Default: the former for customers with "
    "e-invoices by Peppol.",
)
@date_option("The date of the corrective invoice.")
@yes_option
@writing_options
@format_option
@explain_option
@click.pass_obj
def correct_command(
    session: Session,
    number: str,
    reason: str,
    index: int | None,
    quantity: Decimal | None,
    price: Decimal | None,
    text: str | None,
    discount: Decimal | None,
    tax: str,
    start: date | None,
    end: date | None,
    add: tuple[str, ...],
    drop: tuple[int, ...],
    account: str,
    customer: str,
    delivered: date | None,
    purchase_order: str,
    terms: str,
    due: date | None,
    by_credit_note: bool | None,
    day: date,
    yes: bool,
    write: bool,
    into: Path | None,
    commit: bool,
    form: str,
    explain: bool,
) -> None:
    """Replace an issued invoice by a corrective one.

    The corrective invoice (facture rectificative) cancels the old one and gives REASON. What you do not give stays as
    it was; the customer's details are those of the day, so correct an address first. What was paid counts for the
    corrective invoice.
    """
    way = build_write_options(write, into, commit, yes)
    if not reason.strip():
        raise click.UsageError(
            _('give the reason, as it is to appear on the corrective invoice: correct NUMBER "Agreed price"')
        )
    changes = (quantity, price, text, discount)
    changed = any(change is not None for change in changes)
    if index is not None and not (changed or tax or start or end):
        raise click.UsageError(
            _("say what was wrong with the line: --quantity, --price, --text, --discount, --tax, --from or --to")
        )
    loads = LedgerLoader(session.find())
    with changing(session):
        if changed and index is None:
            index = only_line(loads.load(fresh=way.write).book, number)
        lines: tuple[LineEdit, ...] = ()
        if index is not None:
            lines = (LineEdit(index, *changes, tax or None, start, end),)
            tax, start, end = "", None, None
        correction = Correction(
            reason, lines, frozenset(drop), (), customer, tax, terms, due, delivered, purchase_order
        )
        wanted = CorrectionRequest(number, correction, add, account, start, end, by_credit_note)
        print_outcome(correct.correct(session.find(), wanted, day, way, loads), way, form, explain)
