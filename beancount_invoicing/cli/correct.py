"""`bean-invoice correct`."""

from __future__ import annotations

import sys
from datetime import date
from decimal import Decimal
from pathlib import Path

import click

from beancount_invoicing.actions import correct
from beancount_invoicing.actions.correct import CorrectionRequest
from beancount_invoicing.actions.draft import LineEdit
from beancount_invoicing.billing.correcting import Correction, Way
from beancount_invoicing.billing.correction_causes import CAUSES, Cause
from beancount_invoicing.billing.correction_effect import CorrectionEffect
from beancount_invoicing.cli.common import (
    DayParam,
    Number,
    OneOf,
    Session,
    date_option,
    examples,
    explain_option,
    format_option,
    print_table,
    spaced,
)
from beancount_invoicing.cli.completion import complete_customers, complete_income, complete_invoices, complete_taxes
from beancount_invoicing.cli.draft import only_line
from beancount_invoicing.cli.echo import confirm
from beancount_invoicing.cli.send import now
from beancount_invoicing.cli.writing import build_write_options, changing, print_outcome, writing_options, yes_option
from beancount_invoicing.documents.search import find_documents
from beancount_invoicing.ledger import LedgerLoader
from beancount_invoicing.messages import _
from beancount_invoicing.writing.changes import WriteOptions


@click.command(
    epilog=examples(
        'correct F2026-0064 "Prix convenu" --because wrong-price --line 1 --price 600',
        'correct F2026-0064 "Bon de commande oublié" --purchase-order PO-7781',
        'correct F2026-0070 "Destinataire" --customer Kerbrat',
    )
)
@click.argument("number", shell_complete=complete_invoices)
@click.argument("reason", default="")
@click.option(
    "--because",
    type=OneOf(CAUSES),
    help="What happened. Asked on a terminal if neither this nor REASON is given.",
)
@click.option(
    "--duplicate-of",
    default="",
    metavar="NUMBER",
    shell_complete=complete_invoices,
    help="With --because doubled: the invoice that is right. The other one is credited.",
)
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
    "e-invoices by Peppol, and --because wrong-customer.",
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
    because: Cause | None,
    duplicate_of: str,
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
    """Put an issued invoice right: ask what happened, show what changes, and write all of it at once.

    A wrong invoice is replaced by a corrective one (facture rectificative), which cancels it and gives REASON, or credited
    and issued anew. One that was refused or rejected is taken out of the books without a credit note, and issued anew. What
    you do not give stays as it was; the customer's details are those of the day, so correct an address first. What was
    paid counts for the new invoice.
    """
    way = build_write_options(write, into, commit, yes)
    asks = _asks(reason, because)
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
        wanted = CorrectionRequest(
            number, correction, add, account, start, end, _WAYS[by_credit_note], because, duplicate_of
        )
        if asks:
            wanted, way = _asked(session, loads, wanted, day, way)
        made = correct.correct(session.find(), wanted, day, way, loads, now())
        print_outcome(made.outcome, way, form, explain)
        if form == "table" and not way.write:
            _print_effect(made.effect)


_WAYS: dict[bool | None, Way | None] = {None: None, True: "credit-note", False: "corrective"}


def _asks(reason: str, because: Cause | None) -> bool:
    """Whether to ask for what is missing. Raises click.UsageError if the reason is, and nobody can be asked."""
    if reason.strip():
        return False
    if sys.stdin.isatty():
        return True
    if because != "refused":
        raise click.UsageError(
            _('give the reason, as it is to appear on the corrective invoice: correct NUMBER "Agreed price"')
        )
    return False


def _asked(
    session: Session, loads: LedgerLoader, wanted: CorrectionRequest, day: date, way: WriteOptions
) -> tuple[CorrectionRequest, WriteOptions]:
    """Asks for what is missing, shows what would be written and what changes, and asks whether it shall be written."""
    from beancount_invoicing.cli.correct_questions import asked

    book = session.open(loads).book
    (position,) = find_documents(book, max(day, book.last_date), [wanted.number])
    wanted = asked(book, position, wanted, day)
    if way.write:
        return wanted, way
    made = correct.correct(session.find(), wanted, day, WriteOptions(today=way.today), loads, now())
    print_outcome(made.outcome, WriteOptions())
    _print_effect(made.effect)
    if session.failed or not confirm(_("Write it?"), err=True):
        raise click.Abort
    return wanted, way._replace(write=True)


def _print_effect(effect: CorrectionEffect) -> None:
    """What the correction changes, in figures."""
    before, after = effect.customer, effect.new_customer
    title = (
        _("What changes for {customer}, {currency}", customer=before, currency=effect.currency)
        if before == after or not after
        else _(
            "What changes: {customer} had it, {new_customer} gets it, {currency}",
            customer=before,
            new_customer=after,
            currency=effect.currency,
        )
    )
    columns = [("", False), (effect.number, True), (_("in its place"), True), (_("difference"), True)]
    figures = {"net": _("without tax"), "to-pay": _("to pay"), "paid": _("paid"), "owed": _("still owed")}
    rows = []
    for row in effect.rows:
        name = _("tax {code}", code=row.detail) if row.figure == "tax" else figures[row.figure]
        rows.append([name, *(spaced(str(amount)) for amount in (row.before, row.after, row.difference))])
    print_table(title, columns, rows)
