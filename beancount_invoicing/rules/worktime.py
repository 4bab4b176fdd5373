"""Time worked: exact to the second, rounded if a contract asks for it, and rounded once when it is billed."""

from __future__ import annotations

import re
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import NamedTuple

from beancount_invoicing.messages import _
from beancount_invoicing.rules.steps import round_to

__all__ = [
    "DAY_WORDS",
    "HOUR_WORDS",
    "LUMP_WORDS",
    "MAX_QUANTITY_DECIMALS",
    "TIME_COMMODITIES",
    "TimeRounding",
    "TimeRoundingError",
    "billed_quantity",
    "decimal_places",
    "from_seconds",
    "from_seconds_rounded",
    "parse_time_rounding",
    "quantity_for_amount",
    "round_time",
    "seconds_per_unit",
    "to_seconds",
    "without_trailing_zeros",
]

HOUR_WORDS = "hour hours h heure heures stunde stunden hora horas ora ore uur uren"
DAY_WORDS = "day days d jour jours tag tage dia dias día días giorno giorni dag dagen"
LUMP_WORDS = frozenset(["ls", "lump-sum", "forfait", "forfaits", "pauschal"])
"""Units of lines billed as one sum, whatever time they took."""
SECONDS_PER_HOUR, SECONDS_PER_DAY = 3600, 8 * 3600
"""The seconds of an hour, and of a day of eight hours."""
_LENGTHS = {
    **dict.fromkeys((*HOUR_WORDS.split(), "hur"), SECONDS_PER_HOUR),
    **dict.fromkeys(DAY_WORDS.split(), SECONDS_PER_DAY),
}
TIME_COMMODITIES = frozenset(word.upper() for word in _LENGTHS if len(word) > 1)
"""The names of commodities of time, on any account."""
_PLACES = {SECONDS_PER_HOUR: 4, SECONDS_PER_DAY: 5}
"""With so many decimals a number stands for one second and no other."""
MAX_QUANTITY_DECIMALS = 4
"""Decimals of a quantity on a document (EN 16931 BT-129, as France reads it)."""


def seconds_per_unit(commodity: str) -> int:
    """The seconds of one HOUR (HEURE …) or of one DAY of eight hours; 1 for a commodity that is not a time, whose own
    units are counted.
    """
    return _LENGTHS.get(commodity.lower(), 1)


def to_seconds(quantity: Decimal, commodity: str) -> Decimal:
    """The seconds of a quantity. Four decimals of an hour, or five of a day, mean the nearest second; any other
    quantity is exact.
    """
    unit = seconds_per_unit(commodity)
    exact = quantity * unit
    return round_to(exact, 0).quantize(Decimal("0.01")) if decimal_places(quantity) >= _PLACES.get(unit, 99) else exact


def from_seconds(hours_in_seconds: Decimal, commodity: str) -> Decimal:
    """Seconds as a quantity of a commodity of time, with as few decimals as give exactly these seconds (at least two);
    if none do, with enough to identify the second.

    In hours if the commodity is not a time.
    """
    unit = seconds_per_unit(commodity) if seconds_per_unit(commodity) in _PLACES else SECONDS_PER_HOUR
    number = round_to(hours_in_seconds / unit, _PLACES[unit])
    return without_trailing_zeros(number) if number * unit == hours_in_seconds else number


def from_seconds_rounded(seconds: Decimal, commodity: str) -> Decimal:
    """Seconds (as of `to_seconds`) in the commodity, for display: exact with up to four decimals, otherwise rounded to
    four.
    """
    exact = seconds / seconds_per_unit(commodity)
    return (
        exact
        if decimal_places(exact) <= MAX_QUANTITY_DECIMALS
        else without_trailing_zeros(round_to(exact, MAX_QUANTITY_DECIMALS))
    )


def decimal_places(number: Decimal) -> int:
    """The decimals that a number is written with."""
    return max(-int(number.as_tuple().exponent), 0)


def without_trailing_zeros(quantity: Decimal) -> Decimal:
    """A quantity without trailing zeros after the second decimal."""
    if decimal_places(quantity) <= 2:
        return quantity
    least = round_to(quantity, 2)
    return least if least == quantity else quantity.normalize()


class TimeRounding(NamedTuple):
    """A contract's rounding of time: `way` (a rounding of `decimal`) to multiples of `step` (in the account's unit)."""

    way: str
    step: Decimal
    per: str
    """What is rounded: each "entry", or the time of each "day"."""


class TimeRoundingError(ValueError):
    """A time rounding cannot be read; the message says what to write."""


_WAYS = {"up": ROUND_CEILING, "down": ROUND_FLOOR, "nearest": ROUND_HALF_UP}
_RULE = re.compile(r"(up|down|nearest)(?:\s+to)?\s+(\d{1,4}(?:[.,]\d{1,4})?)\s+per\s+(entry|day)\Z")


@lru_cache(maxsize=256)
def parse_time_rounding(text: str) -> TimeRounding | None:
    """The rounding in a text: "up to 0.25 per entry", "nearest 0.1 per day"; None for "". Raises TimeRoundingError."""
    if not text:
        return None
    match = _RULE.match(" ".join(text.casefold().split()))
    if match is None or not (step := Decimal(match[2].replace(",", "."))):
        raise TimeRoundingError(
            _(
                '"{text}" is not a rounding of time: write "up to 0.25 per entry" or "nearest 0.1 per day", for '
                "example (up to, down to or nearest; a number above 0, in the unit of the time account; per entry or "
                "per day)",
                text=text,
            )
        )
    return TimeRounding(_WAYS[match[1]], step, match[3])


def round_time(seconds: Decimal, commodity: str, rule: TimeRounding | None) -> Decimal:
    """Seconds, rounded by a contract's rule."""
    if rule is None:
        return seconds
    step = rule.step * seconds_per_unit(commodity)
    return (seconds / step).to_integral_value(rule.way) * step


def billed_quantity(exact: Decimal, price: Decimal, decimals: int) -> Decimal:
    """The quantity with which a document bills time: unchanged if it has at most four decimals.

    Otherwise rounded once, to the fewest decimals (two to four) with which quantity × price gives the amount of the
    exact time to the cent; to four if none does. `decimals`: of the price's currency.
    """
    if decimal_places(exact) <= MAX_QUANTITY_DECIMALS:
        return exact
    return quantity_for_amount(round_to(exact * price, decimals), exact, price, decimals) or round_to(
        exact, MAX_QUANTITY_DECIMALS
    )


def quantity_for_amount(amount: Decimal, close_to: Decimal, price: Decimal, decimals: int) -> Decimal | None:
    """The quantity near `close_to` with the fewest decimals, two to four, that gives `amount` at `price`; None if there
    is none.
    """
    for many in range(2, MAX_QUANTITY_DECIMALS + 1):
        for way in (ROUND_HALF_UP, ROUND_FLOOR, ROUND_CEILING):
            quantity = close_to.quantize(Decimal(1).scaleb(-many), way)
            if quantity > 0 and round_to(quantity * price, decimals) == amount:
                return quantity
    return None
