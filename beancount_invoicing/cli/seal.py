"""`bean-invoice seal` and `bean-invoice verify`."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from beancount_invoicing import actions
from beancount_invoicing.actions import answers, chain
from beancount_invoicing.actions.differences import undo_change
from beancount_invoicing.cli.changing import changing, how, print_outcome, write_options
from beancount_invoicing.cli.common import (
    Session,
    date_option,
    examples,
    format_option,
    notice,
    print_csv,
    print_json,
    relative,
)
from beancount_invoicing.cli.completion import complete_numbers
from beancount_invoicing.model import Book

COLUMNS = ("number", "file", "sealed_on", "unchanged", "what", "sealed", "now", "source")


@click.command(epilog=examples("seal F2026-0064 -w"))
@click.argument("numbers", nargs=-1, required=True, metavar="NUMBER...", shell_complete=complete_numbers)
@date_option("The date of the seal.")
@write_options
@click.pass_obj
def seal(session: Session, numbers: tuple[str, ...], day: date, write: bool, into: Path | None, commit: bool) -> None:
    """Store documents beside the ledger, with their fingerprints in it: from then on `verify` tells what was changed."""
    from beancount_invoicing.rendering import TemplateError

    way = how(write, into, commit)
    with changing(session):
        try:
            print_outcome(actions.seal(session.find(), numbers, day, way), way)
        except TemplateError as error:
            session.error(str(error))


@click.command(epilog=examples("verify", "verify --format json"))
@click.argument("numbers", nargs=-1, metavar="[NUMBER]...", shell_complete=complete_numbers)
@click.option("--mark", default="", metavar="MARK", help="The mark of a seal that you noted: it has to be there still.")
@format_option
@click.pass_obj
def verify(session: Session, numbers: tuple[str, ...], mark: str, form: str) -> None:
    """Verify sealed documents: each file, and what the ledger says of it, has to be as it was sealed."""
    if mark and len(mark) < chain.SHORT:
        raise click.UsageError(f"--mark takes the {chain.SHORT} signs that verify shows, or more of them")
    ledger = session.open()
    those = list(actions.verify(ledger.book, numbers))
    found = {number for one in those for number in (one.number, *(one.seal.numbers if one.seal else ()))}
    for number in numbers:
        if number not in found:
            session.error(f"{number} is not sealed: bean-invoice seal {number} --write")
    if mark and not chain.has(ledger.book, mark):
        session.error(
            f"no seal has the mark {mark}: it was deleted or altered since you noted it, or one before it was: put it back as it"
            " was written (git log -p tells when it went)"
        )
    session.failed |= any(one.unchanged is False for one in those)
    if form == "json":
        print_json([answers.verified(one) for one in those])
        return
    if form == "csv":
        rows = [answers.verified(one) for one in those]
        print_csv(
            COLUMNS,
            [
                [row["number"], row["file"], row["sealed_on"], row["unchanged"], each.get("what"), each.get("sealed"),
                 each.get("now"), row["source"]]
                for row in rows
                for each in row["differences"] or [{}]
            ],
        )  # fmt: skip
        return
    for one in those:
        if one.unchanged is False:
            _changed(session, one)
        elif one.seal:
            what = "unchanged" if one.unchanged else "the file is unchanged"
            click.echo(f"{one.number}: {what} since {one.seal.date}" + (f"; {one.notice}" if one.notice else ""))
        else:
            click.echo(f"{one.number} {one.notice}")
    if not numbers and ledger.book.seals:
        _chain(ledger.book)
    if not those and not numbers:
        click.echo("No document is sealed: bean-invoice seal NUMBER --write")


def _changed(session: Session, one: actions.Verified) -> None:
    place = f"{relative(one.source.file)}:{one.source.line}"
    if one.seal is None:
        _unsealed(session, one, place)
        return
    for each in one.differences:
        session.error(f"{place}: {one.number}, {each.what}: sealed {each.sealed}, now {each.now}")
    if any(each.what == "file" for each in one.differences):
        notice(f"put {relative(one.seal.file)} back as it was sealed, from git or a backup")
    if one.source != one.seal.source:
        if any(each.what != "file" for each in one.differences):
            notice(f"{one.number} has been issued: {undo_change(one.number)}")
    elif any(each.what != "file" for each in one.differences):
        notice(f"{one.number} has been issued: put its entry back (git log -p tells when it went)")


def _unsealed(session: Session, one: actions.Verified, place: str) -> None:
    """What has lost its seal: a later one or a note names it, or its file is there."""
    (gone,) = one.differences
    mark = f"{gone.sealed[: chain.SHORT]}…"
    if gone.what == "document":
        session.error(
            f"{place}: {one.number}: this note names a document of the fingerprint {mark}, which no directive seals"
            f"{f' and {relative(one.file)} has not' if one.file else ''}: put the document directive and its file back (git log -p"
            " tells when they went); if it never left: bean-invoice send --discard; if it left and the file is lost for good, take"
            " sha256 out of this note"
        )
        return
    if one.file:
        session.error(
            f"{relative(one.file)} lies among what is sealed, but no directive seals {one.number} ({place}): if one was deleted,"
            " put it back (git log -p tells when it went); if it never was, move the file away, or bean-invoice seal"
            f" {one.number} --write"
        )
        return
    session.error(
        f"{place}: the seal before this one ({mark}) is not in the ledger any more, or is not as it was: put its"
        " document directive back as it was written (git log -p tells when it went)"
    )


def _chain(book: Book) -> None:
    """The chain in a line: how many, of which days, and the mark of the last one, which may be noted elsewhere."""
    days = [one.date for one in book.seals]
    count, gaps = len(days), len(chain.gaps(book))
    seals = f"{count} seals from {min(days)} to {max(days)}" if count > 1 else f"1 seal of {days[0]}"
    click.echo(
        f"Chain: {seals}, the last one {chain.tip(book)[: chain.SHORT]}; {gaps or 'none'} missing before another"
    )
