"""`bean-invoice bank match`."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from beancount_invoicing.actions.bank_match import MatchedMoney, match_ledger
from beancount_invoicing.answers.amounts import Answer
from beancount_invoicing.answers.bank_lines import bank_line_json
from beancount_invoicing.cli.bank_import import COLUMNS, csv_row, print_lines
from beancount_invoicing.cli.common import (
    Session,
    examples,
    format_option,
    print_csv,
    print_json,
    since_option,
    until_option,
)
from beancount_invoicing.cli.writing import build_write_options, changing, print_outcome, writing_options
from beancount_invoicing.messages import _


@click.command("match", epilog=examples("bank match", "bank match --since 2026-10 --format json"))
@since_option("Only entries from this day on.")
@until_option("Only entries up to this day.")
@writing_options
@format_option
@click.pass_obj
def bank_match_command(
    session: Session, since: date | None, until: date | None, write: bool, into: Path | None, commit: bool, form: str
) -> None:
    """Match money that the ledger already has, but that settles nothing, with what customers owe: --write writes what
    is certain into these entries; everything else is shown with the reasons.
    """
    if into:
        raise click.UsageError(_("entries are changed in place: leave --into out"))
    way = build_write_options(write, None, commit)
    with changing(session):
        done = match_ledger(session.find(), since, until, way)
        answers = [_as_json(money) for money in done.found]
        if form == "json":
            print_json(answers)
        elif form == "csv":
            print_csv(COLUMNS, [csv_row(answer) for answer in answers])
        else:
            if answers:
                print_lines(answers, _("Money that settles nothing"))
            print_outcome(done.outcome, way)


def _as_json(money: MatchedMoney) -> Answer:
    """As of a line of a statement; `entry` is the text that the entry gets, or would get, `source` where it is."""
    answer = bank_line_json(money.booked)
    answer["bank_id"] = answer["bank_id"] or None
    answer["entry"] = f"{money.new_text}\n" if money.new_text else None
    return answer
