"""Document numbers: patterns of series, and links."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from beancount_invoicing.messages import _

__all__ = [
    "Pattern",
    "PatternError",
    "distance",
    "ends_with",
    "link",
    "number_matcher",
    "number_problem",
    "parse_pattern",
]

_FIELD = re.compile(r"\{(year|month|seq)(?::0?([1-9]))?\}")
_LINK = re.compile(r"[^A-Za-z0-9\-_/.]")
_NEW = re.compile(r"[A-Za-z0-9\-_/]{1,35}\Z")
_LONGEST = 18
"""Digits of a place in a series; a longer run of digits is not one."""


def ends_with(number: str, end: str) -> bool:
    """Whether a number ends like this, in any case and with each run of digits as a whole, by its value: "80", "0080",
    "2026-80" are ends of F2026-0080, "26-80" is not.
    """
    whole, last = _by_value(number), _by_value(end)
    before = whole[: len(whole) - len(last)]
    return bool(last) and whole.endswith(last) and not (last[0].isdigit() and before[-1:].isdigit())


def _by_value(number: str) -> str:
    return re.sub(r"[0-9]+", lambda digits: digits[0].lstrip("0") or "0", number.casefold())


class PatternError(ValueError):
    """A number pattern cannot be read; the message says what to write."""


class Pattern(NamedTuple):
    """A pattern of numbers such as `F{year}-{seq:04}`: literal text, {year} or {year:02}, {month:02}, one {seq:0N}."""

    text: str
    before: tuple[tuple[str, int], ...]
    """What is before {seq}: (literal text, -1), ("year", width) or ("month", width), in order."""
    width: int
    """The minimum digits of {seq}."""
    after: tuple[tuple[str, int], ...]
    """What is after {seq}, as `before`."""

    def series(self, day: date) -> str:
        """The name of the series that a document of `day` belongs to: `F2026-#`."""
        return "#".join(_around(self.text, day.year, day.month))

    def read(self, number: str, day: date) -> tuple[str, int] | None:
        """The series and place of `number` dated `day`; None if it does not match (also in year and month)."""
        start, end = _around(self.text, day.year, day.month)
        if not (number.startswith(start) and number.endswith(end)):
            return None
        digits = number[len(start) : len(number) - len(end)]
        if not self.width <= len(digits) <= _LONGEST or not (digits.isascii() and digits.isdigit()):
            return None
        if len(digits) > max(self.width, 1) and digits[0] == "0":
            return None
        return f"{start}#{end}", int(digits)

    def write(self, day: date, seq: int) -> str:
        """The number at place `seq` (from 1) of the series of `day`."""
        start, end = _around(self.text, day.year, day.month)
        return f"{start}{seq:0{self.width}}{end}"


@lru_cache(maxsize=4096)
def _around(text: str, year: int, month: int) -> tuple[str, str]:
    pattern = parse_pattern(text)

    def filled(pieces: tuple[tuple[str, int], ...]) -> str:
        parts = []
        for piece, width in pieces:
            if width < 0:
                parts.append(piece)
            elif piece == "month":
                parts.append(f"{month:0{width}}")
            else:
                parts.append(f"{year % 100:02}" if width == 2 else f"{year:04}")
        return "".join(parts)

    return filled(pattern.before), filled(pattern.after)


@lru_cache(maxsize=256)
def parse_pattern(text: str) -> Pattern:
    """The pattern in `text`. Raises PatternError if a field is unknown, or {seq} is not there exactly once."""
    pieces: list[tuple[str, int]] = []
    sequences: list[tuple[int, int]] = []
    end = 0
    for match in _FIELD.finditer(text):
        pieces.append((_literal(text[end : match.start()], text), -1))
        field, width = match.group(1), int(match.group(2) or 0)
        if field == "seq":
            sequences.append((len(pieces), width))
        elif width not in ({0, 2, 4} if field == "year" else {0, 1, 2}):
            raise PatternError(
                _('"{text}" has {group}: write {{year}}, {{year:02}} or {{month:02}}', text=text, group=match.group())
            )
        else:
            pieces.append((field, width))
        end = match.end()
    pieces.append((_literal(text[end:], text), -1))
    if len(sequences) != 1:
        raise PatternError(
            _('"{text}" must contain {{seq}} once: write "F{{year}}-{{seq:04}}", for example', text=text)
        )
    place, width = sequences[0]
    return Pattern(text, tuple(pieces[:place]), width, tuple(pieces[place:]))


def _literal(part: str, text: str) -> str:
    if "{" in part or "}" in part:
        raise PatternError(
            _('"{text}" has an unknown field: the fields are {{year}}, {{month:02}}, {{seq:04}}', text=text)
        )
    return part


_DIGITS = re.compile(r"(\d+)")


def number_matcher(patterns: Iterable[str], numbers: Iterable[str]) -> Callable[[str], bool]:
    """Whether a link looks like the numbers of a series: of `patterns`, or of these `numbers`.

    Some digits may be wrong, and one digit may be missing or too many (several, if they are within the place in its
    series). But if no letter distinguishes the series from other links, the number of digits must be right, and a
    series without a pattern needs two numbers.
    """
    links = [link(number) for number in numbers]
    longest = max((len(run) for number in links for run in _DIGITS.findall(number)), default=1)
    known = {_like(pattern, longest) for pattern in map(_parsed, patterns) if pattern}
    widths: dict[tuple[str, ...], list[tuple[int, ...]]] = {}
    for number in links:
        pieces = _DIGITS.split(number)
        widths.setdefault(tuple(pieces[::2]), []).append(tuple(map(len, pieces[1::2])))
    for words, lengths in widths.items():
        named = any(map(str.isalpha, "".join(words)))
        if len(words) == 1 or not (named or len(lengths) > 1):
            continue
        slack = 1 if named else 0
        text = re.escape(words[0])
        for word, *runs in zip(words[1:], *lengths, strict=True):
            text += rf"\d{{{max(min(runs) - slack, 1)},{max(runs) + slack}}}" + re.escape(word)
        known.add(text)
    like = re.compile("|".join(known) or "(?!)", re.IGNORECASE | re.ASCII)
    return lambda text: like.fullmatch(text) is not None


def _parsed(text: str) -> Pattern | None:
    try:
        return parse_pattern(text)
    except PatternError:
        return None


def _like(pattern: Pattern, longest: int) -> str:
    """The regular expression for texts that look like a pattern's numbers; `longest`: the longest known run of digits."""
    named = any(width < 0 and any(map(str.isalpha, text)) for text, width in (*pattern.before, *pattern.after))
    slack = 1 if named else 0

    def around(pieces: tuple[tuple[str, int], ...]) -> str:
        pattern = ""
        for text, width in pieces:
            most = 2 if text == "month" or width == 2 else 4
            pattern += re.escape(link(text)) if width < 0 else rf"\d{{{max(most - slack, 1)},{most + slack}}}"
        return pattern

    least, most = 1 if named else max(pattern.width, 1), max(pattern.width, longest if not pattern.width else 0) + slack
    return around(pattern.before) + rf"\d{{{least},{max(least, most)}}}" + around(pattern.after)


def distance(first: str, second: str) -> int:
    """The number of typing errors between two numbers. An error is a wrong, missing or extra character, or two
    neighbours swapped; leading zeros and case do not count.
    """
    a, b = (re.sub(r"(?<!\d)0+(?=\d)", "", text.casefold()) for text in (first, second))
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i in range(1, len(a) + 1):
        above, row = row, [i]
        for j in range(1, len(b) + 1):
            cost = min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (a[i - 1] != b[j - 1]))
            if i > 1 and j > 1 and a[i - 1] == b[j - 2] and a[i - 2] == b[j - 1]:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        before = above
    return row[-1]


def link(number: str) -> str:
    """The link of a number: its characters outside `A-Z a-z 0-9 - _ / .` written `-`."""
    return _LINK.sub("-", number)


_CANCELLED = "-cancelled"


def cancellation_number(number: str) -> str:
    """The name of the cancellation of a document. A cancellation is in the books but in no series, and nobody receives
    it.
    """
    return f"{number}{_CANCELLED}"


def cancelled_number(name: str) -> str:
    """The number of the document that a cancellation with that name cancels."""
    return name.removesuffix(_CANCELLED)


def number_problem(number: str) -> str | None:
    """Why `number` cannot be a new document's; None if it can: at most 35 of `A-Z a-z 0-9 - _ /` (BR-FR-02)."""
    if _NEW.match(number):
        return None
    if not number:
        return _("it is empty")
    if len(number) > 35:
        return _("it has {count} characters, but at most 35 are allowed", count=len(number))
    strange = sorted(set(re.findall(r"[^A-Za-z0-9\-_/]", number)))
    return _(
        "only A-Z a-z 0-9 - _ / are allowed, not {characters}",
        characters=" ".join(repr(character) for character in strange),
    )
