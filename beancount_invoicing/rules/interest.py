"""Late interest: by the law's half-yearly rates, or at the rate of a contract."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby
from typing import NamedTuple

from beancount_invoicing.law import LateInterestLaw, half_year_start
from beancount_invoicing.messages import _
from beancount_invoicing.model import ZERO, CalculationStep
from beancount_invoicing.rules.steps import round_to

__all__ = [
    "ONE_DAY",
    "YEAR_OF_A_CONTRACT",
    "Interest",
    "InterestSegment",
    "RateUnknown",
    "indemnity_alone",
    "is_late",
    "late_interest",
    "together",
    "uncharged_stretches",
]

ONE_DAY = timedelta(days=1)
YEAR_OF_A_CONTRACT = 365


class RateUnknown(LookupError):
    """A reference rate is not known.

    `code`, `name` and `day` identify it, `line` is what to add, the message has all of it. `since` is the first day whose interest
    needs it.
    """

    def __init__(self, code: str, name: str, day: date, since: date | None = None) -> None:
        half = "first" if day.month < 7 else "second"
        line = _('{day} custom "invoice-rate" "{code}" RATE', day=day, code=code)
        super().__init__(
            _(
                "the {name} for {day} ({half} half of {year}) is not known: add it to the ledger, in percent for "
                "RATE: {line}",
                name=name,
                day=day,
                half=half,
                year=day.year,
                line=line,
            )
        )
        self.code = code
        self.name = name
        self.day = day
        self.line = line
        self.since = since or day


class InterestSegment(NamedTuple):
    """Interest for a range of days, both ends inclusive, on one base at one rate (percent a year); not rounded."""

    start: date
    end: date
    days: int
    rate: Decimal
    base: Decimal
    amount: Decimal


class Interest(NamedTuple):
    """Late interest on `principal`, rounded once at the end; `indemnity` is None if none may be claimed. `total` is interest and
    indemnity, without the principal. `law` is the country's code, or "contract".

    If the rate of the first day is missing, `known` is False, the interest 0, and only the indemnity is claimed; if a later one is
    missing, `until` is the last day before it.
    """

    principal: Decimal
    segments: tuple[InterestSegment, ...]
    amount: Decimal
    indemnity: Decimal | None
    total: Decimal
    law: str
    steps: tuple[CalculationStep, ...]
    known: bool = True
    until: date | None = None
    year_days: int = YEAR_OF_A_CONTRACT


def _rate(law: LateInterestLaw | Decimal, day: date, began: date) -> tuple[Decimal, date]:
    """The rate in force on `day`, if interest began to run on `began`, and the last day (inclusive) for which that is certain."""
    if isinstance(law, Decimal):
        return law, date.max
    if not law.base:
        return law.margin, date.max
    half = half_year_start(began if law.fixed_at_start else day)
    rate = next((rate for start, rate in law.rates if start == half), None)
    if rate is None:
        raise RateUnknown(law.base, law.base_name, half, day)
    until = date.max if law.fixed_at_start else date(half.year, 6, 30) if half.month == 1 else date(half.year, 12, 31)
    return rate + law.margin, until


def _year(law: LateInterestLaw | Decimal) -> int:
    return YEAR_OF_A_CONTRACT if isinstance(law, Decimal) else law.year_days


def _segments(
    principal: Decimal,
    paid: Sequence[tuple[date, Decimal]],
    due: date,
    as_of: date,
    law: LateInterestLaw | Decimal,
    claimed: Sequence[tuple[date, date]],
) -> tuple[InterestSegment, ...]:
    segments: list[InterestSegment] = []
    last = due
    while last < as_of:
        day = last + ONE_DAY
        charged = next((end for start, end in claimed if start <= day <= end), None)
        if charged is not None:
            last = charged
            continue
        base = principal - sum((amount for when, amount in paid if when < day), ZERO)
        payments = (when for when, _amount in paid if day <= when)
        last = min([as_of, *payments, *(start - ONE_DAY for start, _end in claimed if day < start)])
        if base > 0:
            rate, until = _rate(law, day, due + ONE_DAY)
            last = min(last, until)
            days = (last - day).days + 1
            segments.append(InterestSegment(day, last, days, rate, base, base * rate * days / (100 * _year(law))))
    return tuple(segments)


def is_late(principal: Decimal, paid: Sequence[tuple[date, Decimal]], due: date, as_of: date) -> bool:
    """Whether any of `principal` was open on a day after `due`, up to `as_of` (inclusive)."""
    evenings = [due, *(when for when, _amount in paid if due < when)]
    return any(
        evening < as_of and principal > sum((amount for when, amount in paid if when <= evening), ZERO)
        for evening in evenings
    )


def late_interest(
    principal: Decimal,
    paid: Sequence[tuple[date, Decimal]],
    due: date,
    as_of: date,
    law: LateInterestLaw | Decimal,
    decimals: int = 2,
    indemnity: Decimal | None = None,
    claimed: Sequence[tuple[date, date]] = (),
) -> Interest:
    """Interest on `principal` (incl. tax) from the day after `due` to `as_of` (inclusive), or to the day of payment.

    `paid`: dates and amounts received, in any order; a payment lowers the base from the day after it, a negative one (a debit that
    bounced) raises it. `law`: a country's law, with its half-yearly rates or that of the half-year in which interest began to run;
    or the yearly percentage of a contract; a year has 365 days. `due`: under a law that requires a formal notice to pay, the day of
    the notice if that is later. `claimed`: the stretches of days (both ends inclusive) that were claimed before. The interest is
    rounded once, half away from zero, to `decimals`. The fixed indemnity is the law's for a debt of `principal`, or under a
    contract `indemnity`; it is due once any day is late, and in the law's currency. Source: Code de commerce, art. L441-10 II; BGB
    § 288; SI 2002/1675. Raises RateUnknown if a reference rate is missing that the days before its `since` do not need.
    """
    segments = _segments(principal, paid, due, as_of, law, claimed)
    fixed = indemnity if isinstance(law, Decimal) else law.indemnity(principal)
    return _added_up(principal, segments, law, decimals, fixed)


def together(
    parts: Sequence[Interest], law: LateInterestLaw | Decimal, decimals: int = 2, indemnity: Decimal | None = None
) -> Interest:
    """The interest of a document from that of its instalments: rounded once, with one `indemnity` or none."""
    late = [part for part in parts if part.segments]
    principal = sum((part.principal for part in late), ZERO)
    segments = tuple(segment for part in late for segment in part.segments)
    return _added_up(principal, segments, law, decimals, indemnity)


def indemnity_alone(
    principal: Decimal, law: LateInterestLaw | Decimal, decimals: int, indemnity: Decimal, known: bool = False
) -> Interest:
    """A claim of the fixed indemnity alone, if the interest cannot be worked out, or (`known`) was charged already."""
    because = _("fixed, once for each invoice") if isinstance(law, Decimal) else law.source
    step = CalculationStep(_("indemnity"), "as written", (indemnity,), indemnity, because)
    total = CalculationStep(
        _("total"),
        "sum",
        (indemnity,),
        indemnity,
        (
            _("the indemnity alone: the interest is charged already")
            if known
            else _("the indemnity alone: the interest is not known")
        ),
    )
    name = "contract" if isinstance(law, Decimal) else law.country
    nothing = round_to(ZERO, decimals)
    return Interest(principal, (), nothing, indemnity, indemnity, name, (step, total), known)


def uncharged_stretches(
    interest: Interest, claimed: Sequence[tuple[date, date]], decimals: int
) -> Iterator[tuple[date, date, Decimal]]:
    """The ranges of days between those already `claimed`: first day, last day (inclusive), and their interest.

    Each amount is what it adds to the rounded sum, so that all of them add up to the interest, which is rounded once.
    """
    stretches = [
        list(segments)
        for _before, segments in groupby(
            sorted(interest.segments, key=lambda segment: segment.start),
            lambda segment: sum(end < segment.start for _start, end in claimed),
        )
    ]
    exact = told = ZERO
    for index, segments in enumerate(stretches, 1):
        exact += sum((segment.amount for segment in segments), ZERO)
        rounded = round_to(exact, decimals) if index < len(stretches) else interest.amount
        yield segments[0].start, max(segment.end for segment in segments), rounded - told
        told = rounded


def _added_up(
    principal: Decimal,
    segments: tuple[InterestSegment, ...],
    law: LateInterestLaw | Decimal,
    decimals: int,
    indemnity: Decimal | None,
) -> Interest:
    # base × rate × days is added up before it is divided: a quotient cut off for each segment could move the last cent
    steps: list[CalculationStep] = []
    products: list[Decimal] = []
    for segment in segments:
        products.append(segment.base * segment.rate * segment.days)
        because = _("base × rate × days, {start} to {end}", start=segment.start, end=segment.end)
        steps.append(
            CalculationStep(_("interest"), "product", (segment.base, segment.rate, segment.days), products[-1], because)
        )
    product = sum(products, ZERO)
    divisor = 100 * _year(law)
    exact = product / divisor
    interest = round_to(exact, decimals)
    steps.append(CalculationStep(_("interest"), "sum", tuple(products), product, _("all stretches of days")))
    steps.append(
        CalculationStep(
            _("interest"), "quotient", (product, divisor), exact, _("percent of a year of {year} days", year=_year(law))
        )
    )
    steps.append(CalculationStep(_("interest"), "rounded", (exact, decimals), interest, _("once, half away from zero")))
    extra = indemnity if segments else None
    total = interest
    if extra is not None:
        total += extra
        because = _("fixed, once for each invoice") if isinstance(law, Decimal) else law.source
        steps.append(CalculationStep(_("indemnity"), "as written", (extra,), extra, because))
        steps.append(CalculationStep(_("total"), "sum", (interest, extra), total, _("interest and indemnity")))
    name = "contract" if isinstance(law, Decimal) else law.country
    return Interest(principal, segments, interest, extra, total, name, tuple(steps), year_days=_year(law))
