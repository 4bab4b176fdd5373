"""`bean-invoice bad-debts`."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from beancount_invoicing import actions
from beancount_invoicing.actions import answers
from beancount_invoicing.cli.common import (
    Session,
    as_of_option,
    documents_argument,
    examples,
    explain_option,
    folder_option,
    format_option,
    notice,
    print_csv,
    print_json,
    print_table,
    say_whom,
    spaced,
    to_option,
)
from beancount_invoicing.cli.render import print_written
from beancount_invoicing.rules.steps import describe

COLUMNS = ("number", "date", "customer", "written_off", "net", "tax", "amount", "currency")


@click.command(
    "bad-debts", epilog=examples("bad-debts", "bad-debts F2026-0024 -o letters", "bad-debts Fournil --list -o letters")
)
@documents_argument
@as_of_option
@click.option(
    "--list", "as_list", is_flag=True, help="With -o: one list for each customer, not a copy of each invoice."
)
@folder_option(None)
@to_option("")
@format_option
@explain_option
@click.pass_obj
def bad_debts(
    session: Session,
    words: tuple[str, ...],
    as_of: date,
    as_list: bool,
    folder: Path | None,
    outputs: tuple[actions.Output, ...],
    form: str,
    explain: bool,
) -> None:
    """What was written off of documents, without tax and its tax; with -o or --to, the copies that tell the customer that it
    cannot deduct that tax (France: "facture demeurée impayée", CGI, art. 272)."""
    from beancount_invoicing.rendering import NoCopy

    ledger = session.open()
    say_whom(ledger.book, words)
    try:
        found = actions.bad_debts(ledger.book, as_of, words)
    except (actions.UnknownNumber, actions.UnknownCustomer) as error:
        session.error(str(error))
        return
    for why in found.missing:
        session.error(why)
    if folder or outputs:
        try:
            print_written(
                session,
                actions.render_unpaid(
                    ledger.book, found.those, folder or Path(), outputs or ("pdf",), notice, as_list=as_list
                ),
            )
        except NoCopy as error:
            session.error(str(error))
        return
    rows = [answers.bad_debt(one, explain) for one in found.those]
    if form == "json":
        print_json(rows)
    elif form == "csv":
        print_csv(COLUMNS, [[row[name] for name in COLUMNS] for row in rows])
    else:
        print_table(
            f"Written off until {as_of}",
            [("number", False), ("date", False), ("customer", False), ("written off", False), ("net", True), ("tax", True),
             ("in all", True), ("", False)],
            [[row["number"], row["date"], row["customer"], row["written_off"], spaced(row["net"]), spaced(row["tax"]),
              spaced(row["amount"]), row["currency"]] for row in rows],
        )  # fmt: skip
        if explain:
            for one in found.those:
                click.echo(one.position.invoice.number)
                for step in one.steps:
                    click.echo(f"  {describe(step)}")
