"""The numbering statement: for each series, its first and last number, how many there are, void numbers and gaps.

Numbers are unique, chronological and continuous (directive 2006/112/EC, art. 226 (2); CGI, ann. II, art. 242 nonies A, I, 7°).
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from itertools import pairwise
from typing import NamedTuple

from beancount_invoicing.billing.numbers import series_place
from beancount_invoicing.model import Book, NumberUse


class SeriesStatement(NamedTuple):
    """The numbers of a series whose documents are dated in a period."""

    first: NumberUse
    last: NumberUse
    documents: int
    """How many, void numbers included."""
    void: tuple[str, ...]
    missing: int
    """How many numbers between the first and the last one are used by no document."""
    gaps: tuple[tuple[str, str], ...]
    """The numbers before and after each gap."""
    backwards: tuple[str, ...]
    """The numbers that are dated before the number before them."""


class NumberStatement(NamedTuple):
    """All series of a period (both days inclusive), and the documents outside every series."""

    series: tuple[SeriesStatement, ...]
    """By the date of their first number."""
    outside: tuple[NumberUse, ...]


def number_statement(book: Book, since: date, until: date) -> NumberStatement:
    """The numbers of documents dated from `since` to `until` (inclusive); drafts have none yet, opening items have those of other
    books, and cancellations are entries without a document.
    """
    placed: defaultdict[str, dict[int, NumberUse]] = defaultdict(dict)
    outside: list[NumberUse] = []
    for use in book.number_uses:
        if not since <= use.date <= until or use.draft or use.kind in {"opening", "cancellation"}:
            continue
        found = series_place(book, use)
        if found:
            placed[found[0]].setdefault(found[1], use)
        else:
            outside.append(use)
    series = [_statement(sorted(numbers.items())) for _name, numbers in sorted(placed.items())]
    return NumberStatement(
        tuple(sorted(series, key=lambda statement: (statement.first.date, statement.first.number))),
        tuple(sorted(outside, key=lambda use: (use.date, use.number))),
    )


def _statement(numbers: list[tuple[int, NumberUse]]) -> SeriesStatement:
    uses = [use for _place, use in numbers]
    neighbours = list(pairwise(numbers))
    return SeriesStatement(
        first=uses[0],
        last=uses[-1],
        documents=len(uses),
        void=tuple(use.number for use in uses if use.kind == "void"),
        missing=numbers[-1][0] - numbers[0][0] + 1 - len(numbers),
        gaps=tuple(
            (before.number, after.number) for (earlier, before), (later, after) in neighbours if later != earlier + 1
        ),
        backwards=tuple(after.number for (_earlier, before), (_later, after) in neighbours if after.date < before.date),
    )
