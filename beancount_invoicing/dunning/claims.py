"""Late interest and fixed indemnity of a document, by the law or the contract that the ledger names."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from beancount_invoicing import law
from beancount_invoicing.dunning.letter_history import letters_about
from beancount_invoicing.dunning.policies import tone_of
from beancount_invoicing.messages import _
from beancount_invoicing.model import ZERO, Book, CalculationStep, Customer, Day, Invoice, require_date
from beancount_invoicing.receivables import Allocation, Position, claim_given_back_on
from beancount_invoicing.rules import currencies
from beancount_invoicing.rules.interest import (
    ONE_DAY,
    Interest,
    RateUnknown,
    indemnity_alone,
    is_late,
    late_interest,
    together,
)


class InterestUnknown(LookupError):
    """Interest cannot be claimed, or not for all days, because a rate is unknown or `late-interest` cannot be read. The
    message names it, and the first day concerned.

    `claim` is what can be claimed nevertheless: the interest of the days before, and the fixed indemnity, which needs no rate; None
    if nothing can.
    """

    def __init__(self, message: str, claim: Interest | None = None) -> None:
        super().__init__(message)
        self.claim = claim


class Claimed(NamedTuple):
    """The charges of claims for an invoice: ranges of days (both ends inclusive), and whether the indemnity."""

    charged_periods: tuple[tuple[date, date], ...]
    """In order; they neither overlap nor touch."""
    indemnity: bool

    @property
    def charged_until(self) -> date | None:
        """The last day that is charged."""
        return self.charged_periods[-1][1] if self.charged_periods else None


class ClaimRule(NamedTuple):
    """The law or contract by which a document bears interest."""

    applicable_law: law.LateInterestLaw | Decimal
    seller_law: law.LateInterestLaw | None
    """The law whose fixed indemnity is due."""

    def indemnity(self, debt: Decimal, currency: str) -> Decimal | None:
        """The fixed indemnity for a debt; none in a currency that the law does not mention."""
        return self.seller_law.indemnity(debt) if self.seller_law and self.seller_law.currency == currency else None


class LateInstalment(NamedTuple):
    """A late instalment, less the amounts credited and contested."""

    amount: Decimal
    due: date
    """The day after which interest runs."""
    instalment: int
    """Its index."""
    paid: list[tuple[date, Decimal]]


def claimed(
    book: Book, invoice: Invoice, as_of: date, booked: date | None = None, position: Position | None = None
) -> Claimed:
    """The days and the indemnity that claims dated up to `as_of` (inclusive; drafts included) have charged for the
    invoice and no credit note has given back.

    A claim's lines with a period charge the interest of its days; its lines without a period charge the fixed
    indemnity. Only a credit note for the whole claim gives them back, because a partial one does not name its days.
    `booked`: the day of another claim to be made. Then claims of any day count, and credit notes up to `booked`, so
    that no day is charged by two claims in force. `position`: the invoice's position. If it is one customer's share,
    only claims to this customer count, and those from before it took the invoice over. For a corrective invoice, claims
    for the replaced invoice count too, because it is the same debt. What payments brought without a claim counts as claimed.
    """
    days: list[tuple[date, date]] = []
    indemnity = False
    for claim in (claim for number in _same_debt(book, invoice) for claim in book.interest_invoices.get(number, ())):
        if position is not None and not _charges(book, claim, position):
            continue
        later = booked is None and claim.booked_from > as_of
        if later or (claim_given_back_on(book, claim) or date.max) <= (booked or as_of):
            continue
        for line in claim.lines:
            if line.end is None:
                indemnity = True
            else:
                days.append((line.start or date.min, line.end))
    received = (charge for number in _same_debt(book, invoice) for charge in book.received_charges.get(number, ()))
    for charge in received:
        if booked is not None or charge.date <= as_of:
            if charge.end is None:
                indemnity = True
            else:
                days.append((charge.start or date.min, charge.end))
    return Claimed(_joined(days), indemnity)


def _same_debt(book: Book, invoice: Invoice) -> dict[str, None]:
    """The number of a document, and those of the documents that it replaces for the same customer, one after the other."""
    numbers = {invoice.number: None}
    while invoice.kind == "corrective" and len(invoice.corrects) == 1:
        before = book.invoice(invoice.corrects[0])
        if before is None or before.number in numbers or not same_customer(before, invoice):
            break
        numbers[before.number] = None
        invoice = before
    return numbers


def _late_before(book: Book, position: Position) -> bool:
    """Whether the amount of a corrective invoice was already late when it replaced another one, as the payments show."""
    new = position.invoice
    for number in list(_same_debt(book, new))[1:]:
        before, after = book.invoice(number), book.replacement_of(number)
        assert before and after
        asked = -max(before.payable - new.payable, ZERO)
        for instalment in sorted(before.instalments, key=lambda instalment: instalment.due):
            asked += instalment.amount
            came = (
                allocation.amount
                for allocation in position.allocations
                if allocation.how == "replacement" and allocation.received_on <= instalment.due
            )
            if instalment.due < after.date and asked > sum(came, ZERO):
                return True
    return False


def same_customer(invoice: Invoice, other: Invoice) -> bool:
    """Whether two documents are for the same customer."""
    return bool(invoice.customer and other.customer and invoice.customer.account == other.customer.account)


def _charges(book: Book, claim: Invoice, position: Position) -> bool:
    """Whether a claim charges the customer who owes the position, and not only another one who owes a share."""
    debtor, to = position.debtor, claim.customer
    if not position.debtor_share or debtor is None or to is None or to.account == debtor.account:
        return True
    taken = book.takeovers.get(position.invoice.number, ())
    return any(over.customer == debtor.account and claim.booked_from <= over.date for over in taken)


def _joined(days: Iterable[tuple[date, date]]) -> tuple[tuple[date, date], ...]:
    """The stretches in order; those that overlap or touch are joined."""
    joined: list[tuple[date, date]] = []
    for start, end in sorted(days):
        if joined and (joined[-1][1] == date.max or start <= joined[-1][1] + ONE_DAY):
            joined[-1] = joined[-1][0], max(joined[-1][1], end)
        else:
            joined.append((start, end))
    return tuple(joined)


def formal_notice(book: Book, position: Position, due: date) -> date | None:
    """The day of the first formal notice to pay (mise en demeure) for the amount that fell due on `due`; None if none
    was sent.

    That is a reminder whose tone is "final": its own tone, else that of its level in the policy in force on its day.
    """
    return next(
        (event.date for event in letters_about(position, due) if tone_of(book, position, event) == "final"), None
    )


_SECTION = re.compile(r"§\s*286\b")
_DEFAULT_AFTER = timedelta(days=30)
"""BGB § 286 (3): after the due date and the receipt of the invoice, which is taken to be there by then."""


def interest_starts_after(
    book: Book, position: Position, due: date, rule: law.LateInterestLaw | Decimal
) -> date | None:
    """The day after which an amount due on `due` bears interest by a law or a contract's rate; None if it does not yet."""
    starts_after = "due" if isinstance(rule, Decimal) else rule.starts_after
    late = late_from(position.invoice, due)
    if starts_after == "due":
        return late
    if starts_after == "notice":
        return formal_notice(book, position, due)
    reminded = next((event.date for event in letters_about(position, due)), None)
    if not warns_of_default(book, position.invoice) or late >= date.max - _DEFAULT_AFTER:
        return reminded
    by_itself = max(late, position.invoice.date) + _DEFAULT_AFTER
    return min(by_itself, reminded) if reminded else by_itself


def warns_of_default(book: Book, invoice: Invoice) -> bool:
    """Whether an invoice tells a consumer that default begins 30 days after the due date (BGB § 286 (3)): by the sentence that
    its page has, or by the seller's own words, in its note or the seller's mentions, which name § 286.
    """
    seller = book.seller.at(invoice.date) if book.seller else None
    country = seller.address.country if seller else ""
    own = f"{invoice.note} {seller.mention if seller else ''}"
    return "default-consumer" in law.mentions(country, "de", invoice.date) or bool(_SECTION.search(own))


def interest_on(
    book: Book, position: Position, as_of: date, booked: date | None = None, instalments: Collection[int] | None = None
) -> Interest | None:
    """Interest and indemnity on the late amounts of a document at `as_of` (inclusive): for all its late instalments, or for
    `instalments` only those of these indices.

    The indemnity is on the oldest instalment that can be claimed for. The rate comes from `late-interest` of the document, else of
    its customer, else the option. The result is None if no interest is claimed by it, or none can be claimed from this kind of
    buyer; for claims for interest and cancellations, which bear none; and for what claims have charged before (`booked`: the day of
    the claim to be made, as in `claimed`). Credited and contested amounts bear no interest. The fixed indemnity is that of the
    seller's country, once per invoice, never from a consumer (Code de commerce, art. D441-5); a corrective invoice has none if the
    one that it replaces was late. Raises InterestUnknown if late-interest cannot be read; and if a rate is missing, with the claim
    until the last day before: the same day for all instalments, so that later days can be claimed once.
    """
    require_date(as_of)
    invoice = position.invoice
    if invoice.customer is None or invoice.kind in {"claim", "cancellation", "void"} or invoice.draft:
        return None
    rule = claim_rule(book, invoice, as_of, position.debtor)
    if rule is None:
        return None
    parts, left_out = _parts(book, position, as_of, rule, instalments)
    before = claimed(book, invoice, as_of, booked, position)
    decimals = currencies.currency_decimals(invoice.currency)
    debt = sum((part.amount for part in parts if is_late(part.amount, part.paid, part.due, as_of)), ZERO)
    bears_none = before.indemnity or not debt or position.debtor_share > 1 or _late_before(book, position)
    fixed = None if bears_none else rule.indemnity(debt, invoice.currency)
    if instalments is not None:
        asked = (part for part in parts if is_late(part.amount, part.paid, part.due, as_of))
        oldest = min(asked, key=lambda instalment: (instalment.due, instalment.instalment), default=None)
        fixed = fixed if oldest and oldest.instalment in instalments else None
        parts = [part for part in parts if part.instalment in instalments]
    alone = None if fixed is None else indemnity_alone(debt, rule.applicable_law, decimals, fixed)
    try:
        _within_the_cap(book, invoice, rule.applicable_law, as_of)
    except RateUnknown as error:
        raise InterestUnknown(
            _("{number}: no interest is claimed: {error}", number=invoice.number, error=error), alone
        ) from None
    interests, until, missing = _interest(parts, as_of, rule, decimals, before.charged_periods)
    claim = together(interests, rule.applicable_law, decimals, fixed)
    steps = (*left_out, *_charged_before(before), *_until(missing), *claim.steps)
    claim = claim._replace(steps=steps, until=until if missing else None)
    if missing:
        message = _(
            "{number}: no interest is claimed from {since} on: {missing}",
            number=invoice.number,
            since=missing.since,
            missing=missing,
        )
        raise InterestUnknown(message, claim if claim.segments else alone)
    if claim.segments or fixed is None:
        return claim if claim.segments else None
    lone = indemnity_alone(debt, rule.applicable_law, decimals, fixed, known=True)
    return lone._replace(steps=(*left_out, *_charged_before(before), *lone.steps))


def _until(missing: RateUnknown | None) -> Sequence[CalculationStep]:
    if missing is None:
        return ()
    last = missing.since - ONE_DAY
    return (
        CalculationStep(
            _("interest until"),
            "as written",
            (last,),
            last,
            _("none from {since} on: {missing}", since=missing.since, missing=missing),
        ),
    )


def _interest(
    parts: Sequence[LateInstalment], as_of: date, rule: ClaimRule, decimals: int, charged: Sequence[tuple[date, date]]
) -> tuple[list[Interest], date, RateUnknown | None]:
    """The interest on each part until `as_of`, or the last day whose rates are all known; that day (inclusive); the missing
    rate.
    """
    until, missing = as_of, None
    while True:
        try:
            interests = [
                late_interest(part.amount, part.paid, part.due, until, rule.applicable_law, decimals, None, charged)
                for part in parts
            ]
        except RateUnknown as error:  # another part may lack an earlier one
            missing, until = error, error.since - ONE_DAY
        else:
            return interests, until, missing


def claim_rule(book: Book, invoice: Invoice, as_of: date, debtor: Customer | None = None) -> ClaimRule | None:
    """The law or contract by which a document bears interest as of a day; None if nothing is claimed, or can be by law.

    It is the rule of the invoiced customer, even if another customer (`debtor`) owes the document now: whoever takes a
    debt over owes it as it is. Raises InterestUnknown if the value is neither a law nor a rate.
    """
    customer = invoice.customer
    assert customer is not None
    text = book.late_interest(customer, as_of)
    now = book.customers[(debtor or customer).account].at(as_of).late_interest
    if not text or "none" in {text.lower(), now.lower()}:
        return None
    try:
        wanted = law.interest_option(text)
    except ValueError as error:
        raise InterestUnknown(
            _("{number}: no interest is claimed: late-interest: {error}", number=invoice.number, error=error)
        ) from None
    seller = book.seller.at(as_of).address.country if book.seller else ""
    if isinstance(wanted, Decimal):
        of_seller = law.late_interest_law(seller, customer.buyer) if customer.buyer != "consumer" else None
        return ClaimRule(wanted, of_seller)
    found = law.late_interest_law(wanted, customer.buyer)
    if found is None:
        return None
    rates = [(rate.date, rate.rate) for rate in book.reference_rates.get(found.base, ())]
    return ClaimRule(law.with_ledger_rates(found, rates), found)


def _within_the_cap(book: Book, invoice: Invoice, rule: law.LateInterestLaw | Decimal, as_of: date) -> None:
    """Raises InterestUnknown if a contract's rate for a consumer exceeds what the seller's law allows."""
    if not isinstance(rule, Decimal) or invoice.customer is None or not book.seller:
        return
    cap = law.contract_cap(book.seller.at(as_of).address.country, invoice.customer.buyer)
    due = min((instalment.due for instalment in invoice.instalments), default=invoice.date)
    if cap is None or due >= as_of:
        return
    known_rates = dict(law.by_half_years((rate.date, rate.rate) for rate in book.reference_rates.get(cap.base, ())))
    half = law.half_year_start(due)
    rate = known_rates.get(half, dict(cap.rates).get(half))
    if rate is None:
        raise RateUnknown(cap.base, cap.base_name, half)
    if rule > rate + cap.margin:
        raise InterestUnknown(
            _(
                "{number}: {rule} % is more than the {rate} % that may be asked from a consumer ({place}): no "
                "interest is claimed; write a lower late-interest:",
                number=invoice.number,
                rule=rule,
                rate=rate + cap.margin,
                place=cap.source,
            )
        )


def _parts(
    book: Book, position: Position, as_of: date, rule: ClaimRule, only: Collection[int] | None
) -> tuple[list[LateInstalment], list[CalculationStep]]:
    """The late instalments less credited and contested amounts, and the steps of that calculation; `only` limits the steps to these
    indices.

    Contested amounts are taken from the oldest instalments, which bear most interest. A credit note for the invoice means that this
    amount was never owed, whenever it was written; one for something else that is set off pays on its day. Money pays on the day on
    which it came, whenever it was allocated, and even if it is not allocated yet. The amount of a corrective invoice was late as on
    the replaced one until its own date, and is late again once it is due: never before that date, so that no day counts twice.
    """
    parts: list[LateInstalment] = []
    steps: list[CalculationStep] = []
    left = position.disputed
    credited = credited_of(book, position, as_of)
    invoice = position.invoice
    for instalment, standing in zip(invoice.instalments, position.instalments, strict=True):
        if instalment.due >= as_of or standing.amount <= 0:
            continue
        contested = min(left, max(standing.open, ZERO))
        left -= contested
        start = interest_starts_after(book, position, instalment.due, rule.applicable_law)
        if start is None:
            continue
        allocations = [allocation for allocation in position.allocations if allocation.instalment == instalment.index]
        amount, told = standing.amount, only is None or instalment.index in only
        for less, because in (
            (credited[instalment.index], _("what was credited was never owed")),
            (contested, _("no claim is made on what is contested")),
        ):
            if less and told:
                steps.append(CalculationStep(_("principal"), "difference", (amount, less), amount - less, because))
            amount -= less
        paid = [
            (allocation.received_on, allocation.amount)
            for allocation in allocations
            if not is_settled_by_credit_note(allocation)
        ]
        for lying in position.on_account:
            if lying.instalment == instalment.index:
                paid.append((lying.date, lying.amount))
                because = _(
                    "{day}, {place}: on the account, not allocated; counts as paid",
                    day=lying.date,
                    place=lying.source,
                )
                steps += (
                    [CalculationStep(_("paid"), "as written", (lying.amount,), lying.amount, because)] if told else []
                )
        parts.append(LateInstalment(amount, start, instalment.index, paid))
    return parts, steps


def late_from(invoice: Invoice, due: Day) -> Day:
    """The day after which an amount due on `due` is late. For a corrective invoice, it is never before the invoice's
    own date: until then the replaced invoice was late.
    """
    return max(due, invoice.date) if invoice.kind == "corrective" else due


def credited_of(book: Book, position: Position, until: date) -> dict[int, Decimal]:
    """How much the document's own credit notes up to `until` (inclusive) took off each instalment, by its index. For a
    replaced document: how much less its corrective invoice asks for, or asks another customer for.

    If the amount was already paid, the credit note settles nothing on the document, but it still means that the amount
    was never owed. It is taken from the oldest instalments, which bear most interest.
    """
    invoice = position.invoice
    credited = {
        instalment.index: sum(
            (
                allocation.amount
                for allocation in position.allocations
                if allocation.instalment == instalment.index
                and is_settled_by_credit_note(allocation)
                and allocation.date <= until
            ),
            ZERO,
        )
        for instalment in invoice.instalments
    }
    if position.debtor_share:
        notes = (
            note
            for note in _notes(book, invoice, until)
            if note.customer and position.debtor and note.customer.account == position.debtor.account
        )
        off = sum((-note.payable for note in notes), ZERO)
    else:
        off = invoice.payable - _owed(book, invoice, until)
    amounts = {
        instalment.index: standing.amount
        for instalment, standing in zip(invoice.instalments, position.instalments, strict=True)
    }
    beyond = off - sum(credited.values(), ZERO)
    for instalment in sorted(invoice.instalments, key=lambda instalment: (instalment.due, instalment.index)):
        more = min(max(beyond, ZERO), max(amounts[instalment.index] - credited[instalment.index], ZERO))
        credited[instalment.index] += more
        beyond -= more
    return credited


def _notes(book: Book, invoice: Invoice, until: date) -> list[Invoice]:
    """Documents that correct only this document, by `until` (inclusive)."""
    invoices = book.corrections.get(invoice.number, ())
    return [
        invoice
        for invoice in invoices
        if not invoice.draft and invoice.booked_from <= until and len(invoice.corrects) == 1
    ]


def _replaced(book: Book, invoice: Invoice, until: date) -> Invoice | None:
    """What replaces a document by `until` (inclusive)."""
    return next((note for note in _notes(book, invoice, until) if note.kind == "corrective"), None)


def _owed(book: Book, invoice: Invoice, until: date) -> Decimal:
    """What a document asked for and was owed, according to its credit notes up to `until` (inclusive), or its corrective
    invoice.
    """
    asked, last, seen = invoice.payable, invoice, {invoice.number}
    while (new := _replaced(book, last, until)) and new.number not in seen:
        if not same_customer(last, new):
            return ZERO
        asked, last = min(asked, new.payable), new
        seen.add(new.number)
    left = last.payable + sum((note.payable for note in _notes(book, last, until) if note.is_credit), ZERO)
    return min(asked, left) if last is not invoice else left


def is_settled_by_credit_note(allocation: Allocation) -> bool:
    """Whether a credit note settles by itself, so that less was owed. A credit note that only a payment sets off does
    not, nor does a cancellation, whose amount the corrective invoice asks for again.
    """
    return (
        allocation.counter_document is not None
        and allocation.source == allocation.counter_document.source
        and allocation.counter_document.kind != "cancellation"
    )


def _charged_before(before: Claimed) -> Sequence[CalculationStep]:
    steps = []
    for start, end in before.charged_periods:
        because = (
            _("these days are charged already")
            if start == date.min
            else _("the days from {start} on are charged already", start=start)
        )
        steps.append(CalculationStep(_("claimed until"), "as written", (end,), end, because))
    return steps
