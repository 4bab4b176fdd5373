"""The chain of locks: each names the lock or the reopening before it, so that none can be deleted or altered unnoticed.

That two name the same one is no error: two branches of git were merged.
"""

from __future__ import annotations

import json
from hashlib import sha256

from beancount_invoicing.model.locks import ClosedBooks, Lock, Reopening


def reopening_mark(reopening: Reopening) -> str:
    """The mark of a reopening, by which the next lock names it; that of a lock is its fingerprint."""
    values = [reopening.date.isoformat(), reopening.last_day.isoformat(), reopening.reason, reopening.previous]
    return sha256(json.dumps(values).encode()).hexdigest()


def locks_by_mark(closed: ClosedBooks) -> dict[str, Lock | Reopening]:
    """The locks and reopenings by their marks."""
    locks: dict[str, Lock | Reopening] = {lock.sha256: lock for lock in closed.locks}
    return locks | {reopening_mark(reopening): reopening for reopening in closed.reopenings}


def tip(closed: ClosedBooks) -> str:
    """The mark that the next lock names: that of the last one that no other names; "" without any."""
    found = locks_by_mark(closed)
    named = {link.previous for link in found.values()}
    last = [(link.date, link.last_day, fingerprint) for fingerprint, link in found.items() if fingerprint not in named]
    return max(last)[-1] if last else ""


def has_mark(closed: ClosedBooks, prefix: str) -> bool:
    """Whether there is a lock or reopening whose mark begins with the given one."""
    return any(fingerprint.startswith(prefix.lower()) for fingerprint in locks_by_mark(closed))


def after_gaps(closed: ClosedBooks) -> tuple[Lock | Reopening, ...]:
    """The locks and reopenings that name an earlier one which is missing, or was changed."""
    found = locks_by_mark(closed)
    links: tuple[Lock | Reopening, ...] = (*closed.locks, *closed.reopenings)
    return tuple(link for link in links if link.previous and link.previous not in found)


def still_closed_after(closed: ClosedBooks, reopening: Reopening) -> Lock | None:
    """A lock in force of days after those that were opened again: the earlier lock must be reopened last."""
    lock = next((lock for lock in closed.locks if lock.sha256 == reopening.previous), None)
    if lock is None:
        return None
    later = (
        period.lock
        for period in closed.periods
        if period.lock.first_day and period.lock.first_day > lock.last_day and not closed.lock_before(period.lock)
    )
    return next(later, None)
