"""Copies of documents that are paid, or remained unpaid: writing them to files, and sending them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from beancount_invoicing.actions.dispatches import PDF, by_letter, first_mails, place
from beancount_invoicing.actions.documents import Output, Written, as_bytes, named_documents, prepare, write_view
from beancount_invoicing.actions.ledger import Ledger
from beancount_invoicing.delivery import Attachment, Dispatch, Held, History, Said, addresses
from beancount_invoicing.model import Book, Channel
from beancount_invoicing.receivables import Lost, NothingLost, Position, Receipt, lost, positions

if TYPE_CHECKING:
    from beancount_invoicing.rendering import View
    from beancount_invoicing.rendering.view import Pair


class BadDebts(NamedTuple):
    """What of documents was written off, and for each that was named and has nothing lost: why."""

    those: tuple[Lost, ...]
    missing: tuple[str, ...]


def bad_debts(book: Book, as_of: date, words: Sequence[str], *, one: bool = False) -> BadDebts:
    """What of documents was written off until `as_of` (inclusive): of these numbers and customers (the `one`, for what is written),
    or of all. Raises UnknownNumber, UnknownCustomer."""
    named = named_documents(book, as_of, words, one=one) if words else None
    wanted = named.positions if named else tuple(p for p in positions(book, as_of) if p.invoice.since <= as_of)
    those, missing = [], []
    for position in wanted:
        try:
            those.append(lost(position))
        except NothingLost as error:
            if named and position.invoice.number not in named.of_customers:
                missing.append(str(error))
    return BadDebts(tuple(those), tuple(missing))


def render_acquitted(
    book: Book,
    those: Sequence[Receipt],
    folder: str | Path,
    outputs: Sequence[Output],
    notice: Callable[[str], None],
) -> Iterator[tuple[Written, ...]]:
    """Writes the documents of receipts as paid, one after the other. Raises rendering.NoCopy, TemplateError, OSError."""
    from beancount_invoicing import rendering

    prepared = prepare(book)
    for one in those:
        view = rendering.acquitted(book, one, prepared.where)
        for text in view.notices:
            notice(text)
        name = f"{prepared.names[one.position.invoice.number]}-acquitted"
        yield write_view(view, prepared.where, Path(folder) / name, outputs)


def render_unpaid(
    book: Book,
    those: Sequence[Lost],
    folder: str | Path,
    outputs: Sequence[Output],
    notice: Callable[[str], None],
    *,
    as_list: bool = False,
) -> Iterator[tuple[Written, ...]]:
    """Writes the duplicate of each document that remained unpaid, or a list for each customer and currency, one after the other.

    Raises rendering.NoCopy (once all others are written), TemplateError, OSError."""
    from beancount_invoicing import rendering

    prepared = prepare(book)
    without: list[str] = []
    views = []
    if as_list:
        views = [(one.name, rendering.unpaid_list(book, one.those, prepared.where)) for one in _lists(those)]
    else:
        for one in those:
            try:
                view = rendering.unpaid(book, one, prepared.paid(one.position.invoice), prepared.where)
            except rendering.NoCopy as error:
                without.append(str(error))
                continue
            views.append((f"{prepared.names[one.position.invoice.number]}-unpaid", view))
    for name, view in views:
        for text in view.notices:
            notice(text)
        yield write_view(view, prepared.where, Path(folder) / name, outputs)
    if without:
        raise rendering.NoCopy("; ".join(without))


class _List(NamedTuple):
    """What remained unpaid of one customer in one currency, and how the file of its list is named."""

    name: str
    those: list[Lost]


def _lists(those: Sequence[Lost]) -> list[_List]:
    groups: dict[tuple[str, str], list[Lost]] = {}
    for one in those:
        account = one.position.debtor.account if one.position.debtor else ""
        groups.setdefault((account, one.position.invoice.currency), []).append(one)
    several = len({account for account, _currency in groups}) < len(groups)
    return [
        _List(f"{own[0].position.as_of}-{account.split(':')[-1]}{f'-{currency}' if several else ''}-unpaid", own)
        for (account, currency), own in groups.items()
    ]


def of_acquitted(ledger: Ledger, those: Sequence[Receipt], channel: Channel | None = None) -> Iterator[Dispatch | Held]:
    """What sends the document of each receipt as paid, on the receipt's day, in the thread of the invoice, by the customer's
    channel or `channel`; one that is not paid in full is held. Raises TemplateError."""
    from beancount_invoicing import rendering
    from beancount_invoicing.rendering.view import Pair

    prepared = prepare(ledger.book)
    for one in those:
        try:
            view = rendering.acquitted(ledger.book, one, prepared.where)
        except rendering.NoCopy as error:
            yield _held(one.position, str(error))
            continue
        name = f"{one.as_of}-{prepared.names[one.position.invoice.number]}-acquitted"
        facts = (Pair(view.title, view.number, strong=True),)
        yield _dispatch(ledger, "acquitted", [one.position], view, name, facts, channel)


def of_unpaid(
    ledger: Ledger, those: Sequence[Lost], channel: Channel | None = None, *, as_list: bool = False
) -> Iterator[Dispatch | Held]:
    """What sends the duplicate of each document that remained unpaid, or a list for each customer and currency, as `of_acquitted`
    does. Where no law is known that has the customer told so, it is held. Raises TemplateError."""
    from beancount_invoicing import rendering
    from beancount_invoicing.rendering.view import Pair

    prepared = prepare(ledger.book)
    groups = (
        _lists(those)
        if as_list
        else [
            _List(f"{one.position.as_of}-{prepared.names[one.position.invoice.number]}-unpaid", [one]) for one in those
        ]
    )
    for name, own in groups:
        positions = [one.position for one in own]
        first = own[0]
        try:
            if as_list:
                view = rendering.unpaid_list(ledger.book, own, prepared.where)
                facts = view.totals
            else:
                view = rendering.unpaid(ledger.book, first, prepared.paid(first.position.invoice), prepared.where)
                facts = (Pair(view.title, view.number, strong=True),)
        except rendering.NoCopy as error:
            yield _held(first.position, str(error))
            continue
        yield _dispatch(ledger, "unpaid", positions, view, name, facts, channel)


def _held(position: Position, why: str) -> Held:
    customer = position.debtor
    assert customer is not None, "a void number is neither paid nor lost"
    number = position.invoice.number
    return Held(
        number, customer.name, (number,), why.removeprefix(f"{number} ").removeprefix(f"{number}: "), customer.account
    )


def _dispatch(
    ledger: Ledger,
    event: Said,
    those: Sequence[Position],
    view: View,
    name: str,
    facts: tuple[Pair, ...],
    channel: Channel | None,
) -> Dispatch:
    """What sends a copy, or a list of several documents, on its day."""
    from beancount_invoicing import rendering

    book, day, invoiced = ledger.book, those[0].as_of, those[0].debtor
    assert invoiced is not None, "a void number is neither paid nor lost"
    customer = book.customers[invoiced.account].at(day)
    where = rendering.folders(book)
    numbers = tuple(one.invoice.number for one in those)
    words = rendering.mail_words(where, "copy", view, facts, event=event, customer=customer)
    return Dispatch(
        event=event,
        day=day,
        account=customer.account,
        customer=customer.name,
        numbers=numbers,
        title=f"{view.title} {view.number}".strip(),
        channel=channel or by_letter(customer),
        language=view.language,
        to=addresses.split(customer.email),
        cc=addresses.split(customer.cc),
        subject=words.subject,
        text=words.text,
        html=words.html,
        attachments=(Attachment(f"{name}.pdf", PDF, as_bytes(view, where, "pdf")),),
        replies_to=first_mails(History(book.events), numbers),
        address=view.recipient,
        place=place(book, customer, day),
        notices=view.notices,
    )
