"""Payment terms: from words to due dates and instalments.

Steps stand from left to right, separated by commas; instalments are separated by semicolons. English and French are read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from beancount_invoicing.model import Step, Value
from beancount_invoicing.rules import steps

Rule = tuple[str, int]
"""A step of terms: ("days", 30), ("months", 2), ("end of month", 0), ("day", 15), ("day of following month", 15)."""


class TermsError(ValueError):
    """Payment terms cannot be read or are ambiguous; the message says what to write."""


@dataclass(frozen=True, slots=True)
class Part:
    """An instalment: its `percent` of the whole (None for the only one), and the rules that lead to its due date."""

    percent: Decimal | None
    rules: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class Terms:
    """Payment terms as `text` says them."""

    text: str
    parts: tuple[Part, ...]


class Due(NamedTuple):
    """What is due when: `date` is the last day on which it is paid in time."""

    date: date
    amount: Decimal
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class CashDiscount:
    """`percent` less where it is paid within `days` after the invoice's date (that day included)."""

    percent: Decimal
    days: int


_UNITS = {
    **dict.fromkeys(("day", "days", "d", "jour", "jours", "j"), ("days", 1)),
    **dict.fromkeys(("week", "weeks", "semaine", "semaines"), ("days", 7)),
    **dict.fromkeys(("month", "months", "mois"), ("months", 1)),
    **dict.fromkeys(("year", "years", "an", "ans", "année", "années"), ("months", 12)),
}
_UNIT = "|".join(sorted(_UNITS, key=len, reverse=True))
_SPAN = re.compile(rf"(?:à )?(\d{{1,4}}) ?({_UNIT})(?: net)?\Z")
_END = re.compile(r"(?:at )?(?:the )?end of (?:the )?month\Z|(?:à )?(?:la )?fin (?:de |du )?mois\Z|eom\Z|fdm\Z")
_DAY = re.compile(r"(?:on )?(?:the )?(?:day|jour) (\d{1,2})\Z|le (\d{1,2})\Z")
_RECEIPT = re.compile(
    r"(?:due |payable )?(?:up)?on receipt\Z|immediate(?:ly)?\Z|cash\Z|(?:payable )?(?:à|a) (?:la )?réception"
    r"(?: de facture)?\Z|comptant\Z"
)
_PERCENT = re.compile(r"(\d{1,3}(?:[.,]\d{1,6})?) ?%,? ?(.+)\Z")
_NO_COMMA = re.compile(
    rf"(\d{{1,4}}) ?({_UNIT}) (end of (?:the )?month|fin de mois)\Z|(end of (?:the )?month|fin de mois) (\d{{1,4}}) ?({_UNIT})\Z"
)
_DISCOUNT = re.compile(
    rf"(\d{{1,2}}(?:[.,]\d{{1,4}})?) ?% (?:within|sous|in|à|dans les) (\d{{1,4}}) ?({_UNIT})\Z"
)
_EXAMPLES = '"30 days", "45 days, end of month", "on receipt", "30% on receipt; 70% 60 days", "30 jours, fin de mois"'


def _normal(text: str) -> str:
    return " ".join(text.replace("\u00a0", " ").replace("\u202f", " ").split()).strip(" .").lower()


@lru_cache(maxsize=4096)
def parse(text: str, example: date | None = None) -> Terms:
    """The terms that `text` says. A bare number is days.

    `example` is the date for which the two readings of ambiguous terms are shown. Raises TermsError.
    """
    plain = _normal(text)
    if not plain:
        raise TermsError(f"the payment terms are empty: write {_EXAMPLES}")
    if plain.isdigit():
        plain = f"{plain} days"
    pieces = [piece.strip() for piece in plain.split(";") if piece.strip()]
    if len(pieces) == 1 and not _PERCENT.match(pieces[0]):
        return Terms(text, (Part(None, _rules(pieces[0], text, example)),))
    parts = []
    for piece in pieces:
        match = _PERCENT.match(piece)
        if match is None:
            raise TermsError(f'"{text}": the instalment "{piece}" has no percentage: write such as "30% on receipt; 70% 60 days"')
        parts.append(Part(Decimal(match.group(1).replace(",", ".")), _rules(match.group(2), text, example)))
    whole = sum((part.percent or Decimal(0) for part in parts), Decimal(0))
    if whole != 100:
        raise TermsError(f'"{text}": the instalments add up to {whole} %, not to 100 %')
    if any(part.percent == 0 for part in parts):
        raise TermsError(f'"{text}": an instalment of 0 % is none: leave it out')
    return Terms(text, tuple(parts))


def _rules(piece: str, text: str, example: date | None) -> tuple[Rule, ...]:
    rules: list[Rule] = []
    words = [word.strip() for word in piece.split(",")]
    for word in words:
        if match := _SPAN.match(word):
            unit, factor = _UNITS[match.group(2)]
            number = int(match.group(1)) * factor
            if number > (3660 if unit == "days" else 120):
                raise TermsError(f'"{text}": {word} is more than ten years')
            rules.append((unit, number))
        elif _END.match(word):
            rules.append(("end of month", 0))
        elif match := _DAY.match(word):
            number = int(match.group(1) or match.group(2))
            if not 1 <= number <= 31:
                raise TermsError(f'"{text}": there is no day {number} of a month')
            rules.append(("day of following month" if rules and rules[-1][0] == "end of month" else "day", number))
        elif _RECEIPT.match(word):
            if len(words) > 1:
                raise TermsError(f'"{text}": "{word}" stands alone')
        elif match := _NO_COMMA.match(word):
            raise TermsError(_ambiguous(match, text, example))
        else:
            raise TermsError(f'the payment terms "{text}" cannot be read at "{word}": write {_EXAMPLES}')
    return tuple(rules)


def _ambiguous(match: re.Match[str], text: str, example: date | None) -> str:
    span = f"{match.group(1) or match.group(5)} {match.group(2) or match.group(6)}"
    end = match.group(3) or match.group(4)
    first, second = f"{span}, {end}", f"{end}, {span}"
    if example is None:
        return f'"{text}" can be read in two ways: write "{first}" or "{second}"'
    days = [schedule(parse(one), example, Decimal(100), 2)[0].date for one in (first, second)]
    return (
        f'"{text}" can be read in two ways: write "{first}" (for {example}: {days[0]}) or "{second}" (for {example}:'
        f" {days[1]})"
    )


def _due_date(rules: tuple[Rule, ...], start: date, text: str) -> tuple[date, tuple[Step, ...]]:
    day = start
    made: list[Step] = []
    try:
        for name, number in rules:
            inputs: tuple[Value, ...]
            if name == "days":
                operation, inputs, result = "plus days", (day, number), day + timedelta(days=number)
            elif name == "months":
                operation, inputs, result = "plus months", (day, number), steps.plus_months(day, number)
            elif name == "end of month":
                operation, inputs, result = "end of month", (day,), steps.end_of_month(day)
            elif name == "day":
                operation, inputs, result = "next day of month", (day, number), steps.on_day(day, number)
            else:
                operation, inputs = "day of following month", (day, number)
                result = steps.on_day_of_following_month(day, number)
            made.append(Step("due date", operation, inputs, result, text))
            day = result
    except (OverflowError, ValueError):
        raise TermsError(f'"{text}" leads from {start} past the end of the calendar') from None
    if not made:
        made.append(Step("due date", "as written", (start,), start, text))
    return day, tuple(made)


def schedule(terms: Terms, start: date, total: Decimal, decimals: int) -> tuple[Due, ...]:
    """The instalments of `total` for a document of `start`.

    Each percentage is rounded half away from zero to `decimals`; the last instalment takes the remainder, so that they add
    up to `total` exactly. Raises TermsError where a date is past the calendar.
    """
    result: list[Due] = []
    left = total
    for number, part in enumerate(terms.parts, 1):
        day, why = _due_date(part.rules, start, terms.text)
        if number == len(terms.parts):
            if len(terms.parts) > 1:
                paid = tuple(due.amount for due in result)
                why = (*why, Step("amount", "difference", (total, *paid), left, "the last takes the remainder"))
            result.append(Due(day, left, why))
            break
        percent = part.percent or Decimal(0)
        exact = total * percent / 100
        amount = steps.round_to(exact, decimals)
        why = (
            *why,
            Step("amount", "percent of", (percent, total), exact, terms.text),
            Step("amount", "rounded", (exact, decimals), amount, "half away from zero"),
        )
        left -= amount
        result.append(Due(day, amount, why))
    return tuple(result)


@lru_cache(maxsize=1024)
def parse_cash_discount(text: str) -> CashDiscount:
    """The cash discount that `text` says, such as "2% within 7 days" or "2 % sous 7 jours". Raises TermsError."""
    match = _DISCOUNT.match(_normal(text))
    if match is None or _UNITS[match.group(3)][0] != "days":
        raise TermsError(f'the cash discount "{text}" cannot be read: write such as "2% within 7 days"')
    return CashDiscount(Decimal(match.group(1).replace(",", ".")), int(match.group(2)) * _UNITS[match.group(3)][1])


_WORDS = {
    "en": {
        "days": ("{} day", "{} days"),
        "months": ("{} month", "{} months"),
        "end of month": "end of month",
        "day": "day {}",
        "receipt": "on receipt",
        "percent": "{}%",
    },
    "fr": {
        "days": ("{} jour", "{} jours"),
        "months": ("{} mois", "{} mois"),
        "end of month": "fin de mois",
        "day": "le {}",
        "receipt": "à réception",
        "percent": "{} %",
    },
}


def words(terms: Terms, language: str) -> str:
    """The terms as a person writes them in "fr" or "en" (any other language: English); they are read back the same."""
    table = _WORDS.get(language, _WORDS["en"])
    said = []
    for part in terms.parts:
        pieces = []
        for name, number in part.rules:
            if name in {"days", "months"}:
                pieces.append(table[name][number != 1].format(number))
            elif name == "end of month":
                pieces.append(str(table[name]))
            else:
                pieces.append(str(table["day"]).format(number))
        text = ", ".join(pieces) or str(table["receipt"])
        if part.percent is not None:
            percent = format(part.percent.normalize(), "f")
            text = str(table["percent"]).format(percent.replace(".", "," if language == "fr" else ".")) + " " + text
        said.append(text)
    return "; ".join(said)
