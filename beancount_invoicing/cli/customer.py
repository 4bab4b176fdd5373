"""`bean-invoice customer add`, `change`, `list` and `show`; `check` is in a module of its own."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import click

from beancount_invoicing.actions.customer import CustomerRequest, add_customer, change_customer
from beancount_invoicing.answers.standing import CUSTOMER_COLUMNS, standing_json, standing_with_evidence_json
from beancount_invoicing.cash import standings
from beancount_invoicing.cli.common import (
    Commands,
    OneOf,
    Session,
    as_of_option,
    customer_option,
    customers_wanted,
    date_option,
    examples,
    explain_option,
    format_option,
    from_option,
    print_assumed_notice,
    print_csv,
    print_json,
    table_or_json_option,
    today,
)
from beancount_invoicing.cli.completion import complete_accounts, complete_currencies, complete_customers
from beancount_invoicing.cli.customer_check import customer_check_command
from beancount_invoicing.cli.customer_standing import SORTS, print_standing, print_standings, sorted_standings
from beancount_invoicing.cli.echo import echo
from beancount_invoicing.cli.key_options import given_values, key_options
from beancount_invoicing.cli.writing import build_write_options, changing, print_outcome, writing_options
from beancount_invoicing.entries import keys
from beancount_invoicing.messages import _


@click.group(
    cls=Commands,
    epilog=examples(
        "customer list", "customer show Kerbrat", "customer change Kerbrat --email factures@kerbrat.example -w"
    ),
)
def customer_group() -> None:
    """Customers: add, change, list, check, and how they stand."""


customer_group.add_command(customer_check_command)


@customer_group.command(
    "add",
    epilog=examples(
        'customer add "Boulangerie Le Fournil SARL" --city Rennes --country FR --email compta@fournil.example -w'
    ),
)
@click.argument("name")
@click.option(
    "--account",
    default="",
    shell_complete=complete_accounts,
    help="The account. Default: next to the other customers' accounts, named after the customer.",
)
@click.option(
    "--currency", default="", shell_complete=complete_currencies, help="The currency in which the customer is billed."
)
@click.option("--another", is_flag=True, help="This is a different customer from the one of the same name.")
@key_options(keys.CUSTOMER, except_keys=("customer",))
@date_option("The first day on which it applies. Default: the first day of this year.", default=None, edge="first")
@writing_options
@click.pass_obj
def customer_add_command(
    session: Session,
    /,
    name: str,
    account: str,
    currency: str,
    another: bool,
    day: date | None,
    write: bool,
    into: Path | None,
    commit: bool,
    **values: Any,
) -> None:
    """Add a customer: open its account, with the data that documents need."""
    way = build_write_options(write, into, commit)
    wanted = CustomerRequest(name, given_values(keys.CUSTOMER, values), account, currency, another)
    with changing(session):
        outcome = add_customer(session.find(), wanted, day or today().replace(month=1, day=1), way)
        print_outcome(outcome, way)


@customer_group.command(
    "change", epilog=examples("customer change Garnier --email compta@garnier.example --from 2026-12-01 -w")
)
@click.argument("customer", shell_complete=complete_customers)
@from_option
@click.option("--name", default=None, help="Its new legal name.")
@key_options(keys.CUSTOMER_AMENDMENT, except_keys=("customer",))
@writing_options
@click.pass_obj
def customer_change_command(
    session: Session,
    /,
    customer: str,
    day: date,
    name: str | None,
    write: bool,
    into: Path | None,
    commit: bool,
    **values: Any,
) -> None:
    """Amend a customer from a day on: only what you give changes. An option with an empty value ("") removes what was
    there.
    """
    way = build_write_options(write, into, commit)
    told = ({"customer": name} if name else {}) | given_values(keys.CUSTOMER_AMENDMENT, values)
    with changing(session):
        print_outcome(change_customer(session.find(), customer, day, told, way), way)


@customer_group.command(
    "list", epilog=examples("customer list", "customer list --sort exposure", "customer list Alpina --format json")
)
@customer_option
@click.option("--all", "everybody", is_flag=True, help="Include former customers (inactive).")
@click.option(
    "--sort", type=OneOf(SORTS), default="name", show_default=True, help="By name, or by a figure, the largest first."
)
@as_of_option
@format_option
@click.pass_obj
def customer_list_command(session: Session, customer: str, everybody: bool, sort: str, as_of: date, form: str) -> None:
    """List customers as of a day: how they pay, what they may owe, and what to agree next time."""
    ledger = session.open()
    wanted = customers_wanted(session, ledger.book, customer)
    if wanted is None:
        return
    shown = [
        account
        for account, dated in ledger.book.customers.items()
        if (account in wanted if wanted else everybody or not dated.at(as_of).inactive)
    ]
    found = standings(ledger.book, as_of, ledger.allocated_at(as_of), shown) if shown else ()
    rows = sorted_standings(ledger.book, found, sort)
    if form == "json":
        print_json([standing_json(row) for row in rows])
    elif form == "csv":
        answers = [standing_json(row) for row in rows]
        print_csv(CUSTOMER_COLUMNS, [[answer[name] for name in CUSTOMER_COLUMNS] for answer in answers])
    else:
        print_standings(ledger.book, rows, _("Customers as of {day}", day=as_of))


@customer_group.command(
    "show", epilog=examples("customer show Kerbrat", "customer show Vandamme --explain --as-of 2026-11-30")
)
@click.argument("customer", shell_complete=complete_customers)
@as_of_option
@table_or_json_option
@explain_option
@click.pass_obj
def customer_show_command(session: Session, customer: str, as_of: date, form: str, explain: bool) -> None:
    """Show a customer: how it pays, its promises, its exposure and limit, what to agree next time."""
    ledger = session.open()
    wanted = customers_wanted(session, ledger.book, customer)
    if wanted is None:
        return
    print_assumed_notice(ledger.book, as_of)
    found = standings(ledger.book, as_of, ledger.allocated_at(as_of), wanted)
    if form == "json":
        print_json([standing_with_evidence_json(standing) for standing in found])
        return
    for number, standing in enumerate(found):
        if number:
            echo("")
        print_standing(ledger.book, standing, explain=explain)
