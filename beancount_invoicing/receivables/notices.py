"""Warnings about payments and transfers that could not be allocated."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from beancount_invoicing.messages import _, joined
from beancount_invoicing.model import ZERO, Book, Finding, Invoice, Payment, Transfer
from beancount_invoicing.receivables.allocation_state import (
    OpenItemMove,
    OpenItemPart,
    OpenPayment,
    moves_claims,
    opposite,
)
from beancount_invoicing.rules.numbering import link


class AllocationRemainder(NamedTuple):
    """The state after everything possible is allocated."""

    book: Book
    as_of: date
    parts: Sequence[OpenItemPart]
    payers: Sequence[OpenPayment]
    transfers: Sequence[tuple[Transfer, Sequence[OpenPayment]]]
    moves: Sequence[OpenItemMove]
    invoice_of: Callable[[str], Invoice | None]
    """The document of a number."""
    parts_of: Callable[[str], Sequence[OpenItemPart]]
    """The parts of that document."""
    reverses: Callable[[Payment], bool]
    """Whether a payment names only claims of its own direction."""


def allocation_notices(left: AllocationRemainder) -> Iterator[Finding]:
    """Warnings for payments that name something and could not settle it, and for transfers that name nothing."""
    told: set[int] = set()
    for transfer, legs in left.transfers:
        rest = sum((leg.left for leg in legs if leg.left > 0), ZERO)
        if not any(leg.names for leg in legs):
            # money on one account is now on the other; in older books there is nothing to name
            if (transfer.customer or rest) and _documents_by(left, legs):
                yield _names_none(transfer, _open_at_hand(left, legs))
        elif rest and not moves_claims(transfer):
            told.update(map(id, legs))
            yield _allocates_beyond(transfer, rest)
    for payer in left.payers:
        # a loss that later money has taken back is reported among the revived losses
        if payer.left and payer.names and id(payer) not in told and payer.taken != abs(payer.left):
            yield from _unsettled(left, payer)


def _unsettled(left: AllocationRemainder, payer: OpenPayment) -> Iterator[Finding]:
    """Names that a payment gives and could not settle, fully or for an amount."""
    payment = payer.payment
    known = [invoice for name in payer.names if (invoice := left.invoice_of(name)) is not None]
    if not known or any(invoice.booked_from > left.as_of for invoice in known):
        return
    if payer.moves and left.reverses(payment):
        return  # of what is moved too much, the posting tells that takes it away
    numbers = ", ".join(payer.names)
    parts = [part for name in payer.names for part in left.parts_of(name)]
    here = [part for part in parts if part.account == payment.account and part.invoice.currency == payment.currency]
    names = _(
        "{amount} {currency} on {account} names {numbers}",
        amount=payment.amount,
        currency=payment.currency,
        account=payment.account,
        numbers=numbers,
    )
    if not payer.moves and (gone := _taken_from(left, payer)):
        rule, message = "settles-elsewhere", _taken_over_message(payer, names, gone[-1])
    elif parts and not here:
        rule, message = "settles-elsewhere", _elsewhere_message(payment, names, parts)
    else:
        rule, message = "settles-beyond-open", _beyond_open_message(left, payer, numbers)
    yield Finding("warning", rule, message, payment.source)


def _taken_over_message(payer: OpenPayment, names: str, last: OpenItemMove) -> str:
    """What to do where what a payment names was taken over from its account."""
    return _(
        "{names}, which {taken_over_by} took over on {day}: {left} stays unallocated; if {taken_over_by} "
        "paid, book it on {account}; if {former} pays after all, move the claim back by then, with the "
        "opposite entry; otherwise take the name out of the payment, which is then money on account",
        names=names,
        taken_over_by=last.taken_over_by,
        day=last.date,
        left=abs(payer.left),
        account=last.account,
        former=last.former,
    )


def _elsewhere_message(payment: Payment, names: str, parts: Sequence[OpenItemPart]) -> str:
    """What to do where what a payment names is on another account, or in another currency."""
    where = sorted(
        {
            _("{account} in {currency}", account=part.account, currency=part.invoice.currency)
            for part in parts
            if part.amount
        }
    )
    currencies = sorted({part.invoice.currency for part in parts if part.account == payment.account})
    remedy = (
        _(
            "book what it is worth in {there} on that account, with its price at the bank: … {currency} @ … {there}",
            there=currencies[0],
            currency=payment.currency,
        )
        if currencies
        else _("book it on that account")
    )
    return _(
        "{names}, which is on {where}: it stays unallocated; {remedy}",
        names=names,
        where=joined(", ", where),
        remedy=remedy,
    )


def _beyond_open_message(left: AllocationRemainder, payer: OpenPayment, numbers: str) -> str:
    """What a payment could not settle of what it names."""
    payment = payer.payment
    was = _("open") if not left.reverses(payment) else _("written off") if payer.is_write_off else _("settled")
    message = _(
        "{amount} {currency} names {numbers}, but only {other_amount} was {was} there: {left} stays unallocated",
        amount=payment.amount,
        currency=payment.currency,
        numbers=numbers,
        other_amount=abs(payment.amount - payer.left),
        was=was,
        left=abs(payer.left),
    )
    if payer.moves:
        message += _("; do not move more than that")
    return message


def _taken_from(left: AllocationRemainder, payer: OpenPayment) -> list[OpenItemMove]:
    """The moves by which others took over, up to the payment's day, what it names, from its customer."""
    return [
        move
        for move in left.moves
        if move.taken_over_by
        and move.date <= payer.payment.date
        and move.invoice.number in payer.names
        and left.book.main_accounts.get(move.from_account) == payer.payment.customer
    ]


def _allocates_beyond(transfer: Transfer, rest: Decimal) -> Finding:
    return Finding(
        "warning",
        "allocates-beyond",
        _(
            "{rest} {currency} of what this allocates was neither available on {account} nor open on what it "
            "names: lower both amounts by that, or correct what is named",
            rest=rest,
            currency=transfer.currency,
            account=transfer.legs[0].account,
        ),
        transfer.source,
    )


def _documents_by(left: AllocationRemainder, legs: Sequence[OpenPayment]) -> bool:
    """Whether any of these accounts had a document by the day of a transfer."""
    accounts = {leg.payment.account: leg.payment.date for leg in legs}
    return any(part.account in accounts and part.invoice.booked_from <= accounts[part.account] for part in left.parts)


def _open_at_hand(left: AllocationRemainder, legs: Sequence[OpenPayment]) -> list[str]:
    """The documents that the legs might have meant: those with the same open amount, else the oldest due."""
    found = [
        (abs(part.open) != abs(leg.left), part.key, part.invoice.number)
        for leg in legs
        for part in left.parts
        if part.account == leg.payment.account and part.invoice.currency == leg.payment.currency
        if opposite(part.open, leg.left)
    ]
    return [number for _other, _key, number in sorted(found)]


def _names_none(transfer: Transfer, numbers: Sequence[str]) -> Finding:
    """The warning that a transfer moves no claim, because it names none; `numbers`: those that it may mean, the likeliest first."""
    amount = max(abs(leg.amount) for leg in transfer.legs)
    if moves_claims(transfer):
        between, then = "customers", _("so that the other customer owes it from then on")
        if transfer.customer:
            between, then = _("accounts of one customer"), _("so that the claim moves too")
        problem = _(
            "this moves {amount} {currency} between {between}, but does not name an invoice",
            amount=amount,
            currency=transfer.currency,
            between=between,
        )
        remedy = _('write settles: "…" on its postings, or link it, {then}', then=then)
        if numbers:
            remedy += f": ^{link(numbers[0])}"
    else:
        account = transfer.legs[0].account
        problem = _(
            "this takes {amount} {currency} off {account} and puts it back there, but does not name an invoice",
            amount=amount,
            currency=transfer.currency,
            account=account,
        )
        remedy = _('below the negative amount, write which invoice it pays, settles: "…"')
    return Finding(
        "warning", "transfer-names-none", _("{subject}: {remedy}", subject=problem, remedy=remedy), transfer.source
    )
