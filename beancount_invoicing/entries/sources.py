"""The files of a ledger, as its include lines name them at this moment.

Beancount looks for them when it loads, and its cache then looks only at those that it found. Two of these snapshots show whether a
ledger is still the one that was loaded: no file was changed, by any means, none is new below a pattern, none was removed or came
back.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from glob import glob
from hashlib import sha256
from os.path import normpath
from pathlib import Path
from stat import S_ISREG
from typing import NamedTuple

_WORD = b"include"
_NAME = re.compile(rb'include[ \t\r]*"((?:[^"\\]|\\.)*)"', re.DOTALL)

FileStamp = tuple[int, ...]
"""Identifies a version of a file: time, size, place on the disk, and the time at which any of these was last set, which no
program can choose. Empty for a file that does not exist.
"""


class SourceFile(NamedTuple):
    """A file of a ledger, and what it includes."""

    name: str
    """As Beancount writes it: absolute, without `..`."""
    seen: FileStamp
    includes: tuple[str, ...]
    """The absolute patterns of its include lines."""


Sources = tuple[SourceFile, ...]


def sources(top: str, known: Iterable[SourceFile] = ()) -> Sources:
    """The files of the ledger at `top` (absolute), itself the first; what cannot be read includes nothing.

    For files that have not changed since `known` was found, the include lines are taken from there.
    """
    before = {file.name: file for file in known}
    found: dict[str, SourceFile] = {}
    waiting = [normpath(top)]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found[name] = source = _looked_at(name, before.get(name))
            waiting += reversed([normpath(path) for pattern in source.includes for path in expand_include(pattern)])
    return tuple(found.values())


def state_of(snapshot: Sources) -> str:
    """A digest of the files of a snapshot and their versions: another one as soon as any file is written, comes or goes."""
    return sha256(repr([(file.name, file.seen) for file in snapshot]).encode("utf-8", "surrogateescape")).hexdigest()


def file_stamp(file: str | Path) -> FileStamp:
    """The version of a file now; empty if it does not exist or cannot be reached."""
    try:
        status = Path(file).stat()
    except OSError:
        return ()
    return status.st_mtime_ns, status.st_size, status.st_ino, status.st_ctime_ns


def changed_at(source_file: SourceFile) -> int:
    """When it was last changed, or put in its place, by the clock of its disk, in nanoseconds; 0 if it does not exist."""
    return source_file.seen[-1] if source_file.seen else 0


def expand_include(pattern: str) -> Iterable[str]:
    """The files that a pattern reaches, found as Beancount finds them."""
    return sorted(glob(pattern, recursive=True))  # noqa: PTH207 - as Beancount does it, hidden files and all


def _looked_at(name: str, before: SourceFile | None) -> SourceFile:
    now = file_stamp(name)  # before it is read: what changes in between is another file the next time
    if before is not None and before.seen == now:
        return before
    folder = Path(name).parent
    return SourceFile(name, now, tuple(str(folder / include) for include in _named(name)) if now else ())


def _named(name: str) -> Iterator[str]:
    """The files and patterns that the include lines of a file name."""
    try:
        file = Path(name)
        data = file.read_bytes() if S_ISREG(file.stat().st_mode) else b""
    except OSError:
        return
    place = data.find(_WORD)
    while place >= 0:
        if (place == 0 or data[place - 1 : place] == b"\n") and (match := _NAME.match(data, place)):
            yield re.sub(rb"\\(.)", rb"\1", match.group(1), flags=re.DOTALL).decode("utf-8", "surrogateescape")
        place = data.find(_WORD, place + 1)
