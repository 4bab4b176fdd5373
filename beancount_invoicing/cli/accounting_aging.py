"""`bean-invoice accounting aging`."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import cast

import click

from beancount_invoicing.accounting.aged_balance import aged_balance_report
from beancount_invoicing.accounting.entries import CannotMakeEntries
from beancount_invoicing.cli.accounting_output import opened_books, output_options, print_report
from beancount_invoicing.cli.aging import age_options
from beancount_invoicing.cli.common import (
    Session,
    as_of_option,
    customer_option,
    customers_wanted,
    error_line,
    examples,
    print_assumed_notice,
)
from beancount_invoicing.receivables import Basis, BoundsError


@click.command(
    "aging",
    epilog=examples("accounting aging --as-of 2026-09-30", "accounting aging -o balance-agee.xlsx --bounds 30,60"),
)
@customer_option
@as_of_option
@age_options
@output_options
@click.pass_obj
def aging_command(
    session: Session,
    customer: str,
    as_of: date,
    basis: str,
    bounds: tuple[int, ...],
    form: str | None,
    output: Path | None,
) -> None:
    """The aged balance of a day as a spreadsheet, in the currency of the books and in that of the documents."""
    books = opened_books(session)
    book = books.ledger.book
    print_assumed_notice(book, as_of)
    accounts = customers_wanted(session, book, customer)
    if accounts is None:
        return
    allocated = books.ledger.allocated_at(as_of)
    try:
        report = aged_balance_report(books.general_ledger, book, allocated, bounds, cast(Basis, basis), accounts)
    except BoundsError as error:
        raise click.BadParameter(str(error), param_hint="--bounds") from None
    except CannotMakeEntries as error:
        for finding in error.findings:
            session.error(error_line(finding))
        return
    print_report(session, report, form, output)
