"""Saxon, run in processes of its own: a document that makes it fail or end affects only that process.

A process judges one document at a time and is reused for the next ones, with the stylesheets that it has compiled. If a
reused process ends, a fresh one judges the document once more.

May be called from any thread.
"""

from __future__ import annotations

import atexit
import json
import os
import signal
import subprocess
import sys
import tempfile
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from threading import Lock, Timer
from time import monotonic

from beancount_invoicing.messages import _

TIMEOUT_SECONDS = 300
"""Seconds for one document and one stylesheet; a line of an invoice takes two milliseconds."""
RENEWED_AFTER = 2000
"""Number of requests after which a process is replaced."""
MAX_IDLE_PROCESSES = 4
"""The largest number of idle processes that are kept for later."""

_WORKER = Path(__file__).with_name("saxon_worker.py")


class NotRun(Exception):
    """Saxon could not be run, or did not finish; the message says why."""


class NotEvaluated(Exception):
    """The rules cannot be evaluated for a document; the message is Saxon's."""


class _Process:
    """A process with Saxon."""

    def __init__(self) -> None:
        self.asked = 0
        self._said = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the process
        try:
            self._process = subprocess.Popen(  # noqa: S603 - this Python and a file of our own
                [sys.executable, "-P", str(_WORKER)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._said,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            )
        except OSError as error:
            self._said.close()
            raise NotRun(_("Saxon could not be started: {reason}", reason=error.strerror)) from None

    def report(self, stylesheet: Path, xml: bytes) -> bytes:
        """What a stylesheet makes of a document. Raises NotEvaluated, and NotRun: the process is then of no more use."""
        self.asked += 1
        assert self._process.stdin
        assert self._process.stdout
        start = monotonic()
        late = Timer(TIMEOUT_SECONDS, self._process.kill)
        late.start()
        try:
            self._process.stdin.write(json.dumps([str(stylesheet), len(xml)]).encode() + b"\n" + xml)
            self._process.stdin.flush()
            evaluated, size = json.loads(self._process.stdout.readline())
            data = self._process.stdout.read(size)
        except (OSError, ValueError):  # its pipes are closed, and no answer came
            raise NotRun(self._last_words(late=monotonic() - start >= TIMEOUT_SECONDS)) from None
        finally:
            late.cancel()
        if not evaluated:
            raise NotEvaluated(data.decode())
        return data

    def _last_words(self, late: bool) -> str:
        if late:
            return _("Saxon did not answer within {timeout_seconds} seconds", timeout_seconds=TIMEOUT_SECONDS)
        code = self._process.wait()
        how = signal.Signals(-code).name if code < 0 else _("code {code}", code=code)
        self._said.seek(0)
        words = self._said.read().decode(errors="replace").split("\n")
        last = " ".join(line.strip() for line in words[-4:] if line.strip())
        return (
            _("Saxon's process ended ({how}): {last}", how=how, last=last[-300:])
            if last
            else _("Saxon's process ended ({how}){last}", how=how, last=last[-300:])
        )

    def close(self) -> None:
        """Ends the process."""
        self._process.kill()
        self._process.communicate()
        self._said.close()


_idle: list[_Process] = []
_of_another: list[_Process] = []
_lock = Lock()


@cache
def installed() -> bool:
    """Whether Saxon is installed."""
    return find_spec("saxonche") is not None


def report(stylesheet: Path, xml: bytes, fresh: bool = False) -> bytes:
    """The report of a stylesheet on a document (SVRL); `fresh`: from a process that has not been used before.

    Raises NotRun, NotEvaluated.
    """
    process = _Process() if fresh else _taken()
    try:
        made = process.report(stylesheet, xml)
    except NotEvaluated:
        _keep(process)
        raise
    except NotRun:
        process.close()
        if process.asked == 1:
            raise
        return report(stylesheet, xml, fresh=True)
    except BaseException:
        process.close()
        raise
    _keep(process)
    return made


def _taken() -> _Process:
    with _lock:
        if _idle:
            return _idle.pop()
    return _Process()


def _keep(process: _Process) -> None:
    with _lock:
        if len(_idle) < MAX_IDLE_PROCESSES and process.asked < RENEWED_AFTER:
            _idle.append(process)
            return
    process.close()


@atexit.register
def _end() -> None:
    while _idle:
        _idle.pop().close()


def _forked() -> None:
    """Leaves the processes to the one that started them."""
    global _lock
    _lock = Lock()
    _of_another.extend(_idle)
    _idle.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forked)
