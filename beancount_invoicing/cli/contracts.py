"""`bean-invoice contracts` and `bean-invoice unbilled`."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import click

from beancount_invoicing import actions, billing
from beancount_invoicing.actions import answers
from beancount_invoicing.cli.colours import marked
from beancount_invoicing.cli.common import (
    F,
    Session,
    as_of_option,
    as_of_option_named,
    customer_option,
    examples,
    explain_option,
    format_option,
    notice,
    print_csv,
    print_json,
    print_table,
    spaced,
)
from beancount_invoicing.cli.completion import complete_contracts
from beancount_invoicing.model import Book
from beancount_invoicing.receivables import retained
from beancount_invoicing.rules.steps import describe

LONG = 60
"""Days after which what waits to be billed gets a warning."""

CONTRACT = (
    "code", "mode", "customer", "account", "text", "currency", "price", "contract_price", "change_orders", "quantity", "every",
    "start", "ends", "renews", "notice_by", "paused", "billed", "unbilled", "left", "next_due", "prepaid", "retained", "accepted",
)  # fmt: skip
_PARTS = ("Waits", "Running", "Total")
WAITING = (
    "customer", "contract", "what", "item", "text", "from", "to", "since", "days", "quantity", "price", "net", "currency",
)  # fmt: skip


def _of(command: F) -> F:
    """CUSTOMER, `--contract`."""
    return customer_option(
        click.option("--contract", default="", shell_complete=complete_contracts, help="Only this contract.")(command)
    )


def _wanted(session: Session, book: Book, customer: str, contract: str) -> billing.Wanted | None:
    """The contracts of the customers that are named, and of a code; None where there are none such, which is an error."""
    try:
        wanted = actions.contracts_wanted(book, customer, contract)
    except (actions.CannotBill, actions.UnknownCustomer) as error:
        session.error(str(error))
        return None
    if said := actions.whom(book, customer, wanted.customers):
        notice(said)
    return wanted


@click.command(epilog=examples("contracts", "contracts --contract KERB-MAINT --explain"))
@_of
@as_of_option
@format_option
@explain_option
@click.pass_obj
def contracts(session: Session, customer: str, contract: str, as_of: date, form: str, explain: bool) -> None:
    """List contracts: prices in force, what is billed and left, what is next, when notice must be given."""
    ledger = session.open()
    wanted = _wanted(session, ledger.book, customer, contract)
    if wanted is None:
        return
    standings = billing.standings(ledger.book, as_of, wanted)
    kept = {one.contract: one for one in retained(ledger.book, ledger.allocated_at(as_of))}
    rows = [answers.contract(one, kept.get(one.contract.code), explain) for one in standings]
    if form == "json":
        print_json(rows)
    elif form == "csv":
        print_csv(CONTRACT, [[row[name] for name in CONTRACT] for row in rows])
    else:
        print_table(
            f"Contracts as of {as_of}",
            [("code", False), ("customer", False), ("what", False), ("price", True), ("", False), ("every", False),
             ("billed", True), ("unbilled", True), ("left", True), ("next", False), ("ends", False), ("notice by", False)],
            [
                [row["code"], row["customer"], row["text"] + (", paused" if row["paused"] else ""), spaced(row["price"]),
                 row["currency"], row["every"] or row["mode"], spaced(row["billed"]),
                 marked(spaced(row["unbilled"]), "new" if row["unbilled"] and row["unbilled"].strip("-0.") else None),
                 spaced(row["left"]), row["next_due"], row["ends"], row["notice_by"]]
                for row in rows
            ],
        )  # fmt: skip
        for one in standings if explain else ():
            for place, step in enumerate(one.steps):
                click.echo(("" if place else f"\n{one.contract.code}\n") + f"  {describe(step)}")

    for one, row in zip(standings, rows, strict=True) if form == "table" else ():
        if one.orders:
            notice(
                f"{one.contract.code}: contract price {row['contract_price']}, change orders {one.changed_by:+f}, in all"
                f" {row['price']} {one.currency}"
            )
        if one.prepaid:
            notice(f"{one.contract.code}: {row['prepaid']} {one.currency} of deposits is not deducted yet")
    for one in standings:
        back = kept.get(one.contract.code)
        if back and form == "table":
            until = f"accepted on {back.accepted}" if back.accepted else "not accepted yet"
            due = f", due from {back.due} on" if back.due else ""
            notice(f"{back.contract}: {back.open} {back.currency} is kept back, its works are {until}{due}")


@click.command(epilog=examples("unbilled -u month-end", "unbilled --as-of end-of-last-year --running"))
@_of
@click.option(
    "--running", "run", is_flag=True, help="With what has run of periods that may only be billed later, by their days."
)
@as_of_option_named("--until", "-u", "--date")
@format_option
@click.pass_obj
def unbilled(session: Session, customer: str, contract: str, run: bool, as_of: date, form: str) -> None:
    """List what may be billed and is not: by customer, with its value and age."""
    ledger = session.open()
    wanted = _wanted(session, ledger.book, customer, contract)
    if wanted is None:
        return
    then = billing.cut_off(ledger.book, as_of)
    waiting, notices = billing.waiting(then, as_of, wanted)
    running = billing.running(then, as_of, wanted) if run else []
    waiting = [*waiting, *running]
    waiting.sort(key=lambda one: (one.customer, one.contract.code, one.line.since, one.line.item))
    rows = [answers.waits(one, as_of, ledger.book.items) for one in waiting]
    if form == "json":
        print_json(rows)
    elif form == "csv":
        print_csv(WAITING, [[row[name] for name in WAITING] for row in rows])
    elif not rows:
        click.echo(f"Nothing waits to be billed on {as_of}.")
    else:
        names = {account: dated.at(as_of).name for account, dated in ledger.book.customers.items()}
        totals: dict[tuple[str, str], Decimal] = {}
        for one in waiting:
            parts = ("Running" if one.what == "running" else "Waits", "Total") if running else ("Total",)
            for part in parts:
                totals[one.currency, part] = totals.get((one.currency, part), Decimal(0)) + one.line.net
        print_table(
            f"To be billed as of {as_of}, without tax" + (", with what has run" if run else ""),
            [("customer", False), ("contract", False), ("what", False), ("since", False), ("age", True), ("quantity", True),
             ("price", True), ("net", True), ("", False)],
            [
                [names[row["customer"]], row["contract"], row["text"] or row["item"] or row["what"], row["since"],
                 marked(f"{row['days']} d" if row["days"] >= 0 else "", "doubtful" if row["days"] > LONG else None),
                 row["quantity"], spaced(row["price"]),
                 marked(spaced(row["net"]), "done" if row["what"] == "running" else "new"), row["currency"]]
                for row in rows
            ],
            [
                [part, "", "", "", "", "", "", spaced(str(total)), currency]
                for (currency, part), total in sorted(totals.items(), key=lambda one: (one[0][0], _PARTS.index(one[0][1])))
            ],
        )  # fmt: skip
    for left_out in notices:
        notice(left_out.said)
    for one in waiting:
        days = (as_of - one.line.since).days
        if days > LONG:
            what = one.line.text or one.line.item or one.what
            notice(f"warning: {one.contract.code}, {what}: has been waiting for {days} days, more than {LONG}: bill it")
