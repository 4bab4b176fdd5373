"""The code stays easy to read: functions are short, and names say what they hold."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

PACKAGE = Path(__file__).parents[1] / "beancount_invoicing"
MODULES = sorted(PACKAGE.rglob("*.py"))
MOST_LINES = 60
"""Of a function, from its `def` to its last line; decorators and the docstring do not count."""

FILLERS = {"one", "said", "those", "each", "what", "there", "kept", "mark", "it", "they", "such", "thing"}
"""Words that name nothing."""
PUBLIC = {("rendering/view.py", "mark")}
"""A template of a user may name it."""


class Names(NamedTuple):
    """What a module defines."""

    lines: tuple[tuple[str, int], ...]
    """The functions, with their lines."""
    bound: tuple[str, ...]


def test_functions_are_short() -> None:
    long = {
        f"{file.relative_to(PACKAGE)}: {name}": lines
        for file in MODULES
        for name, lines in _names(file).lines
        if lines > MOST_LINES
    }
    assert long == {}, f"more than {MOST_LINES} lines: split each by what it decides"


def test_names_say_what_they_hold() -> None:
    fillers = [
        (place, name)
        for file in MODULES
        for name in _names(file).bound
        if name in FILLERS and ((place := file.relative_to(PACKAGE).as_posix()), name) not in PUBLIC
    ]
    assert fillers == []


@cache
def _names(file: Path) -> Names:
    """Both tests ask for them: to walk through all modules takes seconds."""
    nodes = list(ast.walk(ast.parse(file.read_text(encoding="utf-8"))))
    functions = (node for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    return Names(tuple((node.name, _lines(node)) for node in functions), tuple(_bound_names(nodes)))


def _bound_names(nodes: list[ast.AST]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name


def _lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    end = function.end_lineno or function.lineno
    docstring = function.body[0] if ast.get_docstring(function, clean=False) is not None else None
    within = (docstring.end_lineno or docstring.lineno) - docstring.lineno + 1 if docstring else 0
    return end - function.lineno + 1 - within
