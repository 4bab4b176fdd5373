"""What commands answer on every golden ledger, wrong as it is, on grown ones and the example: word for word as it was.

The answers stand under answers/, a file for each ledger; `pytest --update tests/cli/test_answers.py` writes them, for a person to
read in the diff: what changed there is what a user will see changed. ledgers/ holds books that the property tests grew.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import chdir
from difflib import unified_diff
from functools import cache
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from beancount_invoicing import ledger as opening
from beancount_invoicing.cli import main
from tests.ledgers import EXAMPLE, TESTS

HERE = Path(__file__).parent
ANSWERS = HERE / "answers"
MID, END = "2026-06-30", "2026-12-31"
CHECK = (("check",),)
"""What the others say of errors goes to standard error, and is no part of their answers."""
RECEIVABLES = (
    ("list", "--format", "json", "--as-of", END),
    ("list", "--as-of", MID),
    ("aging", "--explain", "--as-of", END),
    ("aging", "--format", "json", "--basis", "invoice", "--as-of", MID),
    ("statement", "--all", "--explain", "--as-of", END),
    ("tax-due", "--explain", "--as-of", END),
    ("tax-due", "--format", "json", "--as-of", MID),
    ("bad-debts", "--explain", "--as-of", END),
    ("today", "--as-of", MID),
    ("today", "--format", "json", "--as-of", END),
)
BILLING = (
    ("contracts", "--explain", "--as-of", MID),
    ("unbilled", "--running", "--format", "json", "--as-of", MID),
    ("prepaid", "--as-of", END),
    ("bill", "--explain", "--yes", "--until", MID),
    ("bill", "--entries", "--yes", "--until", END),
)
LETTERS = (
    ("remind", "--explain", "--as-of", MID, "--to", "text"),
    ("remind", "--explain", "--as-of", END, "--to", "text"),
)
PAGES = (("render", "--all", "--as-of", END, "--to", "text"),)
ALL = (*CHECK, *RECEIVABLES, *BILLING, *LETTERS, *PAGES, ("run", "--date", MID, "--yes"))
LISTS = (
    *((*command, "--format", "csv") for command in (("check",), ("draft", "list"), ("verify",))),
    *(
        (*command, "--as-of", MID, "--format", "csv")
        for command in (
            ("contract", "list"), ("customer", "list"), ("item", "list"), ("time", "list", "--all"), ("unbilled",),
            ("prepaid",), ("today",), ("bad-debts",), ("tax-due",), ("tax-due", "--since", "2026-01-01"), ("aging",),
            ("list",), ("show", "F2026-0012"), ("receipt", "F2026-0012"), ("statement", "Kerbrat"), ("interest", "Vandamme"),
            ("remind",),
        )
    ),
    ("bill", "--until", END, "--yes", "--format", "csv"),
)  # fmt: skip
MATCH = (("bank", "match"), ("bank", "match", "--format", "json"))
LEDGERS = {
    **{file.stem: (file, ALL) for file in sorted((TESTS / "golden").glob("*.beancount"))},
    **{
        file.stem: (file, (*CHECK, *(RECEIVABLES if file.stem.startswith("business") else BILLING)))
        for file in sorted((HERE / "ledgers").glob("*.beancount"))
    },
    "bank-match": (TESTS / "golden" / "bank-match.beancount", (*CHECK, *MATCH)),
    "example": (EXAMPLE, (*RECEIVABLES, *BILLING, *LISTS)),
}


@pytest.fixture(autouse=True)
def read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test reads its ledger once for all commands: they say nothing else for it, and take half as long."""
    kept = cache(opening.open_ledger)
    monkeypatch.setattr(opening, "open_ledger", kept)


@pytest.mark.parametrize("name", LEDGERS)
def test_commands_answer_as_before(name: str, tmp_path: Path, update: bool) -> None:
    ledger, commands = LEDGERS[name]
    answers = "".join(line for command in commands for line in _answer(ledger, command, tmp_path))
    if ledger != EXAMPLE and (numbers := _numbers(ledger)):
        answers += "".join(_answer(ledger, ("interest", "--explain", "--as-of", END, *numbers), tmp_path))
    file = ANSWERS / f"{name}.txt"
    if update:
        file.write_text(answers, encoding="utf-8")
    before = file.read_text(encoding="utf-8")
    assert answers == before, "\n".join(unified_diff(before.splitlines(), answers.splitlines(), lineterm="", n=2))


def test_no_answer_is_left_over() -> None:
    assert {file.stem for file in ANSWERS.iterdir()} == {*LEDGERS}


def _answer(ledger: Path, command: Sequence[str], folder: Path) -> Iterator[str]:
    """A command as it was given, what it says, and the files that it writes."""
    result = _run(ledger, command, folder)
    assert result.exit_code in {0, 1}, result.output
    assert ": this is a bug in the program, please report it" not in result.output
    yield f"$ {' '.join(command)}\n"
    yield result.stdout.replace(f"{ledger.parent}/", "")
    if result.exit_code:
        yield f"exit code {result.exit_code}\n"
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        yield f"--- {file.name}\n{file.read_text(encoding='utf-8')}"
        file.unlink()
    yield "\n"


def _run(ledger: Path, command: Sequence[str], folder: Path) -> Result:
    with chdir(folder):
        result = CliRunner().invoke(main, ["-f", str(ledger), *command], catch_exceptions=True)
    assert result.exception is None or isinstance(result.exception, SystemExit), f"{command}: {result.exception!r}"
    return result


def _numbers(ledger: Path) -> list[str]:
    """The numbers of all invoices, each once."""
    listed = json.loads(_run(ledger, ("list", "--format", "json", "--as-of", END), ledger.parent).stdout)
    return sorted({row["number"] for row in listed if row["kind"] != "credit-note"})
