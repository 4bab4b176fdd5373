"""Promises to pay, and whether they were kept."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Literal, NamedTuple

from beancount_invoicing.model import ZERO, Day, Event
from beancount_invoicing.receivables import Position

PromiseOutcome = Literal["kept", "broken", "to come", "replaced", "withdrawn"]


class PromiseKept(NamedTuple):
    """A promise, and what became of it."""

    promise: Event
    outcome: PromiseOutcome


class PromisedAmount(NamedTuple):
    """What is still to come of a promise."""

    promise: Event
    until: Day
    left: Decimal | None
    """Of the amount that was promised; None if everything was."""


def plan_in_force(events: Sequence[Event]) -> list[Event]:
    """The promises that count for a document after its events (in their order), whether their days have passed or not: those of the
    last day on which something was promised, unless `resume` withdrew them since.
    """
    return [
        promise
        for place, promise in enumerate(events)
        if promise.kind == "promise" and not any(_ends(event, promise) for event in events[place + 1 :])
    ]


def _ends(event: Event, promise: Event) -> bool:
    """Whether an event ends an earlier promise for the documents that both are about. Promises of one day are one plan."""
    return event.kind == "resume" or (event.kind == "promise" and event.date > promise.date)


def still_promised(plan: Iterable[Event], received: Decimal, as_of: date) -> list[PromisedAmount]:
    """What is to come of a payment plan on `as_of` or later, by day, after `received` came since it was made, for its first parts
    first.
    """
    found, so_far = [], ZERO
    for promise in sorted(plan, key=lambda promise: promise.until or promise.date):
        until = promise.until or promise.date
        so_far += promise.amount or ZERO
        left = None if promise.amount is None else min(promise.amount, so_far - received)
        if as_of <= until and (left is None or left > 0):
            found.append(PromisedAmount(promise, until, left))
    return found


def promises_kept(events: Iterable[Event], of_customer: Mapping[str, Position], as_of: date) -> tuple[PromiseKept, ...]:
    """What became by `as_of` of each promise among a customer's own events (in their order).

    `of_customer`: the positions of its documents by number, as of that day. Promises of one day about the same documents are a
    payment plan: each part is kept if all parts up to it had come by its day (inclusive). A later promise replaces those whose day
    has not come for the documents that it is about, and `resume` withdraws them; a promise is over when it is for all of its
    documents, and is judged by the others until then.
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
            ended = _ended(promise, known[place + 1 :], until)
            outcome: PromiseOutcome
            endings = [event for event in ended.values() if event is not None]
            if len(endings) == len(ended):
                outcome = "withdrawn" if known[place + 1 + max(endings)].kind == "resume" else "replaced"
            elif as_of <= until:
                outcome = "to come"
            else:
                still = [number for number, event in ended.items() if event is None]
                outcome = _kept(promise, plan, of_customer, until, still)
            result.append(PromiseKept(promise, outcome))
    return tuple(result)


def _ended(promise: Event, later: Sequence[Event], until: date) -> dict[str, int | None]:
    """Which of the events after a promise ended it before its day was over, by document; "" if it is about everything."""
    return {
        number: next(
            (
                place
                for place, event in enumerate(later)
                if event.date <= until and (not event.numbers or number in event.numbers) and _ends(event, promise)
            ),
            None,
        )
        for number in promise.numbers or ("",)
    }


def _kept(
    promise: Event, plan: Iterable[Event], of_customer: Mapping[str, Position], until: date, still: Collection[str]
) -> PromiseOutcome:
    """`still`: the documents for which no other promise replaced it."""
    about = [of_customer[number] for number in promise.numbers or of_customer if number in of_customer]
    if promise.amount is not None:
        promised = sum((part.amount or ZERO for part in plan), ZERO)
        return "kept" if received_for(promise, about, until) >= promised else "broken"
    missed = any(
        open_on(position, until)
        for position in about
        if position.invoice.number in still
        or (not promise.numbers and position.invoice.date <= promise.date and _is_due(position, until))
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
