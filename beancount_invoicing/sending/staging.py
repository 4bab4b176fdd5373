"""Files that get their names once the ledger records them.

Files to be sent by hand, and documents that are kept, are first put beside their places, under names that nobody takes for finished
files; then they are recorded in the ledger; then they get their names. So the outbox never contains anything that the ledger does
not record, wherever a command is interrupted: the next command that sends removes what was not recorded, and gives what was
recorded its name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from beancount_invoicing.files import has_digest, put, sweep, write_if_different


def staged_path(file: Path) -> Path:
    """Where a file waits for its name."""
    return file.with_name(f".{file.name}.waiting")


def stage(file: Path, data: bytes) -> None:
    """Stores a file's content under a temporary name beside its place, and creates its folders; does nothing if the
    file has this content already.

    Raises OSError.
    """
    if not (file.is_file() and file.read_bytes() == data):
        write_if_different(staged_path(file), data)


def put_in_place(file: Path) -> None:
    """Gives what was staged its name. Raises OSError."""
    staged = staged_path(file)
    if not staged.is_file():
        return
    if file.exists():  # its mode, and a symlink, stay
        put(file, staged.read_bytes())
        staged.unlink()
    else:
        staged.replace(file)


def finish_staged(known: Mapping[Path, str], folders: Iterable[Path] = ()) -> None:
    """Cleans up after interrupted commands: what the ledger records gets its name, the rest is removed from these folders.

    `known`: the files recorded as waiting or in doubt, each with its fingerprint ("": any). Raises OSError.
    """
    for file, digest in known.items():
        if has_digest(staged_path(file), digest) if digest else not file.exists():
            put_in_place(file)
    for folder in dict.fromkeys(folders):
        sweep(folder)
        for left in folder.glob(".*.waiting"):
            left.unlink()
