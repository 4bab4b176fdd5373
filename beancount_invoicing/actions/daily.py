"""The daily run: bills what is due, sends what is to be sent, reminds of what is late; what it did, in one answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Literal, get_args

from beancount_invoicing.actions.billing import Dating, bill
from beancount_invoicing.actions.dispatches import of_invoices
from beancount_invoicing.actions.git import GitError
from beancount_invoicing.actions.ledger import Ledger, Loads, open_ledger
from beancount_invoicing.actions.letters import of_reminders
from beancount_invoicing.actions.mailing import CannotSend
from beancount_invoicing.actions.outbox import in_doubt, objected, unrecorded, unrecorded_because
from beancount_invoicing.actions.reminders import bank_notices, due_reminders
from beancount_invoicing.actions.sending import Result, Sending, Way, send
from beancount_invoicing.actions.today import Task, tasks, to_send
from beancount_invoicing.actions.waiting import ready_to_leave
from beancount_invoicing.actions.writing import How, Outcome, Refused
from beancount_invoicing.delivery import Dispatch, Held
from beancount_invoicing.entries.writer import CannotWrite
from beancount_invoicing.files import Changed
from beancount_invoicing.model import Finding

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
    problems: tuple[str, ...] = ()
    """What kept a step from being done after another one was, or what was written from being committed; what is in doubt since an
    earlier run, and what lies in the outbox that the ledger does not know of: a person has to find that out."""
    errors: tuple[Finding, ...] = ()
    """The ledger's own, where the run does not bill."""

    @property
    def wrong(self) -> bool:
        """Whether something needs a person: it did not come about, or nobody knows whether it did."""
        done = (*self.sent, *self.reminded)
        return bool(self.bank or self.problems or self.errors) or any(one.wrong for one in done)


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

    Bills up to that day, and marks it to-send. Sends all that is marked and, where option `send-from` says from when on documents
    are sent by it, these, as far as they have not left: what an earlier run could not send too. Letters leave only where the bank
    is up to date, or `bank_is_booked` says that it is. A second run on the same day finds nothing to do. Raises what `bill` and
    `send` raise, and NoSuchStep; once documents are written, what then keeps them from leaving is a problem of the answer.
    """
    from beancount_invoicing.rendering import TemplateError

    day = way.day
    how = replace(how, strict=True)  # nothing is sent beside an error: nor is anything billed that should be
    loads = Loads(Path(file))
    before = loads.both(fresh=how.write)[0]
    steps = steps_of(before, day, only)
    sends = "send" in (*steps, *steps_of(before, day))  # some day, if not today
    billed = bill(file, day, Dating(day, to_send=sends), how, loads=loads) if "bill" in steps else None
    problems = [billed.problem] if billed and billed.problem else []
    bank: list[str] = []
    held: list[tuple[str, str]] = []
    notices: list[str] = []
    letters: set[int] = set()

    def make(ledger: Ledger) -> list[Dispatch | Held]:
        made: list[Dispatch | Held] = []
        if "send" in steps:
            made += of_invoices(ledger, to_send(ledger.book, day, by_run=True), day)
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

    done: Sending | None = None
    if {"send", "remind"} & set(steps):
        try:
            done = send(file, make, way, how, loads)
        except (Refused, CannotSend, CannotWrite, Changed, GitError, TemplateError, OSError) as error:
            if not (how.write and billed and billed.documents):
                raise
            # what was billed is to be told all the same
            said = f"{error.filename}: {error.strerror}" if isinstance(error, OSError) else str(error)
            problems.append(f"nothing was sent: {said}")
    results = done.results if done else ()
    problems += [done.problem] if done and done.problem else []
    own = {one.message_id for one in results}
    after = loads.unchanged() or open_ledger(file)  # which keeps what is said next time
    problems += in_doubt(after.book, but=own)
    problems += [
        unrecorded_because(after.book, one) for one in unrecorded(after.book, Path(way.folder) if way.folder else None)
    ]
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
        problems=tuple(problems),
        errors=done.errors if done and billed is None else (),
    )
