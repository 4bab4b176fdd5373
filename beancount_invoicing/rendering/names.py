"""File names of documents."""

from __future__ import annotations

import re
from collections.abc import Iterable

from beancount_invoicing.rules.accents import without_accents

_STRANGE = re.compile(r"[^\w.\- ]+|[. ]+\Z", re.ASCII)
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?\Z", re.IGNORECASE)
_LIGATURES = str.maketrans(
    {"ß": "ss", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L"}
)
"""Letters that Unicode takes for no letter with a mark."""


def file_name(number: str) -> str:
    """A file name for a number, without suffix; never empty or `..`.

    Letters lose their accents (Müßig: Mussig); characters that a file name should not contain become `-`.
    """
    name = _STRANGE.sub("-", without_accents(number.strip().translate(_LIGATURES)))[:100].lstrip(".").strip()
    return f"{name}-" if not name or _RESERVED.match(name) else name


def unique_file_names(numbers: Iterable[str]) -> dict[str, str]:
    """A file name for each number. Two numbers never share a name, even if upper and lower case count as the same."""
    result: dict[str, str] = {}
    taken: set[str] = set()
    for number in sorted(set(numbers)):
        name = base = file_name(number)
        count = 1
        while name.casefold() in taken:
            count += 1
            name = f"{base}-{count}"
        taken.add(name.casefold())
        result[number] = name
    return result
