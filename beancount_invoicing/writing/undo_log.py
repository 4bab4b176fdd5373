"""A log of what the last commands wrote into a ledger, so that exactly that can be taken back: the file
`.bean-invoice-undo` beside it.

It says nothing about the business: without it the ledger is the same, but `undo` no longer knows what was written last.
Text that has changed since it was written is never touched. So the file may be deleted at any time.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Literal, NamedTuple

from beancount_invoicing.files import write_if_different
from beancount_invoicing.model import Book
from beancount_invoicing.writing.writer import Edit, NewText, Plan

UNDO_FILE = ".bean-invoice-undo"
_KEPT = 50
"""So many acts are known."""

ActKind = Literal["documents", "payment", "bank", "note", "other"]


class WrittenText(NamedTuple):
    """A directive in a file, as it was written; `before`: the text that it replaced, "" if it is new."""

    file: str
    text: str
    before: str = ""


class Act(NamedTuple):
    """What one command wrote. If that was neither a payment or note nor from a bank, only its first directive is recorded."""

    ledger: str
    """The name of the top file."""
    kind: ActKind
    message: str
    texts: tuple[WrittenText, ...]
    events: Mapping[str, int] = {}
    """By document that it settles: the number of notes about it at that time."""
    session: str = ""
    """Consecutive acts of one session count as one."""


def recorded_acts(top: Path) -> tuple[Act, ...]:
    """The recorded acts of a ledger, the latest last; none if there is no such file, or it is not ours."""
    return tuple(act for act in _read(top) if act.ledger == top.name)


def record_act(top: Path, act: Act) -> None:
    """Adds an act, before it is written. Raises OSError."""
    acts = list(_read(top))
    if act.session and acts and (acts[-1].session, acts[-1].ledger) == (act.session, act.ledger):
        last = acts.pop()
        act = act._replace(texts=(*last.texts, *act.texts), events={**last.events, **act.events})
    folder = top.resolve().parent
    lines = [json.dumps(_as_json(entry, folder), ensure_ascii=False) for entry in [*acts, act][-_KEPT:]]
    write_if_different(_file_beside(top), ("\n".join(lines) + "\n").encode())


@contextmanager
def recorded(top: Path, act: Act | None, planned: Plan) -> Iterator[None]:
    """A context in which the act is recorded while its text is written. If nothing could be written, the record is
    removed. Raises OSError.
    """
    file = _file_beside(top)
    before = file.read_bytes() if file.is_file() else None
    if act:
        record_act(top, act)
    try:
        yield
    except BaseException:
        if act and _is_untouched(planned):
            with suppress(OSError):
                file.unlink() if before is None else file.write_bytes(before)
        raise


def _is_untouched(planned: Plan) -> bool:
    """Whether no file is as planned."""
    with suppress(OSError):
        return not any(file.file.exists() and file.file.read_bytes() == file.new_bytes for file in planned.files)
    return False


def act_of(top: Path, kind: ActKind, message: str, planned: Plan, edits: Sequence[Edit], book: Book) -> Act | None:
    """The act that a plan makes; None if it would leave nothing to take back. `book`: the ledger after the plan."""
    changed = {(edit.file, edit.new.rstrip("\n")): edit.old for edit in edits if edit.new}
    texts: list[WrittenText] = []
    for piece in planned.pieces:
        before = changed.get((piece.file, piece.text.rstrip("\n")))
        if before is None:
            texts += [WrittenText(str(piece.file), text) for text in piece.text.rstrip("\n").split("\n\n")]
        else:
            texts.append(WrittenText(str(piece.file), piece.text.rstrip("\n"), before.rstrip("\n")))
    if not texts:
        return None
    if kind in {"documents", "other"}:
        return Act(top.name, kind, message, tuple(texts[:1]))
    return Act(top.name, kind, message, tuple(texts), _events_of(book, planned.pieces))


def _events_of(book: Book, pieces: Iterable[NewText]) -> dict[str, int]:
    """How many notes there are about each document that new entries settle."""
    spans = [(str(piece.file), piece.line, piece.line + piece.text.count("\n")) for piece in pieces]
    numbers = {
        number
        for payment in (*book.payments, *(leg for transfer in book.transfers for leg in transfer.legs))
        if any(payment.source.file == file and first <= payment.source.line <= last for file, first, last in spans)
        for number in payment.settles or payment.links
    }
    return note_counts(book, numbers) if numbers else {}


def note_counts(book: Book, numbers: Iterable[str]) -> dict[str, int]:
    """The number of notes about each of these documents."""
    counts = Counter(number for event in book.events for number in event.numbers)
    return {number: counts[number] for number in sorted(numbers)}


def _file_beside(top: Path) -> Path:
    return top.resolve().parent / UNDO_FILE


def _read(top: Path) -> tuple[Act, ...]:
    folder = top.resolve().parent
    try:
        lines = _file_beside(top).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return ()
    acts = []
    for line in lines:
        try:
            acts.append(_from_json(json.loads(line), folder))
        except (ValueError, KeyError, TypeError):  # of another version, or cut off
            continue
    return tuple(acts)


def _as_json(act: Act, folder: Path) -> dict[str, Any]:
    """An act as it is kept: files as they are named from the ledger's folder, which may be moved."""
    texts = [[os.path.relpath(Path(text.file).absolute(), folder), text.text, text.before] for text in act.texts]
    return {**act._asdict(), "texts": texts, "events": dict(act.events)}


def _from_json(values: Any, folder: Path) -> Act:
    return Act(
        str(values["ledger"]),
        values["kind"],
        str(values["message"]),
        tuple(
            WrittenText(os.path.normpath(folder / str(file)), str(text), str(before))
            for file, text, before in values["texts"]
        ),
        {str(number): int(count) for number, count in values["events"].items()},
        str(values["session"]),
    )


class TextLocator:
    """The places of texts in files; each file is read once."""

    def __init__(self, known_files: Iterable[str]) -> None:
        self._known = {str(Path(file).resolve()) for file in known_files}
        self._lines: dict[str, list[str]] = {}

    def line_of(self, file: str, text: str) -> int:
        """The line (from 1) in a file of the ledger on which a whole text begins, the last such line; 0 if the file
        does not contain it.
        """
        lines, wanted = self._of(file), text.split("\n")
        for start in range(len(lines) - len(wanted), -1, -1):
            if lines[start] == wanted[0] and lines[start : start + len(wanted)] == wanted:
                behind = lines[start + len(wanted)] if start + len(wanted) < len(lines) else ""
                if not behind[:1].isspace() or not behind.strip():
                    return start + 1
        return 0

    def first_line(self, file: str, holds: Callable[[str], bool]) -> int:
        """The first line (from 1) of a file that is not empty; 0 if there is none."""
        return next((at for at, line in enumerate(self._of(file), 1) if holds(line)), 0)

    def _of(self, file: str) -> list[str]:
        if file not in self._lines:
            path = Path(file)
            known = str(path.resolve()) in self._known and path.is_file()
            text = path.read_bytes().decode("utf-8", errors="replace") if known else ""
            self._lines[file] = text.replace("\r\n", "\n").split("\n")
        return self._lines[file]
