"""What is shown of a document before it is written, line by line: allowances, deposits, rounding, what is kept back."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from beancount_invoicing.cli import main
from tests.ledgers import PRELUDE

BOOKS = """
2025-01-01 custom "invoice-option" "default-tax" "FR20"
2025-01-01 custom "invoice-option" "deposit-account" Liabilities:Deposits
2025-01-01 open Assets:Receivable:Acme:Kept
2026-01-02 ! "Acme SAS" "Pens"
  invoice: "draft-pens"
  Assets:Receivable:Acme  107.97 EUR
  Income:Services  -80.00 EUR
    text: "Pens"
    quantity: 80
    price: 1.00
  Income:Services  -20.00 EUR
    text: "Box"
  Income:Discounts  10.00 EUR
    allowance: "Loyal"
  Income:Discounts  0.03 EUR
    rounding: TRUE
  Liabilities:VAT  -18.00 EUR
    tax: "FR20"
2026-01-01 custom "invoice-contract" Assets:Receivable:Acme "HOUSE" "fixed"
  text: "House"
  account: Income:Services
  price: 10000.00
  retention: 5
  retention-account: Assets:Receivable:Acme:Kept
  retention-terms: "1 year"
2026-01-03 custom "invoice-milestone" "HOUSE" "Deposit"
  percent: 20
  deposit: TRUE
2026-01-31 custom "invoice-milestone" "HOUSE" "Walls"
  percent: 60
plugin "beancount_invoicing"
"""


def run(ledger: Path, *said: str, code: int = 0) -> str:
    result = CliRunner().invoke(main, ["-f", str(ledger), *said])
    assert result.exit_code == code, result.output
    return result.output


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    file = tmp_path / "main.beancount"
    file.write_text(PRELUDE + BOOKS, encoding="utf-8")
    run(file, "check")
    return file


def words(shown: str) -> list[str]:
    return [" ".join(line.split()) for line in shown.splitlines()]


def test_a_draft_with_an_allowance_and_a_rounding(ledger: Path) -> None:
    shown = words(run(ledger, "draft", "list"))
    assert "draft-pens 1 Pens 80 1.00 80.00 EUR" in shown
    assert "2 Box 20.00 EUR" in shown
    assert "Loyal -10.00 EUR" in shown
    assert "TVA 20 % 18.00 EUR" in shown
    assert "rounding -0.03 EUR" in shown
    assert "Total 107.97 EUR" in shown


def test_what_is_billed_deducts_the_deposit_and_says_what_is_kept_back(ledger: Path) -> None:
    """6 000 and 20 % are 7 200, less the deposit of 2 400; 5 % of 7 200 are kept back."""
    run(ledger, "bill", "--until", "2026-01-03", "--write")
    shown = words(run(ledger, "bill", "--until", "2026-01-31"))
    assert "F2026-0001 deducted -2 400.00 EUR" in shown, shown
    assert "Total 4 800.00 EUR" in shown
    assert "of this, retained (HOUSE) 360.00 EUR" in shown
