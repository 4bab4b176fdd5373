"""Ledgers of the tests: where the example and the golden ones stand, and small ones written in place."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from beancount import loader

from beancount_invoicing.entries import read
from beancount_invoicing.model import Book

TESTS = Path(__file__).parent
EXAMPLE = TESTS.parent / "ledger" / "main.beancount"
PRELUDE = (TESTS / "golden" / "prelude.beancount").read_text(encoding="utf-8")


def book_of(text: str) -> Book:
    """The Book of a ledger: the golden ledgers' prelude, then `text`."""
    entries, _errors, options = loader.load_string(PRELUDE + text)
    return read(entries, options)


def sound_book(text: str) -> Book:
    """The same, of a ledger in which Beancount finds no error: nothing of it was left out unseen."""
    entries, errors, options = loader.load_string(PRELUDE + text)
    assert errors == []
    return read(entries, options)


def month_ends(first: date, last: date) -> Iterator[date]:
    """The last days of the months from `first` to `last`, inclusive."""
    day = first
    while day <= last:
        end = date(day.year + day.month // 12, day.month % 12 + 1, 1) - timedelta(days=1)
        if end <= last:
            yield end
        day = end + timedelta(days=1)
