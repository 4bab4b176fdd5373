"""What an auditor asks for: open items of a day, what became of them, and letters that ask customers to confirm their balances."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from beancount_invoicing import rendering
from beancount_invoicing.accounting.reports import Report
from beancount_invoicing.accounting.year_end import open_items_report, post_closing_report
from beancount_invoicing.actions.accounting import accounting_books
from beancount_invoicing.actions.confirmations import statements_to_confirm
from beancount_invoicing.cli import main
from beancount_invoicing.ledger import Ledger, LedgerLoader
from beancount_invoicing.receivables import allocate
from beancount_invoicing.rendering import view_texts
from tests.accounting.books import ACCOUNTS, invoice, payment, read
from tests.ledgers import EXAMPLE, month_ends

LEDGER = (
    invoice("2026-11-15", "F1")
    + invoice("2026-12-01", "F2", "Martin")
    + payment("2026-12-20", "20.00", "F2", "Martin")
    + payment("2027-01-10", "120.00", "F1")
    + payment("2027-02-10", "40.00", "F2", "Martin")
)


def cells(report: Report, *names: str) -> list[tuple[str, ...]]:
    places = [[column.name for column in report.columns].index(name) for name in names]
    return [tuple("" if row[place] is None else str(row[place]) for place in places) for row in report.rows]


def test_open_items_are_those_of_the_day() -> None:
    general_ledger, book = read(LEDGER)
    report = open_items_report(general_ledger, book, allocate(book, date(2026, 12, 31)))
    assert cells(report, "customer", "document", "due", "days_late", "amount", "open") == [
        ("Dupont SARL", "F1", "2026-12-15", "16", "120.00", "120.00"),
        ("Martin SA", "F2", "2026-12-31", "", "120.00", "100.00"),
    ]
    assert [(str(sums.reported), str(sums.booked)) for sums in report.reconciliations] == [("220.00", "220.00")]


def test_what_a_customer_is_owed_is_never_late() -> None:
    credit_note = """
2026-11-20 * "Dupont SARL" "Avoir" ^A1
  invoice: "A1"
  corrects: "F0"
  Assets:Clients:Dupont  -120.00 EUR
    due: 2026-11-25
  Income:Conseil
    tax: "N20"
  Liabilities:TVA  20.00 EUR
    tax: "N20"
"""
    ledger = invoice("2026-11-01", "F0") + payment("2026-11-10", "120.00", "F0") + credit_note
    general_ledger, book = read(ledger)
    report = open_items_report(general_ledger, book, allocate(book, date(2026, 12, 31)))
    assert cells(report, "document", "days_late", "open") == [("A1", "", "-120.00")]


def test_money_for_no_document_is_among_them() -> None:
    general_ledger, book = read(LEDGER + payment("2026-12-30", "55.00", "x").replace(" ^x", ""))
    report = open_items_report(general_ledger, book, allocate(book, date(2026, 12, 31)))
    assert ("", "2026-12-30", "-55.00") in cells(report, "document", "date", "open")
    assert not any(sums.difference for sums in report.reconciliations)


def test_what_came_after_the_day_and_what_is_left() -> None:
    _general_ledger, book = read(LEDGER)
    report = post_closing_report(book, allocate(book, date(2026, 12, 31)), allocate(book, date(2027, 1, 31)))
    assert cells(report, "document", "open", "settled_on", "how", "settled", "left") == [
        ("F1", "120.00", "2027-01-10", "payment", "120.00", "0"),
        ("F2", "100.00", "", "", "", "100.00"),
    ]
    later = post_closing_report(book, allocate(book, date(2026, 12, 31)), allocate(book, date(2027, 2, 28)))
    assert cells(later, "document", "settled", "left")[1] == ("F2", "40.00", "60.00")


def test_money_that_bounced_is_taken_back() -> None:
    _general_ledger, book = read(LEDGER + payment("2027-01-15", "-120.00", "F1"))
    report = post_closing_report(book, allocate(book, date(2026, 12, 31)), allocate(book, date(2027, 1, 31)))
    assert cells(report, "document", "settled", "left")[:2] == [("F1", "120.00", ""), ("F1", "-120.00", "120.00")]


@pytest.fixture(scope="module")
def example() -> Ledger:
    return LedgerLoader(EXAMPLE).ledger_and_loading(fresh=False)[0]


def test_at_each_month_end_the_sums_are_those_of_the_ledger(example: Ledger) -> None:
    general_ledger, book = accounting_books(LedgerLoader(EXAMPLE)).general_ledger, example.book
    latest = example.allocated_at(date(2026, 11, 30))
    for day in month_ends(date(2025, 1, 1), date(2026, 11, 30)):
        allocated = allocate(book, day)
        for report in (
            open_items_report(general_ledger, book, allocated),
            post_closing_report(book, allocated, latest),
        ):
            assert not [sums for sums in report.reconciliations if sums.difference], f"{report.name} of {day}"


@pytest.mark.parametrize(
    ("customer", "title", "balance"),
    [
        ("Halles", "Demande de confirmation de solde", "3 590,40 €"),
        ("Birchwood", "Confirmation of balance", "£760.00"),
    ],
)
def test_a_letter_is_in_the_customers_language_and_lists_what_is_open(
    example: Ledger, customer: str, title: str, balance: str
) -> None:
    (statement,) = statements_to_confirm(example, date(2026, 10, 31), [f"Assets:Clients:{customer}"])
    view = rendering.confirmation_view(
        example.book, statement, date(2026, 11, 15), rendering.folders(example.book), "Cabinet Morel"
    )
    texts = [text.replace("\xa0", " ").replace("\u202f", " ") for text in view_texts(view)]
    assert title in texts
    assert balance in texts
    assert any("Cabinet Morel" in text for text in texts)
    assert {item.number for item in statement.currencies[0].open} <= {text.split(" (")[0] for text in texts}
    assert not view.payment, "nothing is asked to be paid"


def test_letters_of_all_customers_are_written_and_the_list_agrees_with_the_ledger(tmp_path: Path) -> None:
    file = tmp_path / "main.beancount"
    file.write_text(ACCOUNTS + LEDGER + 'plugin "beancount_invoicing"\n', encoding="utf-8")
    arguments = ["-f", str(file), "accounting", "confirmations", "2026", "--date", "2027-01-10"]
    result = CliRunner().invoke(main, [*arguments, "-o", str(tmp_path / "letters"), "--to", "text"])
    assert result.exit_code == 0, result.output
    assert "balance in EUR: 220.00 in this report, 220.00 in the ledger" in result.output
    assert sorted(file.name for file in (tmp_path / "letters").iterdir()) == [
        "2026-12-31-Dupont-confirmation.txt",
        "2026-12-31-Martin-confirmation.txt",
    ]
    before = CliRunner().invoke(main, ["-f", str(file), "accounting", "post-closing", "2026", "--as-of", "2026-12-01"])
    assert "--as-of 2026-12-01 is before 2026-12-31" in before.stderr
