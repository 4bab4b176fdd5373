"""Putting bytes into a file whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import stat
import time
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path

from beancount_invoicing.messages import _


class FileChanged(Exception):
    """A file has changed since it was read; the message names it."""


def must_be_regular(file: Path) -> None:
    """Raises OSError if `file` exists but is not a regular file: a folder, a device, a pipe, a loop of links.

    Writing replaces what is there: a device would be lost. Reading a pipe would wait for ever.
    """
    try:
        mode = file.stat().st_mode
    except FileNotFoundError:
        return
    if not stat.S_ISREG(mode):
        raise OSError(errno.EINVAL, _("it is a folder, a device or a pipe, not a file"), str(file))


def put(file: Path, data: bytes, expected: bytes | None = None) -> None:
    """Puts `data` into `file`: written to a temporary file beside it, flushed to the disk, then renamed. Its mode
    stays, and a symlink stays a symlink.

    With `expected`, the file must still have exactly that content at the last moment; otherwise FileChanged is raised
    and nothing is done. Raises OSError, which names `file`.
    """
    with naming(file), prepared(file, data, expected) as put_in_place:
        put_in_place()


@contextlib.contextmanager
def naming(file: Path) -> Iterator[None]:
    """A context whose OSErrors name `file`, not the temporary one beside it, of which nobody knows."""
    try:
        yield
    except OSError as error:
        error.filename = str(file)
        raise


@contextlib.contextmanager
def prepared(file: Path, data: bytes, expected: bytes | None = None) -> Iterator[Callable[[], None]]:
    """The first half of `put`: `data` is on the disk, beside `file`; whoever calls what is yielded puts it in its place.

    So several files can be changed once there is room for all of them. If it is not called, nothing remains. Raises OSError, and
    what is called raises what `put` does.
    """
    must_be_regular(file)
    target = file.resolve()
    if target.parent not in _SWEPT:
        _SWEPT.add(target.parent)
        sweep(target.parent)
    descriptor, temporary, held = _temporary(target)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        yield lambda: _take_place(file, target, temporary, expected)
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink()
        if held is not None:
            os.close(held)


def _take_place(file: Path, target: Path, temporary: Path, expected: bytes | None) -> None:
    """Renames a temporary file, with the mode and the owner of what it replaces."""
    if target.exists():
        status = target.stat()
        if not status.st_mode & 0o222 or not os.access(target, os.W_OK):  # an administrator too leaves it alone
            raise PermissionError(13, "Permission denied", str(file))
        if hasattr(os, "chown"):  # Windows has no such owners
            with contextlib.suppress(PermissionError):
                os.chown(temporary, status.st_uid, status.st_gid)
        temporary.chmod(status.st_mode & 0o7777)
    else:
        mask = os.umask(0)
        os.umask(mask)
        temporary.chmod(0o666 & ~mask)
    if expected is not None and (target.read_bytes() if target.exists() else b"") != expected:
        raise FileChanged(_("{file} was changed in the meantime: nothing was written; try again", file=file))
    temporary.replace(target)
    if expected is not None:
        _sync_folder(target.parent)


_SWEPT: set[Path] = set()
"""Folders that this process has looked through: one may hold thousands of documents."""
_NAMED = 40
"""How much of a file's name the name of its temporary file tells."""
_TEMPORARY = re.compile(r"\.(.+)-[a-z0-9_]{8}")
_SUFFIXES = frozenset(
    {".beancount", ".bean", ".picklecache", ".waiting", ".pdf", ".txt", ".html", ".xml", ".eml", ".gitignore"}
)
_OLD = 3600
"""Seconds after which nobody writes a temporary file any more, where there are no locks to tell."""


def sweep(folder: Path) -> None:
    """Removes the temporary files that commands left in a folder when they were killed; those of running commands stay."""
    with contextlib.suppress(OSError):
        names = {file.name for file in os.scandir(folder)}
        for name in names:
            if (found := _TEMPORARY.fullmatch(name)) and _is_ours(found[1], names):
                with contextlib.suppress(OSError):
                    _take_away(folder / name)


def _is_ours(name: str, names: set[str]) -> bool:
    """Whether a temporary file of such a name is of `put`: a person's own hidden file is left alone."""
    return name in names or Path(name).suffix in _SUFFIXES or len(name) == _NAMED


def _take_away(file: Path) -> None:
    """Removes a temporary file that nobody is writing any more. Raises OSError if somebody is."""
    try:
        import fcntl
    except ImportError:  # Windows takes no file away that somebody has open; but it is closed before it gets its name
        if time.time() - file.stat().st_mtime > _OLD:
            file.unlink()
        return
    descriptor = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if stat.S_ISREG(os.fstat(descriptor).st_mode):
            file.unlink()  # while it is locked
    finally:
        os.close(descriptor)


def _temporary(target: Path) -> tuple[int, Path, int | None]:
    """A new file beside the target: its descriptor, its path, and the lock that tells `sweep` that it is being written, which is to
    be closed; None if the system has none."""
    import tempfile  # with all that it imports, for who writes

    while True:
        descriptor, name = tempfile.mkstemp(prefix=f".{target.name[:_NAMED]}-", dir=target.parent)
        try:
            import fcntl
        except ImportError:
            return descriptor, Path(name), None
        held = os.dup(descriptor)
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.fstat(held).st_nlink:
                return descriptor, Path(name), held
        except BlockingIOError:  # another command is just taking it away
            pass
        except OSError:  # a file system without locks
            return descriptor, Path(name), held
        os.close(held)
        os.close(descriptor)


def _sync_folder(folder: Path) -> None:
    """Makes a rename last; where folders cannot be synchronised (Windows) the system does it by itself."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def has_digest(file: Path, digest: str) -> bool:
    """Whether a file exists and has this fingerprint (SHA-256, in hexadecimal digits)."""
    try:
        return sha256(file.read_bytes()).hexdigest() == digest
    except OSError:
        return False


def write_if_different(file: Path, data: bytes) -> bool:
    """Puts `data` into `file`, and creates its folders; False if the file already has this content. Raises OSError."""
    must_be_regular(file)
    try:
        if file.read_bytes() == data:
            return False
    except FileNotFoundError:
        file.parent.mkdir(parents=True, exist_ok=True)
    put(file, data)
    return True
