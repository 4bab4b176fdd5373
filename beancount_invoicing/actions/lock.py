"""Closes the books up to a day, and opens them again."""

from __future__ import annotations

from datetime import date, timedelta
from os import path as os_path
from pathlib import Path

from beancount_invoicing.checks.closed_books import SHORT_HASH
from beancount_invoicing.entries.closed_books import LISTS_FOLDER, FactList, fact_list
from beancount_invoicing.loading.loader import Loading
from beancount_invoicing.messages import _, _n
from beancount_invoicing.model import Book
from beancount_invoicing.model.locks import Lock
from beancount_invoicing.rules import lock_chain
from beancount_invoicing.writing import text
from beancount_invoicing.writing.changes import Changes, NewDirective, Outcome, WriteOptions, change, verbatim
from beancount_invoicing.writing.dated_files import target_file
from beancount_invoicing.writing.new_documents import InvalidRequest


def lock(file: str | Path, last_day: date, day: date, write_options: WriteOptions) -> Outcome:
    """Closes the books up to `last_day` (inclusive) on `day`: writes the list of everything that counts, and a directive
    with its fingerprint. If these days are closed already, there is nothing to do.

    Raises what `change` raises, and InvalidRequest if the period is not over or has drafts.
    """

    def make(loading: Loading) -> Changes:
        book = loading.book
        closed = book.closed_books
        if closed.last_day and last_day <= closed.last_day:
            covering = next(period.lock for period in closed.periods if last_day <= period.lock.last_day)
            return Changes(
                nothing_to_do=_(
                    "Nothing to do: the books are closed up to {last_day}, since {day} ({lock}).",
                    last_day=covering.last_day,
                    day=covering.date,
                    lock=covering.source,
                )
            )
        _must_be_over(book, last_day, day)
        first_day = closed.last_day + timedelta(days=1) if closed.last_day else None
        previous = lock_chain.tip(closed)
        listed = fact_list(loading.entries, day, first_day, last_day, previous)
        if not listed.length:
            raise InvalidRequest(_("nothing is dated up to {last_day}: there is nothing to close", last_day=last_day))
        place = _list_file(book, last_day, listed)
        target = _target(book, day, write_options)
        values = {"sha256": listed.sha256, "previous": previous, "from": first_day}
        meta = [*values.items(), ("file", os_path.relpath(place, target.parent).replace("\\", "/"))]
        entry = text.custom_directive(day, "invoice-lock", [last_day], meta)
        return Changes(
            (NewDirective(day, verbatim(entry), str(target)),),
            message=f"Books closed up to {last_day}",
            summary=_n(
                listed.length,
                "{count} entry closed up to {last_day}",
                "{count} entries closed up to {last_day}",
                count=listed.length,
                last_day=last_day,
            ),
            files=((place, listed.content),),
        )

    return change(file, make, write_options._replace(strict=True))


def _must_be_over(book: Book, last_day: date, day: date) -> None:
    """Raises InvalidRequest if the period goes on, or a draft in it could not be issued any more."""
    if last_day >= day:
        raise InvalidRequest(
            _("{last_day} is not over on {day}: close the books up to a day before", last_day=last_day, day=day)
        )
    latest = max((lock.date for lock in book.closed_books.locks), default=date.min)
    if day < latest:
        raise InvalidRequest(
            _(
                "the books were closed last on {latest}: a lock of {day} would be before it; leave --date out",
                latest=latest,
                day=day,
            )
        )
    drafts = [invoice for invoice in book.invoices if invoice.draft and invoice.date <= last_day]
    if drafts:
        raise InvalidRequest(
            _(
                "{number} is a draft of {day} ({place}): issue it, bean-invoice issue {number}, or take it out, "
                "bean-invoice draft drop {number}, before the books are closed",
                number=drafts[0].number,
                day=drafts[0].date,
                place=drafts[0].source,
            )
        )


def _target(book: Book, day: date, write_options: WriteOptions) -> Path:
    """The file for a lock or reopening: `--into`, else that of the last lock, else the option `file`, else the top file."""
    if write_options.into:
        return target_file(write_options.into, day)
    locks = book.closed_books.locks
    if locks:
        return Path(locks[-1].source.file)
    return (
        target_file(Path(book.file).parent / pattern, day) if (pattern := book.option("file", day)) else Path(book.file)
    )


def _list_file(book: Book, last_day: date, listed: FactList) -> Path:
    """The file of a list: named after the last day, with a number if there is another of the same day."""
    folder = Path(book.file).parent / LISTS_FOLDER
    place, number = folder / f"{last_day}.txt", 1
    while place.exists() and place.read_bytes() != listed.content:
        number += 1
        place = folder / f"{last_day}-{number}.txt"
    return place


def reopen(file: str | Path, last_day: date, reason: str, day: date, write_options: WriteOptions) -> Outcome:
    """Takes back the last lock, of `last_day`, on `day`: the lock and its list stay, and a directive says why it no longer holds.

    Raises what `change` raises, and InvalidRequest if it is not the last lock.
    """

    def make(loading: Loading) -> Changes:
        book = loading.book
        found = _last_lock(book, last_day)
        if day < found.date:
            raise InvalidRequest(
                _("the books were closed on {closed_on}: they cannot be reopened before", closed_on=found.date)
            )
        entry = text.custom_directive(
            day, "invoice-reopened", [found.last_day], [("reason", reason), ("previous", found.sha256)]
        )
        return Changes(
            (NewDirective(day, verbatim(entry), str(_target(book, day, write_options))),),
            message=f"Books reopened from {found.first_day or 'the beginning'} to {found.last_day}: {reason}",
            summary=_(
                "lock of {last_day} ({mark}) taken back", last_day=found.last_day, mark=found.sha256[:SHORT_HASH]
            ),
            notices=(
                _(
                    "A closed period may be opened again only while nobody relies on it: not after a return, accounts "
                    "or a FEC were made from it. After that, correct by new entries."
                ),
            ),
        )

    return change(file, make, write_options._replace(strict=True, reopening=True))


def _last_lock(book: Book, last_day: date) -> Lock:
    """The last lock in force. Raises InvalidRequest if it is not that of `last_day`, or there is none."""
    periods = book.closed_books.periods
    if not periods:
        raise InvalidRequest(_("the books are not closed: there is nothing to reopen"))
    found = periods[-1].lock
    if found.last_day != last_day:
        raise InvalidRequest(
            _(
                "the last lock is of {last_day} ({lock}): only that one can be taken back, bean-invoice accounting lock "
                "{last_day} --reopen REASON",
                last_day=found.last_day,
                lock=found.source,
            )
        )
    return found
