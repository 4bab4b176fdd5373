"""Between what a sum of uncertain amounts lies in 8 of 10 cases: by chance alone, and as far as past forecasts were off."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import NamedTuple

from beancount_invoicing.model import ZERO

CHANCE = Decimal("1.2816")
"""Standard deviations around the mean between which 8 of 10 values of a normal distribution are."""
MEANT = Decimal("0.8")
"""Which share of what came should lie in the band."""
ENOUGH_FORECASTS = 4
"""With fewer past forecasts, even the largest miss is not known to be as large as 8 of 10."""
WITHOUT_END = Decimal("Infinity")


class Spread(NamedTuple):
    """What is expected of amounts of which each comes in whole with some probability, or not at all; not rounded."""

    expected: Decimal
    variance: Decimal
    """Of the sum, if each amount comes by itself."""
    most: Decimal
    """All that may come."""

    def band(self, deviations: Decimal = CHANCE) -> tuple[Decimal, Decimal]:
        """So many standard deviations around what is expected; never below zero, nor above all that may come."""
        around = deviations * self.variance.sqrt() if self.variance else ZERO
        return max(self.expected - around, ZERO), min(self.expected + around, self.most)


class Outcome(NamedTuple):
    """What was expected, and what came of it, in one currency; not rounded."""

    spread: Spread
    came: Decimal

    @property
    def says_something(self) -> bool:
        """Whether something could have come otherwise, or did."""
        return bool(self.spread.variance) or self.came != self.spread.expected

    @property
    def deviations(self) -> Decimal:
        """How many standard deviations what came was away from what was expected; without end if no deviation was expected."""
        if not self.spread.variance:
            return WITHOUT_END if self.says_something else ZERO
        return abs(self.came - self.spread.expected) / self.spread.variance.sqrt()

    def is_within(self, deviations: Decimal) -> bool:
        """Whether what came lies in the band of so many standard deviations (inclusive)."""
        low, high = self.spread.band(deviations)
        return low <= self.came <= high


def spread(amounts: Iterable[tuple[Decimal, Decimal]]) -> Spread:
    """Of amounts, each with the probability (0 to 1) with which it comes in whole."""
    expected = variance = most = ZERO
    for amount, share in amounts:
        if share:
            likely = amount * share
            expected += likely
            variance += amount * likely * (1 - share)
            most += amount
    return Spread(expected, max(variance, ZERO), most)


def deviations_needed(past: Sequence[Decimal]) -> Decimal:
    """How many standard deviations a band needs, so that 8 of 10 lie in it: as many as the deviations of the past show, at least
    CHANCE. CHANCE if there are fewer than ENOUGH_FORECASTS.

    The past is put in order, and the value at 8/10 of one more than there are counts, between two neighbours in proportion: the
    next one is as likely to be at any place of the order. Source: conformal prediction (Vovk, Gammerman and Shafer, Algorithmic
    learning in a random world, 2005).
    """
    if len(past) < ENOUGH_FORECASTS:
        return CHANCE
    ordered, place = sorted(past), MEANT * (len(past) + 1)
    before = int(place)
    below, above = ordered[before - 1], ordered[min(before, len(ordered) - 1)]
    between = place - before
    return max(below + between * (above - below) if between and below < above else below, CHANCE)
