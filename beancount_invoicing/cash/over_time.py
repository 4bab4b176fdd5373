"""What is open by the month in which it is due, and how old it was at the ends of past days. Both agree with the aged balance."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Container, Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from beancount_invoicing.cash.history import BalanceHistory, OpenAmount
from beancount_invoicing.cash.periods import Interval, first_day
from beancount_invoicing.model import ZERO, Day
from beancount_invoicing.receivables.aging import DEFAULT_BOUNDS
from beancount_invoicing.rules.exact import exact


class OpenByDueDate(NamedTuple):
    """What is open of all instalments that are due in one month, quarter or year, in one currency."""

    begins: Day | None
    """The first day of the month, quarter or year; None for what is due on an acceptance that has not come."""
    currency: str
    ages: tuple[Decimal, ...]
    """What is not due yet; then what is late, in the buckets of the aged balance."""
    items: tuple[OpenAmount, ...]

    @property
    def total(self) -> Decimal:
        """All of it."""
        return sum(self.ages, ZERO)


class AgesOnDay(NamedTuple):
    """What was owed at the end of a day in one currency, by age: the totals of the aged balance of that day."""

    day: Day
    currency: str
    ages: tuple[Decimal, ...]
    """What was not due yet; then what was late, in the buckets of the aged balance."""
    unallocated: Decimal
    """Money and credits that no document had used (negative), and unallocated debits (positive)."""

    @property
    def total(self) -> Decimal:
        """What was owed: the ledger's balance without drafts."""
        return sum(self.ages, self.unallocated)


def age_index(item: OpenAmount, day: date, bounds: Sequence[int] = DEFAULT_BOUNDS) -> int:
    """Which of the ages an open amount has at the end of `day`: 0 if it is not late, else 1 + its bucket."""
    days = (day - item.instalment.due).days
    return 0 if days <= 0 else 1 + bisect_left(bounds, days)


@exact
def open_by_due_date(
    as_of: date,
    open_amounts: Iterable[OpenAmount],
    interval: Interval = "month",
    bounds: Sequence[int] = DEFAULT_BOUNDS,
) -> tuple[OpenByDueDate, ...]:
    """What is open at the end of `as_of` by when it is due: by currency, then the earliest first, without a due date last.

    `open_amounts`: what is open on that day. `bounds`: the last day of each bucket, and one bucket above them.
    """
    found: defaultdict[tuple[str, date], list[OpenAmount]] = defaultdict(list)
    for item in open_amounts:
        due = item.instalment.due_at(as_of)
        found[item.invoice.currency, first_day(due, interval) if due else date.max].append(item)
    result = []
    for currency, begins in sorted(found):
        items = found[currency, begins]
        ages = [ZERO] * (len(bounds) + 2)
        for item in items:
            ages[age_index(item, as_of, bounds)] += item.open
        result.append(OpenByDueDate(None if begins == date.max else begins, currency, tuple(ages), tuple(items)))
    return tuple(result)


@exact
def ages_over_time(
    balances: BalanceHistory,
    days: Iterable[date],
    customers: Container[str] = (),
    bounds: Sequence[int] = DEFAULT_BOUNDS,
) -> tuple[AgesOnDay, ...]:
    """What was owed at the end of each of `days`, by age: by currency, in the order of the days. A day on which nothing was owed
    in a currency is left out, unless something was owed before it. `customers`: main accounts, for only these; () for all.
    """
    found: dict[tuple[str, date], AgesOnDay] = {}
    seen: set[str] = set()
    for day in days:
        ages: defaultdict[str, list[Decimal]] = defaultdict(lambda: [ZERO] * (len(bounds) + 2))
        unallocated: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)
        owed, still_open = balances.at(day, customers)
        for balance in owed:
            unallocated[balance.currency] += balance.current + balance.overdue
        for item in still_open:
            currency = item.invoice.currency
            ages[currency][age_index(item, day, bounds)] += item.open
            unallocated[currency] -= item.open
        seen |= unallocated.keys()
        for currency in seen:
            found[currency, day] = AgesOnDay(day, currency, tuple(ages[currency]), unallocated[currency])
    return tuple(found[key] for key in sorted(found))
