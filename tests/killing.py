"""Commands that are really killed (SIGKILL), at one step after the other that touches the disk, or asks a server."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence

_KILLED_AT = """
import contextlib, io, os, pathlib, signal, sys
calls, last = 0, None
def step():
    global calls
    calls += 1
    if calls == last:
        os.kill(os.getpid(), signal.SIGKILL)
def counted(function):
    def call(*arguments, **named):
        step()
        return function(*arguments, **named)
    return call
def around(function):
    def call(*arguments, **named):
        step()
        answer = function(*arguments, **named)
        step()
        return answer
    return call
from beancount_invoicing.cli import main
from beancount_invoicing.rendering import output
pages, typeset = {}, output.typeset
def once(layout, text, arguments):  # Typst's threads do not come along into a child that is forked
    key = (layout, text, repr(arguments))
    if key not in pages:
        pages[key] = typeset(layout, text, arguments)
    return pages[key]
output.typeset = once
with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):
    main([word for word in sys.argv[1:] if word != "--write"])  # what it imports is there for those that are killed
from beancount_invoicing.delivery import https
https.HttpClient.request = around(https.HttpClient.request)
for name in () if os.environ.get("KILLED_ON_THE_WAY") else ("fsync", "replace", "rename", "fdopen", "chown"):
    setattr(os, name, counted(getattr(os, name)))
for name in () if os.environ.get("KILLED_ON_THE_WAY") else ("replace", "chmod", "open", "mkdir"):
    setattr(pathlib.Path, name, counted(getattr(pathlib.Path, name)))
print("ready", flush=True)
for line in sys.stdin:
    child = os.fork()
    if not child:
        calls, last = 0, int(line)
        os.dup2(2, 1)
        main(sys.argv[1:])
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""
"""A process that for each number it is told writes in a child, killed at that step; it tells how the child ended."""


def killed_at_each_step(
    command: Sequence[str], stride: int, start_over: Callable[[], None], *, on_the_way: bool = False
) -> Iterator[int]:
    """Kills `bean-invoice COMMAND` at each `stride`th step that touches the disk, or is before or after a request to a server
    (`on_the_way`: only these), and yields the step after each kill; last comes the step that it did not reach: it ended by itself,
    well. `start_over` puts all files back before each.
    """
    environment = os.environ | ({"KILLED_ON_THE_WAY": "1"} if on_the_way else {})
    program = [sys.executable, "-c", _KILLED_AT, *command]
    with subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment) as killed:
        assert killed.stdin
        assert killed.stdout
        assert killed.stdout.readline() == "ready\n"  # it may have written files too
        code, step = -1, 0
        while code:
            step += stride
            start_over()
            print(step, file=killed.stdin, flush=True)
            code = int(killed.stdout.readline())
            assert code in {0, -signal.SIGKILL}
            yield step
