"""Claims for late interest that turned out not to be owed: the invoice was credited since, or its money had come in time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from beancount_invoicing import law
from beancount_invoicing.dunning.claims import (
    ClaimRule,
    InterestUnknown,
    LateInstalment,
    claim_rule,
    credited_of,
    interest_starts_after,
    is_settled_by_credit_note,
)
from beancount_invoicing.messages import _, joined
from beancount_invoicing.model import NOT_YET, ZERO, Book, Invoice, Line
from beancount_invoicing.receivables import OnAccount, Position
from beancount_invoicing.rules import currencies
from beancount_invoicing.rules.interest import ONE_DAY, RateUnknown, is_late, late_interest
from beancount_invoicing.rules.steps import round_to

_REPLACING = frozenset({"corrective", "cancellation"})
_ANY_RATE = Decimal(1)
"""Only for shares of days, if the rate is not known."""


class Unowed(NamedTuple):
    """How much of a claim was never owed, and why."""

    claim: Invoice
    amount: Decimal
    reason: str

    @property
    def is_whole(self) -> bool:
        """Whether nothing of the claim was owed."""
        return self.amount >= self.claim.payable

    def advice(self) -> str:
        """What to know and do about it."""
        claim = self.claim
        how_much = (
            _("the {amount}", amount=self.amount)
            if self.is_whole
            else _("{amount} of the {claim_amount}", amount=self.amount, claim_amount=claim.payable)
        )
        text = _(
            "{reason}: {how_much} {currency} was never owed",
            reason=self.reason,
            how_much=how_much,
            currency=claim.currency,
        )
        if claim.draft:
            return _("{text}; take the draft out", text=text)
        credit = f"bean-invoice credit {claim.number} --write"
        if self.is_whole:
            return _("{text}; credit the claim: {credit}", text=text, credit=credit)
        anew = f"bean-invoice interest {claim.interest_on} --book --write"
        return _(
            "{text}; credit the claim, and claim what is owed: {credit}, then {anew}",
            text=text,
            credit=credit,
            anew=anew,
        )


def unowed(book: Book, position: Position, claim: Invoice, *, with_unallocated: bool = False) -> Unowed | None:
    """How much of a claim for the late payment of the position's document was never owed, as known on the position's day.

    Credited amounts were never owed, and money that came in time was never late, whenever it was allocated. Facts known
    when the claim was made count as considered, unless nothing at all is left to be late. None if all of it is owed, if
    credit notes already gave that much back, or if the claim is not for that document. `with_unallocated`: as if the
    unallocated money on the account had paid what it covers.
    """
    invoice, as_of = position.invoice, position.as_of
    if (
        claim.interest_on != invoice.number
        or claim.kind != "claim"
        or claim.booked_from > as_of
        or invoice.customer is None
    ):
        return None
    if position.debtor_share:
        return None  # of what was charged for the whole, a share does not tell
    rule = _rule(book, invoice, claim.booked_from)
    by = rule.applicable_law if rule else _ANY_RATE
    full, then = (_parts(book, position, known, by) for known in (date.min, claim.booked_from))
    now = _parts(book, position, as_of, by, position.on_account if with_unallocated else ())
    decimals = currencies.currency_decimals(claim.currency)
    amount = ZERO
    for line in claim.lines:
        if line.net <= 0:
            continue
        if line.end is None:
            debts = [_late_debt(parts, claim.booked_from) for parts in (full, then, now)]
            known = [_indemnity(rule, debt, invoice.currency, line.net) for debt in debts]
        else:
            known = [_interest(parts, line, by) for parts in (full, then, now)]
        amount += _beyond(line.net, known[0], known[1], known[2], decimals)
    amount -= sum(
        (
            -note.payable
            for note in book.corrections.get(claim.number, ())
            if not note.draft and note.booked_from <= as_of
        ),
        ZERO,
    )
    if amount <= 0:
        return None
    return Unowed(claim, amount, _because(book, position))


def _rule(book: Book, invoice: Invoice, day: date) -> ClaimRule | None:
    """The law or contract by which the document bears interest, if that can be read: another check reports it if not."""
    try:
        return claim_rule(book, invoice, day)
    except InterestUnknown:
        return None


def _beyond(charged: Decimal, full: Decimal, then: Decimal, now: Decimal, decimals: int) -> Decimal:
    """How much of what a line charges is not owed now, from two calculations of the claim: with what was known then, and with what
    is known now.

    The difference counts in proportion, because a contract may have charged less than what is calculated here.
    """
    if full > 0 and now <= 0:
        return charged
    if now >= then or charged <= now + Decimal(1).scaleb(-decimals):
        return ZERO
    return charged - round_to(charged * now / then, decimals)


def _parts(
    book: Book, position: Position, known: date, by: law.LateInterestLaw | Decimal, lying: Sequence[OnAccount] = ()
) -> list[LateInstalment]:
    """The instalments, with the credit notes and the days of money recorded by `known` (inclusive), and the money on the
    account.
    """
    off = credited_of(book, position, known)
    parts = []
    for instalment in position.invoice.instalments:
        start = interest_starts_after(book, position, instalment.due, by)
        if start is None or start == NOT_YET or instalment.amount <= 0:
            continue
        paid = [
            (allocation.received_on if allocation.date <= known else allocation.date, allocation.amount)
            for allocation in position.allocations
            if allocation.instalment == instalment.index and not is_settled_by_credit_note(allocation)
        ]
        paid += [(account.date, account.amount) for account in lying if account.instalment == instalment.index]
        parts.append(LateInstalment(instalment.amount - off[instalment.index], start, instalment.index, paid))
    return parts


def _interest(parts: Sequence[LateInstalment], line: Line, by: law.LateInterestLaw | Decimal) -> Decimal:
    """The interest of the days that the line charges, not rounded; only in proportion if a rate is not known."""
    assert line.end is not None
    before = [(date.min, line.start - ONE_DAY)] if line.start and line.start > date.min else []
    try:
        interests = [late_interest(part.amount, part.paid, part.due, line.end, by, claimed=before) for part in parts]
    except RateUnknown:
        interests = [
            late_interest(part.amount, part.paid, part.due, line.end, _ANY_RATE, claimed=before) for part in parts
        ]
    return sum((segment.amount for interest in interests for segment in interest.segments), ZERO)


def _indemnity(rule: ClaimRule | None, debt: Decimal, currency: str, charged: Decimal) -> Decimal:
    """The fixed indemnity for what was late: that of the law, or if there is none, the amount charged."""
    if debt <= 0:
        return ZERO
    return (rule.indemnity(debt, currency) if rule else None) or charged


def _late_debt(parts: Sequence[LateInstalment], as_of: date) -> Decimal:
    """What was late by `as_of` (inclusive)."""
    return sum((part.amount for part in parts if is_late(part.amount, part.paid, part.due, as_of)), ZERO)


def _because(book: Book, position: Position) -> str:
    number, as_of = position.invoice.number, position.as_of
    notes = [
        invoice for invoice in book.corrections.get(number, ()) if not invoice.draft and invoice.booked_from <= as_of
    ]
    linked = [
        allocation.counter_document
        for allocation in position.allocations
        if is_settled_by_credit_note(allocation)
        and allocation.counter_document
        and allocation.counter_document not in notes
    ]
    replacing = [note.number for note in notes if note.kind == "corrective"]
    named = list(dict.fromkeys(note.number for note in (*notes, *linked) if note.kind not in _REPLACING))
    early = sorted(
        (allocation.received_on, allocation.source)
        for allocation in position.allocations
        if allocation.received_on < allocation.date
    )
    reasons = [_("{replacing} replaces {number}", replacing=", ".join(replacing), number=number)] if replacing else []
    reasons += [_("{named} credits {number}", named=", ".join(named), number=number)] if named else []
    reasons += (
        [
            _(
                "what settles {number} came on {early} ({other_early})",
                number=number,
                early=early[0][0],
                other_early=early[0][1],
            )
        ]
        if early
        else []
    )
    return joined(_(" and "), reasons)
