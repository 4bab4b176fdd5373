"""Which level of its policy an invoice has reached."""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple

from beancount_invoicing.dunning.letter_history import LateInstalments
from beancount_invoicing.dunning.policies import tone_of
from beancount_invoicing.messages import _, _n
from beancount_invoicing.model import Book, Policy, ReminderLevel
from beancount_invoicing.receivables import Position


def days_later(day: date, days: int) -> date:
    """The day this many days later (earlier if negative); the calendar's last (or first) day if there is no such day."""
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return date.max if days > 0 else date.min


class LevelDecision(NamedTuple):
    """The level that is due today (None if none is), and the reason, in words."""

    level: ReminderLevel | None
    reason: str


class SentLetter(NamedTuple):
    """A letter that was sent about what is late now."""

    date: date
    tone: str
    """"" if neither it nor its policy gives its tone."""


def letters_sent_before(book: Book, late: LateInstalments) -> tuple[SentLetter, ...]:
    """The letters about what is late now that were sent to its debtor, in their order; not those to an earlier debtor."""
    position = late.position
    debtor = position.debtor
    return tuple(
        SentLetter(letter.date, tone_of(book, position, letter))
        for letter in late.letters
        if debtor is not None and letter.customer == debtor.account
    )


def due_level(policy: Policy, late: LateInstalments, as_of: date, formal_notice: date | None = None) -> LevelDecision:
    """The level that is due for the late part of a document on `as_of`: the one after its last, never skipped or repeated.

    It waits for its own days; for the policy's interval since the document was sent and since the last letter about the document,
    of any level or instalment; and until the deadline set by the last letter about what is late now is over. After a
    `formal_notice`, of that day, no milder letter follows, because it could be read as withdrawing the notice.
    """
    last, days = late.last_letter, late.days_overdue
    reached = last.level or 0 if last else 0
    text = _("level {reached} left on {day}", reached=reached, day=last.date) if last else _("no reminder yet")
    following = next((level for level in policy.levels if level.level > reached), None)
    if following is None:
        return LevelDecision(
            None,
            _("{text}, the last one of policy {policy}", text=text, policy=policy.name)
            if last
            else _("{policy} has no levels", policy=policy.name),
        )
    if formal_notice and following.tone != "final":
        return LevelDecision(
            None,
            _(
                "formal notice was given on {formal_notice}: no {tone} letter follows it",
                formal_notice=formal_notice,
                tone=following.tone,
            ),
        )
    how_late = _n(days, "{days} day late", "{days} days late", days=days)
    level = _("level {level}", level=following.level)
    reason = _before_its_time(policy, late, following, as_of, (how_late, text, level)) or _after_last_letter(
        policy, late, as_of, (how_late, text, level)
    )
    if reason:
        return LevelDecision(None, reason)
    return LevelDecision(following, _("{how_late}, {text}: {level} is due", how_late=how_late, text=text, level=level))


_Words = tuple[str, str, str]
"""How late it is, what was sent, and the level that would follow, in words."""


def _before_its_time(
    policy: Policy, late: LateInstalments, following: ReminderLevel, as_of: date, words: _Words
) -> str:
    """Why a level is not due yet: by its own days, or because the document was sent too recently; "" if it is due."""
    how_late, text, level = words
    position, last, days = late.position, late.last_letter, late.days_overdue
    if days < following.days:
        day = days_later(late.due, following.days)
        return _(
            "{how_late}, {text}; {level} from {days} days late, {day}",
            how_late=how_late,
            text=text,
            level=level,
            days=following.days,
            day=day,
        )
    arrived = max((event.date for event in position.events if event.kind == "sent"), default=None)
    if last is None and arrived is not None and as_of < days_later(arrived, policy.interval):
        spaced = days_later(arrived, policy.interval)
        return _(
            "{how_late}, but sent on {arrived}; {level} not before {spaced}, which is {interval} days later",
            how_late=how_late,
            arrived=arrived,
            level=level,
            spaced=spaced,
            interval=policy.interval,
        )
    return ""


def _after_last_letter(policy: Policy, late: LateInstalments, as_of: date, words: _Words) -> str:
    """Why no letter may follow the last one yet; "" if it may."""
    how_late, text, level = words
    position, last = late.position, late.last_letter
    letters = [event.date for event in position.events if event.kind == "reminder" and event.level]
    if letters and as_of < (spaced := days_later(max(letters), policy.interval)):
        why = _("there are {interval} days between two letters", interval=policy.interval)
        return _(
            "{how_late}, {text}; {level} not before {spaced}: {reason}",
            how_late=how_late,
            text=text,
            level=level,
            spaced=spaced,
            reason=why,
        )
    if last is not None:
        until = last.until
        before = next((level for level in policy.levels if level.level == last.level), None)
        if until is None and before is not None and before.deadline is not None:
            until = days_later(last.date, before.deadline)
        if until is not None and as_of <= until:
            return _(
                "{how_late}, {text}; {level} not before {days_later}: the last letter set a deadline, {until}",
                how_late=how_late,
                text=text,
                level=level,
                days_later=days_later(until, 1),
                until=until,
            )
    return ""


def courtesy_level(policy: Policy, position: Position, as_of: date) -> LevelDecision | None:
    """The notice before the due date, for a document of which nothing is late; None if the policy has none. It is due from
    `days` before the next due date to that date, once for each due date.
    """
    level = next((level for level in policy.levels if level.level == 0), None)
    due = min(
        (
            instalment.due
            for instalment in position.instalments
            if instalment.open > 0 and instalment.due and instalment.due >= as_of
        ),
        default=None,
    )
    if level is None or due is None:
        return None
    first = days_later(due, level.days)
    if as_of < first:
        return None
    sent = [
        event.date for event in position.events if event.kind == "reminder" and event.level == 0 and event.date >= first
    ]
    if sent:
        return LevelDecision(None, _("due on {due}; the notice left on {sent}", due=due, sent=max(sent)))
    return LevelDecision(level, _("due on {due}: the notice is due", due=due))
