"""Tax that is owed only once paid: what becomes due at each payment, and what the books have moved.

A document's tax becomes due as its claim is paid: after each payment round(tax × paid / claim), so that the parts add up to
the tax exactly (for services in France: CGI, art. 269-2 c). A credit note that is used lowers the claim and the tax of what
it settles by its own. What is written off never becomes due: it is cancelled.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from beancount_invoicing.model import ZERO, Book, Invoice, Source, Step
from beancount_invoicing.receivables.allocation import Allocated, allocate
from beancount_invoicing.rules.currencies import decimals
from beancount_invoicing.rules.steps import round_to


class Pending(NamedTuple):
    """Where tax waits: the pending account, the code, the currency in which it is booked."""

    account: str
    code: str
    currency: str


@dataclass(frozen=True, slots=True)
class TaxShare:
    """What one settlement makes due (or, `written_off`, cancels) of the tax of one document."""

    date: date
    number: str
    customer: str
    pending: Pending
    amount: Decimal
    written_off: bool
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
    taken_off: Decimal
    """By the books' write-offs."""

    @property
    def to_move(self) -> Decimal:
        """What the books should still move to what is owed; negative: too much was moved."""
        return self.due - self.moved

    @property
    def to_cancel(self) -> Decimal:
        """What the books should still take off because it is lost."""
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
    by_invoice: defaultdict[int, list[int]] = defaultdict(list)
    for index, one in enumerate(allocated.allocations):
        if one.instalment is not None:
            by_invoice[id(one.invoice)].append(index)
    unknown = {
        one.source for one in allocated.allocations if one.invoice.kind == "opening"
    }  # of open items taken over no tax is known: what a payment of one moves cannot be checked
    waiting: defaultdict[str, defaultdict[Pending, Decimal]] = defaultdict(lambda: defaultdict(lambda: ZERO))
    moved: defaultdict[Pending, Decimal] = defaultdict(lambda: ZERO)
    taken_off: defaultdict[Pending, Decimal] = defaultdict(lambda: ZERO)
    for movement in book.tax_movements:
        if movement.date > as_of:
            continue
        where = Pending(movement.account, movement.code, movement.currency)
        if movement.number:
            waiting[movement.number][where] -= movement.amount
        elif unknown.isdisjoint(movement.beside):
            (taken_off if movement.write_off else moved)[where] += movement.amount
    booked: defaultdict[Pending, Decimal] = defaultdict(lambda: ZERO)
    due: defaultdict[Pending, Decimal] = defaultdict(lambda: ZERO)
    cancelled: defaultdict[Pending, Decimal] = defaultdict(lambda: ZERO)
    shares: list[TaxShare] = []
    for invoice in book.invoices:
        taxes = waiting.get(invoice.number)
        if invoice.draft or not taxes or invoice.since > as_of:
            continue
        those = sorted((allocated.allocations[index] for index in by_invoice[id(invoice)]), key=lambda one: one.date)
        name = invoice.customer.name if invoice.customer else ""
        for where, tax in sorted(taxes.items()):
            booked[where] += tax
            state = _State(_claim(invoice), tax, decimals(where.currency))
            for one in those:
                if one.other is not None:
                    whole = abs(_claim(one.other))
                    theirs = waiting[one.other.number][where] if one.other.number in waiting else ZERO
                    credit = (
                        -tax * abs(one.amount) / abs(state.whole)
                        if _turned(invoice)
                        else theirs * abs(one.amount) / whole
                    )
                    made = state.credited(one.amount, credit)
                else:
                    made = state.settled(one.amount, lost="write-off" in {one.how, one.reverses})
                for amount, lost, steps in made:
                    (cancelled if lost else due)[where] += amount
                    shares.append(TaxShare(one.date, invoice.number, name, where, amount, lost, one.source, steps))
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


def _claim(invoice: Invoice) -> Decimal:
    return sum((each.amount for each in invoice.instalments), ZERO)


def _turned(invoice: Invoice) -> bool:
    """Whether a document is in the customer's favour."""
    return _claim(invoice) < 0


class _State:
    """One document and one tax while its settlements go by."""

    def __init__(self, claim: Decimal, tax: Decimal, places: int) -> None:
        self.whole = self.claim = claim
        self.tax = tax
        self.places = places
        self.paid = self.lost = self.due = self.cancelled = ZERO

    def credited(self, amount: Decimal, tax: Decimal) -> list[tuple[Decimal, bool, tuple[Step, ...]]]:
        """A document of the other direction takes `amount` of the claim, and its own `tax` of the tax, away."""
        self.claim -= amount
        self.tax += tax
        return self._changes()

    def settled(self, amount: Decimal, lost: bool) -> list[tuple[Decimal, bool, tuple[Step, ...]]]:
        """A part of the claim is paid, or lost."""
        if lost:
            self.lost += amount
        else:
            self.paid += amount
        return self._changes()

    def _changes(self) -> list[tuple[Decimal, bool, tuple[Step, ...]]]:
        """What became due or is cancelled since: (amount, whether it is lost, steps)."""
        due, why = self._share(self.paid)
        gone, why_gone = self._share(self.paid + self.lost)
        changes = []
        if due != self.due:
            step = Step("tax due", "difference", (due, self.due), due - self.due, "less what was due before")
            changes.append((due - self.due, False, (*why, step)))
        if gone - due != self.cancelled:
            amount = gone - due - self.cancelled
            inputs = (gone, due, self.cancelled)
            steps = (
                *why_gone,
                Step("tax cancelled", "difference", inputs, amount, "less what is due, and what was cancelled"),
            )
            changes.append((amount, True, steps))
        self.due, self.cancelled = due, gone - due
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
