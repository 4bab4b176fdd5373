"""What happened to invoices: notes and documents with `event`."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from beancount.core.data import Document, Note

from beancount_invoicing.entries import keys
from beancount_invoicing.entries.metadata import FindingCollector, read_metadata, source_of
from beancount_invoicing.entries.takeovers import DebtorsByDocument
from beancount_invoicing.messages import _
from beancount_invoicing.model import Event, Invoice, Seal, Source


def read_seal(
    entry: Document, owner: Callable[[str], str | None], by_link: Mapping[str, tuple[Invoice, ...]]
) -> Seal | None:
    """The fingerprint of a document; None if it has none."""
    digest = entry.meta.get("sha256")
    if not isinstance(digest, str) or not digest.strip():
        return None
    main = owner(entry.account)
    links = sorted(entry.links or ())
    named = [invoice for link in links for invoice in by_link.get(link, ())]
    return Seal(
        date=entry.date,
        customer=main or "",
        numbers=tuple(dict.fromkeys(invoice.number for invoice in named)),
        unknown_links=tuple(link for link in links if link not in by_link),
        event=str(entry.meta.get("event") or ""),
        file=entry.filename,
        sha256=digest.strip().lower(),
        source=source_of(entry.meta),
        content_digest=_said(entry, "facts"),
        previous=_said(entry, "previous"),
    )


def _said(entry: Document, key: str) -> str:
    value = entry.meta.get(key)
    return value.strip().lower() if isinstance(value, str) else ""


def read_event(
    entry: Note | Document,
    owner: Callable[[str], str | None],
    by_link: Mapping[str, tuple[Invoice, ...]],
    debtors: DebtorsByDocument,
    findings: FindingCollector,
) -> Event | None:
    """The event of a note or document with `event`; None if it is not ours or wrong."""
    source = source_of(entry.meta)
    links = sorted(entry.links or ())
    named = [invoice for link in links for invoice in by_link.get(link, ())]
    main = owner(entry.account)
    if main is None:
        if named:
            findings.error(
                "event-nothing",
                _(
                    "an event of {number} is on {account}, which is not a customer's account",
                    number=named[0].number,
                    account=entry.account,
                ),
                source,
            )
        return None
    metadata = read_metadata(entry.meta, keys.EVENT, source, findings)
    kind = metadata.get("event")
    if not kind:
        return None
    numbers = [invoice.number for invoice in named if debtors.owes(invoice, main, entry.date)]
    if links and not numbers:
        unknown = [link for link in links if link not in by_link]
        message = _of_no_document(named, unknown, bool(metadata.get("sha256")))
        findings.error("event-nothing", _("{kind}: {message}", kind=kind, message=message), source)
        return None
    if not _is_complete(kind, entry.date, metadata, bool(numbers), source, findings):
        return None
    event = Event(
        date=entry.date,
        kind=kind,
        customer=main,
        numbers=tuple(dict.fromkeys(numbers)),
        note=entry.comment if isinstance(entry, Note) else "",
        source=source,
        level=metadata.get("level"),
        tone=metadata.get("tone") or "",
        amount=metadata.get("amount"),
        until=metadata.get("until"),
        instalment=metadata.get("instalment"),
        channel=metadata.get("channel") or "",
        document=entry.filename if isinstance(entry, Document) else "",
        sha256=metadata.get("sha256") or "",
        message_id=metadata.get("message-id") or "",
        sends_kind=metadata.get("sends") or "",
        content_digest=metadata.get("facts") or "",
        undelivered_to=metadata.get("not-to") or "",
        mandate=metadata.get("mandate") or "",
        end_to_end_id=metadata.get("end-to-end-id") or "",
        collected_on=metadata.get("collection-date"),
        file=os.path.normpath(Path(source.file).parent / metadata["file"]) if metadata.get("file") else "",
    )
    return _at_platform(event, metadata) if metadata.get("flow") or kind == "status" else event


def _at_platform(event: Event, metadata: Mapping[str, Any]) -> Event:
    """An event with what a platform says of it."""
    return event._replace(
        flow=metadata.get("flow") or "",
        status=metadata.get("status") or "",
        status_flow=metadata.get("status-flow") or "",
        updated=metadata.get("updated") or "",
        reason=metadata.get("reason") or "",
    )


def _of_no_document(named: Sequence[Invoice], unknown_links: Sequence[str], sent: bool) -> str:
    """Why no document of the customer is meant; `sent`: the event proves that one was sent."""
    if named:
        other = named[0].customer.name if named[0].customer else "nobody"
        return _(
            "{number} is an invoice of {other}, not of this account's customer", number=named[0].number, other=other
        )
    message = _("there is no invoice for its link {links}", links=" ".join("^" + link for link in unknown_links))
    if sent:
        message += _(
            ": it has been issued; put it back (git log shows when it was deleted), and credit it if it was wrong"
        )
    return message


def _is_complete(
    kind: str, day: date, metadata: Mapping[str, Any], of_documents: bool, source: Source, findings: FindingCollector
) -> bool:
    """Whether an event has the keys that its kind needs; an error if not."""
    if kind == "reminder" and "level" not in metadata:
        findings.error("event-level", _("a reminder needs a level: write level: 1"), source)
        return False
    if kind == "dispute" and metadata.get("amount") is not None and not of_documents:
        findings.error(
            "event-amount",
            _(
                "a dispute of {amount} needs its invoice: add its link, ^NUMBER; without an amount everything is "
                "contested",
                amount=metadata["amount"],
            ),
            source,
        )
        return False
    if kind == "status" and not metadata.get("status"):
        findings.error("event-status", _('a status needs its code: write status: "200"'), source)
        return False
    if kind == "promise" and not metadata.get("until"):
        findings.error("event-until", _("a promise needs its last day: write until: {day}", day=day), source)
        return False
    return True
