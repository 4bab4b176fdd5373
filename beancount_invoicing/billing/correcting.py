"""Corrective invoices: cancel an invoice and replace it, with the entry that takes the replaced one out of the books.

The customer gets one document, which names the one that it replaces (CGI, art. 289, I, 5; directive 2006/112/EC, art. 219). The
ledger gets two entries: the corrective invoice itself, and the cancellation, which reverses what was booked, to the cent. Peppol
does not accept corrective invoices (384 is not in its list of types, rule PEPPOL-EN16931-P0100): there, the customer gets a credit
note for the whole wrong invoice, and a new invoice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Literal, NamedTuple

from beancount_invoicing.billing.compose import CannotCompose, payment_schedule
from beancount_invoicing.billing.credit_notes import CreditRequest, credit_note
from beancount_invoicing.billing.drafts import Draft, DraftLine, DraftReceivable, ExchangeRate, TimeRelease
from beancount_invoicing.billing.redrafting import LineEdit, redraft_document
from beancount_invoicing.messages import _, joined
from beancount_invoicing.model import ZERO, Book, Invoice, Source, StepValue, Work
from beancount_invoicing.receivables import OpenItem
from beancount_invoicing.rules import currencies, numbering, payment_terms


class CannotCorrect(CannotCompose):
    """An invoice cannot be corrected like this; the message says why, and what to do."""


Way = Literal["corrective", "credit-note", "reversal"]
"""How a wrong invoice is put right: a corrective invoice beside its cancellation; a credit note and a new invoice; or, if it was
refused or rejected, its reversal without a credit note and a new invoice (XP Z12-014, annex A, 2.4).
"""


class Correction(NamedTuple):
    """What the corrective invoice changes; None and "" mean no change."""

    reason: str
    """The reason, which is printed on it."""
    lines: tuple[LineEdit, ...] = ()
    drop: frozenset[int] = frozenset()
    """Places of lines, from 1."""
    add: tuple[DraftLine, ...] = ()
    customer: str = ""
    """Main account of the customer whom it should have gone to."""
    tax: str = ""
    """Tax code of its allowances and charges; those of lines are given line by line."""
    terms: str = ""
    due: date | None = None
    delivered: date | None = None
    purchase_order: str = ""


class Corrected(NamedTuple):
    """Both entries; a credit note and the new document have no number yet."""

    credit: Draft
    """The entry that takes the wrong one out of the books: the cancellation, or the credit note."""
    invoice: Draft


def correction_drafts(
    book: Book,
    invoice: Invoice,
    claims: Sequence[OpenItem],
    correction: Correction,
    day: date,
    metadata: Mapping[str, StepValue],
    exchange: ExchangeRate | None = None,
    way: Way = "corrective",
) -> Corrected:
    """The corrective invoice of `day` for an invoice, and the cancellation of that invoice; or a new invoice and a credit note, or
    a new invoice and the reversal.

    Lines, taxes and prices are composed as of the invoice's own date, because it is the same supply. Due dates follow from the day
    of issue. `claims`: the invoice's accounts, and what is open on them; `metadata`: what the entry says beyond a draft, by key;
    `exchange`: how it is booked if that is in another currency. Raises CannotCorrect, CannotCompose.
    """
    _can_be_corrected(book, invoice, correction, day)
    back, _notices = credit_note(
        book, invoice, claims, CreditRequest(invoice.number, note=correction.reason, reopen=True), day, exchange
    )
    main = correction.customer or (invoice.customer.account if invoice.customer else "")
    before = invoice
    if invoice.customer and main != invoice.customer.account:
        before = invoice._replace(customer=book.customers[main].at(invoice.date), instalments=())
    if correction.tax:
        before = before._replace(
            adjustments=tuple(adjustment._replace(tax=correction.tax) for adjustment in before.adjustments)
        )
    made = redraft_document(book, before, correction.lines, correction.drop, correction.add, exchange, day)
    if made.draft.net <= 0:
        raise CannotCorrect(
            _(
                "{number} would come to {net} {currency}: credit it instead, bean-invoice credit {number}",
                number=invoice.number,
                net=made.draft.net,
                currency=made.draft.currency,
            )
        )
    outs = [work for work in book.work if work.document == invoice.number and work.quantity < 0 and work.billable]
    outs = [work for work in outs if not work.written_down]
    back = back._replace(lines=_with_time(back.lines, [_returned(work, invoice) for work in outs]))
    if way != "credit-note":
        number = numbering.cancellation_number(invoice.number)
        back = back._replace(kind="cancellation", number=number, note="", purchase_order="")
    text = correction.terms or _own_terms(book, invoice, main)
    new = made.draft._replace(
        kind="corrective" if way == "corrective" else "invoice",
        date=day,
        corrects=invoice.number if way == "corrective" else "",
        # who never got the wrong one is told nothing of it
        replaces=invoice.number if way != "corrective" and before.customer == invoice.customer else "",
        lines=_with_time(made.draft.lines, [release for out in outs for release in _taken(out, made.released_time)]),
        receivables=_receivables(book, made.draft, text, day),
        terms=text,
        due=correction.due,
        delivered=correction.delivered or _supplied(invoice, made.draft.lines),
        purchase_order=correction.purchase_order or _own_order(book, invoice, main, day),
        note=joined("\n", filter(None, (correction.reason, invoice.note))),
        metadata=tuple(metadata.items()),
    )
    return Corrected(back, new)


_INSTEAD = {
    "deposit": _("a deposit: credit it, bean-invoice credit {number}, and ask for another, bean-invoice deposit"),
    "credit-note": _("a credit note: take it back, bean-invoice credit {number}, and credit again"),
    "claim": _(
        "a claim for late interest: credit it, bean-invoice credit {number}, and claim again, bean-invoice interest"
    ),
    "void": _("void: there is nothing to correct"),
    "opening": _("an open item of earlier books: correct it there"),
    "cancellation": _("a cancellation: correct the corrective invoice beside it"),
}


def _can_be_corrected(book: Book, invoice: Invoice, wanted: Correction, day: date) -> None:
    number, customer = invoice.number, invoice.customer
    if invoice.draft:
        raise CannotCorrect(_("{number} is a draft: change it, bean-invoice draft edit {number}", number=number))
    if invoice.kind in _INSTEAD or customer is None or not invoice.lines:
        reason = _INSTEAD.get(invoice.kind, "without lines: credit it, bean-invoice credit {number}, and bill it anew")
        raise CannotCorrect(_("{number} is {subject}", number=number, subject=reason.format(number=number)))
    if day < invoice.date:
        raise CannotCorrect(
            _(
                "{number} is dated {day}: what replaces it cannot be dated {other_day}",
                number=number,
                day=invoice.date,
                other_day=day,
            )
        )
    _must_not_be_corrected_already(book, invoice)
    if invoice.immediate_payments or invoice.rounding or invoice.payable <= 0:
        reason = (
            _("was paid at once")
            if invoice.immediate_payments
            else _("is rounded")
            if invoice.rounding
            else _("asks for nothing")
        )
        raise CannotCorrect(
            _(
                "{number} {subject}: credit it, bean-invoice credit {number}, and bill again, bean-invoice new",
                number=number,
                subject=reason,
            )
        )
    if wanted.customer and wanted.customer != customer.account:
        for line in invoice.lines:
            if line.contract:
                raise CannotCorrect(
                    _(
                        "{number} bills {contract}, a contract of {customer}: hand the contract over from a given "
                        "day, bean-invoice contract edit, credit {number} with --reopen, and bill again, "
                        "bean-invoice bill",
                        number=number,
                        contract=line.contract,
                        customer=customer.name,
                    )
                )


def _must_not_be_corrected_already(book: Book, invoice: Invoice) -> None:
    """Raises CannotCorrect if an invoice is replaced, or credited, already."""
    number = invoice.number
    by = book.corrections.get(number, ())
    for other in by:
        if other.kind == "corrective":
            raise CannotCorrect(
                _(
                    "{number} is already replaced by {other_number} ({place}): correct that one, bean-invoice "
                    "correct {other_number}",
                    number=number,
                    other_number=other.number,
                    place=other.source,
                )
            )
    if by:
        rest = sum((invoice.payable for invoice in by), invoice.payable)
        remedy = (
            _("credit the rest, bean-invoice credit {number}, and bill again", number=number)
            if rest > 0
            else _("bill it again")
        )
        names = ", ".join(f"{invoice.number} ({invoice.source})" for invoice in by)
        raise CannotCorrect(
            _("{number} is credited by {names}: {remedy}, bean-invoice new", number=number, names=names, remedy=remedy)
        )


def _returned(out: Work, invoice: Invoice) -> TimeRelease:
    """Time that the cancellation puts back on its account, as worked when its line began: a posting of so many units."""
    starts = [
        (line.quantity != -out.quantity, line.start)
        for line in invoice.lines
        if line.start and line.contract and line.item in {out.item, ""}
    ]
    since = min(starts)[1] if starts else None
    return TimeRelease(out.account, out.counter_account, out.commodity, out.item, out.quantity, worked_on=since)


def _taken(out: Work, changed: Mapping[Source, Decimal]) -> list[TimeRelease]:
    """The same time as the corrective invoice takes it off the account."""
    quantity = changed.get(out.source, -out.quantity)
    return [TimeRelease(out.account, out.counter_account, out.commodity, out.item, quantity)] if quantity else []


def _with_time(lines: Sequence[DraftLine], outs: Sequence[TimeRelease]) -> tuple[DraftLine, ...]:
    """The lines; the last one of each item carries all the time that belongs to them."""
    plain = [line._replace(time_releases=()) for line in lines]
    return (*plain[:-1], plain[-1]._replace(time_releases=tuple(outs))) if plain else ()


def _receivables(book: Book, draft: Draft, text: str, day: date) -> tuple[DraftReceivable, ...]:
    """The amount to pay, due counted from its own date; retentions until acceptance as before."""
    receivables = tuple(receivable for receivable in draft.receivables if receivable.retained)
    rest = tuple(receivable for receivable in draft.receivables if not receivable.retained)
    if not receivables or not rest:
        return draft.receivables
    left = sum((receivable.amount for receivable in rest), ZERO)
    terms = text or book.customers[draft.customer].at(day).terms
    try:
        schedule = payment_schedule(book, terms, day, left, currencies.currency_decimals(draft.currency))
    except payment_terms.TermsError as error:
        raise CannotCorrect(_("{payee}: {error}", payee=draft.payee, error=error)) from None
    return (*(DraftReceivable(rest[0].account, due.amount, due.date) for due in schedule), *receivables)


def _own_terms(book: Book, invoice: Invoice, main: str) -> str:
    """The terms that the invoice itself gives; "" if they follow from its customer."""
    if invoice.customer is None or invoice.customer.account != main or not invoice.terms:
        return ""
    return invoice.terms if book.customers[main].at(invoice.date).terms != invoice.customer.terms else ""


def _own_order(book: Book, invoice: Invoice, main: str, day: date) -> str:
    """The order number that the invoice itself gives; "" if it is the customer's."""
    if invoice.customer is None or invoice.customer.account != main:
        return ""
    order = invoice.customer.purchase_order
    return order if order != book.customers[main].at(day).purchase_order else ""


def _supplied(invoice: Invoice, lines: Sequence[DraftLine]) -> date | None:
    """The day of supply, if the lines do not give it: that of the invoice that is replaced."""
    return None if any(line.delivered or line.end for line in lines) else invoice.supplied_on
