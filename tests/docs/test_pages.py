"""What the pages show is what happens: their ledgers load, their commands print what stands there, their links lead somewhere.

A page's ```beancount blocks make one ledger, main.beancount, in the folder where its ```console blocks run; a page
without such blocks runs beside the example, ledger/. A block that names a file (```beancount books/2026.beancount) is
added to that file between the commands above and below it, as a reader of the page would add it; a ```diff block
changes, in the same way, the one file that has its lines. Commands on the French pages run in French. `pytest
--update` writes what the commands print into the pages.
"""

from __future__ import annotations

import contextlib
import io
import re
import shlex
import shutil
from pathlib import Path

import pytest
from beanquery.shell import main as bean_query
from click.testing import CliRunner

from beancount_invoicing.cli import main as bean_invoice
from beancount_invoicing.ledger import open_ledger
from tests.ledgers import EXAMPLE

ROOT = EXAMPLE.parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
BLOCK = re.compile(r"```(\w+)(?: (\S+))?\n(.*?)```\n", re.DOTALL)
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
COMMANDS = {"bean-invoice": bean_invoice, "bean-query": bean_query}
each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).with_suffix("").as_posix())


def blocks(page: Path, language: str) -> list[str]:
    """The fenced blocks of a page in one language, without those that name a file."""
    found = BLOCK.findall(page.read_text(encoding="utf-8"))
    return [text for kind, file, text in found if kind == language and not file]


@pytest.fixture
def folder(page: Path, same_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder in which a page's commands run."""
    ledger = "\n".join(blocks(page, "beancount"))
    if ledger:
        (same_folder / "main.beancount").write_text(ledger, encoding="utf-8")
    else:
        shutil.copytree(EXAMPLE.parent, same_folder / "ledger", ignore=shutil.ignore_patterns("*cache"))
    monkeypatch.chdir(same_folder)
    monkeypatch.delenv("BEANCOUNT_FILE", raising=False)
    monkeypatch.setenv("LANGUAGE", "fr" if page.parent.name == "fr" else "en")
    return same_folder


def printed(line: str) -> str:
    """What a command prints, with both its streams."""
    name, *arguments = shlex.split(line)
    result = CliRunner().invoke(COMMANDS[name], arguments)
    assert result.exit_code in {0, 1}, f"{line}: {result.output}"
    return "\n".join(text.rstrip() for text in result.output.splitlines()).strip("\n") + "\n"


def ran(block: str) -> str:
    """A console block with what its commands really print."""
    lines = [line for line in block.splitlines() if line.startswith("$ ")]
    return "\n".join(f"{line}\n{printed(line[2:])}" for line in lines)


def edit(diff: str) -> None:
    """Makes the change of a diff block in the one file of the ledger that has its lines."""
    lines = [line or " " for line in diff.splitlines()]
    before = "".join(f"{line[1:]}\n" for line in lines if line[0] in " -")
    after = "".join(f"{line[1:]}\n" for line in lines if line[0] in " +")
    texts = {file: file.read_text(encoding="utf-8") for file in Path().rglob("*.beancount")}
    assert sum(text.count(before) for text in texts.values()) == 1, f"not exactly once in {[*texts]}:\n{before}"
    for file, text in texts.items():
        file.write_text(text.replace(before, after), encoding="utf-8")


@each_page
def test_ledgers_are_sound(folder: Path) -> None:
    if (folder / "main.beancount").is_file():
        assert [str(error) for error in open_ledger(folder / "main.beancount").errors] == []


@each_page
@pytest.mark.usefixtures("folder", "typeset_once")
def test_commands_print_what_the_page_shows(page: Path, update: bool) -> None:
    text = page.read_text(encoding="utf-8")

    def rerun(match: re.Match[str]) -> str:
        language, file, block = match.groups()
        if file:
            with Path(file).open("a", encoding="utf-8") as added_to:
                added_to.write(f"\n{block}")
        if language == "diff":
            edit(block)
        return f"```console\n{ran(block)}```\n" if language == "console" else match[0]

    now = BLOCK.sub(rerun, text)
    if update:
        page.write_text(now, encoding="utf-8")
    assert now == text or update


@each_page
@pytest.mark.usefixtures("folder", "typeset_once")
def test_python_prints_what_the_page_shows(page: Path, update: bool) -> None:
    text = page.read_text(encoding="utf-8")

    def rerun(match: re.Match[str]) -> str:
        with contextlib.redirect_stdout(io.StringIO()) as out:
            exec(compile(match[1], str(page), "exec"), {})  # noqa: S102 - the page's own example
        return f"```python\n{match[1]}```\n\n```text\n{out.getvalue()}```\n"

    now = re.sub(r"```python\n(.*?)```\n\n```text\n(.*?)```\n", rerun, text, flags=re.DOTALL)
    if update:
        page.write_text(now, encoding="utf-8")
    assert now == text or update


@each_page
def test_links_lead_somewhere(page: Path) -> None:
    for target in LINK.findall(page.read_text(encoding="utf-8")):
        if "://" not in target:
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_every_page_can_be_reached_from_the_readme() -> None:
    reached, waiting = set(), [PAGES[0]]
    while waiting:
        page = waiting.pop()
        reached.add(page)
        linked = {(page.parent / target).resolve() for target in LINK.findall(page.read_text(encoding="utf-8"))}
        waiting += sorted(linked.intersection(PAGES) - reached)
    assert set(PAGES) <= reached


def test_the_index_has_a_line_for_every_page() -> None:
    index = ROOT / "docs" / "README.md"
    linked = {(index.parent / target).resolve() for target in LINK.findall(index.read_text(encoding="utf-8"))}
    assert {page for page in PAGES if page.parent == index.parent} <= linked | {index}


def test_french_pages_break_no_line_before_a_colon() -> None:
    """French sets a space before : ; ? ! » € % and after «: it must be one at which no line breaks."""
    for page in PAGES:
        if page.parent.name == "fr":
            prose = re.sub(
                r"^ *```.*?^ *```$|`[^`\n]*`", "", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE
            )
            found = [line for line in prose.splitlines() if re.search(r" [:;?!»](?:\s|$)|« |\d [€%]|^[:;?»]", line)]
            assert not found, f"{page.name}: {found}"
