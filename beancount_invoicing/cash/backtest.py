"""How good the forecast would have been: the past foreseen again, month by month, and compared with what came."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from beancount_invoicing.cash.band import Outcome
from beancount_invoicing.cash.history import OpenHistory, received_amounts
from beancount_invoicing.cash.replays import STEPS, replays, widening
from beancount_invoicing.model import ZERO, Book
from beancount_invoicing.receivables import Allocated
from beancount_invoicing.rules.currencies import currency_decimals
from beancount_invoicing.rules.steps import round_to


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
    deviations: Decimal
    """How many standard deviations low and high are away from what is expected: from the forecasts before it alone."""

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
    weeks: int = 0
    """The single weeks of these forecasts in which something could have come otherwise, or did."""
    weeks_within: int = 0
    """In how many of them what came lies between low and high."""

    @property
    def within(self) -> int:
        """How many totals lie between low and high, which 8 of 10 should."""
        return sum(total.is_within for total in self.totals)


def backtest(book: Book, as_of: date, allocated: Allocated) -> Backtest:
    """Foresees, on each of STEPS days before `as_of`, which share of each open instalment comes within four weeks, from what was
    known then; money that bounced later counts as never come. Each band is widened by the STEPS forecasts before it.
    """
    past = replays(book, as_of, OpenHistory(book, allocated), received_amounts(book, as_of, allocated), steps=2 * STEPS)
    first = max(len(past) - STEPS, 0)
    judged = past[first:]
    shares = [pair for replay in judged for pair in replay.shares]
    days = tuple(replay.day for replay in judged)
    if not shares:
        return Backtest(days, 0, None, ())
    brier = sum(((called - share) ** 2 for called, share in shares), ZERO) / len(shares)
    weeks: list[bool] = []
    totals = []
    for place, replay in enumerate(judged, first):
        needed = widening(past[max(place - STEPS, 0) : place])
        if replay.in_all:
            totals.append(_total(book, replay.day, replay.in_all, needed.four_weeks))
        weeks += [week.is_within(needed.week) for week in replay.weeks if week.says_something]
    return Backtest(days, len(shares), round_to(brier, 3), tuple(_bands(shares)), tuple(totals), len(weeks), sum(weeks))


def _total(book: Book, day: date, outcome: Outcome, deviations: Decimal) -> Total:
    decimals = currency_decimals(book.currency)
    amounts = (*outcome.spread.band(deviations), outcome.spread.expected, outcome.came)
    low, high, expected, came = (round_to(amount, decimals) for amount in amounts)
    return Total(day, low, expected, high, came, deviations)


def _bands(pairs: Sequence[tuple[Decimal, Decimal]]) -> Iterator[Band]:
    for above in range(0, 100, 20):
        inside = [pair for pair in pairs if above < pair[0] * 100 <= above + 20 or (above == 0 and not pair[0])]
        if inside:
            called, came = (sum((pair[side] for pair in inside), ZERO) * 100 / len(inside) for side in (0, 1))
            yield Band(above, above + 20, len(inside), round_to(called, 1), round_to(came, 1))
