"""The operations that calculations consist of, so that every figure can be worked out again from its steps."""

from __future__ import annotations

import calendar
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from decimal import MAX_EMAX, MAX_PREC, MIN_EMIN, ROUND_HALF_UP, Context, Decimal

from beancount_invoicing.messages import _, joined
from beancount_invoicing.model import ZERO, CalculationStep, StepValue

__all__ = [
    "OPERATIONS",
    "describe_step",
    "end_of_month",
    "next_business_day",
    "on_day",
    "on_day_of_following_month",
    "plus_months",
    "recompute",
    "round_to",
    "share_out",
    "show_value",
]

_ANY_LENGTH = Context(prec=MAX_PREC, Emax=MAX_EMAX, Emin=MIN_EMIN, rounding=ROUND_HALF_UP)
_UNITS = tuple(Decimal(1).scaleb(-places) for places in range(8))


def round_to(value: Decimal, decimals: int) -> Decimal:
    """`value` rounded to `decimals` places (0 or more), half away from zero, with any number of digits."""
    unit = _UNITS[decimals] if decimals < len(_UNITS) else Decimal(1).scaleb(-decimals)
    return value.quantize(unit, ROUND_HALF_UP, _ANY_LENGTH)


def share_out(amounts: Sequence[Decimal], rest: Decimal, decimals: int) -> list[Decimal]:
    """`amounts` with `rest` added, one unit of the last of `decimals` places at a time, to the largest amounts first."""
    shared = list(amounts)
    unit = Decimal(1).scaleb(-decimals).copy_sign(rest)
    largest = sorted(range(len(shared)), key=lambda index: (-abs(amounts[index]), index))
    for place in range(int(rest / unit)):
        shared[largest[place % len(largest)]] += unit
    return shared


def end_of_month(day: date) -> date:
    """The last day of the month of `day`."""
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def plus_months(day: date, months: int) -> date:
    """The same day `months` later, or the month's last day if it has no such day. OverflowError after year 9999."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not 1 <= year <= 9999:
        raise OverflowError("no such year")
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def on_day(day: date, number: int) -> date:
    """The next day `number` of a month, or `day` itself if it is that day; a month's last day if it has no such day."""
    this = day.replace(day=min(number, end_of_month(day).day))
    return this if this >= day else on_day_of_following_month(day, number)


def on_day_of_following_month(day: date, number: int) -> date:
    """Day `number` of the month after `day`'s; that month's last day if it has no such day."""
    following = end_of_month(day) + timedelta(days=1)
    return following.replace(day=min(number, end_of_month(following).day))


def next_business_day(day: date, calendar: str) -> date:
    """`day`, or the next day that is not a Saturday, Sunday or public holiday of a country (or part of one, "DE-BY")."""
    from holidays import country_holidays

    country, _dash, part = calendar.partition("-")
    free = country_holidays(country, subdiv=part or None)  # of any year: it adds those that it is asked for
    while day.weekday() >= 5 or day in free:
        day += timedelta(days=1)
    return day


def _product(*factors: Decimal) -> Decimal:
    result = Decimal(1)
    for factor in factors:
        result *= factor
    return result


OPERATIONS: Mapping[str, Callable[..., StepValue]] = {
    "as written": lambda value: value,
    "sum": lambda *parts: sum(parts, ZERO),
    "difference": lambda whole, *parts: whole - sum(parts, ZERO),
    "product": _product,
    "quotient": lambda value, divisor: value / divisor,
    "less percent": lambda value, percent: value * (100 - percent) / 100,
    "percent of": lambda percent, value: value * percent / 100,
    "share of": lambda whole, part, parts: whole * part / parts,
    "without percent": lambda gross, percent: gross * 100 / (100 + percent),
    "rounded": lambda value, decimals: round_to(value, int(decimals)),
    "smaller of": min,
    "larger of": max,
    "nearest to zero of": lambda *values: min(values, key=abs),
    "plus days": lambda day, days: day + timedelta(days=int(days)),
    "plus months": lambda day, months: plus_months(day, int(months)),
    "end of month": end_of_month,
    "next business day": next_business_day,
    "next day of month": lambda day, number: on_day(day, int(number)),
    "day of following month": lambda day, number: on_day_of_following_month(day, int(number)),
}
"""What each operation of a Step does to its inputs."""

_SENTENCES = {
    "as written": "{first}",
    "quotient": "{first} / {second}",
    "less percent": _("{first} less {second} %"),
    "percent of": _("{first} % of {second}"),
    "share of": "{first} × {second} / {third}",
    "without percent": _("{first} without the {second} % included in it"),
    "rounded": _("{first} rounded to {second} decimals"),
    "plus days": _("{first} + {second} days"),
    "plus months": _("{first} + {second} months"),
    "end of month": _("end of the month of {first}"),
    "next business day": _("the next business day from {first} on"),
    "next day of month": _("the next day {second} of a month, from {first} on"),
    "day of following month": _("day {second} of the month after {first}"),
}
_JOINED = {
    "sum": ("{values}", " + "),
    "difference": ("{values}", " − "),
    "product": ("{values}", " × "),
    "smaller of": (_("the smaller of {values}"), _(" and ")),
    "larger of": (_("the larger of {values}"), _(" and ")),
    "nearest to zero of": (_("the nearest to zero of {values}"), _(" and ")),
}


def recompute(step: CalculationStep) -> StepValue:
    """The step's result, calculated again from its inputs. KeyError if its operation is not one of OPERATIONS."""
    return OPERATIONS[step.operation](*step.inputs)


def show_value(value: StepValue) -> str:
    """A value in the notation of explanations: dates in ISO format, plain numbers."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    return str(value)


def describe_step(step: CalculationStep) -> str:
    """The step in one line of English: `line: 6.5 × 98.00 = 637.000 (quantity × price)`."""
    inputs = [show_value(value) for value in step.inputs]
    if step.operation in _JOINED:
        sentence, separator = _JOINED[step.operation]
        calculation = sentence.format(values=joined(separator, inputs or ["0"]))
    else:
        calculation = _SENTENCES[step.operation].format(**dict(zip(("first", "second", "third"), inputs, strict=False)))
    result = show_value(step.result)
    line = (
        _("{figure}: {calculation}", figure=step.figure, calculation=calculation)
        if calculation == result
        else _("{figure}: {calculation} = {result}", figure=step.figure, calculation=calculation, result=result)
    )
    return _("{line} ({because})", line=line, because=step.because) if step.because else line
