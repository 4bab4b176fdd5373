"""File → entries → Book, fast."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from beancount_invoicing.collector import no_collections
from beancount_invoicing.entries import roots
from beancount_invoicing.model import Book, Finding, Source

if TYPE_CHECKING:
    from beancount_invoicing.entries import memo

_TRACEBACK = "Traceback (most recent call last):"


class Loading(NamedTuple):
    """A ledger that was loaded: its Book, and what Beancount and other plugins found wrong (rule "beancount").

    `entries` and `options` are Beancount's own; `checked` tells that our plugin ran, and wrote its facts into the entries.
    """

    book: Book
    problems: tuple[Finding, ...]
    errors: tuple[Finding, ...]
    """All errors of the load: `problems`, and those that our plugin found where it ran."""
    entries: Sequence[Any]
    options: Mapping[str, Any]
    checked: bool
    documents: memo.Documents
    """What its transactions yielded."""
    known: memo.Checked | None
    """What the plugin found, where it ran just now (not before the entries came into Beancount's cache)."""

    @property
    def files(self) -> tuple[str, ...]:
        """The files that it was loaded from, the top one among them."""
        return tuple(self.options.get("include") or (self.book.file,))

    def stale(self) -> bool:
        """Whether one of its files was changed since."""
        from beancount import loader

        return bool(loader.needs_refresh(self.options))


def load(path: str) -> Loading:
    """Loads the ledger at `path`.

    Raises FileNotFoundError or IsADirectoryError where there is no such file.
    """
    file = Path(path)
    if file.is_dir():
        raise IsADirectoryError(path)
    if not file.exists():
        raise FileNotFoundError(path)
    from beancount import loader

    from beancount_invoicing.entries import memo
    from beancount_invoicing.entries.reader import read

    with no_collections():
        entries, errors, options = _loaded(file, loader.load_file)
        if not _same_file(options.get("filename", ""), file):
            # a folder was copied together with Beancount's cache, which still speaks of the files it was made from
            entries, errors, options = _loaded(file, lambda name: loader._uncached_load_file(name, None, None, None))
        ran = any(plugin == "beancount_invoicing" for plugin, _config in options.get("plugin", ()))
        known = memo.last(entries)
        documents = known.documents if known else memo.Documents()
        book = known.book if known else read(entries, options, facts_are_ours=ran, known=documents)
    files = tuple(options.get("include") or (str(file),))
    found = tuple((_problem(error, files, options), _ours(error)) for error in errors)
    problems = tuple(problem for problem, ours in found if not ours)
    return Loading(book, problems, tuple(one for one, _ in found), entries, options, ran, documents, known)


def _loaded(file: Path, load: Callable[[str], Any]) -> tuple[Sequence[Any], Sequence[Any], Mapping[str, Any]]:
    """What Beancount makes of a ledger; nothing but an error where Beancount itself stumbles over it."""
    name = str(file.absolute())
    try:
        entries, errors, options = load(name)
    except (ArithmeticError, ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:
        what = f"{type(error).__name__} {error}".strip()
        message = (
            f"Beancount cannot load this ledger ({what}), as bean-check will show: take the last changes back one by one;"
            " a number with too many digits is one cause"
        )
        from beancount.parser.options import OPTIONS_DEFAULTS

        return [], [_Stumbled(message, {"filename": name, "lineno": 0})], {**OPTIONS_DEFAULTS, "filename": name}
    return entries, errors, options


class _Stumbled(NamedTuple):
    """An error in the form of Beancount's own."""

    message: str
    source: Mapping[str, Any]


def _same_file(name: str, file: Path) -> bool:
    return os.path.realpath(name) == os.path.realpath(file)


def _ours(error: Any) -> bool:
    """Whether an error is the plugin's: the reader finds those again, but for what only the plugin can see."""
    rule = getattr(error, "rule", None)
    return rule is not None and rule not in {"reserved-key", "plugin-twice"}


_NO_FILE = re.compile(r'File glob "(.*)" does not match any files\Z')


def _included(name: str, files: Sequence[str]) -> Source | None:
    """The line that includes `name`; None where none of the files has it."""
    line = re.compile(rf'include\s+"{re.escape(name)}"')
    for file in files:
        with suppress(OSError):
            for number, said in enumerate(Path(file).read_text(encoding="utf-8", errors="replace").splitlines(), 1):
                if line.match(said):
                    return Source(file, number)
    return None


def _problem(error: Any, files: Sequence[str], options: Mapping[str, Any]) -> Finding:
    source = getattr(error, "source", None) or {}
    place = Source(str(source.get("filename", "<unknown>")), int(source.get("lineno", 0) or 0))
    message = str(getattr(error, "message", error))
    if _TRACEBACK in message:  # of a plugin that raised: where it was is for its author, what it was for its user
        before, _it, after = message.partition(_TRACEBACK)
        message = f"{before} {after.strip().rpartition(chr(10))[2]}"
    message = " ".join(message.split())
    missing = _NO_FILE.match(message)
    if missing and (line := _included(missing.group(1), files)):  # Beancount does not say where
        place, message = (
            line,
            f'include "{missing.group(1)}": there is no such file: put it back, or take this line out',
        )
    elif message.startswith("Invalid token: '\ufeff"):
        message = (
            "the file begins with a byte order mark, which Beancount cannot read: save it as UTF-8 without one (BOM)"
        )
    elif message.startswith("UnicodeDecodeError"):
        message = f"this is not UTF-8: save the file as UTF-8 ({message})"
    else:
        message = roots.explained(message, options)
    return Finding("error", getattr(error, "rule", "beancount"), message, place)
