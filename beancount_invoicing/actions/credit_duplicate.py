"""An invoice that bills what another one bills: it is taken back whole, and what was paid on it goes to the right one."""

from __future__ import annotations

from datetime import date
from functools import partial

from beancount_invoicing.actions.allocate import allocation_transaction
from beancount_invoicing.actions.credit import credit_note_changes
from beancount_invoicing.actions.reverse_refused import reversal_changes
from beancount_invoicing.billing.correcting import CannotCorrect
from beancount_invoicing.billing.credit_notes import CreditRequest
from beancount_invoicing.documents.search import find_documents
from beancount_invoicing.loading.loader import Loading
from beancount_invoicing.messages import _
from beancount_invoicing.model import Book
from beancount_invoicing.platform.life_cycle import is_reversed, refusal_of
from beancount_invoicing.receivables import Position
from beancount_invoicing.writing.changes import Changes, NewDirective, WriteOptions
from beancount_invoicing.writing.new_documents import DocumentDating


def duplicate_changes(
    loading: Loading, position: Position, right: str, reason: str, day: date, write_options: WriteOptions
) -> Changes:
    """The credit note of `day` for a whole document, because the document of the number `right` bills the same; or its reversal, if
    it was refused; and the entry that gives the right one whatever was paid on the doubled one.

    `reason`: printed on the credit note. Raises UnknownNumber, CannotCorrect, CannotCredit, CannotCompose.
    """
    book, invoice = loading.book, position.invoice
    (other,) = find_documents(book, position.as_of, [right])
    _must_be_the_same_debt(book, position, other)
    if refusal_of(book, invoice.number, day):
        changes = reversal_changes(loading, position, day)
    else:
        request = CreditRequest(invoice.number, note=reason, reopen=True)
        changes = credit_note_changes(loading, request, DocumentDating(day), write_options)
    if position.settled <= 0:
        return changes
    (back,) = changes.drafts
    accounts = {receivable.account for receivable in back.receivables} | set(other.accounts)
    given = min(position.settled, max(other.open, other.payable * 0)) if len(accounts) == 1 else 0 * position.settled
    notices = list(changes.notices)
    if given:
        notices.append(
            _(
                "{amount} {currency} was paid on {number}: it pays {right}",
                amount=given,
                currency=invoice.currency,
                number=invoice.number,
                right=other.invoice.number,
            )
        )
    if position.settled > given:
        notices.append(
            _(
                "{amount} {currency} was paid on {number}, and is not needed for {right}: pay it back, or use it for another "
                "invoice, bean-invoice allocate NUMBER --from {source}",
                amount=position.settled - given,
                currency=invoice.currency,
                number=invoice.number,
                right=other.invoice.number,
                source=back.number,
            )
        )
    changes = changes._replace(notices=tuple(notices))
    if not given or not write_options.write:  # a draft settles nothing
        return changes
    (account,) = accounts
    parts = [(other.invoice.number, given)]
    entry = partial(allocation_transaction, book, account, invoice.currency, parts, back.number, day)
    return changes._replace(new=(*changes.new, NewDirective(day, entry)))


def _must_be_the_same_debt(book: Book, position: Position, other: Position) -> None:
    """Raises CannotCorrect if the other document cannot be the right one of both."""
    number, right = position.invoice.number, other.invoice
    customer, of = position.invoice.customer, right.customer
    if right.number == number:
        raise CannotCorrect(_("{number} is not its own double: name the other invoice, --duplicate-of", number=number))
    if right.draft or not right.has_page or right.is_credit:
        raise CannotCorrect(
            _(
                "{right} is no issued invoice: name the one that bills the same as {number}",
                right=right.number,
                number=number,
            )
        )
    if customer is None or of is None or customer.account != of.account:
        raise CannotCorrect(
            _(
                "{number} is for {customer}, but {right} for {right_customer}: it went to the wrong customer, --because "
                "wrong-customer, or name the invoice of {customer} that bills the same",
                number=number,
                customer=customer.name if customer else "",
                right=right.number,
                right_customer=of.name if of else "",
            )
        )
    if refusal_of(book, right.number, position.as_of) or is_reversed(book, right.number, position.as_of):
        raise CannotCorrect(
            _(
                "{right} was refused, rejected or cancelled itself, so that {number} is the only one that is valid: leave it alone",
                right=right.number,
                number=number,
            )
        )
    credits_ = [note.number for note in book.corrections.get(right.number, ()) if note.kind == "credit-note"]
    if credits_:
        raise CannotCorrect(
            _(
                "{right} is credited already, by {credits}: look at both before you take {number} back, too",
                right=right.number,
                credits=", ".join(credits_),
                number=number,
            )
        )
