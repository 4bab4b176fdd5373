"""Whoever is told something is told it as a message: no plain text reaches an error, a finding or the terminal."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.locale.catalogues import PACKAGE

POSITIONS = {
    "echo": 0,
    "prompt": 0,
    "confirm": 0,
    "print_notice": 0,
    "print_table": 0,
    "Finding": 2,
    "error": 0,
    "fail": 0,
}
"""Where a call takes the text that is shown."""
FOR_PROGRAMMERS = {
    "TypeError",
    "OverflowError",
    "AssertionError",
    "PermissionError",
    "KeyError",
    "RuntimeError",
    "UnpicklingError",
}
"""Errors that no user is shown: they are mistakes of a caller, or are caught where they are raised."""
EXCEPTIONS: dict[str, str] = {}
"""A text of the code, and why it is not translated."""
MODULES = sorted(PACKAGE.rglob("*.py"))


@pytest.mark.parametrize("file", MODULES, ids=lambda file: file.relative_to(PACKAGE).as_posix())
def test_what_is_shown_is_a_message(file: Path) -> None:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    plain = [ast.unparse(text) for text in _shown(tree) if _is_plain(text) and ast.unparse(text) not in EXCEPTIONS]
    assert plain == [], "write _(…), with named placeholders"


def _shown(tree: ast.AST) -> Iterator[ast.expr]:
    """The texts that are raised, found or printed, with the branches of conditions."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and _raised(node.exc) not in FOR_PROGRAMMERS:
            yield from (branch for argument in node.exc.args[:1] for branch in _branches(argument))
        elif isinstance(node, ast.Call) and len(node.args) > POSITIONS.get(ast.unparse(node.func), 99):
            yield from _branches(node.args[POSITIONS[ast.unparse(node.func)]])


def _raised(error: ast.Call) -> str:
    return ast.unparse(error.func).rpartition(".")[2]


def _branches(text: ast.expr) -> Iterator[ast.expr]:
    if isinstance(text, ast.IfExp):
        yield from (*_branches(text.body), *_branches(text.orelse))
    elif isinstance(text, ast.BoolOp):
        yield from (branch for value in text.values for branch in _branches(value))
    elif isinstance(text, ast.BinOp):
        yield from (*_branches(text.left), *_branches(text.right))
    else:
        yield text


def _is_plain(text: ast.expr) -> bool:
    """Whether words stand in the code that nobody can translate."""
    if isinstance(text, ast.JoinedStr):
        return True
    return isinstance(text, ast.Constant) and isinstance(text.value, str) and bool(re.search("[A-Za-z]{2}", text.value))
