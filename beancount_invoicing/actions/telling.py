"""What the ledger is told of what is sent: the directives as text."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from os import path as os_path
from pathlib import Path
from typing import NamedTuple

from beancount_invoicing.actions import chain
from beancount_invoicing.actions.places import of_day
from beancount_invoicing.delivery.addresses import one_line
from beancount_invoicing.entries import text
from beancount_invoicing.model import Book, Event
from beancount_invoicing.rules import numbering

BY_HAND = "to be sent by hand:"
"""What stands between what was prepared and its file, in the note that says so."""


def record_file(book: Book, day: date) -> Path:
    """The file that what is sent on `day` is recorded in."""
    said = book.option("sent-file", day, "sent-{year}.beancount")
    return Path(book.file).parent / of_day(said, day)


def relative_to(target: Path, file: Path) -> str:
    """A file as a directive in `target` names it."""
    return os_path.relpath(file, target.parent).replace("\\", "/")


class Sent(NamedTuple):
    """What a directive says of something that was sent."""

    event: str
    day: date
    account: str
    numbers: tuple[str, ...]
    level: int | None
    until: date | None
    tone: str
    channel: str
    identifier: str
    mark: str
    title: str
    not_to: str = ""
    """Whom of several the server refused, and its words."""
    facts: str = ""
    """Of an invoice: the digest of its business terms."""


def closings(target: Path, sent: Sequence[Sent], stored: Path | None, previous: str) -> tuple[list[str], str]:
    """The directives that say that something was sent: the first is the document, where the ledger has not got it yet, sealed after
    the seal of mark `previous`; and the mark that the next seal names."""
    result = []
    for index, one in enumerate(sent):
        meta: list[tuple[str, text.Value | None]] = [
            ("event", one.event),
            ("level", one.level),
            ("until", one.until),
            ("tone", one.tone),
            ("channel", one.channel),
            ("message-id", one.identifier),
            ("sha256", one.mark),
            ("not-to", one.not_to),
        ]
        links = [numbering.link(number) for number in one.numbers]
        if stored is None or index:
            result.append(text.note(one.day, one.account, one_line(f"Sent: {one.title}"), links, meta))
        else:
            meta.insert(-1, ("facts", one.facts))
            kept = chain.sealed(one.day, one.account, relative_to(target, stored), links, meta, previous)
            result.append(kept.text)
            previous = kept.mark
    return result, previous


def not_sent(day: date, account: str, comment: str, opening: Event) -> str:
    """The directive that says, on `day` or (if later) its own, that what an event opened has not left."""
    return text.note(
        max(day, opening.date),
        account,
        one_line(comment),
        [numbering.link(number) for number in opening.numbers],
        [
            ("event", "not-sent"),
            ("sends", opening.sends),
            ("level", opening.level),
            ("channel", opening.channel),
            ("message-id", opening.message_id),
        ],
    )
