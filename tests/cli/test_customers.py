"""A customer's account may be open already: by a line of the ledger, or by a plugin that opens what is used."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.test_commands import call

LEDGER = """\
option "operating_currency" "EUR"
{plugins}2025-01-01 open Assets:Bank EUR
2025-01-01 open Assets:Debtors:Moreau EUR ; since the fair
  city: "Lille"
2025-01-01 open Assets:Debtors:Moreau:Retained
2025-01-01 open Assets:Debtors:Petit
  customer: "Petit & fils"
2025-01-01 open Assets:Debtors:Petit:Retained
2025-01-01 open Income:Sales
2025-03-02 * "Moreau" "Two chairs"
  Assets:Debtors:Moreau  250.00 EUR
  Income:Sales
plugin "beancount_invoicing"
"""
AUTO = """\
plugin "beancount.plugins.auto_accounts"
option "operating_currency" "EUR"
2025-03-02 * "Moreau" "Two chairs"
  Assets:Debtors:Moreau  250.00 EUR
  Income:Sales
2025-04-02 * "Moreau" "Paid"
  Assets:Bank  100.00 EUR
  Assets:Debtors:Moreau
"""


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    file = tmp_path / "main.beancount"
    file.write_text(LEDGER.format(plugins=""), "utf-8")
    return file


def test_an_open_account_gets_what_is_said_of_the_customer(ledger: Path) -> None:
    result = call(
        "customer", "add", "Moreau SARL", "--account", "Assets:Debtors:Moreau", "--city", "Lens", "-w", ledger=ledger
    )
    assert "250.00 EUR is on it without invoice numbers: init --from" in result.stderr
    opened = '2025-01-01 open Assets:Debtors:Moreau EUR ; since the fair\n  city: "Lens"\n  customer: "Moreau SARL"\n'
    assert ledger.read_text("utf-8") == LEDGER.format(plugins="").replace(
        '2025-01-01 open Assets:Debtors:Moreau EUR ; since the fair\n  city: "Lille"\n', opened
    )
    assert "0 errors" in call("check", ledger=ledger).stdout


@pytest.mark.parametrize(
    ("account", "more", "said"),
    [
        (
            "Assets:Debtors:Petit",
            (),
            "Assets:Debtors:Petit already belongs to Petit & fils ({}:6): change that customer",
        ),
        ("Assets:Debtors:Petit:Retained", (), "is part of Assets:Debtors:Petit, which belongs to Petit & fils ({}:6)"),
        ("Assets:Debtors:Moreau", ("--currency", "USD"), "is open for EUR only ({}:3): write USD on that line"),
        ("Assets:Debtors:Moreau:Retained", ("--currency", "EUR"), "is open for any currency ({}:5): write EUR on"),
    ],
)
def test_an_open_account_that_cannot_be_the_customers(
    ledger: Path, account: str, more: tuple[str, ...], said: str
) -> None:
    before = ledger.read_bytes()
    result = call("customer", "add", "Moreau SARL", "--account", account, *more, "-w", ledger=ledger, code=1)
    assert said.format(ledger) in result.stderr
    assert ledger.read_bytes() == before


def test_an_account_of_the_customers_name_that_is_nobodys_is_told(ledger: Path) -> None:
    result = call("customer", "add", "Moreau", ledger=ledger)
    assert "open Assets:Debtors:Moreau2 EUR" in result.stdout
    assert "Assets:Debtors:Moreau is open and belongs to no customer: --account Assets:Debtors:Moreau" in result.stderr


def test_an_account_that_auto_accounts_opens_is_opened_by_a_line_of_the_same_day(tmp_path: Path) -> None:
    ledger = tmp_path / "main.beancount"
    ledger.write_text(AUTO + 'plugin "beancount_invoicing"\n', "utf-8")
    call(
        "customer", "add", "Moreau SARL", "--account", "Assets:Debtors:Moreau", "--currency", "EUR", "-w", ledger=ledger
    )
    assert '2025-03-02 open Assets:Debtors:Moreau EUR\n  customer: "Moreau SARL"\n' in ledger.read_text("utf-8")
    assert "0 errors" in call("check", ledger=ledger).stdout
    call("customer", "add", "Petit", "-w", ledger=ledger)
    assert "0 errors" in call("check", ledger=ledger).stdout


def test_books_with_auto_accounts_are_taken_over(tmp_path: Path) -> None:
    ledger = tmp_path / "main.beancount"
    ledger.write_text(AUTO.replace("Debtors", "Receivable"), "utf-8")
    start = ("--name", "Sel", "--country", "FR", "--regime", "exempt", "--as-of", "2025-12-31", "--date", "2026-01-01")
    call("init", "--from", ledger, *start, "--write", ledger=None)
    assert '2025-03-02 open Assets:Receivable:Moreau\n  customer: "Moreau"\n' in ledger.read_text("utf-8")
    assert "0 errors" in call("check", ledger=ledger).stdout
    assert " 150.00 " in call("list", "--as-of", "2026-01-31", ledger=ledger).stdout
