"""The text of one entry, posting by posting: figures and keys are changed in place, and everything else stays as it is written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import NamedTuple

from beancount_invoicing.messages import joined
from beancount_invoicing.writing import text

_POSTING = re.compile(
    r"(?P<head>[ \t]+(?:[!*#&?%A-Z][ \t]+)?[^\s;\"]+)(?P<space>[ \t]+)(?P<number>[-+(\d][-+*/()\d., \t]*?)"
    r"(?P<rest>[ \t]*\b[A-Z][A-Z0-9'._-]*\b.*)\Z"
)
_META = r'(?m)^(?P<head>[ \t]+{key}:[ \t]*)(?P<value>"(?:[^"\\]|\\.)*"|[^;\s"][^;\n]*?)?(?P<rest>[ \t]*(?:;[^\n]*)?)$'
_NARRATION = re.compile(r'(?P<head>[^";\n]*(?:"(?:[^"\\]|\\.)*"[ \t]+(?="))?)"(?P<said>(?:[^"\\]|\\.)*)"')


class Block(NamedTuple):
    """The text of a posting: its own line, its keys, and the comments below it; `line` (from 1) is where it begins."""

    line: int
    text: str


class EntryText(NamedTuple):
    """The text of an entry: everything before its first posting, and its postings."""

    head: str
    blocks: tuple[Block, ...]

    @property
    def text(self) -> str:
        """The whole text, without a line break at its end."""
        return joined("\n", (part for part in (self.head, *(block.text for block in self.blocks)) if part))


def split_entry(entry: str, first: int, postings: Iterable[int]) -> EntryText | None:
    """The text of an entry that begins on line `first`, split at the given lines of its postings; None if one of these
    lines is not in it.
    """
    lines = entry.split("\n")
    places = sorted(line - first for line in postings)
    if not places or places[0] < 1 or places[-1] >= len(lines) or len(set(places)) < len(places):
        return None
    ends = [*places[1:], len(lines)]
    blocks = tuple(
        Block(first + start, joined("\n", lines[start:end])) for start, end in zip(places, ends, strict=True)
    )
    return EntryText(joined("\n", lines[: places[0]]), blocks)


def with_posting_number(block: Block, number: Decimal) -> Block:
    """The posting with another number, its currency in the same column if there is room; a posting without a number
    stays without one.
    """
    line, rest = block.text.partition("\n")[::2]
    match = _POSTING.match(line)
    if not match:
        return block
    figure = format(number, "f")
    space = max(len(match["space"]) + len(match["number"]) - len(figure), 1)
    line = f"{match['head']}{' ' * space}{figure}{match['rest']}"
    return block._replace(text=f"{line}\n{rest}" if "\n" in block.text else line)


def with_key(block: Block, key: str, value: text.DirectiveValue, after: Sequence[str] = ()) -> Block:
    """The posting with a key set to this value: in place, or else below the last of the keys `after`."""
    written = text.value_text(value)
    pattern = re.compile(_META.replace("{key}", re.escape(key)))
    if match := pattern.search(block.text):
        head = match["head"] if match["head"].endswith((" ", "\t")) else match["head"] + " "
        return block._replace(
            text=f"{block.text[: match.start()]}{head}{written}{match['rest']}{block.text[match.end() :]}"
        )
    place = block.text.find("\n")
    place = len(block.text) if place < 0 else place
    for other in after:
        if match := re.search(_META.replace("{key}", re.escape(other)), block.text):
            place = max(place, match.end())
    return block._replace(text=f"{block.text[:place]}\n    {key}: {written}{block.text[place:]}")


def trailing_comments(block: Block) -> str:
    """The comments at the end of a posting that stay when the posting is removed: those indented no more than the
    posting itself.
    """
    lines = block.text.split("\n")
    depth = len(lines[0]) - len(lines[0].lstrip())
    last = len(lines)
    while (line := lines[last - 1]).lstrip().startswith(";") and len(line) - len(line.lstrip()) <= depth:
        last -= 1
    return joined("\n", lines[last:])


def with_narration(head: str, old: str, new: str) -> str:
    """The head of a transaction with the new narration if it has the old one; otherwise unchanged."""
    match = _NARRATION.match(head)
    if not match or match["said"] != text.quoted(old)[1:-1]:
        return head
    return f"{match['head']}{text.quoted(new)}{head[match.end() :]}"
