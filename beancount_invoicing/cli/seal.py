"""`bean-invoice seal` and `bean-invoice verify`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import click

from beancount_invoicing.actions import seal
from beancount_invoicing.actions.seal import Verified
from beancount_invoicing.answers.sending import locks_json, verified_json
from beancount_invoicing.cli.common import (
    Session,
    date_option,
    examples,
    format_option,
    print_csv,
    print_json,
    print_notice,
    relative,
)
from beancount_invoicing.cli.completion import complete_numbers
from beancount_invoicing.cli.echo import echo
from beancount_invoicing.cli.writing import build_write_options, changing, print_outcome, writing_options
from beancount_invoicing.documents import seal_chain
from beancount_invoicing.documents.differences import undo_change_hint
from beancount_invoicing.messages import _, _n
from beancount_invoicing.model import Book, Invoice
from beancount_invoicing.rules import lock_chain

COLUMNS = ("number", "file", "sealed_on", "unchanged", "what", "sealed", "now", "source")


@click.command(epilog=examples("seal F2026-0064 -w"))
@click.argument("numbers", nargs=-1, required=True, metavar="NUMBER...", shell_complete=complete_numbers)
@date_option("The date of the seal.")
@writing_options
@click.pass_obj
def seal_command(
    session: Session, numbers: tuple[str, ...], day: date, write: bool, into: Path | None, commit: bool
) -> None:
    """Store documents beside the ledger, with their fingerprints in it, so that `verify` can tell whether anything was
    changed.
    """
    from beancount_invoicing.rendering import TemplateError

    way = build_write_options(write, into, commit)
    with changing(session):
        try:
            print_outcome(seal.seal(session.find(), numbers, day, way), way)
        except TemplateError as error:
            session.error(str(error))


@click.command(epilog=examples("verify", "verify --format json"))
@click.argument("numbers", nargs=-1, metavar="[NUMBER]...", shell_complete=complete_numbers)
@click.option(
    "--mark",
    "seal_mark",
    default="",
    metavar="MARK",
    help="The mark of a seal or a lock that you noted: it must still be there.",
)
@format_option
@click.pass_obj
def verify_command(session: Session, numbers: tuple[str, ...], seal_mark: str, form: str) -> None:
    """Verify sealed documents: each file, and what the ledger says of it, must be as it was when sealed."""
    if seal_mark and len(seal_mark) < seal_chain.SHORT_HASH:
        raise click.UsageError(
            _(
                "--mark takes the {short_hash} characters that verify shows, or more of them",
                short_hash=seal_chain.SHORT_HASH,
            )
        )
    ledger = session.open()
    verifieds = list(seal.verify(ledger.book, numbers))
    found = {
        number
        for verified in verifieds
        for number in (verified.number, *(verified.seal.numbers if verified.seal else ()))
    }
    for number in numbers:
        if number not in found:
            session.error(_("{number} is not sealed: bean-invoice seal {number} --write", number=number))
    if seal_mark and not (
        seal_chain.has_seal(ledger.book, seal_mark) or lock_chain.has_mark(ledger.book.closed_books, seal_mark)
    ):
        session.error(
            _(
                "no seal and no lock has the fingerprint {mark}: it was deleted or changed since you noted it, or an earlier one "
                "was: put it back as it was written (git log -p shows when it went)",
                mark=seal_mark,
            )
        )
    session.failed |= any(verified.unchanged is False for verified in verifieds)
    if form == "json":
        locks = [] if numbers else locks_json(ledger.book.closed_books)
        print_json([*[verified_json(verified) for verified in verifieds], *locks])
        return
    if form == "csv":
        rows = [verified_json(verified) for verified in verifieds]
        print_csv(
            COLUMNS,
            [
                [row["number"], row["file"], row["sealed_on"], row["unchanged"], difference.get("what"), difference.get("sealed"),
                 difference.get("now"), row["source"]]
                for row in rows
                for difference in row["differences"] or [{}]
            ],
        )  # fmt: skip
        return
    for verified in verifieds:
        _print_verified(session, verified)
    if numbers:
        return
    if ledger.book.seals:
        _chain(ledger.book)
        _print_unsealed(seal.unsealed_documents(ledger.book))
    elif not verifieds:
        echo(_("No document is sealed: bean-invoice seal NUMBER --write"))
    _print_locks(ledger.book)


def _print_verified(session: Session, verified: seal.Verified) -> None:
    if verified.unchanged is False:
        _changed(session, verified)
    elif verified.seal:
        unchanged = _("unchanged") if verified.unchanged else _("the file is unchanged")
        echo(
            _(
                "{number}: {subject} since {day}{notice}",
                number=verified.number,
                subject=unchanged,
                day=verified.seal.date,
                notice=(_("; {notice}", notice=verified.notice) if verified.notice else ""),
            )
        )
    else:
        echo(_("{number} {notice}", number=verified.number, notice=verified.notice))


def _changed(session: Session, verified: Verified) -> None:
    place = f"{relative(verified.source.file)}:{verified.source.line}"
    if verified.seal is None:
        _unsealed(session, verified, place)
        return
    for difference in verified.differences:
        session.error(
            _(
                "{place}: {number}, {term}: sealed {sealed}, now {current}",
                place=place,
                number=verified.number,
                term=difference.term,
                sealed=difference.sealed,
                current=difference.current,
            )
        )
    if any(difference.term == "file" for difference in verified.differences):
        print_notice(_("put {file} back as it was sealed, from git or a backup", file=relative(verified.seal.file)))
    if verified.source != verified.seal.source:
        if any(difference.term != "file" for difference in verified.differences):
            print_notice(
                _("{number} has been issued: {hint}", number=verified.number, hint=undo_change_hint(verified.number))
            )
    elif any(difference.term != "file" for difference in verified.differences):
        print_notice(
            _("{number} has been issued: put its entry back (git log -p shows when it went)", number=verified.number)
        )


_SHOWN = 12
"""How many numbers are listed in a line."""


def _print_unsealed(invoices: Sequence[Invoice]) -> None:
    if invoices:
        numbers = [invoice.number for invoice in invoices[:_SHOWN]]
        more = len(invoices) - len(numbers)
        echo(
            _n(
                len(invoices),
                "Not sealed: {count} document, {numbers}",
                "Not sealed: {count} documents, {numbers}",
                count=len(invoices),
                numbers=", ".join(numbers) + (f" … (+{more})" if more else ""),
            )
        )


def _print_locks(book: Book) -> None:
    """The chain of locks: a line for each, and the mark of the last one."""
    closed = book.closed_books
    in_force = {period.lock: period for period in closed.periods}
    for lock in closed.locks:
        period = in_force.get(lock)
        state = (
            _("opened again") if period is None else _("unchanged") if period.holds else _("changed, see the errors")
        )
        echo(
            _(
                "Books closed up to {last_day}, on {day} ({mark}): {state}",
                last_day=lock.last_day,
                day=lock.date,
                mark=lock.sha256[: seal_chain.SHORT_HASH],
                state=state,
            )
        )
    for reopening in closed.reopenings:
        echo(
            _(
                "Opened again up to {last_day}, on {day} ({mark}): {reason}",
                last_day=reopening.last_day,
                day=reopening.date,
                mark=lock_chain.reopening_mark(reopening)[: seal_chain.SHORT_HASH],
                reason=reopening.reason or "–",
            )
        )
    if closed.locks:
        echo(
            _(
                "Chain of locks: the last one {tip}; missing in between: {gaps}",
                tip=lock_chain.tip(closed)[: seal_chain.SHORT_HASH],
                gaps=len(lock_chain.after_gaps(closed)) or _("none"),
            )
        )


def _print_list(session: Session, verified: Verified, term: str) -> None:
    """What is wrong with a list of closed books."""
    file, place = relative(verified.file), f"{relative(verified.source.file)}:{verified.source.line}"
    if term == "list":
        session.error(
            _(
                "{file}, the list of what was closed by {place}, is missing or was changed: put it back as it was, from "
                "git or a backup",
                file=file,
                place=place,
            )
        )
    else:
        session.error(
            _(
                "{file} lists what was closed, but no lock in the ledger names it: if there was one and it was deleted, "
                "put it back (git log -p shows when it went); if there never was, move the file away",
                file=file,
            )
        )


def _unsealed(session: Session, verified: Verified, place: str) -> None:
    """What has lost its seal: a later one or a note names it, or its file is there."""
    (gone,) = verified.differences
    if gone.term in {"list", "lock"}:
        _print_list(session, verified, gone.term)
        return
    short_hash = f"{gone.sealed[: seal_chain.SHORT_HASH]}…"
    if gone.term == "document":
        session.error(
            _(
                "{place}: {number}: this note names a document with the fingerprint {mark}, which no directive "
                "seals{file}: put the document directive and its file back (git log -p shows when they went); if the "
                "document never left: bean-invoice send --discard; if it left and the file is lost for good, take "
                "sha256 out of this note",
                place=place,
                number=verified.number,
                mark=short_hash,
                file=(_(" and {file} does not have", file=relative(verified.file)) if verified.file else ""),
            )
        )
        return
    if verified.file:
        session.error(
            _(
                "{file} is among the sealed files, but no directive seals {number} ({place}): if there was one and "
                "it was deleted, put it back (git log -p shows when it went); if there never was, move the file "
                "away, or run bean-invoice seal {number} --write",
                file=relative(verified.file),
                number=verified.number,
                place=place,
            )
        )
        return
    session.error(
        _(
            "{place}: the seal before this one ({mark}) is no longer in the ledger, or has been changed: put its "
            "document directive back as it was written (git log -p shows when it went)",
            place=place,
            mark=short_hash,
        )
    )


def _chain(book: Book) -> None:
    """The chain in a line: how many, of which days, and the mark of the last one, which may be noted elsewhere."""
    days = [seal.date for seal in book.seals]
    count, gaps = len(days), len(seal_chain.seals_after_gaps(book))
    seals = (
        _("{count} seals from {days} to {other_days}", count=count, days=min(days), other_days=max(days))
        if count > 1
        else _("1 seal of {day}", day=days[0])
    )
    echo(
        _(
            "Chain: {seals}, the last one {tip}; missing in between: {gaps}",
            seals=seals,
            tip=seal_chain.tip(book)[: seal_chain.SHORT_HASH],
            gaps=gaps or _("none"),
        )
    )
