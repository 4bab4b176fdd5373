"""What of open amounts is promised for which day: a promise about several documents is taken up by them in their order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal

from beancount_invoicing.dunning.promises import (
    PromisedAmount,
    plan_in_force,
    received_for,
    still_promised,
)
from beancount_invoicing.model import ZERO, Book, Event
from beancount_invoicing.receivables import Allocated, Position, allocate, positions

_Plan = tuple[str, date, tuple[str, ...]]
"""Who promised, when, and about which documents (none: about everything)."""


class Promised:
    """The promises of customers that are still to be kept on a day, as far as open amounts have not taken them up yet."""

    def __init__(self, book: Book, as_of: date, allocated: Allocated) -> None:
        self._book, self._as_of, self._allocated = book, as_of, allocated
        self._plans: dict[tuple[str, str], list[PromisedAmount]] = {}
        """By customer who owes and number."""
        self._left: dict[int, Decimal | None] = {}
        """Of each promise, by its `id`; None for one without an amount."""
        self._received: dict[_Plan, Decimal] = {}

    def of(
        self, customer: str, number: str, events: Sequence[Event], amount: Decimal
    ) -> Iterator[tuple[date, Decimal]]:
        """For which day how much of an open amount is promised. `events`: those of the document."""
        if (customer, number) not in self._plans:
            self._plans[customer, number] = self._plan(events)
        for promised in self._plans[customer, number]:
            left = self._left[id(promised.promise)]
            taken = amount if left is None else min(amount, left)
            if taken > 0:
                amount -= taken
                if left is not None:
                    self._left[id(promised.promise)] = left - taken
                yield promised.until, taken

    def _plan(self, events: Sequence[Event]) -> list[PromisedAmount]:
        plans: defaultdict[_Plan, list[Event]] = defaultdict(list)
        for promise in plan_in_force(events):
            plans[promise.customer, promise.date, promise.numbers].append(promise)
        found = []
        for plan, parts in plans.items():
            received = self._received_for(plan, parts) if any(part.amount is not None for part in parts) else ZERO
            found += still_promised(parts, received, self._as_of)
        for promised in found:
            self._left.setdefault(id(promised.promise), promised.left)
        return sorted(found, key=lambda promised: promised.until)

    def _received_for(self, plan: _Plan, parts: Sequence[Event]) -> Decimal:
        """What came for a plan since it was made."""
        if plan not in self._received:
            self._received[plan] = received_for(parts[0], self._positions(plan), self._as_of)
        return self._received[plan]

    def _positions(self, plan: _Plan) -> Sequence[Position]:
        customer, _day, numbers = plan
        if self._allocated.as_of != self._as_of:
            self._allocated = allocate(self._book, self._as_of)
        about = [
            invoice
            for invoice in self._book.invoices
            if (
                invoice.number in numbers
                if numbers
                else invoice.customer is not None and invoice.customer.account == customer
            )
        ]
        return positions(self._book, self._as_of, self._allocated, about)
