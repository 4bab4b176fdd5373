"""What happened to invoices: notes and documents with `event`."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

from beancount.core.data import Document, Note

from beancount_invoicing.entries import keys
from beancount_invoicing.entries.metadata import FindingCollector, read_metadata, source_of
from beancount_invoicing.entries.takeovers import Owing
from beancount_invoicing.model import Event, Invoice, Seal


def read_seal(
    entry: Document, owner: Callable[[str], str | None], by_link: Mapping[str, tuple[Invoice, ...]]
) -> Seal | None:
    """The fingerprint that a document has; None where it has none."""
    said = entry.meta.get("sha256")
    if not isinstance(said, str) or not said.strip():
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
        sha256=said.strip().lower(),
        source=source_of(entry.meta),
        content_digest=_said(entry, "facts"),
        previous=_said(entry, "previous"),
    )


def _said(entry: Document, key: str) -> str:
    said = entry.meta.get(key)
    return said.strip().lower() if isinstance(said, str) else ""


def read_event(
    entry: Note | Document,
    owner: Callable[[str], str | None],
    by_link: Mapping[str, tuple[Invoice, ...]],
    owing: Owing,
    findings: FindingCollector,
) -> Event | None:
    """The event that a note or document with `event` is; None where it is none of ours or wrong."""
    source = source_of(entry.meta)
    links = sorted(entry.links or ())
    named = [invoice for link in links for invoice in by_link.get(link, ())]
    main = owner(entry.account)
    if main is None:
        if named:
            findings.error(
                "event-nothing",
                f"an event of {named[0].number} stands on {entry.account}, which is no customer's account",
                source,
            )
        return None
    said = read_metadata(entry.meta, keys.EVENT, source, findings)
    event = said.get("event")
    if not event:
        return None
    ours = [invoice.number for invoice in named if owing.owes(invoice, main, entry.date)]
    unknown = [link for link in links if link not in by_link]
    if links and not ours:
        if named:
            other = named[0].customer.name if named[0].customer else "nobody"
            message = f"{named[0].number} is an invoice of {other}, not of this account's customer"
        else:
            message = f"there is no invoice for its link {' '.join('^' + link for link in unknown)}"
            if said.get("sha256"):
                message += (
                    ": it has been issued; put it back (git log tells when it went), and credit it if it was wrong"
                )
        findings.error("event-nothing", f"{event}: {message}", source)
        return None
    if event == "reminder" and "level" not in said:
        findings.error("event-level", "a reminder has a level: write level: 1", source)
        return None
    if event == "dispute" and said.get("amount") is not None and not ours:
        findings.error(
            "event-amount",
            f"a dispute of {said['amount']} names its invoice: add its link, ^NUMBER; without an amount all is contested",
            source,
        )
        return None
    if event == "promise" and not said.get("until"):
        findings.error("event-until", f"a promise says until when: write until: {entry.date}", source)
        return None
    return Event(
        date=entry.date,
        kind=event,
        customer=main,
        numbers=tuple(dict.fromkeys(ours)),
        note=entry.comment if isinstance(entry, Note) else "",
        source=source,
        level=said.get("level"),
        tone=said.get("tone") or "",
        amount=said.get("amount"),
        until=said.get("until"),
        instalment=said.get("instalment"),
        channel=said.get("channel") or "",
        document=entry.filename if isinstance(entry, Document) else "",
        sha256=said.get("sha256") or "",
        message_id=said.get("message-id") or "",
        sends_kind=said.get("sends") or "",
        content_digest=said.get("facts") or "",
        undelivered_to=said.get("not-to") or "",
        file=os.path.normpath(Path(source.file).parent / said["file"]) if said.get("file") else "",
    )
