"""Locks between processes, on every system."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from errno import ENOENT
from pathlib import Path


class LockTaken(Exception):
    """Another process holds the lock."""


@contextmanager
def file_lock(file: Path, timeout: float) -> Iterator[None]:
    """A context in which this process alone holds the lock `file`, which is created. It waits for the lock for so many
    seconds.

    The lock ends with the process, however that ends. The file is removed at the end; a file left by a crash locks
    nobody out. Raises LockTaken, OSError.
    """
    from filelock import FileLock, Timeout

    if not file.parent.is_dir():  # filelock would make it
        raise FileNotFoundError(ENOENT, os.strerror(ENOENT), str(file.parent))
    # two people may keep one ledger: whoever can write into the folder can take the lock; Windows has no such modes
    lock = FileLock(file, timeout=timeout, mode=0o666 if hasattr(os, "fchmod") else -1)
    try:
        lock.acquire()
    except Timeout:
        raise LockTaken from None
    try:
        yield
    finally:
        with suppress(OSError):  # on Windows it goes with the lock
            file.unlink()  # while it is held: who waits for it sees that it has gone, and takes the next one
        lock.release()
