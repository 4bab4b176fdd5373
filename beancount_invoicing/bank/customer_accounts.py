"""The part of a Book that matters for one customer's payments, so that a payment is worked out without reading all others'.

What settles what, and which tax becomes due, depends only on the documents and payments of a customer, and of those who took over
claims from them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Container, Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple

from beancount_invoicing.bank.payments import PaymentEntry
from beancount_invoicing.bank.related_documents import RelatedDocuments, named_numbers
from beancount_invoicing.model import (
    ZERO,
    Book,
    CalculationStep,
    Invoice,
    Payment,
    Source,
    TaxMovement,
    Transfer,
    Weight,
)
from beancount_invoicing.model.book import with_parts
from beancount_invoicing.receivables import Advance, Allocated, PendingTaxKey, TaxDue, allocate, tax_due


class TaxEffect(NamedTuple):
    """The effect of payments on a document's tax: `owed` from then on, `released` from the pending account, `cancelled` by a
    discount.
    """

    number: str
    """Of the document; "" for tax that belongs to none, such as tax moved with money that is paid back."""
    pending: PendingTaxKey
    owed: Decimal
    released: Decimal
    cancelled: Decimal
    steps: tuple[CalculationStep, ...] = ()


class _Group:
    """The ledger's data about customers who are linked by takeovers."""

    def __init__(self) -> None:
        self.invoices: list[Invoice] = []
        self.payments: list[Payment] = []
        self.transfers: list[Transfer] = []
        self.tax_movements: list[TaxMovement] = []
        self.posting_weights: list[Weight] = []
        self.version = 0

    @cached_property
    def related(self) -> RelatedDocuments:
        """The documents that belong together."""
        return RelatedDocuments(self.invoices, self.payments)

    @cached_property
    def payment_names(self) -> dict[Source, str]:
        """A document that each payment names, by the payment's place."""
        return {payment.source: names[0] for payment in self.payments if (names := named_numbers(payment))}

    def add(self, payment: Payment) -> None:
        """One more payment."""
        self.payments.append(payment)
        self.related.add_payment(payment)
        if names := named_numbers(payment):
            self.payment_names[payment.source] = names[0]
        self.version += 1

    def document_of(self, movement: TaxMovement) -> str:
        """The document whose tax moves, or a document whose payment moves it; "" for none."""
        paid = (self.payment_names.get(source, "") for source in movement.customer_postings)
        return movement.number or next(filter(None, paid), "")


class CustomerAccounts:
    """A Book by customers, on which payments can be booked one after the other: each sees those before it.

    Asked about one customer, it reads only what belongs to that one; the first question reads the whole Book once.
    """

    def __init__(self, book: Book) -> None:
        self.book = book
        self._leader: dict[str, str] = {}
        self._bind()
        self._groups: defaultdict[str, _Group] = defaultdict(_Group)
        self._invoices: dict[str, Invoice] = {}
        self._fill()
        self._allocated: dict[tuple[str, date], tuple[int, Book, Allocated]] = {}
        self._taxes: dict[tuple[str, date], tuple[int, TaxDue]] = {}
        self._by_documents: dict[tuple[str, frozenset[str], date], tuple[int, Book, Allocated]] = {}
        self._tax_by_documents: dict[str, bool] = {}
        self._new = 0
        self.has_pending_taxes = any(tax.on_payment for dated in book.taxes.values() for _day, tax in dated.versions)

    def invoice(self, number: str) -> Invoice | None:
        """The document of a number; the first one if several have it."""
        return self._invoices.get(number)

    def book_of(self, customer: str) -> Book:
        """The Book's data about a customer (main account) and those linked to it; options, taxes and prices are complete."""
        group = self._groups[self._find(customer)]
        return with_parts(
            self.book,
            invoices=tuple(group.invoices),
            payments=tuple(group.payments),
            transfers=tuple(group.transfers),
            tax_movements=tuple(group.tax_movements),
            posting_weights=tuple(group.posting_weights),
            customer_movements=(),
        )

    def linked_customers(self, customer: str) -> Collection[str]:
        """The customers (main accounts) who owe documents, and are linked to a customer; with that one."""
        invoices = self._groups[self._find(customer)].invoices
        return {customer, *(invoice.customer.account for invoice in invoices if invoice.customer)}

    def allocated(self, customer: str, as_of: date) -> Allocated:
        """The allocation of a customer's documents and payments, as of the end of a day."""
        return self._state(customer, as_of)[2]

    def allocated_around(
        self, customer: str, numbers: Iterable[str], as_of: date
    ) -> tuple[Sequence[Invoice], Allocated]:
        """Documents of a customer (main account) and all that may change what settles them, with their allocation as of a day."""
        book, allocated = self._around(self._find(customer), numbers, as_of)
        return book.invoices, allocated

    def weights(self, customer: str) -> dict[Source, Weight]:
        """The worth of the postings with a price on a customer's accounts, by their places."""
        return {weight.source: weight for weight in self._groups[self._find(customer)].posting_weights}

    def last_day(self, day: date) -> date:
        """The later one of a day and the ledger's last: on that day, every booked payment counts."""
        return max(day, self.book.last_date)

    def new_source(self) -> Source:
        """A place for what is not written yet."""
        self._new += 1
        return Source("", self._new)

    def tax_effect_of_allocation(self, transfer: Transfer, as_of: date) -> tuple[TaxEffect, ...]:
        """The effect on pending taxes of a transfer that allocates money on a customer's account to documents."""
        if not self.has_pending_taxes:
            return ()
        book = self._state(transfer.customer, as_of)[1]
        after = tax_due(with_parts(book, transfers=(*book.transfers, transfer)), as_of)
        return tuple(_effects(self._tax_due(transfer.customer, as_of), after, {leg.source for leg in transfer.legs}))

    def tax_effects(self, payments: Sequence[Payment], as_of: date) -> tuple[TaxEffect, ...]:
        """The effect on pending taxes of payments that are not booked yet: the difference that they make to `tax_due`.

        By document; effects that belong to a document come first.
        """
        if not self.has_pending_taxes or not payments:
            return ()
        found: list[TaxEffect] = []
        for leader in dict.fromkeys(self._find(payment.customer) for payment in payments):
            if not self._groups[leader].tax_movements:  # no tax is pending, and none was moved
                continue
            own = tuple(payment for payment in payments if self._find(payment.customer) == leader)
            # what names nothing has to do with all the money that lies on the account
            if self._taxes_are_by_documents(leader, as_of) and all(map(named_numbers, own)):
                numbers = [name for payment in own for name in named_numbers(payment)]
                book, allocated = self._around(leader, numbers, as_of)
                if not book.tax_movements:  # no tax of these documents is pending, as above
                    continue
                before = _tax_due(book, as_of, allocated)
            else:
                book, before = self._state(leader, as_of)[1], self._tax_due(leader, as_of)
            after = tax_due(with_parts(book, payments=(*book.payments, *own)), as_of)
            found += _effects(before, after, {payment.source for payment in own})
        return tuple(found)

    def advances(self, payments: Sequence[Payment], as_of: date) -> tuple[Advance, ...]:
        """What stays on account of payments that are not booked yet, if tax may be due on it."""
        if not self.has_pending_taxes or not payments:
            return ()
        book = self._state(payments[0].customer, as_of)[1]
        new = {payment.source for payment in payments}
        due = tax_due(with_parts(book, payments=(*book.payments, *payments)), as_of)
        return tuple(advance for advance in due.on_account if advance.payment.source in new)

    def add_payments(self, payments: Iterable[Payment]) -> None:
        """From now on, these payments count too."""
        for payment in payments:
            self._groups[self._find(payment.customer)].add(payment)

    def own(self, entry: PaymentEntry) -> PaymentEntry:
        """An entry that was worked out with other accounts of the same Book, with places that are new here."""
        places = {payment.source: self.new_source() for payment in entry.payments}
        return entry._replace(
            payments=tuple(payment._replace(source=places[payment.source]) for payment in entry.payments),
            tax_movements=tuple(
                movement._replace(
                    customer_postings=tuple(places.get(source, source) for source in movement.customer_postings)
                )
                for movement in entry.tax_movements
            ),
        )

    def after(self, entry: PaymentEntry) -> None:
        """Counts the entry as booked from now on."""
        owners = {payment.source: payment.customer for payment in entry.payments}
        self.add_payments(entry.payments)
        for movement in entry.tax_movements:
            owner = owners[movement.customer_postings[0]]
            self._groups[self._find(owner)].tax_movements.append(movement)

    def _state(self, customer: str, as_of: date) -> tuple[int, Book, Allocated]:
        leader = self._find(customer)
        version = self._groups[leader].version
        known = self._allocated.get((leader, as_of))
        if known is None or known[0] != version:
            book = self.book_of(customer)
            known = self._allocated[leader, as_of] = (version, book, allocate(book, as_of))
        return known

    def _tax_due(self, customer: str, as_of: date) -> TaxDue:
        leader = self._find(customer)
        version, book, allocated = self._state(customer, as_of)
        known = self._taxes.get((leader, as_of))
        if known is None or known[0] != version:
            known = self._taxes[leader, as_of] = (version, _tax_due(book, as_of, allocated))
        return known[1]

    def _is_by_documents(self, leader: str) -> bool:
        """Whether what settles a document depends on documents that it has to do with alone, not on all of the customer's."""
        return "allocate" not in self.book.options and not self._groups[leader].transfers

    def _taxes_are_by_documents(self, leader: str, as_of: date) -> bool:
        """Whether the same holds for its tax: what was moved too much for others, or too little, is set off against it."""
        if leader not in self._tax_by_documents:
            self._tax_by_documents[leader] = self._is_by_documents(leader) and (
                all(_waits_whole(movement) for movement in self._groups[leader].tax_movements)
                or not self._tax_due(leader, as_of).missing
            )
        return self._tax_by_documents[leader]

    def _around(self, leader: str, numbers: Iterable[str], as_of: date) -> tuple[Book, Allocated]:
        """The Book's data about documents and those that they have to do with, and the allocation."""
        if not self._is_by_documents(leader):
            return self._state(leader, as_of)[1:]
        group = self._groups[leader]
        key = leader, group.related.sets_of(numbers), as_of
        known = self._by_documents.get(key)
        if known is None or known[0] != group.version:
            book = self._book_of_sets(group, key[1])
            known = self._by_documents[key] = (group.version, book, allocate(book, as_of))
        return known[1:]

    def _book_of_sets(self, group: _Group, sets: frozenset[str]) -> Book:
        set_of = group.related.set_of
        return with_parts(
            self.book,
            invoices=tuple(invoice for invoice in group.invoices if set_of(invoice.number) in sets),
            payments=tuple(
                payment for payment in group.payments if (names := named_numbers(payment)) and set_of(names[0]) in sets
            ),
            transfers=(),
            tax_movements=tuple(
                movement for movement in group.tax_movements if set_of(group.document_of(movement)) in sets
            ),
            posting_weights=tuple(group.posting_weights),
            customer_movements=(),
        )

    def _find(self, customer: str) -> str:
        leader = customer
        while (above := self._leader.get(leader, leader)) != leader:
            leader = above
        return leader

    def _bind(self) -> None:
        """Links customers of whom one owes, or gives back, another one's documents."""
        by_number = {invoice.number: invoice.customer.account for invoice in self.book.invoices if invoice.customer}
        for number, takeovers in self.book.takeovers.items():
            for taken in takeovers:
                self._bind_all(taken.customer, *taken.former_customers, by_number.get(number, taken.customer))
        for transfer in self.book.transfers:
            self._bind_all(*(leg.customer for leg in transfer.legs))
        for invoice in self.book.invoices:
            named = (*invoice.corrects, *(deduction.number for deduction in invoice.deductions))
            if invoice.customer and named:
                own = invoice.customer.account
                self._bind_all(own, *(by_number[number] for number in named if number in by_number))

    def _bind_all(self, *customers: str) -> None:
        leaders = {self._find(customer) for customer in customers}
        first = min(leaders, default="")
        for leader in leaders - {first}:
            self._leader[leader] = first

    def _fill(self) -> None:
        book, owners = self.book, self.book.main_accounts
        for invoice in book.invoices:
            self._invoices.setdefault(invoice.number, invoice)
            if invoice.customer:
                self._groups[self._find(invoice.customer.account)].invoices.append(invoice)
        by_source: dict[Source, str] = {}
        for payment in book.payments:
            by_source[payment.source] = payment.customer
            self._groups[self._find(payment.customer)].payments.append(payment)
        for transfer in book.transfers:
            if transfer.legs:
                self._groups[self._find(transfer.legs[0].customer)].transfers.append(transfer)
        for movement in book.tax_movements:
            document = self._invoices.get(movement.number)
            paid = next((by_source[source] for source in movement.customer_postings if source in by_source), "")
            owner = document.customer.account if document and document.customer else paid
            if owner:
                self._groups[self._find(owner)].tax_movements.append(movement)
        for weight in book.posting_weights:
            if weight.account in owners:
                self._groups[self._find(owners[weight.account])].posting_weights.append(weight)


def _tax_due(book: Book, as_of: date, allocated: Allocated) -> TaxDue:
    """As `tax_due`, without reading the documents where nothing became due: as of most customers who pay at once."""
    if not allocated.allocations and all(_waits_whole(movement) for movement in book.tax_movements):
        return TaxDue(as_of, (), (), (), (), (), frozenset())
    return tax_due(book, as_of, allocated)


def _waits_whole(movement: TaxMovement) -> bool:
    """Whether it only puts a document's tax on its pending account."""
    return bool(movement.number) and not (movement.deposit or movement.write_off or movement.to_due_account)


def _effects(before: TaxDue, after: TaxDue, new: Container[Source]) -> Iterator[TaxEffect]:
    """What one misses more than the other: from the shares of `new` payments, and what is left of it."""
    totals: defaultdict[PendingTaxKey, list[Decimal]] = defaultdict(lambda: [ZERO, ZERO, ZERO])
    for due, sign in ((after, 1), (before, -1)):
        for entry in due.missing:
            for line in entry.lines:
                totals[line.pending][0] += sign * line.owed
                totals[line.pending][1] += sign * line.released
        for total in due.totals:
            totals[total.pending][2] += sign * total.cancelled
    found: dict[tuple[str, PendingTaxKey], TaxEffect] = {}
    for share in after.tax_shares:
        if share.source not in new or share.is_written_off:
            continue
        key = share.number, share.pending
        effect = found.get(key, TaxEffect(*key, ZERO, ZERO, ZERO))
        parts = (share.amount, share.released, ZERO) if share.is_due else (ZERO, ZERO, share.amount)
        for index, part in enumerate(parts):
            totals[share.pending][index] -= part
        found[key] = TaxEffect(
            *key,
            effect.owed + parts[0],
            effect.released + parts[1],
            effect.cancelled + parts[2],
            (*effect.steps, *share.steps),
        )
    yield from (effect for effect in found.values() if effect.owed or effect.released or effect.cancelled)
    yield from (
        TaxEffect("", pending, left[0], left[1], left[2]) for pending, left in sorted(totals.items()) if any(left)
    )
