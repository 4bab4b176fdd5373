"""An invoice that its customer refused, or a platform rejected, leaves the books: without a credit note, and once.

XP Z12-014, annex A, 2.4: such an invoice was never valid. The entry is a cancellation, which nobody is sent.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

from beancount_invoicing.actions.credit import exchange_rate_of
from beancount_invoicing.billing.credit_notes import CreditRequest, credit_note
from beancount_invoicing.documents.search import find_documents
from beancount_invoicing.loading.loader import Loading
from beancount_invoicing.messages import _
from beancount_invoicing.platform.life_cycle import is_reversed, refusal_of
from beancount_invoicing.platform.statuses import status_in_words
from beancount_invoicing.receivables import Position, allocate
from beancount_invoicing.rules import numbering
from beancount_invoicing.writing.changes import Changes, Outcome, WriteOptions, change
from beancount_invoicing.writing.new_documents import InvalidRequest, document_changes


def reverse_refused(file: str | Path, number: str, day: date, write_options: WriteOptions) -> Outcome:
    """The cancellation, dated `day`, of an invoice that was refused or rejected by then.

    Raises what `change` raises, UnknownNumber, CannotCredit, CannotCompose, and InvalidRequest if it was not refused, or is
    cancelled already.
    """

    def make(loading: Loading) -> Changes:
        book = loading.book
        as_of = max(day, book.last_date)
        (position,) = find_documents(book, as_of, [number])
        invoice = position.invoice
        if is_reversed(book, invoice.number, as_of):
            raise InvalidRequest(_("{number} is cancelled already", number=invoice.number))
        refusal = refusal_of(book, invoice.number, day)
        if refusal is None:
            raise InvalidRequest(
                _(
                    "{number} was neither refused (210) nor rejected (213) by {day}, as far as the ledger knows: "
                    "bean-invoice platform fetch --write, or credit it, bean-invoice credit {number}",
                    number=invoice.number,
                    day=day,
                )
            )
        changes = reversal_changes(loading, position, day)
        told = _("{number}: {status}", number=invoice.number, status=status_in_words(refusal))
        return changes._replace(notices=(told, *changes.notices))

    return change(file, make, write_options)


def reversal_changes(loading: Loading, position: Position, day: date) -> Changes:
    """The cancellation of `day` of a document that was refused. Raises CannotCredit, CannotCompose."""
    book, invoice = loading.book, position.invoice
    claims = [item for item in allocate(book, position.as_of).open_items if item.invoice is invoice]
    draft, notices = credit_note(
        book, invoice, claims, CreditRequest(invoice.number, reopen=True), day, exchange_rate_of(loading, invoice)
    )
    back = draft._replace(
        kind="cancellation", number=numbering.cancellation_number(invoice.number), note="", purchase_order=""
    )
    return document_changes(book, [back], notices)
