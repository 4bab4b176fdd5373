"""`bean-invoice prepaid`."""

from __future__ import annotations

from datetime import date

import click

from beancount_invoicing import billing
from beancount_invoicing.actions import bill
from beancount_invoicing.answers import amounts
from beancount_invoicing.answers.billing import prepaid_json
from beancount_invoicing.cli.common import (
    Session,
    as_of_option,
    customer_option,
    examples,
    format_option,
    print_csv,
    print_json,
    print_table,
    spaced,
)
from beancount_invoicing.cli.completion import complete_contracts
from beancount_invoicing.cli.echo import echo
from beancount_invoicing.customer_search import UnknownCustomer
from beancount_invoicing.messages import _, _p
from beancount_invoicing.writing.new_documents import InvalidRequest

PREPAID_COLUMNS = ("contract", "customer", "text", "currency", "balance", "waits", "left", "units_left")
PERIOD = ("from", "to", "included", "carried", "used", "beyond", "left")
MOVEMENT_WORDS = {"deposit": _("deposit"), "deducted": _("used"), "given-back": _("given back")}


@click.command(epilog=examples("prepaid", "prepaid --contract KERB-MAINT --as-of month-end"))
@click.option("--contract", default="", shell_complete=complete_contracts, help="Only this contract.")
@customer_option
@as_of_option
@format_option
@click.pass_obj
def prepaid_command(session: Session, contract: str, customer: str, as_of: date, form: str) -> None:
    """Show what customers have paid ahead: deposits and included units, what was used, and what is left."""
    ledger = session.open()
    try:
        wanted = bill.contract_filter(ledger.book, customer, contract)
    except (InvalidRequest, UnknownCustomer) as error:
        session.error(str(error))
        return
    found = billing.prepaid_balances(ledger.book, as_of, wanted)
    rows = [prepaid_json(balance) for balance in found]
    if form == "json":
        print_json(rows)
        return
    if form == "csv":
        print_csv(PREPAID_COLUMNS, [[row[name] for name in PREPAID_COLUMNS] for row in rows])
        return
    if not rows:
        echo(_("Nothing is prepaid on {day}.", day=as_of))
    for row in rows:
        title = f"{row['contract']}, {row['text']}: {row['customer']}"
        if row["movements"]:
            _movements(title, row)
        if row["periods"]:
            print_table(
                _("{title}, units", title=title),
                [
                    (_("from"), False),
                    (_("to"), False),
                    (_("included"), True),
                    (_("carried over"), True),
                    (_("used"), True),
                    (_("beyond"), True),
                    (_("left"), True),
                ],
                [[period[name] for name in PERIOD] for period in row["periods"]],
            )


def _movements(title: str, row: amounts.Answer) -> None:
    """The documents of a contract's deposits, and what is left."""
    units = (
        _("left, {units_left} units at the price of the day", units_left=row["units_left"])
        if row["units_left"]
        else _("left")
    )
    waits = ["", "", _("waiting to be billed"), spaced("-" + row["waits"]), "", ""]
    print_table(
        _("{title}, without tax", title=title),
        [
            (_("date"), False), (_("document"), False), (_p("movement", "what"), False), (_("amount"), True),
            (_("balance"), True), ("", False),
        ],
        [
            [
                movement["date"], movement["number"], MOVEMENT_WORDS[movement["what"]],
                spaced(movement["amount"]), spaced(movement["balance"]), row["currency"],
            ]
            for movement in row["movements"]
        ],
        [
            *([waits] if row["waits"].strip("0.") else []),
            ["", "", units, "", spaced(row["left"]), row["currency"]],
        ],
    )  # fmt: skip
