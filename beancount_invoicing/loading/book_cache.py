"""The Book in a file beside Beancount's own cache, so that the next command need not work it out again.

The data for the aged balance come first, on their own; then everything. The file is valid only together with the same
Beancount cache and the same, unchanged ledger files: those that include lines and their patterns reach, those that
`document` directives name, and the lists of closed books. Beancount keeps no cache of a ledger that loads in less than a
second; of such a ledger this file is only kept if its load depends on nothing else: no plugin but ours, no folder that is
searched for documents. It is also bound to this program's own code and to all installed packages. A file that does not fit
or cannot be read is ignored; it may be deleted at any time. BEANCOUNT_DISABLE_LOAD_CACHE turns it off,
BEANCOUNT_LOAD_CACHE_FILENAME moves it together with Beancount's.
"""

from __future__ import annotations

import io
import os
import pickle
import sys
from collections.abc import Iterable
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path
from typing import Any, NamedTuple

from beancount_invoicing import files, imported_at
from beancount_invoicing.entries.sources import FileStamp, Sources, file_stamp, sources
from beancount_invoicing.loading import beancount_cache
from beancount_invoicing.loading.loader import Loading
from beancount_invoicing.messages import _
from beancount_invoicing.model import Book, Finding
from beancount_invoicing.receivables.aging import needed_for_aging
from beancount_invoicing.receivables.allocation import Allocated

_MARK = b"beancount_invoicing kept 4\n"
_SIZE = 16
"""Bytes of a digest."""
_FOR_AGING, _WHOLE = 0, 1
"""The parts of the file, in their order."""
_PACKAGE = Path(__file__).resolve().parent.parent


class CachedBook(NamedTuple):
    """A Book, its allocation on its last day, and all findings, Beancount's included."""

    book: Book
    allocated: Allocated
    findings: tuple[Finding, ...]


class _Bound(NamedTuple):
    """What a kept Book is bound to."""

    ledger: str
    """The real path of the top file."""
    program: bytes
    cache: FileStamp
    """Beancount's cache; empty if there was none."""
    sources: Sources
    other_files: tuple[tuple[str, FileStamp], ...]
    """The files that its entries name and the load looks at."""
    parts: tuple[tuple[int, bytes], ...]
    """The bytes and the digest of each part that follows in the file."""


def cached_book(ledger: Path) -> CachedBook | None:
    """The cached result for the ledger, if Beancount's cache is still that of the same load, and the ledger's files are
    the same.
    """
    return _read_part(ledger, _WHOLE)


def cached_for_aging(ledger: Path) -> CachedBook | None:
    """Only its part for the aged balance, on the same conditions: much less to read."""
    return _read_part(ledger, _FOR_AGING)


def _read_part(ledger: Path, part: int) -> CachedBook | None:
    try:
        cache = beancount_cache.cache_file(ledger)
        if cache is None:
            return None
        with _beside(cache).open("rb") as file:
            if file.read(len(_MARK)) != _MARK:
                return None
            bound = _Reader(file).load()
            if not (
                isinstance(bound, _Bound)
                and bound.ledger == os.path.realpath(ledger)
                and bound.cache == file_stamp(cache)
                and sources(str(ledger.absolute()), bound.sources) == bound.sources
                and all(file_stamp(name) == stamp for name, stamp in bound.other_files)
                and bound.program == _program()
            ):
                return None
            file.seek(sum(size for size, _digest in bound.parts[:part]), os.SEEK_CUR)
            size, digest = bound.parts[part]
            data = file.read(size)
        content = _Reader(io.BytesIO(data)).load() if _digest_of(data) == digest else None
    except Exception:  # a damaged file can raise anything; without it everything is worked out anew
        return None
    return content if isinstance(content, CachedBook) else None


def store_book(ledger: Path, cached: CachedBook, loading: Loading) -> None:
    """Stores the result of a load, if Beancount has a cache of the same load, or if it depends on nothing but files."""
    with suppress(OSError, ValueError, pickle.PicklingError):
        cache = beancount_cache.cache_file(ledger)
        if cache is None or not (cache.is_file() or _depends_on_files_alone(loading)):
            return
        if os.path.realpath(loading.options["filename"]) != os.path.realpath(ledger):
            return
        beancounts = file_stamp(cache)
        if {source.name for source in loading.sources if source.seen} != set(loading.files) or loading.stale():
            return
        program = _program()
        if program is None:
            return
        for_aging = CachedBook(*needed_for_aging(cached.book, cached.allocated), cached.findings)
        parts = _bytes(for_aging), _bytes(cached)
        sizes = tuple((len(part), _digest_of(part)) for part in parts)
        others = tuple((name, file_stamp(name)) for name in _other_files(loading))
        bound = _Bound(os.path.realpath(ledger), program, beancounts, loading.sources, others, sizes)
        files.put(_beside(cache), b"".join((_MARK, _bytes(bound), *parts)))


def _depends_on_files_alone(loading: Loading) -> bool:
    """Whether a load is the same as long as its files and those that its entries name are the same. Another plugin may be a file
    that somebody is just changing; Beancount looks into folders of documents for files that are new.
    """
    options = loading.options
    plugins = {name for name, _config in options.get("plugin", ())}
    return plugins <= {"beancount_invoicing"} and not options.get("documents")


def _other_files(loading: Loading) -> Iterable[str]:
    """The files that Beancount and the checks look at, beside the ledger's own: documents, and the lists of closed books."""
    documents = (entry.filename for entry in loading.entries_after_plugins if type(entry).__name__ == "Document")
    return dict.fromkeys([*documents, *(lock.file for lock in loading.book.closed_books.locks)])


def _beside(cache: Path) -> Path:
    return cache.with_name(f"{cache.stem}.beancount_invoicing{cache.suffix}")


def _program() -> bytes | None:
    """Tells our own code, Python and the installed packages from any others: by the names of files, their sizes and times, the last
    of which no program can choose. Reading them all would take longer than many a ledger.

    None if some of it was replaced since this process began: what it works out is not what the code on the disk would.
    """
    digest = blake2b(sys.version.encode(), digest_size=_SIZE)
    for folder, names, file_names in os.walk(_PACKAGE):
        names[:] = sorted(name for name in names if name != "__pycache__")
        for name in sorted(file_names):
            if name.endswith((".py", ".toml")):
                status = os.stat(f"{folder}/{name}")  # noqa: PTH116 - hundreds of them, at each command
                if status.st_ctime_ns > imported_at:
                    return None
                text = f"\n{folder}/{name}\n{status.st_size} {status.st_mtime_ns} {status.st_ctime_ns}\n"
                digest.update(text.encode("utf-8", "surrogateescape"))
    for place in sys.path:
        with suppress(OSError), os.scandir(place or ".") as folder_entries:
            packages = [entry for entry in folder_entries if entry.name.endswith((".dist-info", ".egg-info"))]
            if any(package.stat().st_ctime_ns > imported_at for package in packages):
                return None
            digest.update("\n".join(sorted(package.name for package in packages)).encode("utf-8", "surrogateescape"))
    return digest.digest()


def _digest_of(data: bytes) -> bytes:
    return blake2b(data, digest_size=_SIZE).digest()


def _bytes(value: object) -> bytes:
    return pickle.dumps(value, pickle.HIGHEST_PROTOCOL)


_OURS = frozenset(
    f"beancount_invoicing.{name}"
    for name in (
        "loading.book_cache",
        "messages",
        "entries.sources",
        "model.banks",
        "model.book",
        "model.contracts",
        "model.documents",
        "model.events",
        "model.general_ledger",
        "model.locks",
        "model.parties",
        "model.payments",
        "model.reminders",
        "model.values",
        "receivables.allocation",
        "receivables.allocation_state",
        "rules.tax",
    )
)
_OTHERS = frozenset({("datetime", "date"), ("decimal", "Decimal")})


class _Reader(pickle.Unpickler):
    """Makes nothing but what a CachedBook consists of: a file in somebody's folder must not run code of its own."""

    def find_class(self, module: str, name: str) -> Any:
        found = super().find_class(module, name) if module in _OURS and "." not in name else None
        if getattr(found, "__module__", None) == module:
            return found
        if (module, name) in _OTHERS:
            return super().find_class(module, name)
        raise pickle.UnpicklingError(_("{module}.{name} is not part of a Book", module=module, name=name))
