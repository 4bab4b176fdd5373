"""The bytes of a file, if it is not too large."""

from __future__ import annotations

from pathlib import Path

from beancount_invoicing.messages import _
from beancount_invoicing.statement_files.errors import StatementFileError

LARGEST = 64 * 1024 * 1024
"""The largest size of a file in bytes: a year of a busy account has a tenth of it."""


def read_bytes(path: Path) -> bytes:
    """The bytes of a file; if it is larger than LARGEST, only slightly more than that is read. Raises
    StatementFileError and OSError.
    """
    with path.open("rb") as file:
        data = file.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise too_large(str(path))
    return data


def too_large(file: str) -> StatementFileError:
    """The error about a file that is larger than LARGEST."""
    megabyte = 1024**2
    return StatementFileError(
        file,
        0,
        _(
            "the file is larger than {largest} MB: ask for shorter periods",
            largest=LARGEST // megabyte,
        ),
    )
