"""Closed periods: the locks that a ledger has, the reopenings, and what has changed since."""

from __future__ import annotations

from typing import Literal, NamedTuple

from beancount_invoicing.model.values import Day, Source


class Lock(NamedTuple):
    """The books closed up to `last_day` (inclusive): custom "invoice-lock"."""

    date: Day
    """The day on which they were closed."""
    last_day: Day
    first_day: Day | None
    """The day after the period that was closed before; None for the first lock: everything before counts."""
    sha256: str
    """Fingerprint of the list of everything that counted then; it identifies the lock."""
    previous: str
    """Fingerprint of the lock, or mark of the reopening, before this one; "" for the first."""
    file: str
    """Path of that list."""
    source: Source


class Reopening(NamedTuple):
    """A lock that was taken back: custom "invoice-reopened"."""

    date: Day
    last_day: Day
    reason: str
    previous: str
    """Fingerprint of the lock."""
    source: Source


class PastChange(NamedTuple):
    """A difference between the closed books and those of today."""

    kind: Literal["added", "removed", "changed"]
    date: Day
    then: str
    """As the list has it; "" for what was added."""
    now: str
    """As the ledger has it; "" for what was removed."""
    source: Source


class ClosedPeriod(NamedTuple):
    """A lock in force, and whether it holds."""

    lock: Lock
    sha256: str
    """Fingerprint of what counts today."""
    has_list: bool
    """Whether the list of the lock was needed, is there, and is the one that was locked."""
    changes: tuple[PastChange, ...]
    commit: str = ""
    """The commit of git from which the list was taken because it is missing or was changed; "" otherwise."""

    @property
    def holds(self) -> bool:
        """Whether nothing has changed."""
        return self.sha256 == self.lock.sha256


class ClosedBooks(NamedTuple):
    """All locks and reopenings of a ledger by their dates, and the periods that are closed now."""

    locks: tuple[Lock, ...] = ()
    reopenings: tuple[Reopening, ...] = ()
    periods: tuple[ClosedPeriod, ...] = ()

    def lock_of(self, day: Day) -> Lock | None:
        """The lock in force that covers a day: the one by which it was closed."""
        return next((period.lock for period in self.periods if day <= period.lock.last_day), None)

    def lock_before(self, lock: Lock) -> Lock | None:
        """The lock in force that covers the day before a lock's first day."""
        return next(
            (
                period.lock
                for period in self.periods
                if lock.first_day and (period.lock.last_day - lock.first_day).days == -1
            ),
            None,
        )

    @property
    def last_day(self) -> Day | None:
        """The last day that is closed (inclusive); None if nothing is."""
        return max((period.lock.last_day for period in self.periods), default=None)
