"""The group of commands."""

from __future__ import annotations

import atexit
import contextlib
import errno
import gc
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from beancount_invoicing import __version__
from beancount_invoicing.cli.command_language import in_language, in_words, set_click_language
from beancount_invoicing.cli.common import Session, examples, open_streams, speak_unicode
from beancount_invoicing.cli.lazy_commands import LazyCommands
from beancount_invoicing.messages import _

# The collector would look through all of a ledger once more when the process ends: nothing of it is garbage before.
atexit.register(gc.freeze)


_COMMANDS = {
    "accounting": "accounting",
    "aging": "aging",
    "bad-debts": "bad_debts",
    "allocate": "allocate",
    "bank": "bank",
    "bill": "bill",
    "check": "check",
    "collect": "collect",
    "contract": "contract",
    "contracts": "contracts",
    "correct": "correct",
    "credit": "credit",
    "customer": "customer",
    "deposit": "deposit",
    "draft": "draft",
    "einvoice": "einvoice",
    "forecast": "forecast",
    "init": "init",
    "interest": "interest",
    "issue": "issue",
    "item": "item",
    "list": "list",
    "metrics": "metrics",
    "new": "new",
    "note": "note",
    "pay": "pay",
    "pay-out": "collect",
    "platform": "platform",
    "prepaid": "prepaid",
    "receipt": "receipt",
    "received": "received",
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


def _as_text(argument: str) -> str:
    """An argument as text, whatever the locale is. Raises UnicodeDecodeError if it is neither text nor a file's name."""
    try:
        argument.encode()
    except UnicodeEncodeError:  # Python keeps bytes that it cannot read as halves of characters
        if not os.access(argument.partition("=")[2] or argument, os.F_OK):
            return argument.encode(errors="surrogateescape").decode()
    return argument


def _not_utf8(text: str) -> str:
    return _(
        '"{text}" is not UTF-8: write it in UTF-8; a script or file that contains it must be saved as UTF-8', text=text
    )


class _Commands(LazyCommands):
    """The commands. What they print and cannot be written (a full disk) is said in a line."""

    def main(self, *args: Any, **settings: Any) -> Any:
        """Runs the program in the language that the environment names."""
        set_click_language()
        return super(_Commands, in_language(self)).main(*args, **settings)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Arguments are text. Bytes that are none (of a script in Latin-1) may name a file that there is, nothing else."""
        with _said_in_a_line():
            return super().parse_args(ctx, [_as_text(arg) for arg in args])

    def invoke(self, ctx: click.Context) -> Any:
        """Runs a command, and makes sure that all of its output is out."""
        with _said_in_a_line():
            result = super().invoke(ctx)
            sys.stdout.flush()
        return result


@contextlib.contextmanager
def _said_in_a_line() -> Iterator[None]:
    """What stops a command and is nobody's mistake in it: text that is none, output or files that cannot be written."""
    try:
        yield
    except click.UsageError as error:
        from beancount_invoicing.cli.suggestions import better

        raise in_words(better(error)) from None
    except click.ClickException as error:
        raise in_words(error) from None
    except UnicodeDecodeError as error:
        raise click.UsageError(_not_utf8(error.object.decode(errors="replace"))) from None
    except UnicodeEncodeError as error:  # of a name of a file that is used as text, or "\\ud800" in JSON
        around = error.object[max(error.start - 20, 0) : error.end + 20]
        raise click.ClickException(_not_utf8(around.encode(errors="replace").decode())) from None
    except OSError as error:
        if error.errno == errno.EPIPE:  # whoever reads has enough: click ends quietly
            raise
        if error.errno == errno.ENOENT and _current_folder_is_gone():
            raise click.ClickException(
                _("the current folder no longer exists: go to another folder, with cd")
            ) from None
        with contextlib.suppress(OSError):  # what is left in the buffer would fail once more at the end
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise in_words(
            click.ClickException(
                _(
                    "{file}: cannot be written or read: {reason}",
                    file=error.filename or _("the output"),
                    reason=error.strerror,
                )
            )
        ) from None


def _current_folder_is_gone() -> bool:
    try:
        Path.cwd()
    except FileNotFoundError:
        return True
    return False


@click.group(
    cls=_Commands, modules=_COMMANDS, context_settings={"help_option_names": ["-h", "--help"]},
    epilog=examples("today", "bill -u month-end -w", "-f books/main.beancount list --open"),
)  # fmt: skip
@click.option(
    "-f",
    "--file",
    "named",
    metavar="LEDGER",
    help="The ledger. Default: $BEANCOUNT_FILE, or main.beancount in this folder.",
)
@click.version_option(__version__, prog_name="bean-invoice")
@click.pass_context
def main(ctx: click.Context, named: str | None) -> None:
    """Invoices, what is owed, and reminders, from a Beancount ledger."""
    open_streams()
    speak_unicode()
    ctx.obj = Session(named)


@main.result_callback()
@click.pass_context
def set_exit_code(ctx: click.Context, /, *_results: object, **_values: object) -> None:
    """Sets exit code 1 if something was wrong, or else 2 if something could not be judged."""
    if ctx.obj.failed:
        ctx.exit(1)
    if ctx.obj.not_judged:
        ctx.exit(2)
