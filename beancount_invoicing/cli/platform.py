"""`bean-invoice platform`: the group."""

from __future__ import annotations

import click

from beancount_invoicing.cli.common import examples
from beancount_invoicing.cli.lazy_commands import LazyCommands

_COMMANDS = {
    "check": "platform_check",
    "fetch": "platform_fetch",
    "report": "platform_report",
    "reverse": "platform_reverse",
}
"""The module of each command."""


@click.group(
    "platform",
    cls=LazyCommands,
    modules=_COMMANDS,
    epilog=examples("platform fetch", "platform report", "platform report --period 2027-10 --explain"),
)
def platform_group() -> None:
    """Your platform for e-invoices: what it says of documents, and what you report."""
