"""The referee: what was agreed and worked, and for each day what held on it. Simple, slow, and without the product.

A contract is a list of directives, each a day and what it says from then on. Each day is asked by itself: does the contract run,
in which period does the day lie, for whom and at which price? Days that say the same, one behind the other, are one piece, whose
price is rounded once. Hours are asked one by one.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, NamedTuple

ZERO, CENT, DAY = Decimal(0), Decimal("0.01"), timedelta(days=1)
LENGTHS = {"10 days": 10, "2 weeks": 14}
MONTHS = {"month": 1, "quarter": 3, "half-year": 6, "year": 12}
Facts = Mapping[str, Any]


def cents(amount: Decimal) -> Decimal:
    """To the cent, half away from zero."""
    return amount.quantize(CENT, ROUND_HALF_UP)


def off(amount: Decimal, facts: Facts) -> Decimal:
    """Less the discount."""
    return cents(amount * (100 - Decimal(facts.get("discount") or 0)) / 100)


def after(anchor: date, every: str, times: int) -> date:
    """The day that is so many lengths of time behind `anchor`; a day that its month lacks is the month's last."""
    if every in LENGTHS:
        return anchor + timedelta(days=LENGTHS[every] * times)
    month = anchor.year * 12 + anchor.month - 1 + MONTHS[every] * times
    year, month = month // 12, month % 12 + 1
    return date(year, month, min(anchor.day, monthrange(year, month)[1]))


class Span(NamedTuple):
    """A stretch of days, both inclusive."""

    first: date
    last: date

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1


def period_of(day: date, anchor: date, every: str) -> Span:
    """The period that a day lies in."""
    times = 0
    while after(anchor, every, times) > day:
        times -= 1
    while after(anchor, every, times + 1) <= day:
        times += 1
    return Span(after(anchor, every, times), after(anchor, every, times + 1) - DAY)


class Series:
    """What is said from a day on: a price, a rate, the value of an index. Of what one day says, the last holds."""

    def __init__(self) -> None:
        self.said: list[tuple[date, Decimal]] = []

    def say(self, day: date, value: Decimal) -> None:
        """From `day` on it is `value`."""
        self.said = sorted([*(one for one in self.said if one[0] != day), (day, value)])

    def at(self, day: date) -> Decimal | None:
        """What holds on a day; None before the first."""
        return next((value for since, value in reversed(self.said) if since <= day), None)


@dataclass
class Contract:
    """What was agreed: the facts that each directive says, by day; one directive a day."""

    code: str
    mode: str
    said: dict[date, Facts] = field(default_factory=dict)

    @property
    def start(self) -> date:
        """The day from which on it holds."""
        return min(self.said)

    def at(self, day: date) -> dict[str, Any]:
        """All that holds on a day."""
        facts: dict[str, Any] = {}
        for since in sorted(self.said):
            if since <= day:
                facts |= self.said[since]
        return facts

    def running(self, until: date) -> Iterator[tuple[date, dict[str, Any], date]]:
        """Each day up to `until` on which the contract has begun and not ended: its facts, and from when its periods count.

        One that has ended begins again on the day of a directive that gives it a later end. A new rhythm counts from its own day.
        """
        facts: dict[str, Any] = {}
        origin, day = self.start, self.start
        while day <= until:
            rhythm = facts.get("every"), facts.get("anchor")
            facts |= self.said.get(day, {})
            if (facts.get("every"), facts.get("anchor")) != rhythm:
                origin = facts.get("anchor") or day
            last = None if facts.get("renews") else facts.get("until")
            if last is None or day <= last:
                yield day, dict(facts), origin
            day += DAY


Block = list[tuple[date, dict[str, Any], Span]]
"""Days of one period, with what holds on each."""


class Piece(NamedTuple):
    """Days that one line bills: to whom, and for how much."""

    code: str
    span: Span
    period: Span
    due: date
    """The day from which on it may be billed."""
    account: str
    order: str
    tax: str
    net: Decimal


class Hour(NamedTuple):
    """Time that was worked: under which contract it is billed ("": none), to whom, and for how much an hour (None: no price)."""

    day: date
    account: str
    quantity: Decimal
    item: str
    code: str
    customer: str
    order: str
    tax: str
    price: Decimal | None


class Worked(NamedTuple):
    """Time as it is written."""

    day: date
    account: str
    quantity: Decimal
    item: str


class Spent(NamedTuple):
    """An expense that is to be billed again."""

    day: date
    code: str
    amount: Decimal


class Milestone(NamedTuple):
    """A part of a fixed price: a `percent` of it, or what is done by then (`cumulative`); a deposit stands beside the whole."""

    code: str
    day: date
    name: str
    percent: Decimal
    cumulative: bool = False
    deposit: bool = False


class One(NamedTuple):
    """A milestone or an expense as it is billed."""

    code: str
    what: str
    account: str
    order: str
    tax: str
    net: Decimal


@dataclass
class Firm:
    """All that was agreed and worked."""

    contracts: dict[str, Contract] = field(default_factory=dict)
    prices: dict[str, Series] = field(default_factory=dict)
    """Of items."""
    rates: dict[str, Series] = field(default_factory=dict)
    """Of tax codes, in percent."""
    indexes: dict[str, Series] = field(default_factory=dict)
    orders: dict[str, str] = field(default_factory=dict)
    """The usual purchase order of a customer's account."""
    work: list[Worked] = field(default_factory=list)
    expenses: list[Spent] = field(default_factory=list)
    milestones: list[Milestone] = field(default_factory=list)

    # prices -------------------------------------------------------------------------------------------------------

    def agreed(self, facts: Facts, day: date) -> Decimal | None:
        """The price that a contract or its item says."""
        if facts.get("price") is not None:
            return Decimal(facts["price"])
        series = self.prices.get(facts.get("item") or "")
        return series.at(day) if series else None

    def price(self, contract: Contract, day: date) -> Decimal | None:
        """The price of a day: as agreed, and revised by the index each year (or `index-every`) after it was agreed."""
        facts = contract.at(day)
        price = self.agreed(facts, day)
        index = facts.get("index")
        if price is None or not index:
            return price
        since, before = contract.start, None
        for each in self._days_said(contract):
            if each <= day:
                now = self.agreed(contract.at(each), each), contract.at(each).get("index")
                if before not in {None, now}:
                    since = each
                before = now
        first = self.indexes[index].at(since)
        if first is None:
            return price
        revised, times = price, 1
        while (revision := after(since, facts.get("index-every") or "year", times)) <= day:
            value = self.indexes[index].at(revision)
            assert value is not None
            share = Decimal(facts.get("index-share") or 100)
            if self._published(index, revision) != self._published(index, since):
                revised = self._limited(facts, revised, cents(price * ((100 - share) + share * value / first) / 100))
            times += 1
        return revised

    def _days_said(self, contract: Contract) -> list[date]:
        """The days from a contract's start on, on which it or an item says something."""
        items = {day for series in self.prices.values() for day, _value in series.said}
        return sorted({*contract.said, *(day for day in items if day > contract.start)})

    def _published(self, index: str, day: date) -> date:
        return max(since for since, _value in self.indexes[index].said if since <= day)

    @staticmethod
    def _limited(facts: Facts, before: Decimal, price: Decimal) -> Decimal:
        if facts.get("index-floor") is not None:
            price = max(price, cents(before * (100 + Decimal(facts["index-floor"])) / 100))
        if facts.get("index-cap") is not None:
            price = min(price, cents(before * (100 + Decimal(facts["index-cap"])) / 100))
        return price

    # subscriptions ------------------------------------------------------------------------------------------------

    def pieces(self, code: str, until: date) -> list[Piece]:
        """What a subscription bills up to a day, as it is known in the end."""
        contract = self.contracts[code]
        blocks = self._blocks(contract, until)
        return [piece for block in blocks for piece in self._block(contract, block) if piece.due <= until]

    @staticmethod
    def _blocks(contract: Contract, until: date) -> list[Block]:
        """The days of each period up to the end of the one that runs on a day; apart where the rhythm or the customer changes."""
        blocks: list[Block] = []
        last: tuple[Span, date, str] | None = None
        for day, facts, origin in contract.running(until + timedelta(days=400)):
            period = period_of(day, origin, facts["every"])
            this = (period, origin, facts["account"])
            if day > until and (last is None or last[0] != period):
                break
            if this != last or blocks[-1][-1][0] + DAY != day:
                blocks.append([])
            blocks[-1].append((day, facts, period))
            last = this
        return blocks

    def _block(self, contract: Contract, block: Block) -> Iterator[Piece]:
        """The pieces of days of one period, for one customer, in one rhythm."""
        first, facts, period = block[0]
        span = Span(first, block[-1][0])
        prorate = facts.get("prorate")
        if not prorate:
            if not facts.get("paused"):
                share = prorate is None and span != period
                yield self._piece(contract, span, period, span, share)
            return
        runs: list[list[date]] = []
        before: tuple[object, ...] | None = None
        for day, now, _period in block:
            said = None if now.get("paused") else self._line(contract, now, day)
            if said is not None:
                if said != before:
                    runs.append([])
                runs[-1].append(day)
            before = said
        for run in runs:
            yield self._piece(contract, Span(run[0], run[-1]), period, Span(runs[0][0], span.last), True)

    def _line(self, contract: Contract, facts: Facts, day: date) -> tuple[object, ...]:
        """What the line of a day says."""
        said = (facts.get(key) for key in ("item", "quantity", "text", "tax", "purchase-order", "discount"))
        return (*said, self.price(contract, day))

    def _piece(self, contract: Contract, span: Span, period: Span, block: Span, by_days: bool) -> Piece:
        """A piece of `block`, which reaches from its first day that is billed to its last."""
        facts = contract.at(span.first)
        price = self.price(contract, span.first)
        assert price is not None
        net = price * Decimal(facts.get("quantity") or 1)
        if by_days and span != period:
            net = cents(net * span.days / period.days)
        net = off(net, facts)
        due = block.first if contract.at(block.first).get("bill") == "advance" else block.last
        account = facts["account"]
        return Piece(
            contract.code, span, period, due, account, facts.get("purchase-order") or self.orders[account],
            facts.get("tax") or "STD", net,
        )  # fmt: skip

    # time ---------------------------------------------------------------------------------------------------------

    def hours(self, until: date) -> list[Hour]:
        """All that was worked up to a day."""
        return [self._hour(worked) for worked in self.work if worked.day <= until]

    def _hour(self, worked: Worked) -> Hour:
        for contract in self.contracts.values():
            if contract.mode != "time" or worked.day < contract.start:
                continue
            facts = contract.at(worked.day)
            if facts["time"] != worked.account or not self.holds(contract, worked.day):
                continue
            own = worked.item in {"", facts.get("item")}
            series = self.prices.get(worked.item)
            price = self.price(contract, worked.day) if own else series.at(worked.day) if series else None
            account = facts["account"]
            if price is not None:
                price = off(price, facts)
            return Hour(
                worked.day, worked.account, worked.quantity, worked.item, contract.code, account,
                facts.get("purchase-order") or self.orders[account], facts.get("tax") or "STD", price,
            )  # fmt: skip
        return Hour(worked.day, worked.account, worked.quantity, worked.item, "", "", "", "", None)

    @staticmethod
    def holds(contract: Contract, day: date) -> bool:
        """Whether what falls on a day is billed: the contract has begun, has not ended and is not paused."""
        facts = contract.at(day)
        last = None if facts.get("renews") else facts.get("until")
        return day >= contract.start and not (last and day > last) and not facts.get("paused")

    # time that is billed by the period ----------------------------------------------------------------------------

    def usage(self, code: str, until: date) -> tuple[list[One], list[Worked]]:
        """What the periods that are over by a day come to; and the time of those that are not."""
        contract = self.contracts[code]
        result, later = [], []
        for block in self._blocks(contract, until):
            first, facts, period = block[0]
            last = block[-1][0]
            workeds = [
                worked
                for worked in self.work
                if first <= worked.day <= last
                and contract.at(worked.day)["time"] == worked.account
                and self.holds(contract, worked.day)
            ]
            if last > until:
                later += workeds
                continue
            units = sum((worked.quantity for worked in workeds), ZERO)
            over = max(units - Decimal(facts.get("included") or 0), ZERO)
            net = sum((off(price * quantity, facts) for price, quantity in self._tiers(facts, over)), ZERO)
            least = Decimal(0 if facts.get("paused") else facts.get("commitment") or 0)
            net = max(net, cents(least * Span(first, last).days / period.days))
            result.append(self._one(contract, first, str(first), net))
        return result, later

    @staticmethod
    def _tiers(facts: Facts, units: Decimal) -> Iterator[tuple[Decimal, Decimal]]:
        """The prices of units, and how many have each."""
        if not facts.get("tiers"):
            yield Decimal(facts["price"]), units
            return
        tiers = [tuple(one.strip().split(" @ ")) for one in facts["tiers"].split(",")]
        edges = [(Decimal(tier[0]) if len(tier) == 2 else None, Decimal(tier[-1])) for tier in tiers]
        if facts.get("tiers-mode") == "volume":
            yield next(price for edge, price in edges if edge is None or units <= edge), units
            return
        before = ZERO
        for edge, price in edges:
            reached = units if edge is None else min(units, edge)
            yield price, max(reached - before, ZERO)
            before = max(reached, before)

    # expenses and milestones --------------------------------------------------------------------------------------

    def _one(self, contract: Contract, day: date, what: str, net: Decimal) -> One:
        facts = contract.at(day)
        account = facts["account"]
        order = facts.get("purchase-order") or self.orders[account]
        return One(contract.code, what, account, order, facts.get("tax") or "STD", net)

    def billed_again(self, until: date) -> list[One]:
        """The expenses up to a day, with the mark-up of theirs."""
        result = []
        for expense in self.expenses:
            contract = self.contracts[expense.code]
            if expense.day <= until and self.holds(contract, expense.day):
                markup = Decimal(contract.at(expense.day).get("markup") or 0)
                net = cents(expense.amount * (100 + markup) / 100)
                result.append(self._one(contract, expense.day, f"{expense.day} {expense.amount}", net))
        return result

    def stages(self, code: str, until: date) -> list[One]:
        """The milestones of a contract up to a day; the last takes what is left of the whole, to the cent."""
        contract = self.contracts[code]
        result, so_far, percent = [], ZERO, ZERO
        for one in sorted(
            (milestone for milestone in self.milestones if milestone.code == code), key=lambda milestone: milestone.day
        ):
            price = Decimal(contract.at(one.day)["price"])
            net = cents(price * one.percent / 100)
            if not one.deposit:
                percent = one.percent if one.cumulative else percent + one.percent
                net = price - so_far if percent == 100 else net - so_far * one.cumulative
                so_far += net
            if one.day <= until and self.holds(contract, one.day):
                result.append(self._one(contract, one.day, one.name, net))
        return result
