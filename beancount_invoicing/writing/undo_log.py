"""What the last commands wrote into a ledger, so that just that can be taken back: a file beside it, `.bean-invoice-undo`.

It says nothing about the business: without it the ledger is the same, only that `undo` no longer knows what came last. What is not
there any more as it was written is never touched. So the file may be deleted at any time.
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

ActKind = Literal["documents", "payment", "bank", "other"]


class WrittenText(NamedTuple):
    """A directive in a file, as it was written; `before`: what stood there, "" where it was new."""

    file: str
    text: str
    before: str = ""


class Act(NamedTuple):
    """What one command wrote. Of what is neither a payment nor from a bank only the first directive is known."""

    ledger: str
    """The name of the top file."""
    kind: ActKind
    message: str
    texts: tuple[WrittenText, ...]
    events: Mapping[str, int] = {}
    """How many notes about each document that it settles were there by then."""
    session: str = ""
    """Acts of one session that follow each other are one."""


def recorded_acts(top: Path) -> tuple[Act, ...]:
    """What is known of a ledger's last acts, the latest last; nothing where the file is not there, or not ours."""
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
    """The act is noted while it is written; where nothing could be written, it is noted no more. Raises OSError."""
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
    """The act that a plan is; None where nothing of it would be left to take back. `book`: the ledger once it is carried out."""
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
    """How many notes there are about each of these documents."""
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
    """Where texts stand in files now; each file is read once."""

    def __init__(self, known_files: Iterable[str]) -> None:
        self._known = {str(Path(file).resolve()) for file in known_files}
        self._lines: dict[str, list[str]] = {}

    def line_of(self, file: str, text: str) -> int:
        """The line (from 1) on which a whole text begins in a file of the ledger, the last one; 0 where it does not stand there."""
        lines, wanted = self._of(file), text.split("\n")
        for start in range(len(lines) - len(wanted), -1, -1):
            if lines[start] == wanted[0] and lines[start : start + len(wanted)] == wanted:
                behind = lines[start + len(wanted)] if start + len(wanted) < len(lines) else ""
                if not behind[:1].isspace() or not behind.strip():
                    return start + 1
        return 0

    def first_line(self, file: str, holds: Callable[[str], bool]) -> int:
        """The first line (from 1) of a file that holds something; 0 where none does."""
        return next((at for at, line in enumerate(self._of(file), 1) if holds(line)), 0)

    def _of(self, file: str) -> list[str]:
        if file not in self._lines:
            path = Path(file)
            known = str(path.resolve()) in self._known and path.is_file()
            text = path.read_bytes().decode("utf-8", errors="replace") if known else ""
            self._lines[file] = text.replace("\r\n", "\n").split("\n")
        return self._lines[file]
