"""`bean-invoice bank`: the group. Each command is in a file of its own, which is imported when it is called."""

from __future__ import annotations

from importlib import import_module

import click

from beancount_invoicing.cli.command_language import in_language
from beancount_invoicing.cli.common import Commands, examples

_COMMANDS = {
    "backtest": "bank_backtest",
    "import": "bank_import",
    "match": "bank_match",
    "review": "bank_review",
    "show": "bank_show",
    "undo": "bank_undo",
}
"""The module of each command."""


class _BankCommands(Commands):
    """The commands of banks."""

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
        return in_language(
            next(
                found for found in vars(module).values() if isinstance(found, click.Command) and found.name == cmd_name
            )
        )


@click.group("bank", cls=_BankCommands, epilog=examples("bank show ledger/statements/2026-11.xml"))
def bank_group() -> None:
    """Bank statements: show them, and book them."""
