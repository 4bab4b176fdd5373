"""What goes to a platform and is no document: e-reports and messages 212. What waits, is in doubt, was taken, or was rejected."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from datetime import date
from typing import Literal, NamedTuple

from beancount_invoicing.messages import _
from beancount_invoicing.model import Book, FlowRecord
from beancount_invoicing.platform.statuses import ACK_ERROR, is_duplicate

HandInState = Literal["waiting", "in-doubt", "sent", "not-sent", "rejected"]
_REJECTIONS = frozenset({ACK_ERROR, "213", "501"})
_SEQUENCE = re.compile(r"-(\d{1,9})@")
COLLECTED = "CustomerInvoiceLC"
"""The type of flow (XP Z12-013) of a status of an invoice that we issued: 212, or 220 beside a corrective invoice."""


class HandIn(NamedTuple):
    """A file for the platform. `record`: that of its preparation; `state`: what became of it."""

    record: FlowRecord
    state: HandInState
    was_tried: bool
    """Whether it may have left before: the platform is asked first."""
    reason: str = ""
    """Why it was rejected, or was not taken the last time."""

    @property
    def identifier(self) -> str:
        """Its name for people: the message-id before the @."""
        return self.record.message_id.strip("<>").rpartition("@")[0]

    @property
    def is_message(self) -> bool:
        """Whether it is a life-cycle message, not a report."""
        return self.record.flow_type == COLLECTED


def hand_ins(flows: Iterable[FlowRecord]) -> tuple[HandIn, ...]:
    """All files that were prepared, in the order in which they were; each once.

    Records are counted, so that their order on a day does not matter: one that was prepared more often than it was sent on its way
    waits; if each of them was followed by "sending", nobody knows whether the last one arrived.
    """
    records: defaultdict[str, list[FlowRecord]] = defaultdict(list)
    rejections: dict[str, str] = {}
    for flow in flows:
        if flow.kind != "status":
            records[flow.message_id or flow.sha256].append(flow)
        elif flow.status in _REJECTIONS and not is_duplicate(flow.status, flow.reason):
            rejections[flow.flow] = flow.reason or flow.status
    found = [_hand_in(own, rejections) for own in records.values()]
    return tuple(sorted(found, key=lambda item: (item.record.date, sequence(item.record), item.record.source)))


def sequence(record: FlowRecord) -> int:
    """The number of a report among those of its period; 0 if its identifier does not end with one."""
    match = _SEQUENCE.search(record.message_id)
    return int(match[1]) if match else 0


def _hand_in(own: list[FlowRecord], rejections: dict[str, str]) -> HandIn:
    counts = Counter(flow.kind for flow in own)
    first = min(own, key=lambda flow: (flow.kind != "prepared", flow.date, flow.source))
    taken = [flow for flow in own if flow.kind == "sent"]
    reason = max(own, key=lambda flow: (flow.date, flow.source)).reason
    if taken:
        rejected = [rejections[flow.flow] for flow in taken if flow.flow and flow.flow in rejections]
        state: HandInState = "rejected" if len(rejected) == len(taken) else "sent"
        reason = rejected[-1] if state == "rejected" else ""
    elif counts["not-sent"]:
        state = "not-sent"
    elif counts["sending"] >= counts["prepared"] and counts["sending"]:
        state = "in-doubt"
    else:
        state = "waiting"
    return HandIn(first, state, bool(counts["sending"]), reason)


def waiting_reports(book: Book, day: date, identifiers: Collection[str] = ()) -> tuple[HandIn, ...]:
    """What is to be handed in, or in doubt, by the order in which it was prepared; nothing without a platform on `day`.

    `identifiers`: only these.
    """
    if not book.option("platform", day):
        return ()
    return tuple(
        item
        for item in hand_ins(book.flows)
        if item.state in {"waiting", "in-doubt"} and (not identifiers or item.identifier in identifiers)
    )


def series(record: FlowRecord) -> tuple[object, ...]:
    """What has to arrive in order: the reports of a period, the receipts of a document."""
    return (record.subject, record.flow_type, *((record.first_day, record.last_day) if not record.amounts else ()))


def rejected_reports(flows: Iterable[FlowRecord]) -> tuple[HandIn, ...]:
    """What the platform rejected, and nothing that was prepared since has replaced."""
    latest = {series(item.record): item for item in hand_ins(flows)}
    return tuple(item for item in latest.values() if item.state == "rejected")


def report_advice(item: HandIn) -> str:
    """What to do about a report that has not been taken yet."""
    if item.state == "in-doubt":
        return doubt_advice(item)
    command = _("to be sent: bean-invoice send {identifier} --write", identifier=item.identifier)
    return _("{reason}; {command}", reason=item.reason, command=command) if item.reason else command


def doubt_advice(item: HandIn) -> str:
    """What to do about a report of which nobody knows whether it arrived."""
    return _(
        "it is in doubt: bean-invoice platform fetch --write asks the platform whether it has it; if not, bean-invoice send "
        "{identifier} --retry --write",
        identifier=item.identifier,
    )


def report_title(record: FlowRecord) -> str:
    """What a report is, for people."""
    values = {"number": record.subject, "since": record.first_day, "until": record.last_day}
    if record.amounts:
        return _("Status 212 of {number}, {since}", **values)
    if record.flow_type == COLLECTED:
        return _("Status {status} of {number}", status=record.status or "220", **values)
    if record.subject == "payments":
        return _("E-report of payments, {since} to {until}", **values)
    return _("E-report of sales, {since} to {until}", **values)
