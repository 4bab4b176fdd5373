"""`tax-due` as it is called: a period, the entries that it writes, the deposits that are deducted, books that are taken over."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from beancount_invoicing.cli import main

HEAD = """
option "operating_currency" "EUR"
2026-01-01 custom "invoice-seller" "Lumen SARL"
  country: "BE"
  vat-id: "BE0403170701"
2026-01-01 custom "invoice-option" "number" "F{seq}"
2026-01-01 custom "invoice-tax" "GOODS" "VAT 20 %" Liabilities:VAT
  rate: 20
2026-01-01 custom "invoice-tax" "PAID" "VAT 20 %" Liabilities:VAT
  rate: 20
  due-on: "payment"
  pending: Liabilities:Waiting
2026-01-01 open Assets:Bank
2026-01-01 open Assets:Clients:Zinnia
  customer: "Zinnia SA"
2026-01-01 open Income:Work
2026-01-01 open Liabilities:VAT
2026-01-01 open Liabilities:Waiting
2026-01-01 open Liabilities:Deposits
"""
PLUGIN = '\nplugin "beancount_invoicing"\n'
SERVICES = """
2026-02-03 * "Zinnia SA" "Advice" ^F1
  invoice: "F1"
  Assets:Clients:Zinnia  240.00 EUR
  Income:Work  -200.00 EUR
    tax: "PAID"
  Liabilities:Waiting  -40.00 EUR
2026-01-28 * "Zinnia" "half with the order" ^F1
  Assets:Bank  120.00 EUR
  Assets:Clients:Zinnia  -120.00 EUR
2026-02-12 * "Zinnia" "the rest" ^F1
  Assets:Bank  120.00 EUR
  Assets:Clients:Zinnia  -120.00 EUR
"""
DEPOSIT = """
2026-01-05 * "Zinnia SA" "Deposit" ^F1
  invoice: "F1"
  kind: "deposit"
  Assets:Clients:Zinnia  240.00 EUR
  Liabilities:Deposits  -200.00 EUR
    text: "Deposit"
    tax: "PAID"
  Liabilities:Waiting  -40.00 EUR
"""
PAID = """
2026-01-20 * "Zinnia" "deposit" ^F1
  Assets:Bank  {paid} EUR
  Assets:Clients:Zinnia  -{paid} EUR
"""


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """A ledger of services, whose first half was paid before its invoice."""
    file = tmp_path / "main.beancount"
    file.write_text(HEAD + SERVICES + PLUGIN, encoding="utf-8")
    return file


def run(ledger: Path, *arguments: str, code: int = 0) -> str:
    result = CliRunner().invoke(main, ["-f", str(ledger), *arguments])
    assert result.exit_code == code, result.output
    return result.output


def asked(ledger: Path, *arguments: str) -> Any:
    return json.loads(run(ledger, "tax-due", "--format", "json", *arguments))


JANUARY = ("--since", "2026-01-01", "--until", "2026-01-31", "--as-of", "2026-02-15")


def test_a_month_as_it_is_declared_in_the_next_one(ledger: Path) -> None:
    answer = asked(ledger, *JANUARY)
    assert (answer["since"], answer["until"]) == ("2026-01-01", "2026-01-31")
    assert [(one["date"], one["rate"], one["base"], one["amount"]) for one in answer["shares"]] == [
        ("2026-01-28", "20", "100.00", "20.00")
    ]
    assert [(one["base"], one["due"]) for one in answer["period"]] == [("100.00", "20.00")]
    assert [(one["due"], one["to_move"]) for one in answer["totals"]] == [("40.00", "40.00")]
    assert [one["date"] for one in answer["missing"]] == ["2026-01-31"]
    assert "1 more entry is missing outside this period" in run(ledger, "tax-due", *JANUARY)


def test_a_period_that_ends_before_it_begins(ledger: Path) -> None:
    run(ledger, "tax-due", "--since", "2026-02-01", "--until", "2026-01-31", code=2)


def test_the_entries_are_written_once_each_for_its_month(ledger: Path) -> None:
    until = ("tax-due", "--as-of", "2026-03-31")
    run(ledger, *until, "--write")
    written = ledger.read_text(encoding="utf-8")
    assert [line for line in written.splitlines() if "Tax due on payments" in line] == [
        '2026-01-31 * "Tax due on payments, 2026-01"',
        '2026-02-28 * "Tax due on payments, 2026-02"',
    ]
    assert "Nothing to do." in run(ledger, *until, "--write")
    assert ledger.read_text(encoding="utf-8") == written
    assert asked(ledger, "--as-of", "2026-03-31")["missing"] == []
    assert "0 errors, 0 warnings" in run(ledger, "check")


def test_a_period_s_entries_alone(ledger: Path) -> None:
    run(ledger, "tax-due", "--since", "2026-02-01", "--as-of", "2026-02-28", "--write")
    assert [one["date"] for one in asked(ledger, "--as-of", "2026-02-28")["missing"]] == ["2026-01-31"]


def test_today_and_run_name_the_tax_that_is_to_be_moved(ledger: Path) -> None:
    tasks = json.loads(run(ledger, "today", "--as-of", "2026-02-15", "--format", "json"))
    assert [(task["day"], task["amount"], task["text"]) for task in tasks if task["kind"] == "tax"] == [
        ("2026-01-31", "20.00", "became due by payments in 2026-01: bean-invoice tax-due --write"),
        ("2026-02-15", "20.00", "became due by payments in 2026-02 so far: bean-invoice tax-due --write"),
    ]
    text = run(ledger, "run", "--date", "2026-02-15")
    assert "tax to be moved: 20.00 EUR became due by payments in 2026-01: bean-invoice tax-due --write" in text


def test_money_on_account_is_named(ledger: Path) -> None:
    (lying,) = asked(ledger, "--as-of", "2026-01-31")["on_account"]
    assert (lying["date"], lying["customer"], lying["amount"]) == ("2026-01-28", "Zinnia SA", "120.00")
    assert (lying["codes"], lying["tax"]) == (["PAID"], "20.00")
    text = run(ledger, "tax-due", "--as-of", "2026-01-31")
    assert "20.00 EUR of PAID is due on it since that day" in text


@pytest.mark.parametrize(
    ("paid", "owed", "waits"),
    [("240.00", "40.00", ""), ("120.00", "20.00", "20.00"), ("", "", "40.00")],
    ids=["paid", "paid in part", "not paid"],
)
@pytest.mark.parametrize("by", ["new", "bill"])
def test_a_deposit_on_goods_is_deducted_by_what_of_it_is_due(
    tmp_path: Path, paid: str, owed: str, waits: str, by: str
) -> None:
    file = tmp_path / "main.beancount"
    deposit, contract = DEPOSIT, ""
    if by == "bill":
        deposit = DEPOSIT.replace('    text: "Deposit"\n', '    text: "Deposit"\n    contract: "PRESS"\n')
        contract = (
            '\n2026-01-02 custom "invoice-contract" Assets:Clients:Zinnia "PRESS" "fixed"\n  text: "Press"\n'
            '  account: Income:Work\n  tax: "GOODS"\n  price: 1000.00\n'
            '2026-02-20 custom "invoice-milestone" "PRESS" "delivery"\n  percent: 100\n'
        )
    file.write_text(HEAD + contract + deposit + (PAID.format(paid=paid) if paid else "") + PLUGIN, encoding="utf-8")
    if by == "new":
        words = ("--account", "Income:Work", "--deduct", "F1", "--date", "2026-02-20", "--write")
        run(file, "new", "Zinnia", "1 Press @ 1000 [GOODS]", *words)
    else:
        run(file, "bill", "--until", "2026-02-20", "--date", "2026-02-20", "--write")
    lines = [line.split() for line in file.read_text(encoding="utf-8").splitlines()]
    taken = {
        line[0].rpartition(":")[2]: line[1] for line in lines if len(line) == 3 and line[0].startswith("Liabilities")
    }
    assert taken["Deposits"] == "200.00"
    assert taken["VAT"] == (owed or "-200.00")
    assert taken["Waiting"] == (waits or "-40.00")
    run(file, "tax-due", "--as-of", "2026-02-28", "--write")
    assert "0 errors, 0 warnings" in run(file, "check")


OLDER = """
option "title" "Older books"
option "operating_currency" "EUR"
2024-01-01 open Assets:Bank EUR
2024-01-01 open Assets:Clients:Zinnia EUR
2024-01-01 open Assets:Clients:Yarrow EUR
2024-01-01 open Income:Work EUR
2024-01-01 open Liabilities:VAT EUR
2024-01-01 open Liabilities:VAT:Pending EUR
2024-01-01 open Equity:Opening EUR
2024-01-01 * "Balances"
  Liabilities:VAT:Pending  -50.00 EUR
  Equity:Opening
2024-02-01 * "What was open then is paid"
  Liabilities:VAT:Pending  {settled} EUR
  Liabilities:VAT
2025-11-03 * "Zinnia SA" "Invoice Z-2025-7"
  Assets:Clients:Zinnia  1200.00 EUR
  Income:Work  -1000.00 EUR
  Liabilities:VAT:Pending  -200.00 EUR
2025-12-03 * "Yarrow SA" "Invoice Y-2025-8"
  Assets:Clients:Yarrow  330.00 EUR
  Income:Work  -300.00 EUR
  Liabilities:VAT:Pending  -30.00 EUR
2025-12-20 * "Zinnia SA" "A part of Z-2025-7"
  Assets:Bank  300.00 EUR
  Assets:Clients:Zinnia  -300.00 EUR
  Liabilities:VAT:Pending  50.00 EUR
  Liabilities:VAT
"""
START = (
    "--name", "Lumen SARL", "--address", "3 rue des Lilas", "--postcode", "35000", "--city", "Rennes", "--country", "FR",
    "--siren", "812345676", "--vat-id", "FR19812345676", "--register", "RCS Rennes 812 345 676", "--iban",
    "FR7630006000011234567890189", "--regime", "payments", "--date", "2026-01-01", "--as-of", "2025-12-31", "--write",
)  # fmt: skip
LATER = """
2026-02-10 * "Zinnia SA" "the rest" ^Z-2025-7
  Assets:Bank  900.00 EUR
  Assets:Clients:Zinnia  -900.00 EUR
"""


@pytest.mark.parametrize("rates", [(), ("--rate", "20")], ids=["several codes on the account", "one code"])
def test_older_books_bring_the_tax_that_waits(tmp_path: Path, rates: tuple[str, ...]) -> None:
    file = tmp_path / "main.beancount"
    file.write_text(OLDER.format(settled="50.00"), encoding="utf-8")
    run(file, "init", "--from", str(file), *START, *rates)
    first = asked(file, "--as-of", "2025-12-31")
    assert sum(float(one["booked"]) for one in first["totals"]) == 180
    assert first["missing"] == []
    file.write_text(file.read_text(encoding="utf-8") + LATER, encoding="utf-8")
    answer = asked(file, "--as-of", "2026-02-28")
    (share,) = answer["shares"]
    assert (share["number"], share["code"], share["base"], share["amount"]) == ("Z-2025-7", "FR20", "750.00", "150.00")
    run(file, "tax-due", "--as-of", "2026-02-28", "--write")
    assert "0 errors, 0 warnings" in run(file, "check")


def test_what_waits_there_of_no_open_item_is_said(tmp_path: Path) -> None:
    """10.00 of what was settled in 2024 are still on the account."""
    file = tmp_path / "main.beancount"
    file.write_text(OLDER.format(settled="40.00"), encoding="utf-8")
    text = run(file, "init", "--from", str(file), *START)
    assert "10.00 EUR waiting there belongs to: write it in the transaction of the open items" in text
    assert "10.00 EUR of tax on Liabilities:VAT:Pending is taken over" in run(file, "check")
    assert asked(file, "--as-of", "2025-12-31")["missing"] == []
