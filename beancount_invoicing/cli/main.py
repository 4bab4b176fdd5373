"""The group of commands."""

from __future__ import annotations

import atexit
import contextlib
import errno
import gc
import os
import sys
from importlib import import_module
from typing import Any

import click

from beancount_invoicing import __version__
from beancount_invoicing.cli.common import Commands, Session, examples, speak_unicode

# The collector would look through all of a ledger once more when the process ends: nothing of it is garbage before.
atexit.register(gc.freeze)


_COMMANDS = {
    "aging": "aging",
    "allocate": "allocate",
    "bill": "bill",
    "check": "check",
    "contract": "contract",
    "contracts": "contracts",
    "credit": "credit",
    "customer": "customer",
    "deposit": "deposit",
    "draft": "draft",
    "einvoice": "einvoice",
    "init": "init",
    "interest": "interest",
    "issue": "issue",
    "item": "item",
    "list": "list",
    "new": "new",
    "prepaid": "prepaid",
    "receipt": "receipt",
    "remind": "remind",
    "render": "render",
    "run": "run",
    "seal": "seal",
    "send": "send",
    "show": "show",
    "statement": "statement",
    "tax-due": "tax_due",
    "time": "time",
    "today": "today",
    "unbilled": "contracts",
    "undo": "undo",
    "validate": "validate",
    "verify": "seal",
}
"""The module of each command, imported when it is called."""


class _Commands(Commands):
    """The commands. What they print and cannot be written (a full disk) is said in a line."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Their names, sorted."""
        del ctx
        return sorted(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name."""
        del ctx
        if cmd_name not in _COMMANDS:
            return None
        module = import_module(f"beancount_invoicing.cli.{_COMMANDS[cmd_name]}")
        return next(one for one in vars(module).values() if isinstance(one, click.Command) and one.name == cmd_name)

    def invoke(self, ctx: click.Context) -> Any:
        """Runs a command, and makes sure that all of its output is out."""
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
        except click.UsageError as error:
            from beancount_invoicing.cli.suggestions import better

            raise better(error) from None
        except OSError as error:
            if error.errno == errno.EPIPE:  # whoever reads has enough: click ends quietly
                raise
            with contextlib.suppress(OSError):  # what is left in the buffer would fail once more at the end
                os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise click.ClickException(
                f"{error.filename or 'the output'}: cannot be written or read: {error.strerror}"
            ) from None
        return result


@click.group(
    cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]},
    epilog=examples("today", "bill -u month-end -w", "-f books/main.beancount list --open"),
)  # fmt: skip
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
    """Exit code 1 where something was wrong, else 2 where something could not be judged."""
    if ctx.obj.failed:
        ctx.exit(1)
    if ctx.obj.unjudged:
        ctx.exit(2)
