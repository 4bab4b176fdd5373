"""What happened to documents, and seals."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Literal, NamedTuple

from beancount_invoicing.model.values import Day, Source

EventKind = Literal[
    "sealed", "prepared", "sending", "not-sent", "sent", "reminder", "statement", "receipt", "acquitted", "unpaid", "dispute",
    "dispute-settled", "promise", "hold", "resume", "insolvency", "declared", "acknowledged", "collected", "paid-out",
    "not-collected",
]  # fmt: skip
DISPATCH_START_EVENTS = frozenset({"prepared", "sending"})
"""The events that something is about to leave: it waits for a person, or is being sent."""


class Event(NamedTuple):
    """What happened to invoices (`numbers`), or to the whole customer (no numbers). `amount`: the part in dispute."""

    date: Day
    kind: EventKind
    customer: str
    """Main account of the customer."""
    numbers: tuple[str, ...]
    note: str
    source: Source
    level: int | None = None
    tone: str = ""
    """Of a reminder: how it spoke; "final" is the formal notice to pay."""
    amount: Decimal | None = None
    until: Day | None = None
    instalment: int | None = None
    channel: str = ""
    document: str = ""
    sha256: str = ""
    message_id: str = ""
    sends_kind: str = ""
    """What is being sent: "reminder", "statement", "receipt", "acquitted", "unpaid"; "" for the invoice itself."""
    file: str = ""
    """Path of the document that is being sent."""
    content_digest: str = ""
    """Digest of the business terms of the invoice that is being sent."""
    undelivered_to: str = ""
    """Of what was sent: who has not got it, and what the server said of each."""
    mandate: str = ""
    """Of what was collected: under which mandate."""
    end_to_end_id: str = ""
    """Of what was collected or paid out: by what the bank's statement names it."""
    collected_on: Day | None = None
    """The day that the bank was asked to collect on, or to pay out on."""


class Seal(NamedTuple):
    """A document that the ledger keeps with its fingerprint, whether or not what it is linked to is still there."""

    date: date
    customer: str
    """Main account of the customer; "" where its account is no customer's."""
    numbers: tuple[str, ...]
    """Of the invoices that it is linked to, whoever's they are."""
    unknown_links: tuple[str, ...]
    """Its links that no invoice has."""
    event: str
    file: str
    sha256: str
    source: Source
    content_digest: str = ""
    """Digest of the business terms of the invoice that it is; "" where none was sealed."""
    previous: str = ""
    """Mark of the seal before it in the chain; "" of the first one, and of those from before there were chains."""
