"""The directives that record what is sent, as text."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

from beancount_invoicing.delivery.addresses import one_line
from beancount_invoicing.documents import seal_chain
from beancount_invoicing.model import Book, Event
from beancount_invoicing.rules import numbering
from beancount_invoicing.rules.narrations import narration
from beancount_invoicing.sending.recorded_files import relative_to
from beancount_invoicing.writing import text
from beancount_invoicing.writing.dated_files import expanded_pattern


def record_file(book: Book, day: date) -> Path:
    """The file in which something sent on `day` is recorded."""
    pattern = book.option("sent-file", day, "sent-{year}.beancount")
    return Path(book.file).parent / expanded_pattern(pattern, day)


class SentFacts(NamedTuple):
    """The data of a directive about something that was sent."""

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
    """The recipients that the server refused, and its reply."""
    facts_digest: str = ""
    """For an invoice: the digest of its business terms."""
    flow: str = ""
    """For what a platform accepted: its identifier there."""


def sent_directives(
    target: Path, sent: Sequence[SentFacts], stored: Path | None, previous: str, language: str
) -> tuple[list[str], str]:
    """The directives that record that something was sent, and the mark for the next seal. The first directive is the
    document, if the ledger does not have it yet; it is sealed after the seal with the mark `previous`.
    `language`: that of the books.
    """
    result = []
    for index, facts in enumerate(sent):
        meta: list[tuple[str, text.DirectiveValue | None]] = [
            ("event", facts.event),
            ("level", facts.level),
            ("until", facts.deadline),
            ("tone", facts.tone),
            ("channel", facts.channel),
            ("message-id", facts.message_id),
            ("flow", facts.flow),
            ("sha256", facts.sha256),
            ("not-to", facts.refused_recipients),
        ]
        links = [numbering.link(number) for number in facts.numbers]
        if stored is None or index:
            result.append(
                text.note_directive(
                    facts.day, facts.account, one_line(narration(language, "sent", facts.title)), links, meta
                )
            )
        else:
            meta.insert(-1, ("facts", facts.facts_digest))
            link = seal_chain.seal_link(facts.day, facts.account, relative_to(target, stored), links, meta, previous)
            result.append(link.text)
            previous = link.hash
    return result, previous


def not_sent_directive(day: date, account: str, comment: str, opening: Event) -> str:
    """The directive that records, on `day` or (if later) its own day, that something opened by an event was not sent."""
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
