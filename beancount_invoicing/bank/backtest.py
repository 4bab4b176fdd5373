"""How well lines of statements would be matched for this firm: its past payments are matched again, without what they
settle.

Each is matched with what was known on its day: earlier payments settle what the ledger records, later ones are not
there yet. Pure: a Book and past payments in, figures out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import ROUND_FLOOR, Decimal
from types import MappingProxyType
from typing import NamedTuple

from beancount_invoicing.bank.booking import AUTOMATIC
from beancount_invoicing.bank.earlier_receipts import EarlierReceipts
from beancount_invoicing.bank.evidence import Proposal
from beancount_invoicing.bank.matching import match_lines
from beancount_invoicing.bank.past_days import receivables_on
from beancount_invoicing.bank.statements import StatementLine
from beancount_invoicing.messages import _, _n
from beancount_invoicing.model import Book, Source

LEAST_PAST_PAYMENTS = 10
"""The least number of past payments by which a tier is judged, if option `bank-past-payments` is not set."""
_BOOKED_TIERS = ("A", "B", "C")


class PastPayment(NamedTuple):
    """A transaction that settled documents, as a line of the bank."""

    entry: Source
    line: StatementLine
    settled: Mapping[str, Decimal]
    """The amounts that it settled on its day by document number, discounts included; negative for money that came back.
    """


class RematchedPayment(NamedTuple):
    """A past payment and its new match."""

    past: PastPayment
    proposal: Proposal

    @property
    def is_booked(self) -> bool:
        """Whether it would be booked without asking."""
        return self.proposal.action in AUTOMATIC

    @property
    def is_right(self) -> bool:
        """Whether exactly the same documents are settled, by the same amounts."""
        found: defaultdict[str, Decimal] = defaultdict(Decimal)
        for settled in self.proposal.settlements:
            found[settled.number] += settled.amount
        return dict(found) == dict(self.past.settled)


class TierFigures(NamedTuple):
    """The results for the past payments of one tier."""

    tier: str
    booked: int
    """The number that would be booked without asking."""
    right: int
    """The number of these that would be right."""
    proposed: int
    proposed_right: int

    @property
    def precision(self) -> Decimal | None:
        """The percentage of bookings that would be right, rounded down to one decimal; None if nothing would be booked."""
        return percentage(self.right, self.booked) if self.booked else None


def percentage(part: int, of: int) -> Decimal:
    """A part in percent, rounded down to one decimal: only the whole gives 100.0."""
    return (Decimal(100 * part) / of).quantize(Decimal("0.1"), ROUND_FLOOR)


def backtest(
    book: Book, past: Sequence[PastPayment], receipts: Mapping[Source, EarlierReceipts] = MappingProxyType({})
) -> tuple[RematchedPayment, ...]:
    """Past payments matched again, by day, each as if it and everything after it were not in the ledger yet.

    `receipts`: by entry, the earlier receipts that may be the same payment, as `match_lines` has them.
    """
    by_day: defaultdict[date, list[PastPayment]] = defaultdict(list)
    for payment in past:
        by_day[payment.line.date].append(payment)
    days = sorted(by_day)
    found: list[RematchedPayment] = []
    for day, known in zip(days, receivables_on(book, days, {payment.entry for payment in past}), strict=True):
        of_day = by_day[day]
        earlier = {place: receipts[payment.entry] for place, payment in enumerate(of_day) if payment.entry in receipts}
        found += map(
            RematchedPayment, of_day, match_lines(known, [payment.line for payment in of_day], receipts=earlier)
        )
    return tuple(found)


def tier_figures(tested: Iterable[RematchedPayment]) -> tuple[TierFigures, ...]:
    """The figures of each tier that occurs, A first; last "", for payments without evidence."""
    by_tier: defaultdict[str, list[RematchedPayment]] = defaultdict(list)
    for payment in tested:
        by_tier[payment.proposal.tier].append(payment)
    return tuple(
        TierFigures(
            tier,
            sum(payment.is_booked for payment in of_tier),
            sum(payment.is_booked and payment.is_right for payment in of_tier),
            sum(not payment.is_booked for payment in of_tier),
            sum(not payment.is_booked and payment.is_right for payment in of_tier),
        )
        for tier, of_tier in sorted(by_tier.items(), key=lambda item: (not item[0], item[0]))
    )


class Bound(NamedTuple):
    """The results that a firm requires before a tier is booked without asking."""

    precision: Decimal
    """In percent."""
    past_payments: int


def bound(book: Book, day: date) -> Bound | None:
    """The firm's bound on `day`: options `bank-precision` and `bank-past-payments`; None if it has none."""
    precision, least = (book.options.get(name) for name in ("bank-precision", "bank-past-payments"))
    asked = precision.at(day) if precision else None
    if not isinstance(asked, (int, Decimal)):
        return None
    count = least.at(day) if least else None
    return Bound(Decimal(asked), int(count) if isinstance(count, (int, Decimal)) else LEAST_PAST_PAYMENTS)


def tiers_below(figures: Sequence[TierFigures], asked: Bound) -> dict[str, str]:
    """The tiers that are not booked without asking, with the reason."""
    by_tier = {tier.tier: tier for tier in figures}
    found: dict[str, str] = {}
    for name in _BOOKED_TIERS:
        tier = by_tier.get(name) or TierFigures(name, 0, 0, 0, 0)
        if tier.booked < asked.past_payments:
            found[name] = _n(
                tier.booked,
                "tier {tier}: there is only {count} past payment to judge it by, your bound is {least} (option bank-past-payments)",
                "tier {tier}: there are only {count} past payments to judge it by, your bound is {least} "
                "(option bank-past-payments)",
                tier=name,
                count=tier.booked,
                least=asked.past_payments,
            )
        elif 100 * tier.right < asked.precision * tier.booked:
            found[name] = _(
                "tier {tier}: {right} of {booked} past payments are right, {precision} %; your bound is {bound} % (option "
                "bank-precision)",
                tier=name,
                right=tier.right,
                booked=tier.booked,
                precision=tier.precision,
                bound=asked.precision,
            )
    return found
