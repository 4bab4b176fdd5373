"""What the ledger is told of what is sent: the directives as text."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from os import path as os_path
from pathlib import Path
from typing import NamedTuple

from beancount_invoicing.delivery.addresses import one_line
from beancount_invoicing.documents import seal_chain
from beancount_invoicing.model import Book, Event
from beancount_invoicing.rules import numbering
from beancount_invoicing.writing import text
from beancount_invoicing.writing.dated_files import expanded_pattern

BY_HAND_PREFIX = "to be sent by hand:"
"""What stands between what was prepared and its file, in the note that says so."""


def record_file(book: Book, day: date) -> Path:
    """The file that what is sent on `day` is recorded in."""
    said = book.option("sent-file", day, "sent-{year}.beancount")
    return Path(book.file).parent / expanded_pattern(said, day)


def relative_to(target: Path, file: Path) -> str:
    """A file as a directive in `target` names it."""
    return os_path.relpath(file, target.parent).replace("\\", "/")


class SentFacts(NamedTuple):
    """What a directive says of something that was sent."""

    event: str
    day: date
    account: str
    numbers: tuple[str, ...]
    level: int | None
    deadline: date | None
    tone: str
    channel: str
    message_id: str
    sha256: str
    title: str
    refused_recipients: str = ""
    """Whom of several the server refused, and its words."""
    facts_digest: str = ""
    """Of an invoice: the digest of its business terms."""


def sent_directives(
    target: Path, sent: Sequence[SentFacts], stored: Path | None, previous: str
) -> tuple[list[str], str]:
    """The directives that say that something was sent: the first is the document, where the ledger has not got it yet, sealed after
    the seal of mark `previous`; and the mark that the next seal names."""
    result = []
    for index, facts in enumerate(sent):
        meta: list[tuple[str, text.DirectiveValue | None]] = [
            ("event", facts.event),
            ("level", facts.level),
            ("until", facts.deadline),
            ("tone", facts.tone),
            ("channel", facts.channel),
            ("message-id", facts.message_id),
            ("sha256", facts.sha256),
            ("not-to", facts.refused_recipients),
        ]
        links = [numbering.link(number) for number in facts.numbers]
        if stored is None or index:
            result.append(text.note_directive(facts.day, facts.account, one_line(f"Sent: {facts.title}"), links, meta))
        else:
            meta.insert(-1, ("facts", facts.facts_digest))
            link = seal_chain.seal_link(facts.day, facts.account, relative_to(target, stored), links, meta, previous)
            result.append(link.text)
            previous = link.hash
    return result, previous


def not_sent_directive(day: date, account: str, comment: str, opening: Event) -> str:
    """The directive that says, on `day` or (if later) its own, that what an event opened has not left."""
    return text.note_directive(
        max(day, opening.date),
        account,
        one_line(comment),
        [numbering.link(number) for number in opening.numbers],
        [
            ("event", "not-sent"),
            ("sends", opening.sends_kind),
            ("level", opening.level),
            ("channel", opening.channel),
            ("message-id", opening.message_id),
        ],
    )
