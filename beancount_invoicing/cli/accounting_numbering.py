"""`bean-invoice accounting numbering`."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from beancount_invoicing.actions.accounting import numbering_report
from beancount_invoicing.actions.numbering_page import numbering_pdf
from beancount_invoicing.cli.accounting_output import output_options, print_report
from beancount_invoicing.cli.accounting_period import period_options
from beancount_invoicing.cli.common import Session, examples, print_notice
from beancount_invoicing.files import write_if_different
from beancount_invoicing.messages import _


@click.command("numbering", epilog=examples("accounting numbering 2026", "accounting numbering 2026 -o numbering.pdf"))
@period_options
@output_options
@click.pass_obj
def numbering_command(session: Session, since: date, until: date, form: str | None, output: Path | None) -> None:
    """The numbering statement: of each series the first and last number, how many, void numbers, gaps.

    With -o FILE.pdf, a page to print and sign, in the language of the books.
    """
    book = session.open().book
    if form is None and output is not None and output.suffix.lower() == ".pdf":
        write_if_different(output, numbering_pdf(book, since, until))
        print_notice(_("{file} is written", file=output))
    else:
        print_report(session, numbering_report(book, since, until), form, output)
