"""What lies on an account is given to documents by a command, in the ledger's own file."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner

from beancount_invoicing.cli import main
from beancount_invoicing.ledger import open_ledger
from beancount_invoicing.receivables import positions

LEDGER = """
option "operating_currency" "EUR"
2026-01-01 custom "invoice-seller" "Exemple Ltd"
  country: "IE"
2026-01-01 custom "invoice-tax" "Z" "0 %"
  category: "Z"
  rate: 0
2026-01-01 custom "invoice-option" "default-tax" "Z"
2026-01-01 open Assets:Bank
2026-01-01 open Income:Work
2026-01-01 open Assets:Clients:Acme
  customer: "Acme \\"Bis\\""
2026-01-01 open Assets:Clients:Other
  customer: "Other"
2026-01-10 * "Acme" "Work" ^N1
  invoice: "N1"
  Assets:Clients:Acme   100.00 EUR
  Income:Work
2026-01-11 * "Acme" "Work" ^N2
  invoice: "N2"
  Assets:Clients:Acme   200.00 EUR
  Income:Work
2026-01-12 * "Other" "Work" ^N3
  invoice: "N3"
  Assets:Clients:Other  300.00 EUR
  Income:Work
2026-01-20 * "ACME" "Transfer"
  Assets:Bank           150.00 EUR
  Assets:Clients:Acme
2026-02-01 * "Acme" "N2, twice" ^N2
  Assets:Bank           230.00 EUR
  Assets:Clients:Acme
2026-02-02 * "Acme" "A part of N2 is given back" ^C1
  invoice: "C1"
  corrects: "N2"
  Assets:Clients:Acme   -25.00 EUR
  Income:Work
plugin "beancount_invoicing"
"""


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    file = tmp_path / "main.beancount"
    file.write_text(LEDGER, encoding="utf-8")
    return file


def run(ledger: Path, *arguments: str, code: int = 0) -> str:
    result = CliRunner().invoke(main, ["-f", str(ledger), "allocate", *arguments, "--date", "2026-03-01"])
    assert result.exit_code == code, result.output
    return result.output


def open_amounts(ledger: Path) -> dict[str, Decimal]:
    book = open_ledger(ledger).book
    return {position.invoice.number: position.open for position in positions(book, book.last_date)}


def test_all_that_lies_there_and_no_more_than_is_open(ledger: Path) -> None:
    assert "Assets:Clients:Acme" in run(ledger, "N1", "--write")
    assert open_amounts(ledger) == {"N1": 0, "N2": 0, "N3": 300, "C1": -25}
    assert [finding.rule for finding in open_ledger(ledger).findings] == ["settles-beyond-open"], "N2, of before"
    assert "N1 is not open: 0.00 EUR" in run(ledger, "N1", code=1)


def test_only_so_much(ledger: Path) -> None:
    run(ledger, "N1", "--amount", "60", "--write")
    assert open_amounts(ledger)["N1"] == 40
    assert "130.00 EUR cannot be allocated: only 120.00 EUR is" in run(ledger, "N1", "--amount", "130.00", code=1)
    assert "50 EUR is more than what is open on N1: 40.00 EUR" in run(ledger, "N1", "--amount", "50", code=1)


@pytest.mark.parametrize(
    ("source", "amount"), [("C1", "25"), ("N2", "30")], ids=["a credit note", "what was paid too much"]
)
def test_from_a_document(ledger: Path, source: str, amount: str) -> None:
    run(ledger, "N1", "--from", source, "--write")
    assert open_amounts(ledger)["N1"] == 100 - Decimal(amount)
    assert f"nothing of {source} is left" in run(ledger, "N1", "--from", source, code=1)


def test_what_cannot_be_allocated(ledger: Path) -> None:
    assert "nothing unallocated lies on Assets:Clients:Other in EUR" in run(ledger, "N3", code=1)
    assert "C1 is not open" in run(ledger, "C1", code=1)
    assert "on several accounts" in run(ledger, "N1", "N3", code=1)
    assert "C1 is on Assets:Clients:Acme in EUR, not on Assets:Clients:Other" in run(
        ledger, "N3", "--from", "C1", code=1
    )
    assert "--amount must be above 0" in run(ledger, "N1", "--amount", "0", code=2)
    assert "there is no X" in run(ledger, "X", code=1)
