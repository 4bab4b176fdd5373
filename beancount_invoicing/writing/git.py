"""A git commit of exactly what was written."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path

from beancount_invoicing.messages import _


class GitError(Exception):
    """Git cannot do what was asked; the message says why, and what to do."""


def must_be_clean(files: Sequence[Path]) -> None:
    """Raises GitError if one of the files has uncommitted changes or is in no repository, or if git does not know the
    committer.
    """
    for file in files[:1]:
        try:
            _git(file, "rev-parse", "--git-dir")
        except GitError as error:
            raise GitError(
                _(
                    "no commit can be made here ({error}): run git init in the ledger's folder, or leave --commit "
                    "out; nothing was written",
                    error=error,
                )
            ) from None
        try:
            _git(file, "var", "GIT_COMMITTER_IDENT")
            _git(file, "var", "GIT_AUTHOR_IDENT")
        except GitError:
            raise GitError(
                _(
                    'git does not know who you are: run git config user.name "…" and git config user.email "…", or '
                    "leave --commit out; nothing was written"
                )
            ) from None
    for file in files:
        if file.exists() and (changed := _git(file, "status", "--porcelain", "--", str(file.resolve()))):
            state = _("is not yet in git") if changed.startswith("??") else _("has uncommitted changes")
            raise GitError(
                _(
                    "{file} {subject}: commit it first, or leave --commit out; nothing was written",
                    file=file,
                    subject=state,
                )
            )


def tracked(files: Sequence[Path]) -> tuple[Path, ...]:
    """Those of the files that git tracks; a file outside a repository is not tracked."""

    def known(file: Path) -> bool:
        try:
            return bool(_git(file, "ls-files", "--", str(file.resolve())))
        except GitError:
            return False

    return tuple(file for file in files if known(file))


def commit(files: Sequence[Path], message: str) -> None:
    """Commits these files, and nothing else, even if something else is staged. Raises GitError."""
    names = [str(file.resolve()) for file in files]
    _git(files[0], "add", "--", *names)
    _git(files[0], "commit", "--quiet", "--only", "-m", message, "--", *names)


def _git(file: Path, *arguments: str) -> str:
    folder = file.resolve().parent
    while not folder.exists():
        folder = folder.parent
    try:
        result = subprocess.run(  # noqa: S603 - a program and arguments of our own
            ["git", "-C", str(folder), *arguments],  # noqa: S607 - the user's git
            capture_output=True,
            text=True,
            check=False,
        )
    except FileNotFoundError:
        raise GitError(_("git is not installed")) from None
    if result.returncode:
        raise GitError(
            " ".join((result.stderr or result.stdout).split()) or _("git {argument} failed", argument=arguments[0])
        )
    return result.stdout
