"""Time that is worked: counted to the second, rounded where a contract asks for it, and once where it is billed."""

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
"""Units of what is billed as one sum, however long it took."""
SECONDS_PER_HOUR, SECONDS_PER_DAY = 3600, 8 * 3600
"""The seconds of an hour, and of a day of eight hours."""
_LENGTHS = {
    **dict.fromkeys((*HOUR_WORDS.split(), "hur"), SECONDS_PER_HOUR),
    **dict.fromkeys(DAY_WORDS.split(), SECONDS_PER_DAY),
}
TIME_COMMODITIES = frozenset(word.upper() for word in _LENGTHS if len(word) > 1)
"""What a commodity of time is called, on whatever account it is."""
_PLACES = {SECONDS_PER_HOUR: 4, SECONDS_PER_DAY: 5}
"""With so many decimals a number stands for one second and no other."""
MAX_QUANTITY_DECIMALS = 4
"""Decimals of a quantity on a document (EN 16931 BT-129, as France reads it)."""


def seconds_per_unit(commodity: str) -> int:
    """The seconds of one HOUR (HEURE …) or of one DAY of eight hours; 1 for a commodity that is no time, counted in itself."""
    return _LENGTHS.get(commodity.lower(), 1)


def to_seconds(quantity: Decimal, commodity: str) -> Decimal:
    """The seconds that a quantity stands for: with four decimals of an hour, five of a day, the nearest second; else exact."""
    unit = seconds_per_unit(commodity)
    exact = quantity * unit
    return round_to(exact, 0).quantize(Decimal("0.01")) if decimal_places(quantity) >= _PLACES.get(unit, 99) else exact


def from_seconds(hours_in_seconds: Decimal, commodity: str) -> Decimal:
    """So many seconds in a commodity of time: exact with two decimals or as few as it needs, else with as many as keep the second.

    Hours where the commodity is no time.
    """
    unit = seconds_per_unit(commodity) if seconds_per_unit(commodity) in _PLACES else SECONDS_PER_HOUR
    number = round_to(hours_in_seconds / unit, _PLACES[unit])
    return without_trailing_zeros(number) if number * unit == hours_in_seconds else number


def from_seconds_rounded(seconds: Decimal, commodity: str) -> Decimal:
    """So many seconds (of what `seconds` gives) in the commodity, to show: exact, where four decimals are; else rounded to four."""
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
    """A quantity without zeros at its end beyond two decimals."""
    if decimal_places(quantity) <= 2:
        return quantity
    least = round_to(quantity, 2)
    return least if least == quantity else quantity.normalize()


class TimeRounding(NamedTuple):
    """How a contract rounds time: `way` (a rounding of `decimal`) to multiples of `step` (in the account's unit), `per` what."""

    way: str
    step: Decimal
    per: str
    """"entry" or "day"."""


class TimeRoundingError(ValueError):
    """A rounding of time cannot be read; the message says what to write."""


_WAYS = {"up": ROUND_CEILING, "down": ROUND_FLOOR, "nearest": ROUND_HALF_UP}
_RULE = re.compile(r"(up|down|nearest)(?:\s+to)?\s+(\d{1,4}(?:[.,]\d{1,4})?)\s+per\s+(entry|day)\Z")


@lru_cache(maxsize=256)
def parse_time_rounding(text: str) -> TimeRounding | None:
    """The rounding that a text says: "up to 0.25 per entry", "nearest 0.1 per day"; None for "". Raises TimeRoundingError."""
    if not text:
        return None
    match = _RULE.match(" ".join(text.casefold().split()))
    step = Decimal(match[2].replace(",", ".")) if match else Decimal(0)
    if match is None or not step:
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
    """So many seconds, rounded by a contract's rule."""
    if rule is None:
        return seconds
    step = rule.step * seconds_per_unit(commodity)
    return (seconds / step).quantize(Decimal(1), rule.way) * step


def billed_quantity(exact: Decimal, price: Decimal, decimals: int) -> Decimal:
    """The quantity that a document bills time with: as it is, where it has four decimals at most.

    Else, rounded once: with the fewest decimals, two to four, with which quantity × price is to the cent what the exact time comes
    to; with four where none is. `decimals`: of the price's currency.
    """
    if decimal_places(exact) <= MAX_QUANTITY_DECIMALS:
        return exact
    return quantity_for_amount(round_to(exact * price, decimals), exact, price, decimals) or round_to(
        exact, MAX_QUANTITY_DECIMALS
    )


def quantity_for_amount(amount: Decimal, close_to: Decimal, price: Decimal, decimals: int) -> Decimal | None:
    """The quantity beside `close_to` of the fewest decimals, two to four, that comes to `amount` at `price`; None where none
    does.
    """
    for many in range(2, MAX_QUANTITY_DECIMALS + 1):
        for way in (ROUND_HALF_UP, ROUND_FLOOR, ROUND_CEILING):
            quantity = close_to.quantize(Decimal(1).scaleb(-many), way)
            if quantity > 0 and round_to(quantity * price, decimals) == amount:
                return quantity
    return None
