"""The daily run: bills what is due, sends what is to be sent, reminds of what is late; what it did, in one answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal, get_args

from beancount_invoicing.actions.billing import Dating, bill
from beancount_invoicing.actions.dispatches import of_invoices
from beancount_invoicing.actions.ledger import Ledger, Loads, open_ledger
from beancount_invoicing.actions.letters import of_reminders
from beancount_invoicing.actions.outbox import objected, ready_to_leave
from beancount_invoicing.actions.reminders import bank_notices, due_reminders
from beancount_invoicing.actions.sending import Result, Sending, Way, send
from beancount_invoicing.actions.today import Task, tasks, to_send
from beancount_invoicing.actions.writing import How, Outcome
from beancount_invoicing.delivery import Dispatch, Held

Step = Literal["bill", "send", "remind"]
STEPS: tuple[Step, ...] = get_args(Step)


class NoSuchStep(ValueError):
    """Option `run` names a step that there is not."""


@dataclass(frozen=True, slots=True)
class Daily:
    """What a run did, or would do."""

    day: date
    steps: tuple[Step, ...]
    billed: Outcome | None
    """None where the run does not bill."""
    sent: tuple[Result, ...]
    """The documents, and why one was not sent."""
    reminded: tuple[Result, ...]
    """The letters, and why one was not sent."""
    held: tuple[tuple[str, str], ...]
    """(number, why): late documents that no letter may speak of today."""
    bank: tuple[str, ...]
    """Why no letter left: what to book first."""
    notices: tuple[str, ...]
    """What a person should know of the letters: interest that is not claimed, credits that are not allocated, and what waits in the
    outbox but would not be sent today."""
    left: tuple[Task, ...]
    """What is left for a person to do, after the run."""

    @property
    def wrong(self) -> bool:
        """Whether something that the run should do did not come about."""
        return bool(self.bank) or any(one.wrong for one in (*self.sent, *self.reminded))


def steps_of(ledger: Ledger, day: date, only: Sequence[Step] = ()) -> tuple[Step, ...]:
    """The steps of a run: those asked for, else option `run`'s, else all. Raises NoSuchStep."""
    said = ledger.book.option("run", day).replace(",", " ").split()
    unknown = [word for word in said if word not in STEPS]
    if unknown:
        raise NoSuchStep(f'option run: "{unknown[0]}" is no step: write some of "{" ".join(STEPS)}"')
    wanted = only or said or STEPS
    return tuple(step for step in STEPS if step in wanted)


def run(file: str | Path, way: Way, how: How, only: Sequence[Step] = (), bank_is_booked: bool = False) -> Daily:
    """The run of `way.day`: each step on what the one before has written; without `how.write` it only says what it would do.

    Bills up to that day. Sends what it billed and, where option `send-from` says from when on documents are sent by it, all of
    these that have not left. Letters leave only where the bank is up to date, or `bank_is_booked` says that it is. A second run
    on the same day finds nothing to do. Raises what `bill` and `send` raise, and NoSuchStep; what was done before stays done.
    """
    day = way.day
    loads = Loads(Path(file))
    steps = steps_of(loads.both(fresh=how.write)[0], day, only)
    billed = bill(file, day, Dating(day), how, loads=loads) if "bill" in steps else None
    new = tuple(one.number for one in billed.documents) if billed and how.write else ()
    bank: list[str] = []
    held: list[tuple[str, str]] = []
    notices: list[str] = []
    letters: set[int] = set()

    def make(ledger: Ledger) -> list[Dispatch | Held]:
        made: list[Dispatch | Held] = []
        if "send" in steps:
            told = to_send(ledger.book, day) if "send-from" in ledger.book.options else ()
            made += of_invoices(ledger, tuple(dict.fromkeys((*told, *new))), day)
        if "remind" in steps:
            bank.extend(() if bank_is_booked else bank_notices(ledger.book, day))
            proposals = due_reminders(ledger.book, day, allocated=ledger.allocated_at(day))
            held.extend((one.number, one.why) for proposal in proposals for one in proposal.held)
            ready = ready_to_leave(ledger.book, proposals)
            notices.extend(text for proposal in ready for text in proposal.notices)
            if not bank:
                first = len(made)
                made += of_reminders(ledger, ready)
                letters.update(range(first, len(made)))
        return made

    done: Sending | None = send(file, make, way, how, loads) if {"send", "remind"} & set(steps) else None
    results = done.results if done else ()
    after = loads.unchanged() or open_ledger(file)  # which keeps what is said next time
    notices.extend(objected(after.book, day, after.allocated_at(day)))
    return Daily(
        day=day,
        steps=steps,
        billed=billed,
        sent=tuple(one for place, one in enumerate(results) if place not in letters),
        reminded=tuple(one for place, one in enumerate(results) if place in letters),
        held=tuple(dict.fromkeys(held)),
        bank=tuple(bank),
        notices=tuple(dict.fromkeys(notices)),
        left=tasks(after.book, day, after.allocated_at(day)),
    )
