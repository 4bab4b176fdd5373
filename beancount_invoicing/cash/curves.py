"""When money comes, counted from what came before: the Kaplan–Meier estimate on amounts, by days after the due date.

Of all that was still open on a day (counted from each due date), which share came on that day? What is open now counts up to its
present age, and so does what was lost. Source: Kaplan and Meier, Nonparametric estimation from incomplete observations (1958).
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import NamedTuple

from beancount_invoicing.model import ZERO

FIRM_WEIGHT = 5
"""How many instalments of a customer's own the firm's experience weighs as much as."""


class Observation(NamedTuple):
    """An amount that came (`paid`), or that was still open when last seen, so many days after its due date."""

    customer: str
    days: int
    amount: Decimal
    paid: bool


class _Counts:
    """What came on each day, and what was open before."""

    def __init__(self, observations: Iterable[Observation]) -> None:
        came: defaultdict[int, Decimal] = defaultdict(lambda: ZERO)
        seen: defaultdict[int, Decimal] = defaultdict(lambda: ZERO)
        count, total = 0, ZERO
        for _customer, days, amount, paid in observations:
            seen[days] += amount
            count += 1
            total += amount
            if paid:
                came[days] += amount
        self.came = came
        self.days = sorted(seen)
        self.open: list[Decimal] = []
        """What was open before each of `days`, and after the last one."""
        self.mean = total / count if count else ZERO
        for day in self.days:
            self.open.append(total)
            total -= seen[day]
        self.open.append(ZERO)

    def open_before(self, day: int) -> Decimal:
        """What was still open before a day."""
        return self.open[bisect_left(self.days, day)]


class PaymentCurves:
    """The firm's curve, and each customer's own, drawn to the firm's as long as there is little of it."""

    def __init__(self, observations: Sequence[Observation]) -> None:
        of_customer: defaultdict[str, list[Observation]] = defaultdict(list)
        for observation in observations:
            of_customer[observation.customer].append(observation)
        self._firm = _Counts(observations)
        self._own = of_customer
        self._counted: dict[str, _Counts] = {}
        self._stays: dict[str, dict[int, Decimal]] = {}
        """By customer, which share of what is open stays open on a day, by the day's place in `_days`; as far as it was needed."""
        self._days = sorted(self._firm.came)
        self._firm_shares = [self._firm.came[day] / self._firm.open_before(day) for day in self._days]

    def shares(self, customer: str, age: int, ends: Sequence[int]) -> tuple[Decimal, ...]:
        """Which share of what is open `age` days after its due date comes within each number of days in `ends` (ascending),
        0 to 1, not rounded. "" is the firm's own curve.
        """
        days, stays = self._days, self._stays.setdefault(customer, {})
        left, at, result = Decimal(1), bisect_right(days, age), []
        for end in ends:
            while at < len(days) and days[at] <= age + end:
                if at not in stays:
                    stays[at] = self._stay(customer, at)
                left *= stays[at]
                at += 1
            result.append(1 - left)
        return tuple(result)

    def _stay(self, customer: str, at: int) -> Decimal:
        """Which share of what is open before a day does not come on it."""
        if customer not in self._counted:
            self._counted[customer] = _Counts(self._own.get(customer, ()))
        own, day, share = self._counted[customer], self._days[at], self._firm_shares[at]
        if weight := FIRM_WEIGHT * own.mean:
            share = (own.came.get(day, ZERO) + weight * share) / (own.open_before(day) + weight)
        return 1 - share
