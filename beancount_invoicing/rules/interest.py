"""Late interest: by the law's half-yearly rates, or at the rate of a contract."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from beancount_invoicing.law import LateInterest
from beancount_invoicing.model import ZERO, Step
from beancount_invoicing.rules.steps import round_to

ONE_DAY = timedelta(days=1)
YEAR_OF_A_CONTRACT = 365


class RateUnknown(LookupError):
    """A reference rate is not known. `name` and `day` say which one, the message also what to do."""

    def __init__(self, name: str, day: date) -> None:
        half = "first" if day.month < 7 else "second"
        super().__init__(
            f"the {name} for {day} ({half} half of {day.year}) is not known: claim at a contract's rate"
            f' (option "late-interest" "12"), or with a version that knows it'
        )
        self.name = name
        self.day = day


@dataclass(frozen=True, slots=True)
class Segment:
    """Interest of one stretch of days, both ends inclusive, on one base at one rate (percent a year); not rounded."""

    start: date
    end: date
    days: int
    rate: Decimal
    base: Decimal
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Interest:
    """Late interest on `principal`, rounded once at the end; `indemnity` is None where none may be claimed.

    `total` is interest and indemnity, without the principal. `law` is the country's code, or "contract".
    """

    principal: Decimal
    segments: tuple[Segment, ...]
    interest: Decimal
    indemnity: Decimal | None
    total: Decimal
    law: str
    steps: tuple[Step, ...]


def _rate(law: LateInterest | Decimal, day: date) -> tuple[Decimal, date]:
    """The rate in force on `day`, and the last day (inclusive) on which it surely is."""
    if isinstance(law, Decimal):
        return law, date.max
    first, last = ((1, 1), (6, 30)) if day.month < 7 else ((7, 1), (12, 31))
    half = date(day.year, *first)
    rate = next((rate for start, rate in law.rates if start == half), None)
    if rate is None:
        raise RateUnknown(law.base_name, half)
    return rate + law.margin, date(day.year, *last)


def _year(law: LateInterest | Decimal) -> int:
    return YEAR_OF_A_CONTRACT if isinstance(law, Decimal) else law.year_days


def _segments(
    principal: Decimal, paid: Sequence[tuple[date, Decimal]], due: date, as_of: date, law: LateInterest | Decimal
) -> tuple[Segment, ...]:
    segments: list[Segment] = []
    last = due
    while last < as_of:
        day = last + ONE_DAY
        base = principal - sum((amount for when, amount in paid if when < day), ZERO)
        last = min([as_of, *(when for when, _amount in paid if day <= when)])
        if base > 0:
            rate, until = _rate(law, day)
            last = min(last, until)
            days = (last - day).days + 1
            segments.append(Segment(day, last, days, rate, base, base * rate * days / (100 * _year(law))))
    return tuple(segments)


def late_interest(
    principal: Decimal,
    paid: Sequence[tuple[date, Decimal]],
    due: date,
    as_of: date,
    law: LateInterest | Decimal,
    decimals: int = 2,
    indemnity: Decimal | None = None,
) -> Interest:
    """Interest on `principal` (incl. tax) from the day after `due` to `as_of` (inclusive), or to the day of payment.

    `paid`: dates and amounts received, in any order; a payment lowers the base from the day after it, a negative one (a
    debit that bounced) raises it. `law`: a country's law, with its half-yearly rates, or the yearly percentage of a
    contract; both on a year of 365 days. The interest is rounded once, half away from zero, to `decimals`. The fixed
    indemnity is the law's, or under a contract `indemnity`; it is due once any day is late, and in the law's currency.
    Source: Code de commerce, art. L441-10 II; BGB § 288. Raises RateUnknown where a reference rate is missing.
    """
    return _added_up(principal, _segments(principal, paid, due, as_of, law), law, decimals, indemnity)


def together(
    parts: Sequence[Interest], law: LateInterest | Decimal, decimals: int = 2, indemnity: Decimal | None = None
) -> Interest:
    """The interest of a document from that of its instalments: rounded once, with one indemnity; arguments as above."""
    late = [part for part in parts if part.segments]
    principal = sum((part.principal for part in late), ZERO)
    return _added_up(principal, tuple(each for part in late for each in part.segments), law, decimals, indemnity)


def _added_up(
    principal: Decimal,
    segments: tuple[Segment, ...],
    law: LateInterest | Decimal,
    decimals: int,
    indemnity: Decimal | None,
) -> Interest:
    # base × rate × days is added up before it is divided: a quotient cut off for each segment could move the last cent
    steps: list[Step] = []
    products: list[Decimal] = []
    for each in segments:
        products.append(each.base * each.rate * each.days)
        because = f"base × rate × days, {each.start} to {each.end}"
        steps.append(Step("interest", "product", (each.base, each.rate, each.days), products[-1], because))
    product = sum(products, ZERO)
    divisor = 100 * _year(law)
    exact = product / divisor
    interest = round_to(exact, decimals)
    steps.append(Step("interest", "sum", tuple(products), product, "all stretches of days"))
    steps.append(Step("interest", "quotient", (product, divisor), exact, f"percent of a year of {_year(law)} days"))
    steps.append(Step("interest", "rounded", (exact, decimals), interest, "once, half away from zero"))
    extra = (indemnity if isinstance(law, Decimal) else law.indemnity) if segments else None
    total = interest
    if extra is not None:
        total += extra
        because = "fixed, once for each invoice" if isinstance(law, Decimal) else law.source
        steps.append(Step("indemnity", "as written", (extra,), extra, because))
        steps.append(Step("total", "sum", (interest, extra), total, "interest and indemnity"))
    name = "contract" if isinstance(law, Decimal) else law.country
    return Interest(principal, segments, interest, extra, total, name, tuple(steps))
