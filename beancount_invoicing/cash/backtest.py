"""How good the forecast would have been: the past foreseen again, month by month, and compared with what came."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from beancount_invoicing.cash.currencies import books_rate
from beancount_invoicing.cash.curves import PaymentCurves
from beancount_invoicing.cash.forecast import ENOUGH_PAYMENTS, band, observations
from beancount_invoicing.cash.history import OpenHistory, received_amounts
from beancount_invoicing.model import ZERO, Book
from beancount_invoicing.receivables import Allocated
from beancount_invoicing.rules.currencies import currency_decimals
from beancount_invoicing.rules.steps import round_to

DAYS = 28
"""How far each forecast looks."""
STEPS = 12
"""How many forecasts are made, each DAYS before the next."""


class Band(NamedTuple):
    """The amounts that were called between two percentages (the upper one inclusive)."""

    above: int
    up_to: int
    amounts: int
    called: Decimal
    """The mean share that was foreseen, in percent, one decimal."""
    came: Decimal
    """The mean share that came."""


class Total(NamedTuple):
    """What one forecast said of all that was open together, in the books' currency, and what came of it; to the cent."""

    day: date
    low: Decimal
    expected: Decimal
    high: Decimal
    came: Decimal

    @property
    def is_within(self) -> bool:
        """Whether what came lies between low and high (inclusive)."""
        return self.low <= self.came <= self.high


class Backtest(NamedTuple):
    """How the forecasts of the past went."""

    days: tuple[date, ...]
    """The days on which there were enough payments to foresee anything."""
    amounts: int
    brier: Decimal | None
    """The mean square of called − came, 0 (always right) to 1, three decimals; None if nothing could be foreseen."""
    bands: tuple[Band, ...]
    totals: tuple[Total, ...] = ()
    """One for each day with something open."""

    @property
    def within(self) -> int:
        """How many totals lie between low and high, which 8 of 10 should."""
        return sum(total.is_within for total in self.totals)


def backtest(book: Book, as_of: date, allocated: Allocated) -> Backtest:
    """Foresees, on each of STEPS days before `as_of`, which share of each open instalment comes within DAYS days, from what was
    known then; money that bounced later counts as never come.
    """
    history = OpenHistory(book, allocated)
    received = received_amounts(book, as_of, allocated)
    pairs: list[tuple[Decimal, Decimal]] = []
    days, totals = [], []
    for step in range(STEPS, 0, -1):
        day = as_of - timedelta(days=DAYS * step)
        known = [money for money in received if money.received_on <= day]
        if len(known) < ENOUGH_PAYMENTS:
            continue
        days.append(day)
        still_open = history.at(day)
        curves = PaymentCurves(observations(book, day, known, still_open))
        came: defaultdict[tuple[int, int, str], Decimal] = defaultdict(lambda: ZERO)
        for money in received:
            if day < money.received_on <= day + timedelta(days=DAYS):
                came[id(money.invoice), money.instalment.index, money.customer] += money.amount
        foreseen: list[tuple[Decimal, Decimal]] = []
        in_all = ZERO
        for item in still_open:
            if due := item.instalment.due_at(day):
                (called,) = curves.shares(item.customer, (day - due).days, (DAYS,))
                share = min(came[id(item.invoice), item.instalment.index, item.customer] / item.open, Decimal(1))
                pairs.append((called, share))
                if rate := books_rate(book, item.invoice.currency, day):
                    foreseen.append((item.open * rate, called))
                    in_all += item.open * rate * share
        if foreseen:
            totals.append(_total(book, day, foreseen, in_all))
    if not pairs:
        return Backtest(tuple(days), 0, None, ())
    brier = sum(((called - share) ** 2 for called, share in pairs), ZERO) / len(pairs)
    return Backtest(tuple(days), len(pairs), round_to(brier, 3), tuple(_bands(pairs)), tuple(totals))


def _total(book: Book, day: date, foreseen: list[tuple[Decimal, Decimal]], came: Decimal) -> Total:
    expected = sum((amount * share for amount, share in foreseen), ZERO)
    low, high = band(foreseen)
    decimals = currency_decimals(book.currency)
    return Total(day, *(round_to(amount, decimals) for amount in (low, expected, high, came)))


def _bands(pairs: list[tuple[Decimal, Decimal]]) -> list[Band]:
    found = []
    for above in range(0, 100, 20):
        inside = [pair for pair in pairs if above < pair[0] * 100 <= above + 20 or (above == 0 and not pair[0])]
        if inside:
            called, came = (sum((pair[side] for pair in inside), ZERO) * 100 / len(inside) for side in (0, 1))
            found.append(Band(above, above + 20, len(inside), round_to(called, 1), round_to(came, 1)))
    return found
