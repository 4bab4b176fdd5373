"""The pieces of payment terms, recognised in all languages at once: steps, percentages, cash discounts.

The words of the languages are data (`terms_words`); no word means one thing in one language and something else in another.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import NamedTuple

from beancount_invoicing.rules.terms_words import WORDS

__all__ = [
    "INSTALMENT",
    "PERCENTAGE",
    "UNITS",
    "DiscountWords",
    "Step",
    "discount_words",
    "language_of",
    "leading_discounts",
    "normal",
    "phrases",
    "pieces",
    "step",
    "steps_without_commas",
    "without_otherwise",
]

PERCENTAGE = re.compile(r"(\d+(?:[.,]\d+)?) ?%")
INSTALMENT = re.compile(r"(\d{1,3}(?:[.,]\d{1,6})?) ?%[,:]? ?(.+)\Z")
"""A percentage, and the steps to the date on which it is due."""
UNITS = {
    word: unit
    for words in WORDS.values()
    for listed, unit in (
        (words.days, ("days", 1)),
        (words.weeks, ("days", 7)),
        (words.months, ("months", 1)),
        (words.years, ("months", 12)),
    )
    for word in listed.split()
}
"""Days or months, and how many of them, by the word for a unit."""
_SHORT = re.compile(r"(?<!\S)(?:dffm|d\.f\.f\.m\.?)(?!\S)", re.IGNORECASE)
_COMMA = re.compile(r",(?!\d)|(?<!\d),")
_ENDED = r"(?![^\s,;])"


class Step(NamedTuple):
    """A step as written in `text`. `name`: "span", "span after end", "end", "day", "day of next month", "receipt".

    `number` and `unit` are its figures ("" if it has none); `from_invoice`: it says that it counts from the invoice's date.
    """

    name: str
    text: str
    number: str = ""
    unit: str = ""
    from_invoice: bool = False


class DiscountWords(NamedTuple):
    """A cash discount as written in `text`; `is_named`: a word says that it is one; `rest` is what stands beside it."""

    text: str
    percent: str
    number: str
    unit: str
    on_net: bool
    is_named: bool
    rest: str = ""


def normal(text: str) -> str:
    """The text with single blanks, without a dot at its end, and without abbreviations for two steps at once."""
    plain = " ".join(unicodedata.normalize("NFC", text).split()).strip(" .")
    return _SHORT.sub("data fattura fine mese", plain)


def pieces(text: str) -> list[str]:
    """What stands between the commas of a text; a comma between figures is a decimal one."""
    return [piece.strip() for piece in _COMMA.split(text)]


def phrases(text: str) -> list[str]:
    """What stands between the commas, semicolons and strokes of a text: "7 Tage 2 % / 30 Tage netto"."""
    return [phrase.strip() for part in re.split(r";|(?<=\s)/(?=\s)", text) for phrase in pieces(part) if phrase.strip()]


def _expression(field: str) -> str:
    """The words of all languages for one thing, as one expression without groups that count."""
    expression = "|".join(getattr(words, field) for words in WORDS.values())
    expression = re.sub(r"(?<!\\)\((?!\?)", "(?:", expression).replace("'", "['’]")
    return "".join(_with_base(letter) for letter in expression)


@cache
def _compiled(expression: str) -> re.Pattern[str]:
    return re.compile(expression, re.IGNORECASE)


def _with_base(letter: str) -> str:
    base = unicodedata.normalize("NFD", letter)[0]
    return letter if base == letter or letter == "’" else f"[{base}{letter}]"


_UNIT = "|".join(sorted(UNITS, key=len, reverse=True))


@cache
def _steps() -> dict[str, re.Pattern[str]]:
    before = f"(?:(?:{_expression('before')}|{_expression('net')}) )*"
    behind = f"(?: (?:{_expression('behind')}))*"
    span = rf"(?P<number>\d{{1,9}}) ?(?P<unit>{_UNIT}){_ENDED}{behind}"
    bare = rf"(?:{_expression('net')}) ?(?P<bare>\d{{1,9}})"
    end = f"(?:{_expression('end')})"
    number = iter(range(100))
    day = re.sub(r"\{\}", lambda _match: rf"(?P<day{next(number)}>\d{{1,9}})", _expression("day"))
    patterns = {
        "span after end": rf"{before}(?:{span}|{bare}) (?:{_expression('after_end')}) {end}",
        "span": rf"{before}(?:{span}(?P<from> (?:{_expression('from_invoice')}))?{behind}|{bare})",
        "end": f"{before}{end}",
        "day": rf"(?:{day})(?P<next> (?:{_expression('next_month')}))?",
        "receipt": f"{before}(?:{_expression('receipt')}){behind}",
    }
    return {name: _compiled(f"(?:{pattern}){_ENDED}") for name, pattern in patterns.items()}


def step(text: str) -> Step | None:
    """The step that the whole text is; None if it is none."""
    for name, expression in _steps().items():
        if match := expression.fullmatch(text):
            return _step(name, match)
    return None


def _step(name: str, match: re.Match[str]) -> Step:
    found = {group: value for group, value in match.groupdict().items() if value}
    number = (
        found.get("number") or found.get("bare") or next((found[key] for key in found if key.startswith("day")), "")
    )
    unit = found.get("unit", "days" if "bare" in found else "")
    return Step("day of next month" if "next" in found else name, match.group(), number, unit, "from" in found)


def steps_without_commas(text: str) -> list[Step]:
    """The steps in a text, one after another, with nothing else between them; none if there is anything else."""
    found: list[Step] = []
    rest = text
    while rest:
        matches = [(name, match) for name, expression in _steps().items() if (match := expression.match(rest))]
        if not matches:
            return []
        name, match = max(matches, key=lambda pair: pair[1].end())
        found.append(_step(name, match))
        rest = rest[match.end() :].lstrip()
    return found


@cache
def _discounts() -> tuple[re.Pattern[str], ...]:
    named = f"(?P<named>{_expression('discount')})"
    lead = f"(?:{_expression('paid')}|{_expression('before')})"
    percent = r"(?P<percent>\d{1,2}(?:[.,]\d{1,4})?)"
    days = r"(?P<number>\d{1,4})"
    unit = rf"(?P<unit>{_UNIT})"
    on_net = f"(?P<net>{_expression('of_net')})"
    before = f"(?:(?:{_expression('discount')}) )*"
    return (
        _compiled(rf"{before}{percent} ?%(?: (?:{on_net}|{named}|{lead}))*,? {days}(?: ?{unit})?{_ENDED}"),
        _compiled(rf"(?:{lead} )*{days} ?{unit}:? {before}{percent} ?%(?: (?:{on_net}|{named}))*{_ENDED}"),
        _compiled(rf"{percent}/{days}{_ENDED}"),
    )


def discount_words(text: str) -> DiscountWords | None:
    """The cash discount that the whole text is: "2% within 7 days", "2 % Skonto 7 Tage", "7 Tage 2 %", "2/10"; None if none."""
    return next((_discount(match) for pattern in _discounts() if (match := pattern.fullmatch(text))), None)


def leading_discounts(text: str) -> list[DiscountWords]:
    """The cash discounts that the text may begin with, each with the rest of it: "2/10 net 30"."""
    return [_discount(match) for pattern in _discounts() if (match := pattern.match(text)) and match.end() < len(text)]


def _discount(match: re.Match[str]) -> DiscountWords:
    found = match.groupdict()
    is_named = _compiled(_expression("discount")).search(match.group()) is not None or "%" not in match.group()
    rest = match.string[match.end() :].strip(" ,;/")
    unit = found.get("unit") or "days"
    return DiscountWords(
        match.group(),
        found["percent"],
        found["number"],
        unit,
        bool(found.get("net")),
        is_named,
        without_otherwise(rest),
    )


def without_otherwise(text: str) -> str:
    """The text without a leading "or", "sonst"."""
    return _compiled(rf"\A(?:{_expression('otherwise')}) ").sub("", text)


def language_of(text: str) -> str:
    """The language whose words for units or the end of a month, or for payment at once, the text has; "" if none, or several."""
    found = []
    for language, words in WORDS.items():
        units = "|".join(" ".join((words.days, words.weeks, words.months, words.years)).split())
        expression = re.sub(
            r"(?<!\\)\((?!\?)", "(?:", f"{units}|{words.end}|{words.receipt}|{words.net}|{words.discount}"
        )
        if _compiled(rf"(?<![^\W\d])(?:{expression})(?!\w)").search(text):
            found.append(language)
    return found[0] if len(found) == 1 else ""
