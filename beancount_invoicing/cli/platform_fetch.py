"""`bean-invoice platform fetch`."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from beancount_invoicing.answers.received import record_json
from beancount_invoicing.answers.sending import status_json
from beancount_invoicing.cli.common import (
    Session,
    date_option,
    examples,
    print_json,
    print_notice,
    print_table,
    relative,
    table_or_json_option,
)
from beancount_invoicing.cli.echo import echo
from beancount_invoicing.cli.platform_connection import platform_of, talking
from beancount_invoicing.cli.received_add import print_received
from beancount_invoicing.cli.writing import build_write_options, changing, sending_options
from beancount_invoicing.messages import _
from beancount_invoicing.sending.platform_fetch import FetchReport, fetch
from beancount_invoicing.sending.received_fetch import ReceivedReport, fetch_received


@click.command("fetch", epilog=examples("platform fetch", "platform fetch -w"))
@date_option("The day whose settings count.")
@table_or_json_option
@sending_options
@click.pass_obj
def fetch_command(session: Session, day: date, form: str, write: bool, into: Path | None, commit: bool) -> None:
    """Fetch what the platform says of what you sent, and the invoices that suppliers sent you. Each is kept as a file, and
    recorded once. What was in doubt is asked about.
    """
    options = build_write_options(write, into, commit)
    with changing(session), talking(session):
        report = fetch(session.find(), platform_of(day), day, options)
        came = ReceivedReport(())
        try:
            if not report.problem:
                came = fetch_received(session.find(), platform_of(day), day, options)
        finally:  # what was recorded is told, whatever comes after
            _print(session, report, came, form, write=write)


def _print(session: Session, report: FetchReport, came: ReceivedReport, form: str, *, write: bool) -> None:
    if form == "json":
        print_json(
            [*(status_json(told) for told in report.told), *(record_json(invoice.record) for invoice in came.invoices)]
        )
    elif report.told:
        print_table(
            _("What the platform says"),
            [
                (_("day"), False), (_("document"), False), (_("customer"), False), (_("status"), False), (_("reason"), False),
            ],
            [[str(told.day), told.number, told.customer, told.text, told.reason] for told in report.told],
        )  # fmt: skip
    if form != "json":
        for number in report.found:
            echo(_("{number}: the platform has it; it is no longer in doubt", number=number))
        for file in report.files:
            echo(relative(str(file)))
        if came.invoices:
            print_received(came.invoices, form, write=write)
    if not report.told and not report.found and not came.invoices:
        print_notice(_("The platform says nothing new."))
    elif not write and (form == "json" or not any(not invoice.known for invoice in came.invoices)):
        print_notice(_("Nothing is recorded without --write."))
    for problem in filter(None, (report.problem, came.problem)):
        session.error(problem)
