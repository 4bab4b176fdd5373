"""Adds to the text of a transaction what it settles: links and postings. Everything else stays as it is written."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from beancount_invoicing.messages import joined
from beancount_invoicing.writing.blocks import Block, split_entry

_HEAD_END = re.compile(r'"(?:[^"\\]|\\.)*"|(?P<end>[ \t]*(?:;|\n|\Z))', re.DOTALL)
_INCOMPLETE = re.compile(r"\A(\d{4}[-/]\d\d?[-/]\d\d?[ \t]+)!")
_COMMENT = re.compile(r'(?:"(?:[^"\\]|\\.)*"|[^";])*?(?P<comment>[ \t]*;.*)\Z')


class SettledText(NamedTuple):
    """The additions to a transaction."""

    first_line: int
    """The transaction's first line in its file."""
    postings: Sequence[int]
    """The lines of its postings in the file."""
    replaced: int | None
    """The line of the posting that the first new one replaces; None if all new ones are added at the end."""
    new_postings: Sequence[str]
    links: Sequence[str]
    """Without `^`."""
    is_complete: bool
    """Whether the transaction lacked only what it settles: then the flag `!` becomes `*`."""


def settled_text(entry: str, wanted: SettledText) -> str | None:
    """The text with the additions; None if its postings are not on lines of their own."""
    parts = split_entry(entry, wanted.first_line, wanted.postings)
    if parts is None:
        return None
    blocks, new = list(parts.blocks), list(wanted.new_postings)
    if wanted.replaced is not None:
        at = next((index for index, block in enumerate(blocks) if block.line == wanted.replaced), None)
        if at is None or not new:
            return None
        blocks[at] = _replaced(blocks[at], new)
        new = []
    head = _with_links(parts.head, wanted.links)
    if wanted.is_complete:
        head = _INCOMPLETE.sub(r"\1*", head)
    return joined("\n", [head, *(block.text for block in blocks), *new])


def _replaced(block: Block, new: Sequence[str]) -> Block:
    """The new postings in the place of one; its comments and keys stay with the first of them."""
    line, *below = block.text.split("\n")
    first, *keys = new[0].split("\n")
    comment = _COMMENT.match(line)
    return block._replace(text=joined("\n", [first + (comment["comment"] if comment else ""), *keys, *below, *new[1:]]))


def _with_links(head: str, links: Sequence[str]) -> str:
    """The head of a transaction with links at the end of its first line, before a comment; those that it has stay once."""
    for match in _HEAD_END.finditer(head):
        if match["end"] is not None:
            at = match.start()
            line = head[:at]
            new = joined("", (f" ^{link}" for link in links if f"^{link}" not in line.split()))
            return f"{line}{new}{head[at:]}"
    return head
