"""`bean-invoice bank`: the group."""

from __future__ import annotations

import click

from beancount_invoicing.cli.common import examples
from beancount_invoicing.cli.lazy_commands import LazyCommands

_COMMANDS = {
    "backtest": "bank_backtest",
    "import": "bank_import",
    "match": "bank_match",
    "review": "bank_review",
    "show": "bank_show",
    "undo": "bank_undo",
}
"""The module of each command."""


@click.group("bank", cls=LazyCommands, modules=_COMMANDS, epilog=examples("bank show ledger/statements/2026-11.xml"))
def bank_group() -> None:
    """Bank statements: show them, and book them."""
