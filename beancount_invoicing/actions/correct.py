"""Corrections: an issued invoice is cancelled and replaced by a corrective one, or credited and invoiced again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import NamedTuple

from beancount_invoicing import billing
from beancount_invoicing.actions.allocate import allocation_transaction
from beancount_invoicing.actions.credit import entry_of, exchange_rate_of
from beancount_invoicing.actions.draft import added_lines
from beancount_invoicing.billing import Draft
from beancount_invoicing.billing.correcting import CannotCorrect, Correction, correction_drafts
from beancount_invoicing.billing.redrafting import LineEdit
from beancount_invoicing.customer_search import find_customer as customer_named
from beancount_invoicing.documents.search import find_documents
from beancount_invoicing.entries import keys
from beancount_invoicing.ledger import LedgerLoader
from beancount_invoicing.loading.loader import Loading
from beancount_invoicing.messages import _, joined
from beancount_invoicing.model import ZERO, Book, Invoice, StepValue
from beancount_invoicing.receivables import OpenItem, Position, allocate, claim_given_back_on
from beancount_invoicing.writing.changes import Changes, NewDirective, Outcome, WriteOptions, change
from beancount_invoicing.writing.new_documents import DocumentDating, document_changes, next_number_for

__all__ = ["CorrectionRequest", "correct"]


class CorrectionRequest(NamedTuple):
    """The invoice that is replaced, and what changes, as a person says it."""

    number: str
    correction: Correction
    """Its customer may be given by name; its tax code and these days apply to each line that has no other one."""
    new_lines: tuple[str, ...] = ()
    """Lines to be added, as `new` takes them."""
    account: str = ""
    """Income account of new lines without an item; "" for the one on which all its lines are booked."""
    start: date | None = None
    """First day of the periods of all lines that have one, inclusive."""
    end: date | None = None
    """Last day of these periods, inclusive."""
    by_credit_note: bool | None = None
    """Whether the customer gets a credit note and a new invoice; None: if its e-invoices go by Peppol, which accepts nothing
    else.
    """


def correct(
    file: str | Path,
    request: CorrectionRequest,
    day: date,
    write_options: WriteOptions,
    loader: LedgerLoader | None = None,
) -> Outcome:
    """The corrective invoice of `day`, and the cancellation that takes the replaced one out of the books; or a credit note, a new
    invoice, and the entry that gives the new one whatever was paid and is left on the credit note.

    What was paid on the replaced invoice pays the new one. Raises what `change` raises, UnknownNumber, UnknownCustomer,
    InvalidRequest, billing.CannotNumber, CannotCorrect, CannotRedraft, CannotCompose.
    """
    return change(file, partial(_corrected, wanted=request, day=day, how=write_options), write_options, loader)


def _corrected(loading: Loading, wanted: CorrectionRequest, day: date, how: WriteOptions) -> Changes:
    book = loading.book
    as_of = max(day, book.last_date)
    (position,) = find_documents(book, as_of, [wanted.number])
    invoice = position.invoice
    _is_paid_by_money(position)
    claims = [item for item in allocate(book, as_of).open_items if item.invoice is invoice]
    _must_not_be_moved(invoice, claims)
    correction = _correction(book, invoice, wanted)
    notices = _notices(book, position, correction)
    peppol = _peppol_notices(book, invoice, correction, day) if wanted.by_credit_note is None else []
    notices += peppol
    apart = wanted.by_credit_note or bool(peppol)
    made = correction_drafts(
        book, invoice, claims, correction, day, _said(loading, invoice), exchange_rate_of(loading, invoice),
        by_credit_note=apart,
    )  # fmt: skip
    naming = next_number_for(book, DocumentDating(day), how)
    back = made.credit._replace(number=naming("credit-note", day)) if apart else made.credit
    new = billing.with_number_and_due_dates(book, made.invoice, naming(made.invoice.kind, day))
    notices += _kept_back(invoice, new)
    changes = document_changes(book, [back, new], notices)
    message = _("{number} replaces {invoice_number}", number=new.number, invoice_number=invoice.number)
    if not apart:
        return changes._replace(message=message, drafts=(new,))
    given = _paid_on(book, position, back, new, day)
    if given and not how.write:  # a draft settles nothing
        known = _(
            "what was paid of {number} goes to the new invoice through an entry written beside it",
            number=invoice.number,
        )
        return changes._replace(message=message, notices=(*changes.notices, known))
    return changes._replace(message=message, new=(*changes.new, *given))


def _must_not_be_moved(invoice: Invoice, claims: Sequence[OpenItem]) -> None:
    """Raises CannotCorrect if what is open of an invoice is on another account than it was booked on."""
    booked = {instalment.account for instalment in invoice.instalments}
    if moved := next((claim.account for claim in claims if claim.open and claim.account not in booked), ""):
        raise CannotCorrect(
            _(
                "{number} was moved to {moved}: move what is open back to {account}, correct the invoice, then move "
                "the corrective invoice",
                number=invoice.number,
                moved=moved,
                account=invoice.instalments[0].account,
            )
        )


def _correction(book: Book, invoice: Invoice, wanted: CorrectionRequest) -> Correction:
    """What is corrected, with names and lines as the ledger knows them. Raises InvalidRequest and UnknownCustomer."""
    correction = wanted.correction
    return correction._replace(
        reason=correction.reason.strip(),
        lines=_edits(invoice, wanted),
        add=added_lines(book, invoice, wanted.new_lines, wanted.account),
        customer=customer_named(book, correction.customer) if correction.customer else "",
    )


def _peppol_notices(book: Book, invoice: Invoice, correction: Correction, day: date) -> list[str]:
    """The notice that the customer gets a credit note and a new invoice, where its e-invoices go by Peppol."""
    main = correction.customer or (invoice.customer.account if invoice.customer else "")
    customer = book.customers[main].at(day)
    if customer.channel != "e-invoice" or book.option("e-invoice-form", day) != "peppol":
        return []
    return [
        _(
            "{customer} receives e-invoices through Peppol, which does not accept corrective invoices: it gets a "
            "credit note and a new invoice",
            customer=customer.name,
        )
    ]


def _kept_back(invoice: Invoice, new: Draft) -> list[str]:
    """The notice that a part was on an account of its own, and no longer is: it is not known how much of the new sum is kept
    back.
    """
    main = new.receivables[0].account
    accounts = {receivable.account for receivable in new.receivables}
    if invoice.customer is None or new.customer != invoice.customer.account:
        return []
    return [
        _(
            "{amount} {currency} of {number} was on {account} until {due}, but all of {new_number} is on {main}: "
            "if as much is kept back again, write it as a posting of its own, with due: {due}",
            amount=instalment.amount,
            currency=invoice.currency,
            number=invoice.number,
            account=instalment.account,
            due=instalment.due,
            new_number=new.number,
            main=main,
        )
        for instalment in invoice.instalments
        if instalment.account not in accounts and instalment.account != main
    ]


def _paid_on(book: Book, position: Position, back: Draft, new: Draft, day: date) -> tuple[NewDirective, ...]:
    """The entry that gives a new invoice what was paid and is left on its credit note."""
    accounts = {receivable.account for receivable in (*back.receivables, *new.receivables)}
    amount = min(
        position.settled, sum((receivable.amount for receivable in new.receivables if not receivable.retained), ZERO)
    )
    if amount <= 0 or len(accounts) > 1:
        return ()
    (account,) = accounts
    parts = [(new.number, amount)]
    return (NewDirective(day, partial(allocation_transaction, book, account, new.currency, parts, back.number, day)),)


def _is_paid_by_money(position: Position) -> None:
    """Raises CannotCorrect if anything but money settled a part, or other customers owe it: that would have to follow too."""
    invoice, number = position.invoice, position.invoice.number
    if invoice.customer and any(debtor.account != invoice.customer.account for debtor in position.debtors):
        names = joined(_(" and "), (debtor.name for debtor in position.debtors))
        raise CannotCorrect(
            _(
                "{number} is owed by {names}, who took it over: credit it, bean-invoice credit {number}, and bill "
                "again",
                number=number,
                names=names,
            )
        )
    for allocation in position.allocations:
        if allocation.how in {"discount", "set-off", "write-off"}:
            means = {"discount": _("discounted"), "set-off": _("set off"), "write-off": _("written off")}[
                allocation.how
            ]
            raise CannotCorrect(
                _(
                    "{number} is {subject} in part ({place}): credit what was too much, bean-invoice credit "
                    "{number}, or bill what was too little, bean-invoice new",
                    number=number,
                    subject=means,
                    place=allocation.source,
                )
            )


def _edits(invoice: Invoice, wanted: CorrectionRequest) -> tuple[LineEdit, ...]:
    """The changes of each line, with those that apply to all of them."""
    edits = {line.index: line for line in wanted.correction.lines}
    for place, line in enumerate(invoice.lines, 1):
        if place in wanted.correction.drop:
            continue
        own = edits.get(place, LineEdit(place))
        dated = line.start is not None or len(invoice.lines) == 1
        own = replace(
            own,
            tax=own.tax or wanted.correction.tax or None,
            start=own.start or (wanted.start if dated else None),
            end=own.end or (wanted.end if dated else None),
        )
        if own != LineEdit(place):
            edits[place] = own
    return tuple(edits.values())


_WORKED_OUT = frozenset(
    {
        "invoice", "kind", "corrects", "claims", "customer", "purchase-order", "terms", "due", "delivered", "note", "to-send",
    }
)  # fmt: skip
"""Keys of a document that are worked out again."""


def _said(loading: Loading, invoice: Invoice) -> dict[str, StepValue]:
    """The other keys of the replaced invoice: they apply to the corrective one too."""
    entry = entry_of(loading, invoice)
    known = keys.BY_PLACE[keys.DOCUMENT] - _WORKED_OUT - set(keys.QUERY_KEYS)
    return {key: value for key, value in (entry.meta if entry else {}).items() if key in known}


def _notices(book: Book, position: Position, wanted: Correction) -> list[str]:
    """What the user should know about the correction."""
    invoice = position.invoice
    result = []
    paid = position.settled
    if paid and invoice.customer and wanted.customer and wanted.customer != invoice.customer.account:
        result.append(
            _(
                "the {paid} {currency} that {customer} paid on {number} stays on its account: pay it back, or use it "
                "for what else it owes",
                paid=paid,
                currency=invoice.currency,
                customer=invoice.customer.name,
                number=invoice.number,
            )
        )
    result += [
        _(
            "{number} claims interest because {invoice_number} was late: if it was not, credit the claim, "
            "bean-invoice credit {number}",
            number=claim.number,
            invoice_number=invoice.number,
        )
        for claim in book.interest_invoices.get(invoice.number, ())
        if claim_given_back_on(book, claim) is None
    ]
    return result
