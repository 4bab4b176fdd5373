"""`bean-invoice render`."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import TypeVar, get_args

import click

from beancount_invoicing.billing import Enclosure
from beancount_invoicing.cli.common import (
    F,
    OneOf,
    Session,
    as_of_option,
    documents_argument,
    examples,
    folder_option,
    output_format_option,
    print_notice,
    say_whom,
    since_option,
)
from beancount_invoicing.cli.echo import echo
from beancount_invoicing.customer_search import UnknownCustomer
from beancount_invoicing.documents import parallel, render, search
from beancount_invoicing.documents.differences import Altered
from beancount_invoicing.documents.search import STATUSES, DocumentFilter, UnknownNumber
from beancount_invoicing.documents.written_files import Output, WrittenFile
from beancount_invoicing.languages import translated
from beancount_invoicing.messages import _

T = TypeVar("T")


def with_progress(items: Iterable[T], label: str, count: int, *, prints: bool = True) -> Iterator[T]:
    """The same items, with a progress bar on standard error if that is a terminal, and nothing is printed there for each item:
    either standard output is no terminal, or the command `prints` nothing meanwhile.
    """
    if not sys.stderr.isatty() or (prints and sys.stdout.isatty()) or count < 2:
        yield from items
        return
    from rich.console import Console
    from rich.progress import track

    yield from track(items, description=translated(label), total=count, console=Console(stderr=True), transient=True)


def print_written(session: Session, batches: Iterator[tuple[WrittenFile, ...]]) -> None:
    """Prints the files as they are written, and an error for each that cannot be written."""
    from beancount_invoicing.rendering import TemplateError

    try:
        for files in batches:
            for written in files:
                echo(_("{file}", file=written.file) if written.changed else _("{file} (unchanged)", file=written.file))
    except (TemplateError, Altered) as error:
        session.error(str(error))
    except OSError as error:
        if error.filename is None:  # of the output: said where all commands end
            raise
        session.error(_("{file}: cannot be written: {reason}", file=error.filename, reason=error.strerror))


def enclose_option(command: F) -> F:
    """`--enclose`."""
    return click.option(
        "--enclose", multiple=True, type=OneOf(get_args(Enclosure)),
        help="What to enclose: the timesheet, the receipts of expenses; may be repeated. What a contract encloses "
        "is always there.",
    )(command)  # fmt: skip


@click.command(
    epilog=examples("render F2026-0067 --to pdf,html -o documents", "render --since last-month -o documents")
)
@documents_argument
@click.option("--all", "everything", is_flag=True, help="All documents.")
@click.option("--status", "statuses", multiple=True, type=OneOf(STATUSES), help="Documents with this status.")
@since_option("Documents of this day or later.")
@folder_option(".")
@output_format_option("pdf")
@click.option("--plain", is_flag=True, help="PDFs without the e-invoice inside.")
@enclose_option
@click.option("--jobs", type=click.IntRange(1, 64), default=1, show_default=True, help="How many processes to use.")
@as_of_option
@click.pass_obj
def render_command(
    session: Session,
    words: tuple[str, ...],
    everything: bool,
    statuses: tuple[str, ...],
    since: date | None,
    folder: Path,
    outputs: tuple[Output, ...],
    plain: bool,
    enclose: tuple[Enclosure, ...],
    jobs: int,
    as_of: date,
) -> None:
    """Write documents to files, each as of its own date; a PDF is an e-invoice too (Factur-X)."""
    if not (words or everything or statuses or since):
        raise click.UsageError(_("name the documents: NUMBER…, CUSTOMER, --all, --status or --since"))
    if words and everything:
        raise click.UsageError(_("name the documents, or --all"))
    ledger = session.open()
    narrow = DocumentFilter(statuses, since=since)
    try:
        if words:
            say_whom(ledger.book, words)
            found = search.named_documents(ledger.book, max(as_of, ledger.book.last_date), words)
            if (statuses or since) and len(found.named_by_customer) < len(found.positions):
                raise click.UsageError(_("name either numbers, or --status and --since"))
            selected = {position.invoice.number for position in search.select_documents(ledger.book, as_of, narrow)}
            wanted = tuple(
                position
                for position in found.positions
                if position.invoice.number in selected or position.invoice.number not in found.named_by_customer
            )
        else:
            wanted = search.select_documents(ledger.book, as_of, narrow)
    except (UnknownNumber, UnknownCustomer) as error:
        session.error(str(error))
        return
    invoices = [position.invoice for position in wanted]
    if not words:
        invoices = [invoice for invoice in invoices if invoice.has_page]
    if jobs > 1 and len(invoices) > 1 and not enclose:
        files = parallel.render_in_parallel(ledger.book, invoices, folder, outputs, print_notice, plain, jobs)
    else:
        files = render.render(ledger.book, invoices, folder, outputs, print_notice, plain, enclose=enclose)
    print_written(session, with_progress(files, _("Rendering"), len(invoices)))
