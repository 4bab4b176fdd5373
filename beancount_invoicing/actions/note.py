"""Notes on what a customer answered, or what became of it: a dispute, a promise, a hold, an insolvency."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Literal, NamedTuple

from beancount_invoicing.customer_search import UnknownCustomer, find_customer
from beancount_invoicing.documents.search import UnknownNumber, document_finder
from beancount_invoicing.loading.loader import Loading
from beancount_invoicing.messages import _, _n
from beancount_invoicing.model import Book, Event
from beancount_invoicing.receivables import Position
from beancount_invoicing.rules import currencies, numbering
from beancount_invoicing.rules.narrations import Narration, narration
from beancount_invoicing.rules.steps import round_to
from beancount_invoicing.writing.changes import Changes, NewDirective, Outcome, WriteOptions, change, verbatim
from beancount_invoicing.writing.new_documents import InvalidRequest
from beancount_invoicing.writing.text import note_directive

NoteKind = Literal[
    "dispute", "dispute-settled", "promise", "hold", "resume", "insolvency", "declared", "acknowledged",
]  # fmt: skip
"""The events that a person notes; the others are written by what sends and collects."""
_TEXTS: Mapping[NoteKind, Narration] = {
    "dispute": "note-dispute",
    "dispute-settled": "note-dispute-settled",
    "promise": "note-promise",
    "hold": "note-hold",
    "resume": "note-resume",
    "insolvency": "note-insolvency",
    "declared": "note-declared",
    "acknowledged": "note-acknowledged",
}
_OF_CUSTOMERS = frozenset({"insolvency", "declared"})
_HOLDING = frozenset({"hold", "insolvency", "promise"})


class PromisedPart(NamedTuple):
    """A part of a payment plan: an amount in the document's currency, and the last day (inclusive) on which it is to be paid."""

    amount: Decimal
    until: date


class NoteRequest(NamedTuple):
    """What is noted, about which documents or customers (numbers, ends of numbers, or names)."""

    kind: NoteKind
    about: tuple[str, ...]
    text: str = ""
    """Free words; "" for the usual ones, in the language of the books."""
    until: date | None = None
    """The last day (inclusive) of a promise or hold; of an insolvency: the last day to declare the claims."""
    amount: Decimal | None = None
    """The part in dispute, or promised, in the document's currency; None for all of it."""
    parts: tuple[PromisedPart, ...] = ()
    """The parts of a promised payment plan, instead of `until` and `amount`."""


class _Subject(NamedTuple):
    """An account that gets the note, and the documents that the note names: none for the whole customer."""

    account: str
    positions: tuple[Position, ...]
    events: tuple[Event, ...]
    """What was noted before about any of them."""
    name: str


def note(file: str | Path, request: NoteRequest, day: date, write_options: WriteOptions) -> Outcome:
    """Writes a note of `day` for each customer concerned; beside the latest such note, else beside the document.

    Raises what `change` raises, UnknownNumber, UnknownCustomer, and InvalidRequest if the note would mean nothing.
    """

    def make(loading: Loading) -> Changes:
        book = loading.book
        subjects = _subjects(book, request, day)
        notices = tuple(notice for subject in subjects for notice in _checked(subject, request, day))
        if request.amount is not None and sum(len(subject.positions) or 1 for subject in subjects) > 1:
            raise InvalidRequest(_("--amount is of one document: note each document by itself"))
        words = request.text or narration(book.books_language(day), _TEXTS[request.kind])
        file_of_notes = _file_of_notes(book)
        new = tuple(
            NewDirective(day, verbatim(directive), file_of_notes or _beside(book, subject))
            for subject in subjects
            for directive in _directives(subject, request, day, words)
        )
        return Changes(
            new,
            message=f"{words}: {', '.join(subject.name for subject in subjects)}",
            notices=notices,
            summary=_n(len(new), "{count} note", "{count} notes", count=len(new)),
            act="note",
        )

    return change(file, make, write_options)


def _subjects(book: Book, request: NoteRequest, day: date) -> tuple[_Subject, ...]:
    """The accounts that get a note, in the order in which they are named. Raises as `note`."""
    by_number = document_finder(book, day)
    positions: dict[str, list[Position]] = {}
    customers: dict[str, None] = {}
    for word in dict.fromkeys(request.about):
        try:
            position = by_number(word)
        except UnknownNumber as error:
            try:
                customers[find_customer(book, word)] = None
            except UnknownCustomer:
                if any(sign.isdigit() for sign in word):
                    raise error from None
                raise
        else:
            if position not in positions.setdefault(_debtor_account(book, position), []):
                positions[_debtor_account(book, position)].append(position)
    if positions and request.kind in _OF_CUSTOMERS:
        raise InvalidRequest(
            _(
                "this concerns everything that the customer owes: name the customer, {customer}, instead of {number}",
                customer=next(iter(positions)),
                number=next(iter(positions.values()))[0].invoice.number,
            )
        )
    return (
        *(_of_documents(account, tuple(documents)) for account, documents in positions.items()),
        *(_of_customer(book, account, day) for account in customers),
    )


def _debtor_account(book: Book, position: Position) -> str:
    """The main account of who owes a document now. Raises InvalidRequest if nobody is known to."""
    if position.debtor is None:
        raise InvalidRequest(_("{number} has no customer: nothing is noted", number=position.invoice.number))
    return book.main_accounts.get(position.debtor.account, position.debtor.account)


def _of_documents(account: str, positions: tuple[Position, ...]) -> _Subject:
    events = tuple(event for position in positions for event in position.events)
    return _Subject(account, positions, events, ", ".join(position.invoice.number for position in positions))


def _of_customer(book: Book, account: str, day: date) -> _Subject:
    """A whole customer, with its notes until `day` (inclusive)."""
    events = tuple(event for event in book.events if event.customer == account and event.date <= day)
    return _Subject(account, (), events, book.customers[account].at(day).name)


def _checked(subject: _Subject, request: NoteRequest, day: date) -> tuple[str, ...]:
    """Notices on a note. Raises InvalidRequest if it would mean nothing, or something else."""
    last_days = (request.until, *(part.until for part in request.parts))
    for until in last_days:
        if until is not None and until < day:
            raise InvalidRequest(
                _("{until} is before {day}, the day of the note: give another --until", until=until, day=day)
            )
    kinds = {event.kind for event in subject.events}
    if request.kind == "dispute-settled" and not _is_disputed(subject):
        raise InvalidRequest(_("{name} is not in dispute on {day}: nothing is settled", name=subject.name, day=day))
    if request.kind == "resume" and not kinds & _HOLDING:
        raise InvalidRequest(
            _(
                "no hold, promise or insolvency of {name} is noted until {day}: there is nothing to resume",
                name=subject.name,
                day=day,
            )
        )
    if request.kind == "declared" and "insolvency" not in kinds:
        raise InvalidRequest(
            _(
                "no insolvency of {name} is noted until {day}: note that first, bean-invoice note insolvency",
                name=subject.name,
                day=day,
            )
        )
    if request.kind in {"promise", "dispute"}:
        return _checked_amounts(subject, request, day)
    return ()


def _is_disputed(subject: _Subject) -> bool:
    """Whether the last word about any of the documents is a dispute; of a whole customer, whether there ever was one."""
    if not subject.positions:
        return any(event.kind == "dispute" for event in subject.events)
    words = (
        [event.kind for event in position.events if event.kind in {"dispute", "dispute-settled"}]
        for position in subject.positions
    )
    return any(kinds[-1:] == ["dispute"] for kinds in words)


def _checked_amounts(subject: _Subject, request: NoteRequest, day: date) -> tuple[str, ...]:
    """The notice that nothing is open. Raises InvalidRequest if more is promised or disputed than is open."""
    if not subject.positions:
        return ()
    open_amount = sum((position.open for position in subject.positions), Decimal(0))
    currency = subject.positions[0].invoice.currency
    wanted = request.amount or sum((part.amount for part in request.parts), Decimal(0))
    if wanted > open_amount and len({position.invoice.currency for position in subject.positions}) == 1:
        raise InvalidRequest(
            _(
                "{wanted} {currency} is more than what is open of {name} on {day}: {open} {currency}",
                wanted=wanted,
                currency=currency,
                name=subject.name,
                day=day,
                open=open_amount,
            )
        )
    if open_amount <= 0:
        text = _("nothing is open of {name} on {day}", name=subject.name, day=day)
        if request.kind == "promise":
            raise InvalidRequest(text)
        return (text,)
    return ()


def _directives(subject: _Subject, request: NoteRequest, day: date, words: str) -> list[str]:
    """The notes of a subject: one, or one for each part of a payment plan."""
    links = [numbering.link(position.invoice.number) for position in subject.positions]
    parts: Sequence[tuple[Decimal | None, date | None]] = request.parts or [(request.amount, request.until)]
    decimals = currencies.currency_decimals(subject.positions[0].invoice.currency) if subject.positions else 2
    return [
        note_directive(
            day,
            subject.account,
            words,
            links,
            [
                ("event", request.kind),
                ("amount", None if amount is None else round_to(amount, decimals)),
                ("until", until),
            ],
        )
        for amount, until in parts
    ]


def _file_of_notes(book: Book) -> str:
    """The file with the latest note that a person wrote; "" if there is none, or new entries have files of their own."""
    if "file" in book.options:
        return ""
    return next((event.source.file for event in reversed(book.events) if event.kind in _TEXTS), "")


def _beside(book: Book, subject: _Subject) -> str:
    """The file of the document; "" for the file that option `file` names, or the top file."""
    return subject.positions[0].invoice.source.file if subject.positions and "file" not in book.options else ""
