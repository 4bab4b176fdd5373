"""`bean-invoice credit`."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import click

from beancount_invoicing import actions
from beancount_invoicing.cli.changing import changing, how, print_outcome, write_options
from beancount_invoicing.cli.common import Day, Session, explain_option, format_option, today
from beancount_invoicing.cli.completion import complete_numbers


def _lines(ctx: click.Context, param: click.Parameter, value: str) -> tuple[tuple[int, Decimal | None], ...]:
    result = []
    for part in filter(None, map(str.strip, value.split(","))):
        match = re.fullmatch(r"(\d{1,6})(?:\s*[x×]\s*(\d+(?:\.\d+)?))?", part)
        if not match:
            raise click.BadParameter(f"{part} is no line: write 1,3 or, for a part of it, 3x2.5", ctx=ctx, param=param)
        result.append((int(match[1]), Decimal(match[2]) if match[2] else None))
    return tuple(result)


@click.command()
@click.argument("number", shell_complete=complete_numbers)
@click.option(
    "--lines",
    callback=_lines,
    default="",
    metavar="1,3x2",
    help="Only these lines, counted from 1; with x, only so much of the quantity.",
)
@click.option("--note", default="", help="Why: printed on the credit note.")
@click.option("--reopen", is_flag=True, help="What was billed under a contract may be billed again.")
@click.option("--date", "day", type=Day(), default=today, show_default="today", help="The date of the credit note.")
@click.option("--draft", is_flag=True, help="Write a draft.")
@write_options
@format_option
@explain_option
@click.pass_obj
def credit(
    session: Session,
    number: str,
    lines: tuple[tuple[int, Decimal | None], ...],
    note: str,
    reopen: bool,
    day: date,
    draft: bool,
    write: bool,
    into: Path | None,
    commit: bool,
    form: str,
    explain: bool,
) -> None:
    """Credit a document: all of it, or some of its lines."""  # fmt: skip
    way = how(write, into, commit)
    wanted = actions.CreditWanted(number, lines, note, reopen)
    with changing(session):
        outcome = actions.credit(session.find(), wanted, actions.Dating(day, draft), way)
        print_outcome(outcome, way, form, explain)
