"""Files are written whole or not at all, and only where they differ."""

from __future__ import annotations

import os
import stat
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from beancount_invoicing.files import put, write_if_different


def test_it_is_written_once(tmp_path: Path) -> None:
    file = tmp_path / "new" / "folder" / "file.txt"
    assert write_if_different(file, b"one") is True
    before = file.stat().st_mtime_ns
    assert write_if_different(file, b"one") is False
    assert file.stat().st_mtime_ns == before
    assert write_if_different(file, b"two") is True
    assert file.read_bytes() == b"two"
    assert [path.name for path in file.parent.iterdir()] == ["file.txt"]


def test_a_failure_leaves_the_old_file_and_nothing_beside_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "file.txt"
    write_if_different(file, b"old")

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left") as raised:
        write_if_different(file, b"new")
    assert raised.value.filename == str(file), "the file that could not be written, not the one beside it"
    assert file.read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["file.txt"]


def test_the_mode_of_a_file_stays(tmp_path: Path) -> None:
    file = tmp_path / "file.txt"
    write_if_different(file, b"old")
    file.chmod(0o640)
    write_if_different(file, b"new")
    assert stat.S_IMODE(file.stat().st_mode) == 0o640


def test_a_new_file_has_the_usual_mode(tmp_path: Path) -> None:
    old = os.umask(0o027)
    try:
        write_if_different(tmp_path / "file.txt", b"new")
    finally:
        os.umask(old)
    assert stat.S_IMODE((tmp_path / "file.txt").stat().st_mode) == 0o640


def test_what_a_command_that_was_ended_left_is_taken_away_and_nothing_else(tmp_path: Path) -> None:
    left = [".main.beancount-x7_kq0ab", ".F2026-0001.pdf-0123abcd", ".main-abcdefgh", f".{'n' * 40}-abcdefgh"]
    own = ["main", ".my-settings", ".main.beancount-Backup01", "main.beancount-abcdefgh", ".main.beancount-abc"]
    for name in (*left, *own):
        (tmp_path / name).write_bytes(b"half of it")
    (tmp_path / ".folder.pdf-abcdefgh").mkdir()
    (tmp_path / ".link.pdf-abcdefgh").symlink_to(tmp_path / "main")
    put(tmp_path / "new.pdf", b"whole")
    there = {file.name for file in tmp_path.iterdir()}
    assert there == {"new.pdf", ".folder.pdf-abcdefgh", ".link.pdf-abcdefgh", *own}


def test_what_another_command_is_writing_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of many threads looks for what is left while the others write."""
    monkeypatch.setattr("beancount_invoicing.files._SWEPT", _Nothing())

    def write(number: int) -> None:
        for turn in range(20):
            put(tmp_path / f"{number}.pdf", str(turn).encode())

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(write, range(6)))
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == {f"{n}.pdf": b"19" for n in range(6)}


@pytest.mark.parametrize(("hours", "stays"), [(2, False), (0.5, True)], ids=["long ago", "a moment ago"])
def test_without_file_locks_only_what_is_old_is_taken_away(
    hours: float, stays: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on Windows."""
    left = tmp_path / ".main.beancount-x7_kq0ab"
    left.write_bytes(b"half of it")
    then = time.time() - hours * 3600
    os.utime(left, (then, then))
    monkeypatch.setitem(sys.modules, "fcntl", None)
    put(tmp_path / "new.pdf", b"whole")
    assert left.exists() == stays


class _Nothing(set[Path]):
    """A set in which nothing is remembered."""

    def add(self, _folder: Path) -> None:
        """Forgets it."""
