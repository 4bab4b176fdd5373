"""Receipts, and writing them to files."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

from beancount_invoicing.actions.dispatches import PDF, by_letter, first_mails, place
from beancount_invoicing.actions.documents import Output, UnknownNumber, Written, as_bytes, named_documents, write_view
from beancount_invoicing.actions.ledger import Ledger
from beancount_invoicing.actions.naming import UnknownCustomer
from beancount_invoicing.delivery import Attachment, Dispatch, History, addresses
from beancount_invoicing.model import Book, Channel, Invoice
from beancount_invoicing.receivables import NothingReceived, Receipt, receipt


class Receipts(NamedTuple):
    """The receipts that there are, and for each document that has none: why."""

    those: tuple[Receipt, ...]
    missing: tuple[str, ...]


def receipts_for(book: Book, as_of: date, words: Sequence[str], *, one: bool = False) -> Receipts:
    """What was received until `as_of` (inclusive) on documents, by their numbers or customers (the `one`, for what is written), in
    this order; a customer's on which nothing was received are passed over."""
    those: dict[str, Receipt] = {}
    missing: list[str] = []
    for word in dict.fromkeys(words):
        try:
            found = named_documents(book, as_of, [word], one=one)
        except (UnknownNumber, UnknownCustomer) as error:
            missing.append(str(error))
            continue
        for position in found.positions:
            new = book.stands_for(position.invoice)
            if new and new.since <= as_of:
                if position.invoice.number not in found.of_customers:
                    missing.append(_replaced(position.invoice, new))
                continue
            try:
                those[position.invoice.number] = receipt(position)
            except NothingReceived as error:
                if position.invoice.number not in found.of_customers:
                    missing.append(str(error))
        if found.of_customers and not found.of_customers & those.keys():
            missing.append(f"{word}: nothing was received until {as_of}")
    return Receipts(tuple(those.values()), tuple(missing))


def _replaced(invoice: Invoice, new: Invoice) -> str:
    """Where what was paid of a replaced document, or is left of its cancellation, is confirmed."""
    same = invoice.customer and new.customer and invoice.customer.account == new.customer.account
    where = f"the receipt of that one, bean-invoice receipt {new.number}, says what was paid of both"
    if not same and invoice.customer:
        name = invoice.customer.name
        where = f"what {name} paid of it lies on its account, which a statement says, bean-invoice statement {shlex.quote(name)}"
    return f"{invoice.number} is replaced by {new.number}, so that there is no receipt for it: {where}"


def render_receipts(
    book: Book,
    those: Sequence[Receipt],
    folder: str | Path,
    outputs: Sequence[Output],
    notice: Callable[[str], None],
) -> Iterator[tuple[Written, ...]]:
    """Writes receipts, one after the other; yields the files of each. Raises TemplateError, OSError."""
    from beancount_invoicing import rendering

    where = rendering.folders(book)
    for one, name in zip(those, _names(those), strict=True):
        view = rendering.receipt(book, one, where)
        for text in view.notices:
            notice(text)
        yield write_view(view, where, Path(folder) / name, outputs)


def of_receipts(ledger: Ledger, those: Sequence[Receipt], channel: Channel | None = None) -> Iterator[Dispatch]:
    """What sends each receipt on its day, in the thread of its invoice, by the customer's channel or `channel`.

    Raises TemplateError.
    """
    from beancount_invoicing import rendering

    book = ledger.book
    where = rendering.folders(book)
    history = History(book.events)
    for one, name in zip(those, _names(those), strict=True):
        invoice, customer = one.position.invoice, one.position.debtor
        assert customer is not None, "only a void number has none, and no receipt"
        view = rendering.receipt(book, one, where)
        words = rendering.mail_words(
            where, "receipt", view, view.totals, document=view.totals[0].label, customer=customer
        )
        yield Dispatch(
            event="receipt",
            day=one.as_of,
            account=customer.account,
            customer=customer.name,
            numbers=(invoice.number,),
            title=f"{view.title} {invoice.number}",
            channel=channel or by_letter(customer),
            language=view.language,
            to=addresses.split(customer.email),
            cc=addresses.split(customer.cc),
            subject=words.subject,
            text=words.text,
            html=words.html,
            attachments=(Attachment(f"{name}.pdf", PDF, as_bytes(view, where, "pdf")),),
            replies_to=first_mails(history, (invoice.number,)),
            address=view.recipient,
            place=place(book, customer, one.as_of),
            notices=view.notices,
        )


def _names(those: Sequence[Receipt]) -> list[str]:
    """A file name for each: its day and the document's number."""
    from beancount_invoicing import rendering

    titles = [f"{one.as_of}-{one.position.invoice.number}-receipt" for one in those]
    files = rendering.file_names(titles)
    return [files[title] for title in titles]
