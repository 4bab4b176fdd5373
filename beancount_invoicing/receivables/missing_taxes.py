"""The entries that the books still lack: what became due in a month, less what was moved of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from beancount_invoicing.model import ZERO, Day, TaxMovement
from beancount_invoicing.receivables.pending_taxes import PendingTaxKey
from beancount_invoicing.rules.steps import end_of_month


class MissingTaxLine(NamedTuple):
    """One code: the amount that should leave the pending account, and the amount that should reach the tax account; the rest
    is an exchange difference.
    """

    pending: PendingTaxKey
    due_account: str
    """The account of the tax owed."""
    released: Decimal
    owed: Decimal
    exchange: str
    """The account of the exchange difference; "" if none is known, or there is no difference."""

    @property
    def difference(self) -> Decimal:
        """What is owed beyond what was pending: an exchange loss; negative: a gain."""
        return self.owed - self.released


class MissingTaxEntry(NamedTuple):
    """An entry that the books lack, dated the last day of the month in which the tax became due; for the running month, today."""

    date: Day
    lines: tuple[MissingTaxLine, ...]


_end_of_month = lru_cache(maxsize=4096)(end_of_month)


@dataclass(slots=True)
class UnmovedTax:
    """One tax, month by month: what became due and has not been moved: amounts owed, and amounts released from the pending
    account.
    """

    months: defaultdict[date, list[Decimal]] = field(default_factory=lambda: defaultdict(lambda: [ZERO, ZERO]))
    moved: defaultdict[date, list[Decimal]] = field(default_factory=lambda: defaultdict(lambda: [ZERO, ZERO]))
    """What the books have moved for each month."""
    taken_over: Decimal = ZERO
    """What came from earlier books without a known item."""

    def add_due(self, day: date, owed: Decimal, released: Decimal) -> None:
        """Adds an amount that became due on a day."""
        self._add(day, owed, released)

    def add_moved(self, move: TaxMovement, tied: date | None) -> None:
        """Adds an amount that the books moved. It is for a payment of the day `tied`, else for the month that lacks
        exactly that amount, else for the oldest month.

        Moves come in the order of their dates. If two months lack exactly that, it is for the month on whose last day it is booked,
        else for the older one.
        """
        owed, released = move.reached_due_account, move.amount
        if tied is not None:
            self._take(tied, owed, released)
            return
        if move.taken_over and released < 0:
            self.taken_over -= released
            return
        until = _end_of_month(move.date)
        for month in sorted(self.months, key=lambda month: (month != move.date, month)):
            if month <= until and self.months[month] == [owed, released]:
                self._take(month, owed, released)
                return
        for month in sorted(self.months):
            here = self.months[month][1]
            if month <= until and here * released > 0:
                part = min(abs(here), abs(released)).copy_sign(released)
                reached = owed if part == released else part
                self._take(month, reached, part)
                owed, released = owed - reached, released - part
        part = min(max(released, ZERO), self.taken_over)
        self.taken_over -= part
        owed, released = owed - part, released - part
        if owed or released:
            lacking = [month for month in sorted(self.months) if month <= until and self.months[month][0] * owed > 0]
            self._take(lacking[0] if not released and lacking else move.date, owed, released)

    def remainders(self) -> dict[date, tuple[Decimal, Decimal]]:
        """What is left of each month, by its last day: owed, released.

        Anything moved too much or too early is set off against what other months lack. What became due in one month and was
        cancelled in another is not: each month's return shows its own amounts.
        """
        for side in (0, 1):
            for month in sorted(self.months):
                for other in sorted(self.months):
                    part = min(self._moved_too_much(month, side), abs(self.months[other][side]))
                    if part and self.months[month][side] * self.months[other][side] < 0:
                        part = part.copy_sign(self.months[month][side])
                        self.months[month][side] -= part
                        self.moved[month][side] += part
                        self.months[other][side] += part
                        self.moved[other][side] -= part
        return {month: (owed, released) for month, (owed, released) in sorted(self.months.items()) if owed or released}

    def _moved_too_much(self, month: date, side: int) -> Decimal:
        """How much more the books moved than became due: the remainder with the opposite sign, as far as moves explain it."""
        left, moved = self.months[month][side], self.moved[month][side]
        return min(abs(left), abs(moved)) if left * moved < 0 else ZERO

    def _take(self, day: date, owed: Decimal, released: Decimal) -> None:
        moved = self.moved[_end_of_month(day)]
        moved[0] += owed
        moved[1] += released
        self._add(day, -owed, -released)

    def _add(self, day: date, owed: Decimal, released: Decimal) -> None:
        month = self.months[_end_of_month(day)]
        month[0] += owed
        month[1] += released


def missing_tax_entries(
    moves: Mapping[PendingTaxKey, UnmovedTax],
    owed_on: Mapping[PendingTaxKey, str | None],
    exchange: Mapping[PendingTaxKey, Sequence[str]],
    as_of: date,
) -> tuple[MissingTaxEntry, ...]:
    """The entries that are missing as of a day (inclusive), by date.

    `exchange`: the accounts of exchange differences; a loss goes to the first expense account among them, if any, else to the
    first.
    """
    by_month: defaultdict[date, list[MissingTaxLine]] = defaultdict(list)
    for where in sorted(moves):
        for month, (owed, released) in moves[where].remainders().items():
            account = exchange[where][0] if exchange[where] and owed != released else ""
            by_month[month].append(MissingTaxLine(where, owed_on[where] or "", released, owed, account))
    return tuple(MissingTaxEntry(min(month, as_of), tuple(lines)) for month, lines in sorted(by_month.items()))
