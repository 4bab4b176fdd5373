"""What happened to documents, and seals."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Literal, NamedTuple

from beancount_invoicing.model.values import Day, Source

EventKind = Literal[
    "sealed", "prepared", "sending", "not-sent", "sent", "reminder", "statement", "receipt", "acquitted", "unpaid", "dispute",
    "dispute-settled", "promise", "hold", "resume", "insolvency", "declared", "acknowledged", "collected", "paid-out",
    "not-collected", "status",
]  # fmt: skip
DISPATCH_START_EVENTS = frozenset({"prepared", "sending"})
"""The events that announce sending: something waits for a person to send it, or is being sent."""


class Event(NamedTuple):
    """Something that happened to invoices (`numbers`), or to the whole customer (no numbers). `amount`: the part in
    dispute.
    """

    date: Day
    kind: EventKind
    customer: str
    """Main account of the customer."""
    numbers: tuple[str, ...]
    note: str
    source: Source
    level: int | None = None
    tone: str = ""
    """Tone of a reminder; "final" is the formal notice to pay."""
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
    """For something sent: the recipients that did not get it, each with the server's reply."""
    mandate: str = ""
    """For a collection: its mandate."""
    end_to_end_id: str = ""
    """For a collection or a payment out: the reference under which the bank's statement names it."""
    collected_on: Day | None = None
    """The day on which the bank was asked to collect, or to pay out."""
    flow: str = ""
    """For what went to a platform, and for a status: the platform's identifier of what was handed in."""
    status: str = ""
    """The code of a status that a platform sent: "200" …, "ack-ok", "ack-error", "unread"."""
    status_flow: str = ""
    """The platform's identifier of the message that brought the status."""
    updated: str = ""
    """When the platform last changed that message: ISO 8601, UTC."""
    reason: str = ""
    """The reasons of a status."""


class FlowRecord(NamedTuple):
    """What a platform handles and is no document of the ledger: a report that was handed in, or a status of one, or of a
    document that the ledger does not have; custom "invoice-flow".
    """

    date: Day
    subject: str
    """The report, or the number that the platform names."""
    kind: EventKind
    """"prepared", "sending", "sent", "not-sent" or "status"."""
    source: Source
    flow_type: str = ""
    """The type of the flow by XP Z12-013, such as AggregatedCustomerTransactionReport."""
    first_day: Day | None = None
    """The first day of a report's period."""
    last_day: Day | None = None
    """Its last day, inclusive."""
    message_id: str = ""
    flow: str = ""
    status: str = ""
    status_flow: str = ""
    updated: str = ""
    reason: str = ""
    file: str = ""
    """Path of the report, or of the message."""
    sha256: str = ""
    amounts: str = ""
    """For a status 212: what was received, with tax, by rate: "20: 240.00, 10: 110.00"."""
    content_digest: str = ""
    """Fingerprint of what a report says of its period, whatever its number and time."""


class Seal(NamedTuple):
    """A document that the ledger stores with its fingerprint, even if the documents that it links to are gone."""

    date: date
    customer: str
    """Main account of the customer; "" if its account is not a customer's."""
    numbers: tuple[str, ...]
    """The invoices that it links to, of any customer."""
    unknown_links: tuple[str, ...]
    """Its links that belong to no invoice."""
    event: str
    file: str
    sha256: str
    source: Source
    content_digest: str = ""
    """Digest of the sealed invoice's business terms; "" if none was sealed."""
    previous: str = ""
    """Mark of the previous seal in the chain; "" for the first seal, and for those from before there were chains."""
