"""`bean-invoice tax-due`."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import click

from beancount_invoicing import receivables
from beancount_invoicing.actions import move_taxes
from beancount_invoicing.answers.amounts import Answer
from beancount_invoicing.answers.taxes import taxes_due_json
from beancount_invoicing.cli.common import (
    Session,
    as_of_option,
    customer_option,
    customers_wanted,
    examples,
    explain_option,
    format_option,
    print_assumed_notice,
    print_csv,
    print_json,
    print_notice,
    print_table,
    relative,
    since_option,
    spaced,
    until_option,
)
from beancount_invoicing.cli.echo import echo
from beancount_invoicing.cli.writing import build_write_options, changing, print_outcome, writing_options
from beancount_invoicing.messages import _, _n, _p, joined
from beancount_invoicing.receivables.advances import Advance
from beancount_invoicing.rules.steps import describe_step

SHARE_COLUMNS = (
    "date", "number", "customer", "code", "rate", "base", "amount", "currency", "exchange_rate", "released", "what",
    "written_off", "discount", "source",
)  # fmt: skip
SHARE_WORDS = {"due": "", "lost": _("written off"), "discount": _("discount"), "deducted": _("deducted")}


@click.command(
    "tax-due", epilog=examples("tax-due --since last-month --until last-month", "tax-due --since this-year -w")
)
@customer_option
@since_option("List what became due from this day on; totals of all time follow.")
@until_option("List what became due until this day, as known on --as-of.")
@as_of_option
@writing_options
@format_option
@explain_option
@click.pass_obj
def tax_due_command(
    session: Session,
    customer: str,
    since: date | None,
    until: date | None,
    as_of: date,
    write: bool,
    into: Path | None,
    commit: bool,
    form: str,
    explain: bool,
) -> None:
    """Show which taxes became due on payment, what the books moved, and which entries are missing."""
    way = build_write_options(write, into, commit)
    if since and since > (until or as_of):
        raise click.UsageError(
            _("--since {since} is after --until {until}", since=since, until=until or as_of)
            if until
            else _("--since {since} is after --as-of {until}", since=since, until=until or as_of)
        )
    if write and customer:
        raise click.UsageError(_("the entries are those of all customers: give --write without naming one"))
    if write:
        with changing(session):
            outcome = move_taxes.move_taxes(session.find(), as_of, since, until, way)
            if form == "table":
                print_outcome(outcome, way)
        if session.failed or form == "table":
            return
    ledger = session.open()
    print_assumed_notice(ledger.book, as_of)
    due = receivables.tax_due(ledger.book, as_of)
    whose = customers_wanted(session, ledger.book, customer)
    if whose is None:
        return
    if whose:
        billed = ledger.book.invoices
        due = due.for_documents(
            {invoice.number for invoice in billed if invoice.customer and invoice.customer.account in whose}, whose
        )
    answer = taxes_due_json(due, since, until, explain)
    if form == "json":
        print_json(answer)
        return
    if form == "csv":
        print_csv(SHARE_COLUMNS, [[row[name] for name in SHARE_COLUMNS] for row in answer["shares"]])
        return
    if not customer and not due.totals and not due.on_account:
        echo(_('No tax falls due on payment here (invoice-tax with due-on: "payment").'))
        return
    _tables(answer, since, until or as_of)
    asked = due.within(since, until)
    if explain:
        for share in asked.tax_shares:
            echo(_("\n{day} {number} {pending}", day=share.date, number=share.number, pending=share.pending.code))
            for step in share.steps:
                echo(_("  {step}", step=describe_step(step)))
    if asked.missing:
        entries = joined("\n", (move_taxes.missing_entry(ledger.book, entry, column=0) for entry in asked.missing))
        echo(_("What still has to be moved in the books:\n\n{entries}", entries=entries))
    _notices(due, asked)


def _tables(answer: Any, since: date | None, until: date) -> None:
    if not answer["totals"] and not answer["shares"]:
        return
    _shares_table(answer["shares"], since, until)
    if answer["period"]:
        _period_table(answer["period"])
    if answer["totals"]:  # of one customer there are none
        _totals_table(answer["totals"])


def _shares_table(shares: list[Answer], since: date | None, until: date) -> None:
    print_table(
        (
            _("Tax that became due by payments from {since} to {until}", since=since, until=until)
            if since
            else _("Tax that became due by payments to {until}", until=until)
        ),
        [
            (_("date"), False),
            (_("number"), False),
            (_("customer"), False),
            (_("code"), False),
            (_("rate"), True),
            (_("base"), True),
            (_p("tax", "due"), True),
            ("", False),
            ("", False),
        ],
        [
            [
                row["date"],
                row["number"],
                row["customer"],
                row["code"],
                f"{row['rate']} %",
                spaced(row["base"]),
                spaced(row["amount"]),
                row["currency"],
                SHARE_WORDS[row["what"]],
            ]
            for row in shares
        ],
    )


def _period_table(period: list[Answer]) -> None:
    print_table(
        _("By code and rate"),
        [(_("code"), False), (_("rate"), True), (_("base"), True), (_p("tax", "due"), True), (_("cancelled"), True), ("", False)],
            [
                [row["code"], f"{row['rate']} %", *(spaced(row[name]) for name in ("base", "due", "cancelled")), row["currency"]]
                for row in period
            ],
    )  # fmt: skip


def _totals_table(totals: list[Answer]) -> None:
    print_table(
        _("By code, of all time"),
        [
            (_("code"), False),
            (_("waits on"), False),
            (_("booked"), True),
            (_p("tax", "due"), True),
            (_("moved"), True),
            (_("to move"), True),
            (_("cancelled"), True),
            (_("to take off"), True),
            ("", False),
        ],
        [
            [
                row["code"] or _("(no tax: key)"),
                row["pending"],
                *(spaced(row[name]) for name in ("booked", "due", "moved", "to_move", "cancelled", "to_cancel")),
                row["currency"],
            ]
            for row in totals
        ],
    )


def _notices(due: receivables.TaxDue, asked: receivables.TaxDue) -> None:
    for advance in asked.on_account:
        print_advance(advance)
    for line in (line for entry in asked.missing for line in entry.lines):
        if line.difference and not line.exchange:
            print_notice(
                _(
                    '{pending}: no account for exchange differences is known: write custom "invoice-option" '
                    '"exchange-account" Expenses:…',
                    pending=line.pending.code,
                )
            )
    hidden = len(due.missing) - len(asked.missing)
    if hidden:
        print_notice(
            _n(
                hidden,
                "{hidden} more entry is missing outside this period",
                "{hidden} more entries are missing outside this period",
                hidden=hidden,
            )
        )
    for total in due.totals:
        if total.to_cancel:
            _print_tax_to_cancel(total)


def print_advance(advance: Advance) -> None:
    """Prints that tax may be due on money that is allocated to no invoice."""
    codes = ", ".join(tax.code for tax in advance.taxes)
    due = (
        _("{tax} {currency} of {codes}", tax=advance.tax, currency=advance.payment.currency, codes=codes)
        if advance.tax is not None
        else _("tax ({codes})", codes=codes)
    )
    place = f"{relative(advance.payment.source.file)}:{advance.payment.source.line}"
    print_notice(
        _(
            "{customer}: {amount} {currency} received on {day} is not allocated to any invoice ({place}): if it "
            "is for services known by then, {subject} is due on it since that day; invoice it (as a deposit, for "
            "example), or write what it settles",
            customer=advance.customer,
            amount=advance.amount,
            currency=advance.payment.currency,
            day=advance.payment.date,
            place=place,
            subject=due,
        )
    )


def _print_tax_to_cancel(total: receivables.TaxTotal) -> None:
    """Prints that less, or more, was taken off than was lost or given up."""
    amount, where = f"{abs(total.to_cancel)} {total.pending.currency}", total.pending.account
    print_notice(
        _(
            "{pending}: {amount} of tax on what was written off or given up is still on {where}: take it off "
            'in that transaction, with tax: "{pending}"',
            pending=total.pending.code,
            amount=amount,
            where=where,
        )
        if abs(total.taken_off) < abs(total.cancelled)
        else _(
            "{pending}: {amount} too much tax was taken off {where} as lost or given up: put it back in that "
            'transaction, with tax: "{pending}"',
            pending=total.pending.code,
            amount=amount,
            where=where,
        )
    )
