"""`bean-invoice accounting lock`."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from beancount_invoicing.actions import lock
from beancount_invoicing.cli import days
from beancount_invoicing.cli.common import Session, date_option, examples, today
from beancount_invoicing.cli.writing import build_write_options, changing, print_outcome, writing_options
from beancount_invoicing.messages import _


@click.command("lock", epilog=examples("accounting lock 2026-09-30 -w", "accounting lock 2026-Q3"))
@click.argument("period", metavar="DAY|PERIOD")
@date_option("The day on which the books are closed, or opened again.")
@click.option(
    "--reopen",
    "reason",
    default="",
    metavar="REASON",
    help="Take the last lock back, and record why: nothing is deleted.",
)
@writing_options
@click.pass_obj
def lock_command(
    session: Session, period: str, day: date, reason: str, write: bool, into: Path | None, commit: bool
) -> None:
    """Close the books up to a day, or up to the end of a period: nothing dated by then may change any more.

    The ledger gets a fingerprint of everything that counts up to that day. From then on, whatever is added there, changed or
    taken out is an error that says what it is.
    """
    way = build_write_options(write, into, commit)
    try:
        last_day = days.period_said(period, today())[1]
    except ValueError:
        raise click.UsageError(
            _(
                "{period} is neither a day nor a period: write 2026-09-30, 2026-09, 2026-Q3 or 2026, for example",
                period=period,
            )
        ) from None
    with changing(session):
        if reason:
            print_outcome(lock.reopen(session.find(), last_day, reason, day, way), way)
        else:
            print_outcome(lock.lock(session.find(), last_day, day, way), way)
