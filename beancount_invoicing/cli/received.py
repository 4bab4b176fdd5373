"""`bean-invoice received`: the group."""

from __future__ import annotations

import click

from beancount_invoicing.cli.common import examples
from beancount_invoicing.cli.lazy_commands import LazyCommands

_COMMANDS = {
    "add": "received_add",
    "answer": "received_answer",
    "book": "received_book",
    "list": "received_list",
}
"""The module of each command."""


@click.group(
    "received",
    cls=LazyCommands,
    modules=_COMMANDS,
    epilog=examples("received list", "received add facture.pdf -w", "received book 2026-118 -w"),
)
def received_group() -> None:
    """Invoices that you receive: keep, check, book and answer them."""
