"""Receipts, and writing them to files."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path

from beancount_invoicing.customer_search import UnknownCustomer
from beancount_invoicing.delivery import Dispatch, History
from beancount_invoicing.documents.search import FoundOrMissing, UnknownNumber, named_documents
from beancount_invoicing.documents.written_files import Output, WrittenFile, write_views
from beancount_invoicing.ledger import Ledger
from beancount_invoicing.messages import _
from beancount_invoicing.model import Book, Channel, Invoice
from beancount_invoicing.receivables import NothingReceived, Receipt
from beancount_invoicing.receivables import receipt as receipt_of
from beancount_invoicing.sending.invoice_dispatches import first_message_ids
from beancount_invoicing.sending.page_dispatch import page_dispatch


def receipts_for(
    book: Book, as_of: date, numbers_or_customers: Sequence[str], *, unique_customer: bool = False
) -> FoundOrMissing[Receipt]:
    """What was received until `as_of` (inclusive) on documents, by their numbers or customers (the `unique_customer`, if
    something is written), in this order; a customer's documents on which nothing was received are skipped.
    """
    receipts: dict[str, Receipt] = {}
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
                receipts[position.invoice.number] = receipt_of(position)
            except NothingReceived as error:
                if position.invoice.number not in found.named_by_customer:
                    missing.append(str(error))
        if found.named_by_customer and not found.named_by_customer & receipts.keys():
            missing.append(_("{word}: nothing was received until {day}", word=word, day=as_of))
    return FoundOrMissing(tuple(receipts.values()), tuple(missing))


def _replaced(invoice: Invoice, new: Invoice) -> str:
    """The document whose receipt confirms payments on a replaced document, or what is left of its cancellation."""
    same = invoice.customer and new.customer and invoice.customer.account == new.customer.account
    where = _(
        "the receipt of the new invoice, bean-invoice receipt {number}, shows what was paid on both", number=new.number
    )
    if not same and invoice.customer:
        name = invoice.customer.name
        where = _(
            "the money that {name} paid on it is still on its account: bean-invoice statement {quote} shows it",
            name=name,
            quote=shlex.quote(name),
        )
    return _(
        "{number} is replaced by {new_number}, so there is no receipt for it: {where}",
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

    template_folders = rendering.folders(book)
    views = (rendering.receipt_view(book, receipt, template_folders) for receipt in receipts)
    yield from write_views(zip(_names(receipts), views, strict=True), template_folders, folder, outputs, notice)


def dispatches_of_receipts(
    ledger: Ledger, receipts: Sequence[Receipt], channel: Channel | None = None
) -> Iterator[Dispatch]:
    """The dispatch of each receipt on its day, in the thread of its invoice, by the customer's channel or `channel`.

    Raises TemplateError.
    """
    from beancount_invoicing import rendering

    book = ledger.book
    template_folders = rendering.folders(book)
    history = History(book.events)
    for receipt, name in zip(receipts, _names(receipts), strict=True):
        number, customer = receipt.position.invoice.number, receipt.position.debtor
        assert customer is not None, "only a void number has none, and no receipt"
        view = rendering.receipt_view(book, receipt, template_folders)
        words = rendering.mail_text(
            template_folders, "receipt", view, view.totals, document=view.totals[0].label, customer=customer
        )
        yield page_dispatch(
            book, "receipt", receipt.as_of, customer, view, words, name, template_folders, channel
        )._replace(
            numbers=(number,),
            title=f"{view.title} {number}",
            replies_to=first_message_ids(history, (number,)),
        )


def _names(receipts: Sequence[Receipt]) -> list[str]:
    """A file name for each: its day and the document's number."""
    from beancount_invoicing import rendering

    titles = [f"{receipt.as_of}-{receipt.position.invoice.number}-receipt" for receipt in receipts]
    files = rendering.unique_file_names(titles)
    return [files[title] for title in titles]
