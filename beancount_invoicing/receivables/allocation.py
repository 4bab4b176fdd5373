"""Which payment and credit note settles what, as of a date.

Explicit settlements (a posting's `settles`, a transaction's links, a credit note's `corrects`) come first, then the assumed ones
(option `allocate` "oldest"), each in the order of dates. Only entries dated on or before the as-of date are used, so nothing later
changes an earlier report. The order within a day is: invoices, credit notes, transfers between accounts, payments, losses,
allocations of money on the account, losses taken back, reversals. Among equals, values decide, never the order of lines or files.

A reference to an invoice that was replaced also means its corrective invoice. The cancellation settles what is open of the replaced
invoice, and what was paid of it pays the corrective one, or whatever else the rest is used for. It remains the money of the day on
which it came. Money that comes later under the old number pays the new invoice.

Money comes before losses: a payment on a claim that was written off revives that much of the claim, and the loss is too large by
that amount until an entry takes it back. So it does not matter which of the two is booked first.
"""

from __future__ import annotations

from bisect import insort
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple

from beancount_invoicing.model import (
    ZERO,
    AllocationKind,
    Book,
    Day,
    Finding,
    Instalment,
    Invoice,
    Payment,
    Source,
    Transfer,
    require_date,
)
from beancount_invoicing.receivables.allocation_order import allocation_order, reverses
from beancount_invoicing.receivables.allocation_state import (
    AllocatableAmount,
    CancelledInvoicePayment,
    OpenItemMove,
    OpenItemPart,
    OpenPayment,
    Settlement,
    moves_claims,
    opposite,
    settled_amount,
)
from beancount_invoicing.receivables.notices import AllocationRemainder, allocation_notices
from beancount_invoicing.rules.exact import exact
from beancount_invoicing.rules.numbering import link


class OpenItem(NamedTuple):
    """What is left of an instalment on one account: `amount` is claimed there, `open` is not settled."""

    invoice: Invoice
    instalment: Instalment
    account: str
    amount: Decimal
    open: Decimal


class Allocation(NamedTuple):
    """A part of a claim that is settled (or, for a `reversal`, open again); they add up to the settled amount of the document."""

    date: date
    invoice: Invoice
    instalment: int | None
    """None for what was paid at once outside the customer's account."""
    account: str
    amount: Decimal
    """It has the sign of the claim; a reversal has the opposite sign."""
    how: AllocationKind
    source: Source
    counter_document: Invoice | None = None
    """The other document, if two documents settle each other (`credit-note`)."""
    reverses: AllocationKind | None = None
    """For a reversal: what it takes back."""
    paid_on: Day | None = None
    """The day of the payment that settles, or takes back; None for documents."""
    paid_by: Source | None = None
    """The entry by which the money came, if `source` is another one: of money that lay on the account, or that paid another
    document before (`replacement`).
    """

    @property
    def received_on(self) -> Day:
        """The day on which the money came: before `date` if it was on the account first."""
        return self.paid_on or self.date


class Unallocated(NamedTuple):
    """What is left of a payment (or debit) that no claim takes."""

    payment: Payment
    amount: Decimal


class BadDebtRecovery(NamedTuple):
    """A loss of which `amount` (above 0) was paid after all, most recently on `date`, and not yet taken back by an entry."""

    payment: Payment
    amount: Decimal
    date: Day


class Allocated(NamedTuple):
    """The result: each amount is in it once, either allocated or unallocated."""

    as_of: date
    open_items: tuple[OpenItem, ...]
    allocations: tuple[Allocation, ...]
    unallocated: tuple[Unallocated, ...]
    recoveries: tuple[BadDebtRecovery, ...]
    notices: tuple[Finding, ...]
    """Warnings about payments that could not settle what they name."""
    moves: tuple[OpenItemMove, ...] = ()


class _Allocating:
    """One run of the allocation, day by day."""

    def __init__(self, book: Book, as_of: date) -> None:
        self.book = book
        self.as_of = as_of
        self.parts: list[OpenItemPart] = []
        self.of_invoice: defaultdict[int, list[OpenItemPart]] = defaultdict(list)
        self.allocations: list[Allocation] = []
        self.payers: list[OpenPayment] = []
        self.waiting: defaultdict[str, list[OpenPayment]] = defaultdict(list)
        self.transfers: list[tuple[Transfer, list[OpenPayment]]] = []
        self.waiting_transfers: defaultdict[str, list[tuple[Transfer, list[OpenPayment]]]] = defaultdict(list)
        self.waiting_notes: defaultdict[str, list[tuple[date, Invoice]]] = defaultdict(list)
        self.moves: list[OpenItemMove] = []
        order = allocation_order(book)
        self.order = order
        self.invoices, self.direction, self.position = order.documents, order.direction, order.position
        self.paid: dict[str, deque[CancelledInvoicePayment]] = {}
        """By the number of a cancellation: what was paid of the cancelled document and pays nothing else yet, the oldest first."""
        self.replaced: dict[str, str] = {}
        """By number: the invoice that replaces a document."""
        for invoice in self.invoices:
            if invoice.kind == "corrective" and invoice.booked_from <= as_of:
                for number in invoice.corrects:
                    self.replaced.setdefault(number, invoice.number)
            elif invoice.replaces and invoice.booked_from <= as_of:
                self.replaced.setdefault(invoice.replaces, invoice.number)

    def run(self) -> Allocated:
        """All days up to the as-of date."""
        payers: dict[int, OpenPayment] = {}
        for place, payment in enumerate(self.book.payments):
            if payment.date <= self.as_of:
                payer = OpenPayment(payment, self.order.payment_keys[place])
                payer.names = self._followed(payer.names)
                self.payers.append(payer)
                payers[place] = payer
        for step in self.order.steps:
            if step.date > self.as_of:
                break
            if step.document is not None:
                self._claim(step.document, self.invoices[step.document])
            elif step.payment is not None:
                self._pay(payers[step.payment], step.date, back=self.order.reverses[step.payment])
            elif step.transfer is not None:
                self._transfer(step.transfer)
        self._assume()
        left = AllocationRemainder(
            self.book, self.as_of, self.parts, self.payers, self.transfers, self.moves, self._known, self._existing, self._reverses
        )  # fmt: skip
        return Allocated(
            as_of=self.as_of,
            open_items=tuple(
                OpenItem(part.invoice, part.instalment, part.account, part.amount, part.open) for part in self.parts
            ),
            allocations=tuple(self.allocations),
            unallocated=tuple(Unallocated(payer.payment, payer.left) for payer in self.payers if payer.left),
            recoveries=tuple(
                BadDebtRecovery(payer.payment, payer.taken, payer.taken_on) for payer in self.payers if payer.taken
            ),
            notices=tuple(allocation_notices(left)),
            moves=tuple(self.moves),
        )

    def _reverses(self, payment: Payment) -> bool:
        """Whether a payment names only claims of its own direction."""
        return reverses(payment, self.position, self.direction)

    @cached_property
    def by_link(self) -> dict[str, list[str]]:
        """The numbers of documents by their links."""
        found: defaultdict[str, list[str]] = defaultdict(list)
        for number in self.position:
            found[link(number)].append(number)
        return found

    # claims --------------------------------------------------------------------------------------------------------

    def _claim(self, index: int, invoice: Invoice) -> None:
        """A document enters the books; whatever was waiting for it is applied to it."""
        for paid in invoice.immediate_payments:
            self.allocations.append(
                Allocation(invoice.booked_from, invoice, None, paid.account, paid.amount, "at-once", paid.source)
            )
        for instalment in invoice.instalments:
            part = OpenItemPart(invoice, instalment, instalment.account, instalment.amount)
            self.parts.append(part)
            self.of_invoice[index].append(part)
        if self.position[invoice.number] != index:
            return
        if self.direction[index] < 0:
            if invoice.kind == "cancellation":
                self._assume_before(invoice)
                self.paid[invoice.number] = self._paid_of(invoice)
            for name in self._corrected(invoice):
                self.waiting_notes[name].append((invoice.booked_from, invoice))
            for name in self._corrected(invoice):
                self._settle_by_note(invoice, name, invoice.booked_from)
        self._wake(invoice.number, invoice.booked_from)

    def _wake(self, number: str, day: date) -> None:
        """A document is there, is open again, or has moved to another account: whatever waits for it is applied to it."""
        for transfer, legs in self.waiting_transfers.get(number, ()):
            self._resume(transfer, legs, day)
        for _since, note in self.waiting_notes.get(number, ()):
            self._settle_by_note(note, number, day)
        for payer in self.waiting.get(number, ()):
            if payer.left and not self._reverses(payer.payment):
                self._pay(payer, day, back=False)

    def _corrected(self, note: Invoice) -> tuple[str, ...]:
        if note.corrects:
            return self._followed(note.corrects) if note.kind == "cancellation" else note.corrects
        names = sorted({name for link in note.links for name in self.by_link.get(link, ())} - {note.number})
        customer = note.customer.account if note.customer else ""
        return tuple(
            name
            for name in names
            if self.book.is_owed_by(self.invoices[self.position[name]], customer, note.booked_from)
        )

    def _followed(self, names: tuple[str, ...]) -> tuple[str, ...]:
        """Documents by number, each together with the one that replaces it."""
        if self.replaced.keys().isdisjoint(names):
            return names
        result = dict.fromkeys(names)
        for name in names:
            while (name := self.replaced.get(name, "")) and name not in result:
                result[name] = None
        return tuple(result)

    def _known(self, number: str) -> Invoice | None:
        index = self.position.get(number)
        return self.invoices[index] if index is not None else None

    def _existing(self, number: str) -> list[OpenItemPart]:
        index = self.position.get(number)
        return self.of_invoice.get(index, []) if index is not None else []

    def _settle_by_note(self, note: Invoice, number: str, day: date) -> None:
        """A credit note settles what it corrects, as far as both are open on the same account in the same currency."""
        target_parts = sorted((part for part in self._existing(number) if part.open), key=lambda part: part.key)
        for credit in sorted(self._existing(note.number), key=lambda part: part.key):
            for part in target_parts:
                if part.account == credit.account and part.invoice.currency == note.currency:
                    self._offset(credit, part, day, note.source, part.invoice.source)

    def _offset(
        self,
        credit: OpenItemPart,
        part: OpenItemPart,
        day: date,
        for_part: Source,
        for_credit: Source,
        most: Decimal | None = None,
    ) -> None:
        """Two claims with opposite signs settle each other, as far as both reach, or up to `most` (above 0).

        A cancellation settles the document that it cancels. Anything else it settles with the money that was paid of that document:
        as a payment, not as a credit.
        """
        if not opposite(credit.open, part.open):
            return
        amount = settled_amount(part.open, credit.open if most is None else most)
        if credit.invoice.kind == "cancellation" and part.invoice.number not in credit.invoice.corrects:
            for paid in self._taken(credit.invoice, amount, day):
                self._hand_on(credit, part, paid, day, for_part, for_credit)
            return
        part.open -= amount
        credit.open += amount
        self._record(day, part, amount, "credit-note", for_part, credit.invoice)
        self._record(day, credit, -amount, "credit-note", for_credit, part.invoice)

    def _paid_of(self, note: Invoice) -> deque[CancelledInvoicePayment]:
        """What was paid of the document that a cancellation cancels, the oldest first."""
        settlements = [
            settlement
            for name in note.corrects
            for part in self._existing(name)
            for settlement in part.settled_by
            if settlement.amount > 0
        ]
        return deque(
            CancelledInvoicePayment(settlement.amount, settlement.came, settlement.money)
            for settlement in sorted(settlements, key=lambda settlement: (settlement.came, settlement.order))
        )

    def _taken(self, note: Invoice, most: Decimal, day: date) -> Iterator[CancelledInvoicePayment]:
        """`most` (above 0) of what was paid of the cancelled document; any part that nobody paid counts as received today."""
        paid = self.paid.get(note.number, deque())
        while most and paid:
            first = paid.popleft()
            taken = first._replace(amount=min(first.amount, most))
            if first.amount > taken.amount:
                paid.appendleft(first._replace(amount=first.amount - taken.amount))
            most -= taken.amount
            yield taken
        if most:
            yield CancelledInvoicePayment(most, day, note.source)

    def _hand_on(
        self,
        credit: OpenItemPart,
        part: OpenItemPart,
        paid: CancelledInvoicePayment,
        day: date,
        for_part: Source,
        for_credit: Source,
    ) -> None:
        """What was paid of a cancelled document pays another one, from `day` on."""
        amount, came, money = paid
        part.open -= amount
        credit.open += amount
        part.settled_by.append(Settlement(amount, "replacement", len(self.allocations), day, came, money, None))
        self._record(day, part, amount, "replacement", for_part, came=came, money=money)
        self._record(day, credit, -amount, "replacement", for_credit, came=came, money=money)

    def _record(
        self,
        day: date,
        part: OpenItemPart,
        amount: Decimal,
        how: AllocationKind,
        source: Source,
        other: Invoice | None = None,
        came: date | None = None,
        money: Source | None = None,
    ) -> None:
        self.allocations.append(
            Allocation(
                day,
                part.invoice,
                part.instalment.index,
                part.account,
                amount,
                how,
                source,
                other,
                paid_on=came,
                paid_by=money,
            )
        )

    # payments ------------------------------------------------------------------------------------------------------

    def _named(self, payer: OpenPayment) -> list[OpenItemPart]:
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
        return sorted(parts, key=lambda part: part.key) if len(parts) > 1 else parts

    def _pay(self, payer: OpenPayment, day: date, *, back: bool) -> None:
        """A payment settles or, if it goes `back`, reverses what it names; the rest of it waits until something that it names
        appears or is open again.
        """
        payment = payer.payment
        if not payer.names:
            return
        for name in payer.names:
            if payer not in self.waiting[name]:
                insort(self.waiting[name], payer, key=lambda payment: payment.key)
        parts = self._named(payer)
        if back:
            self._reverse(payer, parts, day)
            return
        against = [part for part in parts if opposite(part.open, payer.left)]
        if len(payer.names) > 1:
            for credit in [part for part in parts if part.open * payer.left > 0]:
                for part in against:
                    self._offset(credit, part, day, payment.source, payment.source)
        for part in against:
            if payer.left and part.open:
                self._settle(payer, part, day, payer.how)
        if payer.left and not payer.is_write_off:
            self._revive(payer, parts, day)
        if payer.left and payer.is_write_off and day == payment.date:
            # a payment on the day of the loss counts as paid after all, too
            paid = sum(
                (
                abs(settlement.amount)
                for part in parts
                for settlement in part.settled_by
                if settlement.how != "write-off" and settlement.day == day
            ),
            ZERO,
            )  # fmt: skip
            payer.taken = min(abs(payer.left), paid)

    def _settle(
        self,
        payer: OpenPayment,
        part: OpenItemPart,
        day: date,
        how: AllocationKind,
        came: date | None = None,
        amount: Decimal | None = None,
        paid_by: Source | None = None,
    ) -> None:
        """A payment settles a part, as far as both reach, or up to `amount`; `came` and `paid_by`: the day and the entry of the
        money, if they are not its own.
        """
        amount = settled_amount(part.open, payer.left) if amount is None else amount
        came, source = came or payer.payment.date, payer.payment.source
        part.open -= amount
        payer.left += amount
        payer.taken = min(payer.taken, abs(payer.left))
        back: Iterable[tuple[Decimal, Source | None]] = ((amount, paid_by),)
        if part.invoice.kind == "cancellation":  # it pays back what was paid of the cancelled document
            back = [(-payment.amount, payment.paid_by) for payment in self._taken(part.invoice, -amount, day)]
        for settled, money in back:
            part.settled_by.append(Settlement(settled, how, len(self.allocations), day, came, paid_by or source, payer))
            self._record(day, part, settled, how, source, came=came, money=money)

    def _revive(self, payer: OpenPayment, parts: Sequence[OpenItemPart], day: date) -> None:
        """Money for a claim that was written off takes that much of the loss back, and settles it."""
        for part in parts:
            if payer.left and self._reopen(part, payer.left, day, payer.payment):
                self._settle(payer, part, day, payer.how)

    def _reopen(self, part: OpenItemPart, left: Decimal, day: date, by: Payment) -> bool:
        """Takes losses on a part back, the latest first, as far as `left` of a payment reaches; each loss is too large by
        that amount.
        """
        found = False
        for settled in reversed(part.settled_by):
            if settled.how != "write-off" or settled.payer is None or not left or not settled.amount:
                continue
            amount = min(abs(settled.amount), abs(left)).copy_sign(settled.amount)
            left -= amount.copy_sign(left)
            self._take_back(settled, part, amount, day, by)
            settled.payer.left -= amount
            settled.payer.taken += abs(amount)
            settled.payer.taken_on = day
            found = True
        return found

    def _take_back(
        self, settled: Settlement, part: OpenItemPart, amount: Decimal, day: date, by: Payment, came: date | None = None
    ) -> None:
        """Cancels that much of a settlement (with its sign); the part is open again, from `came` on, or else from `by` on."""
        settled.amount -= amount
        part.open += amount
        self.allocations.append(
            Allocation(
                day, part.invoice, part.instalment.index, part.account, -amount, "reversal", by.source,
                reverses=settled.how, paid_on=came or by.date,
            )
        )  # fmt: skip

    def _reverse(self, payer: OpenPayment, parts: Sequence[OpenItemPart], day: date) -> None:
        """A bounced debit or a refund: uses first what is left over of the payments that name the same, then the latest settlement.

        A loss that is taken back reverses only losses; anything else reverses settlements of its own kind first, losses last. If an
        invoice was replaced, its payments are on the one that replaces it.
        """
        for name in payer.names:
            for other in sorted(self.waiting[name], key=lambda payment: payment.payment.means != payer.payment.means):
                if (
                    opposite(other.left, payer.left)
                    and other.is_write_off == payer.is_write_off
                    and other.payment.date <= day
                    and other.payment.account == payer.payment.account
                    and other.payment.currency == payer.payment.currency
                ):
                    amount = settled_amount(other.left, payer.left)
                    other.left -= amount
                    other.taken = min(other.taken, abs(other.left))
                    payer.left += amount
        made = [
            (settled, part)
            for part in parts
            for settled in part.settled_by
            if settled.day <= day and (settled.how == "write-off" or not payer.is_write_off)
        ]

        def order(pair: tuple[Settlement, OpenItemPart]) -> tuple[bool, bool, bool, int]:
            how = pair[0].how
            means = how if how in {"discount", "set-off", "write-off"} else "money"
            return means != payer.payment.means, means == "write-off", how != "replacement", -pair[0].order

        for settled, part in sorted(made, key=order):
            if not payer.left or not settled.amount:
                continue
            amount = min(abs(settled.amount), abs(payer.left)).copy_sign(payer.left)
            payer.left -= amount
            self._take_back(settled, part, amount, day, payer.payment)
        for name in payer.names:
            self._wake(name, day)

    # allocated by an entry of its own -------------------------------------------------------------------------------

    def _reallocate(self, legs: Sequence[OpenPayment], day: date) -> None:
        """Money on an account, or what a document named by a debit gives up, goes to the documents that the credits name."""
        givers = [leg for leg in legs if leg.payment.amount > 0]
        for taker in (leg for leg in legs if leg.payment.amount < 0):
            parts = self._named(taker)
            for giver in givers:
                wanted = min(giver.left, -taker.left)
                if taker.names:
                    wanted = min(wanted, sum((max(part.open, ZERO) + part.written_off for part in parts), ZERO))
                for lot in self._lots(giver, wanted, day, unless=legs):
                    self._allot(giver, taker, parts, lot, day)

    def _lots(
        self, giver: OpenPayment, most: Decimal, day: date, unless: Sequence[OpenPayment]
    ) -> Iterator[AllocatableAmount]:
        """Takes up to `most` from the source of a debit: credit notes, the money of an invoice, or the money on the account."""
        account, currency = giver.payment.account, giver.payment.currency
        parts = self._named(giver)
        for part in parts:
            if part.open < 0 < most:
                amount = min(-part.open, most)
                most -= amount
                yield AllocatableAmount(amount, day, None, part)
        others = [
            payer
            for payer in (
                [payment for name in giver.names for payment in self.waiting[name]]
                if giver.names
                else sorted(self.payers, key=lambda payer: (bool(payer.names), payer.key))
            )
            if payer.left < 0 and not payer.is_write_off and payer.payment.date <= day and payer not in unless
        ]
        for payer in others:
            if most > 0 and (payer.payment.account, payer.payment.currency) == (account, currency):
                amount = min(-payer.left, most)
                most -= amount
                payer.left += amount
                how = None if payer.payment.means == "money" else payer.how
                yield AllocatableAmount(amount, payer.payment.date, how, paid_by=payer.payment.source)
        for part in parts:
            for settled in reversed(part.settled_by):
                if settled.amount > 0 and settled.how != "write-off" and most > 0:
                    amount = min(settled.amount, most)
                    most -= amount
                    # the money was never for this invoice: the other one has it from the day on which it came
                    self._take_back(settled, part, amount, day, giver.payment, settled.came)
                    how = settled.how if settled.how in {"discount", "set-off"} else None
                    yield AllocatableAmount(amount, settled.came, how, paid_by=settled.money)

    def _allot(
        self, giver: OpenPayment, taker: OpenPayment, parts: Sequence[OpenItemPart], lot: AllocatableAmount, day: date
    ) -> None:
        """Gives money to what a credit names, oldest due first; a credit that names nothing keeps it on the account."""
        giver.left -= lot.amount
        if not taker.names:
            if lot.part is not None:
                lot.part.open += lot.amount
                self._record(day, lot.part, -lot.amount, giver.how, giver.payment.source, came=day)
            return
        left = lot.amount
        for part in parts:
            if lot.part is None and part.open < left:
                self._reopen(part, left - max(part.open, ZERO), day, taker.payment)
            amount = min(max(part.open, ZERO), left)
            if not amount:
                continue
            left -= amount
            if lot.part is None:
                self._settle(taker, part, day, lot.how or taker.how, lot.paid_on, amount, lot.paid_by)
            else:
                taker.left += amount
                self._offset(lot.part, part, day, taker.payment.source, giver.payment.source, amount)

    # moved -----------------------------------------------------------------------------------------------------------

    def _transfer(self, transfer: Transfer) -> None:
        """Moves claims between accounts, or allocates money on one; whatever cannot be done yet waits for what it names."""
        legs = sorted((OpenPayment(leg, moves=True) for leg in transfer.legs), key=lambda leg: leg.key)
        if not moves_claims(transfer):
            for leg in legs:
                if not leg.payment.settles:  # among the links, a debit means credit notes, a credit means invoices
                    side = -1 if leg.payment.amount > 0 else 1
                    leg.names = tuple(
                        name
                        for name in leg.names
                        if name in self.position and self.direction[self.position[name]] == side
                    )
        if not transfer.customer and not any(leg.names for leg in legs):
            self._shift_money(legs)
        self.payers += legs
        self.transfers.append((transfer, legs))
        names = dict.fromkeys(name for leg in legs for name in leg.names)
        for name in names:
            self.waiting_transfers[name].append((transfer, legs))
        if self._resume(transfer, legs, transfer.date):
            for name in names:
                self._wake(name, transfer.date)

    def _resume(self, transfer: Transfer, legs: Sequence[OpenPayment], day: date) -> bool:
        """Does as much of a transfer as possible; returns whether claims moved."""
        if not any(leg.left for leg in legs):
            return False
        if moves_claims(transfer):
            return self._move_claims(legs, day)
        self._reallocate(legs, day)
        return False

    def _move_claims(self, legs: Sequence[OpenPayment], day: date) -> bool:
        """Moves the claims that the legs name to the accounts of the legs on the other side; nothing is settled."""
        moved = False
        for leg in legs:
            for part in self._named(leg):
                if not opposite(part.open, leg.left):
                    continue
                for target in _targets(part, legs):
                    if part.open and opposite(target.left, leg.left):
                        self._move(part, leg, target, day)
                        moved = True
        return moved

    def _move(self, part: OpenItemPart, leg: OpenPayment, target: OpenPayment, day: date) -> None:
        amount = min(abs(part.open), abs(leg.left), abs(target.left)).copy_sign(part.open)
        moved = OpenItemPart(part.invoice, part.instalment, target.payment.account, amount)
        self.parts.append(moved)
        self.of_invoice[self.position[part.invoice.number]].append(moved)
        part.amount -= amount
        part.open -= amount
        leg.left += amount
        target.left -= amount
        move = OpenItemMove(day, part.invoice, part.account, target.payment.account, amount, leg.payment.source)
        former, taker = leg.payment.customer, target.payment.customer
        if former != taker:
            move = move._replace(taken_over_by=self._name(taker, day), former=self._name(former, day))
        self.moves.append(move)

    def _name(self, main: str, day: date) -> str:
        return self.book.customers[main].at(day).name if main in self.book.customers else main

    def _shift_money(self, legs: Sequence[OpenPayment]) -> None:
        """Money on a customer's account goes to another customer's, where it stays unallocated."""
        for leg in legs:
            if leg.left <= 0:
                continue
            here = leg.payment.account, leg.payment.currency
            lying = [
                payer
                for payer in self.payers
                if payer.left < 0 and not payer.is_write_off and (payer.payment.account, payer.payment.currency) == here
            ]
            for payment in sorted(lying, key=lambda payment: payment.key):
                amount = min(-payment.left, leg.left)
                payment.left += amount
                leg.left -= amount
        if all(leg.left <= 0 for leg in legs):
            for leg in legs:
                leg.moves = False  # money like any other from now on

    # assumed -------------------------------------------------------------------------------------------------------

    def _assume(self) -> None:
        """Payments that name nothing go to the oldest due claims, if the option says so on their day."""
        if "allocate" not in self.book.options:
            return
        self._set_older_apart()
        payers: defaultdict[tuple[str, str], list[OpenPayment]] = defaultdict(list)
        for payer in self.payers:
            if self._assumed(payer):
                payers[payer.payment.account, payer.payment.currency].append(payer)
        if not payers:
            return
        claims: defaultdict[tuple[str, str], list[OpenItemPart]] = defaultdict(list)
        for part in self.parts:
            where = part.account, part.invoice.currency
            if part.open > 0 and where in payers:
                claims[where].append(part)
        reversals: defaultdict[tuple[str, str], list[OpenPayment]] = defaultdict(list)
        for payer in self.payers:
            if payer.left > 0 and not payer.moves and self._reverses(payer.payment):
                reversals[payer.payment.account, payer.payment.currency].append(payer)
        for where in sorted(payers):
            payments = sorted(payers[where], key=lambda payer: payer.key)
            parts = sorted(claims[where], key=lambda part: part.key)
            back = sorted(reversals[where], key=lambda payer: payer.key)
            days = {payer.payment.date for payer in (*payments, *back)} | {part.invoice.booked_from for part in parts}
            for day in sorted(days):
                self._assume_on(day, payments, parts)
                bounced = [payer for payer in back if payer.payment.date == day]
                for payer in bounced:  # an assumed settlement can bounce too
                    self._reverse(payer, self._named(payer), day)
                if bounced:
                    self._assume_on(day, payments, parts)

    def _assume_before(self, note: Invoice) -> None:
        """Money that names nothing and was assumed, until the day before a cancellation, to pay the cancelled document keeps
        that assumption. So tax that it made due, and that may have been declared, stays as it was.
        """
        if "allocate" not in self.book.options:
            return
        wanted = [part for name in note.corrects for part in self._existing(name) if part.open > 0]
        for account, currency in sorted({(part.account, part.invoice.currency) for part in wanted}):
            lying = [
                payer
                for payer in self.payers
                if (payer.payment.account, payer.payment.currency) == (account, currency)
                and payer.payment.date < note.booked_from
                and not payer.moves
            ]
            paying = sorted((payer for payer in lying if self._assumed(payer)), key=lambda payer: payer.key)
            parts = sorted(
                (
                    part
                    for part in self.parts
                    if (part.account, part.invoice.currency) == (account, currency) and part.open > 0
                ),
                key=lambda part: part.key,
            )
            left = {id(payer): -payer.left for payer in paying}
            still = {id(part): part.open for part in parts}
            days = {payer.payment.date for payer in paying} | {part.invoice.booked_from for part in parts}
            for day in sorted(day for day in days if day < note.booked_from):
                for payer in paying:
                    for part in parts:
                        amount = min(left[id(payer)], still[id(part)])
                        if not amount or payer.payment.date > day or part.invoice.booked_from > day:
                            continue
                        left[id(payer)] -= amount
                        still[id(part)] -= amount
                        if part in wanted:
                            self._settle(payer, part, day, self._assumed_how(payer), amount=amount)
            for payer in lying:
                if payer.left > 0 and self._reverses(payer.payment):
                    self._reverse(payer, self._named(payer), payer.payment.date)

    def _assumed(self, payer: OpenPayment) -> bool:
        """Whether a payment names nothing, and the option on its day assigns it to the oldest due claim."""
        if payer.left >= 0 or payer.names or payer.moves:
            return False
        return self.book.option("allocate", payer.payment.date) == "oldest"

    def _assumed_how(self, payer: OpenPayment) -> AllocationKind:
        return "oldest" if payer.payment.means == "money" else payer.how

    def _set_older_apart(self) -> None:
        """Where open items were taken over, everything that names nothing until then settles among itself: the claims of
        older books, their payments, and the entry that takes the open items out of the balance.
        """
        taken_over: dict[tuple[str, str], Day] = {}
        for part in self.parts:
            if part.invoice.kind == "opening":
                where = part.account, part.invoice.currency
                taken_over[where] = max(taken_over.get(where, part.invoice.booked_from), part.invoice.booked_from)
        if not taken_over:
            return
        claims: defaultdict[tuple[str, str], list[OpenPayment]] = defaultdict(list)
        money: defaultdict[tuple[str, str], list[OpenPayment]] = defaultdict(list)
        for payer in self.payers:
            where = payer.payment.account, payer.payment.currency
            if where in taken_over and payer.payment.date <= taken_over[where] and not payer.names and not payer.moves:
                (claims if payer.left > 0 else money)[where].append(payer)
        for where, payments in claims.items():
            paying = deque(sorted(money[where], key=lambda payer: payer.key))
            for claim in sorted(payments, key=lambda payer: payer.key):
                while paying and claim.left:
                    amount = min(claim.left, -paying[0].left)
                    claim.left -= amount
                    paying[0].left += amount
                    if not paying[0].left:
                        paying.popleft()

    def _assume_on(self, day: date, payers: Sequence[OpenPayment], parts: Sequence[OpenItemPart]) -> None:
        """Payments up to a day go to claims up to that day, the oldest due first."""
        still = deque(part for part in parts if part.open > 0 and part.invoice.booked_from <= day)
        for payer in payers:
            if not still:
                return
            while still and payer.left and payer.payment.date <= day:
                self._settle(payer, still[0], day, self._assumed_how(payer))
                if not still[0].open:
                    still.popleft()


def _targets(part: OpenItemPart, legs: Sequence[OpenPayment]) -> list[OpenPayment]:
    """The legs that a claim may go to, the best first: the leg that names it alone, then the same sub-account, then the same
    amount.
    """

    def key(leg: OpenPayment) -> tuple[object, ...]:
        payment = leg.payment
        below = payment.account.removeprefix(payment.customer)
        return (
            not payment.settles, not below or not part.account.endswith(below), bool(below), abs(leg.left) != abs(part.open),
            leg.key,
        )  # fmt: skip

    payments = (
        leg for leg in legs
        if leg.payment.account != part.account and leg.payment.settles in {(), (part.invoice.number,)}
    )  # fmt: skip
    return sorted(payments, key=key)


@exact
def allocate(book: Book, as_of: date) -> Allocated:
    """Allocates every payment and credit note dated on or before `as_of` (inclusive). Raises TypeError if that is not a date."""
    return _Allocating(book, require_date(as_of)).run()
