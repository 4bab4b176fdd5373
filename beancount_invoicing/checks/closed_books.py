"""Checks of closed books: nothing that was closed has changed, and no lock is missing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta

from beancount_invoicing.messages import _, _n
from beancount_invoicing.model import Book, Finding
from beancount_invoicing.model.locks import ClosedPeriod, Lock, PastChange
from beancount_invoicing.rules import lock_chain

SHORT_HASH = 12
"""How many characters of a fingerprint are shown."""
_SHOWN = 20
"""How many changes of a period are shown."""


def check_closed_periods(book: Book) -> Iterator[Finding]:
    """Entries of closed books are neither added, changed nor taken out: what was wrong is corrected by new entries (plan
    comptable général, art. 921-3, before 420-5: "une procédure de validation, qui interdit toute modification ou suppression de
    l'enregistrement", https://plancomptable.com/titre-IV/titre-IV_chapitre-II.htm; AO § 146 (4); GoBD, nos. 107 to 112).
    """
    open_from = (book.closed_books.last_day or date.min) + timedelta(days=1)
    for period in book.closed_books.periods:
        if period.holds:
            continue
        for change in period.changes[:_SHOWN]:
            yield Finding("error", "closed-period", _message(change, period.lock, open_from), change.source)
        more = len(period.changes) - _SHOWN
        if more > 0:
            yield Finding(
                "error",
                "closed-period",
                _n(
                    more,
                    "{count} more entry up to {last_day} was changed after the books were closed",
                    "{count} more entries up to {last_day} were changed after the books were closed",
                    count=more,
                    last_day=period.lock.last_day,
                ),
                period.lock.source,
            )
        if not period.changes:
            yield Finding("error", "closed-period", _untold(period), period.lock.source)
        elif period.commit:
            yield Finding("error", "closed-period", _told_by_git(period), period.lock.source)


def _message(change: PastChange, lock: Lock, open_from: date) -> str:
    values = {"day": change.date, "last_day": lock.last_day, "lock": lock.source, "open_from": open_from}
    if change.kind == "added":
        return _(
            "{day} is closed, as the books are up to {last_day} ({lock}): date this {open_from} or later",
            **values,
        )
    if change.kind == "removed":
        return _(
            "{then}: this entry is gone, but the books are closed up to {last_day}; put it back as it was (git log -p "
            "shows when it went), and reverse it by an entry of {open_from} or later if it was wrong",
            then=change.then,
            **values,
        )
    then, now = _difference(change)
    return _(
        "this entry was changed, but the books are closed up to {last_day} ({lock}): then {then}, now {now}; put it back "
        "as it was (git log -p shows when it went), and correct it by an entry of {open_from} or later if it was wrong",
        then=then or "–",
        now=now or "–",
        **values,
    )


def _difference(change: PastChange) -> tuple[str, str]:
    """The parts of an entry that are only in the list, and those that are only in the ledger."""
    separator = " | " if " | " in change.then and " | " in change.now else " "
    then, now = change.then.split(separator), change.now.split(separator)
    if len(then) > 1 and len(now) > 1 and then[1:] == now[1:]:  # only what stands above the postings
        then, now, separator = then[0].split(" "), now[0].split(" "), " "
    gone, new = Counter(then) - Counter(now), Counter(now) - Counter(then)
    return separator.join(gone.elements()), separator.join(new.elements())


def _untold(period: ClosedPeriod) -> str:
    lock = period.lock
    if not period.has_list:
        return _(
            "the books up to {last_day} have changed since they were closed, and {file}, which lists what they said, is "
            "missing or was changed too: put both back as they were (git log -p shows when they went)",
            last_day=lock.last_day,
            file=lock.file,
        )
    return _(
        "this lock of {last_day} was changed after it was written: put it back as it was (git log -p shows when it went)",
        last_day=lock.last_day,
    )


def _told_by_git(period: ClosedPeriod) -> str:
    return _(
        "{file}, which lists what was closed up to {last_day}, is missing or was changed: put it back, "
        "git checkout {commit} -- {file}; what it said is taken from there",
        file=period.lock.file,
        last_day=period.lock.last_day,
        commit=period.commit[:SHORT_HASH],
    )


def check_lock_chain(book: Book) -> Iterator[Finding]:
    """No lock and no reopening is missing, and what was closed last is reopened first."""
    closed = book.closed_books
    for link in lock_chain.after_gaps(closed):
        yield Finding(
            "error",
            "lock-chain",
            _(
                "the lock or reopening before this one ({mark}…) is no longer in the ledger, or was changed: put it back "
                "as it was written (git log -p shows when it went)",
                mark=link.previous[:SHORT_HASH],
            ),
            link.source,
        )
    for reopening in closed.reopenings:
        if later := lock_chain.still_closed_after(closed, reopening):
            yield Finding(
                "error",
                "lock-chain",
                _(
                    "the books are open up to {last_day}, but closed after it, up to {later} ({lock}): reopen that first",
                    last_day=reopening.last_day,
                    later=later.last_day,
                    lock=later.source,
                ),
                reopening.source,
            )


CHECKS = (check_closed_periods, check_lock_chain)
