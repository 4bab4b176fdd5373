"""How the records of sending name a file, and what was prepared to be sent by hand."""

from __future__ import annotations

from os import path as os_path
from pathlib import Path

BY_HAND_PREFIX = "to be sent by hand:"
"""Separates the prepared document from its file in the note about it."""


def relative_to(target: Path, file: Path) -> str:
    """The path of a file in a directive of the ledger file `target`."""
    return os_path.relpath(file, target.parent).replace("\\", "/")
