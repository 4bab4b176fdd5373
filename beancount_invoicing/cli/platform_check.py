"""`bean-invoice platform check`."""

from __future__ import annotations

from datetime import date

import click

from beancount_invoicing.cli.common import Session, date_option, examples, print_notice
from beancount_invoicing.cli.echo import echo
from beancount_invoicing.cli.platform_connection import platform_of, talking
from beancount_invoicing.delivery.directory_api import check_directory, directory_entry
from beancount_invoicing.delivery.https import host_of
from beancount_invoicing.delivery.platform_api import Platform
from beancount_invoicing.messages import _
from beancount_invoicing.model import Book
from beancount_invoicing.platform.directory import SCHEME


@click.command("check", epilog=examples("platform check"))
@date_option("The day whose settings are tried.")
@click.pass_obj
def check_command(session: Session, day: date) -> None:
    """Ask the platform for a token, whether it works, and whether its directory lists you. Nothing is sent or recorded."""
    with talking(session):
        book = session.open().book
        platform = platform_of(day)(book)
        platform.check()
        echo(
            _(
                "{host} works, and lets {client} in.",
                host=host_of(platform.server.flows),
                client=platform.server.client,
            )
        )
        if platform.server.directory:
            _own_entry(platform, book, day)


def _own_entry(platform: Platform, book: Book, day: date) -> None:
    """Says whether the seller can receive. Raises as `Platform.search`."""
    seller = book.seller.at(day) if book.seller else None
    siren = "".join((seller.siren or seller.siret).split())[:9] if seller else ""
    check_directory(platform)
    if not siren:
        print_notice(_("write siren below invoice-seller: the directory is asked by it whether you can receive"))
        return
    addresses = [line.address for line in directory_entry(platform, siren).lines if line.status == "Enabled"]
    if addresses:
        echo(_("You receive at {addresses}.", addresses=", ".join(f"{SCHEME}:{address}" for address in addresses)))
    else:
        print_notice(
            _(
                "the directory has no open address of {siren}: you cannot receive e-invoices; ask your platform to open one",
                siren=siren,
            )
        )
