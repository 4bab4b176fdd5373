"""What is to be sent: one thing to one customer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Literal, NamedTuple

from beancount_invoicing.model import Channel

DispatchKind = Literal["sent", "reminder", "statement", "receipt", "acquitted", "unpaid"]
"""The event that the ledger is told once it was sent; "sent" is the invoice itself, "acquitted" a copy of one that is paid,
"unpaid" one that says what remained unpaid of it, or the list of those."""


@dataclass(frozen=True)
class Attachment:
    """A file that goes with it; the name has no folder. What has to be made is made when its content is first asked for: a
    preview does not ask."""

    name: str
    media_type: str
    source: bytes | Callable[[], bytes]

    @cached_property
    def content(self) -> bytes:
        """The bytes. Raises what making them raises."""
        return self.source if isinstance(self.source, bytes) else self.source()


class Dispatch(NamedTuple):
    """One thing to be sent to one customer: an invoice, a reminder, a statement …

    It is complete whatever the channel is: an e-mail has `to`, `subject`, `text`, `html`; a letter has `address`; both have the
    attachments. The first attachment is the document itself, which is kept beside the ledger with its fingerprint.
    """

    kind: DispatchKind
    day: date
    """Of the event in the ledger."""
    account: str
    """The customer's account that the event stands on."""
    customer: str
    """The customer's name."""
    numbers: tuple[str, ...]
    """The documents that it is about, each linked to the event; none: the whole customer."""
    title: str
    """What it is, in short and for people: "Invoice F2026-0064", "Second reminder"."""
    channel: Channel
    language: str
    to: tuple[str, ...] = ()
    """E-mail addresses as they stand in the ledger: they are looked at before anything leaves."""
    cc: tuple[str, ...] = ()
    subject: str = ""
    text: str = ""
    html: str = ""
    attachments: tuple[Attachment, ...] = ()
    replies_to: tuple[str, ...] = ()
    """Message-IDs of the e-mails that it follows, the first one first."""
    address: tuple[str, ...] = ()
    """The lines of the postal address, as they stand in the envelope's window."""
    postal_place: tuple[str, str] = ("", "")
    """Country ("" at home) and post code, by which letters are put in order."""
    level: int | None = None
    """Of a reminder; where its documents have different ones, the highest."""
    replaces: frozenset[str] = frozenset()
    """Of a reminder: the Message-IDs of those that were prepared, or are in doubt, for something that it asks for too."""
    deadline: date | None = None
    """The deadline that a reminder sets."""
    tone: str = ""
    """Of a reminder: "final" where it is a formal notice."""
    registered: bool = False
    """Goes by registered post."""
    notices: tuple[str, ...] = ()
    """What the sender should know of it."""
    sealed_path: Path | None = None
    """Where the document is kept already, sealed; None: it will be, by the name of the first attachment."""
    text_copies: tuple[Attachment, ...] = ()
    """Kept beside the document, and not sent: a text of what a PDF says."""
    facts_digest: str = ""
    """Of an invoice: the digest of its business terms."""

    @property
    def document(self) -> Attachment:
        """The document itself."""
        return self.attachments[0]


class HeldDispatch(NamedTuple):
    """What does not leave, and why, with what to do about it."""

    title: str
    customer: str
    numbers: tuple[str, ...]
    reason: str
    account: str = ""
