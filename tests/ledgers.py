"""Ledgers of the tests: where the example and the golden ones stand, and small ones written in place."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from functools import cache
from pathlib import Path

from beancount import loader

from beancount_invoicing.entries import read_book
from beancount_invoicing.model import Book

TESTS = Path(__file__).parent
EXAMPLE = TESTS.parent / "ledger" / "main.beancount"
RECENT = "2026-09-01"
PRELUDE = (TESTS / "golden" / "prelude.beancount").read_text(encoding="utf-8")


def book_of(text: str) -> Book:
    """The Book of a ledger: the golden ledgers' prelude, then `text`."""
    entries, _errors, options = loader.load_string(PRELUDE + text)
    return read_book(entries, options)


def sound_book(text: str) -> Book:
    """The same, of a ledger in which Beancount finds no error: nothing of it was left out unseen."""
    entries, errors, options = loader.load_string(PRELUDE + text)
    assert errors == []
    return read_book(entries, options)


def month_ends(first: date, last: date) -> Iterator[date]:
    """The last days of the months from `first` to `last`, inclusive."""
    day = first
    while day <= last:
        end = date(day.year + day.month // 12, day.month % 12 + 1, 1) - timedelta(days=1)
        if end <= last:
            yield end
        day = end + timedelta(days=1)


@cache
def _recent() -> Mapping[str, bytes]:
    """The files of `recent_example`."""
    files = {
        str(file.relative_to(EXAMPLE.parent)): file.read_bytes()
        for file in sorted(EXAMPLE.parent.rglob("*"))
        if file.is_file() and not file.name.endswith("cache")
    }
    blocks = {name: text.decode().split("\n\n") for name, text in files.items() if name.endswith(".beancount")}
    every = [(block, set(re.findall(r"\^(\S+)", block))) for those in blocks.values() for block in those]
    links: set[str] = set()
    while more := {link for block, own in every if _stays(block) or own & links for link in own} - links:
        links |= more
    for name, those in blocks.items():
        left = (block for block in those if _stays(block) or links.intersection(re.findall(r"\^(\S+)", block)))
        files[name] = "\n\n".join(left).encode()
    contracts = files["contracts.beancount"].replace(
        b'2025-01-01 custom "invoice-contract"', f'{RECENT} custom "invoice-contract"'.encode()
    )
    option = f'\n2025-01-01 custom "invoice-option" "checked-from" {RECENT}\n'  # numbers before it are not all there
    settings = files["settings.beancount"] + option.encode()
    return {**files, "contracts.beancount": contracts, "settings.beancount": settings}


def _stays(block: str) -> bool:
    """Whether a block of entries is none that happened before RECENT, or what is billed since goes by it: all time of that year."""
    happened = re.search(r"^(\d{4})(-\d\d-\d\d) (\*|note|document) ", block, re.MULTILINE)
    if not happened or happened[1] + happened[2] >= RECENT:
        return True
    return 'contract: "TILLEULS"' in block or ("Assets:Temps" in block and happened[1] == RECENT[:4])


def recent_example(folder: Path) -> Path:
    """A copy of the example business in `folder`, with what happened since RECENT and what goes with it, but little of what is
    earlier and settled: it is read in a third of the time, and all that is owed, to be billed, sent and reminded of in November
    2026 is as in the whole of it."""
    for name, content in _recent().items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    return folder / EXAMPLE.name
