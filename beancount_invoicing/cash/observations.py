"""What was seen of payments by a day, in the books' currency: what curves are counted from."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

from beancount_invoicing.cash.currencies import books_rate
from beancount_invoicing.cash.curves import Observation
from beancount_invoicing.cash.history import OpenAmount, ReceivedAmount
from beancount_invoicing.model import Book

ENOUGH_PAYMENTS = 30
"""With fewer payments, nothing is foreseen but due dates."""


class PastPayments:
    """The payments of a book, to be looked at as of any day."""

    def __init__(self, book: Book, received: Iterable[ReceivedAmount]) -> None:
        self._book = book
        self._received = sorted(received, key=lambda money: money.received_on)
        self._days = [money.received_on for money in self._received]
        self._currencies = sorted({money.invoice.currency for money in self._received})
        self._rates: dict[str, Decimal | None] = {}
        self._seen: list[Observation | None] = []
        """In the books' currency by `_rates`; None for a currency without a price."""

    def count(self, day: date) -> int:
        """How many came by the end of `day`."""
        return bisect_right(self._days, day)

    def between(self, after: date, until: date) -> list[ReceivedAmount]:
        """What came after one day, and by the end of another."""
        return self._received[self.count(after) : self.count(until)]

    def observations(self, day: date, open_amounts: Iterable[OpenAmount]) -> list[Observation]:
        """What was seen by the end of `day`; currencies without a price are left out. `open_amounts`: what was open then."""
        rates = {currency: books_rate(self._book, currency, day) for currency in self._currencies}
        if rates != self._rates or len(self._seen) != len(self._received):
            self._rates, self._seen = rates, [_paid(money, rates) for money in self._received]
        found = [observation for observation in self._seen[: self.count(day)] if observation]
        for item in open_amounts:
            due, currency = item.instalment.due_at(day), item.invoice.currency
            if currency not in rates:
                rates[currency] = books_rate(self._book, currency, day)
            if due and (rate := rates[currency]):
                found.append(Observation(item.customer, (day - due).days, item.open * rate, paid=False))
        return found


def _paid(money: ReceivedAmount, rates: Mapping[str, Decimal | None]) -> Observation | None:
    rate = rates[money.invoice.currency]
    return Observation(money.customer, money.days_late, money.amount * rate, paid=True) if rate else None
