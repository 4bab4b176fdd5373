"""A dispatch: one thing to send to one customer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Literal, NamedTuple

from beancount_invoicing.model import Channel

DispatchKind = Literal["sent", "reminder", "statement", "receipt", "acquitted", "unpaid"]
"""The event to record once it was sent: "sent" is the invoice itself, "acquitted" a copy of a paid invoice, "unpaid" a
copy that says what remained unpaid, or a list of such invoices.
"""


@dataclass(frozen=True)
class Attachment:
    """A file that is attached; its name has no folder. The content may be made only when it is first asked for: a
    preview does not ask.
    """

    name: str
    media_type: str
    source: bytes | Callable[[], bytes]

    @cached_property
    def content(self) -> bytes:
        """The bytes of the file. Raises the errors of making them."""
        return self.source if isinstance(self.source, bytes) else self.source()


class Dispatch(NamedTuple):
    """One thing to be sent to one customer: an invoice, a reminder, a statement …

    It is complete for every channel: an e-mail has `to`, `subject`, `text`, `html`; a letter has `address`; both have
    the attachments. The first attachment is the document itself, which is stored beside the ledger with its
    fingerprint.
    """

    kind: DispatchKind
    day: date
    """The day of the event in the ledger."""
    account: str
    """The customer's account on which the event is recorded."""
    customer: str
    """The customer's name."""
    numbers: tuple[str, ...]
    """The documents that it is about, to which the event links; empty if it is about the whole customer."""
    title: str
    """A short description for people: "Invoice F2026-0064", "Second reminder"."""
    channel: Channel
    language: str
    to: tuple[str, ...] = ()
    """E-mail addresses as written in the ledger; they are checked before anything is sent."""
    cc: tuple[str, ...] = ()
    subject: str = ""
    text: str = ""
    html: str = ""
    attachments: tuple[Attachment, ...] = ()
    replies_to: tuple[str, ...] = ()
    """Message-IDs of the e-mails that it follows, the first one first."""
    address: tuple[str, ...] = ()
    """The lines of the postal address, as shown in the envelope's window."""
    postal_place: tuple[str, str] = ("", "")
    """Country ("" at home) and postcode, by which letters are sorted."""
    level: int | None = None
    """The level of a reminder; if its documents have different levels, the highest."""
    replaces: frozenset[str] = frozenset()
    """For a reminder: the Message-IDs of prepared or doubtful reminders that ask for some of the same amounts."""
    deadline: date | None = None
    """The deadline that a reminder sets."""
    tone: str = ""
    """For a reminder: "final" if it is a formal notice."""
    registered: bool = False
    """Whether it goes by registered post."""
    notices: tuple[str, ...] = ()
    """Notices for the sender."""
    sealed_path: Path | None = None
    """The path of the document if it is already sealed. None: it will be stored under the name of the first attachment.
    """
    text_copies: tuple[Attachment, ...] = ()
    """Texts of PDFs, stored beside the document and not sent."""
    facts_digest: str = ""
    """For an invoice: the digest of its business terms."""

    @property
    def document(self) -> Attachment:
        """The document itself."""
        return self.attachments[0]


class HeldDispatch(NamedTuple):
    """A dispatch that is not sent, with the reason and what to do about it."""

    title: str
    customer: str
    numbers: tuple[str, ...]
    reason: str
    account: str = ""
