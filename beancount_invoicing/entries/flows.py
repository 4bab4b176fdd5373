"""The directives of what a platform handles and is no document of the ledger."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from beancount_invoicing.entries.metadata import Unreadable
from beancount_invoicing.messages import _
from beancount_invoicing.model import FlowRecord, Source

_EVENTS = ("prepared", "sending", "sent", "not-sent", "status")


def read_flow(day: date, values: Sequence[Any], keys: Mapping[str, Any], source: Source) -> FlowRecord:
    """A flow; `values`, `keys`: of its directive. Raises Unreadable if something is missing or wrong."""
    match values:
        case [str() as subject] if subject.strip():
            pass
        case _:
            raise Unreadable(
                _('"invoice-flow" has one value: the report, or the number of the document that a platform names')
            )
    kind = keys.get("event")
    if kind not in _EVENTS:
        raise Unreadable(
            _(
                'an "invoice-flow" says what happened: write event: "prepared", "sending", "sent", "not-sent" or "status", '
                'not "{event}"',
                event=kind or "",
            )
        )
    if kind == "status" and not keys.get("status"):
        raise Unreadable(_('a status needs its code: write status: "200"'))
    return FlowRecord(
        date=day,
        subject=subject.strip(),
        kind=kind,
        source=source,
        flow_type=keys.get("flow-type") or "",
        first_day=keys.get("from"),
        last_day=keys.get("until"),
        message_id=keys.get("message-id") or "",
        flow=keys.get("flow") or "",
        status=keys.get("status") or "",
        status_flow=keys.get("status-flow") or "",
        updated=keys.get("updated") or "",
        reason=keys.get("reason") or "",
        file=os.path.normpath(Path(source.file).parent / keys["file"]) if keys.get("file") else "",
        sha256=(keys.get("sha256") or "").strip().lower(),
        amounts=keys.get("amounts") or "",
        content_digest=(keys.get("facts") or "").strip().lower(),
    )
