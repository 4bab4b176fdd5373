"""`bean-invoice show`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import click

from beancount_invoicing.answers import amounts
from beancount_invoicing.answers.documents import cash_discount_texts, document_json, explanation_steps
from beancount_invoicing.cli.colours import BY_STATUS, painted
from beancount_invoicing.cli.common import (
    Session,
    as_of_option,
    examples,
    explain_option,
    format_option,
    print_assumed_notice,
    print_csv,
    print_json,
    print_table,
    relative,
    say,
    spaced,
)
from beancount_invoicing.cli.completion import complete_numbers
from beancount_invoicing.cli.list import COLUMNS
from beancount_invoicing.documents import search
from beancount_invoicing.documents.search import UnknownNumber
from beancount_invoicing.model import TaxAmount
from beancount_invoicing.rules.steps import describe_step


@click.command(epilog=examples("show F2026-0067", "show F2026-0064 --explain"))
@click.argument("number", shell_complete=complete_numbers)
@as_of_option
@format_option
@explain_option
@click.pass_obj
def show_command(session: Session, number: str, as_of: date, form: str, explain: bool) -> None:
    """Show one document: lines, taxes, due dates, what settled it, what happened to it."""
    ledger = session.open()
    print_assumed_notice(ledger.book, as_of)
    try:
        (position,) = search.find_documents(ledger.book, as_of, [number])
    except UnknownNumber as error:
        session.error(str(error))
        return
    answer = document_json(position, explain)
    if form == "json":
        print_json(answer)
        return
    if form == "csv":
        print_csv(COLUMNS, [[" ".join(answer[c]) if c == "accounts" else answer[c] for c in COLUMNS]])
        return
    currency = answer["currency"] or ""
    now = "" if answer["owed_by"] in ([], [answer["customer"]]) else f"; owed by {' and '.join(answer['owed_by'])}"
    click.echo(f"{answer['number']}  {answer['kind']} of {answer['date']}, {answer['customer'] or 'no customer'}{now}")
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
                    spaced(line["price"]),
                    line["discount"],
                    line["tax"],
                    spaced(line["net"]),
                ]
                for line in answer["lines"]
            ],
        )
    for name in ("net", "tax", "total", "withheld", "prepaid", "payable", "settled", "open"):
        if answer[name] is not None and (name not in {"withheld", "prepaid"} or Decimal(answer[name])):
            say(f"  {name:<8} {spaced(answer[name]):>14} {currency}")
    days = answer["days_overdue"]
    late = f", {days} day{'s' * (days != 1)} late" if days else ""
    mark = BY_STATUS[answer["status"]]
    click.echo(f"  {painted(answer['status'] + late, mark) if mark else answer['status']}")
    section("Tax", (tax_line(amount, currency) for amount in position.invoice.taxes))
    section(
        "Due",
        (
            f"{_when(each)}: {amount_in_sentence(each['amount'])} {currency}, open {amount_in_sentence(each['open'])}"
            for each in answer["instalments"]
        ),
    )
    section(
        "With cash discount",
        (f"{day}: {amount_in_sentence(amount)} {currency}" for day, amount in cash_discount_texts(position.invoice)),
    )
    section(
        "Settled by",
        (
            f"{each['date']}: {amount_in_sentence(each['amount'])} {currency}, {each['how']}, {relative(each['source'])}"
            for each in answer["allocations"]
        ),
    )
    section(
        "Taken over",
        (
            f"{each['date']}: {amount_in_sentence(each['amount'])} {currency} by {each['by']} from {each['from']}, "
            f"{relative(each['source'])}"
            for each in answer["taken_over"]
        ),
    )
    section(
        "What happened",
        (
            f"{each['date']}: {each['event']}{' ' + str(each['level']) if each['level'] else ''}, {each['note']}"
            for each in answer["events"]
        ),
    )
    if explain:
        section("How the figures came about", map(describe_step, explanation_steps(position)))


def tax_line(amount: TaxAmount, currency: str) -> str:
    """One tax in a line: its rate, its base, what it comes to, and what of it is booked in another currency."""
    rate = format(-amount.tax.rate if amount.tax.withholding else amount.tax.rate, "f")
    base, tax = (amount_in_sentence(amounts.amount_text(each, currency) or "") for each in (amount.base, amount.amount))
    line = f"{amount.tax.code}: {rate} % of {base} = {tax} {currency}"
    if amount.booked_currency:
        booked = amount_in_sentence(amounts.amount_text(amount.booked, amount.booked_currency) or "")
        line += f", booked as {booked} {amount.booked_currency}"
    return line


def section(title: str, lines: Iterable[str]) -> None:
    """Prints lines under a title; nothing where there are none."""
    for number, line in enumerate(lines):
        if not number:
            click.echo(f"\n{title}")
        say(f"  {line}")


def amount_in_sentence(amount: str) -> str:
    """An amount in a sentence: thousands apart, nothing as 0.00."""
    return spaced(amount) if Decimal(amount) else amount


def _when(instalment: Mapping[str, Any]) -> str:
    return str(instalment["due"] or f"after the works of {instalment['retained']} are accepted")
