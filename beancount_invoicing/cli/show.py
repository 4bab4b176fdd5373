"""`bean-invoice show`."""

from __future__ import annotations

from datetime import date

import click

from beancount_invoicing import actions
from beancount_invoicing.actions import answers
from beancount_invoicing.cli.common import (
    Session,
    as_of_option,
    explain_option,
    format_option,
    print_csv,
    print_json,
    print_table,
    relative,
    spaced,
)
from beancount_invoicing.cli.list import COLUMNS
from beancount_invoicing.rules.steps import describe


@click.command()
@click.argument("number")
@as_of_option
@format_option
@explain_option
@click.pass_obj
def show(session: Session, number: str, as_of: date, form: str, explain: bool) -> None:
    """Show one document: lines, taxes, due dates, what settled it, what happened to it."""
    ledger = session.open()
    try:
        (position,) = actions.find(ledger.book, as_of, [number])
    except actions.UnknownNumber as error:
        session.error(str(error))
        return
    answer = answers.shown(position, explain)
    if form == "json":
        print_json(answer)
        return
    if form == "csv":
        print_csv(COLUMNS, [[" ".join(answer[c]) if c == "accounts" else answer[c] for c in COLUMNS]])
        return
    currency = answer["currency"] or ""
    click.echo(f"{answer['number']}  {answer['kind']} of {answer['date']}, {answer['customer'] or 'no customer'}")
    click.echo(f"{relative(position.invoice.source.file)}:{position.invoice.source.line}")
    if answer["lines"]:
        print_table(
            "",
            [
                ("text", False),
                ("quantity", True),
                ("unit", False),
                ("price", True),
                ("less %", True),
                ("tax", False),
                ("net", True),
            ],
            [
                [
                    line["text"],
                    line["quantity"],
                    line["unit"],
                    line["price"],
                    line["discount"],
                    line["tax"],
                    spaced(line["net"]),
                ]
                for line in answer["lines"]
            ],
        )
    for tax in answer["taxes"]:
        click.echo(f"  {tax['code']}: {tax['rate']} % of {spaced(tax['base'])} = {spaced(tax['amount'])} {currency}")
    for name in ("net", "tax", "total", "prepaid", "payable", "settled", "open"):
        if answer[name] is not None:
            click.echo(f"  {name:<8} {spaced(answer[name]):>14} {currency}")
    click.echo(
        f"  status   {answer['status']}" + (f", {answer['days_overdue']} days late" if answer["days_overdue"] else "")
    )
    for each in answer["instalments"]:
        click.echo(f"  due {each['due']}: {spaced(each['amount'])} {currency}, open {spaced(each['open'])}")
    for each in answer["allocations"]:
        click.echo(
            f"  {each['date']} {spaced(each['amount'])} {currency} by {each['how']} ({relative(each['source'])})"
        )
    for each in answer["events"]:
        level = f" {each['level']}" if each["level"] else ""
        click.echo(f"  {each['date']} {each['event']}{level}: {each['note']}")
    if explain:
        click.echo()
        for step in answers.explanation(position):
            click.echo(f"  {describe(step)}")
