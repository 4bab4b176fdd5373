"""A person's word on what is in doubt, or was to be sent by hand: it has left, or it shall not."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

from beancount_invoicing.actions import chain, staging
from beancount_invoicing.actions.mailing import CannotSend
from beancount_invoicing.actions.naming import customer, short_names
from beancount_invoicing.actions.outbox import What, files_of, named, objections, open_attempts, waiting_files, what
from beancount_invoicing.actions.places import into_file
from beancount_invoicing.actions.telling import BY_HAND, Sent, closings, not_sent, record_file, relative_to
from beancount_invoicing.actions.writing import Changes, How, New, Outcome, as_it_is, change
from beancount_invoicing.delivery import Attempt
from beancount_invoicing.entries import Loading
from beancount_invoicing.files import holds
from beancount_invoicing.model import Book, Channel, Event


class Chosen(NamedTuple):
    """Which of what waits: of these documents (or, for a statement, customers), or (no numbers) all that was prepared."""

    numbers: tuple[str, ...] = ()
    what: What | None = None
    """Of several things that wait for a number: this one."""
    channel: Channel | None = None
    level: int | None = None
    """Of several reminders: that of this level."""
    customer: str = ""
    """Of several to who owes a document: that to this one."""


def confirm(file: str | Path, chosen: Chosen, day: date, how: How) -> Outcome:
    """A person says that what was in doubt, or prepared, has left.

    Of what would not be sent so on `day` any more a notice says why. Raises CannotSend where nothing of a number is
    open, or more than one thing that `chosen` does not tell apart; UnknownCustomer, and what `change` raises.
    """

    def make(loading: Loading) -> Changes:
        book = loading.book
        target = into_file(how.into, day) if how.into else record_file(book, day)
        if how.write:
            staging.finish(waiting_files(book))
        those = _of(book, chosen)
        against = objections(book, day)
        sealed = {(one.file, one.sha256) for one in book.seals}
        new = []
        said = []
        last = chain.tip(book)
        for one in those:
            file, mark = one.event.file, one.event.sha256
            there = bool(file) and holds(Path(file), mark)
            sent = [
                Sent(one.kind, _day(one, event, day), _account(book, event), event.numbers, event.level, event.until, event.tone,
                      event.channel, event.message_id, mark, one.name, facts=event.facts)
                for event in one.events
            ]  # fmt: skip
            said.append(f"{one.name}: {one.kind} on {sent[0].day}, {sent[0].channel}")
            if objection := against.get(one.event.message_id):
                said.append(f"{one.name}: warning: {objection.text}")
            stored = Path(file) if there and (file, mark) not in sealed else None
            told, last = closings(target, sent, stored, last)
            new += [New(sent[0].day, as_it_is(entry), str(target)) for entry in told]
        return Changes(
            tuple(new), message=f"Sent: {', '.join(chosen.numbers) or 'what was prepared'}", notices=tuple(said)
        )

    return change(file, make, how)


def discard(file: str | Path, chosen: Chosen, day: date, how: How) -> Outcome:
    """A person says that what was prepared, or was in doubt, has not left and shall not: `not-sent`, and its files go.

    Notices say which files go, and which stay and why: one that holds what is not discarded, is sealed, or was changed. Raises as
    `confirm`.
    """

    def make(loading: Loading) -> Changes:
        book = loading.book
        top = Path(book.file)
        target = into_file(how.into, day) if how.into else record_file(book, day)
        if how.write:
            staging.finish(waiting_files(book))
        those = _of(book, chosen)
        new = []
        said = []
        for one in those:
            title = one.event.note.partition(f" {BY_HAND} ")[0] if not one.in_doubt else one.name
            for event in one.events:
                entry = not_sent(day, _account(book, event), f"{title} was discarded: it has not left", event)
                new.append(New(max(day, event.date), as_it_is(entry), str(target)))
            state = "in doubt since" if one.in_doubt else "prepared on"
            done = "discarded" if how.write else "would be discarded"
            said.append(f"{one.name}: {what(one.kind)} {state} {one.event.date}, {one.event.channel}: {done}")
        files = files_of(book, those)
        for path, stays in files.items():
            goes = "is removed" if how.write else "would be removed"
            said.append(f"{relative_to(top, path)} {f'stays: {stays}' if stays else goes}")
        message = f"Discarded: {', '.join(chosen.numbers) or 'what was prepared'}"
        return Changes(
            tuple(new),
            message=message,
            notices=tuple(said),
            gone=tuple(path for path, stays in files.items() if not stays),
        )

    return change(file, make, how)


def _of(book: Book, chosen: Chosen) -> tuple[Attempt, ...]:
    """What of all that waits is chosen. Raises CannotSend, UnknownCustomer."""
    account = customer(book, chosen.customer) if chosen.customer else ""
    those = [
        one
        for one in open_attempts(book)
        if chosen.what in {None, what(one.kind)}
        and chosen.channel in {None, one.event.channel}
        and chosen.level in {None, one.event.level}
        and account in {"", one.event.customer}
    ]
    if not chosen.numbers:
        return tuple(one for one in those if not one.in_doubt)
    found: dict[str, Attempt] = {}
    for number in chosen.numbers:
        of_it = named(book, those, number)
        if not of_it:
            which = f"no {chosen.what}" if chosen.what else "nothing"
            level = f" of level {chosen.level}" if chosen.level is not None else ""
            raise CannotSend(f"{which} of {number}{level} is in doubt or prepared")
        if options := _options(book, of_it):
            one_kind = len({one.kind for one in of_it}) == 1
            waits = ", ".join(
                f"{what(one.kind)}{f' of level {one.event.level}' if one_kind else ''}"
                f" ({'in doubt since' if one.in_doubt else 'prepared on'} {one.event.date})"
                for one in of_it
            )
            raise CannotSend(f"{number}: more than one thing waits: {waits}: say which: {' or '.join(options)}")
        found |= {one.event.message_id: one for one in of_it}
    return tuple(found.values())


def _options(book: Book, those: Sequence[Attempt]) -> tuple[str, ...]:
    """The options of which one says which of several things is meant; none where nothing tells them apart."""
    names = short_names(book)
    for options in (
        [f"--what {what(one.kind)}" for one in those],
        [f"--level {one.event.level}" for one in those],
        [f"--customer {names.get(one.event.customer, one.event.customer)}" for one in those],
    ):
        if len(different := dict.fromkeys(options)) > 1:
            return tuple(different)
    return ()


def _day(attempt: Attempt, event: Event, day: date) -> date:
    """When it left: what was in doubt on its day, what was prepared on that of the person's word."""
    return event.date if attempt.in_doubt else max(day, event.date)


def _account(book: Book, event: Event) -> str:
    invoice = book.invoice(event.numbers[0]) if event.numbers else None
    return invoice.instalments[0].account if invoice and invoice.instalments else event.customer
