"""Documents that are dated far ahead are written only where that is meant."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from beancount_invoicing.cli import common, main
from tests.ledgers import PRELUDE

CARE = """
2026-01-01 custom "invoice-option" "claim-account" Income:Services
2026-01-01 custom "invoice-option" "late-interest" "FR"
2026-01-01 custom "invoice-contract" Assets:Receivable:Acme "CARE" "subscription"
  text: "Care"
  account: Income:Services
  tax: "FR20"
  price: 100.00
  every: "month"
2026-01-05 * "Acme SAS" "Late" ^F2026-0001
  invoice: "F2026-0001"
  Assets:Receivable:Acme  120.00 EUR
  Income:Services  -100.00 EUR
    text: "Advice"
    tax: "FR20"
  Liabilities:VAT  -20.00 EUR
    tax: "FR20"
2026-01-06 ! "Acme SAS" "To be issued" ^draft-1
  invoice: "draft-1"
  Assets:Receivable:Acme  120.00 EUR
  Income:Services  -100.00 EUR
    text: "Advice"
    tax: "FR20"
  Liabilities:VAT  -20.00 EUR
    tax: "FR20"

plugin "beancount_invoicing"
"""


@pytest.fixture
def ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A ledger of 2026, on 31 March."""
    monkeypatch.setattr(common, "_calendar", lambda: date(2026, 3, 31))
    path = tmp_path / "main.beancount"
    path.write_text(PRELUDE + CARE, encoding="utf-8")
    return path


def run(ledger: Path, *arguments: str, code: int = 0) -> str:
    """What a command prints; it ends with `code`."""
    result = CliRunner().invoke(main, ["-f", str(ledger), *arguments])
    assert result.exit_code == code, result.output
    return str(result.output)


def test_a_slip_in_the_year_says_what_it_would_write(ledger: Path) -> None:
    before = ledger.read_bytes()
    text = "1 document dated 2062-03-31, 435 lines of 2026-01-01 to 2062-03-31, 52200.00 EUR: more than a month ahead of today"
    assert f"nothing is written: {text}" in run(ledger, "bill", "--until", "2062-03-31", "--write", code=1)
    assert ledger.read_bytes() == before
    assert f"{text}, 2026-03-31: give --yes if that is intended" in run(ledger, "bill", "--until", "2062-03-31")
    assert "written to" in run(ledger, "bill", "--until", "2062-03-31", "--write", "--yes")


@pytest.mark.parametrize(
    "command",
    [
        ("bill", "--until", "2026-03-31", "--date", "2026-05-01"),
        ("bill", "--until", "2026-03-31", "--date", "2026-05-01", "--draft"),
        ("new", "Acme", "2 DEV", "--date", "2026-05-01"),
        ("deposit", "Acme", "50.00", "--text", "Deposit", "--account", "Liabilities:Deposits", "--tax", "FR20",
         "--date", "2026-05-01"),
        ("credit", "F2026-0001", "--date", "2026-05-01"),
        ("issue", "draft-1", "--date", "2026-05-01"),
        ("interest", "F2026-0001", "--as-of", "2026-03-31", "--book", "--date", "2026-05-01"),
        ("run", "--only", "bill", "--date", "2026-05-01"),
    ],
    ids=lambda command: " ".join(word for word in command if not word.startswith("2026")),
)  # fmt: skip
def test_whatever_writes_documents_asks(ledger: Path, command: tuple[str, ...]) -> None:
    before = ledger.read_bytes()
    assert "1 document dated 2026-05-01" in run(ledger, *command, "--write", code=1)
    assert ledger.read_bytes() == before
    assert "1 document dated 2026-05-01" in run(ledger, *command)
    run(ledger, *command, "--write", "--yes")
    assert ledger.read_bytes() != before


def test_a_month_ahead_is_no_slip(ledger: Path) -> None:
    assert "month ahead" not in run(ledger, "bill", "--until", "2026-04-30", "--write")
