"""The operations of which calculations are made, so that every figure can be worked out again from its steps."""

from __future__ import annotations

import calendar
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from beancount_invoicing.model import Step, Value


def round_to(value: Decimal, decimals: int) -> Decimal:
    """`value` rounded to `decimals` places, half away from zero."""
    return value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def end_of_month(day: date) -> date:
    """The last day of the month of `day`."""
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def plus_months(day: date, months: int) -> date:
    """The same day `months` later; the month's last day where it has no such day. Raises OverflowError past year 9999."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    if not 1 <= year <= 9999:
        raise OverflowError("no such year")
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def on_day(day: date, number: int) -> date:
    """The next day `number` of a month, `day` itself if it is one; a month's last day where it has no such day."""
    last = end_of_month(day)
    this = day.replace(day=min(number, last.day))
    if this >= day:
        return this
    following = last + timedelta(days=1)
    return following.replace(day=min(number, end_of_month(following).day))


def on_day_of_following_month(day: date, number: int) -> date:
    """Day `number` of the month after `day`'s; that month's last day where it has no such day."""
    following = end_of_month(day) + timedelta(days=1)
    return following.replace(day=min(number, end_of_month(following).day))


def _product(*factors: Decimal) -> Decimal:
    result = Decimal(1)
    for factor in factors:
        result *= factor
    return result


OPERATIONS: Mapping[str, Callable[..., Value]] = {
    "as written": lambda value: value,
    "sum": lambda *parts: sum(parts, Decimal(0)),
    "difference": lambda whole, *parts: whole - sum(parts, Decimal(0)),
    "product": _product,
    "less percent": lambda value, percent: value * (100 - percent) / 100,
    "percent of": lambda percent, value: value * percent / 100,
    "without percent": lambda gross, percent: gross * 100 / (100 + percent),
    "rounded": lambda value, decimals: round_to(value, int(decimals)),
    "smaller of": min,
    "per year": lambda base, rate, days, year: base * rate * days / (100 * year),
    "plus days": lambda day, days: day + timedelta(days=int(days)),
    "plus months": lambda day, months: plus_months(day, int(months)),
    "end of month": end_of_month,
    "next day of month": lambda day, number: on_day(day, int(number)),
    "day of following month": lambda day, number: on_day_of_following_month(day, int(number)),
}
"""What each operation of a Step does to its inputs."""

_SIGNS = {"sum": " + ", "difference": " − ", "product": " × "}


def recompute(step: Step) -> Value:
    """The step's result, calculated again from its inputs."""
    return OPERATIONS[step.operation](*step.inputs)


def show(value: Value) -> str:
    """A value as it is written in an explanation: dates ISO, numbers plain."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    return str(value)


def describe(step: Step) -> str:
    """The step in one line of English: `net: 6.5 × 98.00 = 637.000`."""
    inputs = [show(value) for value in step.inputs]
    match step.operation:
        case "as written":
            calculation = inputs[0]
        case "sum" | "difference" | "product":
            calculation = _SIGNS[step.operation].join(inputs) if inputs else "0"
        case "less percent":
            calculation = f"{inputs[0]} less {inputs[1]} %"
        case "percent of":
            calculation = f"{inputs[0]} % of {inputs[1]}"
        case "without percent":
            calculation = f"{inputs[0]} without the {inputs[1]} % that it includes"
        case "rounded":
            calculation = f"{inputs[0]} rounded to {inputs[1]} decimals"
        case "smaller of":
            calculation = f"the smaller of {' and '.join(inputs)}"
        case "per year":
            calculation = f"{inputs[0]} at {inputs[1]} % for {inputs[2]} of {inputs[3]} days"
        case "plus days" | "plus months":
            calculation = f"{inputs[0]} {step.operation.replace('plus', '+ ' + inputs[1])}"
        case "end of month":
            calculation = f"end of the month of {inputs[0]}"
        case "next day of month":
            calculation = f"the next day {inputs[1]} of a month from {inputs[0]} on"
        case _:
            calculation = f"day {inputs[1]} of the month after {inputs[0]}"
    result = show(step.result)
    line = f"{step.figure}: {calculation}" + ("" if calculation == result else f" = {result}")
    return f"{line} ({step.because})" if step.because else line
