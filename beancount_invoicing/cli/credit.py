"""`bean-invoice credit`."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path

import click

from beancount_invoicing.actions import credit
from beancount_invoicing.actions.credit import CreditLine, CreditRequest
from beancount_invoicing.cli.common import DayParam, Session, date_option, examples, explain_option, format_option
from beancount_invoicing.cli.completion import complete_numbers, complete_taxes
from beancount_invoicing.cli.writing import build_write_options, changing, print_outcome, writing_options, yes_option
from beancount_invoicing.messages import _
from beancount_invoicing.writing.new_documents import DocumentDating

_LINE = re.compile(r"(?P<index>\d{1,6})(?:\s*[x×]\s*(?P<units>\d+(?:\.\d+)?))?(?:\s*@\s*-\s*(?P<less>\d+(?:\.\d+)?))?")


def _lines(ctx: click.Context, param: click.Parameter, value: str) -> tuple[CreditLine, ...]:
    result = []
    for part in filter(None, map(str.strip, value.split(","))):
        match = _LINE.fullmatch(part)
        if not match:
            message = _(
                "{part} is not a line: write 1,3 or, for a part of a line, 3x2.5, or 1@-5 for a price lower by 5",
                part=part,
            )
            raise click.BadParameter(message, ctx=ctx, param=param)
        units, less = match["units"], match["less"]
        result.append(
            CreditLine(int(match["index"]), Decimal(units) if units else None, Decimal(less) if less else None)
        )
    return tuple(result)


def _amount(ctx: click.Context, param: click.Parameter, value: str | None) -> Decimal | None:
    if value is None:
        return None
    try:
        amount = Decimal(value.replace(",", "."))
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite():
        raise click.BadParameter(
            _("{value} is not an amount: write 50.00, for example", value=value), ctx=ctx, param=param
        )
    return amount


@click.command(
    epilog=examples(
        'credit F2026-0064 "Geste commercial" --lines 1 -w',
        'credit F2026-0070 "Résiliation au 15" --from 2026-10-16',
        'credit F2026-0064 "Différence de prix" --amount 50',
    )
)
@click.argument("number", shell_complete=complete_numbers)
@click.argument("reason", default="")
@click.option(
    "--lines",
    callback=_lines,
    default="",
    metavar="1,3x2,4@-5",
    help="Only these lines, counted from 1; with x, only this part of the quantity; with @-, this much off the price.",
)
@click.option(
    "--amount", callback=_amount, metavar="50.00", help="Only this amount, without tax; give the reason in REASON."
)
@click.option(
    "--tax",
    default="",
    metavar="CODE",
    shell_complete=complete_taxes,
    help="The tax code of --amount. Default: the amount is shared over all codes.",
)
@click.option(
    "--from", "start", type=DayParam("first"), metavar="DATE", help="Only the days from this one on, in billed periods."
)
@click.option("--to", "end", type=DayParam(), metavar="DATE", help="Only the days until this one, in billed periods.")
@click.option("--note", default="", help="The reason, printed on the credit note; the same as REASON.")
@click.option("--reopen", is_flag=True, help="What was billed under a contract may be billed again.")
@date_option("The date of the credit note.")
@click.option("--draft", is_flag=True, help="Write a draft.")
@yes_option
@writing_options
@format_option
@explain_option
@click.pass_obj
def credit_command(
    session: Session,
    number: str,
    reason: str,
    lines: tuple[CreditLine, ...],
    amount: Decimal | None,
    tax: str,
    start: date | None,
    end: date | None,
    note: str,
    reopen: bool,
    day: date,
    draft: bool,
    yes: bool,
    write: bool,
    into: Path | None,
    commit: bool,
    form: str,
    explain: bool,
) -> None:
    """Credit a document, or what is left of it: all of it, some lines, an amount, or days of a period."""
    way = build_write_options(write, into, commit, yes)
    if tax and amount is None:
        raise click.UsageError(_("--tax has no meaning without --amount"))
    wanted = CreditRequest(number, lines, reason or note, reopen, amount, tax, start, end)
    with changing(session):
        outcome = credit.credit(session.find(), wanted, DocumentDating(day, draft), way)
        print_outcome(outcome, way, form, explain)
