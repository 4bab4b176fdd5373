"""Which level of its policy an invoice has come to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from beancount_invoicing.dunning.policies import tone_of
from beancount_invoicing.dunning.reminded import LateInstalments
from beancount_invoicing.model import Book, Policy, ReminderLevel
from beancount_invoicing.receivables import Position


def later(day: date, days: int) -> date:
    """The day so many days later (or, negative, earlier); the calendar's last (or first) day where it has no such day."""
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return date.max if days > 0 else date.min


@dataclass(frozen=True, slots=True)
class Due:
    """The level that is due today, None where none is; and why, in words."""

    level: ReminderLevel | None
    why: str


class Said(NamedTuple):
    """A letter that has left about what is late now."""

    date: date
    tone: str
    """"" where neither it nor its policy says how it spoke."""


def said_before(book: Book, late: LateInstalments) -> tuple[Said, ...]:
    """The letters about what is late now that its debtor was sent, in their order: none to who owed it before."""
    position = late.position
    debtor = position.debtor
    return tuple(
        Said(one.date, tone_of(book, position, one))
        for one in late.letters
        if debtor is not None and one.customer == debtor.account
    )


def due_level(policy: Policy, late: LateInstalments, as_of: date, formal_notice: date | None = None) -> Due:
    """The level that is due for what is late of a document on `as_of`: the one after its last, none skipped, none repeated.

    It waits for its own days, for the policy's interval since the document was sent and since the last letter about
    the document, of whatever level or instalment, and until the deadline that the last letter about what is late now set is over.
    After a `formal_notice`, of that day, no milder letter follows, for it would take that back.
    """
    position, last, days = late.position, late.last, late.days_overdue
    reached = last.level or 0 if last else 0
    said = f"level {reached} left on {last.date}" if last else "no reminder yet"
    following = next((one for one in policy.levels if one.level > reached), None)
    if following is None:
        return Due(None, f"{said}, the last one of policy {policy.name}" if last else f"{policy.name} has no levels")
    if formal_notice and following.tone != "final":
        return Due(None, f"formal notice was given on {formal_notice}: no {following.tone} letter follows it")
    how_late = f"{days} {'day' if days == 1 else 'days'} late"
    level = f"level {following.level}"
    if days < following.days:
        day = later(late.due, following.days)
        return Due(None, f"{how_late}, {said}; {level} from {following.days} days late on, {day}")
    arrived = max((one.date for one in position.events if one.event == "sent"), default=None)
    if last is None and arrived is not None and as_of < later(arrived, policy.interval):
        spaced = later(arrived, policy.interval)
        return Due(
            None, f"{how_late}, but sent on {arrived}; {level} not before {spaced}, {policy.interval} days later"
        )
    letters = [one.date for one in position.events if one.event == "reminder" and one.level]
    if letters and as_of < (spaced := later(max(letters), policy.interval)):
        why = f"{policy.interval} days lie between two letters"
        return Due(None, f"{how_late}, {said}; {level} not before {spaced}: {why}")
    if last is not None:
        until = last.until
        before = next((one for one in policy.levels if one.level == reached), None)
        if until is None and before is not None and before.deadline is not None:
            until = later(last.date, before.deadline)
        if until is not None and as_of <= until:
            return Due(None, f"{how_late}, {said}; {level} not before {later(until, 1)}: it set a deadline, {until}")
    return Due(following, f"{how_late}, {said}: {level} is due")


def courtesy_level(policy: Policy, position: Position, as_of: date) -> Due | None:
    """The notice before the due date, for a document of which nothing is late; None where the policy has none.

    It is due from `days` before the next due date to that date, once for each due date.
    """
    level = next((one for one in policy.levels if one.level == 0), None)
    due = min(
        (each.due for each in position.instalments if each.open > 0 and each.due and each.due >= as_of), default=None
    )
    if level is None or due is None:
        return None
    first = later(due, level.days)
    if as_of < first:
        return None
    sent = [one.date for one in position.events if one.event == "reminder" and one.level == 0 and one.date >= first]
    if sent:
        return Due(None, f"due on {due}; the notice left on {max(sent)}")
    return Due(level, f"due on {due}: the notice is due")
