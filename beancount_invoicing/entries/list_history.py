"""Earlier versions of a file, in the git repository that it is in: where a list of closed books is looked for once it is gone."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

_VERSIONS = 50
"""How many versions are looked at, the newest first."""
_SECONDS = 10


class FileVersion(NamedTuple):
    """A file as a commit has it."""

    commit: str
    content: bytes


def earlier_versions(file: Path) -> Iterator[FileVersion]:
    """The versions of a file that the commits up to HEAD put there, the newest first; none without git or a repository.

    The file need not exist any more. Nothing is changed, and no program of the repository's settings is run.
    """
    folder = file.parent
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    path = _in_repository(folder, file)
    if not path:
        return
    commits = _git(folder, "rev-list", f"--max-count={_VERSIONS}", "HEAD", "--", f":(top,literal){path}") or b""
    for commit in commits.decode().split():
        content = _git(folder, "cat-file", "blob", f"{commit}:{path}")
        if content is not None:
            yield FileVersion(commit, content)


def _in_repository(folder: Path, file: Path) -> str:
    """The path of a file from the top of the repository that `folder` is in; "" if there is none."""
    top = _git(folder, "rev-parse", "--show-toplevel")
    if top is None:
        return ""
    root = Path(top.decode("utf-8", "surrogateescape").rstrip("\n")).resolve()
    path = file.parent.resolve() / file.name
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else ""


def _git(folder: Path, *arguments: str) -> bytes | None:
    """What git answers; None if it fails, takes too long, or is not installed."""
    try:
        result = subprocess.run(  # noqa: S603 - a program and arguments of our own
            ["git", "-C", str(folder), *arguments],  # noqa: S607 - the user's git
            capture_output=True,
            timeout=_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return result.stdout if result.returncode == 0 else None
