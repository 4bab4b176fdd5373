"""Locks between processes: one at a time, and a crash locks nobody out."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from beancount_invoicing.locks import LockTaken, file_lock
from beancount_invoicing.sending import records
from beancount_invoicing.writing import writer
from tests.ledgers import PRELUDE

HOLD = (
    "import sys, time; from pathlib import Path; from beancount_invoicing.locks import file_lock\n"
    "with file_lock(Path(sys.argv[1]), 0): print('held', flush=True); time.sleep(60)"
)


@contextmanager
def another(file: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that holds the lock."""
    with subprocess.Popen([sys.executable, "-c", HOLD, str(file)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        try:
            yield process
        finally:
            process.kill()


def test_one_process_holds_it_until_it_is_killed(tmp_path: Path) -> None:
    file = tmp_path / "lock"
    with another(file) as process:
        with pytest.raises(LockTaken), file_lock(file, 0):
            pass
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert file.exists(), "nobody took it away"
        with file_lock(file, 0):
            assert file.exists()
    assert not file.exists()


def test_it_is_held_once_in_a_process_too_and_free_again_after_an_error(tmp_path: Path) -> None:
    file = tmp_path / "lock"

    def fail() -> None:
        with file_lock(file, 0):
            with pytest.raises(LockTaken), file_lock(file, 0.1):
                pass
            raise ZeroDivisionError

    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            fail()


def test_no_folder_is_made_for_it(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="nowhere"), file_lock(tmp_path / "nowhere" / "lock", 0):
        pass
    assert list(tmp_path.iterdir()) == []


def test_who_has_to_wait_is_told_for_what(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    top = tmp_path / "main.beancount"
    monkeypatch.setattr(writer, "LOCK_TIMEOUT", 0)
    with (
        writer.locked(top),
        pytest.raises(writer.CannotWrite, match=f"has been changing {top} for"),
        writer.locked(top),
    ):
        pass
    with (
        records.sending_locked(top),
        pytest.raises(writer.CannotWrite, match=f"is sending from {top}"),
        records.sending_locked(top),
    ):
        pass
    assert list(tmp_path.iterdir()) == []


WITHOUT_UNIX = """
import os, sys, warnings
warnings.simplefilter("ignore")  # filelock's, where a Unix has no locks: Windows has its own
for name in ("fcntl", "pwd", "grp", "termios", "resource"):
    sys.modules[name] = None
for name in ("chown", "fchown", "lchown", "fchmod", "geteuid", "getuid", "mkfifo", "O_NOFOLLOW", "O_DIRECTORY"):
    delattr(os, name)
from beancount_invoicing.cli import main
for count in (1, 2):
    main(["-f", sys.argv[1], "new", "Acme", f"{count} DEV", "--date", "2026-01-31", "--write"], standalone_mode=False)
    main(["-f", sys.argv[1], "render", "F2026-0001", "--to", "text", "-o", sys.argv[2]], standalone_mode=False)
main(["-f", sys.argv[1], "send", "F2026-0001", "--channel", "post", "--date", "2026-02-01", "--write"], standalone_mode=False)
"""


def test_what_windows_lacks_is_not_needed(tmp_path: Path) -> None:
    ledger = tmp_path / "main.beancount"
    ledger.write_text(PRELUDE + 'plugin "beancount_invoicing"\n', encoding="utf-8")
    command = [sys.executable, "-c", WITHOUT_UNIX, str(ledger), str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert 'event: "prepared"' in (tmp_path / "sent-2026.beancount").read_text(encoding="utf-8")
    assert "F2026-0002" in ledger.read_text(encoding="utf-8")
