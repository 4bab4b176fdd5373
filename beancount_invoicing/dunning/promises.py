"""Promises to pay, and whether they were kept."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Literal, NamedTuple

from beancount_invoicing.model import ZERO, Event
from beancount_invoicing.receivables import Position

PromiseOutcome = Literal["kept", "broken", "to come", "replaced", "withdrawn"]


class PromiseKept(NamedTuple):
    """A promise, and what became of it."""

    promise: Event
    outcome: PromiseOutcome


def promises_kept(events: Iterable[Event], of_customer: Mapping[str, Position], as_of: date) -> tuple[PromiseKept, ...]:
    """What became by `as_of` of each promise among a customer's own events (in their order).

    `of_customer`: the positions of its documents by number, as of that day. Promises of one day about the same documents are a
    payment plan: each part is kept if all parts up to it had come by its day (inclusive). A later promise about the same documents
    replaces those whose day has not come, and `resume` withdraws them.
    """
    known = [event for event in events if event.date <= as_of]
    plans: defaultdict[tuple[date, tuple[str, ...]], list[Event]] = defaultdict(list)
    for event in known:
        if event.kind == "promise":
            plans[event.date, event.numbers].append(event)
    result = []
    for place, promise in enumerate(known):
        if promise.kind == "promise":
            until = promise.until or promise.date
            plan = [part for part in plans[promise.date, promise.numbers] if (part.until or part.date) <= until]
            outcome = _ended(promise, known[place + 1 :], until)
            if outcome is None and as_of <= until:
                outcome = "to come"
            result.append(PromiseKept(promise, outcome or _kept(promise, plan, of_customer, until)))
    return tuple(result)


def _ended(promise: Event, later: Iterable[Event], until: date) -> PromiseOutcome | None:
    """What ended a promise before its day was over, among the events after it; None if nothing did."""
    for event in later:
        same = not event.numbers or (promise.numbers and set(promise.numbers) <= set(event.numbers))
        if same and event.date <= until:
            if event.kind == "resume":
                return "withdrawn"
            if event.kind == "promise" and event.date > promise.date:
                return "replaced"
    return None


def _kept(promise: Event, plan: Iterable[Event], of_customer: Mapping[str, Position], until: date) -> PromiseOutcome:
    about = [of_customer[number] for number in promise.numbers or of_customer if number in of_customer]
    if promise.amount is not None:
        promised = sum((part.amount or ZERO for part in plan), ZERO)
        return "kept" if received_for(promise, about, until) >= promised else "broken"
    missed = any(
        open_on(position, until)
        for position in about
        if promise.numbers or (position.invoice.date <= promise.date and _is_due(position, until))
    )
    return "broken" if missed else "kept"


def _is_due(position: Position, day: date) -> bool:
    """Whether something of an invoice was due by a day; a draft is not."""
    dues = (instalment.due for instalment in position.invoice.instalments)
    return position.payable > 0 and not position.invoice.draft and any(due <= day for due in dues)


def open_on(position: Position, day: date) -> bool:
    """Whether an amount that was due by `day` (if everything is due later: any amount) was still open at its end."""
    instalments = position.invoice.instalments
    indices = {instalment.index for instalment in instalments if instalment.due <= day} or {
        instalment.index for instalment in instalments
    }
    payable = sum(
        (
            standing.amount
            for instalment, standing in zip(instalments, position.instalments, strict=True)
            if instalment.index in indices
        ),
        ZERO,
    )
    return payable > sum(
        (
            allocation.amount
            for allocation in position.allocations
            if allocation.instalment in indices and allocation.received_on <= day
        ),
        ZERO,
    )


def received_for(promise: Event, positions: Iterable[Position], until: date) -> Decimal:
    """What was settled of documents from the date of a promise on, by `until` (both inclusive); write-offs do not count."""
    return sum(
        (
            allocation.amount
            for position in positions
            for allocation in position.allocations
            if promise.date <= allocation.date
            and allocation.received_on <= until
            and position.payable > 0
            and "write-off" not in {allocation.how, allocation.reverses}
        ),
        ZERO,
    )
