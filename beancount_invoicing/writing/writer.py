"""The only way into ledger files: additions and edits are planned as bytes, tried, and only then put on the disk.

Only the lines that must change do. All other bytes stay as they are, and so do newline style, mode and symlinks. Each
file is replaced as a whole by a rename, in an order that leaves a valid ledger after any interruption: a new file is
first created empty, then included, then filled.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from os import path as os_path
from pathlib import Path
from typing import NamedTuple

from beancount_invoicing.entries import roots
from beancount_invoicing.files import FileChanged, must_be_regular, naming, prepared, sweep
from beancount_invoicing.locks import LockTaken, file_lock
from beancount_invoicing.messages import _

LOCK_TIMEOUT = 60
"""Seconds to wait for another process that is writing."""
WRITING_LOCK = ".bean-invoice-writing"

_INCLUDE = re.compile(rb'\s*include\s+"((?:[^"\\]|\\.)*)"')
_PLUGIN = re.compile(rb'\s*plugin\s+"beancount_invoicing"')
_OTHER_PLUGIN = re.compile(rb'\s*plugin\s+"(?!beancount_invoicing")')


class CannotWrite(Exception):
    """The ledger cannot be changed in this way; the message says why, and what to do. Nothing was written."""


class Addition(NamedTuple):
    """Directives to be added at the end of a file, which is created and included if it is missing; lines end with \n."""

    file: Path
    text: str


class Edit(NamedTuple):
    """Lines to be changed in place: from `line` (counted from 1) on, `old` becomes `new`, which may have more lines.

    If `new` is "", they are removed, with the blank line that separates them.
    """

    file: Path
    line: int
    old: str
    new: str


class NewText(NamedTuple):
    """New text in a file, and its first line there."""

    file: Path
    line: int
    text: str


class PlannedFile(NamedTuple):
    """A file before (None: it does not exist) and after."""

    file: Path
    old_bytes: bytes | None
    new_bytes: bytes


@dataclass(frozen=True, slots=True)
class Plan:
    """The content of files after a change, in the order in which they are written, and the new text in them."""

    files: tuple[PlannedFile, ...]
    pieces: tuple[NewText, ...]
    replaced: frozenset[tuple[str, int]] = field(default_factory=frozenset)
    """File and first line of each entry that edits replace."""


@contextmanager
def locked(top: Path) -> Iterator[None]:
    """A context in which no other process of ours changes the ledger: a lock in the folder of its top file, which ends
    with the process.

    Raises CannotWrite if another process holds it for long; OSError.
    """
    try:
        with file_lock(top.resolve().parent / WRITING_LOCK, LOCK_TIMEOUT):
            yield
    except LockTaken:
        raise CannotWrite(
            _(
                "another bean-invoice has been changing {top} for {lock_timeout} seconds: wait for it, or stop it",
                top=top,
                lock_timeout=LOCK_TIMEOUT,
            )
        ) from None


def plan(
    top: Path,
    included: Sequence[str],
    additions: Sequence[Addition],
    edits: Sequence[Edit] = (),
    *,
    needed: str = "",
) -> Plan:
    """The planned content of the files. `included`: the files that the ledger was loaded from, `top` among them.
    `needed`: the options that a file must contain before an addition (`roots.root_option_lines`), if it does not have
    them.

    Raises CannotWrite if a file exists that no include names, if no include can name it, or if lines to be edited are
    not there; OSError.
    """
    for addition in additions:
        must_be_regular(addition.file)
    after: dict[Path, bytes] = {}
    before: dict[Path, bytes | None] = {}
    starts: list[tuple[Path, int, str]] = []
    replaced: set[tuple[str, int]] = set()

    def content(file: Path) -> bytes:
        if file not in before:
            before[file] = file.read_bytes() if file.exists() else None
            after[file] = before[file] or b""
        return after[file]

    for file in dict.fromkeys(edit.file for edit in edits):
        edits_of_file = sorted((edit for edit in edits if edit.file == file), key=lambda edit: edit.line)
        more: dict[int, int] = {}
        for edit in reversed(edits_of_file):  # from below, so that the lines above stay where they are
            lines = content(file).count(b"\n")
            after[file] = _edited(content(file), edit)
            more[edit.line] = after[file].count(b"\n") - lines
        shift = 0
        for edit in edits_of_file:
            if edit.new:
                starts.append((file, edit.line + shift, edit.new))
            replaced.add((str(file), edit.line))
            shift += more[edit.line]
    includes = _needed_includes(top, included, additions, content)
    if includes:
        data, line = _with_includes(content(top), includes, top)
        after[top] = data
        starts = [
            (file, first + len(includes) if file == top and first >= line else first, text)
            for file, first, text in starts
        ]
    for file in dict.fromkeys(addition.file for addition in additions) if needed else ():
        if file != top and not roots.sets_root_options(content(file)):
            after[file], _line = _added(content(file), needed, is_top=False)
    for addition in additions:
        data, line = _added(content(addition.file), addition.text, addition.file == top)
        after[addition.file] = data
        starts.append((addition.file, line, addition.text))
    order = sorted(after, key=lambda file: bool(includes) and file != top)  # an include before what it reaches
    return Plan(
        tuple(PlannedFile(file, before[file], after[file]) for file in order if after[file] != before[file]),
        tuple(NewText(*start) for start in starts),
        frozenset(replaced),
    )


def _needed_includes(
    top: Path, included: Sequence[str], additions: Sequence[Addition], content: Callable[[Path], bytes]
) -> list[Path]:
    """The files that the top file has to include, as nothing reaches them yet. Raises CannotWrite."""
    known = {Path(name).resolve() for name in included}
    includes = []
    for file in dict.fromkeys(addition.file for addition in additions):
        if file.resolve() in known:
            continue
        if content(file).strip():
            raise CannotWrite(
                _("{file} exists, but no include names it: include it in {top}, or move it away", file=file, top=top)
            )
        if not _globbed(top, included, file):
            includes.append(file)
    for file in includes:
        # Beancount takes the whole path for a pattern, the top file's folder too
        if re.search(r"[*?\[]", str(file.absolute())) or re.search(
            r'["\\\x00-\x1f\ud800-\udfff]', os_path.relpath(file, top.parent)
        ):
            raise CannotWrite(
                _(
                    '{file}: no include can name it, as its path contains * ? [ " \\ or a line break: choose another '
                    'path (custom "invoice-option" "file", or --into), or rename the folder',
                    file=file,
                )
            )
    return includes


def write(planned: Plan) -> None:
    """Puts the plan on the disk, and verifies that all of it is there.

    Files left by killed commands in these folders are removed. Raises FileChanged if a file has changed since it was
    read, before that file is touched; OSError.
    """
    for folder in {file.file.resolve().parent for file in planned.files}:
        sweep(folder)
    made: list[Path] = []
    try:
        for file in planned.files:
            if file.old_bytes is None:
                file.file.parent.mkdir(parents=True, exist_ok=True)
                with file.file.open("xb"):
                    made.append(file.file)
        with (
            ExitStack() as staged
        ):  # all of them are on the disk before the first takes its place: no full disk comes between
            puts = []
            for file in planned.files:
                with naming(file.file):
                    puts.append(staged.enter_context(prepared(file.file, file.new_bytes, file.old_bytes or b"")))
            for file, put_in_place in zip(planned.files, puts, strict=True):
                with naming(file.file):
                    put_in_place()
                made.clear()  # from now on, something may include them
    except BaseException:
        for new in made:
            with suppress(OSError):
                if not new.stat().st_size:
                    new.unlink()
        raise
    for piece in planned.pieces:
        lines = piece.file.read_bytes().replace(b"\r\n", b"\n").split(b"\n")[piece.line - 1 :]
        expected = piece.text.rstrip("\n").encode().split(b"\n")
        if lines[: len(expected)] != expected:
            raise FileChanged(
                _(
                    "{file}:{line}: what was just written is not there: somebody has changed the file",
                    file=piece.file,
                    line=piece.line,
                )
            )


def _newline(data: bytes) -> bytes:
    return b"\r\n" if b"\r\n" in data else b"\n"


def _edited(data: bytes, edit: Edit) -> bytes:
    newline = _newline(data)
    lines = data.split(b"\n")
    old = edit.old.rstrip("\n").encode().split(b"\n")
    new = edit.new.rstrip("\n").encode().split(b"\n")
    present = [line.removesuffix(b"\r") for line in lines[edit.line - 1 : edit.line - 1 + len(old)]]
    if present != old:
        raise CannotWrite(
            _(
                "{file}:{line}: the lines to be changed are no longer there: try again",
                file=edit.file,
                line=edit.line,
            )
        )
    first, last = edit.line - 1, edit.line - 1 + len(old)
    if not edit.new:
        apart = last == len(lines) or not lines[last].strip()
        if apart and first and not lines[first - 1].strip():
            first -= 1
        elif apart and not first and last < len(lines) - 1:
            last += 1
        return b"\n".join(lines[:first] + lines[last:])
    ends = b"\r" if newline == b"\r\n" and lines[first].endswith(b"\r") else b""
    lines[first:last] = [line + ends for line in new]
    return b"\n".join(lines)


def _added(data: bytes, text: str, is_top: bool) -> tuple[bytes, int]:
    """The file with the text at its end, a blank line apart – in the top file before our plugin line, which stays last –, and
    the text's first line."""
    newline = _newline(data)
    new = text.rstrip("\n").encode().replace(b"\n", newline) + newline
    place = _before_plugin(data) if is_top else len(data)
    head, tail = data[:place], data[place:]
    if head and not head.endswith(b"\n"):
        head += newline
    if head.strip(b"\xef\xbb\xbf\r\n\t ") and not head.endswith(newline + newline):
        head += newline
    return head + new + (newline + tail if tail else b""), head.count(b"\n") + 1


def _before_plugin(data: bytes) -> int:
    """Where our plugin line, with the comments right above it, begins if nothing but comments and other plugins follows it; else
    the end."""
    lines = data.splitlines(keepends=True)
    last = len(lines)
    while last and (_OTHER_PLUGIN.match(lines[last - 1]) or not lines[last - 1].split(b";")[0].strip()):
        last -= 1
    if not last or not _PLUGIN.match(lines[last - 1]):
        return len(data)
    place = last - 1
    while place and lines[place - 1].lstrip().startswith(b";"):
        place -= 1
    return sum(map(len, lines[:place]))


def _with_includes(data: bytes, files: Sequence[Path], top: Path) -> tuple[bytes, int]:
    """The top file with an include for each file, after its last include; and the first line that moves down."""
    newline = _newline(data)
    new = b"".join(
        b'include "' + os_path.relpath(file, top.parent).replace("\\", "/").encode() + b'"' + newline for file in files
    )
    lines = data.splitlines(keepends=True)
    places = [index for index, line in enumerate(lines) if _INCLUDE.match(line)]
    if places:
        at = places[-1] + 1
        if not lines[at - 1].endswith(b"\n"):
            lines[at - 1] += newline
        return b"".join(lines[:at]) + new + b"".join(lines[at:]), at + 1
    changed, line = _added(data, new.decode().replace("\r\n", "\n"), is_top=True)
    return changed, line


def _globbed(top: Path, included: Sequence[str], file: Path) -> bool:
    """Whether an include with a pattern (`2026/*.beancount`) reaches a file that is not there yet."""
    wanted = file.resolve().parts
    for name in dict.fromkeys([str(top), *included]):
        try:
            data = Path(name).read_bytes()
        except OSError:
            continue
        for match in map(_INCLUDE.match, data.splitlines()):
            if match and any(sign in match.group(1) for sign in (b"*", b"?", b"[")):
                pattern = (Path(name).resolve().parent / match.group(1).decode("utf-8", "replace")).parts
                if "**" in pattern:
                    if fnmatchcase("/".join(wanted), "/".join(pattern).replace("**/", "*")):
                        return True
                elif len(pattern) == len(wanted) and all(map(fnmatchcase, wanted, pattern)):
                    return True
    return False
