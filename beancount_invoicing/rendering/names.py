"""File names of documents."""

from __future__ import annotations

import re
from collections.abc import Iterable

_STRANGE = re.compile(r"[^\w.\- ]+|[. ]+\Z", re.ASCII)
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?\Z", re.IGNORECASE)


def file_name(number: str) -> str:
    """A name for a number's file, without suffix: what a file name should not have becomes `-`; never empty nor `..`."""
    name = _STRANGE.sub("-", number.strip())[:100].lstrip(".").strip()
    return f"{name}-" if not name or _RESERVED.match(name) else name


def file_names(numbers: Iterable[str]) -> dict[str, str]:
    """A name for each number; two numbers never share one, also where upper and lower case are the same."""
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
