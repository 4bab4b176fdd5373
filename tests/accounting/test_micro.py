"""A micro-enterprise's book of receipts, quarters and limits, worked out by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

from click.testing import CliRunner

from beancount_invoicing import law
from beancount_invoicing.accounting.micro import (
    Receipt,
    book_of_receipts,
    book_report,
    limits_report,
    quarters_report,
)
from beancount_invoicing.accounting.reports import Reconciliation
from beancount_invoicing.cli import main
from beancount_invoicing.receivables import allocate
from tests.accounting.books import ACCOUNTS, payment, read

FIRM = """
2025-01-01 custom "invoice-tax" "FR" "TVA non applicable"
  category: "E"
2025-01-01 open Assets:Caisse
  pcg: "530"
2025-01-01 open Income:Ventes
  pcg: "707"
"""
SINCE, UNTIL = date(2026, 1, 1), date(2026, 12, 31)


def invoice(day: str, number: str, services: str, goods: str = "0.00", credit: str = "") -> str:
    """A document with a line of services and, if it is not zero, one of goods."""
    text = f'\n{day} * "Dupont" "Vente" ^{number}\n  invoice: "{number}"\n{credit}  Assets:Clients:Dupont\n'
    text += f'  Income:Conseil  {-Decimal(services)} EUR\n    tax: "FR"\n'
    return text + (f'  Income:Ventes  {-Decimal(goods)} EUR\n    tax: "FR"\n' if Decimal(goods) else "")


def kept(ledger: str) -> tuple[tuple[Receipt, ...], tuple[Reconciliation, ...]]:
    general_ledger, book = read(FIRM + ledger)
    return book_of_receipts(general_ledger, book, allocate(book, UNTIL), SINCE, UNTIL)


def told(ledger: str) -> list[tuple[str, str, str, str, str]]:
    """Day, document, nature, amount and account of each receipt."""
    return [
        (f"{receipt.date}", receipt.reference, receipt.nature, str(receipt.amount), receipt.money_account)
        for receipt in kept(ledger)[0]
    ]


def test_money_counts_on_the_day_on_which_it_came_not_what_is_invoiced() -> None:
    ledger = invoice("2026-01-10", "F1", "100.00") + payment("2026-04-05", "60.00", "F1")
    assert told(ledger) == [("2026-04-05", "F1", "services", "60.00", "Assets:Banque")]


def test_a_payment_of_goods_and_services_is_shared_out_in_proportion() -> None:
    """100 of services and 50 of goods; half of it is paid."""
    ledger = invoice("2026-01-10", "F1", "100.00", "50.00") + payment("2026-02-05", "75.00", "F1")
    assert told(ledger) == [
        ("2026-02-05", "F1", "goods", "25.00", "Assets:Banque"), ("2026-02-05", "F1", "services", "50.00", "Assets:Banque"),
    ]  # fmt: skip


CASH = """
2026-05-02 * "Marché" "Confitures"
  Assets:Caisse  30.00 EUR
  Income:Ventes  -30.00 EUR

2026-05-03 * "Retrait" "Banque vers caisse"
  Assets:Caisse  50.00 EUR
  Assets:Banque
"""


def test_a_sale_for_cash_without_a_customer_is_a_receipt_and_a_transfer_of_money_is_none() -> None:
    assert told(CASH) == [("2026-05-02", "", "goods", "30.00", "Assets:Caisse")]


def test_income_that_is_no_sale_is_no_turnover() -> None:
    """Interest (768) and the sale of a machine (775) are no sales; an account without a number is one of sales."""
    opened = '2025-01-01 open Income:Interets\n  pcg: "768"\n2025-01-01 open Income:Cession\n  pcg: "775"\n'
    opened += "2025-01-01 open Income:Divers\n"
    money = '2026-05-{} * "Banque" "Virement"\n  Assets:Banque  {} EUR\n  Income:{}\n'
    others = money.format("04", "1.20", "Interets") + money.format("05", "900.00", "Cession")
    assert told(opened + others + money.format("06", "15.00", "Divers")) == [
        ("2026-05-06", "", "services", "15.00", "Assets:Banque")
    ]


def test_a_claim_of_older_books_above_the_customers_accounts_is_no_receipt() -> None:
    claim = """
2025-01-01 open Assets:Clients
2026-05-02 * "Marché" "Facture 12"
  Assets:Clients  30.00 EUR
  Income:Ventes  -30.00 EUR
"""
    assert told(claim) == []


def test_money_that_goes_back_lowers_the_receipts() -> None:
    ledger = (
        invoice("2026-01-10", "F1", "100.00")
        + payment("2026-02-05", "100.00", "F1")
        + invoice("2026-03-01", "A1", "-40.00", credit='  corrects: "F1"\n')
        + payment("2026-03-10", "-40.00", "A1")
    )
    assert [(day, amount) for day, _number, _nature, amount, _account in told(ledger)] == [
        ("2026-02-05", "100.00"), ("2026-03-10", "-40.00"),
    ]  # fmt: skip


LEDGER = invoice("2026-01-10", "F1", "100.00", "50.00") + payment("2026-02-05", "150.00", "F1") + CASH


def test_the_book_adds_up_to_the_money_on_the_accounts_of_income() -> None:
    """All is paid: receipts are income, 100 of services, 80 of goods."""
    receipts, sums = kept(LEDGER)
    report = book_report(receipts, SINCE, UNTIL, "EUR", sums)
    assert report.totals["amount"] == Decimal("180.00")
    assert [total.difference for total in report.reconciliations] == [0]


def test_quarters_have_each_nature() -> None:
    rows = quarters_report(kept(LEDGER)[0], SINCE, UNTIL, "EUR").rows
    assert [[str(cell) for cell in row] for row in rows] == [
        ["2026-Q1", "50.00", "100.00", "150.00"], ["2026-Q2", "30.00", "0", "30.00"],
    ]  # fmt: skip


def test_what_is_left_of_the_limits_of_2026() -> None:
    rows = limits_report(kept(LEDGER)[0], SINCE, UNTIL, "EUR").rows
    assert [(row[3], row[5]) for row in rows] == [
        (Decimal(203100), Decimal(202920)), (Decimal(83600), Decimal(83500)),
        (Decimal(85000), Decimal(84820)), (Decimal(37500), Decimal(37400)),
        (Decimal(93500), Decimal(93320)), (Decimal(41250), Decimal(41150)),
    ]  # fmt: skip


def test_limits_are_those_of_their_year() -> None:
    assert [limit.amount for limit in law.turnover_limits(date(2025, 12, 31)) if limit.name == "micro"] == [
        188700,
        77700,
    ]
    assert law.turnover_limits(date(2022, 1, 1)) == ()


def test_a_first_year_that_is_not_whole_has_lower_limits() -> None:
    """5 April to 31 December are 271 of 365 days: 203100 × 271/365 = 150794.794…; what ends the franchise at once is whole."""
    rows = limits_report(kept(LEDGER)[0], SINCE, UNTIL, "EUR", date(2026, 4, 5)).rows
    assert [(row[2], str(row[3])) for row in rows] == [
        ("203100 × 271/365", "150794.79"), ("83600 × 271/365", "62070.14"),
        ("85000 × 271/365", "63109.59"), ("37500 × 271/365", "27842.47"),
        ("", "93500"), ("", "41250"),
    ]  # fmt: skip
    assert rows[0][5] == Decimal("150614.79")


def test_the_day_on_which_the_business_began_matters_only_in_its_year() -> None:
    whole = limits_report((), SINCE, UNTIL, "EUR").rows
    assert limits_report((), SINCE, UNTIL, "EUR", date(2025, 4, 5)).rows == whole
    assert limits_report((), SINCE, UNTIL, "EUR", SINCE).rows == whole


def test_the_command_takes_the_first_day_from_the_ledger(tmp_path: Path) -> None:
    file = tmp_path / "main.beancount"
    start = '2026-01-01 custom "invoice-option" "business-start" 2026-07-02\n'
    file.write_text(ACCOUNTS + FIRM + start + CASH + 'plugin "beancount_invoicing"\n', encoding="utf-8")
    arguments = ["-f", str(file), "accounting", "micro", "2026", "--list", "limits", "--format", "csv"]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, result.output
    assert "83600 × 183/365,41914.52" in result.output
    refused = CliRunner().invoke(main, [*arguments[:4], "2026-Q1", "--list", "limits"])
    assert (refused.exit_code, "limits are those of a whole year: write 2026" in refused.output) == (2, True)
