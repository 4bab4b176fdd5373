"""Statements that are imported and direct debits that are collected: killed at each step, on a full disk, in a locked ledger."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from lxml import etree

from beancount_invoicing.cli import main
from beancount_invoicing.files import has_digest
from beancount_invoicing.ledger import open_ledger
from beancount_invoicing.sending.records import sending_locked
from beancount_invoicing.writing import writer
from tests.killing import killed_at_each_step

LEDGER = """option "operating_currency" "EUR"
2026-01-01 custom "invoice-seller" "Exemple Ltd"
  country: "IE"
  iban: "FR76 3000 6000 0112 3456 7890 189"
  creditor-id: "FR46ZZZ005002"
2026-01-01 custom "invoice-tax" "Z" "0 %"
  category: "Z"
2026-01-01 custom "invoice-option" "default-tax" "Z"
2026-01-01 custom "invoice-option" "file" "{year}/new.beancount"
2026-01-01 open Assets:Bank
2026-01-01 custom "invoice-bank" Assets:Bank
  columns: "date = Day; amount = Amount; text = Text; id = Id; balance = Balance"
  currency: "EUR"
2026-01-01 open Income:Work
2026-01-01 open Expenses:Rent
2026-01-01 open Assets:Clients:Acme
  customer: "Acme"
  mandate: "M-0007"
  mandate-date: 2026-01-05
  debtor-iban: "FR14 2004 1010 0505 0001 3M02 606"
2026-01-10 * "Acme" "Work" ^F2026-0001
  invoice: "F2026-0001"
  Assets:Clients:Acme   100.00 EUR
    due: 2026-02-20
  Income:Work
2026-01-11 * "Acme" "Work" ^F2026-0002
  invoice: "F2026-0002"
  Assets:Clients:Acme   250.00 EUR
    due: 2026-02-20
  Income:Work
2026-02-03 * "Landlord" "typed by hand"
  Expenses:Rent          40.00 EUR
  Assets:Bank           -40.00 EUR
plugin "beancount_invoicing"
"""
STATEMENT = """Day;Amount;Text;Id;Balance
2026-02-03;-40.00;RENT;B1;-40.00
2026-02-05;100.00;F2026-0001;B2;60.00
2026-02-06;250.00;INVOICE F2026-0002;B3;310.00
"""
COLLECT = ("collect", "--date", "2026-02-10")


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    file = tmp_path / "books" / "main.beancount"
    file.parent.mkdir()
    (tmp_path / "statement.csv").write_text(STATEMENT, encoding="utf-8")
    start_over(file)
    return file


def start_over(ledger: Path) -> None:
    """The books as they are before the command."""
    shutil.rmtree(ledger.parent)
    ledger.parent.mkdir()
    ledger.write_text(LEDGER, encoding="utf-8")


def importing(ledger: Path) -> tuple[str, ...]:
    return "bank", "import", str(ledger.parent.parent / "statement.csv"), "--account", "Assets:Bank"


def run(ledger: Path, *arguments: str, code: int = 0) -> str:
    result = CliRunner().invoke(main, ["-f", str(ledger), *arguments, "--write"])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert result.exit_code == code, result.output
    return result.output


def entries(ledger: Path) -> dict[str, str]:
    """The files of the books that say something, by their names."""
    files = [file for file in ledger.parent.rglob("*") if file.is_file() and not file.name.endswith("cache")]
    return {
        str(file.relative_to(ledger.parent)): file.read_text(encoding="utf-8")
        for file in files
        if file.suffix in {".beancount", ".xml"} and not file.name.startswith(".") and file.stat().st_size
    }


def collected(ledger: Path) -> list[str]:
    """What is in the files for the bank, each of which the ledger knows, with its fingerprint."""
    book = open_ledger(ledger).book
    events = [event for event in book.events if event.kind == "collected"]
    assert all(has_digest(Path(event.file), event.sha256) for event in events)
    files = sorted((ledger.parent / "outbox").glob("*.xml"))
    assert {str(file) for file in files} == {event.file for event in events}
    found = [
        str(element.text) for file in files for element in etree.fromstring(file.read_bytes()).iter("{*}EndToEndId")
    ]
    assert sorted(found) == sorted(event.end_to_end_id for event in events)
    return sorted(found)


@pytest.mark.parametrize("stride", [3, pytest.param(1, marks=pytest.mark.slow)])
def test_an_import_that_is_killed_at_any_step_is_finished_by_the_next(ledger: Path, stride: int) -> None:
    """At each third step; at each in `make proof`."""
    run(ledger, *importing(ledger))
    wanted = entries(ledger)
    assert sum(text.count("bank-id:") for text in wanted.values()) == 3
    steps = 0
    for steps in killed_at_each_step(
        ["-f", str(ledger), *importing(ledger), "--write"], stride, lambda: start_over(ledger)
    ):
        assert [str(error) for error in open_ledger(ledger).errors] == []
        run(ledger, *importing(ledger))
        assert entries(ledger) == wanted, f"killed at step {steps}"
        run(ledger, *importing(ledger))
        assert entries(ledger) == wanted
    assert steps > 5  # there were steps to be killed at


@pytest.mark.parametrize("stride", [3, pytest.param(1, marks=pytest.mark.slow)])
def test_a_collection_that_is_killed_at_any_step_is_in_one_file(ledger: Path, stride: int) -> None:
    """At each third step; at each in `make proof`."""
    steps = 0
    for steps in killed_at_each_step(["-f", str(ledger), *COLLECT, "--write"], stride, lambda: start_over(ledger)):
        assert [str(error) for error in open_ledger(ledger).errors] == []
        run(ledger, *COLLECT)
        assert collected(ledger) == ["F2026-0001", "F2026-0002"], f"killed at step {steps}"
        run(ledger, *COLLECT)
        assert collected(ledger) == ["F2026-0001", "F2026-0002"]
    assert steps > 5


@pytest.mark.parametrize("command", ["import", "collect"])
def test_a_full_disk_leaves_the_books_as_they_were(ledger: Path, command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_arguments: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "main.beancount")

    before = entries(ledger)
    arguments = importing(ledger) if command == "import" else COLLECT
    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        assert "No space left on device" in run(ledger, *arguments, code=1)
    assert entries(ledger) == before
    run(ledger, *arguments)
    assert entries(ledger) != before
    if command == "collect":
        assert collected(ledger) == ["F2026-0001", "F2026-0002"]


@pytest.mark.parametrize("command", ["import", "collect"])
def test_a_ledger_that_another_command_has_locked_is_left_alone(
    ledger: Path, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "LOCK_TIMEOUT", 0)
    before = entries(ledger)
    lock = writer.locked if command == "import" else sending_locked
    arguments = importing(ledger) if command == "import" else COLLECT
    with lock(ledger):
        assert "another" in run(ledger, *arguments, code=1)
    assert entries(ledger) == before
