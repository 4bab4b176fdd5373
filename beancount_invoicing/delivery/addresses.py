"""E-mail addresses and texts for headers. Anything that could change a message's meaning is refused or made harmless."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from beancount_invoicing.messages import _

# The characters of an atom (RFC 5322, 3.2.3), and letters beyond ASCII (RFC 6532); quoted local parts are not taken.
_LOCAL = re.compile(r"[\w!#$%&'*+/=?^`{|}~-]+(\.[\w!#$%&'*+/=?^`{|}~-]+)*")
_DOMAIN = re.compile(r"[^\W_]([\w-]*[^\W_])?(\.[^\W_]([\w-]*[^\W_])?)*")


class BadAddress(ValueError):
    """The text is not an e-mail address to which anything can be sent; the message says which, and what to write."""


def split_addresses(text: str) -> tuple[str, ...]:
    """The addresses in a text of the ledger, separated by commas; not checked yet."""
    return tuple(part.strip() for part in text.split(",") if part.strip())


def checked_address(address: str) -> str:
    """An address as it goes to a server: `name@domain`, the domain in ASCII. Raises BadAddress."""
    local, at, domain = address.rpartition("@")
    if not at or len(local.encode()) > 64 or not _LOCAL.fullmatch(local) or not _DOMAIN.fullmatch(domain):
        raise BadAddress(
            _("{shown} is not an e-mail address: write accounts@customer.example, for example", shown=_shown(address))
        )
    try:
        ascii_domain = domain.encode("idna").decode("ascii")
    except UnicodeError:
        raise BadAddress(
            _("{shown} is not an e-mail address: its domain cannot be looked up", shown=_shown(address))
        ) from None
    return f"{local}@{ascii_domain}"


def checked_addresses(addresses: Iterable[str]) -> tuple[str, ...]:
    """The addresses, checked, each once. Raises BadAddress."""
    return tuple(dict.fromkeys(map(checked_address, addresses)))


def needs_utf8(addresses: Iterable[str]) -> bool:
    """Whether the server must support SMTPUTF8 (RFC 6531) for one of the addresses: its local part is not ASCII."""
    return not all(address.isascii() for address in addresses)


def one_line(text: str) -> str:
    """A text that a header can hold: line breaks and control characters become spaces, invisible characters are
    removed.
    """
    characters = []
    for character in text:
        kind = unicodedata.category(character)
        if kind in {"Cc", "Zl", "Zp"}:
            characters.append(" ")
        elif kind not in {"Cf", "Cs"}:
            characters.append(character)
    return " ".join("".join(characters).split())


def _shown(address: str) -> str:
    return f'"{one_line(address)}"'
