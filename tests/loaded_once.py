"""Loads of ledgers that many tests begin with, made once in a process."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from hashlib import blake2b
from pathlib import Path
from typing import Protocol

from beancount.loader import compute_input_hash

from beancount_invoicing.entries.sources import Sources, sources
from beancount_invoicing.loading.loader import Loading

MOST = 12
"""So many loads are kept: a test goes back to none but the last few."""


class Load(Protocol):
    """`loading.loader.load`."""

    def __call__(self, path: str, *, fresh: bool = False) -> Loading: ...


class LoadedOnce:
    """Loads a ledger in one of the folders, unless it has loaded the same files with the same content."""

    def __init__(self, load: Load, folders: Sequence[Path]) -> None:
        self._load = load
        self._folders = folders
        self._loaded: dict[tuple[tuple[str, bytes], ...], Loading] = {}

    def load(self, path: str, *, fresh: bool = False) -> Loading:
        """What `loading.loader.load` gives."""
        top = Path(path).absolute()
        if not any(top.is_relative_to(folder) for folder in self._folders):
            return self._load(path, fresh=fresh)
        files = sources(str(top))
        key = *_contents(files), *_others(top.parent)
        loaded = self._loaded.pop(key, None)
        if loaded is None:
            loaded = self._load(path, fresh=fresh)
        elif loaded.sources != files:  # the same content was written again
            names = [*loaded.options["include"]]
            loaded = loaded._replace(
                sources=files, options={**loaded.options, "input_hash": compute_input_hash(names)}, notices=()
            )
        self._loaded[key] = loaded
        if len(self._loaded) > MOST:
            del self._loaded[next(iter(self._loaded))]
        return loaded


def _contents(files: Sources) -> tuple[tuple[str, bytes], ...]:
    names = [file.name for file in files]
    return tuple((name, blake2b(Path(name).read_bytes()).digest() if Path(name).is_file() else b"") for name in names)


def _others(folder: Path) -> Iterator[tuple[str, bytes]]:
    """The other files in the folder, but for caches: Beancount says whether the files of `document` directives are there."""
    return ((name, b"") for name in sorted(str(path) for path in folder.rglob("[!.]*") if path.is_file()))
