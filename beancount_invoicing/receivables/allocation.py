"""Which payment and credit note settles what, as of a date.

Explicit settlements (a posting's `settles`, a transaction's links, a credit note's `corrects`) come first, then the assumed
ones (option `allocate` "oldest"), each in the order of dates. Only what is dated on or before the as-of date plays a part,
so that nothing later changes an earlier report. On one day: invoices, credit notes, transfers, payments, reversals; among
equals values decide, never the order of lines or files.
"""

from __future__ import annotations

from bisect import insort
from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from beancount_invoicing.model import ZERO, Book, Day, Finding, How, Instalment, Invoice, Payment, Source, Transfer
from beancount_invoicing.rules.exact import exact
from beancount_invoicing.rules.numbering import link


class Claim(NamedTuple):
    """What an instalment still stands for on one account: `amount` has been claimed there, `open` is not settled."""

    invoice: Invoice
    instalment: Instalment
    account: str
    amount: Decimal
    open: Decimal


class Allocation(NamedTuple):
    """A part of a claim that is settled (or, `reversal`, open again): sums up to what is settled of the document."""

    date: date
    invoice: Invoice
    instalment: int | None
    """None for what was paid at once outside the customer's account."""
    account: str
    amount: Decimal
    """With the sign of the claim; a reversal has the opposite one."""
    how: How
    source: Source
    other: Invoice | None = None
    """The document on the other side, where two documents settle each other (`credit-note`)."""
    reverses: How | None = None
    """Of a reversal: what it takes back."""
    came: Day | None = None
    """The day of the payment that settles, or takes back; None of documents."""

    @property
    def received(self) -> Day:
        """The day on which the money came: before `date` where it lay on the account first."""
        return self.came or self.date


class Unallocated(NamedTuple):
    """What is left of a payment (or debit) that no claim takes."""

    payment: Payment
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Allocated:
    """Everything allocated once, or unallocated once."""

    as_of: date
    claims: tuple[Claim, ...]
    allocations: tuple[Allocation, ...]
    unallocated: tuple[Unallocated, ...]
    notices: tuple[Finding, ...]
    """Warnings about payments that could not do what they say."""


class _Settled:
    """A settlement of a part, with what has not been taken back of it."""

    __slots__ = ("amount", "day", "how", "order")

    def __init__(self, amount: Decimal, how: How, order: int, day: date) -> None:
        self.day = day
        self.amount = amount
        self.how = how
        self.order = order
        """Settlements are taken back from the latest one on."""


class _Part:
    """An instalment, or what of it stands on one account."""

    __slots__ = ("account", "amount", "instalment", "invoice", "key", "open", "settled_by")

    def __init__(self, invoice: Invoice, instalment: Instalment, account: str, amount: Decimal) -> None:
        self.invoice = invoice
        self.instalment = instalment
        self.account = account
        self.amount = amount
        self.open = amount
        self.key = (instalment.due, invoice.date, invoice.number, instalment.index, account, invoice.source)
        self.settled_by: list[_Settled] = []
        """Per payment, oldest first, what of it can still be reversed."""


class _Payer:
    """A payment or credit on its way to claims, with what is left of it."""

    __slots__ = ("how", "key", "left", "moves", "names", "payment")

    def __init__(self, payment: Payment, moves: bool = False) -> None:
        self.moves = moves
        """A leg of a transfer: it moves claims, and is never assumed to settle one."""
        self.payment = payment
        self.left = payment.amount
        self.names = payment.settles or payment.links
        self.how: How = (
            payment.means if payment.means != "money" else "at-once" if payment.at_once else
            "settles" if payment.settles else "link"
        )  # fmt: skip
        self.key = _payment_key(payment)


def _payment_key(payment: Payment) -> tuple[object, ...]:
    names = payment.settles or payment.links
    return (
        payment.date, payment.amount, names, payment.instalment or 0, payment.account, payment.currency,
        payment.means, payment.narration, payment.source,
    )  # fmt: skip


def _opposite(one: Decimal, other: Decimal) -> bool:
    return (one < 0 < other) or (other < 0 < one)


def _reach(open_: Decimal, left: Decimal) -> Decimal:
    """How much of `open_` (with its sign) `left`, of the opposite sign, settles."""
    return min(abs(open_), abs(left)).copy_sign(open_)


class _Allocating:
    """One run of the allocation, day by day."""

    def __init__(self, book: Book, as_of: date) -> None:
        self.book = book
        self.as_of = as_of
        self.parts: list[_Part] = []
        self.of_invoice: defaultdict[int, list[_Part]] = defaultdict(list)
        self.allocations: list[Allocation] = []
        self.payers: list[_Payer] = []
        self.waiting: defaultdict[str, list[_Payer]] = defaultdict(list)
        self.waiting_notes: defaultdict[str, list[tuple[date, Invoice]]] = defaultdict(list)
        self.notices: list[Finding] = []
        self.position: dict[str, int] = {}
        self.invoices = [invoice for invoice in book.invoices if not invoice.draft and invoice.kind != "void"]
        self.direction = [_direction(invoice) for invoice in self.invoices]
        for index, invoice in enumerate(self.invoices):
            self.position.setdefault(invoice.number, index)
        self.by_link: defaultdict[str, list[str]] = defaultdict(list)
        for number in self.position:
            self.by_link[link(number)].append(number)

    def run(self) -> Allocated:
        """All days up to the as-of date."""
        steps: list[tuple[tuple[object, ...], int, object]] = []
        for index, invoice in enumerate(self.invoices):
            if invoice.since <= self.as_of:
                rank = 1 if self.direction[index] < 0 else 0
                steps.append(((invoice.since, rank, invoice.date, invoice.number, invoice.source), rank, index))
        for transfer in self.book.transfers:
            if transfer.date <= self.as_of:
                legs = tuple(sorted(_payment_key(leg) for leg in transfer.legs))
                steps.append(((transfer.date, 2, legs), 2, transfer))
        for payment in self.book.payments:
            if payment.date <= self.as_of:
                payer = _Payer(payment)
                self.payers.append(payer)
                rank = 4 if self._reverses(payment) else 3
                steps.append(((payment.date, rank, *payer.key[1:]), rank, payer))
        steps.sort(key=lambda step: step[0])
        for _key, _rank, what in steps:
            if isinstance(what, int):
                self._claim(what, self.invoices[what])
            elif isinstance(what, Transfer):
                self._transfer(what)
            elif isinstance(what, _Payer):
                self._pay(what, what.payment.date)
        self._assume()
        self._notice()
        return Allocated(
            as_of=self.as_of,
            claims=tuple(
                Claim(part.invoice, part.instalment, part.account, part.amount, part.open) for part in self.parts
            ),
            allocations=tuple(self.allocations),
            unallocated=tuple(Unallocated(payer.payment, payer.left) for payer in self.payers if payer.left),
            notices=tuple(self.notices),
        )

    def _reverses(self, payment: Payment) -> bool:
        """Whether a payment names only claims of its own direction."""
        directions = {
            self.direction[self.position[name]] for name in (payment.settles or payment.links) if name in self.position
        }
        return bool(directions) and directions == {1 if payment.amount > 0 else -1}

    # claims --------------------------------------------------------------------------------------------------------

    def _claim(self, index: int, invoice: Invoice) -> None:
        """A document enters the books; what has been waiting for it comes to it."""
        for paid in invoice.at_once:
            self.allocations.append(
                Allocation(invoice.since, invoice, None, paid.account, paid.amount, "at-once", paid.source)
            )
        for instalment in invoice.instalments:
            part = _Part(invoice, instalment, instalment.account, instalment.amount)
            self.parts.append(part)
            self.of_invoice[index].append(part)
        if self.position[invoice.number] != index:
            return
        if self.direction[index] < 0:
            for name in self._corrected(invoice):
                self.waiting_notes[name].append((invoice.since, invoice))
            for name in self._corrected(invoice):
                self._settle_by_note(invoice, name, invoice.since)
        self._wake(invoice.number, invoice.since)

    def _wake(self, number: str, day: date) -> None:
        for _since, note in self.waiting_notes.get(number, ()):
            self._settle_by_note(note, number, day)
        for payer in self.waiting.get(number, ()):
            if payer.left and not self._reverses(payer.payment):
                self._pay(payer, day)

    def _corrected(self, note: Invoice) -> tuple[str, ...]:
        if note.corrects:
            return note.corrects
        names = sorted({name for each in note.links for name in self.by_link.get(each, ())} - {note.number})
        return tuple(name for name in names if _customer(self.invoices[self.position[name]]) == _customer(note))

    def _existing(self, number: str) -> list[_Part]:
        index = self.position.get(number)
        return self.of_invoice.get(index, []) if index is not None else []

    def _settle_by_note(self, note: Invoice, number: str, day: date) -> None:
        """A credit note settles what it corrects, as far as both are open, on the same account in the same currency."""
        target_parts = sorted((part for part in self._existing(number) if part.open), key=lambda part: part.key)
        for credit in sorted(self._existing(note.number), key=lambda part: part.key):
            for part in target_parts:
                if part.account == credit.account and part.invoice.currency == note.currency:
                    self._offset(credit, part, day, note.source, part.invoice.source)

    def _offset(self, credit: _Part, part: _Part, day: date, for_part: Source, for_credit: Source) -> None:
        """Two claims of opposite directions settle each other."""
        if not _opposite(credit.open, part.open):
            return
        amount = _reach(part.open, credit.open)
        part.open -= amount
        credit.open += amount
        self._record(day, part, amount, "credit-note", for_part, credit.invoice)
        self._record(day, credit, -amount, "credit-note", for_credit, part.invoice)

    def _record(
        self,
        day: date,
        part: _Part,
        amount: Decimal,
        how: How,
        source: Source,
        other: Invoice | None = None,
        came: date | None = None,
    ) -> None:
        self.allocations.append(
            Allocation(day, part.invoice, part.instalment.index, part.account, amount, how, source, other, came=came)
        )

    # payments ------------------------------------------------------------------------------------------------------

    def _named(self, payer: _Payer) -> list[_Part]:
        """The parts that a payment names and may settle: on its account, in its currency, oldest due first."""
        payment = payer.payment
        parts = [
            part
            for name in payer.names
            for part in self._existing(name)
            if part.account == payment.account
            and part.invoice.currency == payment.currency
            and (payment.instalment is None or part.instalment.index == payment.instalment)
        ]
        return sorted(parts, key=lambda part: part.key)

    def _pay(self, payer: _Payer, day: date) -> None:
        """Lets a payment settle, or reverse, what it names; the rest of it waits for what it names to come or re-open."""
        payment = payer.payment
        if not payer.names:
            return
        for name in payer.names:
            if payer not in self.waiting[name]:
                insort(self.waiting[name], payer, key=lambda one: one.key)
        parts = self._named(payer)
        if self._reverses(payment):
            self._reverse(payer, parts, day)
            return
        against = [part for part in parts if _opposite(part.open, payer.left)]
        if len(payer.names) > 1:
            for credit in [part for part in parts if part.open and not _opposite(part.open, payer.left)]:
                for part in against:
                    self._offset(credit, part, day, payment.source, payment.source)
        for part in against:
            if payer.left and part.open:
                self._settle(payer, part, day, payer.how)

    def _settle(self, payer: _Payer, part: _Part, day: date, how: How) -> None:
        amount = _reach(part.open, payer.left)
        part.open -= amount
        payer.left += amount
        part.settled_by.append(_Settled(amount, how, len(self.allocations), day))
        self._record(day, part, amount, how, payer.payment.source, came=payer.payment.date)

    def _reverse(self, payer: _Payer, parts: Sequence[_Part], day: date) -> None:
        """A bounced debit or refund: first what is left over of the payments that name the same, then the latest settled."""
        for name in payer.names:
            for other in reversed(self.waiting[name]):
                if (
                    _opposite(other.left, payer.left)
                    and other.payment.date <= day
                    and other.payment.account == payer.payment.account
                    and other.payment.currency == payer.payment.currency
                ):
                    amount = _reach(other.left, payer.left)
                    other.left -= amount
                    payer.left += amount
        made = [(settled, part) for part in parts for settled in part.settled_by if settled.day <= day]
        for settled, part in sorted(made, key=lambda one: one[0].order, reverse=True):
            if not payer.left or not settled.amount:
                continue
            amount = min(abs(settled.amount), abs(payer.left)).copy_sign(payer.left)
            settled.amount -= amount
            part.open += amount
            payer.left -= amount
            self.allocations.append(
                Allocation(
                    day, part.invoice, part.instalment.index, part.account, -amount, "reversal", payer.payment.source,
                    reverses=settled.how, came=payer.payment.date,
                )
            )  # fmt: skip
        for name in payer.names:
            for _since, note in self.waiting_notes.get(name, ()):
                self._settle_by_note(note, name, day)

    def _transfer(self, transfer: Transfer) -> None:
        """Moves the claims that the legs name to the accounts of the legs on the other side; nothing is settled."""
        legs = sorted((_Payer(leg, moves=True) for leg in transfer.legs), key=lambda leg: leg.key)
        named = False
        for leg in legs:
            names = leg.names
            named = named or bool(names)
            for part in self._named(leg):
                if not leg.left:
                    break
                if _opposite(part.open, leg.left):
                    for target in legs:
                        if _opposite(target.left, leg.left) and target.payment.account != part.account and part.open:
                            self._move(part, leg, target)
        self.payers += legs
        for leg in legs:
            if leg.left:
                for name in leg.names:
                    insort(self.waiting[name], leg, key=lambda one: one.key)
        if not named:
            self.notices.append(
                Finding(
                    "warning",
                    "transfer-names-none",
                    f"this moves {abs(legs[0].payment.amount)} {transfer.currency} between accounts of one customer, but"
                    ' names no invoice: write settles: "…" on its postings, or link it, so that the claim moves too',
                    transfer.source,
                )
            )

    def _move(self, part: _Part, leg: _Payer, target: _Payer) -> None:
        amount = min(abs(part.open), abs(leg.left), abs(target.left)).copy_sign(part.open)
        moved = _Part(part.invoice, part.instalment, target.payment.account, amount)
        self.parts.append(moved)
        self.of_invoice[self.position[part.invoice.number]].append(moved)
        part.amount -= amount
        part.open -= amount
        leg.left += amount
        target.left -= amount

    # assumed -------------------------------------------------------------------------------------------------------

    def _assume(self) -> None:
        """Payments that name nothing go to the oldest due, where the option says so on their day."""
        if "allocate" not in self.book.options:
            return
        payers: defaultdict[tuple[str, str], list[_Payer]] = defaultdict(list)
        for payer in self.payers:
            if payer.left >= 0 or payer.names or payer.moves:
                continue
            if self.book.option("allocate", payer.payment.date) == "oldest":
                payers[payer.payment.account, payer.payment.currency].append(payer)
        if not payers:
            return
        claims: defaultdict[tuple[str, str], list[_Part]] = defaultdict(list)
        for part in self.parts:
            where = part.account, part.invoice.currency
            if part.open > 0 and where in payers:
                claims[where].append(part)
        reversals: defaultdict[tuple[str, str], list[_Payer]] = defaultdict(list)
        for payer in self.payers:
            if payer.left > 0 and not payer.moves and self._reverses(payer.payment):
                reversals[payer.payment.account, payer.payment.currency].append(payer)
        for where in sorted(payers):
            those = sorted(payers[where], key=lambda payer: payer.key)
            parts = sorted(claims[where], key=lambda part: part.key)
            back = sorted(reversals[where], key=lambda payer: payer.key)
            days = {payer.payment.date for payer in (*those, *back)} | {part.invoice.since for part in parts}
            for day in sorted(days):
                self._assume_on(day, those, parts)
                bounced = [payer for payer in back if payer.payment.date == day]
                for payer in bounced:  # what was assumed to be settled can bounce too
                    self._reverse(payer, self._named(payer), day)
                if bounced:
                    self._assume_on(day, those, parts)

    def _assume_on(self, day: date, payers: Sequence[_Payer], parts: Sequence[_Part]) -> None:
        """The payments up to a day go to the claims up to that day, the oldest due first."""
        still = deque(part for part in parts if part.open > 0 and part.invoice.since <= day)
        for payer in payers:
            if not still:
                return
            how: How = "oldest" if payer.payment.means == "money" else payer.how
            while still and payer.left and payer.payment.date <= day:
                self._settle(payer, still[0], day, how)
                if not still[0].open:
                    still.popleft()

    # notices -------------------------------------------------------------------------------------------------------

    def _notice(self) -> None:
        """Warnings for payments that name something and could not settle it."""
        for payer in self.payers:
            if not payer.left or not payer.names:
                continue
            payment = payer.payment
            known = [self.invoices[self.position[name]] for name in payer.names if name in self.position]
            if any(invoice.since > self.as_of for invoice in known) or not known:
                continue
            numbers = ", ".join(payer.names)
            parts = [part for name in payer.names for part in self._existing(name)]
            here = [p for p in parts if p.account == payment.account and p.invoice.currency == payment.currency]
            if parts and not here:
                where = sorted({f"{part.account} in {part.invoice.currency}" for part in parts})
                there = sorted({part.invoice.currency for part in parts if part.account == payment.account})
                remedy = (
                    f"book what it is worth in {there[0]} on that account, and its price at the bank: … {payment.currency}"
                    f" @ … {there[0]}"
                    if there
                    else "book it on that account"
                )
                rule = "settles-elsewhere"
                message = (
                    f"{payment.amount} {payment.currency} on {payment.account} names {numbers}, which stands on"
                    f" {', '.join(where)}: it stays unallocated; {remedy}"
                )
            else:
                rule = "settles-beyond-open"
                was = "settled" if self._reverses(payment) else "open"
                message = (
                    f"{payment.amount} {payment.currency} names {numbers}, but only {abs(payment.amount - payer.left)} was"
                    f" {was} there: {abs(payer.left)} stays unallocated"
                )
            self.notices.append(Finding("warning", rule, message, payment.source))


def _direction(invoice: Invoice) -> int:
    return -1 if sum((part.amount for part in invoice.instalments), ZERO) < 0 else 1


def _customer(invoice: Invoice) -> str:
    return invoice.customer.account if invoice.customer else ""


@exact
def allocate(book: Book, as_of: date) -> Allocated:
    """Allocates every payment and credit note dated on or before `as_of` (inclusive)."""
    return _Allocating(book, as_of).run()
