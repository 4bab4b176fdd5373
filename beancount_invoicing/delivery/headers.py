"""Headers of an e-mail, folded only between their parts.

Python's own folding puts long addresses and identifiers into encoded words, where no server looks for them. It happens
in 3.11 with a non-ASCII name before a long address, and with identifiers of more than 65 characters in In-Reply-To.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from email.header import Header
from email.utils import quote

from beancount_invoicing.delivery.addresses import one_line

WIDTH = 76
_WORDS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+")
"""A name that needs no quotes (RFC 5322, 3.2.3)."""


def header_line(name: str, tokens: Iterable[str]) -> bytes:
    """A header with CRLF, folded only between two tokens."""
    lines = [f"{name}:"]
    for token in tokens:
        if len(lines[-1]) + 1 + len(token) > WIDTH and lines[-1].strip() and lines[-1] != f"{name}:":
            lines.append("")
        lines[-1] += f" {token}"
    return ("\r\n".join(lines) + "\r\n").encode()


def text_tokens(value: str) -> list[str]:
    """The tokens of a text: its words, as encoded words (RFC 2047) if they are not ASCII."""
    value = one_line(value)
    return value.split() if value.isascii() and "=?" not in value else _encoded(value)


def mailbox_tokens(mailboxes: Sequence[tuple[str, str]]) -> list[str]:
    """The tokens of addresses: (name, or "", and address)."""
    result: list[str] = []
    for name, address in mailboxes:
        shown = one_line(name)
        if not shown:
            tokens = [address]
        elif not shown.isascii() or "=?" in shown:
            tokens = [*_encoded(shown), f"<{address}>"]
        elif _WORDS.fullmatch(shown):
            tokens = [*shown.split(), f"<{address}>"]
        else:
            tokens = [f'"{quote(shown)}"', f"<{address}>"]
        if result:
            result[-1] += ","
        result += tokens
    return result


def _encoded(value: str) -> list[str]:
    return Header(value, "utf-8", maxlinelen=WIDTH - 1).encode().split()
