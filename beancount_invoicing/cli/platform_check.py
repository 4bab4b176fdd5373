"""`bean-invoice platform check`."""

from __future__ import annotations

from datetime import date

import click

from beancount_invoicing.cli.common import Session, date_option, examples
from beancount_invoicing.cli.echo import echo
from beancount_invoicing.cli.platform_connection import platform_of, talking
from beancount_invoicing.delivery.https import host_of
from beancount_invoicing.messages import _


@click.command("check", epilog=examples("platform check"))
@date_option("The day whose settings are tried.")
@click.pass_obj
def check_command(session: Session, day: date) -> None:
    """Ask the platform for a token, and whether it works. Nothing is sent or recorded."""
    with talking(session):
        platform = platform_of(day)(session.open().book)
        platform.check()
        echo(
            _(
                "{host} works, and lets {client} in.",
                host=host_of(platform.server.flows),
                client=platform.server.client,
            )
        )
