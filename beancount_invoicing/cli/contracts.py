"""`bean-invoice contracts` and `bean-invoice unbilled`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

import click

from beancount_invoicing import billing, customer_search
from beancount_invoicing.actions import bill
from beancount_invoicing.answers import amounts
from beancount_invoicing.answers.billing import unbilled_json
from beancount_invoicing.answers.contracts import contract_json
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
    print_csv,
    print_json,
    print_notice,
    print_table,
    spaced,
)
from beancount_invoicing.cli.completion import complete_contracts
from beancount_invoicing.cli.echo import echo
from beancount_invoicing.customer_search import UnknownCustomer
from beancount_invoicing.messages import _
from beancount_invoicing.model import Book
from beancount_invoicing.receivables import Retention, open_retentions
from beancount_invoicing.rules.steps import describe_step
from beancount_invoicing.words import interval, word
from beancount_invoicing.writing.new_documents import InvalidRequest

LONG_WAIT_DAYS = 60
"""Number of days after which unbilled items get a warning."""

CONTRACT_COLUMNS = (
    "code", "mode", "customer", "account", "text", "currency", "price", "contract_price", "change_orders", "quantity", "every",
    "start", "ends", "renews", "notice_by", "paused", "billed", "unbilled", "left", "next_due", "prepaid", "retained", "accepted",
)  # fmt: skip
_PARTS = (_("Waits"), _("Running"), _("Total"))
UNBILLED_COLUMNS = (
    "customer", "contract", "what", "item", "text", "from", "to", "since", "days", "quantity", "price", "net", "currency",
)  # fmt: skip


def _of(command: F) -> F:
    """CUSTOMER, `--contract`."""
    return customer_option(
        click.option("--contract", default="", shell_complete=complete_contracts, help="Only this contract.")(command)
    )


def _wanted(session: Session, book: Book, customer: str, contract: str) -> billing.ContractFilter | None:
    """The contracts of the customers that are named, and of a code; None if there are none such, which is an error."""
    try:
        wanted = bill.contract_filter(book, customer, contract)
    except (InvalidRequest, UnknownCustomer) as error:
        session.error(str(error))
        return None
    if text := customer_search.ambiguous_name_notice(book, customer, wanted.customers):
        print_notice(text)
    return wanted


@click.command(epilog=examples("contracts", "contracts --contract KERB-MAINT --explain"))
@_of
@as_of_option
@format_option
@explain_option
@click.pass_obj
def contracts_command(session: Session, customer: str, contract: str, as_of: date, form: str, explain: bool) -> None:
    """List contracts: prices in force, what is billed and left, what is next, when notice must be given."""
    ledger = session.open()
    wanted = _wanted(session, ledger.book, customer, contract)
    if wanted is None:
        return
    standings = billing.contract_statuses(ledger.book, as_of, wanted)
    retentions = {
        retention.contract: retention for retention in open_retentions(ledger.book, ledger.allocated_at(as_of))
    }
    rows = [contract_json(standing, retentions.get(standing.contract.code), explain) for standing in standings]
    if form == "json":
        print_json(rows)
    elif form == "csv":
        print_csv(CONTRACT_COLUMNS, [[row[name] for name in CONTRACT_COLUMNS] for row in rows])
    else:
        _contracts_table(rows, as_of)
        if explain:
            _explain_steps(standings)
        for standing, row in zip(standings, rows, strict=True):
            _print_change_orders(standing, row)
        for standing in standings:
            if retention := retentions.get(standing.contract.code):
                _print_retention(retention)


def _contracts_table(rows: list[amounts.Answer], as_of: date) -> None:
    print_table(
        _("Contracts as of {day}", day=as_of),
        [
            (_("code"), False),
            (_("customer"), False),
            (_("what"), False),
            (_("price"), True),
            ("", False),
            (_("every"), False),
            (_("billed"), True),
            (_("unbilled"), True),
            (_("left"), True),
            (_("next"), False),
            (_("ends"), False),
            (_("notice by"), False),
        ],
        [
            [
                row["code"],
                row["customer"],
                (_("{text}, paused", text=row["text"]) if row["paused"] else _("{text}", text=row["text"])),
                spaced(row["price"]),
                row["currency"],
                interval(row["every"] or row["mode"]),
                spaced(row["billed"]),
                marked(spaced(row["unbilled"]), "new" if row["unbilled"] and row["unbilled"].strip("-0.") else None),
                spaced(row["left"]),
                row["next_due"],
                row["ends"],
                row["notice_by"],
            ]
            for row in rows
        ],
    )


def _explain_steps(standings: Sequence[billing.ContractStatus]) -> None:
    """How the figures of each contract came about."""
    for standing in standings:
        for place, step in enumerate(standing.steps):
            echo(
                _("  {step}", step=describe_step(step))
                if place
                else _("\n{contract}\n  {step}", contract=standing.contract.code, step=describe_step(step))
            )


def _print_change_orders(status: billing.ContractStatus, row: amounts.Answer) -> None:
    """What change orders make of the price, and which deposits are not deducted yet."""
    if status.change_orders:
        print_notice(
            _(
                "{contract}: contract price {contract_price}, change orders {change_orders_total}, in all "
                "{price} {currency}",
                contract=status.contract.code,
                contract_price=row["contract_price"],
                change_orders_total=f"{status.change_orders_total:+f}",
                price=row["price"],
                currency=status.currency,
            )
        )
    if status.prepaid:
        print_notice(
            _(
                "{contract}: {prepaid} {currency} of deposits has not been deducted yet",
                contract=status.contract.code,
                prepaid=row["prepaid"],
                currency=status.currency,
            )
        )


def _print_retention(retention: Retention) -> None:
    """What is kept back of the works of a contract, and until when."""
    until = _("accepted on {accepted}", accepted=retention.accepted) if retention.accepted else _("not accepted yet")
    due = _(", due from {due} on", due=retention.due) if retention.due else ""
    print_notice(
        _(
            "{contract}: {amount} {currency} is kept back, its works are {until}{due}",
            contract=retention.contract,
            amount=retention.open,
            currency=retention.currency,
            until=until,
            due=due,
        )
    )


@click.command(epilog=examples("unbilled -u month-end", "unbilled --as-of end-of-last-year --running"))
@_of
@click.option(
    "--running", "run", is_flag=True, help="Include periods that have begun but can only be billed later, by days."
)
@as_of_option_named("--until", "-u", "--date")
@format_option
@click.pass_obj
def unbilled_command(session: Session, customer: str, contract: str, run: bool, as_of: date, form: str) -> None:
    """List what may be billed and has not been: by customer, with its value and age."""
    ledger = session.open()
    wanted = _wanted(session, ledger.book, customer, contract)
    if wanted is None:
        return
    then = billing.book_at_cutoff(ledger.book, as_of)
    waiting, notices = billing.unbilled_lines(then, as_of, wanted)
    running = billing.accrued_lines(then, as_of, wanted) if run else []
    waiting = [*waiting, *running]
    waiting.sort(key=lambda line: (line.customer, line.contract.code, line.line.billable_from, line.line.item))
    rows = [unbilled_json(line, as_of, ledger.book.items) for line in waiting]
    if form == "json":
        print_json(rows)
    elif form == "csv":
        print_csv(UNBILLED_COLUMNS, [[row[name] for name in UNBILLED_COLUMNS] for row in rows])
    elif not rows:
        echo(_("Nothing waits to be billed on {day}.", day=as_of))
    else:
        names = {account: dated.at(as_of).name for account, dated in ledger.book.customers.items()}
        _unbilled_table(rows, waiting, names, as_of, run)
    for left_out in notices:
        print_notice(left_out.one_line)
    _warn_of_long_waits(waiting, as_of)


def _unbilled_table(
    rows: list[amounts.Answer], lines: Sequence[billing.UnbilledLine], names: Mapping[str, str], as_of: date, run: bool
) -> None:
    """What waits to be billed, with its totals; `run`: and what has run."""
    running = any(line.kind == "running" for line in lines)
    totals: dict[tuple[str, str], Decimal] = {}
    for line in lines:
        parts = ("Running" if line.kind == "running" else "Waits", "Total") if running else ("Total",)
        for part in parts:
            totals[line.currency, part] = totals.get((line.currency, part), Decimal(0)) + line.line.net
    print_table(
        (
            _("To be billed as of {day}, without tax, including periods that have begun", day=as_of)
            if run
            else _("To be billed as of {day}, without tax", day=as_of)
        ),
        [
            (_("customer"), False),
            (_("contract"), False),
            (_("what"), False),
            (_("since"), False),
            (_("age"), True),
            (_("quantity"), True),
            (_("price"), True),
            (_("net"), True),
            ("", False),
        ],
        [
            [
                names[row["customer"]],
                row["contract"],
                row["text"] or row["item"] or word(row["what"]),
                row["since"],
                marked(
                    _("{days} d", days=row["days"]) if row["days"] >= 0 else "",
                    "doubtful" if row["days"] > LONG_WAIT_DAYS else None,
                ),
                row["quantity"],
                spaced(row["price"]),
                marked(spaced(row["net"]), "done" if row["what"] == "running" else "new"),
                row["currency"],
            ]
            for row in rows
        ],
        [
            [_PARTS[_PARTS.index(part)], "", "", "", "", "", "", spaced(str(total)), currency]
            for (currency, part), total in sorted(
                totals.items(), key=lambda total: (total[0][0], _PARTS.index(total[0][1]))
            )
        ],
    )


def _warn_of_long_waits(lines: Sequence[billing.UnbilledLine], as_of: date) -> None:
    for line in lines:
        days = (as_of - line.line.billable_from).days
        if days > LONG_WAIT_DAYS:
            subject = line.line.text or line.line.item or line.kind
            print_notice(
                _(
                    "warning: {contract}, {subject}: waiting for {days} days, more than {long_wait_days}: bill it",
                    contract=line.contract.code,
                    subject=subject,
                    days=days,
                    long_wait_days=LONG_WAIT_DAYS,
                )
            )
