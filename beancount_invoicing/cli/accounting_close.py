"""`bean-invoice accounting close`."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from beancount_invoicing.accounting.closing.proposals import KINDS, CannotClose, ClosingKind
from beancount_invoicing.accounting.closing.report import closing_report
from beancount_invoicing.actions.close import close
from beancount_invoicing.cli.accounting_output import output_options, print_report
from beancount_invoicing.cli.accounting_period import LastDayParam
from beancount_invoicing.cli.common import DayParam, Session, error_line, examples
from beancount_invoicing.cli.completion import complete_list
from beancount_invoicing.cli.writing import build_write_options, changing, print_outcome, writing_options
from beancount_invoicing.ledger import LedgerLoader
from beancount_invoicing.messages import _


@click.command(
    "close",
    epilog=examples(
        "accounting close 2026-12-31 --only accruals,deferred", "accounting close last-month --only deferred -w"
    ),
)
@click.argument("day", type=LastDayParam(), metavar="DAY")
@click.option(
    "--only",
    default="",
    metavar="KIND[,KIND]",
    shell_complete=complete_list(*KINDS),
    help="Only these entries: accruals, deferred, currency, doubtful, deposits, retentions.",
)
@click.option(
    "--as-of",
    type=DayParam(),
    default=None,
    metavar="DATE",
    help="Also accrue what documents until this later day bill of what was supplied by DAY. Default: DAY.",
)
@writing_options
@output_options
@click.pass_obj
def close_command(
    session: Session,
    day: date,
    only: str,
    as_of: date | None,
    write: bool,
    into: Path | None,
    commit: bool,
    form: str | None,
    output: Path | None,
) -> None:
    """Propose the closing entries of a day, each with its reversal on the day after; with -w, write them.

    Invoices to be issued, deferred income, claims in other currencies, doubtful claims, unpaid deposits, retentions. What is
    written already is not proposed again.
    """
    way = build_write_options(write, into, commit)
    kinds = _kinds(only)
    with changing(session):
        try:
            closed = close(LedgerLoader(session.find()), day, kinds, way, as_of)
        except CannotClose as error:
            for finding in error.findings:
                session.error(error_line(finding))
            return
        print_report(session, closing_report(closed.closing, closed.general_ledger, closed.book), form, output)
        if output is None and form in {None, "table"}:
            print_outcome(closed.outcome, way)


def _kinds(only: str) -> tuple[ClosingKind, ...]:
    """The kinds that are named, in the order in which they are shown; all if none is. Raises click.BadParameter."""
    named = [name.strip() for name in only.split(",") if name.strip()]
    for name in named:
        if name not in KINDS:
            raise click.BadParameter(
                _("{name} is not a kind of closing entry: the kinds are {kinds}", name=name, kinds=", ".join(KINDS)),
                param_hint="--only",
            )
    return tuple(kind for kind in KINDS if kind in named or not named)
