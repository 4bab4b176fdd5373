"""Ledgers of the tests: where the example and the golden ones stand, and small ones written in place."""

from __future__ import annotations

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
