"""Putting bytes into a file whole or not at all."""

from __future__ import annotations

import contextlib
import os
import tempfile
from hashlib import sha256
from pathlib import Path


class Changed(Exception):
    """A file is no longer as it was read; the message names it."""


def put(file: Path, data: bytes, expected: bytes | None = None) -> None:
    """Puts `data` into `file`: written beside it, on the disk, then renamed; its mode stays, a symlink stays one.

    With `expected`, the file must still hold just that at the last moment: else Changed is raised and nothing is done.
    Raises OSError, which names `file`.
    """
    try:
        _put(file, data, expected)
    except OSError as error:
        error.filename = str(file)  # not the one beside it, of which nobody knows
        raise


def _put(file: Path, data: bytes, expected: bytes | None) -> None:
    target = file.resolve()
    descriptor, name = tempfile.mkstemp(prefix=f".{target.name[:40]}-", dir=target.parent)
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        if target.exists():
            there = target.stat()
            if not there.st_mode & 0o222 or not os.access(target, os.W_OK):  # an administrator too leaves it alone
                raise PermissionError(13, "Permission denied", str(file))
            if hasattr(os, "chown"):  # Windows has no such owners
                with contextlib.suppress(PermissionError):
                    os.chown(temporary, there.st_uid, there.st_gid)
            temporary.chmod(there.st_mode & 0o7777)
        else:
            mask = os.umask(0)
            os.umask(mask)
            temporary.chmod(0o666 & ~mask)
        if expected is not None and (target.read_bytes() if target.exists() else b"") != expected:
            raise Changed(f"{file} was changed meanwhile: nothing was written; do it again")
        temporary.replace(target)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise
    if expected is not None:
        _sync_folder(target.parent)


def _sync_folder(folder: Path) -> None:
    """Makes a rename last; where folders cannot be synchronised (Windows) the system does it by itself."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def holds(file: Path, mark: str) -> bool:
    """Whether a file is there, with this fingerprint (SHA-256, in hexadecimal digits)."""
    try:
        return sha256(file.read_bytes()).hexdigest() == mark
    except OSError:
        return False


def write_if_different(file: Path, data: bytes) -> bool:
    """Puts `data` into `file`, with its folders; False where it holds just that already. Raises OSError."""
    try:
        if file.read_bytes() == data:
            return False
    except FileNotFoundError:
        file.parent.mkdir(parents=True, exist_ok=True)
    put(file, data)
    return True
