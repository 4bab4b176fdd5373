"""The timesheet and the receipts go along with an invoice, where its contract or the command says so."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from beancount_invoicing.cli import main
from tests.ledgers import PRELUDE

LEDGER = """
2025-01-01 custom "invoice-option" "default-tax" "FR20"
2025-01-01 custom "invoice-option" "mail-from" "forge@example.org"
2025-01-01 open Assets:Time HOUR
2025-01-01 open Equity:Time HOUR
2026-01-01 custom "invoice-customer" Assets:Receivable:Acme
  email: "compta@acme.example"
2026-01-01 custom "invoice-contract" Assets:Receivable:Acme "FORGE" "time"
  text: "Forge"
  account: Income:Services
  price: 90.00
  time: Assets:Time
2026-01-10 * "Atelier" #time
  Assets:Time  3.50 HOUR
    person: "Anna"
  Equity:Time
2026-01-11 * "Relecture" #time
  Assets:Time  2.00 HOUR
    person: "Bo"
  Equity:Time
2026-02-11 * "Suite" #time
  Assets:Time  1.00 HOUR
    person: "Bo"
  Equity:Time
2026-01-12 * "Rail" "Train"
  document: "receipts/train.png"
  Expenses:Office  40.00 EUR
    billable: "FORGE"
  Assets:Bank
2026-02-13 * "Rail" "Train"
  Expenses:Office  40.00 EUR
    document: "receipts/return.png"
    billable: "FORGE"
  Assets:Bank
plugin "beancount_invoicing"
"""
SAYS = LEDGER.replace("  time: Assets:Time\n", '  time: Assets:Time\n  enclose: "timesheet receipts"\n')


def billed(folder: Path, text: str) -> Path:
    """A ledger with an invoice of January and one of February, and its receipts."""
    file = folder / "main.beancount"
    file.write_text(PRELUDE + text, encoding="utf-8")
    (folder / "receipts").mkdir()
    for name in ("train", "return"):
        (folder / "receipts" / f"{name}.png").write_bytes(name.encode())
    for day in ("2026-01-31", "2026-02-28"):
        run(file, "bill", "--until", day, "--write")
    return file


def run(ledger: Path, *arguments: str, code: int = 0) -> str:
    result = CliRunner().invoke(main, ["-f", str(ledger), *arguments])
    assert result.exit_code == code, result.output
    return result.output


def files(ledger: Path, number: str, *more: str) -> list[str]:
    """The files that would be attached."""
    arguments = ["-f", str(ledger), "send", number, "--date", "2026-03-01", "--format", "json", *more]
    (sent,) = json.loads(CliRunner().invoke(main, arguments).stdout)
    return list(sent["files"])


def test_what_a_contract_says_goes_along_and_stands_on_the_page(tmp_path: Path) -> None:
    ledger = billed(tmp_path, SAYS)
    run(ledger, "render", "--all", "-o", str(tmp_path / "out"), "--to", "text")
    page = (tmp_path / "out" / "F2026-0001.txt").read_text(encoding="utf-8")
    assert "Relevé de temps, train.png" in page
    first, second = (
        (tmp_path / "out" / f"F2026-000{number}-timesheet.txt").read_text(encoding="utf-8") for number in (1, 2)
    )
    assert [line.split()[:3] for line in first.splitlines() if "/2026" in line] == [
        ["10/01/2026", "Anna", "Atelier"],
        ["11/01/2026", "Bo", "Relecture"],
    ]
    assert "5,5 heures" in first
    assert [line.split()[:3] for line in second.splitlines() if "/2026" in line] == [["11/02/2026", "Bo", "Suite"]]
    assert (tmp_path / "out" / "F2026-0002-return.png").read_bytes() == b"return"
    assert files(ledger, "F2026-0002") == ["F2026-0002.pdf", "F2026-0002-timesheet.pdf", "F2026-0002-return.png"]


def test_the_command_may_ask_for_it(tmp_path: Path) -> None:
    ledger = billed(tmp_path, LEDGER)
    assert files(ledger, "F2026-0001") == ["F2026-0001.pdf"]
    assert files(ledger, "F2026-0001", "--enclose", "timesheet") == ["F2026-0001.pdf", "F2026-0001-timesheet.pdf"]
    assert files(ledger, "F2026-0001", "--enclose", "receipts") == ["F2026-0001.pdf", "F2026-0001-train.png"]
    run(ledger, "render", "F2026-0001", "-o", str(tmp_path), "--to", "text", "--enclose", "receipts")
    assert (tmp_path / "F2026-0001-train.png").is_file()
    assert "train.png" not in (tmp_path / "F2026-0001.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("channel", ["email", "post"])
def test_a_receipt_that_is_not_there_holds_the_invoice(tmp_path: Path, channel: str) -> None:
    ledger = billed(tmp_path, SAYS)
    (tmp_path / "receipts" / "train.png").unlink()
    text = run(ledger, "send", "F2026-0001", "--date", "2026-03-01", "--channel", channel, code=1)
    assert "its attachment cannot be read" in text


def test_receipts_of_the_same_name_go_along_both(tmp_path: Path) -> None:
    """Each month has its own folder, and each folder its ticket.png; neither takes the place of the other."""
    alike = SAYS.replace("receipts/train.png", "receipts/Ticket.png")
    alike = alike.replace("2026-02-13", "2026-01-13").replace("receipts/return.png", "receipts/13/ticket.png")
    (tmp_path / "receipts" / "13").mkdir(parents=True)
    (tmp_path / "receipts" / "Ticket.png").write_bytes(b"there")
    (tmp_path / "receipts" / "13" / "ticket.png").write_bytes(b"back")
    ledger = tmp_path / "main.beancount"
    ledger.write_text(PRELUDE + alike, encoding="utf-8")
    run(ledger, "bill", "--until", "2026-01-31", "--write")
    out = tmp_path / "out"
    run(ledger, "render", "--all", "-o", str(out), "--to", "text")
    receipts = {file.name: file.read_bytes() for file in out.iterdir() if file.suffix == ".png"}
    assert receipts == {"F2026-0001-Ticket.png": b"there", "F2026-0001-ticket-2.png": b"back"}
    assert files(ledger, "F2026-0001")[-2:] == sorted(receipts)
