"""Tax that is owed only once paid: what becomes due at each payment, and what the books have moved.

A document's tax becomes due as its claim is paid: after each payment round(tax × paid / claim), so that the parts add up to
the tax exactly (for services in France: CGI, art. 269-2 c). What is paid at once is a part of the claim; what the document
books as owed at once is no longer due. A credit note that is used lowers the claim and the tax of what it settles by its own.
What is written off never becomes due, nor does the tax on a discount: it is cancelled.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal, NamedTuple

from beancount_invoicing.model import ZERO, Book, Source, Step
from beancount_invoicing.receivables.allocation import Allocated, Allocation, allocate
from beancount_invoicing.rules.currencies import decimals
from beancount_invoicing.rules.steps import round_to


class Pending(NamedTuple):
    """Where tax waits: the pending account, the code, the currency in which it is booked."""

    account: str
    code: str
    currency: str


@dataclass(frozen=True, slots=True)
class TaxShare:
    """What one settlement makes due (or, `written_off` or by its `discount`, cancels) of the tax of one document."""

    date: date
    number: str
    customer: str
    pending: Pending
    amount: Decimal
    written_off: bool
    discount: bool
    source: Source
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class TaxTotal:
    """One code: what documents put on the pending account, and what should and did leave it."""

    pending: Pending
    due_account: str | None
    booked: Decimal
    """By documents (drafts aside), credit notes and deposits deducted."""
    due: Decimal
    moved: Decimal
    """By the books, to what is owed."""
    cancelled: Decimal
    """By write-offs and discounts."""
    taken_off: Decimal
    """By the books' write-offs and discounts."""

    @property
    def to_move(self) -> Decimal:
        """What the books should still move to what is owed; negative: too much was moved."""
        return self.due - self.moved

    @property
    def to_cancel(self) -> Decimal:
        """What the books should still take off because it is lost or given up."""
        return self.cancelled - self.taken_off


@dataclass(frozen=True, slots=True)
class TaxDue:
    """All of it as of the end of a day."""

    as_of: date
    shares: tuple[TaxShare, ...]
    totals: tuple[TaxTotal, ...]


def tax_due(book: Book, as_of: date, allocated: Allocated | None = None) -> TaxDue:
    """What of the taxes on payments became due up to `as_of` (inclusive), and what the ledger's postings moved.

    Amounts are in the currency in which the tax is booked, rounded to its decimals, half away from zero.
    """
    allocated = allocated or allocate(book, as_of)
    by_invoice: defaultdict[int, list[Allocation]] = defaultdict(list)
    for one in allocated.allocations:
        by_invoice[id(one.invoice)].append(one)
    unknown = {
        one.source for one in allocated.allocations if one.invoice.kind == "opening"
    }  # of open items taken over no tax is known: what a payment of one moves cannot be checked
    waiting: defaultdict[str, defaultdict[Pending, Decimal]] = defaultdict(lambda: defaultdict(lambda: ZERO))
    straight: defaultdict[tuple[str, Pending], Decimal] = defaultdict(lambda: ZERO)
    moved: defaultdict[Pending, Decimal] = defaultdict(lambda: ZERO)
    taken_off: defaultdict[Pending, Decimal] = defaultdict(lambda: ZERO)
    for movement in book.tax_movements:
        if movement.date > as_of:
            continue
        where = Pending(movement.account, movement.code, movement.currency)
        if movement.straight:
            straight[movement.number, where] -= movement.amount
        elif movement.number:
            waiting[movement.number][where] -= movement.amount
        elif unknown.isdisjoint(movement.beside):
            (taken_off if movement.write_off or movement.discount else moved)[where] += movement.amount
    booked: defaultdict[Pending, Decimal] = defaultdict(lambda: ZERO)
    due: defaultdict[Pending, Decimal] = defaultdict(lambda: ZERO)
    cancelled: defaultdict[Pending, Decimal] = defaultdict(lambda: ZERO)
    shares: list[TaxShare] = []
    for invoice in book.invoices:
        taxes = waiting.get(invoice.number)
        if invoice.draft or not taxes or invoice.since > as_of:
            continue
        those = sorted(by_invoice[id(invoice)], key=lambda one: one.date)
        name = invoice.customer.name if invoice.customer else ""
        for where, tax in sorted(taxes.items()):
            booked[where] += tax
            at_once = straight[invoice.number, where]
            state = _State(invoice.payable, tax + at_once, at_once, decimals(where.currency))
            for one in those:
                if one.other is not None:
                    theirs = ZERO
                    if one.other.number in waiting and one.other.payable:
                        whole = waiting[one.other.number][where] + straight[one.other.number, where]
                        theirs = whole * abs(one.amount) / abs(one.other.payable)
                    turned = invoice.payable < 0
                    credit = -state.whole_tax * abs(one.amount) / abs(state.whole) if turned else theirs
                    made = state.credited(one.amount, credit)
                elif "write-off" in {one.how, one.reverses}:
                    made = state.lost(one.amount)
                elif "discount" in {one.how, one.reverses}:
                    made = state.given_up(one.amount)
                else:
                    made = state.settled(one.amount)
                for what, amount, steps in made:
                    (due if what == "due" else cancelled)[where] += amount
                    shares.append(
                        TaxShare(
                            one.date, invoice.number, name, where, amount, what == "lost", what == "discount",
                            one.source, steps,
                        )
                    )  # fmt: skip
    places = sorted({*booked, *moved, *taken_off})
    totals = tuple(
        TaxTotal(
            where, _due_account(book, where.code, as_of), booked[where], due[where], moved[where], cancelled[where],
            taken_off[where],
        )
        for where in places
    )  # fmt: skip
    return TaxDue(as_of, tuple(sorted(shares, key=lambda one: (one.date, one.number, one.pending))), totals)


def _due_account(book: Book, code: str, day: date) -> str | None:
    dated = book.taxes.get(code)
    return dated.at(day).account if dated else None


What = Literal["due", "lost", "discount"]
Made = list[tuple[What, Decimal, tuple[Step, ...]]]


class _State:
    """One document and one tax while its settlements go by."""

    def __init__(self, claim: Decimal, tax: Decimal, at_once: Decimal, places: int) -> None:
        self.whole = self.claim = claim
        self.whole_tax = self.tax = tax
        self.places = places
        self.paid = self.written_off = self.discounted = ZERO
        self.due, self.cancelled, self.given = at_once, ZERO, ZERO

    def credited(self, amount: Decimal, tax: Decimal) -> Made:
        """A document of the other direction takes `amount` of the claim, and its own `tax` of the tax, away."""
        self.claim -= amount
        self.tax += tax
        return self._changes()

    def lost(self, amount: Decimal) -> Made:
        """A part of the claim is written off."""
        self.written_off += amount
        return self._changes()

    def given_up(self, amount: Decimal) -> Made:
        """A part of the claim is given up by a discount."""
        self.discounted += amount
        return self._changes()

    def settled(self, amount: Decimal) -> Made:
        """A part of the claim is paid."""
        self.paid += amount
        return self._changes()

    def _changes(self) -> Made:
        """What became due, was lost or given up since, and the steps to it: of what is paid, then discounted, then lost."""
        paid, why = self._share(self.paid)
        discounted, why_given = self._share(self.paid + self.discounted)
        gone, why_gone = self._share(self.paid + self.discounted + self.written_off)
        changes: Made = []
        if paid != self.due:
            step = Step("tax due", "difference", (paid, self.due), paid - self.due, "less what was due before")
            changes.append(("due", paid - self.due, (*why, step)))
        cancelled: tuple[tuple[What, Decimal, Decimal, Decimal, tuple[Step, ...]], ...] = (
            ("discount", discounted, paid, self.given, why_given),
            ("lost", gone, discounted, self.cancelled, why_gone),
        )
        for what, until, since, before, steps in cancelled:
            if until - since != before:
                amount = until - since - before
                said = "less what is paid, and what was cancelled"
                changes.append(
                    (what, amount, (*steps, Step("tax cancelled", "difference", (until, since, before), amount, said)))
                )
        self.due, self.given, self.cancelled = paid, discounted - paid, gone - discounted
        return changes

    def _share(self, settled: Decimal) -> tuple[Decimal, tuple[Step, ...]]:
        if not self.claim:
            return ZERO, ()
        exact = self.tax * settled / self.claim
        rounded = round_to(exact, self.places)
        return rounded, (
            Step("tax", "share of", (self.tax, settled, self.claim), exact, "tax × settled / claim"),
            Step("tax", "rounded", (exact, self.places), rounded, "half away from zero"),
        )
