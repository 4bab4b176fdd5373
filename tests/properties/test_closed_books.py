"""Closed books: whatever changes before the day is noticed, nothing that comes after it is, nor where or how it is written."""

from __future__ import annotations

import random
import re
import tempfile
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from beancount import loader
from beancount.core.data import Transaction
from hypothesis import given
from hypothesis import strategies as st

from beancount_invoicing.entries.closed_books import closed_books, fact_list
from beancount_invoicing.model import Source
from beancount_invoicing.model.locks import ClosedPeriod, Lock
from tests.ledgers import PRELUDE
from tests.properties.test_ledgers import START, Part, ledgers

CLOSED = START + timedelta(days=60)
ON = START + timedelta(days=200)


def entries_of(parts: Sequence[Part]) -> list[Any]:
    return list(loader.load_string(PRELUDE + "\n\n".join(part.text for part in parts))[0])


def period_of(then: list[Any], now: list[Any], folder: str) -> ClosedPeriod:
    """The lock that was made of some entries, as others keep it."""
    listed = fact_list(then, ON, None, CLOSED, "")
    file = Path(folder) / "list.txt"
    file.write_bytes(listed.content)
    lock = Lock(ON, CLOSED, None, listed.sha256, "", str(file), Source("lock", 1))
    (period,) = closed_books(now, [lock], []).periods
    return period


def model(entries: list[Any]) -> Counter[Any]:
    """A second, simple model of what a generated ledger's transactions say by the day: their fields as Beancount has them."""
    return Counter(
        (
            entry.date, entry.flag, entry.payee, entry.narration, entry.tags, entry.links, entry.meta.get("invoice"),
            entry.meta.get("corrects"), entry.meta.get("terms"),
            tuple((leg.account, leg.units, (leg.meta or {}).get("settles")) for leg in entry.postings),
        )
        for entry in entries
        if isinstance(entry, Transaction) and entry.date <= CLOSED
    )  # fmt: skip


@st.composite
def changed(draw: st.DrawFn) -> tuple[tuple[Part, ...], list[Part]]:
    """A ledger, and the same with one directive added, taken out or changed."""
    parts = draw(ledgers())
    place = draw(st.integers(0, len(parts) - 1))
    part, rest = parts[place], [*parts[:place], *parts[place + 1 :]]
    match draw(st.integers(0, 5)):
        case 0:
            return parts, rest
        case 1:
            return parts, [*parts, part]
        case 2:
            new = part.text.replace("Generated", "Changed")
        case 3:
            day = part.day + timedelta(days=draw(st.integers(-40, 40)))
            new = part.text.replace(str(part.day), str(day), 1)
        case 4:
            new = part.text.replace(' "Generated"', ' "Generated" #new', 1)
        case _:
            new = re.sub(r"(\d+)(\.\d+)? (EUR|GBP)", lambda found: f"{found[1]}{found[2] or ''} USD", part.text)
    return parts, [*rest, Part(part.day, new)]


@given(changed())
def test_a_change_is_noticed_if_and_only_if_the_closed_past_says_something_else(
    ledgers: tuple[tuple[Part, ...], list[Part]],
) -> None:
    then, now = map(entries_of, ledgers)
    with tempfile.TemporaryDirectory() as folder:
        period = period_of(then, now, folder)
    gone, new = model(then) - model(now), model(now) - model(then)
    assert period.holds == (not gone and not new)
    kinds = Counter(change.kind for change in period.changes)
    assert kinds["removed"] + kinds["changed"] == gone.total()
    assert kinds["added"] + kinds["changed"] == new.total()
    assert all(change.date <= CLOSED for change in period.changes)


@given(ledgers(), st.randoms(use_true_random=False))
def test_neither_files_nor_their_order_nor_formatting_matter(parts: tuple[Part, ...], chance: random.Random) -> None:
    turned = [part.text.replace("  ", chance.choice(("  ", "\t", "     "))) for part in parts]
    chance.shuffle(turned)
    with tempfile.TemporaryDirectory() as folder:
        cut = chance.randint(0, len(turned))
        for name, texts in (("one", turned[:cut]), ("two", turned[cut:])):
            comment = f"; {chance.random()}\n" * chance.randint(0, 3)
            (Path(folder) / f"{name}.beancount").write_text(comment + "\n\n".join(texts) + "\n", encoding="utf-8")
        main = Path(folder) / "main.beancount"
        main.write_text(f'include "two.beancount"\n{PRELUDE}\ninclude "one.beancount"\n', encoding="utf-8")
        now = loader.load_file(str(main))[0]
        assert len(now) == len(entries_of(parts))
        assert period_of(entries_of(parts), list(now), folder).holds
