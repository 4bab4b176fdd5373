"""A tax rate that changes: what was supplied before is billed, credited, shown and made due at the rate of then."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from beancount_invoicing.cli import main

LEDGER = """
option "operating_currency" "EUR"
2025-01-01 custom "invoice-seller" "Atelier Nord"
  country: "EE"
  vat-id: "EE100931558"
2025-01-01 custom "invoice-option" "number" "F{year}-{seq:04}"
2025-01-01 custom "invoice-option" "default-tax" "KM"
2025-01-01 custom "invoice-tax" "KM" "Käibemaks" Liabilities:VAT
  rate: 22
2025-07-01 custom "invoice-tax" "KM"
  rate: 24
2025-01-01 custom "invoice-item" "SEAT" "Seat" Income:Work
  price-with-tax: 61.00
2025-01-01 open Assets:Bank
2025-01-01 open Assets:Clients:Tamm
  customer: "Tamm OÜ"
2025-01-01 open Assets:Time HOUR
2025-01-01 open Equity:Time HOUR
2025-01-01 open Expenses:Travel
2025-01-01 open Income:Work
2025-01-01 open Liabilities:VAT
2025-01-01 open Liabilities:VAT:Pending
"""
CARE = """
2025-06-01 custom "invoice-contract" Assets:Clients:Tamm "CARE" "subscription"
  text: "Care"
  account: Income:Work
  price: 100.00
  every: "month"
"""
SEATS = """
2025-06-01 custom "invoice-contract" Assets:Clients:Tamm "SEAT" "subscription"
  item: "SEAT"
  every: "month"
"""
HOURS = """
2025-06-01 custom "invoice-contract" Assets:Clients:Tamm "DEV" "time"
  text: "Work"
  account: Income:Work
  price: 100.00
  time: Assets:Time
2025-06-20 * "Tamm" "Before" #time
  Assets:Time  4 HOUR
  Equity:Time
2025-07-02 * "Tamm" "After" #time
  Assets:Time  1 HOUR
  Equity:Time
2025-06-21 * "Bus" "To Tartu"
  Expenses:Travel  50.00 EUR
    billable: "DEV"
  Assets:Bank
"""
SITE = """
2025-06-01 custom "invoice-contract" Assets:Clients:Tamm "SITE" "fixed"
  text: "Site"
  account: Income:Work
  price: 1000.00
2025-06-15 custom "invoice-milestone" "SITE" "Draft"
  percent: 40
2025-07-03 custom "invoice-milestone" "SITE" "Done"
  percent: 60
"""
PENDING = """
2025-01-01 custom "invoice-tax" "KM"
  due-on: "payment"
  pending: Liabilities:VAT:Pending
"""


def ledger_of(folder: Path, *texts: str) -> Path:
    """A ledger in a folder of its own."""
    path = folder / "main.beancount"
    path.write_text(LEDGER + "".join(texts) + '\nplugin "beancount_invoicing"\n', encoding="utf-8")
    return path


def run(ledger: Path, *arguments: str, code: int = 0) -> str:
    """What a command prints; it ends with `code`."""
    result = CliRunner().invoke(main, ["-f", str(ledger), *arguments])
    assert result.exit_code == code, result.output
    return str(result.output)


def taxes(ledger: Path, number: str) -> dict[str, tuple[str, str, str]]:
    """The taxes of a document: rate, base and amount by name."""
    shown: dict[str, Any] = json.loads(run(ledger, "show", number, "--as-of", "2025-12-31", "--format", "json"))
    return {one["code"]: (one["rate"], one["base"], one["amount"]) for one in shown["taxes"]}


def bill(ledger: Path, day: str) -> None:
    """Bills what waits on a day, and finds nothing wrong, and nothing left to bill."""
    run(ledger, "bill", "--until", day, "--write")
    assert "0 errors, 0 warnings" in run(ledger, "check", "--strict")
    assert "Nothing to do" in run(ledger, "bill", "--until", day)


@pytest.mark.parametrize(
    ("contract", "day", "expected"),
    [
        (CARE, "2025-07-02", {"KM": ("22", "100.00", "22.00")}),
        (CARE, "2025-08-02", {"KM": ("24", "100.00", "24.00"), "KM 22%": ("22", "100.00", "22.00")}),
        (SEATS, "2025-08-02", {"KM": ("24", "49.19", "11.81"), "KM 22%": ("22", "50.00", "11.00")}),
        (HOURS, "2025-07-05", {"KM": ("24", "100.00", "24.00"), "KM 22%": ("22", "450.00", "99.00")}),
        (SITE, "2025-07-05", {"KM": ("24", "600.00", "144.00"), "KM 22%": ("22", "400.00", "88.00")}),
    ],
    ids=["one period", "two periods", "price with tax", "hours and expenses", "milestones"],
)
def test_what_was_supplied_before_has_the_rate_of_then(
    tmp_path: Path, contract: str, day: str, expected: dict[str, tuple[str, str, str]]
) -> None:
    ledger = ledger_of(tmp_path, contract)
    bill(ledger, day)
    assert taxes(ledger, "F2025-0001") == expected


def test_what_is_billed_before_has_the_rate_of_its_document(tmp_path: Path) -> None:
    ledger = ledger_of(tmp_path, CARE.replace('every: "month"', 'every: "year"\n  bill: "advance"'))
    bill(ledger, "2025-06-01")
    assert taxes(ledger, "F2025-0001") == {"KM": ("22", "100.00", "22.00")}


def test_a_period_in_advance_billed_late_has_the_rate_of_its_last_day(tmp_path: Path) -> None:
    ledger = ledger_of(tmp_path, CARE + '  bill: "advance"\n  until: 2025-06-30\n')
    bill(ledger, "2025-07-09")
    assert taxes(ledger, "F2025-0001") == {"KM": ("22", "100.00", "22.00")}


def test_a_default_code_that_changes_is_that_of_the_supply(tmp_path: Path) -> None:
    other = """
2025-01-01 custom "invoice-tax" "NEW" "Uus" Liabilities:VAT
  rate: 24
2025-07-01 custom "invoice-option" "default-tax" "NEW"
"""
    ledger = ledger_of(tmp_path, HOURS, other)
    bill(ledger, "2025-07-05")
    assert taxes(ledger, "F2025-0001") == {"KM": ("22", "450.00", "99.00"), "NEW": ("24", "100.00", "24.00")}


def test_without_a_change_no_line_says_its_day(tmp_path: Path) -> None:
    ledger = ledger_of(tmp_path, SITE)
    ledger.write_text(ledger.read_text(encoding="utf-8").replace("  rate: 24", "  rate: 22"), encoding="utf-8")
    run(ledger, "bill", "--until", "2025-07-05", "--write")
    assert "    delivered" not in ledger.read_text(encoding="utf-8")


def test_credits_in_parts_have_the_rates_of_the_lines_and_add_up(tmp_path: Path) -> None:
    ledger = ledger_of(tmp_path, CARE, SEATS, HOURS, SITE)
    bill(ledger, "2025-08-02")
    whole = taxes(ledger, "F2025-0001")
    run(ledger, "credit", "F2025-0001", "--lines", "3x1", "--date", "2025-08-05", "--write")
    assert taxes(ledger, "F2025-0002") == {"KM 22%": ("22", "-100.00", "-22.00")}
    run(ledger, "credit", "F2025-0001", "--amount", "100", "Price difference", "--date", "2025-08-06", "--write")
    run(ledger, "credit", "F2025-0001", "--date", "2025-08-07", "--write")
    assert "0 errors, 0 warnings" in run(ledger, "check", "--strict")
    for name, (_rate, base, amount) in whole.items():
        parts = [taxes(ledger, f"F2025-000{number}").get(name, ("", "0", "0")) for number in (2, 3, 4)]
        assert sum(float(part[1]) for part in parts) == pytest.approx(-float(base))
        assert sum(float(part[2]) for part in parts) == pytest.approx(-float(amount))


def test_each_rate_becomes_due_with_its_share_of_what_is_paid(tmp_path: Path) -> None:
    ledger = ledger_of(tmp_path, PENDING, CARE)
    bill(ledger, "2025-08-02")
    text = ledger.read_text(encoding="utf-8")
    paid = '2025-08-10 * "Tamm" "Half" ^F2025-0001\n  Assets:Bank  123.00 EUR\n  Assets:Clients:Tamm\n\nplugin'
    ledger.write_text(text.replace("plugin", paid), encoding="utf-8")
    due = json.loads(run(ledger, "tax-due", "--as-of", "2025-08-31", "--format", "json"))
    assert [(one["code"], one["amount"]) for one in due["shares"]] == [("KM", "12.00"), ("KM 22%", "11.00")]
    assert [(one["code"], one["rate"]) for one in due["period"]] == [("KM", "22"), ("KM", "24")]
    run(ledger, "tax-due", "--as-of", "2025-08-31", "--write")
    assert "0 errors, 0 warnings" in run(ledger, "check", "--strict")


def test_the_page_and_the_e_invoice_show_each_rate(tmp_path: Path) -> None:
    ledger = ledger_of(tmp_path, SITE)
    text = ledger.read_text(encoding="utf-8").replace('customer: "Tamm OÜ"', 'customer: "Tamm OÜ"\n  country: "EE"')
    ledger.write_text(text, encoding="utf-8")
    bill(ledger, "2025-07-05")
    run(ledger, "render", "F2025-0001", "--to", "text", "-o", str(tmp_path))
    page = (tmp_path / "F2025-0001.txt").read_text(encoding="utf-8")
    assert "Käibemaks 24%: €144.00\nKäibemaks 22%: €88.00\n" in page
    assert "Date of supply: 15/06/2025" in page
    run(ledger, "einvoice", "F2025-0001", "--syntax", "cii", "-o", str(tmp_path))
    (file,) = tmp_path.glob("*.xml")
    found = re.findall(
        r"<ram:CalculatedAmount>([\d.]+)<.*?<ram:BasisAmount>([\d.]+)<.*?<ram:RateApplicablePercent>([\d.]+)<",
        file.read_text(encoding="utf-8"),
        re.DOTALL,
    )
    assert found == [("88.00", "400.00", "22"), ("144.00", "600.00", "24")]


PLANT = """
2025-01-01 open Liabilities:Deposits
2025-01-01 custom "invoice-option" "deposit-account" Liabilities:Deposits
2025-06-01 custom "invoice-contract" Assets:Clients:Tamm "PLANT" "fixed"
  text: "Plant"
  account: Income:Work
  price: 10000.00
2025-06-02 custom "invoice-milestone" "PLANT" "On order"
  percent: 30
  deposit: TRUE
2025-07-20 custom "invoice-milestone" "PLANT" "Put into service"
  percent: 100
"""


def test_what_was_paid_on_account_keeps_its_rate(tmp_path: Path) -> None:
    """Directive 2006/112/EC, art. 65 and 93 (a); in France BOI-TVA-LIQ-50: the deposit at the old rate, the rest at the new."""
    ledger = ledger_of(tmp_path, PENDING, PLANT)
    bill(ledger, "2025-06-10")
    _paid(ledger, "2025-06-20", "F2025-0001", "3660.00")
    run(ledger, "tax-due", "--as-of", "2025-06-30", "--write")
    bill(ledger, "2025-07-25")
    assert taxes(ledger, "F2025-0002") == {"KM": ("24", "7000.00", "1680.00"), "KM 22%": ("22", "3000.00", "660.00")}
    _paid(ledger, "2025-08-20", "F2025-0002", "8680.00")
    due = json.loads(run(ledger, "tax-due", "--as-of", "2025-08-31", "--format", "json"))
    assert [(one["rate"], one["base"], one["due"]) for one in due["period"]] == [
        ("22", "3000.00", "660.00"),
        ("24", "7000.00", "1680.00"),
    ]
    run(ledger, "tax-due", "--as-of", "2025-08-31", "--write")
    run(ledger, "credit", "F2025-0002", "--date", "2025-09-01", "--write")
    assert "0 errors" in run(ledger, "check")


def test_german_deposits_are_adjusted_to_the_rate_of_the_supply(tmp_path: Path) -> None:
    """UStG, § 27 (1): the whole has the rate of its supply, less the tax of the deposit."""
    ledger = ledger_of(tmp_path, PLANT)
    ledger.write_text(ledger.read_text(encoding="utf-8").replace('"EE"', '"DE"'), encoding="utf-8")
    run(ledger, "bill", "--until", "2025-06-10", "--write")
    run(ledger, "bill", "--until", "2025-07-25", "--write")
    assert taxes(ledger, "F2025-0002") == {"KM": ("24", "10000.00", "2400.00")}


def test_a_draft_that_is_issued_after_the_change_keeps_the_rate_of_its_milestone(tmp_path: Path) -> None:
    ledger = ledger_of(tmp_path, SITE)
    run(ledger, "bill", "--until", "2025-06-20", "--draft", "--write")
    run(ledger, "issue", "--all", "--date", "2025-07-02", "--write")
    assert "0 errors, 0 warnings" in run(ledger, "check", "--strict")
    assert taxes(ledger, "F2025-0001") == {"KM": ("22", "400.00", "88.00")}
    run(ledger, "bill", "--until", "2025-07-05", "--draft", "--write")
    run(ledger, "draft", "edit", "draft-2025-07-05-1", "--add", "1 Audit @ 100", "--account", "Income:Work", "--write")
    assert taxes(ledger, "draft-2025-07-05-1") == {"KM": ("24", "700.00", "168.00")}


def _paid(ledger: Path, day: str, number: str, amount: str) -> None:
    """A payment is booked."""
    text = ledger.read_text(encoding="utf-8")
    entry = f'{day} * "Tamm" "Paid" ^{number}\n  Assets:Bank  {amount} EUR\n  Assets:Clients:Tamm\n\nplugin'
    ledger.write_text(text.replace("plugin", entry), encoding="utf-8")
