"""Document numbers: patterns of series, links."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

_FIELD = re.compile(r"\{(year|month|seq)(?::0?(\d))?\}")
_LINK = re.compile(r"[^A-Za-z0-9\-_/.]")
_NEW = re.compile(r"[A-Za-z0-9\-_/]{1,35}\Z")


class PatternError(ValueError):
    """A number pattern cannot be read; the message says what to write."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A pattern of numbers such as `F{year}-{seq:04}`: literal text, {year}, {year:02}, {month:02} and one {seq:0N}."""

    text: str
    pieces: tuple[tuple[str, str, int], ...]
    """(field, literal text, width) in order; the field is "" for literal text."""
    expression: re.Pattern[str]

    def series(self, day: date) -> str:
        """The name of the series that a document of `day` belongs to: the pattern with its year and month filled in."""
        return "".join(
            text if not field else "#" if field == "seq" else _filled(field, width, day)
            for field, text, width in self.pieces
        )

    def read(self, number: str, day: date) -> tuple[str, int] | None:
        """The series and place of `number` dated `day`; None where it does not match (also in year and month)."""
        match = self.expression.match(number)
        if match is None:
            return None
        for field, _text, width in self.pieces:
            if field in {"year", "month"} and match.group(field) != _filled(field, width, day):
                return None
        seq = match.group("seq")
        width = next(width for field, _text, width in self.pieces if field == "seq")
        if len(seq) > max(width, 1) and seq[0] == "0":
            return None
        return self.series(day), int(seq)

    def write(self, day: date, seq: int) -> str:
        """The number at place `seq` (from 1) of the series of `day`."""
        return "".join(
            text if not field else str(seq).zfill(width) if field == "seq" else _filled(field, width, day)
            for field, text, width in self.pieces
        )


def _filled(field: str, width: int, day: date) -> str:
    if field == "year":
        return f"{day.year % 100:02}" if width == 2 else f"{day.year:04}"
    return str(day.month).zfill(width)


@lru_cache(maxsize=256)
def parse(text: str) -> Pattern:
    """The pattern that `text` says. Raises PatternError where a field is unknown, or {seq} is missing or there twice."""
    pieces: list[tuple[str, str, int]] = []
    expression = ""
    end = 0
    for match in _FIELD.finditer(text):
        _literal(text[end : match.start()], text)
        pieces.append(("", text[end : match.start()], 0))
        expression += re.escape(text[end : match.start()])
        field, width = match.group(1), int(match.group(2) or 0)
        width = width or (2 if field == "month" and match.group(2) else 0)
        pieces.append((field, "", width))
        digits = rf"\d{{{max(width, 1)},18}}" if field == "seq" else r"\d{1,4}"
        expression += f"(?P<{field}>{digits})" if f"(?P<{field}>" not in expression else f"(?P={field})"
        end = match.end()
    _literal(text[end:], text)
    pieces.append(("", text[end:], 0))
    if [field for field, _, _ in pieces].count("seq") != 1:
        raise PatternError(f'"{text}" must contain {{seq}} once: write it such as "F{{year}}-{{seq:04}}"')
    return Pattern(text, tuple(pieces), re.compile(expression + re.escape(text[end:]) + r"\Z"))


def _literal(part: str, text: str) -> None:
    if "{" in part or "}" in part:
        raise PatternError(f'"{text}" has a field that is not known: the fields are {{year}}, {{month:02}}, {{seq:04}}')


def link(number: str) -> str:
    """The link of a number: its characters outside `A-Z a-z 0-9 - _ / .` written `-`."""
    return _LINK.sub("-", number)


def writable(number: str) -> str | None:
    """Why `number` cannot be a new document's; None where it can: at most 35 of `A-Z a-z 0-9 - _ /` (BR-FR-02)."""
    if _NEW.match(number):
        return None
    if len(number) > 35:
        return f"it has {len(number)} characters, at most 35 are allowed"
    strange = sorted(set(re.findall(r"[^A-Za-z0-9\-_/]", number)))
    return "allowed are A-Z a-z 0-9 - _ /, not " + " ".join(repr(one) for one in strange) if strange else "it is empty"
