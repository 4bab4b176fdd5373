"""A person's word on what is in doubt, or was to be sent by hand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from hashlib import sha256
from pathlib import Path

from beancount_invoicing.actions.mailing import CannotSend
from beancount_invoicing.actions.telling import Sent, closings, record_file
from beancount_invoicing.actions.writing import Changes, How, New, Outcome, as_it_is, change
from beancount_invoicing.delivery import Attempt, History
from beancount_invoicing.entries import Loading
from beancount_invoicing.model import Book, Channel, Event

_COMMANDS = {
    "sent": "bean-invoice send --retry {name} --write",
    "reminder": "bean-invoice remind --send --retry --customer {leaf} --write",
    "statement": "bean-invoice statement {leaf} --send --retry --write",
    "receipt": "bean-invoice receipt {name} --send --retry --write",
}
"""What sends anew what has not left."""


def words_for(kind: str, name: str, account: str) -> tuple[str, str]:
    """The commands by which a person says that something has left, and that it has not."""
    anew = _COMMANDS.get(kind, _COMMANDS["sent"]).format(name=name, leaf=account.rpartition(":")[2])
    return f"bean-invoice send --confirm {name} --write", anew


def answers_to(kind: str, name: str, account: str) -> str:
    """What a person can say of what is in doubt."""
    arrived, not_arrived = words_for(kind, name, account)
    return f"if it did: {arrived}, if not: {not_arrived}"


def open_because(attempt: Attempt) -> str:
    """Why something is not sent that is in doubt, or was prepared, and what a person can say of it."""
    day, account = attempt.event.date, attempt.event.customer
    if attempt.in_doubt:
        return f"is in doubt since {day}: nobody knows whether it arrived; {answers_to(attempt.kind, attempt.name, account)}"
    left, anew = words_for(attempt.kind, attempt.name, account)
    return f"was prepared on {day} ({attempt.event.note}): once you have sent it: {left}; to make it anew: {anew}"


def open_attempts(book: Book) -> tuple[Attempt, ...]:
    """What is in doubt, and what waits to be sent by hand; by date."""
    return History(book.events).open


def confirm(file: Path, numbers: Sequence[str], day: date, channel: Channel | None, how: How) -> Outcome:
    """A person says that what was in doubt, or prepared, has left: of these documents, or (no numbers) all that was prepared.

    Raises CannotSend where nothing of a document is open, and what `change` raises.
    """

    def make(loading: Loading) -> Changes:
        book = loading.book
        target = how.into.absolute() if how.into else record_file(book, day)
        those = [one for one in History(book.events).open if channel in {None, one.event.channel}]
        if numbers:
            for number in numbers:
                if not any(_is_of(one, number) for one in those):
                    raise CannotSend(f"nothing of {number} is in doubt or prepared")
            those = [one for one in those if any(_is_of(one, number) for number in numbers)]
        else:
            those = [one for one in those if not one.in_doubt]
        sealed = {(one.file, one.sha256) for one in book.seals}
        new = []
        said = []
        for one in those:
            file, mark = one.event.file, one.event.sha256
            try:
                there = bool(file) and sha256(Path(file).read_bytes()).hexdigest() == mark
            except OSError:
                there = False
            sent = [
                Sent(one.kind, _day(one, event, day), _account(book, event), event.numbers, event.level, event.until, event.tone,
                      event.channel, event.message_id, mark, one.name)
                for event in one.events
            ]  # fmt: skip
            said.append(f"{one.name}: {one.kind} on {sent[0].day}, {sent[0].channel}")
            stored = Path(file) if there and (file, mark) not in sealed else None
            new += [New(sent[0].day, as_it_is(entry), str(target)) for entry in closings(target, sent, stored)]
        return Changes(tuple(new), message=f"Sent: {', '.join(numbers) or 'what was prepared'}", notices=tuple(said))

    return change(file, make, how)


def _day(attempt: Attempt, event: Event, day: date) -> date:
    """When it left: what was in doubt on its day, what was prepared on that of the person's word."""
    return event.date if attempt.in_doubt else max(day, event.date)


def _is_of(attempt: Attempt, number: str) -> bool:
    account = attempt.event.customer
    return number in attempt.numbers or (not attempt.numbers and number in {account, account.rpartition(":")[2]})


def _account(book: Book, event: Event) -> str:
    invoice = book.invoice(event.numbers[0]) if event.numbers else None
    return invoice.instalments[0].account if invoice and invoice.instalments else event.customer
