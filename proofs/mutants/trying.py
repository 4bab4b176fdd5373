"""Mutants are tried: each in a fork of the process that has all tests ready, up to the first test that fails."""

from __future__ import annotations

import functools
import gc
import mmap
import os
import pkgutil
import resource
import signal
import struct
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from types import FunctionType
from typing import Literal, NamedTuple

import pytest
from _pytest.runner import runtestprotocol

from proofs.mutants.changes import Mutant
from proofs.mutants.marks import PACKAGE, ROOT

_MEMORY = 8 << 30
"""Bytes of address space that a mutant may take."""

_COUNT = struct.Struct("=I")
_ANSWERS = "tests/cli/test_answers.py"
_Place = tuple[str, str, int]
"""File, qualified name and first line of a function."""


class Tried(NamedTuple):
    """What became of a mutant."""

    mutant: Mutant
    how: Literal["killed", "survived", "unreached"]
    tests: int
    """How many tests reach it."""
    by: str
    """The test that noticed it, or what ended the process."""
    seconds: float


class Trial:
    """A plugin of pytest: instead of running all tests once, it runs for each mutant those that reach it.

    `reaching` names the tests of a mutant, `cost` says how long one takes in seconds, `tell` is told of each mutant as it is
    tried. A mutant that lives through `budget` seconds of processor time has survived.
    """

    def __init__(
        self,
        mutants: Sequence[Mutant],
        reaching: Callable[[Mutant], frozenset[str]],
        cost: Callable[[str], float],
        tell: Callable[[Tried], None],
        budget: float,
    ) -> None:
        self.mutants, self.reaching, self.cost, self.tell, self.budget = mutants, reaching, cost, tell, budget
        self.sound: dict[str, bool] = {}
        """Of tests that noticed something: whether they pass on the program as it is."""

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Tries every mutant."""
        for found in pkgutil.walk_packages([str(ROOT / PACKAGE)], f"{PACKAGE}."):
            if not found.name.endswith("__main__"):
                import_module(found.name)
        items = {item.nodeid: item for item in session.items}
        gc.unfreeze()  # what is frozen, as tests/conftest.py does, is not found among the objects
        functions = _functions()
        for mutant in self.mutants:
            if mutant.function:
                _living(
                    mutant, functions
                )  # before any is tried: a change that cannot be made is not one that was noticed
        _forget()
        gc.collect()
        gc.freeze()
        if len(list(Path("/proc/self/task").iterdir())) > 1:  # a test would wait in its fork for what they should do
            raise RuntimeError("threads run once the tests are collected, which no fork has: what is done on import?")
        for mutant in self.mutants:
            tests = [items[name] for name in self.reaching(mutant) if name in items]
            self.tell(self._tried(mutant, self._in_order(mutant, tests), functions))
        return True

    def _in_order(self, mutant: Mutant, tests: Sequence[pytest.Item]) -> list[pytest.Item]:
        """The tests of the mutant's own room and what commands answer, which are likeliest to notice, then the others; the quick
        ones of each file first, and files by turns: the file that is about it has its turn before many others are through."""
        spent: defaultdict[str, float] = defaultdict(float)
        turns: dict[str, tuple[bool, float]] = {}
        for item in sorted(tests, key=lambda item: self.cost(item.nodeid)):
            file = item.nodeid.partition("::")[0]
            spent[file] += self.cost(item.nodeid)
            turns[item.nodeid] = not (file.startswith(f"tests/{mutant.room}/") or file == _ANSWERS), spent[file]
        return sorted(tests, key=lambda item: turns[item.nodeid])

    def _tried(
        self, mutant: Mutant, tests: Sequence[pytest.Item], functions: Mapping[_Place, list[FunctionType]]
    ) -> Tried:
        start = time.monotonic()
        while tests := [one for one in tests if self.sound.get(one.nodeid, True)]:
            noticed, by = self._forked(tests, lambda: _change(mutant, functions))
            if noticed is not None and noticed.nodeid not in self.sound:
                self.sound[noticed.nodeid] = self._forked([noticed], lambda: None) == (None, "")
            if noticed is None or self.sound[noticed.nodeid]:
                how: Literal["killed", "survived"] = "killed" if by else "survived"
                return Tried(mutant, how, len(tests), by, time.monotonic() - start)
        return Tried(mutant, "unreached", 0, "", time.monotonic() - start)

    def _forked(self, tests: Sequence[pytest.Item], change: Callable[[], None]) -> tuple[pytest.Item | None, str]:
        """Which test notices first, in a fork, once the program is changed, and how; None and nothing where none does."""
        read, write = os.pipe()
        running = mmap.mmap(-1, _COUNT.size)  # shared: which test runs when the fork is ended from outside, from 1
        child = os.fork()
        if not child:
            by = ""
            try:
                os.setsid()  # what its tests start ends with it
                change()
                by = self._noticed(tests, lambda number: _COUNT.pack_into(running, 0, number))
            except BaseException as error:  # whatever a changed program does to the machinery around it
                by = f"{type(error).__name__}: {error}"
            finally:
                os.write(write, by[:1000].encode())
                os._exit(0)
        os.close(write)
        _pid, status = os.waitpid(child, 0)
        with suppress(ProcessLookupError):
            os.killpg(child, signal.SIGKILL)
        os.set_blocking(read, False)
        try:
            by = os.read(read, 4096).decode(errors="replace")
        except BlockingIOError:  # somebody that it started has it still
            by = ""
        os.close(read)
        number: int = _COUNT.unpack_from(running)[0]
        if os.WIFSIGNALED(status):
            by = f"ended by {signal.Signals(os.WTERMSIG(status)).name} in {tests[number - 1].nodeid if number else ''}"
        return (tests[number - 1] if by and number else None), by

    def _noticed(self, tests: Sequence[pytest.Item], begins: Callable[[int], None]) -> str:
        """The first test that fails; empty where none does. `begins` is told the number of each test, from 1, as it begins."""
        _soft, hard = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, hard))
        end = time.process_time() + self.budget
        for index, item in enumerate(tests):
            begins(index + 1)
            expected = self.cost(item.nodeid)
            signal.setitimer(signal.ITIMER_PROF, 5 + 10 * expected)  # an endless loop
            signal.alarm(int(40 + 40 * expected))  # an endless wait
            following = tests[index + 1] if index + 1 < len(tests) else None
            if any(report.failed for report in runtestprotocol(item, log=False, nextitem=following)):
                with suppress(BaseException):
                    item.session._setupstate.teardown_exact(None)
                return item.nodeid
            if time.process_time() > end:
                break
        return ""


def _functions() -> Mapping[_Place, list[FunctionType]]:
    """The functions of the program as they live now, under whatever names others imported them."""
    found: defaultdict[_Place, list[FunctionType]] = defaultdict(list)
    for each in gc.get_objects():
        if isinstance(each, FunctionType) and each.__module__ and each.__module__.startswith(PACKAGE):
            code = each.__code__
            found[code.co_filename, code.co_qualname, code.co_firstlineno].append(each)
    return found


def _living(mutant: Mutant, functions: Mapping[_Place, list[FunctionType]]) -> list[FunctionType]:
    """The function that a mutant changes, as it lives now. Raises LookupError where there is none."""
    place = str(ROOT / mutant.path), mutant.function, mutant.start
    if place not in functions:
        raise LookupError(f"no function {mutant.function} lives at {mutant.path}:{mutant.start}")
    return functions[place]


def _forget() -> None:
    """What was worked out while the tests were gathered is not kept: it came from the program as it is."""
    for each in gc.get_objects():
        if isinstance(each, functools._lru_cache_wrapper) and str(each.__module__).startswith(PACKAGE):
            each.cache_clear()


def _change(mutant: Mutant, functions: Mapping[_Place, list[FunctionType]]) -> None:
    """Makes the program that runs the mutant."""
    code = mutant.code(str(ROOT / mutant.path))
    if mutant.function:
        for each in _living(mutant, functions):
            each.__code__ = code
        return
    module = sys.modules[mutant.path.removesuffix(".py").replace("/", ".").removesuffix(".__init__")]
    names = dict(vars(module))
    exec(code, names)  # noqa: S102 — the module's own statement
    for name in mutant.constants:
        before, after = vars(module)[name], names[name]
        for other in list(sys.modules.values()):
            if getattr(other, "__name__", "").startswith((PACKAGE, "tests")) and vars(other).get(name) is before:
                setattr(other, name, after)
