"""What the reports on contracts say of a day, whatever later documents have billed or given back since."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from beancount_invoicing.cli import main
from tests.ledgers import PRELUDE

CONTRACTS = """
2025-01-01 custom "invoice-option" "default-tax" "FR20"
2025-01-01 open Assets:Time HOUR
2025-01-01 open Equity:Time HOUR
2025-01-01 open Expenses:Travel EUR
2026-12-01 custom "invoice-contract" Assets:Receivable:Acme "CARE" "subscription"
  text: "Care"
  account: Income:Services
  price: 1200.00
  every: "month"
2026-11-15 custom "invoice-contract" Assets:Receivable:Acme "QUARTERS" "subscription"
  text: "Support"
  account: Income:Services
  price: 1200.00
  every: "quarter"
2026-12-01 custom "invoice-contract" Assets:Receivable:Acme "SITE" "fixed"
  text: "Website"
  account: Income:Services
  price: 1000.00
2026-12-20 custom "invoice-milestone" "SITE" "All"
  percent: 100
2026-12-01 custom "invoice-contract" Assets:Receivable:Acme "HOURS" "time"
  item: "DEV"
  time: Assets:Time
2026-12-10 * "Acme" "Workshop" #time
  Assets:Time   4.00 HOUR
  Equity:Time  -4.00 HOUR
2026-12-11 * "Train"
  Expenses:Travel  40.00 EUR
    billable: "HOURS"
  Assets:Bank     -40.00 EUR

plugin "beancount_invoicing"
"""


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """A ledger with contracts of each mode."""
    file = tmp_path / "main.beancount"
    file.write_text(PRELUDE + CONTRACTS, encoding="utf-8")
    return file


def run(ledger: Path, *arguments: str) -> str:
    """What `bean-invoice` prints."""
    result = CliRunner().invoke(main, ["-f", str(ledger), *arguments])
    assert result.exit_code == 0, result.output
    return result.output


def rows(ledger: Path, *arguments: str) -> list[dict[str, Any]]:
    """What it gives as JSON."""
    found: list[dict[str, Any]] = json.loads(run(ledger, *arguments, "--format", "json"))
    return found


def reports(ledger: Path, day: str) -> list[str]:
    """What the reports say of a day."""
    commands = (["unbilled"], ["unbilled", "--running"], ["contracts"], ["time", "list"])
    return [run(ledger, *command, "--as-of", day) for command in commands]


def test_what_is_billed_later_was_not_billed_at_the_end_of_the_year(ledger: Path) -> None:
    before = reports(ledger, "2026-12-31")
    run(ledger, "bill", "--until", "2026-12-31", "--date", "2027-01-05", "--write")
    assert reports(ledger, "2026-12-31") == before
    waits = {row["what"]: row["net"] for row in rows(ledger, "unbilled", "--as-of", "2026-12-31")}
    assert waits == {"period": "1200.00", "milestone": "1000.00", "time": "400.00", "expense": "40.00"}
    assert rows(ledger, "unbilled", "--as-of", "2027-01-05") == []
    assert rows(ledger, "time", "list", "--as-of", "2027-01-05") == []
    billed = {row["code"]: row["billed"] for row in rows(ledger, "contracts", "--as-of", "2027-01-05")}
    assert billed == {"CARE": "1200.00", "HOURS": "400.00", "QUARTERS": "0.00", "SITE": "1000.00"}


def test_what_is_reopened_later_was_billed(ledger: Path) -> None:
    run(ledger, "bill", "--until", "2026-12-31", "--write")
    before = reports(ledger, "2026-12-31")
    run(ledger, "credit", "F2026-0001", "--reopen", "--date", "2027-02-01", "--write")
    assert reports(ledger, "2026-12-31") == before
    assert rows(ledger, "unbilled", "--as-of", "2026-12-31") == []
    again = rows(ledger, "unbilled", "--as-of", "2027-02-01", "--contract", "HOURS")
    assert [(row["what"], row["net"]) for row in again] == [("time", "400.00"), ("expense", "40.00")]


def test_what_bills_looks_at_all_documents(ledger: Path) -> None:
    run(ledger, "bill", "--until", "2026-12-31", "--date", "2027-01-05", "--write")
    assert "Nothing to do." in run(ledger, "bill", "--until", "2026-12-31")
    assert "bill" not in {row["kind"] for row in rows(ledger, "today", "--as-of", "2026-12-31")}


def test_an_amendment_of_a_later_day_does_not_hold_yet(ledger: Path) -> None:
    before = reports(ledger, "2026-12-31")
    later = (
        '2027-03-01 custom "invoice-contract" Assets:Receivable:Acme "CARE"\n  until: 2026-12-15\n'
        '2027-03-01 custom "invoice-contract" Assets:Receivable:Acme "SITE"\n  price: 1500.00\n'
        '2027-03-01 custom "invoice-contract" Assets:Receivable:Acme "HOURS"\n  cap: 100.00\n'
    )
    ledger.write_text(ledger.read_text(encoding="utf-8") + later, encoding="utf-8")
    assert reports(ledger, "2026-12-31") == before


def test_what_has_run_of_a_period_is_its_share_by_days(ledger: Path) -> None:
    (row,) = rows(ledger, "unbilled", "--running", "--as-of", "2026-12-31", "--contract", "QUARTERS")
    assert (row["what"], row["text"]) == ("running", "Support (47/92 × 1200,00)")
    assert (row["from"], row["to"], row["since"], row["days"]) == ("2026-11-15", "2026-12-31", "2027-02-14", -45)
    assert row["net"] == "613.04"
    assert rows(ledger, "unbilled", "--as-of", "2026-12-31", "--contract", "QUARTERS") == []
    assert rows(ledger, "unbilled", "--running", "--as-of", "2026-11-14", "--contract", "QUARTERS") == []
    (whole,) = rows(ledger, "unbilled", "--running", "--as-of", "2027-02-14", "--contract", "QUARTERS")
    assert (whole["what"], whole["net"]) == ("period", "1200.00")
    table = run(ledger, "unbilled", "--running", "--as-of", "2026-12-31")
    assert [line.split()[0] for line in table.splitlines()[-4:-1]] == ["Waits", "Running", "Total"]
    assert 'running,,"Support (47/92' in run(
        ledger, "unbilled", "--running", "--as-of", "2026-12-31", "--format", "csv"
    )


def test_a_pause_a_new_price_and_what_is_billed_already_do_not_run(ledger: Path) -> None:
    more = (
        '2026-11-15 custom "invoice-contract" Assets:Receivable:Acme "QUARTERS"\n  prorate: TRUE\n'
        '2026-12-01 custom "invoice-contract" Assets:Receivable:Acme "QUARTERS"\n  paused: TRUE\n'
        '2026-12-11 custom "invoice-contract" Assets:Receivable:Acme "QUARTERS"\n  paused: FALSE\n'
        '2026-12-21 custom "invoice-contract" Assets:Receivable:Acme "QUARTERS"\n  price: 1840.00\n'
    )
    ledger.write_text(ledger.read_text(encoding="utf-8") + more, encoding="utf-8")
    running = rows(ledger, "unbilled", "--running", "--as-of", "2026-12-31", "--contract", "QUARTERS")
    assert [(row["from"], row["to"], row["net"]) for row in running] == [
        ("2026-11-15", "2026-11-30", "208.70"),  # 16/92 × 1 200
        ("2026-12-11", "2026-12-20", "130.43"),  # 10/92 × 1 200
        ("2026-12-21", "2026-12-31", "220.00"),  # 11/92 × 1 840
    ]


def test_of_a_period_in_advance_nothing_runs(ledger: Path) -> None:
    more = '2026-11-15 custom "invoice-contract" Assets:Receivable:Acme "QUARTERS"\n  bill: "advance"\n'
    ledger.write_text(ledger.read_text(encoding="utf-8") + more, encoding="utf-8")
    (row,) = rows(ledger, "unbilled", "--running", "--as-of", "2026-12-31", "--contract", "QUARTERS")
    assert (row["what"], row["net"]) == ("period", "1200.00")
