"""`bean-invoice customer add`, `change` and `list`."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import click

from beancount_invoicing.actions.customer import CustomerRequest, add_customer, change_customer
from beancount_invoicing.answers.contracts import customer_json
from beancount_invoicing.cli.common import (
    Commands,
    Session,
    as_of_option,
    customer_option,
    customers_wanted,
    date_option,
    examples,
    format_option,
    from_option,
    print_csv,
    print_json,
    print_table,
    today,
)
from beancount_invoicing.cli.completion import complete_accounts, complete_currencies, complete_customers
from beancount_invoicing.cli.key_options import given_values, key_options
from beancount_invoicing.cli.writing import build_write_options, changing, print_outcome, writing_options
from beancount_invoicing.entries import keys
from beancount_invoicing.messages import _
from beancount_invoicing.words import word

COLUMNS = (
    "account", "name", "city", "country", "buyer", "channel", "vat_id", "siren", "email", "phone", "terms", "tax", "language",
    "purchase_order", "reminders", "late_interest", "inactive", "source",
)  # fmt: skip


@click.group(
    cls=Commands, epilog=examples("customer list", "customer change Kerbrat --email factures@kerbrat.example -w")
)
def customer_group() -> None:
    """Customers: add, change, list."""


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


@customer_group.command("list", epilog=examples("customer list", "customer list Alpina --format json"))
@customer_option
@click.option("--all", "everybody", is_flag=True, help="Include former customers (inactive).")
@as_of_option
@format_option
@click.pass_obj
def customer_list_command(session: Session, customer: str, everybody: bool, as_of: date, form: str) -> None:
    """List customers as of a day."""
    ledger = session.open()
    wanted = customers_wanted(session, ledger.book, customer)
    if wanted is None:
        return
    customers = [dated.at(as_of) for account, dated in ledger.book.customers.items() if not wanted or account in wanted]
    rows = [customer_json(customer) for customer in customers if everybody or wanted or not customer.inactive]
    if form == "json":
        print_json(rows)
    elif form == "csv":
        print_csv(COLUMNS, [[row[name] for name in COLUMNS] for row in rows])
    else:
        print_table(
            _("Customers as of {day}", day=as_of),
            [
                (_("account"), False),
                (_("name"), False),
                (_("town"), False),
                ("", False),
                (_("goes by"), False),
                (_("e-mail"), False),
                (_("terms"), False),
                ("", False),
            ],
            [
                [
                    row["account"],
                    row["name"],
                    row["city"],
                    row["country"],
                    word(row["channel"]),
                    row["email"],
                    row["terms"] or ledger.book.option("terms", as_of),
                    _("inactive") if row["inactive"] else "",
                ]
                for row in rows
            ],
        )
