"""`bean-invoice platform`: the group."""

from __future__ import annotations

import click

from beancount_invoicing.cli.common import examples
from beancount_invoicing.cli.lazy_commands import LazyCommands

_COMMANDS = {
    "report": "platform_report",
}
"""The module of each command."""


@click.group(
    "platform",
    cls=LazyCommands,
    modules=_COMMANDS,
    epilog=examples("platform report", "platform report --period 2027-10 --explain"),
)
def platform_group() -> None:
    """What goes to your platform for e-invoices, beside the invoices themselves: e-reports, payments received."""
