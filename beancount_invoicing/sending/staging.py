"""Files that get their names once the ledger knows of them.

What a person is to send, and the documents that are kept, are first put beside their places, under names that nobody takes for
finished files; then the ledger is told; then they get their names. So nothing lies in the outbox that the ledger does not know
of, wherever a command is ended: what it had not told of goes, and what it had told of gets its name, by the next one that sends.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from beancount_invoicing.files import holds, put, sweep, write_if_different


def staged_path(file: Path) -> Path:
    """Where a file waits for its name."""
    return file.with_name(f".{file.name}.waiting")


def stage(file: Path, data: bytes) -> None:
    """Puts what a file shall hold beside its place, with its folders; nothing where it holds just that already. Raises OSError."""
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
    """What commands that were ended have left: what the ledger knows of gets its name, the rest goes from these folders.

    `known`: the files that it says wait or are in doubt, each with its fingerprint ("": any). Raises OSError.
    """
    for file, mark in known.items():
        if holds(staged_path(file), mark) if mark else not file.exists():
            put_in_place(file)
    for folder in dict.fromkeys(folders):
        sweep(folder)
        for left in folder.glob(".*.waiting"):
            left.unlink()
