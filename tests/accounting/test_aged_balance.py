"""The aged balance in the currency of the books: the accounts' balances, explained by what is open and since when."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

from click.testing import CliRunner

from beancount_invoicing.accounting.aged_balance import aged_balance_report
from beancount_invoicing.accounting.entries import accounting_entries
from beancount_invoicing.accounting.reports import Report, balance_report
from beancount_invoicing.actions.accounting import accounting_books
from beancount_invoicing.cli import main
from beancount_invoicing.ledger import LedgerLoader
from beancount_invoicing.receivables import aging, allocate
from tests.accounting.books import invoice, payment, read
from tests.ledgers import EXAMPLE, month_ends

ABROAD = """
2025-01-01 custom "invoice-tax" "HORS" "Hors UE"
  rate: 0
  category: "O"
2026-01-10 * "Martin" "Conseil" ^F9
  invoice: "F9"
  Assets:Clients:Martin  100.00 USD @ 0.90 EUR
    due: 2026-02-09
  Income:Conseil  -90.00 EUR
    tax: "HORS"
"""
PART = """
2026-03-02 * "Martin" "Virement" ^F9
  Assets:Banque  38.00 EUR
  Assets:Clients:Martin  -40.00 USD @@ 38.00 EUR
"""
REST = """
2026-04-02 * "Martin" "Virement" ^F9
  Assets:Banque  57.00 EUR
  Assets:Clients:Martin  -60.00 USD @@ 57.00 EUR
"""


def aged(ledger: str, day: str) -> Report:
    general_ledger, book = read(ledger)
    report = aged_balance_report(general_ledger, book, allocate(book, date.fromisoformat(day)))
    assert not report.unreconciled
    return report


def row(report: Report, number: int = 0) -> dict[str, str]:
    """The cells of a row that say something, as texts."""
    named = zip(report.columns, report.rows[number], strict=True)
    return {column.name: str(cell) for column, cell in named if cell not in {None, "", Decimal(0)}}


def test_each_claim_is_in_the_bucket_of_its_age_and_a_payment_on_account_is_taken_off() -> None:
    ledger = invoice("2026-01-10", "F1") + invoice("2026-03-20", "F2") + payment("2026-03-25", "30.00", "x")
    found = row(aged(ledger.replace(" ^x", ""), "2026-03-31"))
    assert found["balance"] == "210.00"
    assert found["unallocated"] == "-30.00"
    assert (found["total"], found["total_in_currency"], found["currency"]) == ("210.00", "210.00", "EUR")
    assert found["account_number"] == "411"


def test_a_claim_in_another_currency_is_worth_what_it_was_booked_at() -> None:
    assert row(aged(ABROAD, "2026-02-20")) == {
        "customer": "Martin SA", "account_number": "411", "account": "Assets:Clients:Martin", "days_1_30": "90.00",
        "total": "90.00", "balance": "90.00", "units": "100.00", "currency": "USD", "days_1_30_in_currency": "100.00",
        "total_in_currency": "100.00", "source": row(aged(ABROAD, "2026-02-20"))["source"],
    }  # fmt: skip


def test_an_exchange_difference_that_is_not_booked_yet_has_its_own_column() -> None:
    """60 of 100 dollars are open, booked at 0.90; the account has 90.00 less the 38.00 that 40 dollars brought."""
    found = row(aged(ABROAD + PART, "2026-03-31"))
    assert (found["total"], found["exchange"], found["balance"]) == ("54.00", "-2.00", "52.00")
    assert (found["units"], found["total_in_currency"]) == ("60.00", "60.00")
    left = row(aged(ABROAD + PART + REST, "2026-04-30"))
    assert (left.get("total"), left["exchange"], left["balance"], left["currency"]) == (None, "-5.00", "-5.00", "USD")


def test_it_is_the_aged_balance_and_the_ledger_at_every_month_end_of_the_example() -> None:
    books = accounting_books(LedgerLoader(EXAMPLE))
    general_ledger, book = books.general_ledger, books.ledger.book
    for day in month_ends(date(2025, 6, 1), date(2026, 11, 30)):
        allocated = allocate(book, day)
        report = aged_balance_report(general_ledger, book, allocated)
        assert not report.unreconciled, day
        names = [column.name for column in report.columns]
        shown = [
            (
                line[names.index("account")],
                line[names.index("total_in_currency")],
                line[names.index("disputed_in_currency")],
            )
            for line in report.rows
        ]
        assert shown == [
            (line.account, line.total, line.disputed) for line in aging(book, day, allocated=allocated).rows
        ]
        customers = balance_report(
            accounting_entries(general_ledger, book, day, day), general_ledger, book, general=False
        )
        assert report.totals["balance"] == customers.totals["closing"], day


def test_the_command_takes_the_options_of_aging(tmp_path: Path) -> None:
    file = tmp_path / "aged.csv"
    command = ["-f", str(EXAMPLE), "accounting", "aging", "--as-of", "2026-09-30", "--bounds", "15", "-c", "Halles"]
    result = CliRunner().invoke(main, [*command, "-o", str(file)])
    assert result.exit_code == 0, result.output
    title, only = file.read_text(encoding="utf-8").splitlines()
    assert "days_1_15,over_15" in title
    assert "Halles de Vilaine SA" in only
    wrong = CliRunner().invoke(main, [*command, "--bounds", "30,15"])
    assert wrong.exit_code == 2
    assert "--bounds" in wrong.output
