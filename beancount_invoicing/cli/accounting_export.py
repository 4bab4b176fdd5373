"""`bean-invoice accounting export`."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from beancount_invoicing.accounting.facts import fact_tables
from beancount_invoicing.cli.accounting_output import opened_books, written_rows
from beancount_invoicing.cli.common import Session, as_of_option, examples, folder_option, print_notice
from beancount_invoicing.files import write_if_different
from beancount_invoicing.rendering.parquet import CannotMakeParquet, to_parquet


@click.command("export", epilog=examples("accounting export -o exports/dupont"))
@folder_option(".")
@as_of_option
@click.option(
    "--name", default="", metavar="NAME", help="The ledger's name in each row. Default: the seller's, else the file's."
)
@click.pass_obj
def export_command(session: Session, folder: Path, as_of: date, name: str) -> None:
    """Documents, lines, allocations and receipts as Parquet files, for analysing many ledgers at once.

    Needs pyarrow: pip install "beancount-invoicing[parquet]".
    """
    books = opened_books(session)
    book = books.ledger.book
    seller = book.seller.latest.name if book.seller else ""
    tables = fact_tables(books.general_ledger, book, as_of, name or seller or Path(book.file).stem)
    try:
        files = {folder / f"{table.name}.parquet": to_parquet(table) for table in tables}
    except CannotMakeParquet as error:
        session.error(str(error))
        return
    folder.mkdir(parents=True, exist_ok=True)
    for (file, content), table in zip(files.items(), tables, strict=True):
        write_if_different(file, content)
        print_notice(written_rows(file, len(table.rows)))
