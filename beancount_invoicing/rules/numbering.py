"""Document numbers: patterns of series, and links."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

_FIELD = re.compile(r"\{(year|month|seq)(?::0?([1-9]))?\}")
_LINK = re.compile(r"[^A-Za-z0-9\-_/.]")
_NEW = re.compile(r"[A-Za-z0-9\-_/]{1,35}\Z")
_LONGEST = 18
"""Digits of a place in a series; a longer run of digits is no such place."""


class PatternError(ValueError):
    """A number pattern cannot be read; the message says what to write."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A pattern of numbers such as `F{year}-{seq:04}`: literal text, {year} or {year:02}, {month:02}, one {seq:0N}."""

    text: str
    before: tuple[tuple[str, int], ...]
    """What stands before {seq}: (literal text, -1), ("year", width) or ("month", width), in order."""
    width: int
    """The least digits of {seq}."""
    after: tuple[tuple[str, int], ...]
    """What stands after {seq}, as `before`."""

    def series(self, day: date) -> str:
        """The name of the series that a document of `day` belongs to: `F2026-#`."""
        return "#".join(_around(self.text, day.year, day.month))

    def read(self, number: str, day: date) -> tuple[str, int] | None:
        """The series and place of `number` dated `day`; None where it does not match (also in year and month)."""
        start, end = _around(self.text, day.year, day.month)
        if not (number.startswith(start) and number.endswith(end)):
            return None
        digits = number[len(start) : len(number) - len(end)]
        if not max(self.width, 1) <= len(digits) <= _LONGEST or not (digits.isascii() and digits.isdigit()):
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
    pattern = parse(text)

    def filled(pieces: tuple[tuple[str, int], ...]) -> str:
        said = []
        for piece, width in pieces:
            if width < 0:
                said.append(piece)
            elif piece == "month":
                said.append(f"{month:0{width}}")
            else:
                said.append(f"{year % 100:02}" if width == 2 else f"{year:04}")
        return "".join(said)

    return filled(pattern.before), filled(pattern.after)


@lru_cache(maxsize=256)
def parse(text: str) -> Pattern:
    """The pattern that `text` says. Raises PatternError where a field is unknown, or {seq} is not there once."""
    pieces: list[tuple[str, int]] = []
    sequences: list[tuple[int, int]] = []
    end = 0
    for match in _FIELD.finditer(text):
        pieces.append((_literal(text[end : match.start()], text), -1))
        field, width = match.group(1), int(match.group(2) or 0)
        if field == "seq":
            sequences.append((len(pieces), width))
        elif width not in ({0, 2, 4} if field == "year" else {0, 1, 2}):
            raise PatternError(f'"{text}" has {match.group()}: write {{year}}, {{year:02}} or {{month:02}}')
        else:
            pieces.append((field, width))
        end = match.end()
    pieces.append((_literal(text[end:], text), -1))
    if len(sequences) != 1:
        raise PatternError(f'"{text}" must contain {{seq}} once: write it such as "F{{year}}-{{seq:04}}"')
    place, width = sequences[0]
    return Pattern(text, tuple(pieces[:place]), width, tuple(pieces[place:]))


def _literal(part: str, text: str) -> str:
    if "{" in part or "}" in part:
        raise PatternError(f'"{text}" has a field that is not known: the fields are {{year}}, {{month:02}}, {{seq:04}}')
    return part


def link(number: str) -> str:
    """The link of a number: its characters outside `A-Z a-z 0-9 - _ / .` written `-`."""
    return _LINK.sub("-", number)


def writable(number: str) -> str | None:
    """Why `number` cannot be a new document's; None where it can: at most 35 of `A-Z a-z 0-9 - _ /` (BR-FR-02)."""
    if _NEW.match(number):
        return None
    if not number:
        return "it is empty"
    if len(number) > 35:
        return f"it has {len(number)} characters, at most 35 are allowed"
    strange = sorted(set(re.findall(r"[^A-Za-z0-9\-_/]", number)))
    return "allowed are A-Z a-z 0-9 - _ /, not " + " ".join(repr(one) for one in strange)
