"""The group of commands."""

from __future__ import annotations

import atexit
import contextlib
import errno
import gc
import os
import sys
from typing import Any

import click

from beancount_invoicing import __version__
from beancount_invoicing.cli.aging import aging
from beancount_invoicing.cli.bill import bill
from beancount_invoicing.cli.check import check
from beancount_invoicing.cli.common import Session, speak_unicode
from beancount_invoicing.cli.contracts import contracts, unbilled
from beancount_invoicing.cli.credit import credit
from beancount_invoicing.cli.deposit import deposit
from beancount_invoicing.cli.einvoice import einvoice
from beancount_invoicing.cli.init import customer, init, item
from beancount_invoicing.cli.interest import interest
from beancount_invoicing.cli.issue import issue
from beancount_invoicing.cli.list import list_documents
from beancount_invoicing.cli.new import new
from beancount_invoicing.cli.receipt import receipt
from beancount_invoicing.cli.remind import remind
from beancount_invoicing.cli.render import render
from beancount_invoicing.cli.seal import seal, verify
from beancount_invoicing.cli.send import send
from beancount_invoicing.cli.show import show
from beancount_invoicing.cli.statement import statement
from beancount_invoicing.cli.tax_due import tax_due
from beancount_invoicing.cli.time import time
from beancount_invoicing.cli.today import today
from beancount_invoicing.cli.validate import validate

# The collector would look through all of a ledger once more when the process ends: nothing of it is garbage before.
atexit.register(gc.freeze)


class _Commands(click.Group):
    """The commands. What they print and cannot be written (a full disk) is said in a line."""

    def invoke(self, ctx: click.Context) -> Any:
        """Runs a command, and makes sure that all of its output is out."""
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
        except OSError as error:
            if error.errno == errno.EPIPE:  # whoever reads has enough: click ends quietly
                raise
            with contextlib.suppress(OSError):  # what is left in the buffer would fail once more at the end
                os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise click.ClickException(
                f"{error.filename or 'the output'}: cannot be written or read: {error.strerror}"
            ) from None
        return result


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "-f", "--file", "named", metavar="LEDGER", help="The ledger; else $BEANCOUNT_FILE, else main.beancount here."
)
@click.version_option(__version__, prog_name="bean-invoice")
@click.pass_context
def main(ctx: click.Context, named: str | None) -> None:
    """Invoices, what is owed, and reminders, from a Beancount ledger."""
    speak_unicode()
    ctx.obj = Session(named)


@main.result_callback()
@click.pass_context
def finish(ctx: click.Context, /, *_results: object, **_values: object) -> None:
    """Exit code 1 where something was wrong."""
    if ctx.obj.failed:
        ctx.exit(1)


for command in (
    check, list_documents, show, aging, statement, receipt, render, remind, interest, tax_due, bill, new, issue, credit, deposit,
    contracts, unbilled, time, init, customer, item, send, seal, verify, einvoice, validate, today,
):  # fmt: skip
    main.add_command(command)
