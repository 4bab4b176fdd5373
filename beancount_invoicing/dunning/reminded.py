"""Which letters have been about which instalment of a document: each is reminded by its own history."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from beancount_invoicing.model import ZERO, Event
from beancount_invoicing.receivables import Position


class LateInstalments(NamedTuple):
    """The late instalments of a document that have come to the same level: a letter speaks of them together."""

    position: Position
    due: date
    """The earliest of their due dates."""
    days_overdue: int
    indices: frozenset[int]
    """Of these instalments; with the earliest, of those too that are settled or not due yet."""
    open: Decimal
    """Of all of them, in the document's currency; contested parts included."""
    contested: Decimal
    letters: tuple[Event, ...]
    """The reminders about any of them, in their order; no notice before the due date."""

    @property
    def asked(self) -> Decimal:
        """What a letter asks for."""
        return self.open - self.contested

    @property
    def last(self) -> Event | None:
        """The last reminder about them, of the highest level; None where there is none."""
        return max((one for one in self.letters if one.level), key=lambda one: (one.level or 0, one.date), default=None)


def late_instalments(position: Position, as_of: date) -> tuple[LateInstalments, ...]:
    """What is late of a document at `as_of` (inclusive), by the level that it has come to, the earliest due first.

    What is contested is taken from the oldest.
    """
    late = sorted(
        (standing.due, each.index, standing.open)
        for each, standing in zip(position.invoice.instalments, position.instalments, strict=True)
        if standing.due and standing.due < as_of and standing.open
    )
    histories = _histories(position)
    by_level: defaultdict[int, list[tuple[date, int, Decimal]]] = defaultdict(list)
    for one in late:
        by_level[_reached(histories[one[0]])].append(one)
    contested: defaultdict[int, Decimal] = defaultdict(lambda: ZERO)
    asked_from: dict[int, date] = {}
    left = position.disputed
    for due, _index, open_ in late:
        level = _reached(histories[due])
        part = min(left, max(open_, ZERO))
        left -= part
        contested[level] += part
        if open_ > part:
            asked_from.setdefault(level, due)
    rest = {each.index for each in position.invoice.instalments} - {index for _due, index, _open in late}
    groups = [
        LateInstalments(
            position=position,
            due=(due := asked_from.get(level, those[0][0])),
            days_overdue=(as_of - due).days,
            indices=frozenset(index for _due, index, _open in those) | (rest if those[0] == late[0] else frozenset()),
            open=sum((open_ for _due, _index, open_ in those), ZERO),
            contested=contested[level],
            letters=_together([histories[due] for due, _index, _open in those]),
        )
        for level, those in by_level.items()
    ]
    return tuple(sorted((one for one in groups if one.open > 0), key=lambda one: one.due))


def letters_about(position: Position, due: date) -> tuple[Event, ...]:
    """The reminders about what fell due on `due`, in their order; no notice before the due date."""
    histories = _histories(position)
    return tuple(histories[due] if due in histories else (one for one in _reminders(position) if one.date > due))


def _reached(letters: Sequence[Event]) -> int:
    return max((one.level or 0 for one in letters), default=0)


def _together(histories: Sequence[Sequence[Event]]) -> tuple[Event, ...]:
    if all(one == histories[0] for one in histories):
        return tuple(histories[0])
    each = {id(event): event for those in histories for event in those}
    return tuple(sorted(each.values(), key=lambda one: (one.date, one.level or 0)))


def _histories(position: Position) -> Mapping[date, Sequence[Event]]:
    """The reminders about the instalments of each due date.

    A reminder names the document, and its level says which of them it was about: no level is skipped, so it is about those that
    were late and open then and had come nearest to it. One that says no level, or repeats one, was about all of them.
    """
    days = sorted({each.due for each in position.instalments if each.due})
    letters = _reminders(position)
    if len(days) < 2 or not letters:  # as nearly always
        return {day: [one for one in letters if one.date > day] for day in days}
    told: dict[date, list[Event]] = {day: [] for day in days}
    for event in sorted(letters, key=lambda one: (one.date, -(one.level or 0))):
        late = [day for day in days if day < event.date]
        late = [day for day in late if _open_at(position, day, event.date)] or late
        below = {day: level for day in late if (level := _reached(told[day])) < (event.level or 0)}
        nearest = max(below.values(), default=0)
        for day in [day for day, level in below.items() if level == nearest] or late:
            told[day].append(event)
    return told


def _reminders(position: Position) -> list[Event]:
    return [one for one in position.events if one.event == "reminder" and one.level != 0]


def _open_at(position: Position, due: date, day: date) -> bool:
    """Whether something of what fell due on `due` was open at the end of `day`."""
    those = {
        each.index
        for each, standing in zip(position.invoice.instalments, position.instalments, strict=True)
        if standing.due == due
    }
    amount = sum((each.amount for each in position.instalments if each.due == due), ZERO)
    settled = (one.amount for one in position.allocations if one.instalment in those and one.date <= day)
    return amount > sum(settled, ZERO)
