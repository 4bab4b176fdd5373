"""`bean-invoice item add`, `price` and `list`."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import click

from beancount_invoicing.actions import item
from beancount_invoicing.actions.item import ItemRequest
from beancount_invoicing.answers.contracts import item_json, item_price
from beancount_invoicing.cli.common import (
    Commands,
    Number,
    OneOf,
    Session,
    as_of_option,
    date_option,
    examples,
    format_option,
    from_option,
    print_csv,
    print_json,
    print_table,
    spaced,
    today,
)
from beancount_invoicing.cli.completion import complete_income, complete_items, complete_taxes, complete_units
from beancount_invoicing.cli.writing import build_write_options, changing, print_outcome, writing_options
from beancount_invoicing.messages import _, _p
from beancount_invoicing.model import Dated, Item
from beancount_invoicing.words import word

COLUMNS = (
    "code", "name", "account", "unit", "price", "price_with_tax", "since", "tax", "nature", "next_price", "next_from", "source",
)  # fmt: skip


@click.group(cls=Commands, epilog=examples("item list", "item price ETU 92 --from 2027-01-01 -w"))
def item_group() -> None:
    """Items that are sold: add, price, list."""


@item_group.command("add", epilog=examples('item add AUDIT "Audit énergétique" --price 980 --unit day -w'))
@click.argument("code")
@click.argument("name")
@click.option("--price", type=Number(), help="Unit price without tax.")
@click.option("--price-with-tax", type=Number(), help="Unit price including tax.")
@click.option("--unit", default="", shell_complete=complete_units, help='Such as "hour", "day", "month", "piece".')
@click.option("--tax", default="", shell_complete=complete_taxes, help="Tax code.")
@click.option(
    "--nature", type=OneOf(["goods", "services", "electronic"]), help="Goods, services, or electronic services."
)
@click.option(
    "--account",
    default="",
    shell_complete=complete_income,
    help="Income account. Default: that of most items, or the only one.",
)
@date_option("The first day on which it applies. Default: the first day of this year.", default=None, edge="first")
@writing_options
@click.pass_obj
def item_add_command(
    session: Session,
    code: str,
    name: str,
    price: Decimal | None,
    price_with_tax: Decimal | None,
    unit: str,
    tax: str,
    nature: str | None,
    account: str,
    day: date | None,
    write: bool,
    into: Path | None,
    commit: bool,
) -> None:
    """Add an item."""
    if price is not None and price_with_tax is not None:
        raise click.UsageError(_("an item's price is either without or with tax, not both"))
    way = build_write_options(write, into, commit)
    wanted = ItemRequest(code, name, account, price, price_with_tax, unit, tax, nature or "")
    with changing(session):
        outcome = item.add_item(session.find(), wanted, day or today().replace(month=1, day=1), way)
        print_outcome(outcome, way)


@item_group.command("price", epilog=examples("item price ETU 92 --from 2027-01-01 -w"))
@click.argument("code", shell_complete=complete_items)
@click.argument("price", type=Number())
@from_option
@click.option("--with-tax/--without-tax", default=None, help="Whether it includes tax. Default: as before.")
@writing_options
@click.pass_obj
def item_price_command(
    session: Session,
    code: str,
    price: Decimal,
    day: date,
    with_tax: bool | None,
    write: bool,
    into: Path | None,
    commit: bool,
) -> None:
    """Change the price of an item from a day on, for every customer without a price of their own."""
    way = build_write_options(write, into, commit)
    with changing(session):
        print_outcome(item.price_item(session.find(), code, price, with_tax, day, way), way)


@item_group.command("list", epilog=examples("item list", "item list --as-of 2027-01-01 --format csv"))
@as_of_option
@format_option
@click.pass_obj
def item_list_command(session: Session, as_of: date, form: str) -> None:
    """List items, with their prices on a day and those that follow."""
    ledger = session.open()
    rows = [item_json(dated.at(as_of), *_priced(dated, as_of)) for dated in ledger.book.items.values()]
    if form == "json":
        print_json(rows)
    elif form == "csv":
        print_csv(COLUMNS, [[row[name] for name in COLUMNS] for row in rows])
    else:
        print_table(
            _("Items as of {day}", day=as_of),
            [
                (_("code"), False),
                (_("name"), False),
                (_("price"), True),
                ("", False),
                (_("unit"), False),
                (_("tax"), False),
                (_("since"), False),
                (_p("price", "then"), True),
                (_p("price", "from"), False),
                (_("account"), False),
            ],
            [
                [
                    row["code"],
                    row["name"],
                    spaced(row["price"] or row["price_with_tax"]),
                    _("with tax") if row["price_with_tax"] else "",
                    word(row["unit"]),
                    row["tax"],
                    row["since"],
                    spaced(row["next_price"]),
                    row["next_from"],
                    row["account"],
                ]
                for row in rows
            ],
        )


def _priced(dated: Dated[Item], as_of: date) -> tuple[date, tuple[date, Item] | None]:
    """Since when an item has the price that it has on a day, and its next one."""
    since, before = dated.versions[0][0], dated.first
    for day, version in dated.versions:
        if item_price(version) != item_price(before):
            if day > as_of:
                return since, (day, version)
            since, before = day, version
    return since, None
