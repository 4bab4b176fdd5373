"""The letters about each instalment of a document: each instalment has its own history of reminders."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from beancount_invoicing.model import DISPATCH_START_EVENTS, ZERO, Event
from beancount_invoicing.receivables import Position, disputed


class LateInstalments(NamedTuple):
    """The late instalments of a document that have reached the same level: one letter covers them together."""

    position: Position
    due: date
    """The earliest of their due dates."""
    days_overdue: int
    due_dates: frozenset[date]
    """The due dates of what a letter asks for; if all is contested, of everything."""
    indices: frozenset[int]
    """The instalments whose open amounts these are. With the earliest instalment that is asked for, those that are
    settled or not due yet are included.
    """
    open: Decimal
    """Their open amount, in the document's currency, contested parts included."""
    contested: Decimal
    letters: tuple[Event, ...]
    """The reminders about any of them, in order, without notices before the due date."""

    @property
    def asked_amount(self) -> Decimal:
        """What a letter asks for."""
        return self.open - self.contested

    @property
    def last_letter(self) -> Event | None:
        """The last reminder about them, of the highest level; None if there is none."""
        return max(
            (letter for letter in self.letters if letter.level),
            key=lambda letter: (letter.level or 0, letter.date),
            default=None,
        )


def late_instalments(position: Position, as_of: date) -> tuple[LateInstalments, ...]:
    """The late instalments of a document at `as_of` (inclusive), grouped by the level reached, the earliest due first.

    Contested amounts are taken from the oldest instalments.
    """
    late = sorted(
        (standing.due, instalment.index, standing.open)
        for instalment, standing in zip(position.invoice.instalments, position.instalments, strict=True)
        if standing.due and standing.due < as_of and standing.open
    )
    histories = _histories(position)
    by_level: defaultdict[int, list[tuple[date, int, Decimal]]] = defaultdict(list)
    for late_part in late:
        by_level[_reached(histories[late_part[0]])].append(late_part)
    contested: defaultdict[int, Decimal] = defaultdict(lambda: ZERO)
    asked: defaultdict[int, list[date]] = defaultdict(list)
    for (due, _index, open_), part in zip(
        late, _contested([instalment[2] for instalment in late], position.disputed), strict=True
    ):
        level = _reached(histories[due])
        contested[level] += part
        if open_ > part:
            asked[level].append(due)
    rest = {instalment.index for instalment in position.invoice.instalments} - {index for _due, index, _open in late}
    first = min(asked or by_level, key=lambda level: asked[level][0] if asked else by_level[level][0][0], default=0)
    groups = [
        LateInstalments(
            position=position,
            due=(due := (asked[level] if level in asked else [parts[0][0]])[0]),
            days_overdue=(as_of - due).days,
            due_dates=frozenset(asked[level] if level in asked else (instalment[0] for instalment in parts)),
            indices=frozenset(index for _due, index, _open in parts) | (rest if level == first else frozenset()),
            open=sum((open_ for _due, _index, open_ in parts), ZERO),
            contested=contested[level],
            letters=_together([histories[due] for due, _index, _open in parts]),
        )
        for level, parts in by_level.items()
    ]
    return tuple(
        sorted((instalments for instalments in groups if instalments.open > 0), key=lambda instalments: instalments.due)
    )


def _contested(amounts: Sequence[Decimal], left: Decimal) -> Iterator[Decimal]:
    """How much of each amount is contested if `left` of the total is: it is taken from the first ones."""
    for amount in amounts:
        part = min(left, max(amount, ZERO))
        left -= part
        yield part


def letters_about(position: Position, due: date) -> tuple[Event, ...]:
    """The reminders about the amount that fell due on `due`, in order, without notices before the due date."""
    return tuple(_histories(position).get(due, ()))  # before the acceptance on which it depends, nothing was due


def dues_asked(position: Position, letter: Event) -> frozenset[date]:
    """The due dates that a letter about the document asks for, if that letter was sent, waits, or is in doubt; all of them if
    it is unknown.
    """
    days = {instalment.due for instalment in position.instalments if instalment.due}
    if letter.level == 0:
        coming = [day for day in sorted(days) if day > letter.date and _open_at(position, day, letter.date) > 0]
        return frozenset(coming[:1] or days)
    letters = [*(reminder for reminder in _reminders(position) if reminder != letter), letter]
    return next(frozenset(about) for event, about in _told(position, letters) if event == letter) or frozenset(days)


def _reached(letters: Sequence[Event]) -> int:
    return max((letter.level or 0 for letter in letters), default=0)


def _together(histories: Sequence[Sequence[Event]]) -> tuple[Event, ...]:
    if all(history == histories[0] for history in histories):
        return tuple(histories[0])
    event_by_id = {id(event): event for events in histories for event in events}
    return tuple(sorted(event_by_id.values(), key=lambda event: (event.date, event.level or 0)))


def _histories(position: Position) -> Mapping[date, Sequence[Event]]:
    """The reminders about the instalments of each due date."""
    days = {instalment.due for instalment in position.instalments if instalment.due}
    letters = _reminders(position)
    if len(days) < 2 or not letters:  # the usual case
        return {day: [letter for letter in letters if _made(position, letter) > day] for day in days}
    told: dict[date, list[Event]] = {day: [] for day in days}
    for event, about in _told(position, letters):
        for day in about:
            told[day].append(event)
    return {day: sorted(events, key=lambda event: (event.date, -(event.level or 0))) for day, events in told.items()}


def _told(position: Position, letters: Sequence[Event]) -> Iterator[tuple[Event, Sequence[date]]]:
    """For each letter, in the order in which they were made, the due dates that it was about.

    A reminder names the document, and its level shows which instalments it was about: no level is skipped, so it is about those
    that were late and open on the day on which it was made and were closest to it, except those that were wholly contested. A
    reminder without a level, or with a repeated one, was about all of them.
    """
    days = sorted({instalment.due for instalment in position.instalments if instalment.due})
    reached = dict.fromkeys(days, 0)
    in_order = sorted(
        ((_made(position, letter), letter) for letter in letters),
        key=lambda letter: (letter[0], -(letter[1].level or 0)),
    )
    for made, event in in_order:
        late = [day for day in days if day < made]
        left = _left_at(position, late, made)
        late = list(left) or late
        below = {day: reached[day] for day in late if reached[day] < (event.level or 0)}
        nearest = max(below.values(), default=0)
        about = [day for day, level in below.items() if level == nearest] or late
        about = [day for day in about if left.get(day)] or about
        for day in about:
            reached[day] = max(reached[day], event.level or 0)
        yield event, about


def _reminders(position: Position) -> list[Event]:
    return [event for event in position.events if event.kind == "reminder" and event.level != 0]


def _made(position: Position, letter: Event) -> date:
    """The day on which a letter was made: it was sent later if a person had to send it."""
    if not letter.message_id:
        return letter.date
    opened = (
        event.date
        for event in position.events
        if event.message_id == letter.message_id and event.kind in DISPATCH_START_EVENTS
    )
    return max((day for day in opened if day <= letter.date), default=letter.date)


def _left_at(position: Position, days: Sequence[date], day: date) -> Mapping[date, Decimal]:
    """How much of what fell due on each of `days` was open at the end of `day` and could be asked for; 0 for contested amounts."""
    amounts = [_open_at(position, due, day) for due in days]
    whole = sum((_open_at(position, due, day) for due in {instalment.due for instalment in position.instalments}), ZERO)
    told = tuple(event for event in position.events if event.date <= day)
    parts = _contested(amounts, disputed(position.invoice, whole, told))
    return {due: amount - part for due, amount, part in zip(days, amounts, parts, strict=True) if amount > 0}


def _open_at(position: Position, due: date | None, day: date) -> Decimal:
    """The open amount at the end of `day` of what falls due on `due` (None: no day known yet)."""
    indices = {
        instalment.index
        for instalment, standing in zip(position.invoice.instalments, position.instalments, strict=True)
        if standing.due == due
    }
    amount = sum((instalment.amount for instalment in position.instalments if instalment.due == due), ZERO)
    return amount - sum(
        (
            allocation.amount
            for allocation in position.allocations
            if allocation.instalment in indices and allocation.date <= day
        ),
        ZERO,
    )
