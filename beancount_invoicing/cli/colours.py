"""Colours by the meaning of a figure or a document, on a terminal only."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from typing import IO, Literal, get_args

from beancount_invoicing.languages import translated

Mark = Literal["late", "doubtful", "done", "draft", "new"]

_CODES: dict[str, str] = {
    "": "",
    "late": "31",  # red: overdue, gone wrong
    "doubtful": "33",  # yellow: somebody should look at it
    "done": "2",  # dim: settled, void, nothing to do about it
    "draft": "36",  # cyan: no document yet
    "new": "32",  # green: to be billed
}


class Marked(str):
    """A text with its meaning; one class for each mark, because tables have thousands of cells."""

    __slots__ = ()
    style: str = ""


_MARKED: dict[Mark, type[Marked]] = {
    style: type(f"Marked{style.title()}", (Marked,), {"__slots__": (), "style": style}) for style in get_args(Mark)
}

BY_STATUS: dict[str, Mark | None] = {
    "draft": "draft",
    "void": "done",
    "settled": "done",
    "written-off": "done",
    "overdue": "late",
    "partly-paid": None,
    "open": None,
}


def mark_of(text: str) -> str:
    """The mark of a text; "" if it has none."""
    return text.style if isinstance(text, Marked) else ""


def marked(text: str | None, style: Mark | None) -> str:
    """The text with the mark `style`; unchanged for None, or if it is empty."""
    return _MARKED[style](translated(text)) if text and style else text or ""


def row_marked(cells: Iterable[str | None], style: Mark | None) -> list[str]:
    """All cells of a row with the same mark."""
    if style is None:
        return [cell or "" for cell in cells]
    kind = _MARKED[style]
    return [kind(translated(cell)) if cell else "" for cell in cells]


def paint(text: str, style: str, bold: bool = False) -> str:
    """A text in the colour of `style`, for a terminal."""
    codes = ";".join(filter(None, ("1" if bold else "", _CODES[style])))
    return f"\x1b[{codes}m{text}\x1b[0m" if codes and text else text


def in_colour(stream: IO[str]) -> bool:
    """Whether a stream is a terminal that shows colours, and NO_COLOR is not set (see no-color.org)."""
    return stream.isatty() and os.environ.get("TERM") != "dumb" and not os.environ.get("NO_COLOR")


def painted(text: str, style: Mark, stream: IO[str] | None = None) -> str:
    """A text in its colour if the stream (standard output by default) shows colours."""
    return paint(text, style) if in_colour(stream or sys.stdout) else text
