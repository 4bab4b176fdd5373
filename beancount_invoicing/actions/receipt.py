"""Receipts, and writing them to files."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from functools import partial
from pathlib import Path
from typing import NamedTuple

from beancount_invoicing.customer_search import UnknownCustomer
from beancount_invoicing.delivery import Attachment, Dispatch, History, addresses
from beancount_invoicing.documents.search import UnknownNumber, named_documents
from beancount_invoicing.documents.written_files import Output, WrittenFile, view_bytes, write_view
from beancount_invoicing.ledger import Ledger
from beancount_invoicing.messages import _
from beancount_invoicing.model import Book, Channel, Invoice
from beancount_invoicing.receivables import NothingReceived, Receipt, receipt
from beancount_invoicing.sending.invoice_dispatches import (
    PDF_MEDIA_TYPE,
    first_message_ids,
    letter_channel,
    postal_place,
)


class Receipts(NamedTuple):
    """The receipts that there are, and for each document that has none: why."""

    receipts: tuple[Receipt, ...]
    missing: tuple[str, ...]


def receipts_for(
    book: Book, as_of: date, numbers_or_customers: Sequence[str], *, unique_customer: bool = False
) -> Receipts:
    """What was received until `as_of` (inclusive) on documents, by their numbers or customers (the `unique_customer`, for what is
    written), in this order; a customer's on which nothing was received are passed over."""
    those: dict[str, Receipt] = {}
    missing: list[str] = []
    for word in dict.fromkeys(numbers_or_customers):
        try:
            found = named_documents(book, as_of, [word], unique_customer=unique_customer)
        except (UnknownNumber, UnknownCustomer) as error:
            missing.append(str(error))
            continue
        for position in found.positions:
            new = book.final_replacement_of(position.invoice)
            if new and new.booked_from <= as_of:
                if position.invoice.number not in found.named_by_customer:
                    missing.append(_replaced(position.invoice, new))
                continue
            try:
                those[position.invoice.number] = receipt(position)
            except NothingReceived as error:
                if position.invoice.number not in found.named_by_customer:
                    missing.append(str(error))
        if found.named_by_customer and not found.named_by_customer & those.keys():
            missing.append(_("{word}: nothing was received until {day}", word=word, day=as_of))
    return Receipts(tuple(those.values()), tuple(missing))


def _replaced(invoice: Invoice, new: Invoice) -> str:
    """Where what was paid of a replaced document, or is left of its cancellation, is confirmed."""
    same = invoice.customer and new.customer and invoice.customer.account == new.customer.account
    where = _("the receipt of that one, bean-invoice receipt {number}, says what was paid of both", number=new.number)
    if not same and invoice.customer:
        name = invoice.customer.name
        where = _(
            "what {name} paid of it lies on its account, which a statement says, bean-invoice statement {quote}",
            name=name,
            quote=shlex.quote(name),
        )
    return _(
        "{number} is replaced by {new_number}, so that there is no receipt for it: {where}",
        number=invoice.number,
        new_number=new.number,
        where=where,
    )


def render_receipts(
    book: Book,
    receipts: Sequence[Receipt],
    folder: str | Path,
    outputs: Sequence[Output],
    notice: Callable[[str], None],
) -> Iterator[tuple[WrittenFile, ...]]:
    """Writes receipts, one after the other; yields the files of each. Raises TemplateError, OSError."""
    from beancount_invoicing import rendering

    where = rendering.folders(book)
    for one, name in zip(receipts, _names(receipts), strict=True):
        view = rendering.receipt_view(book, one, where)
        for text in view.notices:
            notice(text)
        yield write_view(view, where, Path(folder) / name, outputs)


def dispatches_of_receipts(
    ledger: Ledger, receipts: Sequence[Receipt], channel: Channel | None = None
) -> Iterator[Dispatch]:
    """What sends each receipt on its day, in the thread of its invoice, by the customer's channel or `channel`.

    Raises TemplateError.
    """
    from beancount_invoicing import rendering

    book = ledger.book
    where = rendering.folders(book)
    history = History(book.events)
    for one, name in zip(receipts, _names(receipts), strict=True):
        invoice, customer = one.position.invoice, one.position.debtor
        assert customer is not None, "only a void number has none, and no receipt"
        view = rendering.receipt_view(book, one, where)
        words = rendering.mail_text(
            where, "receipt", view, view.totals, document=view.totals[0].label, customer=customer
        )
        yield Dispatch(
            kind="receipt",
            day=one.as_of,
            account=customer.account,
            customer=customer.name,
            numbers=(invoice.number,),
            title=f"{view.title} {invoice.number}",
            channel=channel or letter_channel(customer),
            language=view.language,
            to=addresses.split_addresses(customer.email),
            cc=addresses.split_addresses(customer.cc),
            subject=words.subject,
            text=words.text,
            html=words.html,
            attachments=(Attachment(f"{name}.pdf", PDF_MEDIA_TYPE, partial(view_bytes, view, where, "pdf")),),
            replies_to=first_message_ids(history, (invoice.number,)),
            address=view.recipient,
            postal_place=postal_place(book, customer, one.as_of),
            notices=view.notices,
        )


def _names(receipts: Sequence[Receipt]) -> list[str]:
    """A file name for each: its day and the document's number."""
    from beancount_invoicing import rendering

    titles = [f"{receipt.as_of}-{receipt.position.invoice.number}-receipt" for receipt in receipts]
    files = rendering.unique_file_names(titles)
    return [files[title] for title in titles]
