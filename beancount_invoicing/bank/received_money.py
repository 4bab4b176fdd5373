"""The money that documents received and kept, while lines of statements are processed: by number, and by amount."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal

from beancount_invoicing.bank.open_documents import ReceivedPayment


class ReceivedMoney:
    """What may still be reversed, by document."""

    def __init__(self, received: Mapping[str, Sequence[ReceivedPayment]]) -> None:
        self._received = dict(received)
        self._by_amount: defaultdict[tuple[Decimal, str], dict[str, None]] = defaultdict(dict)
        for payments in received.values():
            for payment in payments:
                self._by_amount[payment.amount, payment.currency][payment.number] = None

    def of(self, number: str) -> Sequence[ReceivedPayment]:
        """The payments that a document received, the latest last."""
        return self._received.get(number, ())

    def numbers_with(self, amount: Decimal, currency: str) -> tuple[str, ...]:
        """The documents that have received such an amount."""
        return tuple(self._by_amount.get((amount, currency), ()))

    def receive(self, payment: ReceivedPayment) -> None:
        """Records a payment to a document."""
        self._received[payment.number] = (*self.of(payment.number), payment)
        self._by_amount[payment.amount, payment.currency][payment.number] = None

    def give_back(self, number: str, amount: Decimal) -> None:
        """Removes the latest payment of that amount."""
        before = self.of(number)
        last = next((payment for payment in reversed(before) if payment.amount == amount), None)
        self._received[number] = tuple(payment for payment in before if payment is not last)
