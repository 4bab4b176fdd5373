"""Days as people write them: 2026-01-31, yesterday, -3d, end of last month, and the same in French."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, timedelta
from typing import Literal

from beancount_invoicing.messages import _
from beancount_invoicing.rules.steps import end_of_month, plus_months

Edge = Literal["first", "last"]

EXAMPLES = "2026-01-31, 2026-01, today, yesterday, monday, -3d, month-end or last-month"
"""The examples in error messages."""

OFFERED = (
    "today", "yesterday", "tomorrow", "month-end", "last-month", "this-month", "last-quarter", "this-quarter", "last-year",
    "this-year",
)  # fmt: skip
"""The words that the shell completes."""

_DAYS = {"today": 0, "aujourdhui": 0, "yesterday": -1, "hier": -1, "tomorrow": 1, "demain": 1}
_WEEKDAYS = {
    name: number
    for names in (
        "monday tuesday wednesday thursday friday saturday sunday",
        "lundi mardi mercredi jeudi vendredi samedi dimanche",
    )
    for number, name in enumerate(names.split())
}
_UNITS = {
    word: unit
    for unit, words in {"d": "d day days j jour jours", "w": "w week weeks s semaine semaines", "m": "m month months mois",
                        "y": "y year years a an ans annee annees"}.items()
    for word in words.split()
}  # fmt: skip
_PERIODS = {"month": 1, "mois": 1, "quarter": 3, "trimestre": 3, "year": 12, "an": 12, "annee": 12}
_EDGES: dict[str, Edge] = {"start": "first", "debut": "first", "end": "last", "fin": "last"}
_BEFORE = {"this": 0, "ce": 0, "cet": 0, "cette": 0, "last": 1, "dernier": 1, "derniere": 1}
_FILLING = {"of", "the", "de", "du", "d", "l", "la", "le"}
_COUNTED = re.compile(r"([+-])\s*(\d{1,4})\s*([a-z]+)")


def day_said(text: str, today: date, edge: Edge = "last") -> date:
    """The day that a text means on `today`: a date, or one of the words in docs/commands.md. Case, accents and hyphens
    do not matter. A month (2026-01, last-month), a quarter or a year is its `edge`: the first day for the beginning of
    a range, otherwise the last. A weekday is the latest one, today included.

    Raises ValueError, with what to write, if the text is not a day, or if day and month could be exchanged.
    """
    plain = unicodedata.normalize("NFKD", text.strip().casefold())
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter)).replace("’", "'")
    for read in (_written, _counted, _named):
        if (day := read(plain, today, edge)) is not None:
            return day
    raise ValueError(_("{text} is not a date: write {examples}, for example", text=text, examples=EXAMPLES))


def period_said(text: str, today: date) -> tuple[date, date]:
    """The first and the last day of a period: a year (2026), a quarter (2026-Q3, 2026-T3), or what `day_said` knows as a range.

    Raises ValueError for what is not a period.
    """
    if match := re.fullmatch(r"(\d{4})(?:-?[qQtT]([1-4]))?", text.strip()):
        first = _day(int(match[1]), 3 * int(match[2]) - 2 if match[2] else 1, 1)
        last = first and _edge_of(first, 3 if match[2] else 12, "last")
        if first and last:
            return first, last
    return day_said(text, today, "first"), day_said(text, today, "last")


def _written(words: str, _today: date, edge: Edge) -> date | None:
    """A date in figures, or a month."""
    if re.fullmatch(r"\d{8}", words):
        return _day(int(words[:4]), int(words[4:6]), int(words[6:]))
    if match := re.fullmatch(r"(\d{4})([-/.])(\d\d?)\2(\d\d?)", words):
        return _day(int(match[1]), int(match[3]), int(match[4]))
    if match := re.fullmatch(r"(\d{4})-(\d\d)", words):
        first = _day(int(match[1]), int(match[2]), 1)
        return first and _edge_of(first, 1, edge)
    if match := re.fullmatch(r"(\d\d?)([/.])(\d\d?)\2(\d{4})", words):
        left, right, year = int(match[1]), int(match[3]), int(match[4])
        by_day, by_month = _day(year, right, left), _day(year, left, right)
        if by_day and by_month and by_day != by_month:
            raise ValueError(
                _(
                    "{text} can be {by_day} or {by_month}: write the date that you mean",
                    text=words,
                    by_day=by_day,
                    by_month=by_month,
                )
            )
        return by_day or by_month
    return None


def _counted(words: str, today: date, _edge: Edge) -> date | None:
    """So many days, weeks, months or years from today on, or before it."""
    match = _COUNTED.fullmatch(words)
    unit = _UNITS.get(match[3]) if match else None
    if match is None or unit is None:
        return None
    count = int(match[2]) * (-1 if match[1] == "-" else 1)
    try:
        if unit in "dw":
            return today + timedelta(days=count * (7 if unit == "w" else 1))
        return plus_months(today, count * (12 if unit == "y" else 1))
    except OverflowError:
        return None


def _named(text: str, today: date, edge: Edge) -> date | None:
    """A word for a day, a weekday, or the edge of a month, quarter or year."""
    if (away := _DAYS.get(text.replace("'", ""))) is not None:
        return today + timedelta(days=away)
    if (weekday := _WEEKDAYS.get(text)) is not None:
        return today - timedelta(days=(today.weekday() - weekday) % 7)
    words = [word for word in re.split(r"[\s_'-]+", text) if word not in _FILLING]
    edges = [_EDGES[word] for word in words if word in _EDGES]
    before = [_BEFORE[word] for word in words if word in _BEFORE]
    lengths = [_PERIODS[word] for word in words if word in _PERIODS]
    if (
        len(lengths) != 1
        or max(len(edges), len(before)) > 1
        or len(words) != len(edges) + len(before) + 1
        or len(words) < 2
    ):
        return None
    (length,) = lengths
    first = today.replace(day=1, month=(today.month - 1) // length * length + 1)
    try:
        return _edge_of(plus_months(first, -length * sum(before)), length, edges[0] if edges else edge)
    except OverflowError:
        return None


def _edge_of(first: date, months: int, edge: Edge) -> date | None:
    """The first or last day of so many months from a first of a month on."""
    if edge == "first":
        return first
    return end_of_month(plus_months(first, months - 1))


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
