"""Locks between processes, on every system."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from errno import ENOENT
from pathlib import Path


class LockTaken(Exception):
    """Somebody else holds the lock."""


@contextmanager
def file_lock(file: Path, timeout: float) -> Iterator[None]:
    """Nobody else holds the lock that `file`, which is made, stands for; it is waited for so many seconds.

    It ends with the process, however that ends; the file goes at the end, and one that a crash left behind locks nobody out. Raises
    Taken, OSError.
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
