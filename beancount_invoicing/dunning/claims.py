"""Late interest and indemnity of a document, by the law or the contract that the ledger names."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from beancount_invoicing import law
from beancount_invoicing.dunning.policies import tone_of
from beancount_invoicing.dunning.reminded import letters_about
from beancount_invoicing.model import ZERO, Book, Customer, Day, Invoice, Step, a_day
from beancount_invoicing.receivables import Allocation, Position
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


class ClaimUnknown(LookupError):
    """Interest cannot be claimed, or not of all days: a rate is not known, or late-interest says nothing that can be read; the
    message says which one, and from when on.

    `claim` is what is claimed nevertheless: the interest of the days before, and the fixed indemnity, which needs no rate; None
    where none is due.
    """

    def __init__(self, message: str, claim: Interest | None = None) -> None:
        super().__init__(message)
        self.claim = claim


class Claimed(NamedTuple):
    """What claim documents have charged for an invoice: stretches of days (both ends inclusive), and whether the indemnity."""

    days: tuple[tuple[date, date], ...]
    """In order; they neither overlap nor touch."""
    indemnity: bool

    @property
    def until(self) -> date | None:
        """The last day that is charged."""
        return self.days[-1][1] if self.days else None


@dataclass(frozen=True, slots=True)
class ClaimRule:
    """By which law or contract a document bears interest."""

    by: law.LateInterest | Decimal
    of_seller: law.LateInterest | None
    """The law whose fixed indemnity is due."""

    def indemnity(self, debt: Decimal, currency: str) -> Decimal | None:
        """The fixed indemnity for a debt; none in a currency that the law does not speak of."""
        return self.of_seller.indemnity(debt) if self.of_seller and self.of_seller.currency == currency else None


class LatePart(NamedTuple):
    """A late instalment, less what was credited and what is contested of it."""

    amount: Decimal
    due: date
    """The day after which interest runs."""
    instalment: int
    """Its index."""
    paid: list[tuple[date, Decimal]]


def claimed(
    book: Book, invoice: Invoice, as_of: date, booked: date | None = None, of: Position | None = None
) -> Claimed:
    """What the claims dated up to `as_of` (inclusive; drafts too) have charged for the invoice, and no credit note has given back.

    A claim's lines with a period charge the interest of its days, its lines without one the fixed indemnity. Only a credit note
    on the whole claim gives them back: a part does not say which days it is for. `booked`: the day of another claim that is to be
    made; then the claims of any day count, and the credit notes up to `booked`, so that no day is ever charged twice at a time.
    `of`: its position; of one customer's share, only what they charged this customer, or before it took the invoice over. Of a
    corrective invoice, those for what it replaces count as well: it is the same debt.
    """
    days: list[tuple[date, date]] = []
    indemnity = False
    for claim in (claim for number in _same_debt(book, invoice) for claim in book.claims.get(number, ())):
        if of is not None and not _charges(book, claim, of):
            continue
        later = booked is None and claim.since > as_of
        if later or book.given_back.get(claim.number, date.max) <= (booked or as_of):
            continue
        for line in claim.lines:
            if line.end is None:
                indemnity = True
            else:
                days.append((line.start or date.min, line.end))
    return Claimed(_joined(days), indemnity)


def _same_debt(book: Book, invoice: Invoice) -> dict[str, None]:
    """The number of a document, and those of what it replaces of the same customer, one after the other."""
    numbers = {invoice.number: None}
    while invoice.kind == "corrective" and len(invoice.corrects) == 1:
        before = book.invoice(invoice.corrects[0])
        if before is None or before.number in numbers or not same_customer(before, invoice):
            break
        numbers[before.number] = None
        invoice = before
    return numbers


def _late_before(book: Book, position: Position) -> bool:
    """Whether what a corrective invoice asks for was late already when it replaced another one, as its money tells."""
    new = position.invoice
    for number in list(_same_debt(book, new))[1:]:
        before, after = book.invoice(number), book.replacement_of(number)
        assert before and after
        asked = -max(before.payable - new.payable, ZERO)
        for instalment in sorted(before.instalments, key=lambda one: one.due):
            asked += instalment.amount
            came = (
                one.amount
                for one in position.allocations
                if one.how == "replacement" and one.received <= instalment.due
            )
            if instalment.due < after.date and asked > sum(came, ZERO):
                return True
    return False


def same_customer(one: Invoice, other: Invoice) -> bool:
    """Whether two documents are for the same customer."""
    return bool(one.customer and other.customer and one.customer.account == other.customer.account)


def _charges(book: Book, claim: Invoice, position: Position) -> bool:
    """Whether a claim charges the customer who owes the position, and not only another one who owes a share."""
    debtor, to = position.debtor, claim.customer
    if not position.share or debtor is None or to is None or to.account == debtor.account:
        return True
    taken = book.taken_over.get(position.invoice.number, ())
    return any(one.customer == debtor.account and claim.since <= one.date for one in taken)


def _joined(days: Iterable[tuple[date, date]]) -> tuple[tuple[date, date], ...]:
    """The stretches in order, with those that overlap or touch as one."""
    joined: list[tuple[date, date]] = []
    for start, end in sorted(days):
        if joined and (joined[-1][1] == date.max or start <= joined[-1][1] + ONE_DAY):
            joined[-1] = joined[-1][0], max(joined[-1][1], end)
        else:
            joined.append((start, end))
    return tuple(joined)


def formal_notice(book: Book, position: Position, due: date) -> date | None:
    """The day of the first formal notice to pay (mise en demeure) of what fell due on `due`; None where none was sent.

    A reminder about it whose tone is "final": by its own word, else by its level in the policy in force on its day.
    """
    return next((one.date for one in letters_about(position, due) if tone_of(book, position, one) == "final"), None)


def interest_on(
    book: Book, position: Position, as_of: date, booked: date | None = None, only: Collection[int] | None = None
) -> Interest | None:
    """Interest and indemnity on what is late of a document at `as_of` (inclusive), over all its late instalments; or over `only`
    those of these indices: the indemnity stands with the oldest that a claim can be made on.

    By `late-interest` of the document, else of its customer, else the option. None where that claims none, or from this kind
    of buyer none can be claimed, on a claim for interest or a cancellation, which bear none, and for what claims have charged
    before (`booked`: the day of the claim that is to be made of it, as in `claimed`). What is credited or contested bears no
    claim. The fixed indemnity is that of the seller's country, once per invoice, never from a consumer (Code de commerce, art.
    D441-5); a corrective invoice bears none where the one that it replaces was late.
    Raises ClaimUnknown where late-interest cannot be read; and where a rate is missing, with the claim until the last day before:
    the same for all instalments, so that later days can be claimed once.
    """
    a_day(as_of)
    invoice = position.invoice
    if invoice.customer is None or invoice.kind in {"claim", "cancellation", "void"} or invoice.draft:
        return None
    rule = claim_rule(book, invoice, as_of, position.debtor)
    if rule is None:
        return None
    parts, left_out = _parts(book, position, as_of, rule, only)
    before = claimed(book, invoice, as_of, booked, position)
    decimals = currencies.decimals(invoice.currency)
    debt = sum((part.amount for part in parts if is_late(part.amount, part.paid, part.due, as_of)), ZERO)
    bears_none = before.indemnity or not debt or position.share > 1 or _late_before(book, position)
    fixed = None if bears_none else rule.indemnity(debt, invoice.currency)
    if only is not None:
        asked = (part for part in parts if is_late(part.amount, part.paid, part.due, as_of))
        oldest = min(asked, key=lambda one: (one.due, one.instalment), default=None)
        fixed = fixed if oldest and oldest.instalment in only else None
        parts = [part for part in parts if part.instalment in only]
    alone = None if fixed is None else indemnity_alone(debt, rule.by, decimals, fixed)
    try:
        _within_the_cap(book, invoice, rule.by, as_of)
    except RateUnknown as error:
        raise ClaimUnknown(f"{invoice.number}: no interest is claimed: {error}", alone) from None
    each, until, missing = _interest(parts, as_of, rule, decimals, before.days)
    claim = together(each, rule.by, decimals, fixed)
    steps = (*left_out, *_charged_before(before), *_until(missing), *claim.steps)
    claim = replace(claim, steps=steps, until=until if missing else None)
    if missing:
        message = f"{invoice.number}: no interest is claimed from {missing.since} on: {missing}"
        raise ClaimUnknown(message, claim if claim.segments else alone)
    if claim.segments or fixed is None:
        return claim if claim.segments else None
    lone = indemnity_alone(debt, rule.by, decimals, fixed, known=True)
    return replace(lone, steps=(*left_out, *_charged_before(before), *lone.steps))


def _until(missing: RateUnknown | None) -> Sequence[Step]:
    if missing is None:
        return ()
    last = missing.since - ONE_DAY
    return (Step("interest until", "as written", (last,), last, f"none from {missing.since} on: {missing}"),)


def _interest(
    parts: Sequence[LatePart], as_of: date, rule: ClaimRule, decimals: int, charged: Sequence[tuple[date, date]]
) -> tuple[list[Interest], date, RateUnknown | None]:
    """The interest on each part until `as_of`, or the last day whose rates are all known; that day (inclusive); what is missing."""
    until, missing = as_of, None
    while True:
        try:
            each = [
                late_interest(part.amount, part.paid, part.due, until, rule.by, decimals, None, charged)
                for part in parts
            ]
        except RateUnknown as error:  # another part may lack an earlier one
            missing, until = error, error.since - ONE_DAY
        else:
            return each, until, missing


def claim_rule(book: Book, invoice: Invoice, as_of: date, debtor: Customer | None = None) -> ClaimRule | None:
    """By which law or contract a document bears interest as of a day; None where nothing is claimed, or can be by law.

    That of its customer, whoever owes it by now (`debtor`, if another one): who takes a debt over owes it as it is. Raises
    ClaimUnknown where what is said is neither a law nor a rate.
    """
    customer = invoice.customer
    assert customer is not None
    said = book.late_interest(customer, as_of)
    owed_by = (debtor or customer).account
    now = book.customers[owed_by].at(as_of).late_interest if owed_by in book.customers else ""
    if not said or "none" in {said.lower(), now.lower()}:
        return None
    try:
        wanted = law.interest_option(said)
    except ValueError as error:
        raise ClaimUnknown(f"{invoice.number}: no interest is claimed: late-interest: {error}") from None
    seller = book.seller.at(as_of).address.country if book.seller else ""
    if isinstance(wanted, Decimal):
        of_seller = law.late_interest(seller, customer.buyer) if customer.buyer != "consumer" else None
        return ClaimRule(wanted, of_seller)
    found = law.late_interest(wanted, customer.buyer)
    if found is None:
        return None
    rates = [(one.date, one.rate) for one in book.reference_rates.get(found.base, ())]
    return ClaimRule(law.with_rates(found, rates), found)


def _within_the_cap(book: Book, invoice: Invoice, rule: law.LateInterest | Decimal, as_of: date) -> None:
    """Raises ClaimUnknown where a contract asks a consumer for more than the seller's law allows."""
    if not isinstance(rule, Decimal) or invoice.customer is None or not book.seller:
        return
    cap = law.contract_cap(book.seller.at(as_of).address.country, invoice.customer.buyer)
    due = min((each.due for each in invoice.instalments), default=invoice.date)
    if cap is None or due >= as_of:
        return
    said = dict(law.by_half_years((one.date, one.rate) for one in book.reference_rates.get(cap.base, ())))
    half = law.half_year(due)
    rate = said.get(half, dict(cap.rates).get(half))
    if rate is None:
        raise RateUnknown(cap.base, cap.base_name, half)
    if rule > rate + cap.margin:
        raise ClaimUnknown(
            f"{invoice.number}: {rule} % is more than the {rate + cap.margin} % that may be asked from a consumer"
            f" ({cap.source}): no interest is claimed; write a lower late-interest:"
        )


def _parts(
    book: Book, position: Position, as_of: date, rule: ClaimRule, only: Collection[int] | None
) -> tuple[list[LatePart], list[Step]]:
    """The late instalments less what was credited and what is contested, and the steps of that; the steps of `only` those of these
    indices.

    What is contested is taken from the oldest, which bears most. A credit note of the invoice says that so much was never owed,
    whenever it was written; one of something else that is set off pays on its day. Money pays on the day on which it came,
    whenever it was allocated, and though nothing is said of it yet. What a corrective invoice asks for was late as the replaced one
    was, until its own day, and is late anew once it is due: never before that day, so that no day bears twice.
    """
    parts: list[LatePart] = []
    steps: list[Step] = []
    left = position.disputed
    by_notice = not isinstance(rule.by, Decimal) and rule.by.starts == "notice"
    credited = credited_of(book, position, as_of)
    invoice = position.invoice
    for instalment, standing in zip(invoice.instalments, position.instalments, strict=True):
        if instalment.due >= as_of or standing.amount <= 0:
            continue
        contested = min(left, max(standing.open, ZERO))
        left -= contested
        start = formal_notice(book, position, instalment.due) if by_notice else late_from(invoice, instalment.due)
        if start is None:
            continue
        those = [one for one in position.allocations if one.instalment == instalment.index]
        amount, told = standing.amount, only is None or instalment.index in only
        for less, because in (
            (credited[instalment.index], "what was credited was never owed"),
            (contested, "what is contested bears no claim"),
        ):
            if less and told:
                steps.append(Step("principal", "difference", (amount, less), amount - less, because))
            amount -= less
        paid = [(one.received, one.amount) for one in those if not corrects(one)]
        for lying in position.on_account:
            if lying.instalment == instalment.index:
                paid.append((lying.date, lying.amount))
                because = f"{lying.date}, {lying.source}: on the account, allocated to nothing; counts as paid"
                steps += [Step("paid", "as written", (lying.amount,), lying.amount, because)] if told else []
        parts.append(LatePart(amount, start, instalment.index, paid))
    return parts, steps


def late_from(invoice: Invoice, due: Day) -> Day:
    """The day after which what is due on `due` is late: of a corrective invoice none before its own, until which what it replaces
    was late."""
    return max(due, invoice.date) if invoice.kind == "corrective" else due


def credited_of(book: Book, position: Position, until: date) -> dict[int, Decimal]:
    """What the document's own credit notes up to `until` (inclusive) took off each instalment, by its index; or its corrective
    invoice, as far as that asks for less, or another customer.

    Where it was paid already they settle nothing of it, but say all the same that so much was never owed: that is taken from
    the oldest, which bears most.
    """
    invoice = position.invoice
    credited = {
        instalment.index: sum(
            (
                one.amount
                for one in position.allocations
                if one.instalment == instalment.index and corrects(one) and one.date <= until
            ),
            ZERO,
        )
        for instalment in invoice.instalments
    }
    if position.share:
        notes = (
            note
            for note in _notes(book, invoice, until)
            if note.customer and position.debtor and note.customer.account == position.debtor.account
        )
        off = sum((-note.payable for note in notes), ZERO)
    else:
        off = invoice.payable - _owed(book, invoice, until)
    amounts = {
        each.index: standing.amount for each, standing in zip(invoice.instalments, position.instalments, strict=True)
    }
    beyond = off - sum(credited.values(), ZERO)
    for instalment in sorted(invoice.instalments, key=lambda one: (one.due, one.index)):
        more = min(max(beyond, ZERO), max(amounts[instalment.index] - credited[instalment.index], ZERO))
        credited[instalment.index] += more
        beyond -= more
    return credited


def _notes(book: Book, invoice: Invoice, until: date) -> list[Invoice]:
    """What corrects a document alone, by `until` (inclusive)."""
    those = book.corrections.get(invoice.number, ())
    return [one for one in those if not one.draft and one.since <= until and len(one.corrects) == 1]


def _replaced(book: Book, invoice: Invoice, until: date) -> Invoice | None:
    """What replaces a document by `until` (inclusive)."""
    return next((one for one in _notes(book, invoice, until) if one.kind == "corrective"), None)


def _owed(book: Book, invoice: Invoice, until: date) -> Decimal:
    """What a document asked for and was owed, as its credit notes up to `until` (inclusive) say, or what replaces it."""
    asked, last, seen = invoice.payable, invoice, {invoice.number}
    while (new := _replaced(book, last, until)) and new.number not in seen:
        if not same_customer(last, new):
            return ZERO
        asked, last = min(asked, new.payable), new
        seen.add(new.number)
    left = last.payable + sum((note.payable for note in _notes(book, last, until) if note.gives_back), ZERO)
    return min(asked, left) if last is not invoice else left


def corrects(one: Allocation) -> bool:
    """Whether a credit note settles by its own word, so that less was owed: a payment's word sets it off, and what a cancellation
    settles is asked for anew."""
    return one.other is not None and one.source == one.other.source and one.other.kind != "cancellation"


def _charged_before(before: Claimed) -> Sequence[Step]:
    steps = []
    for start, end in before.days:
        since = "these days are" if start == date.min else f"the days from {start} on are"
        steps.append(Step("claimed until", "as written", (end,), end, f"{since} charged already"))
    return steps
