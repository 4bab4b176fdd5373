"""The life cycle of documents at a platform: what each flow has become, and what the document is by all of its flows.

A status belongs to its flow, never to the number: if a second deposit of an invoice is rejected as a duplicate, the first one stays
valid. The order in which messages arrive, and whether some arrive twice, changes nothing: they are sorted by the platform's time.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time
from typing import Literal, NamedTuple

from beancount_invoicing.model import Book, Event
from beancount_invoicing.platform.statuses import ACK_ERROR, ACK_OK, is_duplicate

Standing = Literal[
    "duplicate", "inadmissible", "rejected", "refused", "cancelled", "handed-in", "deposited", "received", "approved",
    "partly-approved", "suspended", "disputed", "payment-sent", "paid", "routing-error",
]  # fmt: skip
_BY_CODE: dict[str, Standing] = {
    ACK_OK: "deposited",
    "200": "deposited",
    "201": "deposited",
    "202": "received",
    "203": "received",
    "204": "received",
    "205": "approved",
    "206": "partly-approved",
    "207": "disputed",
    "208": "suspended",
    "209": "received",
    "211": "payment-sent",
    "212": "paid",
    "220": "cancelled",
    "221": "routing-error",
}
"""What a flow is after a status, unless it is over."""
NOT_TAKEN: frozenset[Standing] = frozenset({"duplicate", "inadmissible"})
"""The flow brought nothing: the platform did not take it."""
REFUSED: frozenset[Standing] = frozenset({"rejected", "refused"})
"""The document is not owed as it is: it has to leave the books (XP Z12-014, annex A, 2.4)."""
_CONTESTED = REFUSED | {"disputed"}
_FROM_DISPUTE: frozenset[Standing] = frozenset({"approved", "payment-sent", "paid", "cancelled"})
"""What ends a dispute; other statuses leave it open."""


class FlowState(NamedTuple):
    """A flow and what became of it: its statuses in the order of the platform's time, each message once."""

    flow: str
    """The platform's identifier; "" for statuses of a document that was handed in without this program."""
    since: date
    """The day on which it was handed in, or of its first status."""
    statuses: tuple[Event, ...]
    standing: Standing

    @property
    def last(self) -> Event | None:
        """The latest status; None if there is none yet."""
        return self.statuses[-1] if self.statuses else None

    @property
    def decisive(self) -> Event | None:
        """The status that made it what it is; None if there is none."""
        return next(
            (event for event in reversed(self.statuses) if _standing_of((event,)) == self.standing),
            self.last,
        )


def moment(event: Event) -> datetime:
    """When the platform sent a status: `updated`, or else the beginning of its day."""
    try:
        told = datetime.fromisoformat(event.updated)
    except ValueError:
        return datetime.combine(event.date, time.min, UTC)
    return told.astimezone(UTC) if told.tzinfo else told.replace(tzinfo=UTC)


def flow_states(events: Iterable[Event], number: str) -> tuple[FlowState, ...]:
    """The flows of a document, by day and identifier. `events`: of the ledger; those of other documents are left out."""
    handed_in: dict[str, date] = {}
    statuses: defaultdict[str, dict[tuple[str, str], Event]] = defaultdict(dict)
    for event in events:
        if number not in event.numbers:
            continue
        if event.kind == "sent" and event.flow:
            handed_in[event.flow] = min(event.date, handed_in.get(event.flow, event.date))
        elif event.kind == "status":
            identity = (event.status_flow or event.updated, event.status)
            known = statuses[event.flow].get(identity)
            if known is None or (event.date, event.reason) < (known.date, known.reason):
                statuses[event.flow][identity] = event
    found = []
    for flow in {*handed_in, *statuses}:
        in_order = tuple(
            sorted(statuses[flow].values(), key=lambda event: (moment(event), event.status, event.status_flow))
        )
        first = handed_in.get(flow) or min(event.date for event in in_order)
        found.append(FlowState(flow, first, in_order, _standing_of(in_order)))
    return tuple(sorted(found, key=lambda state: (state.since, state.flow)))


def document_state(states: Sequence[FlowState]) -> FlowState | None:
    """The flow that counts for a document; None if it has none.

    The latest that lives; else the latest that was refused or rejected; else the latest of all.
    """
    return max(states, key=lambda state: (_rank(state.standing), state.since, state.flow), default=None)


def _rank(standing: Standing) -> int:
    return 0 if standing in NOT_TAKEN else 1 if standing in REFUSED else 2


def _standing_of(statuses: Sequence[Event]) -> Standing:
    """What a flow is after statuses, in order. A refusal is the end of a flow, whatever came before or after."""
    codes = {event.status for event in statuses}
    if any(is_duplicate(event.status, event.reason) for event in statuses):
        return "duplicate"
    if "210" in codes:
        return "refused"
    if "213" in codes:
        return "rejected"
    if codes & {ACK_ERROR, "501"}:
        return "inadmissible"
    standing: Standing = "handed-in"
    for event in statuses:
        after = _BY_CODE.get(event.status)
        if after and not (standing == "disputed" and after not in _FROM_DISPUTE):
            standing = after
    return standing


def with_disputes(events: Sequence[Event]) -> tuple[Event, ...]:
    """Events with the disputes that follow from statuses, as `dispute` and `dispute-settled` events, in the order of days.

    A document is contested from the day of a 207, 210 or 213 on (not of a duplicate) until its flow is approved, paid or cancelled,
    or another flow of it lives.
    """
    numbers = dict.fromkeys(number for event in events if event.kind == "status" for number in event.numbers)
    if not numbers:
        return tuple(events)
    by_number: defaultdict[str, list[Event]] = defaultdict(list)
    for event in events:
        if event.kind == "status" or (event.kind == "sent" and event.flow):
            for number in event.numbers:
                by_number[number].append(event)
    derived = [dispute for number in numbers for dispute in _disputes(by_number[number], number)]
    return tuple(sorted((*events, *derived), key=lambda event: event.date))


def _disputes(own: Sequence[Event], number: str) -> Iterable[Event]:
    """The disputes of a document. `own`: its statuses, and the events by which it was handed in."""
    contested = False
    for day in sorted({event.date for event in own}):
        state = document_state(flow_states([event for event in own if event.date <= day], number))
        before, contested = contested, state is not None and state.standing in _CONTESTED
        cause = state.decisive if state else None
        if contested and cause and (not before or cause.date == day):
            yield _derived(cause, "dispute", day, number)
        elif before and not contested:
            yield _derived(
                max((event for event in own if event.date == day), key=moment), "dispute-settled", day, number
            )


def _derived(cause: Event, kind: Literal["dispute", "dispute-settled"], day: date, number: str) -> Event:
    return Event(
        date=day, kind=kind, customer=cause.customer, numbers=(number,), note=cause.reason, source=cause.source,
        reason=cause.reason,
    )  # fmt: skip


def refusal_of(book: Book, number: str, as_of: date) -> Event | None:
    """The status by which a document was refused or rejected by `as_of` (inclusive), so that it is not owed; None if it was not."""
    state = document_state(flow_states((event for event in book.events if event.date <= as_of), number))
    return state.decisive if state and state.standing in REFUSED else None


def is_reversed(book: Book, number: str, as_of: date) -> bool:
    """Whether a document was taken out of the books by `as_of` (inclusive), by a cancellation."""
    return any(invoice.kind == "cancellation" and invoice.date <= as_of for invoice in book.corrections.get(number, ()))


def flow_of_message(events: Iterable[Event], number: str, told_flow: str, code: str, reason: str) -> str:
    """The flow of a document that a message is about; "" if none is known. `told_flow`: the one that the message names, if any.

    A message names the number only. If the document was handed in more than once, a duplicate is the latest flow that has not got
    anywhere, and anything else the earliest that was taken.
    """
    states = [state for state in flow_states(events, number) if state.flow]
    if any(state.flow == told_flow for state in states) or len(states) < 2:
        return told_flow or "".join(state.flow for state in states)
    if is_duplicate(code, reason):
        waiting = [state for state in states if state.standing in {"handed-in", "duplicate"}]
        return (waiting or states)[-1].flow
    taken = [state for state in states if state.standing not in NOT_TAKEN]
    return (taken or states)[0].flow
