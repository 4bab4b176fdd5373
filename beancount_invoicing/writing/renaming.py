"""Gives documents other numbers, wherever entries name them in links and keys; text and comments stay as they are."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from beancount.core.data import Document, Note, Transaction

from beancount_invoicing.messages import joined
from beancount_invoicing.model import Source
from beancount_invoicing.rules import numbering

NUMBER_KEYS = ("invoice", "settles", "corrects", "replaces", "claims", "deposit")
"""The keys that hold the number of a document; `corrects` may hold several, separated by spaces."""


class NamingEntry(NamedTuple):
    """An entry that names documents: its place, and the ways in which it names them (`^draft-x`, `settles: "draft-x"`)."""

    source: Source
    names: frozenset[str]


def entries_naming(entries: Sequence[Any], numbers: frozenset[str]) -> tuple[NamingEntry, ...]:
    """The entries that name one of the documents, by file and line. Entries of one place, which plugins may make, are
    grouped.
    """
    links = {numbering.link(number) for number in numbers}
    found: dict[Source, set[str]] = {}
    for entry in entries:
        if not isinstance(entry, (Transaction, Note, Document)):
            continue
        names = {f"^{link}" for link in (entry.links or ()) if link in links}
        for meta in (entry.meta, *(posting.meta for posting in getattr(entry, "postings", ()) if posting.meta)):
            names.update(_said(meta, numbers))
        if names:
            where = Source(str(entry.meta.get("filename", "<unknown>")), int(entry.meta.get("lineno", 0) or 0))
            found.setdefault(where, set()).update(names)
    return tuple(NamingEntry(source, frozenset(found[source])) for source in sorted(found))


def _said(meta: Mapping[str, Any], numbers: frozenset[str]) -> Iterator[str]:
    for key in NUMBER_KEYS:
        value = meta.get(key)
        if isinstance(value, str) and (value in numbers or (key == "corrects" and numbers & set(value.split()))):
            yield _key(key, value)


def _key(key: str, value: str) -> str:
    return f'{key}: "{value}"'


_START = r"(?m:^(?P<head>[ \t]+(?P<key>" + "|".join(NUMBER_KEYS) + r'):[ \t]*))"(?P<value>[^"\\\n]*)"'
_PIECE = re.compile(_START + r'|"(?:[^"\\]|\\.)*"|;[^\n]*|\^(?P<link>[A-Za-z0-9\-_/.]+)', re.DOTALL)


class Renamed(NamedTuple):
    """The text of an entry with other numbers, and all the ways in which it named documents before."""

    text: str
    names: frozenset[str]


def renamed(text: str, new_numbers: Mapping[str, str]) -> Renamed:
    """The text of one entry with the new numbers of the documents in `new_numbers`, in links and in keys that hold one."""
    links = {numbering.link(old): numbering.link(new) for old, new in new_numbers.items()}
    names: set[str] = set()

    def other(match: re.Match[str]) -> str:
        if link := match["link"]:
            names.add(f"^{link}")
            return f"^{links.get(link, link)}"
        if key := match["key"]:
            value = match["value"]
            names.add(_key(key, value))
            parts = [value] if value in new_numbers else value.split(" ") if key == "corrects" else [value]
            return f'{match["head"]}"{" ".join(new_numbers.get(part, part) for part in parts)}"'
        return match[0]

    return Renamed(_PIECE.sub(other, text), frozenset(names))


_END = re.compile(r'"(?:[^"\\]|\\.)*"|;[^\n]*|(?P<end>\n(?=[^\s;]))', re.DOTALL)


def text_of(source: Source) -> str:
    """The lines of the entry that begins at a place, as in its file (line breaks are \n); "" if there is no entry.

    A string may span several lines. Blank lines and comments after the entry are not part of it. Raises OSError,
    UnicodeDecodeError.
    """
    file = Path(source.file)
    if source.line < 1 or not file.is_file():
        return ""
    lines = file.read_bytes().decode("utf-8").replace("\r\n", "\n").split("\n")[source.line - 1 :]
    rest = joined("\n", lines)
    end = next((match.start() for match in _END.finditer(rest) if match["end"]), len(rest))
    own = rest[:end].split("\n")
    while len(own) > 1 and (not own[-1].strip() or own[-1].startswith(";")):
        own.pop()
    return joined("\n", own)
