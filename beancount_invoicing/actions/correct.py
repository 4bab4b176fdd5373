"""Corrections: an issued invoice is cancelled and replaced by a corrective one, credited and invoiced again, or, if it was refused,
reversed and invoiced again; one that bills what another one bills is only taken back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import NamedTuple

from beancount_invoicing import billing
from beancount_invoicing.actions.allocate import allocation_transaction
from beancount_invoicing.actions.cancelled_message import cancelled_message
from beancount_invoicing.actions.credit import entry_of, exchange_rate_of
from beancount_invoicing.actions.credit_duplicate import duplicate_changes
from beancount_invoicing.actions.draft import added_lines
from beancount_invoicing.billing import Draft
from beancount_invoicing.billing.correcting import CannotCorrect, Correction, Way, correction_drafts
from beancount_invoicing.billing.correction_causes import Cause, must_fit, way_of
from beancount_invoicing.billing.correction_effect import CorrectionEffect, correction_effect
from beancount_invoicing.billing.redrafting import LineEdit
from beancount_invoicing.customer_search import find_customer as customer_named
from beancount_invoicing.documents.search import find_documents
from beancount_invoicing.entries import keys
from beancount_invoicing.ledger import LedgerLoader
from beancount_invoicing.loading.loader import Loading
from beancount_invoicing.messages import _, joined
from beancount_invoicing.model import ZERO, Book, Invoice, StepValue
from beancount_invoicing.platform.life_cycle import refusal_of
from beancount_invoicing.platform.statuses import status_in_words
from beancount_invoicing.receivables import OpenItem, Position, allocate, claim_given_back_on
from beancount_invoicing.writing.changes import Changes, NewDirective, Outcome, WriteOptions, change
from beancount_invoicing.writing.new_documents import DocumentDating, document_changes, next_number_for

__all__ = ["Corrected", "CorrectionRequest", "correct"]


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
    way: Way | None = None
    """A corrective invoice, or a credit note and a new invoice; None: what follows from the cause and the customer."""
    because: Cause | None = None
    """What went wrong; None if nobody says so."""
    duplicate_of: str = ""
    """If it was doubled: the number of the invoice that is right."""


class Corrected(NamedTuple):
    """What a correction writes, and what that changes."""

    outcome: Outcome
    effect: CorrectionEffect


def correct(
    file: str | Path,
    request: CorrectionRequest,
    day: date,
    write_options: WriteOptions,
    loader: LedgerLoader | None = None,
    made_at: datetime | None = None,
) -> Corrected:
    """The corrective invoice of `day`, and the cancellation that takes the replaced one out of the books; or a credit note, a new
    invoice, and the entry that gives the new one whatever was paid and is left on the credit note; or the reversal of a refused
    invoice and a new one; or only the credit note of one that was doubled.

    What was paid on the replaced invoice pays the new one. `made_at`: when the message to the platform is made, that the invoice is
    cancelled (status 220); None for no message. Raises what `change` raises, UnknownNumber, UnknownCustomer, InvalidRequest,
    billing.CannotNumber, CannotCorrect, CannotCredit, CannotRedraft, CannotCompose.
    """
    before: list[Position] = []

    def make(loading: Loading) -> Changes:
        book = loading.book
        (position,) = find_documents(book, max(day, book.last_date), [request.number])
        before.append(position)
        must_fit(position.invoice, request.because, request.correction, bool(request.new_lines), request.duplicate_of)
        if request.because == "doubled":
            reason = request.correction.reason.strip()
            return duplicate_changes(loading, position, request.duplicate_of, reason, day, write_options)
        return _corrected(loading, position, request, day, write_options, made_at)

    outcome = change(file, make, write_options, loader)
    position = before[-1]
    return Corrected(outcome, correction_effect(position.invoice, position.settled, outcome.documents))


def _corrected(
    loading: Loading,
    position: Position,
    wanted: CorrectionRequest,
    day: date,
    how: WriteOptions,
    made_at: datetime | None,
) -> Changes:
    book, invoice = loading.book, position.invoice
    correction = _correction(book, invoice, wanted)
    peppol = [] if wanted.way else _peppol_notices(book, invoice, correction, day)
    way = way_of(book, invoice, wanted.because, wanted.way, day, peppol=bool(peppol))
    _is_paid_by_money(position)
    claims = [item for item in allocate(book, position.as_of).open_items if item.invoice is invoice]
    _must_not_be_moved(invoice, claims)
    made = correction_drafts(
        book, invoice, claims, correction, day, _said(loading, invoice), exchange_rate_of(loading, invoice), way
    )
    naming = next_number_for(book, DocumentDating(day), how)
    back = made.credit._replace(number=naming("credit-note", day)) if way == "credit-note" else made.credit
    new = billing.with_number_and_due_dates(book, made.invoice, naming(made.invoice.kind, day))
    notices = [
        *_way_notices(book, invoice, way, day),
        *_notices(book, position, correction),
        *(peppol if way == "credit-note" else ()),
        *_paid_notices(position, back, new, way),
        *_kept_back(invoice, new),
    ]
    changes = document_changes(book, [back, new], notices)
    message = _("{number} replaces {invoice_number}", number=new.number, invoice_number=invoice.number)
    changes = changes._replace(message=message)
    if way != "credit-note":
        changes = changes._replace(drafts=(new,))
        if way == "corrective" and made_at and (told := cancelled_message(book, invoice, new.number, day, made_at)):
            return told.beside(changes)
        return changes
    given = _paid_on(book, position, back, new, day) if how.write else ()  # a draft settles nothing
    return changes._replace(new=(*changes.new, *given))


def _way_notices(book: Book, invoice: Invoice, way: Way, day: date) -> list[str]:
    """What the platform said of a refused invoice, and what follows."""
    refusal = refusal_of(book, invoice.number, day) if way == "reversal" else None
    if refusal is None:
        return []
    return [
        _(
            "{number} was refused on {day}, {status}: it is taken out of the books without a credit note, and issued anew under "
            "a new number",
            number=invoice.number,
            day=refusal.date,
            status=status_in_words(refusal),
        )
    ]


def _paid_notices(position: Position, back: Draft, new: Draft, way: Way) -> list[str]:
    """What happens with the money that was paid on the invoice, if its customer gets the new one."""
    invoice, paid = position.invoice, position.settled
    if paid <= 0 or invoice.customer is None or new.customer != invoice.customer.account:
        return []
    moved, currency = min(paid, new.payable), invoice.currency
    told = [
        _(
            "{amount} {currency} was paid on {number}: from {day} on it pays the new invoice",
            amount=moved,
            currency=currency,
            number=invoice.number,
            day=new.date,
        )
    ]
    if paid > moved:
        told.append(
            _(
                "{amount} {currency} more was paid than the new invoice asks for; it stays on {number}: pay it back, or use it for "
                "another invoice, bean-invoice allocate NUMBER --from {number}",
                amount=paid - moved,
                currency=currency,
                number=back.number
                if way != "credit-note" or not back.number.startswith("draft-")
                else _("the credit note"),
            )
        )
    return told


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
        "invoice", "kind", "corrects", "replaces", "claims", "customer", "purchase-order", "terms", "due", "delivered",
        "note", "to-send",
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
