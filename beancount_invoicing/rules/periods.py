"""Periods of subscriptions: counted from an anchor, never from each other, so that nothing drifts."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple

from beancount_invoicing.messages import _
from beancount_invoicing.rules.steps import plus_months

__all__ = [
    "LAST_PERIOD_START",
    "Period",
    "PeriodError",
    "PeriodLength",
    "length_in_words",
    "parse_length",
    "periods",
    "split_at_days",
    "without",
]

_UNITS = {
    **dict.fromkeys(("day", "days", "jour", "jours"), ("days", 1)),
    **dict.fromkeys(("week", "weeks", "semaine", "semaines"), ("days", 7)),
    **dict.fromkeys(("month", "months", "mois"), ("months", 1)),
    **dict.fromkeys(("quarter", "quarters", "trimestre", "trimestres"), ("months", 3)),
    **dict.fromkeys(("half-year", "half-years", "semestre", "semestres"), ("months", 6)),
    **dict.fromkeys(("year", "years", "an", "ans", "année", "années"), ("months", 12)),
}
_TEXT = re.compile(r"(?:(\d{1,4})\s+)?([\w-]+)\Z")
LAST_PERIOD_START = date(9000, 1, 1)
"""Periods that begin later are ignored: dates end with the year 9999."""


class PeriodError(ValueError):
    """The length of a period cannot be read; the message says what to write."""


class PeriodLength(NamedTuple):
    """The length of a period: a number of "days" or "months", at least 1."""

    unit: str
    number: int

    def after(self, anchor: date, times: int) -> date:
        """`anchor` plus `times` (any sign) lengths: 31 January and 1 month is the last day of February, and 2 months 31 March.

        Raises PeriodError if that is not a day in the years 1 to 9999.
        """
        try:
            if self.unit == "days":
                return anchor + timedelta(days=self.number * times)
            return plus_months(anchor, self.number * times)
        except OverflowError:
            raise PeriodError(
                _(
                    "{number} {unit} from {anchor} goes past the end of the calendar",
                    number=self.number * times,
                    unit=self.unit,
                    anchor=anchor,
                )
            ) from None


class Period(NamedTuple):
    """A whole period, both days inclusive."""

    start: date
    end: date

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.end - self.start).days + 1


@lru_cache(maxsize=256)
def parse_length(text: str) -> PeriodLength:
    """The length in a text: "month", "3 months", "2 weeks", "year", "trimestre". Raises PeriodError."""
    match = _TEXT.match(text.strip().casefold())
    if match and match.group(2) in _UNITS:
        unit, factor = _UNITS[match.group(2)]
        number = int(match.group(1) or 1) * factor
        if 1 <= number <= 3660:
            return PeriodLength(unit, number)
    raise PeriodError(
        _('"{text}" is not a length of time: write "month", "3 months", "2 weeks" or "year", for example', text=text)
    )


_WORDS = {
    "de": ("Tag", "Tage", "Monat", "Monate", "Jahr", "Jahre"),
    "en": ("day", "days", "month", "months", "year", "years"),
    "es": ("día", "días", "mes", "meses", "año", "años"),
    "fr": ("jour", "jours", "mois", "mois", "an", "ans"),
    "it": ("giorno", "giorni", "mese", "mesi", "anno", "anni"),
    "nl": ("dag", "dagen", "maand", "maanden", "jaar", "jaar"),
    "pt": ("dia", "dias", "mês", "meses", "ano", "anos"),
}


def length_in_words(text: str, language: str) -> str:
    """A length of time in a language (two letters; English if it has no words): "1 an", "18 mois". Raises PeriodError."""
    length = parse_length(text)
    place, number = (0, length.number) if length.unit == "days" else (2, length.number)
    if length.unit == "months" and length.number % 12 == 0:
        place, number = 4, length.number // 12
    return f"{number} {_WORDS.get(language, _WORDS['en'])[place + (number != 1)]}"


def periods(length: PeriodLength, anchor: date, first: date, last: date) -> Iterator[Period]:
    """The periods counted from `anchor` that have a day from `first` to `last` (both inclusive), in order.

    `anchor` may be before or after them. Periods after the year 9000 are left out.
    """
    last = min(last, LAST_PERIOD_START)
    if first > last:
        return
    months = (first.year - anchor.year) * 12 + first.month - anchor.month
    index = ((first - anchor).days if length.unit == "days" else months) // length.number
    if length.after(anchor, index) > first:  # later in the same month
        index -= 1
    start = length.after(anchor, index)
    while start <= last:
        following = length.after(anchor, index + 1)
        yield Period(start, following - timedelta(days=1))
        index += 1
        start = following


def without(span: Period, excluded: list[Period]) -> list[Period]:
    """What is left of `span` without the days of `excluded`, in order."""
    left = []
    start = span.start
    for hole in sorted(excluded):
        if hole.end < start or hole.start > span.end:
            continue
        if hole.start > start:
            left.append(Period(start, hole.start - timedelta(days=1)))
        start = hole.end + timedelta(days=1)
    if start <= span.end:
        left.append(Period(start, span.end))
    return left


def split_at_days(span: Period, days: list[date]) -> list[Period]:
    """`span` cut so that a new part starts on each of `days` (sorted) that lies in it."""
    cuts = [day for day in days[bisect_left(days, span.start) :] if span.start < day <= span.end]
    starts = [span.start, *dict.fromkeys(cuts)]
    ends = [*(day - timedelta(days=1) for day in starts[1:]), span.end]
    return [Period(start, end) for start, end in zip(starts, ends, strict=True)]
