"""`bean-invoice received answer`."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import click

from beancount_invoicing.cli.common import Number, OneOf, Session, date_option, examples, print_notice, relative
from beancount_invoicing.cli.completion import complete_list, complete_received
from beancount_invoicing.cli.echo import echo
from beancount_invoicing.cli.platform_connection import platform_of, talking
from beancount_invoicing.cli.send import now
from beancount_invoicing.cli.writing import build_write_options, changing, sending_options
from beancount_invoicing.messages import _
from beancount_invoicing.platform.received import REASONS
from beancount_invoicing.sending.received_answers import Answer, AnswerReport, answer_in_words, answer_received

_STATUSES = {"approved": "205", "disputed": "207", "refused": "210", "paid": "211"}


@click.command(
    "answer",
    epilog=examples(
        "received answer 2026-118 approved -w",
        'received answer 2026-118 disputed --code QTE_ERR --reason "two boxes were missing" -w',
    ),
)
@click.argument("invoice", shell_complete=complete_received)
@click.argument("answer", type=OneOf(tuple(_STATUSES)))
@click.option("--reason", default="", metavar="TEXT", help="Why it is disputed or refused.")
@click.option(
    "--code",
    default="",
    metavar="CODE",
    shell_complete=complete_list(*REASONS["207"]),
    help="The reason's code, such as QTE_ERR. A dispute without one: AUTRE.",
)
@click.option("--amount", type=Number(), help="What was paid, if it is not all of the invoice.")
@date_option("The day of the answer.")
@sending_options
@click.pass_obj
def answer_command(
    session: Session,
    invoice: str,
    answer: str,
    reason: str,
    code: str,
    amount: Decimal | None,
    day: date,
    write: bool,
    into: Path | None,
    commit: bool,
) -> None:
    """Answer an invoice, once: you approve, dispute or refuse it, or have paid. The supplier is told through your platform."""
    status = _STATUSES[answer]
    codes = REASONS.get(status, ())
    if code and code not in codes:
        raise click.UsageError(
            _("{code} is no reason for {answer}: {codes}", code=code, answer=answer, codes=", ".join(codes))
            if codes
            else _("--code is for disputed and refused")
        )
    if status == "210" and not code:
        raise click.UsageError(_("a refusal needs --code: {codes}", codes=", ".join(codes)))
    if reason and not codes:
        raise click.UsageError(_("--reason is for disputed and refused"))
    if amount is not None and (status != "211" or amount <= 0):
        raise click.UsageError(_("--amount is what was paid, above zero"))
    options = build_write_options(write, into, commit)
    with changing(session), talking(session):
        given = Answer(status, code, reason, amount)
        _print(session, answer_received(session.find(), platform_of(day), invoice, given, day, now(), options))


def _print(session: Session, report: AnswerReport) -> None:
    name, status = report.name, answer_in_words(report.status)
    if report.state == "failed":
        session.error(_("{name}: {status} was not sent: {reason}", name=name, status=status, reason=report.reason))
    elif report.state == "in-doubt":
        session.error(
            _(
                "{name}: {status} may have been sent: {reason}; answer again, and the platform is asked first",
                name=name,
                status=status,
                reason=report.reason or _("an earlier answer is in doubt"),
            )
        )
    elif report.state == "would-answer":
        echo(_("{name}: {status}", name=name, status=status))
        print_notice(_("Nothing is sent without --write."))
    elif report.state == "noted":
        echo(_("{name}: {status}", name=name, status=status))
        print_notice(
            _("It did not come through a platform: the answer is recorded only; write to {supplier}",
              supplier=report.supplier or _("the supplier"))
        )  # fmt: skip
    else:
        echo(_("{name}: {status}: handed in at the platform", name=name, status=status))
    for file in report.files:
        if file.suffix == ".xml":
            echo(relative(str(file)))
