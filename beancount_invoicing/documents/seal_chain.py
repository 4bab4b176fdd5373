"""The chain of seals: each names the one before it by its mark, so that none can be deleted or altered unnoticed.

If two seals name the same previous seal, that is not an error: two branches of git were merged. A seal is missing if
another seal names it and it is not there.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import date
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

from beancount_invoicing.model import Book, Seal
from beancount_invoicing.rules import numbering

if TYPE_CHECKING:
    from beancount_invoicing.writing import text


SHORT_HASH = 12
"""How many characters of a mark are shown; they identify it."""


class Link(NamedTuple):
    """A document directive to be written, and the mark that the next one names."""

    text: str
    hash: str


def seal_hash(seal: Seal) -> str:
    """The mark of a seal: from its day, links, event, the fingerprints of bytes and facts, and the mark before.

    The places of its directive and its file are not part of it.
    """
    links = {*map(numbering.link, seal.numbers), *seal.unknown_links}
    return _mark(seal.date, links, seal.event, seal.sha256, seal.content_digest, seal.previous)


def _mark(day: date, links: Iterable[str], event: str, bytes_: str, facts: str, previous: str) -> str:
    values = [day.isoformat(), sorted(links), event, bytes_, facts, previous]
    return sha256(json.dumps(values).encode()).hexdigest()


def tip(book: Book) -> str:
    """The mark that the next seal names: that of the last seal that no other names; "" if nothing is sealed."""
    named = {seal.previous for seal in book.seals}
    marks = {seal_hash(seal): seal for seal in book.seals}
    last = [
        (bool(seal.previous), seal.date, seal.source, digest) for digest, seal in marks.items() if digest not in named
    ]
    return max(last)[-1] if last else ""


def has_seal(book: Book, hash_prefix: str) -> bool:
    """Whether there is a seal whose mark begins with the given one."""
    return any(seal_hash(seal).startswith(hash_prefix.lower()) for seal in book.seals)


def seals_after_gaps(book: Book) -> tuple[Seal, ...]:
    """The seals that name an earlier one which is missing, or has changed."""
    hashes = {seal_hash(seal) for seal in book.seals}
    return tuple(seal for seal in book.seals if seal.previous and seal.previous not in hashes)


def seal_link(day: date, account: str, file: str, links: Sequence[str], meta: text.MetaItems, previous: str) -> Link:
    """The directive of a document that is sealed after the seal of mark `previous` ("": the first one).

    `meta` has `event`, `sha256` and `facts`, and other keys; `file` is relative to the ledger file in which it is written.
    """
    metadata = dict(meta)
    event, bytes_, facts = (str(metadata.get(key) or "") for key in ("event", "sha256", "facts"))
    from beancount_invoicing.writing import text  # it knows drafts, and reports need none

    directive = text.document_directive(day, account, file, links, [*meta, ("previous", previous)])
    return Link(directive, _mark(day, links, event, bytes_, facts, previous))
