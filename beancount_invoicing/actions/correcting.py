"""Correcting: an issued invoice is cancelled and replaced by a corrective one, or credited and billed anew."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path

from beancount_invoicing import billing
from beancount_invoicing.actions.allocating import allocation
from beancount_invoicing.actions.billing import Dating, document_changes, line_of, naming_for
from beancount_invoicing.actions.crediting import entry_of, exchange_of
from beancount_invoicing.actions.documents import find
from beancount_invoicing.actions.drafting import one_account
from beancount_invoicing.actions.ledger import Loads
from beancount_invoicing.actions.naming import customer as customer_named
from beancount_invoicing.actions.writing import Changes, How, New, Outcome, change
from beancount_invoicing.billing import CannotCorrect, Draft, LineEdit
from beancount_invoicing.entries import Loading, keys
from beancount_invoicing.model import ZERO, Book, Invoice, Value
from beancount_invoicing.receivables import Position, allocate
from beancount_invoicing.rules import currencies

__all__ = ["CorrectionWanted", "correct"]


@dataclass(frozen=True, slots=True)
class CorrectionWanted:
    """What is said otherwise of an invoice that is replaced: lines by their places, from 1; new ones as `new` takes them."""

    number: str
    reason: str
    lines: tuple[LineEdit, ...] = ()
    drop: tuple[int, ...] = ()
    add: tuple[str, ...] = ()
    account: str = ""
    """Income account of new lines that are no item; "" for the one that all its lines are booked on."""
    customer: str = ""
    """Name or account of whom it should have gone to; "" for the same."""
    tax: str = ""
    """Tax code of all of it, but for lines of which another is said; "" for what they have."""
    start: date | None = None
    """First day of the periods of all lines that have one, inclusive."""
    end: date | None = None
    """Last day of these periods, inclusive."""
    terms: str = ""
    due: date | None = None
    delivered: date | None = None
    purchase_order: str = ""
    by_credit_note: bool | None = None
    """Whether the customer gets a credit note and a new invoice; None: where its e-invoices go by Peppol, which takes nothing
    else."""


def correct(file: str | Path, wanted: CorrectionWanted, day: date, how: How, loads: Loads | None = None) -> Outcome:
    """The corrective invoice of `day`, and the cancellation that takes the replaced one out of the books; or a credit note, a new
    invoice, and the entry that gives this what the credit note leaves of what was paid.

    What was paid of it pays the new one. Raises what `change` raises, UnknownNumber, UnknownCustomer, CannotBill,
    billing.CannotNumber, CannotCorrect, CannotRedraft, CannotCompose.
    """
    return change(file, partial(_corrected, wanted=wanted, day=day, how=how), how, loads)


def _corrected(loading: Loading, wanted: CorrectionWanted, day: date, how: How) -> Changes:
    book = loading.book
    as_of = max(day, book.last_date)
    (position,) = find(book, as_of, [wanted.number])
    invoice = position.invoice
    _is_paid_by_money(position)
    claims = [one for one in allocate(book, as_of).claims if one.invoice is invoice]
    booked = {one.account for one in invoice.instalments}
    if moved := next((one.account for one in claims if one.open and one.account not in booked), ""):
        raise CannotCorrect(
            f"{invoice.number} was moved to {moved}: move what is open back to {invoice.instalments[0].account}, correct it, then"
            " move the corrective invoice"
        )
    add = tuple(
        line_of(book, said, invoice.date, currencies.decimals(invoice.currency), wanted.account or one_account(invoice))
        for said in wanted.add
    )
    correction = billing.Correction(
        wanted.reason.strip(),
        _edits(invoice, wanted),
        frozenset(wanted.drop),
        add,
        customer_named(book, wanted.customer) if wanted.customer else "",
        wanted.tax,
        wanted.terms,
        wanted.due,
        wanted.delivered,
        wanted.purchase_order,
    )
    notices = _notices(book, position, correction)
    main = correction.customer or (invoice.customer.account if invoice.customer else "")
    apart = wanted.by_credit_note
    if apart is None and _gets_peppol(book, main, day):
        apart = True
        notices.append(
            f"{book.customers[main].at(day).name} gets e-invoices by Peppol, which takes no corrective invoice: it gets a credit"
            " note and a new invoice"
        )
    made = billing.corrective(
        book, invoice, claims, correction, day, _said(loading, invoice), exchange_of(loading, invoice),
        by_credit_note=bool(apart),
    )  # fmt: skip
    naming = naming_for(book, Dating(day), how)
    back = replace(made.back, number=naming("credit-note", day)) if apart else made.back
    new = billing.numbered(book, made.invoice, naming(made.invoice.kind, day))
    notices += _kept_back(invoice, new)
    changes = document_changes(book, [back, new], notices)
    message = f"{new.number} replaces {invoice.number}"
    if not apart:
        return replace(changes, message=message, drafts=(new,))
    given = _paid_on(book, position, back, new, day)
    if given and not how.write:  # a draft settles nothing
        known = f"what was paid of {invoice.number} goes to the new invoice by an entry that is written beside it"
        return replace(changes, message=message, notices=(*changes.notices, known))
    return replace(changes, message=message, new=(*changes.new, *given))


def _kept_back(invoice: Invoice, new: Draft) -> list[str]:
    """That a part stood on an account of its own, where it does no more: nobody knows how much of the new sum is kept back."""
    main = new.receivables[0].account
    there = {one.account for one in new.receivables}
    if invoice.customer is None or new.customer != invoice.customer.account:
        return []
    return [
        f"{one.amount} {invoice.currency} of {invoice.number} stood on {one.account} until {one.due}, but all of {new.number}"
        f" stands on {main}: if as much is kept back again, write it as a posting of its own, with due: {one.due}"
        for one in invoice.instalments
        if one.account not in there and one.account != main
    ]


def _gets_peppol(book: Book, main: str, day: date) -> bool:
    """Whether a customer's e-invoices go by Peppol."""
    return book.customers[main].at(day).channel == "e-invoice" and book.option("e-invoice-form", day) == "peppol"


def _paid_on(book: Book, position: Position, back: Draft, new: Draft, day: date) -> tuple[New, ...]:
    """The entry that gives a new invoice what its credit note leaves of what was paid."""
    accounts = {one.account for one in (*back.receivables, *new.receivables)}
    amount = min(position.settled, sum((one.amount for one in new.receivables if not one.retained), ZERO))
    if amount <= 0 or len(accounts) > 1:
        return ()
    (account,) = accounts
    parts = [(new.number, amount)]
    return (New(day, partial(allocation, book, account, new.currency, parts, back.number, day)),)


def _is_paid_by_money(position: Position) -> None:
    """Raises CannotCorrect where something else than money settled a part, or others owe it: that would have to follow too."""
    invoice, number = position.invoice, position.invoice.number
    if invoice.customer and any(one.account != invoice.customer.account for one in position.debtors):
        names = " and ".join(one.name for one in position.debtors)
        raise CannotCorrect(
            f"{number} is owed by {names}, who took it over: credit it, bean-invoice credit {number}, and bill it anew"
        )
    for one in position.allocations:
        if one.how in {"discount", "set-off", "write-off"}:
            what = {"discount": "discounted", "set-off": "set off", "write-off": "written off"}[one.how]
            raise CannotCorrect(
                f"{number} is {what} in part ({one.source}): credit what was too much, bean-invoice credit {number}, or bill what"
                " was too little, bean-invoice new"
            )


def _edits(invoice: Invoice, wanted: CorrectionWanted) -> tuple[LineEdit, ...]:
    """What is said of lines, with what is said of all of them."""
    said = {one.index: one for one in wanted.lines}
    for place, line in enumerate(invoice.lines, 1):
        if place in wanted.drop:
            continue
        own = said.get(place, LineEdit(place))
        dated = line.start is not None or len(invoice.lines) == 1
        own = replace(
            own,
            tax=own.tax or wanted.tax or None,
            start=own.start or (wanted.start if dated else None),
            end=own.end or (wanted.end if dated else None),
        )
        if own != LineEdit(place):
            said[place] = own
    return tuple(said.values())


_WORKED_OUT = frozenset(
    {
        "invoice", "kind", "corrects", "claims", "customer", "purchase-order", "terms", "due", "delivered", "note", "to-send",
    }
)  # fmt: skip
"""Keys of a document that are worked out anew."""


def _said(loading: Loading, invoice: Invoice) -> dict[str, Value]:
    """What else the replaced invoice says of itself, by key: it holds for the corrective one too."""
    entry = entry_of(loading, invoice)
    known = keys.BY_PLACE[keys.DOCUMENT] - _WORKED_OUT - set(keys.FACTS)
    return {key: value for key, value in (entry.meta if entry else {}).items() if key in known}


def _notices(book: Book, position: Position, wanted: billing.Correction) -> list[str]:
    """What somebody who corrects should know."""
    invoice = position.invoice
    result = []
    paid = position.settled
    if paid and invoice.customer and wanted.customer and wanted.customer != invoice.customer.account:
        result.append(
            f"{paid} {invoice.currency} that {invoice.customer.name} paid of {invoice.number} stay on its account: pay them back,"
            " or use them for what else it owes"
        )
    result += [
        f"{one.number} claims for {invoice.number} being late: if it was not, give that back, bean-invoice credit {one.number}"
        for one in book.claims.get(invoice.number, ())
        if one.number not in book.given_back
    ]
    return result
