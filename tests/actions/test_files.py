"""Files are written whole or not at all, and only where they differ."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from beancount_invoicing.files import write_if_different


def test_it_is_written_once(tmp_path: Path) -> None:
    file = tmp_path / "new" / "folder" / "file.txt"
    assert write_if_different(file, b"one") is True
    before = file.stat().st_mtime_ns
    assert write_if_different(file, b"one") is False
    assert file.stat().st_mtime_ns == before
    assert write_if_different(file, b"two") is True
    assert file.read_bytes() == b"two"
    assert [each.name for each in file.parent.iterdir()] == ["file.txt"]


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
    assert [each.name for each in tmp_path.iterdir()] == ["file.txt"]


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
