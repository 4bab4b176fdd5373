"""`bean-invoice tax-due`."""

from __future__ import annotations

from datetime import date

import click

from beancount_invoicing import receivables
from beancount_invoicing.actions import answers
from beancount_invoicing.cli.common import (
    Day,
    Session,
    as_of_option,
    explain_option,
    format_option,
    notice,
    print_csv,
    print_json,
    print_table,
    say_assumed,
    spaced,
)
from beancount_invoicing.rules.steps import describe

SHARE = ("date", "number", "customer", "code", "amount", "currency", "written_off", "discount", "source")


@click.command("tax-due")
@click.option("--since", type=Day(), help="List what became due from this day on; the totals stay those of all time.")
@as_of_option
@format_option
@explain_option
@click.pass_obj
def tax_due(session: Session, since: date | None, as_of: date, form: str, explain: bool) -> None:
    """Say which taxes on payments became due, what the books moved, and the entries that are missing."""
    ledger = session.open()
    say_assumed(ledger.book, as_of)
    due = receivables.tax_due(ledger.book, as_of)
    answer = answers.taxes_due(due, since, explain)
    if form == "json":
        print_json(answer)
        return
    if form == "csv":
        print_csv(SHARE, [[row[name] for name in SHARE] for row in answer["shares"]])
        return
    if not due.totals:
        click.echo('No tax is owed on payments here (invoice-tax with due-on: "payment").')
        return
    print_table(
        f"Tax that became due by payments{f' from {since}' if since else ''} to {as_of}",
        [("date", False), ("number", False), ("customer", False), ("code", False), ("due", True), ("", False),
         ("", False)],
        [
            [row["date"], row["number"], row["customer"], row["code"], spaced(row["amount"]), row["currency"],
             "written off" if row["written_off"] else "discount" if row["discount"] else ""]
            for row in answer["shares"]
        ],
    )  # fmt: skip
    print_table(
        "By code, of all time",
        [("code", False), ("waits on", False), ("booked", True), ("due", True), ("moved", True), ("to move", True),
         ("cancelled", True), ("to take off", True), ("", False)],
        [
            [row["code"] or "(no tax: key)", row["pending"],
             *(spaced(row[name]) for name in ("booked", "due", "moved", "to_move", "cancelled", "to_cancel")),
             row["currency"]]
            for row in answer["totals"]
        ],
    )  # fmt: skip
    if explain:
        for share in due.shares:
            if not since or share.date >= since:
                click.echo(f"\n{share.date} {share.number} {share.pending.code}")
                for step in share.steps:
                    click.echo(f"  {describe(step)}")
    entry = _entry(due)
    if entry:
        click.echo(f"What the books still have to move:\n\n{entry}")
    for total in due.totals:
        if total.to_cancel:
            notice(
                f"{total.pending.code}: {total.to_cancel} {total.pending.currency} of tax on what was written off is still"
                f" on {total.pending.account}: take it off in the write-off's transaction, with tax:"
                f' "{total.pending.code}"'
            )


def _entry(due: receivables.TaxDue) -> str:
    """The entry that moves what is still to be moved; "" for nothing."""
    lines = []
    for total in due.totals:
        if total.to_move and total.due_account:
            code = f'    tax: "{total.pending.code}"'
            lines += [
                f"  {total.pending.account}  {total.to_move} {total.pending.currency}",
                code,
                f"  {total.due_account}  {-total.to_move} {total.pending.currency}",
                code,
            ]
    return "\n".join([f'{due.as_of} * "Tax due on payments"', *lines]) + "\n" if lines else ""
