"""The code stays easy to read: functions are short."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

PACKAGE = Path(__file__).parents[1] / "beancount_invoicing"
MODULES = sorted(PACKAGE.rglob("*.py"))
MOST_LINES = 60
"""Of a function, from its `def` to its last line; decorators and the docstring do not count."""


def test_functions_are_short() -> None:
    long = {
        f"{file.relative_to(PACKAGE)}: {function.name}": lines
        for file in MODULES
        for function in _functions(ast.parse(file.read_text(encoding="utf-8")))
        if (lines := _lines(function)) > MOST_LINES
    }
    assert long == {}, f"more than {MOST_LINES} lines: split each by what it decides"


def _functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def _lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    end = function.end_lineno or function.lineno
    docstring = function.body[0] if ast.get_docstring(function, clean=False) is not None else None
    within = (docstring.end_lineno or docstring.lineno) - docstring.lineno + 1 if docstring else 0
    return end - function.lineno + 1 - within
