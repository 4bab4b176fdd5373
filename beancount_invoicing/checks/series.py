"""Checks of numbers: no duplicate, no gap, no date that runs backwards."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise

from beancount_invoicing.billing.numbers import SERIES, option_of, place
from beancount_invoicing.checks.documents import severity
from beancount_invoicing.model import Book, Finding, NumberUse, OptionValue
from beancount_invoicing.rules import numbering


def duplicates(book: Book) -> Iterator[Finding]:
    """Each number is used once (CGI, ann. II, art. 242 nonies A, I, 7°: a unique number)."""
    first: dict[str, NumberUse] = {}
    for use in book.numbers:
        if use.number in first:
            yield Finding(
                "error",
                "duplicate-number",
                f"{use.number} is used twice: also {first[use.number].source}, dated {first[use.number].date}; give the"
                " one that has not been sent another number",
                use.source,
            )
        first.setdefault(use.number, use)


def series(book: Book) -> Iterator[Finding]:
    """In each series: no gap after its first number, and dates never run backwards."""
    placed: defaultdict[str, dict[int, NumberUse]] = defaultdict(dict)
    for use in book.numbers:
        found = place(book, use)
        if found:
            placed[found[0]].setdefault(found[1], use)
    for name in sorted(placed):
        numbers = sorted(placed[name].items())
        for (before, earlier), (after, later) in pairwise(numbers):
            judged = severity(book, later.date)
            if after != before + 1:
                missing = after - before - 1
                what = "one number is" if missing == 1 else f"{missing} numbers are"
                yield Finding(
                    judged,
                    "series-gap",
                    f"{later.number} follows {earlier.number}: {what} missing between them; give it the next number, or"
                    ' fill the gap with a transaction of kind: "void"',
                    later.source,
                )
            if later.date < earlier.date:
                yield Finding(
                    judged,
                    "series-date",
                    f"{later.number} is dated {later.date}, but {earlier.number} before it {earlier.date}: dates never"
                    " run backwards in a series",
                    later.source,
                )


def outside(book: Book) -> Iterator[Finding]:
    """A number that matches no pattern is only a warning: perhaps it is meant."""
    if not any(name in book.options for name in SERIES):
        return
    for use in book.numbers:
        if use.draft or use.kind == "opening" or place(book, use):
            continue
        pattern = book.option(option_of(book, use.kind), use.date)
        if pattern:
            yield Finding(
                "warning",
                "number-not-in-series",
                f"{use.number} is not in the series {pattern}: it is checked for duplicates only",
                use.source,
            )


def patterns(book: Book) -> Iterator[Finding]:
    """The patterns can be read."""
    for name in SERIES:
        dated = book.options.get(name)
        texts: set[OptionValue] = {value for _day, value in dated.versions} if dated else set()
        for text in sorted(map(str, texts)):
            try:
                numbering.parse(text)
            except numbering.PatternError as error:
                yield Finding("error", "option", f"option {name}: {error}", book.place(name))


CHECKS = (duplicates, series, outside, patterns)
