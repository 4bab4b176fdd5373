"""A fixed price from its deposit to its final account, by the command line: change orders, what is given back, advice followed."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest

from tests.cli.test_billing import run

LEDGER = """option "operating_currency" "EUR"
2025-01-01 custom "invoice-seller" "Atelier Test"
2025-01-01 custom "invoice-option" "number" "F{year}-{seq:04}"
2025-01-01 custom "invoice-option" "default-tax" "V20"
2025-01-01 custom "invoice-option" "deposit-account" Liabilities:Deposits
2025-01-01 custom "invoice-tax" "V20" "VAT" Liabilities:VAT
  rate: 20
2025-01-01 open Assets:Receivable:Acme EUR
  customer: "Acme"
2025-01-01 open Income:Works EUR
2025-01-01 open Liabilities:Deposits EUR
2025-01-01 open Liabilities:VAT EUR
2026-01-05 custom "invoice-contract" Assets:Receivable:Acme "BARN" "fixed"
  text: "Barn"
  account: Income:Works
  price: 20000.00
2026-01-06 custom "invoice-milestone" "BARN" "On order"
  percent: 40
  deposit: TRUE
2026-03-01 custom "invoice-milestone" "BARN" "Done"
  percent: 100
"""


@pytest.fixture
def barn(tmp_path: Path) -> Path:
    ledger = tmp_path / "main.beancount"
    ledger.write_text(LEDGER, encoding="utf-8")
    return ledger


def say(ledger: Path, text: str) -> None:
    ledger.write_text(ledger.read_text(encoding="utf-8") + "\n" + text, encoding="utf-8")


def contract(ledger: Path, day: str) -> dict[str, str]:
    (found,) = json.loads(run(ledger, "contracts", "--as-of", day, "--format", "json"))
    assert isinstance(found, dict)
    return found


ORDER = '2026-04-01 custom "invoice-contract" Assets:Receivable:Acme "BARN"\n  price: {price}\n'
DONE = '2026-05-01 custom "invoice-milestone" "BARN" "Final account"\n  percent: 100\n'


def test_contract_price_orders_billed_and_left(barn: Path) -> None:
    run(barn, "bill", "--until", "2026-03-01", "--write")
    say(barn, ORDER.format(price="23500.00"))
    assert "no milestone bills the change order of 2026-04-01 (+3500.00)" in run(barn, "check")
    before, after = contract(barn, "2026-03-31"), contract(barn, "2026-04-01")
    names = ("price", "contract_price", "change_orders", "billed", "unbilled", "left")
    assert [before[name] for name in names] == ["20000.00", "20000.00", "0.00", "20000.00", "0.00", "0.00"]
    assert [after[name] for name in names] == ["23500.00", "20000.00", "3500.00", "20000.00", "0.00", "3500.00"]
    say(barn, DONE)
    assert contract(barn, "2026-05-01")["unbilled"] == "3500.00"
    run(barn, "bill", "--until", "2026-05-01", "--write")
    assert 'milestone: "Final account"' in barn.read_text(encoding="utf-8")
    assert contract(barn, "2026-05-01")["left"] == "0.00"
    text = run(barn, "contracts", "--as-of", "2026-05-01", "--explain")
    assert "price: 20000.00 + 3500.00 = 23500.00 (change order of 2026-04-01)" in text
    assert "BARN: contract price 20000.00, change orders +3500.00, in all 23500.00 EUR" in text


def test_a_minus_is_given_back_on_the_invoice_that_billed_it(barn: Path) -> None:
    run(barn, "bill", "--until", "2026-03-01", "--write")
    say(barn, ORDER.format(price="18000.00") + DONE)
    assert "0 errors, 0 warnings" in run(barn, "check")
    run(barn, "bill", "--until", "2026-05-01", "--write")
    note = json.loads(run(barn, "show", "F2026-0003", "--format", "json"))
    assert (note["kind"], note["total"]) == ("credit-note", "-2400.00")
    assert '  corrects: "F2026-0002"\n' in barn.read_text(encoding="utf-8")
    assert "0 errors, 0 warnings" in run(barn, "check")
    assert "Nothing to do" in run(barn, "bill", "--until", "2026-12-31")


def test_the_advice_on_a_deposit_that_is_too_large_leads_out(barn: Path) -> None:
    run(barn, "bill", "--until", "2026-01-31", "--write")
    say(barn, ORDER.replace("04-01", "02-01").format(price="5000.00"))
    assert contract(barn, "2026-02-28")["prepaid"] == "8000.00"
    assert "3000.00 EUR of deposit F2026-0001" in run(barn, "bill", "--until", "2026-03-01", "--write", code=1)
    text = run(barn, "check")
    assert "3000.00 EUR of deposit F2026-0001 is never deducted, because all of BARN is already billed" in text
    advice = text.partition("bean-invoice ")[2].partition(" [")[0]
    run(barn, *shlex.split(advice), "--date", "2026-03-02")
    assert "0 errors, 0 warnings" in run(barn, "check")
    assert contract(barn, "2026-03-31")["prepaid"] == "0.00"
