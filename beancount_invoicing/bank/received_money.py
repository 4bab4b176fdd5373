"""The money that documents received and kept, while lines of statements are processed: by number, and by amount."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cached_property

from beancount_invoicing.bank.open_documents import ReceivedPayment


class ReceivedMoney:
    """What may still be reversed, by document. What the ledger has of it is read by amount only once somebody asks."""

    def __init__(self, received: Mapping[str, Sequence[ReceivedPayment]]) -> None:
        self._in_ledger = received
        self._changed: dict[str, Sequence[ReceivedPayment]] = {}
        self._new: dict[tuple[Decimal, str], dict[str, None]] = {}

    def of(self, number: str) -> Sequence[ReceivedPayment]:
        """The payments that a document received, the latest last."""
        changed = self._changed.get(number)
        return self._in_ledger.get(number, ()) if changed is None else changed

    def numbers_with(self, amount: Decimal, currency: str) -> tuple[str, ...]:
        """The documents that have received such an amount."""
        key = amount, currency
        return tuple(dict.fromkeys([*self._numbers_in_ledger.get(key, ()), *self._new.get(key, ())]))

    def amounts_between(self, above: Decimal, below: Decimal, currency: str) -> tuple[Decimal, ...]:
        """The amounts that documents have received, from `above` (inclusive) to `below` (exclusive), the largest first."""
        known = self._amounts_in_ledger.get(currency, ())
        found = {*known[bisect_left(known, above) : bisect_left(known, below)]}
        found |= {amount for amount, of_currency in self._new if of_currency == currency and above <= amount < below}
        return tuple(sorted(found, reverse=True))

    def receive(self, payment: ReceivedPayment) -> None:
        """Records a payment to a document."""
        self._changed[payment.number] = (*self.of(payment.number), payment)
        self._new.setdefault((payment.amount, payment.currency), {})[payment.number] = None

    def give_back(self, number: str, amount: Decimal) -> None:
        """Removes the latest payment of that amount."""
        before = self.of(number)
        last = next((payment for payment in reversed(before) if payment.amount == amount), None)
        self._changed[number] = tuple(payment for payment in before if payment is not last)

    @cached_property
    def _amounts_in_ledger(self) -> Mapping[str, list[Decimal]]:
        found: defaultdict[str, list[Decimal]] = defaultdict(list)
        for amount, currency in sorted(self._numbers_in_ledger):
            found[currency].append(amount)
        return found

    @cached_property
    def _numbers_in_ledger(self) -> Mapping[tuple[Decimal, str], dict[str, None]]:
        found: defaultdict[tuple[Decimal, str], dict[str, None]] = defaultdict(dict)
        for payments in self._in_ledger.values():
            for payment in payments:
                found[payment.amount, payment.currency][payment.number] = None
        return found
