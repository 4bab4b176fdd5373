"""What docs/architecture.md and CONTRIBUTING.md name is there: modules, functions, folders; and what they show is so.

A link whose text is code names a module, or what a module defines: [`changes.change`][writing/changes.py].
"""

from __future__ import annotations

import ast
import re
import shutil
import tomllib
from functools import cache
from pathlib import Path

import click
import pytest

from beancount_invoicing.cli import main
from beancount_invoicing.ledger import open_ledger
from tests.checks.test_golden import GOLDEN, expected
from tests.ledgers import EXAMPLE

ROOT = EXAMPLE.parent.parent
PACKAGE = ROOT / "beancount_invoicing"
ARCHITECTURE, CONTRIBUTING = ROOT / "docs" / "architecture.md", ROOT / "CONTRIBUTING.md"
FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\[([^\]]+)\](?:\(([^)#\s]+)(?:#[^)]*)?\)|\[([^\]]+)\])")
TARGET = re.compile(r"^\[([^\]]+)\]: (\S+)$", re.MULTILINE)
CODE = re.compile(r"`([^`\n]+)`")
FILE = re.compile(r"[\w./-]+/|[\w./-]+\.(?:py|toml|md|txt|beancount)")
each_page = pytest.mark.parametrize("page", [ARCHITECTURE, CONTRIBUTING], ids=lambda page: page.stem)


def blocks(page: Path, language: str) -> list[str]:
    """The blocks of a page in one language."""
    return [text for kind, text in FENCED.findall(page.read_text(encoding="utf-8")) if kind == language]


def prose(page: Path) -> str:
    """A page without its blocks."""
    return FENCED.sub("", page.read_text(encoding="utf-8"))


def links(page: Path) -> list[tuple[str, str]]:
    """The text of each link, and where it leads."""
    targets = dict(TARGET.findall(prose(page)))
    found = [(text, target or targets[label]) for text, target, label in LINK.findall(prose(page))]
    return [(text, target) for text, target in found if "://" not in target]


@cache
def defined(file: Path) -> frozenset[str]:
    """What a module defines, and what its classes do: `change`, `LedgerAppender.append`."""
    found: set[str] = set()
    for node in ast.parse(file.read_text(encoding="utf-8")).body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            found.add(node.name)
        elif isinstance(node, ast.Assign):
            found |= {ast.unparse(target) for target in node.targets}
        elif isinstance(node, ast.AnnAssign):
            found.add(ast.unparse(node.target))
        if isinstance(node, ast.ClassDef):
            found |= {f"{node.name}.{each.name}" for each in node.body if isinstance(each, ast.FunctionDef)}
    return frozenset(found)


def problem(page: Path, text: str, target: str) -> str:
    """What is wrong with a link; "" where it leads to what it names."""
    file = (page.parent / target).resolve()
    if not file.exists():
        return f"{target} is not there"
    name = text.strip("`")
    if name == text or file.suffix != ".py":
        return ""
    if name.endswith(".py"):
        return "" if str(file).endswith(f"/{name}") else f"{name} is not {target}"
    stem = file.parent.name if file.stem == "__init__" else file.stem
    return "" if name.removeprefix(f"{stem}.") in defined(file) else f"{target} does not define {name}"


@each_page
def test_each_link_leads_to_what_it_names(page: Path) -> None:
    assert links(page)
    assert [why for text, target in links(page) if (why := problem(page, text, target))] == []


@each_page
def test_each_file_and_folder_that_is_named_is_there(page: Path) -> None:
    plain = LINK.sub("", TARGET.sub("", prose(page)))
    named = {name for name in CODE.findall(plain) if FILE.fullmatch(name) and not name.startswith("build/")}
    places = (ROOT, PACKAGE, PACKAGE / "law", ROOT / "tests", GOLDEN)
    assert {name for name in named if not any((place / name).exists() for place in places)} == set()


def test_the_picture_has_the_layers_of_the_contract() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    (layers,) = (one["layers"] for one in project["tool"]["importlinter"]["contracts"] if one["type"] == "layers")
    wanted = [{name.removeprefix("beancount_invoicing.") for name in re.findall(r"[\w.]+", layer)} for layer in layers]
    (picture,) = blocks(ARCHITECTURE, "text")
    shown = [set(re.findall(r"(\w+)(?:/|\.py)", line)) for line in picture.splitlines()]
    assert [names for names in shown if names] == wanted


def test_each_package_and_module_at_the_top_has_a_line() -> None:
    there = {f"{one.parent.name}/" for one in PACKAGE.glob("*/__init__.py")}
    there |= {one.name for one in PACKAGE.glob("*.py") if not one.name.startswith("__")}
    table = "\n".join(line for line in prose(ARCHITECTURE).splitlines() if line.startswith("| "))
    assert there - set(CODE.findall(table)) == set()


def test_each_command_is_in_the_table_of_the_page_of_commands() -> None:
    text = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    table = "\n".join(line for line in text.partition("\n## ")[0].splitlines() if line.startswith("| "))
    assert set(main.list_commands(click.Context(main))) - set(CODE.findall(table)) == set()


def test_the_golden_ledger_that_is_shown_is_one(tmp_path: Path) -> None:
    (text,) = blocks(CONTRIBUTING, "beancount")
    shutil.copy(GOLDEN / "prelude.beancount", tmp_path)
    file = tmp_path / "shown.beancount"
    file.write_text(text, encoding="utf-8")
    wanted = expected(file)
    found = [(one.source.line, one.severity, one.rule, one.message) for one in open_ledger(file).findings]
    assert [one[:3] for one in found] == [one[:3] for one in wanted]
    assert all(part in message for (*_, message), (*_, part) in zip(found, wanted, strict=True))
