"""The chain of locks and reopenings: what the next lock names, what is missing, what must be opened last."""

from __future__ import annotations

from datetime import date

import pytest

from beancount_invoicing.model import Source
from beancount_invoicing.model.locks import ClosedBooks, ClosedPeriod, Lock, Reopening
from beancount_invoicing.rules.lock_chain import after_gaps, has_mark, reopening_mark, still_closed_after, tip

HERE = Source("books.beancount", 1)


def lock(name: str, first: str, last: str, previous: str) -> Lock:
    first_day = date.fromisoformat(first) if first else None
    last_day = date.fromisoformat(last)
    return Lock(date(2026, 7, 1), last_day, first_day, name, previous, f"locks/{last}.csv", HERE)


JANUARY = lock("aa11", "", "2026-01-31", "")
FEBRUARY = lock("bb22", "2026-02-01", "2026-02-28", "aa11")
MARCH = lock("cc33", "2026-03-01", "2026-03-31", "bb22")
MAY = lock("ee55", "2026-05-01", "2026-05-31", "cc33")


def closed(
    *locks: Lock, reopenings: tuple[Reopening, ...] = (), in_force: tuple[Lock, ...] | None = None
) -> ClosedBooks:
    periods = tuple(ClosedPeriod(lock, lock.sha256, True, ()) for lock in (locks if in_force is None else in_force))
    return ClosedBooks(locks, reopenings, periods)


def reopened(previous: Lock) -> Reopening:
    return Reopening(date(2026, 8, 1), previous.last_day, "an invoice was forgotten", previous.sha256, HERE)


def test_the_next_lock_names_the_last_one_or_its_reopening() -> None:
    assert tip(ClosedBooks()) == ""
    assert tip(closed(JANUARY, FEBRUARY)) == "bb22"
    again = reopened(FEBRUARY)
    assert tip(closed(JANUARY, FEBRUARY, reopenings=(again,))) == reopening_mark(again)


def test_of_two_branches_the_next_lock_names_the_later_one() -> None:
    assert tip(closed(JANUARY, FEBRUARY, MARCH._replace(previous="aa11"))) == "cc33"


@pytest.mark.parametrize(("prefix", "there"), [("aa", True), ("AA1", True), ("a1", False), ("ff", False)])
def test_a_mark_is_found_by_its_beginning(prefix: str, there: bool) -> None:
    assert has_mark(closed(JANUARY, FEBRUARY), prefix) is there


def test_a_lock_after_a_gap_names_one_that_is_not_there() -> None:
    assert after_gaps(closed(JANUARY, FEBRUARY, MARCH)) == ()
    assert after_gaps(closed(JANUARY, MARCH)) == (MARCH,)
    again = reopened(FEBRUARY)
    assert after_gaps(closed(JANUARY, reopenings=(again,))) == (again,)


def test_what_is_closed_after_an_opened_period_is_said() -> None:
    assert still_closed_after(closed(JANUARY, FEBRUARY, MARCH, in_force=(JANUARY, FEBRUARY)), reopened(MARCH)) is None
    assert still_closed_after(closed(JANUARY, FEBRUARY, in_force=(FEBRUARY,)), reopened(JANUARY)) == FEBRUARY
    assert still_closed_after(closed(JANUARY, FEBRUARY, in_force=(JANUARY,)), reopened(MARCH)) is None, "no such lock"


def test_a_later_period_that_follows_on_another_lock_is_no_reason() -> None:
    """March was opened and closed again, with April, by another lock: May follows on that one."""
    again = lock("dd44", "2026-03-01", "2026-04-30", reopening_mark(reopened(MARCH)))
    books = closed(JANUARY, FEBRUARY, MARCH, MAY, again, in_force=(JANUARY, FEBRUARY, again, MAY))
    assert still_closed_after(books, reopened(MARCH)) is None
