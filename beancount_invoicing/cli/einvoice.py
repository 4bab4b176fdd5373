"""`bean-invoice einvoice`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import get_args

import click

from beancount_invoicing.cli.common import OneOf, Session, examples, folder_option
from beancount_invoicing.cli.completion import complete_numbers
from beancount_invoicing.cli.echo import echo
from beancount_invoicing.cli.render import with_progress
from beancount_invoicing.cli.validate import print_layers
from beancount_invoicing.documents import e_invoices, search
from beancount_invoicing.documents.e_invoices import EInvoiceFormat
from beancount_invoicing.documents.search import UnknownNumber
from beancount_invoicing.messages import _


@click.command(epilog=examples("einvoice F2026-0058 A2026-0002 --syntax ubl -o e-invoices"))
@click.argument("numbers", nargs=-1, required=True, metavar="NUMBER...", shell_complete=complete_numbers)
@click.option(
    "--syntax", "form", type=OneOf(get_args(EInvoiceFormat)), default="facturx", show_default=True,
    help="A PDF with the invoice inside, or the XML alone.",
)  # fmt: skip
@folder_option(".")
@click.option("--validate", "check", is_flag=True, help="Check the written files against the official rules.")
@click.pass_obj
def einvoice_command(
    session: Session, numbers: tuple[str, ...], form: EInvoiceFormat, folder: Path, check: bool
) -> None:
    """Write documents as e-invoices: Factur-X, CII, UBL or Peppol."""
    from beancount_invoicing.rendering import TemplateError

    ledger = session.open()
    try:
        positions = search.find_documents(ledger.book, ledger.book.last_date, numbers)
    except UnknownNumber as error:
        session.error(str(error))
        return
    invoices = [position.invoice for position in positions]
    written = e_invoices.write_e_invoices(ledger.book, invoices, form, folder, session.error, check)
    try:
        for made in with_progress(written, _("Writing"), len(invoices)):
            echo(
                _("{file}", file=made.file.file) if made.file.changed else _("{file} (unchanged)", file=made.file.file)
            )
            if check and not print_layers(str(made.file.file), made.layers):
                session.failed = True
    except TemplateError as error:
        session.error(str(error))
    except OSError as error:
        if error.filename is None:  # of the output: said where all commands end
            raise
        session.error(_("{file}: cannot be written: {reason}", file=error.filename, reason=error.strerror))
    sys.stdout.flush()
