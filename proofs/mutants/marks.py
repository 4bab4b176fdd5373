"""A plugin of pytest that marks what each test reaches: every statement of the program sets a byte as it is run, and so does
every way out of a decision that has no statement of its own.

Several times quicker than coverage with a context for each test, and the same in every Python. The plugin has to be loaded
before anything of the program: `-p proofs.mutants.marks`. What was reached is written to build/mutants/marks where MUTANTS_MARKS
is in the environment, a file for each process of pytest, with the digest of the program and the tests that it is true of.
"""

from __future__ import annotations

import ast
import builtins
import json
import os
import sys
import time
from collections.abc import Generator, Iterator, Sequence
from hashlib import blake2b
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from itertools import compress
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any, NamedTuple

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
PACKAGE = "beancount_invoicing"
ASKED = "MUTANTS_MARKS"
"""What stands in the environment where marks are asked for."""
FOLDER = ROOT / "build" / "mutants" / "marks"
LEFT_OUT = ("tests/docs/", "tests/properties/")
"""Tests that are not asked: they reach every line, take long, and what they notice an example has to show anyway."""
_NAME = "__reached__"
"""The bytes, among the built-in names: any module of the program finds them there."""
_MOST = 200_000
"""Statements that the program may have; one byte each."""

_reached = bytearray(_MOST)
_marks: list[tuple[str, int, int]] = []
"""For each mark the module, from the top of the project, and its statement's first and last line, both inclusive."""
_decisions: list[list[int]] = []
"""For each `if`, loop and `match` the marks of its ways out."""


class _Marking(SourceFileLoader):
    """Loads a module with a mark before each statement of its functions; never from a cache."""

    def get_code(self, fullname: str) -> CodeType | None:
        """The module's code."""
        file = Path(self.get_filename(fullname))
        tree = ast.parse(file.read_bytes(), str(file))
        path = str(file.relative_to(ROOT))
        for node in list(ast.walk(tree)):
            if isinstance(node, ast.FunctionDef):
                _mark(node, path)
        code: CodeType = compile(tree, str(file), "exec", dont_inherit=True)
        return code


class _Finder(MetaPathFinder):
    """Finds the program's modules for `_Marking`."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Only what belongs to the program."""
        if fullname.partition(".")[0] != PACKAGE:
            return None
        spec = PathFinder.find_spec(fullname, path or [str(ROOT)], target)
        if spec is None or not isinstance(spec.loader, Loader) or not isinstance(spec.loader, SourceFileLoader):
            return None
        spec.loader = _Marking(spec.loader.name, spec.loader.path)
        return spec


def _mark(function: ast.FunctionDef, path: str) -> None:
    """Puts a mark before each statement of a function; functions within it are marked by themselves."""
    decisions = [node for field in _blocks(function) for node in getattr(*field) if _decides(node)]
    for node in decisions:
        _complete(node)
    first: dict[tuple[ast.AST, str], int] = {}
    for holder, field in _blocks(function):
        first[holder, field] = len(_marks)
        block: list[ast.stmt] = getattr(holder, field)
        marked: list[ast.stmt] = []
        for place, statement in enumerate(block):
            if not (place == 0 and holder is function and _is_docstring(statement)):
                mark = ast.parse(f"{_NAME}[{len(_marks)}] = 1").body[0]
                for node in ast.walk(mark):
                    ast.copy_location(node, statement)
                _marks.append((path, statement.lineno, _end(statement)))
                marked.append(mark)
            marked.append(statement)
        setattr(holder, field, marked)
    _decisions.extend([first[block] for block in _ways_out(node)] for node in decisions)


def _decides(node: ast.stmt) -> bool:
    """Whether a statement may go one way or another."""
    return isinstance(node, ast.If | ast.For | ast.Match) or (
        isinstance(node, ast.While) and not isinstance(node.test, ast.Constant)
    )


def _complete(node: ast.stmt) -> None:
    """Gives a decision the way out that nobody wrote: a block that does nothing."""
    nothing = ast.copy_location(ast.Pass(), node)
    nothing.end_lineno = node.lineno
    match node:
        case ast.If(orelse=[]) | ast.For(orelse=[]) | ast.While(orelse=[]):
            node.orelse = [nothing]
        case ast.Match(cases=[*_, ast.match_case(pattern=last, guard=guard)]) if guard or not _takes_all(last):
            pattern = ast.copy_location(ast.MatchAs(), node)
            node.cases.append(ast.match_case(pattern=pattern, guard=None, body=[nothing]))


def _takes_all(pattern: ast.pattern) -> bool:
    """Whether a pattern without a guard matches whatever comes."""
    match pattern:
        case ast.MatchAs(pattern=None):
            return True
        case ast.MatchAs(pattern=inner) if inner:
            return _takes_all(inner)
        case ast.MatchOr(patterns=patterns):
            return any(_takes_all(each) for each in patterns)
    return False


def _ways_out(node: ast.stmt) -> list[tuple[ast.AST, str]]:
    """The blocks of a decision, one of which is run, as `_blocks` names them."""
    if isinstance(node, ast.Match):
        return [(case, "body") for case in node.cases]
    return [(node, "body"), (node, "orelse")]


def _blocks(node: ast.AST) -> Iterator[tuple[ast.AST, str]]:
    """The lists of statements in a function, without those of functions and classes in it."""
    for field in ("body", "orelse", "finalbody"):
        block = getattr(node, field, None)
        if isinstance(block, list) and block and isinstance(block[0], ast.stmt):
            for statement in list(block):
                if not isinstance(statement, ast.FunctionDef | ast.ClassDef):
                    yield from _blocks(statement)
            yield node, field
    for inner in (*getattr(node, "handlers", ()), *getattr(node, "cases", ())):
        yield from _blocks(inner)


def _is_docstring(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _end(statement: ast.stmt) -> int:
    """The last line of a statement, or of what stands before its first block: for a match, whole, for it tries its patterns."""
    body = getattr(statement, "body", None)
    if isinstance(body, list) and body and not isinstance(statement, ast.ClassDef):
        first: ast.stmt = body[0]
        return max(statement.lineno, first.lineno - 1)
    return statement.end_lineno or statement.lineno


class Reached(NamedTuple):
    """What one process of pytest writes."""

    seconds: dict[str, float]
    """The processor time of each test, by its id."""
    marks: list[tuple[str, int, int]]
    tests: dict[str, list[int]]
    """The marks that each test reached; of what several tests share, by the beginning of their ids."""
    beside: list[int]
    """The marks that were reached as modules were imported, or by tests which are left out."""
    decisions: list[list[int]]
    """For each decision the marks of its ways out."""
    true_of: str
    """See `digest`."""


def digest() -> str:
    """Of every module and every test, as they are."""
    made = blake2b(digest_size=16)
    for file in sorted([*(ROOT / PACKAGE).rglob("*.py"), *(ROOT / "tests").rglob("*.py")]):
        made.update(f"{file.relative_to(ROOT)} {file.stat().st_size}\n".encode() + file.read_bytes())
    return made.hexdigest()


class _Recorder:
    """Credits each mark to the test that runs; what a fixture of a module does, to all tests of it."""

    def __init__(self) -> None:
        self.true_of = digest()
        self.seconds: dict[str, float] = {}
        self.tests: dict[str, list[int]] = {}
        self.beside: set[int] = set()

    def _credit(self, to: str) -> None:
        """Gives what was reached to a test, or to the tests whose ids begin so."""
        found = compress(range(len(_marks)), _reached)
        self.tests[to] = sorted({*self.tests[to], *found}) if to in self.tests else list(found)
        _reached[:] = bytes(_MOST)

    def _set_aside(self) -> None:
        """What was reached by no test that is asked."""
        self.beside.update(compress(range(len(_marks)), _reached))
        _reached[:] = bytes(_MOST)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        """Everything of one test."""
        self._set_aside()  # what was reached as modules were imported
        if item.nodeid.startswith(LEFT_OUT):
            result = yield
            self._set_aside()
            return result
        start = time.process_time()
        result = yield
        self.seconds[item.nodeid] = time.process_time() - start
        self._credit(item.nodeid)
        return result

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(
        self, fixturedef: pytest.FixtureDef[Any], request: pytest.FixtureRequest
    ) -> Generator[None, object, object]:
        """What several tests share is set up by the first."""
        if fixturedef.scope == "function":
            return (yield)
        self._credit(request._pyfuncitem.nodeid)
        try:
            return (yield)
        finally:
            self._credit(fixturedef.baseid)

    def pytest_sessionfinish(self) -> None:
        """Writes the file."""
        name = os.environ.get("PYTEST_XDIST_WORKER", "alone")
        reached = Reached(self.seconds, _marks, self.tests, sorted(self.beside), _decisions, self.true_of)
        FOLDER.mkdir(parents=True, exist_ok=True)
        (FOLDER / f"{name}.json").write_text(json.dumps(reached._asdict()), encoding="utf-8")


def pytest_configure(config: pytest.Config) -> None:
    """Watches the tests; not in the process that only hands them to others."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        for file in FOLDER.glob("*.json"):
            file.unlink()
    if "PYTEST_XDIST_WORKER" in os.environ or not config.getoption("numprocesses", None):
        config.pluginmanager.register(_Recorder())


if ASKED in os.environ:
    setattr(builtins, _NAME, _reached)
    sys.meta_path.insert(0, _Finder())
