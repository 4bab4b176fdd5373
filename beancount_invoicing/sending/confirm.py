"""The user's decision about what is in doubt, or had to be sent by hand: it was sent, or it will not be."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

from beancount_invoicing.customer_search import find_customer, short_names
from beancount_invoicing.delivery import Attempt
from beancount_invoicing.documents import seal_chain
from beancount_invoicing.files import has_digest
from beancount_invoicing.loading.loader import Loading
from beancount_invoicing.messages import _, joined
from beancount_invoicing.model import Book, Channel, Event
from beancount_invoicing.rules.narrations import narration
from beancount_invoicing.sending import staging
from beancount_invoicing.sending.event_directives import (
    SentFacts,
    not_sent_directive,
    record_file,
    sent_directives,
)
from beancount_invoicing.sending.mail_settings import CannotSend
from beancount_invoicing.sending.outbox import (
    OutboxKind,
    files_to_discard,
    matching_attempts,
    objections,
    open_attempts,
    outbox_kind,
    waiting_files,
)
from beancount_invoicing.sending.recorded_files import BY_HAND_PREFIX, relative_to
from beancount_invoicing.writing.changes import Changes, NewDirective, Outcome, WriteOptions, change, verbatim
from beancount_invoicing.writing.dated_files import target_file


class AttemptFilter(NamedTuple):
    """Which waiting items: of these documents (or, for a statement, customers), or (no numbers) everything that was prepared."""

    numbers: tuple[str, ...] = ()
    kind: OutboxKind | None = None
    """If several things wait for a number: this kind."""
    channel: Channel | None = None
    level: int | None = None
    """If several reminders wait: that of this level."""
    customer: str = ""
    """If several debtors of a document have one: that to this customer."""


def confirm(file: str | Path, chosen: AttemptFilter, day: date, write_options: WriteOptions) -> Outcome:
    """Records that something in doubt, or prepared, was sent.

    A notice explains if it would not be sent like this on `day` any more. Raises CannotSend if nothing is open for a number, or
    several things that `chosen` does not tell apart; UnknownCustomer, and what `change` raises.
    """

    def make(loading: Loading) -> Changes:
        book = loading.book
        target = target_file(write_options.into, day) if write_options.into else record_file(book, day)
        if write_options.write:
            staging.finish_staged(waiting_files(book))
        attempts = _of(book, chosen)
        against = objections(book, day)
        sealed = {(seal.file, seal.sha256) for seal in book.seals}
        new = []
        messages = []
        last = seal_chain.tip(book)
        for attempt in attempts:
            file, digest = attempt.event.file, attempt.event.sha256
            exists = bool(file) and has_digest(Path(file), digest)
            sent = [
                SentFacts(attempt.kind, _day(attempt, event, day), _account(book, event), event.numbers, event.level, event.until,
                event.tone,
                      event.channel, event.message_id, digest, attempt.name, facts_digest=event.content_digest)
                for event in attempt.events
            ]  # fmt: skip
            messages.append(
                _(
                    "{attempt}: {kind} on {day}, {channel}",
                    attempt=attempt.name,
                    kind=attempt.kind,
                    day=sent[0].day,
                    channel=sent[0].channel,
                )
            )
            if objection := against.get(attempt.event.message_id):
                messages.append(_("{attempt}: warning: {objection}", attempt=attempt.name, objection=objection.text))
            stored = Path(file) if exists and (file, digest) not in sealed else None
            told, last = sent_directives(target, sent, stored, last, book.books_language(day))
            new += [NewDirective(sent[0].day, verbatim(entry), str(target)) for entry in told]
        return Changes(
            tuple(new),
            message=narration(book.books_language(day), "sent", ", ".join(chosen.numbers)),
            notices=tuple(messages),
        )

    return change(file, make, write_options)


def discard(file: str | Path, chosen: AttemptFilter, day: date, write_options: WriteOptions) -> Outcome:
    """Records that something prepared, or in doubt, was not sent and will not be (`not-sent`), and deletes its files.

    Notices say which files are deleted, and which stay and why: those that hold something not discarded, are sealed, or were
    changed. Raises as `confirm`.
    """

    def make(loading: Loading) -> Changes:
        book = loading.book
        top = Path(book.file)
        target = target_file(write_options.into, day) if write_options.into else record_file(book, day)
        if write_options.write:
            staging.finish_staged(waiting_files(book))
        attempts = _of(book, chosen)
        new = []
        messages = []
        for attempt in attempts:
            title = attempt.event.note.partition(f" {BY_HAND_PREFIX} ")[0] if not attempt.in_doubt else attempt.name
            for event in attempt.events:
                entry = not_sent_directive(
                    day, _account(book, event), _("{title} was discarded: it was not sent", title=title), event
                )
                new.append(NewDirective(max(day, event.date), verbatim(entry), str(target)))
            state = _("in doubt since") if attempt.in_doubt else _("prepared on")
            done = _("discarded") if write_options.write else _("would be discarded")
            messages.append(
                _(
                    "{attempt}: {outbox_kind} {state} {day}, {channel}: {done}",
                    attempt=attempt.name,
                    outbox_kind=outbox_kind(attempt.kind),
                    state=state,
                    day=attempt.event.date,
                    channel=attempt.event.channel,
                    done=done,
                )
            )
        files = files_to_discard(book, attempts)
        for path, stays in files.items():
            goes = _("is removed") if write_options.write else _("would be removed")
            messages.append(
                _("{file} stays: {stays}", file=relative_to(top, path), stays=stays)
                if stays
                else _("{file} {goes}", file=relative_to(top, path), goes=goes)
            )
        message = _("Discarded: {numbers}", numbers=", ".join(chosen.numbers) or _("what was prepared"))
        return Changes(
            tuple(new),
            message=message,
            notices=tuple(messages),
            removed_files=tuple(path for path, stays in files.items() if not stays),
        )

    return change(file, make, write_options)


def _of(book: Book, chosen: AttemptFilter) -> tuple[Attempt, ...]:
    """The chosen ones of all waiting items. Raises CannotSend, UnknownCustomer."""
    account = find_customer(book, chosen.customer) if chosen.customer else ""
    attempts = [
        attempt
        for attempt in open_attempts(book)
        if chosen.kind in {None, outbox_kind(attempt.kind)}
        and chosen.channel in {None, attempt.event.channel}
        and chosen.level in {None, attempt.event.level}
        and account in {"", attempt.event.customer}
    ]
    if not chosen.numbers:
        return tuple(attempt for attempt in attempts if not attempt.in_doubt)
    found: dict[str, Attempt] = {}
    for number in chosen.numbers:
        of_it = matching_attempts(book, attempts, number)
        if not of_it:
            which = _("no {kind}", kind=chosen.kind) if chosen.kind else _("nothing")
            level = _(" of level {level}", level=chosen.level) if chosen.level is not None else ""
            raise CannotSend(
                _("{which} of {number}{level} is in doubt or prepared", which=which, number=number, level=level)
            )
        if options := _options(book, of_it):
            one_kind = len({attempt.kind for attempt in of_it}) == 1
            waits = joined(
                ", ",
                (
                    _(
                        "{outbox_kind}{one_kind} ({in_doubt} {day})",
                        outbox_kind=outbox_kind(attempt.kind),
                        one_kind=(_(" of level {level}", level=attempt.event.level) if one_kind else ""),
                        in_doubt=(_("in doubt since") if attempt.in_doubt else _("prepared on")),
                        day=attempt.event.date,
                    )
                    for attempt in of_it
                ),
            )
            raise CannotSend(
                _(
                    "{number}: several messages are waiting: {waits}: choose one: {options}",
                    number=number,
                    waits=waits,
                    options=joined(_(" or "), options),
                )
            )
        found |= {attempt.event.message_id: attempt for attempt in of_it}
    return tuple(found.values())


def _options(book: Book, attempts: Sequence[Attempt]) -> tuple[str, ...]:
    """The options that choose one of several things; none if nothing tells them apart."""
    names = short_names(book)
    for options in (
        [f"--what {outbox_kind(attempt.kind)}" for attempt in attempts],
        [f"--level {attempt.event.level}" for attempt in attempts],
        [f"--customer {names.get(attempt.event.customer, attempt.event.customer)}" for attempt in attempts],
    ):
        if len(different := dict.fromkeys(options)) > 1:
            return tuple(different)
    return ()


def _day(attempt: Attempt, event: Event, day: date) -> date:
    """When it was sent: for something in doubt, its own day; for something prepared, the day of the confirmation."""
    return event.date if attempt.in_doubt else max(day, event.date)


def _account(book: Book, event: Event) -> str:
    invoice = book.invoice(event.numbers[0]) if event.numbers else None
    return invoice.instalments[0].account if invoice and invoice.instalments else event.customer
