"""`bean-invoice draft edit`, `draft drop` and `draft list`."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import click

from beancount_invoicing.actions import draft
from beancount_invoicing.actions.draft import DraftEdit, LineEdit
from beancount_invoicing.answers.documents import document_json, listed_json
from beancount_invoicing.cli.common import (
    Commands,
    Number,
    Session,
    examples,
    explain_option,
    format_option,
    print_csv,
    print_json,
)
from beancount_invoicing.cli.completion import complete_drafts, complete_income
from beancount_invoicing.cli.echo import echo
from beancount_invoicing.cli.list import COLUMNS
from beancount_invoicing.cli.preview import print_documents
from beancount_invoicing.cli.writing import build_write_options, changing, print_outcome, writing_options
from beancount_invoicing.documents import search
from beancount_invoicing.documents.search import DocumentFilter, UnknownNumber
from beancount_invoicing.ledger import LedgerLoader
from beancount_invoicing.messages import _
from beancount_invoicing.model import Book


@click.group(cls=Commands, epilog=examples("draft list", "draft edit draft-kerbrat-2026-11 --quantity 2"))
def draft_group() -> None:
    """Change drafts, remove them, list their lines."""


@draft_group.command(
    "edit",
    epilog=examples(
        "draft edit draft-kerbrat-2026-11 --quantity 2 -w",
        'draft edit draft-kerbrat-2026-11 --add "1 Déplacement @ 45"',
    ),
)
@click.argument("number", metavar="DRAFT", shell_complete=complete_drafts)
@click.option("--line", "index", type=click.IntRange(1), metavar="N", help="The line to change, counted from 1.")
@click.option("--quantity", type=Number(), help="Its quantity.")
@click.option("--price", type=Number(), help="Its unit price; with tax where the line's own includes it.")
@click.option("--text", help="Its text.")
@click.option("--discount", type=Number(), metavar="PERCENT", help="Percent off the line; 0 for none.")
@click.option("--add", multiple=True, metavar="LINE", help='A new line, as in `new`: "1 Audit @ 450"; may be repeated.')
@click.option("--drop", multiple=True, type=click.IntRange(1), metavar="N", help="A line to remove; may be repeated.")
@click.option(
    "--account", default="", shell_complete=complete_income, help="Income account of new lines that have no item."
)
@click.option(
    "--write-down",
    is_flag=True,
    help="Give away time that is no longer billed. Without it, the time stays on its account, to be billed.",
)
@writing_options
@format_option
@explain_option
@click.pass_obj
def draft_edit_command(
    session: Session,
    number: str,
    index: int | None,
    quantity: Decimal | None,
    price: Decimal | None,
    text: str | None,
    discount: Decimal | None,
    add: tuple[str, ...],
    drop: tuple[int, ...],
    account: str,
    write_down: bool,
    write: bool,
    into: Path | None,
    commit: bool,
    form: str,
    explain: bool,
) -> None:
    """Change a draft in place: quantity, price, text or discount of a line; add or remove lines. VAT, totals, due
    amounts, deposits and the billed time follow.
    """
    if into:
        raise click.UsageError(_("a draft is changed where it is written: leave --into out"))
    way = build_write_options(write, None, commit)
    changes = (quantity, price, text, discount)
    changed = any(change is not None for change in changes)
    if index is not None and not changed:
        raise click.UsageError(_("say what changes on the line: --quantity, --price, --text or --discount"))
    if not (changed or add or drop):
        raise click.UsageError(
            _("say what changes: --line N with --quantity, --price, --text or --discount; --add; --drop")
        )
    file = session.find()
    loads = LedgerLoader(file)
    with changing(session):
        if changed and index is None:
            index = only_line(loads.load(fresh=way.write).book, number)
        lines = (LineEdit(index, *changes),) if changed and index else ()
        wanted = DraftEdit(number, lines, drop, add, account, write_down)
        print_outcome(draft.draft_edit(file, wanted, way, loads), way, form, explain)


def only_line(book: Book, number: str) -> int:
    """The place of the only line of a document: 1. Raises click.UsageError if it has several."""
    invoice = book.invoice(number)
    if invoice and len(invoice.lines) > 1:
        raise click.UsageError(
            _("{number} has {count} lines: say which one, --line 1", number=number, count=len(invoice.lines))
        )
    return 1


@draft_group.command("drop", epilog=examples("draft drop draft-kerbrat-2026-11 -w"))
@click.argument("numbers", nargs=-1, required=True, metavar="DRAFT...", shell_complete=complete_drafts)
@writing_options
@click.pass_obj
def draft_drop_command(
    session: Session, numbers: tuple[str, ...], write: bool, into: Path | None, commit: bool
) -> None:
    """Remove drafts from the ledger: the time, periods and expenses on them can be billed again."""
    if into:
        raise click.UsageError(_("drafts are taken out where they are written: leave --into out"))
    way = build_write_options(write, None, commit)
    with changing(session):
        print_outcome(draft.draft_drop(session.find(), numbers, way), way)


@draft_group.command("list", epilog=examples("draft list"))
@click.argument("numbers", nargs=-1, metavar="[DRAFT]...", shell_complete=complete_drafts)
@format_option
@click.pass_obj
def draft_list_command(session: Session, numbers: tuple[str, ...], form: str) -> None:
    """List drafts line by line, with the line numbers that `draft edit` takes."""
    ledger = session.open()
    drafts = search.select_documents(ledger.book, ledger.book.last_date, DocumentFilter(("draft",)))
    try:
        positions = search.find_documents(ledger.book, ledger.book.last_date, numbers) if numbers else drafts
    except UnknownNumber as error:
        session.error(str(error))
        return
    positions = tuple(sorted(positions, key=lambda position: (position.invoice.date, position.invoice.source)))
    if form == "json":
        print_json([document_json(position) for position in positions])
    elif form == "csv":
        rows = map(listed_json, positions)
        print_csv(COLUMNS, [[" ".join(row[c]) if c == "accounts" else row[c] for c in COLUMNS] for row in rows])
    elif positions:
        print_documents(_("Drafts"), [position.invoice for position in positions], named=True)
    else:
        echo(_("There are no drafts."))
