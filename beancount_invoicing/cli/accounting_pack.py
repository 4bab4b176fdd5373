"""`bean-invoice accounting pack`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

import click

from beancount_invoicing.actions.accounting_pack import write_pack
from beancount_invoicing.actions.pack_documents import PackDocument
from beancount_invoicing.actions.pack_folder import CannotWritePack
from beancount_invoicing.actions.pack_reports import PackReport
from beancount_invoicing.cli.accounting_output import opened_sound_books
from beancount_invoicing.cli.accounting_period import period_options
from beancount_invoicing.cli.common import Session, examples, folder_option, print_notice, with_relative
from beancount_invoicing.cli.echo import echo
from beancount_invoicing.cli.render import with_progress
from beancount_invoicing.languages import translated
from beancount_invoicing.messages import _


@click.command("pack", epilog=examples("accounting pack 2026 -o comptable", "accounting pack last-quarter -o . --zip"))
@period_options
@folder_option(".")
@click.option("--zip", "zipped", is_flag=True, help="A ZIP with everything as well, to be sent.")
@click.pass_obj
def pack_command(session: Session, since: date, until: date, folder: Path, zipped: bool) -> None:
    """Write everything that the accountant asks for: all reports, the documents, and a page that says what is missing.

    In the language of the books. The same ledger gives the same bytes; a later pack of the period replaces the earlier one.
    """
    books = opened_sound_books(session)
    if books is None:
        return
    label = translated(_("Accounting pack"))  # the pack itself may be in another language than the user's

    def track(parts: Sequence[PackReport | PackDocument]) -> Iterable[PackReport | PackDocument]:
        return with_progress(parts, label, len(parts), prints=False)

    try:
        pack = write_pack(books, since, until, folder, track, zipped=zipped)
    except CannotWritePack as error:
        session.error(str(error))
        return
    for file in (pack.page, pack.archive):
        if file is not None:
            echo(_("{file}", file=file) if pack.changed else _("{file} (unchanged)", file=file))
    archive = pack.page.with_suffix(".zip")
    if pack.changed and not zipped and archive.exists():
        print_notice(_("{file} still has the pack as it was: add --zip to renew it", file=archive))
    for notice in pack.notices:
        print_notice(with_relative(translated(notice)))
    for problem in pack.problems:
        session.error(with_relative(translated(problem)))
    if pack.problems:
        session.error(_("{file}: the pack is not complete; its first page says what is missing", file=pack.page))
