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


class RateUnknown(LookupError):
    """A reference rate is not known; the message says which one, of which date."""


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
    """Late interest on `principal`, rounded once at the end; `indemnity` is None where none may be claimed."""

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
    half = date(day.year, 1, 1) if day.month < 7 else date(day.year, 7, 1)
    end = date(day.year, 6, 30) if day.month < 7 else date(day.year, 12, 31)
    rate = next((rate for first, rate in law.rates if first == half), None)
    if rate is None or law.margin is None:
        raise RateUnknown(f"the {law.base_name} of {half} is not known")
    return rate + law.margin, end


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

    `paid`: dates and amounts received; a payment lowers the base from the day after it. `law`: a country's law, or the
    yearly percentage of a contract (on 365 days). Rounded once, half away from zero, to `decimals`. Source: Code de commerce,
    art. L441-10 II. Raises RateUnknown where a reference rate is missing.
    """
    year = 365 if isinstance(law, Decimal) else law.year_days
    payments = sorted(paid)
    segments: list[Segment] = []
    made: list[Step] = []
    day = due + ONE_DAY
    while day <= as_of:
        base = principal - sum((amount for when, amount in payments if when < day), ZERO)
        end = min([as_of, *(when for when, _amount in payments if day <= when <= as_of)])
        if base > 0:
            rate, last = _rate(law, day)
            end = min(end, last)
            days = (end - day).days + 1
            amount = base * rate * days / (100 * year)
            segments.append(Segment(day, end, days, rate, base, amount))
            made.append(Step("interest", "per year", (base, rate, days, year), amount, f"{day} to {end}"))
        elif end == as_of:
            break
        day = end + ONE_DAY
    exact = sum((segment.amount for segment in segments), ZERO)
    interest = round_to(exact, decimals)
    made.append(Step("interest", "sum", tuple(segment.amount for segment in segments), exact, "all segments"))
    made.append(Step("interest", "rounded", (exact, decimals), interest, "rounded once"))
    extra = (law.indemnity if not isinstance(law, Decimal) else indemnity) if segments else None
    name = "contract" if isinstance(law, Decimal) else law.country
    return Interest(principal, tuple(segments), interest, extra, interest + (extra or ZERO), name, tuple(made))
