"""The past foreseen again: what a forecast would have said on earlier days, from what was known then, and what came of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from beancount_invoicing.cash.band import CHANCE, ENOUGH_FORECASTS, Outcome, deviations_needed, spread
from beancount_invoicing.cash.currencies import books_rate
from beancount_invoicing.cash.curves import PaymentCurves
from beancount_invoicing.cash.forecast_items import by_week, week_ends
from beancount_invoicing.cash.history import OpenHistory, ReceivedAmount
from beancount_invoicing.cash.observations import ENOUGH_PAYMENTS, PastPayments
from beancount_invoicing.model import ZERO, Book

WEEKS = 4
"""How far each past forecast looks."""
DAYS = 7 * WEEKS
STEPS = 12
"""From how many past forecasts, each DAYS before the next, the band is widened."""


class Replay(NamedTuple):
    """A past forecast of what was open, promises and disputes left out."""

    day: date
    """The last day that was known."""
    shares: tuple[tuple[Decimal, Decimal], ...]
    """Of each open amount, which share was expected within DAYS days, and which came, 0 to 1."""
    weeks: tuple[Outcome, ...]
    """All of it together by week, in the books' currency."""
    in_all: Outcome | None
    """Within DAYS days; None if nothing was open."""


class Widening(NamedTuple):
    """How wide bands have to be, as past forecasts show: in standard deviations, CHANCE or more."""

    week: Decimal = CHANCE
    """Of a single week."""
    four_weeks: Decimal = CHANCE
    """Of DAYS days together."""
    replays: tuple[Replay, ...] = ()
    """The past forecasts that it is counted from: those of which something could have come otherwise, or did."""

    @property
    def is_enough(self) -> bool:
        """Whether there are enough past forecasts to judge by."""
        return len(self.replays) >= ENOUGH_FORECASTS


def replays(
    book: Book, as_of: date, history: OpenHistory, received: Sequence[ReceivedAmount], steps: int = STEPS
) -> tuple[Replay, ...]:
    """What would have been foreseen on `steps` days before `as_of`, each DAYS before the next, the oldest first.

    Days with fewer than ENOUGH_PAYMENTS payments before them are left out. All that is compared came by `as_of` (inclusive).
    `received`: the money that came by then; what bounced later counts as never come.
    """
    payments = PastPayments(book, received)
    days = [as_of - timedelta(days=DAYS * step) for step in range(steps, 0, -1) if DAYS * step <= as_of.toordinal() - 1]
    return tuple(_replay(book, day, history, payments) for day in days if payments.count(day) >= ENOUGH_PAYMENTS)


def widening(past: Sequence[Replay]) -> Widening:
    """How wide bands have to be after these past forecasts; as by chance alone if they are too few."""
    telling = tuple(replay for replay in past if any(week.says_something for week in replay.weeks))
    if len(telling) < ENOUGH_FORECASTS:
        return Widening(replays=telling)
    weeks = [week.deviations for replay in telling for week in replay.weeks if week.says_something]
    in_all = [replay.in_all.deviations for replay in telling if replay.in_all and replay.in_all.says_something]
    return Widening(deviations_needed(weeks), deviations_needed(in_all), telling)


def _replay(book: Book, day: date, history: OpenHistory, payments: PastPayments) -> Replay:
    still_open = history.at(day)
    curves = PaymentCurves(payments.observations(day, still_open))
    came = _came(payments, day)
    rates: dict[str, Decimal | None] = {}
    ends, nothing = week_ends(WEEKS), (ZERO,) * WEEKS
    shares: list[tuple[Decimal, Decimal]] = []
    foreseen: list[tuple[Decimal, tuple[Decimal, ...]]] = []
    received = [ZERO] * WEEKS
    for item in still_open:
        if not (due := item.instalment.due_at(day)):
            continue
        called = curves.shares(item.customer, (day - due).days, ends)
        found = came.get((id(item.invoice), item.instalment.index, item.customer))
        by_end = _within(found, item.open) if found else nothing
        shares.append((called[-1], by_end[-1] / item.open))
        currency = item.invoice.currency
        if currency not in rates:
            rates[currency] = books_rate(book, currency, day)
        if rate := rates[currency]:
            foreseen.append((item.open * rate, called))
            if found:
                received = [total + amount * rate for total, amount in zip(received, by_week(by_end), strict=True)]
    by_weeks = [(amount, by_week(called)) for amount, called in foreseen]
    weeks = tuple(
        Outcome(spread((amount, called[week]) for amount, called in by_weeks), received[week]) for week in range(WEEKS)
    )
    in_all = Outcome(spread((amount, called[-1]) for amount, called in foreseen), sum(received, ZERO))
    return Replay(day, tuple(shares), weeks, in_all if foreseen else None)


def _came(payments: PastPayments, day: date) -> dict[tuple[int, int, str], list[Decimal]]:
    """What came of each instalment in each week, by who paid."""
    came: defaultdict[tuple[int, int, str], list[Decimal]] = defaultdict(lambda: [ZERO] * WEEKS)
    for money in payments.between(day, day + timedelta(days=DAYS)):
        week = ((money.received_on - day).days - 1) // 7
        came[id(money.invoice), money.instalment.index, money.customer][week] += money.amount
    return came


def _within(by_weeks: Sequence[Decimal], open_amount: Decimal) -> tuple[Decimal, ...]:
    """What came by the end of each week, never more than was open."""
    total, found = ZERO, []
    for amount in by_weeks:
        total += amount
        found.append(min(total, open_amount))
    return tuple(found)
