"""What counts in closed books, in one line of text for each entry, and whether it is still the same.

The lines depend on what Beancount reads, not on how it is written: files, order, comments, spaces, and amounts that
are left out do not matter.
"""

from __future__ import annotations

import json
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from beancount.core.amount import Amount
from beancount.core.data import (
    Balance,
    Close,
    Commodity,
    Custom,
    Document,
    Note,
    Open,
    Pad,
    Posting,
    Price,
    Transaction,
)
from beancount.core.flags import FLAG_PADDING

from beancount_invoicing.entries.keys import QUERY_KEYS
from beancount_invoicing.entries.list_history import earlier_versions
from beancount_invoicing.entries.metadata import source_of
from beancount_invoicing.model import Source
from beancount_invoicing.model.locks import ClosedBooks, ClosedPeriod, Lock, PastChange, Reopening

NOT_COUNTED = frozenset({"bank-id", "file", "filename", "lineno", "non-billable", *QUERY_KEYS})
"""Keys that do not count: places, what the plugin writes for queries, and what commands rightly add to past entries: the
bank's id of a payment that was entered by hand, and the decision not to bill some time.
"""
DIRECTIVES_COUNTED = frozenset(
    {
        "invoice-tax", "invoice-contract", "invoice-milestone", "invoice-index", "invoice-accepted", "invoice-rate",
        "invoice-lock", "invoice-reopened",
    }
)  # fmt: skip
"""Our directives that count. The others are settings and master data (seller, customers, items, letters …), which have no
part in past entries; what documents said of them is sealed with each document. So it is with the keys of `open`.
"""
LISTS_FOLDER = "locks"
"""Where the lists of what was closed are, beside the top file."""
LIST_START = b"invoice-lock 1 "
"""How a list begins; 1 is the form of its lines."""
_PARTS = " | "
"""What separates a transaction from its postings, and these from each other, in a line."""


_Place = tuple[Any, Any]
"""A file and a line."""


class Fact(NamedTuple):
    """An entry that counts, as one line of text that begins with its date."""

    text: str
    source: Source


class FactList(NamedTuple):
    """What counts in a period that is to be closed: the list's bytes, and their fingerprint."""

    content: bytes
    sha256: str
    length: int
    """How many entries it lists."""


def fact_list(
    entries: Sequence[Any], closed_on: date, first_day: date | None, last_day: date, previous: str
) -> FactList:
    """The list of everything that counts from `first_day` (None: from the beginning) to `last_day`, both inclusive.

    `entries`: Beancount's, sorted. `closed_on` and `previous`, the fingerprint of the lock before, are in its first line.
    """
    return _list_of(facts(entries, first_day, last_day), closed_on, first_day, last_day, previous)


def closed_books(entries: Sequence[Any], locks: Iterable[Lock], reopenings: Iterable[Reopening]) -> ClosedBooks:
    """The locks with the reopenings, and what changed in the periods that are closed. `entries`: Beancount's, sorted."""
    by_day = tuple(sorted(locks, key=lambda lock: (lock.last_day, lock.date, lock.source)))
    opened = tuple(sorted(reopenings, key=lambda reopening: (reopening.date, reopening.last_day, reopening.source)))
    gone = {reopening.previous for reopening in opened}
    in_force = [lock for lock in by_day if lock.sha256 not in gone]
    pads = _pads(entries)
    return ClosedBooks(by_day, opened, tuple(_period(entries, lock, pads) for lock in in_force))


def facts(
    entries: Sequence[Any], first_day: date | None, last_day: date, pads: Collection[_Place] | None = None
) -> list[Fact]:
    """What counts from `first_day` to `last_day` (both inclusive), sorted by its text. `pads`: where `pad` is written, if known."""
    pads = _pads(entries) if pads is None else pads
    first = bisect_left(entries, first_day, key=lambda entry: entry.date) if first_day else 0
    last = bisect_right(entries, last_day, key=lambda entry: entry.date)
    found = []
    for entry in entries[first:last]:
        text_of = _TEXTS.get(entry.__class__)
        if text_of is None or (pads and _is_padding(entry, pads)):
            continue
        text = text_of(entry)
        if text:
            found.append(Fact(text, source_of(entry.meta)))
    found.sort()
    return found


def _list_of(found: Sequence[Fact], closed_on: date, first_day: date | None, last_day: date, previous: str) -> FactList:
    head = f"{LIST_START.decode()}{closed_on} from {first_day or '-'} to {last_day} after {previous or '-'}"
    content = "\n".join([head, *[fact.text for fact in found], ""]).encode("utf-8", "surrogateescape")
    return FactList(content, sha256(content).hexdigest(), len(found))


def _period(entries: Sequence[Any], lock: Lock, pads: Collection[_Place]) -> ClosedPeriod:
    found = facts(entries, lock.first_day, lock.last_day, pads)
    now = _list_of(found, lock.date, lock.first_day, lock.last_day, lock.previous).sha256
    if now == lock.sha256:
        return ClosedPeriod(lock, now, True, ())
    content, commit = list_bytes(lock), ""
    has_list = content is not None
    if content is None:
        content, commit = _list_in_git(lock)
    listed = content.decode("utf-8", "surrogateescape").split("\n")[1:-1] if content else []
    return ClosedPeriod(lock, now, has_list, _changes(listed, found, lock.source) if listed else (), commit)


def _list_in_git(lock: Lock) -> tuple[bytes | None, str]:
    """The list of a lock as a commit has it, and that commit; nothing if none has it."""
    for commit, content in earlier_versions(Path(lock.file)):
        if sha256(content).hexdigest() == lock.sha256:
            return content, commit
    return None, ""


def list_bytes(lock: Lock) -> bytes | None:
    """The bytes of a lock's list; None if it is not there, or is not the one that was locked."""
    try:
        content = Path(lock.file).read_bytes().replace(b"\r\n", b"\n")  # git may write it like this
    except OSError:
        return None
    return content if sha256(content).hexdigest() == lock.sha256 else None


def _changes(then: Sequence[str], now: Sequence[Fact], of_lock: Source) -> tuple[PastChange, ...]:
    """What was added, removed or changed, by day. An entry was changed if one of its day that is gone resembles it."""
    left = Counter(then)
    added = []
    for fact in now:
        if left[fact.text]:
            left[fact.text] -= 1
        else:
            added.append(fact)
    by_day: defaultdict[str, list[str]] = defaultdict(list)
    for text, count in left.items():
        by_day[text[:10]] += [text] * count
    found = []
    for fact in added:
        gone = by_day[fact.text[:10]]
        old = max(gone, key=lambda text: _likeness(text, fact.text), default="")
        if old and _likeness(old, fact.text):
            gone.remove(old)
            found.append(PastChange("changed", _day(fact.text), old, fact.text, fact.source))
        else:
            found.append(PastChange("added", _day(fact.text), "", fact.text, fact.source))
    found += [PastChange("removed", _day(text), text, "", of_lock) for texts in by_day.values() for text in texts]
    return tuple(sorted(found, key=lambda change: (change.date, change.source, change.kind, change.then)))


def _likeness(old: str, new: str) -> int:
    """How many parts of two entries are the same; of those without postings, how many words after the date."""
    separator = _PARTS if _PARTS in old and _PARTS in new else " "
    olds, news = Counter(old[11:].split(separator)), Counter(new[11:].split(separator))
    shared = (olds & news).total()
    return shared if separator == _PARTS or 2 * shared > len(news) else 0


def _day(text: str) -> date:
    return date.fromisoformat(text[:10])


def _place(meta: Mapping[str, Any]) -> _Place:
    return meta.get("filename"), meta.get("lineno")


def _pads(entries: Sequence[Any]) -> frozenset[_Place]:
    """Where `pad` is written: Beancount gives its place to what it books for it."""
    return frozenset(_place(entry.meta) for entry in entries if entry.__class__ is Pad)


def _is_padding(entry: Any, pads: Collection[_Place]) -> bool:
    """Whether Beancount booked it for a `pad`, which it does after our plugin: it follows from `pad` and `balance`, which count."""
    return entry.__class__ is Transaction and entry.flag == FLAG_PADDING and _place(entry.meta) in pads


def _transaction(entry: Transaction) -> str:
    head = f"{entry.date} {entry.flag} {_quoted(entry.payee or '')} {_quoted(entry.narration or '')}"
    head += _tags_and_links(entry) + _metadata(entry.meta)
    return _PARTS.join([head, *[_posting(posting) for posting in entry.postings]])


def _posting(posting: Posting) -> str:
    text = f"{posting.flag} {posting.account}" if posting.flag else posting.account
    if posting.units is not None:
        text += f" {_value(posting.units)}"
    if (cost := posting.cost) is not None:
        label = f" {_quoted(cost.label)}" if cost.label else ""
        text += f" {{{_value(cost.number)} {cost.currency} {cost.date}{label}}}"  # type: ignore[union-attr] # it is booked
    if posting.price is not None:
        text += f" @ {_value(posting.price)}"
    return text + _metadata(posting.meta) if posting.meta else text


def _metadata(meta: Mapping[str, Any]) -> str:
    if len(meta) <= 2:  # its file and line
        return ""
    counted = sorted(key for key in meta if key not in NOT_COUNTED and not key.startswith("__"))
    return "".join([f" {key}: {_value(meta[key])}" for key in counted])


def _tags_and_links(entry: Any) -> str:
    text = "".join([f" #{tag}" for tag in sorted(entry.tags)]) if entry.tags else ""
    return text + "".join([f" ^{link}" for link in sorted(entry.links)]) if entry.links else text


def _open(entry: Open) -> str:
    booking = f" {entry.booking.name}" if entry.booking else ""
    return f"{entry.date} open {entry.account} {','.join(sorted(entry.currencies or ()))}{booking}".rstrip()


def _custom(entry: Custom) -> str:
    if entry.type not in DIRECTIVES_COUNTED:
        return ""
    values = "".join(f" {_value(value.value)}" for value in entry.values or ())
    return f"{entry.date} custom {_quoted(entry.type)}{values}{_metadata(entry.meta)}"


def _document(entry: Document) -> str:
    if not entry.meta.get("lineno"):  # found in a folder (option "documents"), not written
        return ""
    name = _quoted(Path(entry.filename).name)
    return f"{entry.date} document {entry.account} {name}{_tags_and_links(entry)}{_metadata(entry.meta)}"


def _note(entry: Note) -> str:
    text = f"{entry.date} note {entry.account} {_quoted(entry.comment)}"
    return f"{text}{_tags_and_links(entry)}{_metadata(entry.meta)}"


def _balance(entry: Balance) -> str:
    tolerance = "" if entry.tolerance is None else f" ~ {_value(entry.tolerance)}"
    return f"{entry.date} balance {entry.account} {_value(entry.amount)}{tolerance}{_metadata(entry.meta)}"


def _price(entry: Price) -> str:
    return f"{entry.date} price {entry.currency} {_value(entry.amount)}"


def _pad(entry: Pad) -> str:
    return f"{entry.date} pad {entry.account} {entry.source_account}"


_TEXTS: Mapping[type, Callable[[Any], str]] = {
    Transaction: _transaction,
    Open: _open,
    Close: lambda entry: f"{entry.date} close {entry.account}",
    Commodity: lambda entry: f"{entry.date} commodity {entry.currency}",
    Custom: _custom,
    Document: _document,
    Note: _note,
    Balance: _balance,
    Price: _price,
    Pad: _pad,
}
"""The line of each kind of entry; "" if this one does not count. Other kinds do not count."""


def _value(value: object) -> str:
    if value.__class__ is str:
        return _quoted(str(value))
    if isinstance(value, Decimal):
        return _number(value)
    if isinstance(value, Amount):
        return f"{_value(value.number)} {value.currency}"
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    return "" if value is None else str(value)


@lru_cache(maxsize=1 << 16)
def _number(number: Decimal) -> str:
    """A number without the zeros at its end: 100 and 100.00 are the same."""
    text = f"{number:f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text) if number else "0"


def _quoted(text: str) -> str:
    if text.isprintable() and '"' not in text and "\\" not in text:
        return f'"{text}"'
    return json.dumps(text, ensure_ascii=False)
