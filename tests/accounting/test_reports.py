"""Journals, the customers' ledger, trial balances and lettering, as values and as spreadsheets."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import openpyxl.reader.excel
import pytest
from click.testing import CliRunner

from beancount_invoicing.accounting.entries import CannotMakeEntries, accounting_entries
from beancount_invoicing.accounting.receipts import receipts_report
from beancount_invoicing.accounting.reports import (
    Report,
    balance_report,
    journal_report,
    ledger_report,
    lettering_report,
)
from beancount_invoicing.actions.accounting import accounting_books
from beancount_invoicing.cli import main
from beancount_invoicing.ledger import LedgerLoader
from beancount_invoicing.model import Source
from beancount_invoicing.receivables import aging, allocate
from beancount_invoicing.rendering.spreadsheet import to_xlsx
from tests.accounting.books import ACCOUNTS, invoice, payment, read
from tests.ledgers import EXAMPLE, month_ends

LEDGER = (
    invoice("2025-12-15", "F1")
    + payment("2026-01-10", "120.00", "F1")
    + invoice("2026-02-01", "F2", "Martin")
    + payment("2026-02-20", "20.00", "F2", "Martin")
)


def cells(report: Report, *names: str) -> list[tuple[str, ...]]:
    """Some columns of each row, as texts; "" where a cell is empty."""
    places = [[column.name for column in report.columns].index(name) for name in names]
    return [tuple("" if row[place] is None else str(row[place]) for place in places) for row in report.rows]


def reports(since: str, until: str, ledger: str = LEDGER) -> dict[str, Report]:
    """Every report of the small firm."""
    general_ledger, book = read(ledger)
    entries = accounting_entries(general_ledger, book, date.fromisoformat(since), date.fromisoformat(until))
    return {
        "journal": journal_report(entries, None),
        "all": journal_report(entries, []),
        "ledger": ledger_report(entries, general_ledger, book, ()),
        "balance": balance_report(entries, general_ledger, book, general=False),
        "general": balance_report(entries, general_ledger, book, general=True),
        "lettering": lettering_report(entries, book, ()),
    }


def test_the_sales_journal_has_documents_alone_and_its_sides_are_equal() -> None:
    report = reports("2026-01-01", "2026-12-31")["journal"]
    assert cells(report, "journal", "date", "reference", "account_number", "customer", "debit", "credit") == [
        ("VE", "2026-02-01", "F2", "411", "Martin SA", "120.00", ""),
        ("VE", "2026-02-01", "F2", "706", "", "", "100.00"),
        ("VE", "2026-02-01", "F2", "44571", "", "", "20.00"),
    ]
    assert report.totals == {"debit": Decimal("120.00"), "credit": Decimal("120.00")}


def test_the_customers_ledger_opens_with_what_is_open_and_adds_up_line_by_line() -> None:
    report = reports("2026-01-01", "2026-12-31")["ledger"]
    assert cells(report, "customer", "date", "journal", "reference", "debit", "credit", "balance", "letter") == [
        ("Dupont SARL", "2025-12-15", "AN", "F1", "120.00", "", "120.00", "A"),
        ("Dupont SARL", "2026-01-10", "BQ", "F1", "", "120.00", "0.00", "A"),
        ("Martin SA", "2026-02-01", "VE", "F2", "120.00", "", "120.00", ""),
        ("Martin SA", "2026-02-20", "BQ", "F2", "", "20.00", "100.00", ""),
    ]
    assert [(str(sums.reported), str(sums.booked)) for sums in report.reconciliations] == [("100.00", "100.00")]


def test_the_trial_balance_of_customers_and_of_all_accounts() -> None:
    made = reports("2026-02-01", "2026-02-28")
    assert cells(made["balance"], "account_number", "account", "name", "opening", "debit", "credit", "closing") == [
        ("411", "Assets:Clients:Martin", "Martin SA", "0", "120.00", "20.00", "100.00"),
    ]
    assert cells(made["general"], "account_number", "opening", "debit", "credit", "closing") == [
        ("120", "-100.00", "0", "0", "-100.00"),
        ("411", "0", "120.00", "20.00", "100.00"),
        ("44571", "-20.00", "0", "20.00", "-40.00"),
        ("512", "120.00", "20.00", "0", "140.00"),
        ("706", "0", "0", "100.00", "-100.00"),
    ]
    assert made["general"].totals["closing"] == 0


def test_accounts_of_one_number_have_their_own_names_and_what_stands_still_is_left_out() -> None:
    """Two banks are 512; Dupont overpaid F1 by mistake and got it back without a reference: nothing is left on its account."""
    banks = """
2025-01-01 open Assets:Livret
  pcg: "512"
  label: "Livret A"
2026-02-01 * "Épargne"
  Assets:Livret  5.00 EUR
  Assets:Banque
"""
    stray = payment("2025-03-01", "7.00", "x").replace(" ^x", "") + payment("2025-03-02", "-7.00", "y").replace(
        " ^y", ""
    )
    made = reports("2026-02-01", "2026-02-28", LEDGER + banks + stray)
    names = cells(made["general"], "account_number", "name")
    assert [name for number, name in names if number == "512"] == ["Banque", "Livret A"]
    assert "Dupont SARL" not in [name for (name,) in cells(made["balance"], "name")]


def test_income_of_the_same_year_stays_on_its_account_until_the_year_ends() -> None:
    general_ledger, book = read(LEDGER + '\n2025-01-01 custom "invoice-option" "financial-year-end" "11-30"\n')
    entries = accounting_entries(general_ledger, book, date(2026, 2, 1), date(2026, 2, 28))
    report = balance_report(entries, general_ledger, book, general=True)
    assert ("706", "-100.00") in cells(report, "account_number", "opening"), "the invoice of December is of this year"


def test_books_without_a_currency_are_told_to_name_one() -> None:
    general_ledger, book = read(LEDGER)
    with pytest.raises(CannotMakeEntries, match="operating_currency"):
        accounting_entries(general_ledger, replace(book, currency=""), date(2026, 1, 1), date(2026, 12, 31))


def received(ledger: str, since: str, until: str) -> list[tuple[str, ...]]:
    """The receipts of a period, as known at its end."""
    general_ledger, book = read(ledger)
    last = date.fromisoformat(until)
    report = receipts_report(general_ledger, book, allocate(book, last), date.fromisoformat(since), last)
    assert not any(sums.difference for sums in report.reconciliations)
    return cells(report, "date", "customer", "document", "money_account", "amount", "currency", "booked")


def test_receipts_are_money_by_the_day_on_which_it_came() -> None:
    discount = """
2026-03-05 * "Martin" "Solde, escompte 2" ^F2
  Assets:Banque  98.00 EUR
  Expenses:Change  2.00 EUR
  Assets:Clients:Martin  -100.00 EUR
"""
    assert received(LEDGER + discount, "2026-01-01", "2026-12-31") == [
        ("2026-01-10", "Dupont SARL", "F1", "Assets:Banque", "120.00", "EUR", "120.00"),
        ("2026-02-20", "Martin SA", "F2", "Assets:Banque", "20.00", "EUR", "20.00"),
        ("2026-03-05", "Martin SA", "F2", "Assets:Banque", "100.00", "EUR", "100.00"),
    ]
    assert received(LEDGER, "2026-02-01", "2026-02-19") == []


def test_money_that_comes_back_is_taken_off_and_money_for_no_document_is_there() -> None:
    bounced = payment("2026-03-01", "-120.00", "F1")
    on_account = payment("2026-03-02", "55.00", "x").replace(" ^x", "")
    assert received(LEDGER + bounced + on_account, "2026-03-01", "2026-03-31") == [
        ("2026-03-01", "Dupont SARL", "F1", "Assets:Banque", "-120.00", "EUR", "-120.00"),
        ("2026-03-02", "Dupont SARL", "", "Assets:Banque", "55.00", "EUR", "55.00"),
    ]


def test_what_was_paid_too_much_is_a_receipt_until_it_goes_back_as_a_refund_of_its_own_month() -> None:
    ledger = LEDGER + payment("2026-03-20", "150.00", "F2", "Martin") + payment("2026-04-10", "-50.00", "F2", "Martin")
    march = [
        ("2026-03-20", "Martin SA", "", "Assets:Banque", "50.00", "EUR", "50.00"),
        ("2026-03-20", "Martin SA", "F2", "Assets:Banque", "100.00", "EUR", "100.00"),
    ]
    april = [("2026-04-10", "Martin SA", "", "Assets:Banque", "-50.00", "EUR", "-50.00")]
    assert received(ledger, "2026-03-01", "2026-03-31") == march
    assert received(ledger, "2026-04-01", "2026-04-30") == april
    assert received(ledger, "2026-03-01", "2026-04-30") == march + april


def test_money_allocated_later_stays_in_the_month_in_which_it_came_and_is_counted_once() -> None:
    on_account = payment("2026-01-20", "120.00", "x").replace(" ^x", "")
    allocated = """
2026-03-10 * "Affectation"
  Assets:Clients:Dupont  120.00 EUR
  Assets:Clients:Dupont  -120.00 EUR
    settles: "F3"
"""
    ledger = on_account + invoice("2026-02-01", "F3") + allocated
    assert received(ledger, "2026-01-01", "2026-12-31") == [
        ("2026-01-20", "Dupont SARL", "F3", "Assets:Banque", "120.00", "EUR", "120.00"),
    ]
    assert received(ledger, "2026-03-01", "2026-03-31") == []


def test_dollars_are_worth_the_money_that_came_not_the_claim() -> None:
    ledger = """
2026-02-01 * "Client" "Acompte"
  Assets:Banque  93.00 EUR
  Expenses:Change  -3.00 EUR
  Assets:Clients:Dupont  -100.00 USD @ 0.90 EUR
"""
    assert received(ledger, "2026-01-01", "2026-12-31")[0][-3:] == ("100.00", "USD", "93.00")


def test_dollars_are_worth_what_the_customer_s_posting_says() -> None:
    ledger = """
2026-02-01 * "Client" "Acompte"
  Assets:Banque  92.00 EUR
  Assets:Clients:Dupont  -100.00 USD @ 0.92 EUR
"""
    assert received(ledger, "2026-01-01", "2026-12-31")[0][-3:] == ("100.00", "USD", "92.00")


def test_dollars_that_come_with_euros_are_worth_what_their_own_posting_says() -> None:
    ledger = """
2026-02-01 * "Client" "Acompte"
  Assets:Banque  142.00 EUR
  Assets:Clients:Dupont  -100.00 USD @ 0.92 EUR
  Assets:Clients:Dupont  -50.00 EUR
"""
    told = {row[-3:] for row in received(ledger, "2026-01-01", "2026-12-31")}
    assert told == {("100.00", "USD", "92.00"), ("50.00", "EUR", "50.00")}


def test_a_spreadsheet_holds_numbers_dates_and_totals_that_agree() -> None:
    for report in reports("2026-01-01", "2026-12-31").values():
        content = to_xlsx(report)
        assert to_xlsx(report) == content, "the same bytes each time"
        formulas = openpyxl.reader.excel.load_workbook(io.BytesIO(content)).active
        values = openpyxl.reader.excel.load_workbook(io.BytesIO(content), data_only=True).active
        assert formulas is not None
        assert values is not None
        assert formulas.freeze_panes == "A2"
        for number, row in enumerate(report.rows, 2):
            for place, wanted in enumerate(row, 1):
                cell = values.cell(number, place)
                if isinstance(wanted, Decimal):
                    assert cell.value == pytest.approx(float(wanted))
                    assert cell.number_format == "#,##0.00"
                elif isinstance(wanted, date):
                    assert isinstance(cell.value, datetime)
                    assert cell.value.date() == wanted
                elif isinstance(wanted, Source):
                    assert cell.value == f"{wanted.file}:{wanted.line}"
        last = len(report.rows) + 2
        for place, column in enumerate(report.columns, 1):
            if column.summed:
                total = sum(values.cell(number, place).value or 0 for number in range(2, last))
                assert str(formulas.cell(last, place).value).startswith("=ROUND(SUM(")
                assert (
                    values.cell(last, place).value
                    == pytest.approx(total)
                    == pytest.approx(float(report.totals[column.name]))
                )


def test_a_text_that_looks_like_a_formula_stays_a_text() -> None:
    general_ledger, book = read('\n2026-02-01 * "=1+1" "@SUM(A1)"\n  Expenses:Loyer  5.00 EUR\n  Assets:Banque\n')
    entries = accounting_entries(general_ledger, book, date(2026, 1, 1), date(2026, 12, 31))
    sheet = openpyxl.reader.excel.load_workbook(io.BytesIO(to_xlsx(journal_report(entries, [])))).active
    assert sheet is not None
    assert [cell.data_type for row in sheet.iter_rows(2, 2) for cell in row if "=1+1" in str(cell.value)] == ["s"]


def test_in_the_example_every_report_meets_the_ledger_and_the_aged_balance_at_every_month_end() -> None:
    books = accounting_books(LedgerLoader(EXAMPLE))
    book = books.ledger.book
    for day in month_ends(date(2025, 1, 1), date(2026, 11, 30)):
        entries = accounting_entries(books.general_ledger, book, day.replace(day=1), day)
        customers = balance_report(entries, books.general_ledger, book, general=False)
        for report in (
            journal_report(entries, []),
            ledger_report(entries, books.general_ledger, book, ()),
            customers,
            balance_report(entries, books.general_ledger, book, general=True),
            lettering_report(entries, book, ()),
            receipts_report(books.general_ledger, book, allocate(book, day), day.replace(day=1), day),
        ):
            assert all(abs(sums.difference) <= Decimal("0.005") for sums in report.reconciliations)
        closing = {row[1]: row[-1] for row in customers.rows}
        for row in aging(book, day, allocated=allocate(book, day)).rows:
            if row.currency == "EUR":
                assert closing.get(row.account, 0) == row.total + row.drafts


@pytest.fixture
def firm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "main.beancount").write_text(ACCOUNTS + 'plugin "beancount_invoicing"\n' + LEDGER, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, ["accounting", *arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.output


def test_reports_come_out_in_four_formats(firm: Path) -> None:
    code, output = run("balance", "2026", "--format", "json")
    answer = json.loads(output)
    assert code == 0
    assert answer["rows"][1]["closing"] == "100.00"
    assert answer["totals"]["closing"] == "100.00"
    assert answer["reconciliation"] == [
        {"subject": "closing", "reported": "100.00", "booked": "100.00", "difference": "0.00"}
    ]
    assert run("balance", "2026", "--format", "csv")[1].splitlines()[0] == (
        "account_number,account,name,opening,debit,credit,closing"
    )
    assert run("ledger", "2026", "-o", "clients.xlsx") == (0, "clients.xlsx: 4 rows\n")
    assert run("ledger", "2026", "-o", "clients.json")[0] == 0
    assert json.loads((firm / "clients.json").read_text(encoding="utf-8"))["report"] == "ledger"
    assert "Trial balance of customers, 2026-01-01 to 2026-12-31, in EUR" in run("balance", "2026")[1]


@pytest.mark.usefixtures("firm")
def test_what_is_asked_wrongly_says_what_to_write() -> None:
    assert "which period? Write 2026, 2026-Q3 or 2026-10" in run("journal")[1]
    assert "2026-Q5 is not a period" in run("journal", "2026-Q5")[1]
    assert "not both" in run("journal", "2026", "--since", "2026-01-01")[1]
    assert (
        "--since 2026-02-01 is after --until 2026-01-01"
        in run("journal", "--since", "2026-02-01", "--until", "2026-01-01")[1]
    )
    assert "its journals are AN, BQ, VE" in run("journal", "2026", "--journal", "ZZ")[1]
    assert "add -o journal.xlsx" in run("journal", "2026", "--format", "xlsx")[1]
    assert "which format?" in run("journal", "2026", "-o", "journal")[1]
    assert run("ledger", "2026", "-c", "Nobody")[0] == 1


def test_the_fec_is_written_whole_or_not_at_all(firm: Path) -> None:
    code, output = run("fec", "2026", "-o", "out")
    assert (code, output.splitlines()[0]) == (
        0,
        "out/123456782FEC20261231.txt: 4 entries, 10 lines, debit 380.00, credit 380.00 EUR",
    )
    assert run("check-fec", "out/123456782FEC20261231.txt")[0] == 0
    ledger = firm / "main.beancount"
    text = ledger.read_text(encoding="utf-8")
    for old, new, wanted in (
        ('  siren: "123456782"\n', "", "the seller has no SIREN"),
        ('  pcg: "44571"\n', "", "Liabilities:TVA has no number of the chart of accounts"),
        ("-100.00 EUR\n", "-99.00 EUR\n", "nothing is written: correct the errors first"),
    ):
        ledger.write_text(text.replace(old, new), encoding="utf-8")
        code, output = run("fec", "2026", "-o", "broken")
        assert code == 1
        assert wanted in output
        assert not (firm / "broken").exists()
    ledger.write_text(text, encoding="utf-8")
    assert "there is no entry from 2020-01-01 to 2020-12-31" in run("fec", "2020")[1]


def test_a_fec_with_errors_fails_with_its_lines(firm: Path) -> None:
    run("fec", "2026")
    file = firm / "123456782FEC20261231.txt"
    file.write_bytes(file.read_bytes().replace(b"120,00\t0,00", b"120,01\t0,00"))
    code, output = run("check-fec", file.name)
    assert code == 1
    assert "not valid: 3 errors" in output
    assert f"{file.name}:2: entry 1 of journal AN does not balance: debit 120.01, credit 120.00 [balance]" in output
    answer = json.loads(run("check-fec", file.name, "--format", "json")[1])
    assert answer[0]["valid"] is False
    assert run("check-fec", file.name, "--format", "csv")[1].startswith("file,line,severity,rule,message\n")


@pytest.mark.parametrize("report", ["balance", "journal", "ledger", "lettering", "fec"])
def test_an_amount_without_a_value_stops_every_report_with_what_to_write(firm: Path, report: str) -> None:
    ledger = firm / "main.beancount"
    dollars = '\n2026-02-01 * "Frais"\n  Expenses:Loyer  10.00 USD\n  Assets:Banque\n'
    ledger.write_text(ledger.read_text(encoding="utf-8") + dollars, encoding="utf-8")
    code, output = run(report, "2026")
    assert code == 1
    assert "2026-02-01 price USD … EUR" in output
    assert not list(firm.glob("*FEC*"))


@pytest.mark.usefixtures("firm")
def test_lettering_and_ledger_of_one_customer() -> None:
    assert "Martin SA" in run("lettering", "2026", "-c", "Martin")[1]
    assert "Dupont SARL" not in run("lettering", "2026", "-c", "Martin")[1]
    assert run("lettering", "2026", "-c", "Nobody")[0] == 1


def test_the_fec_says_which_drafts_are_in_it_and_how_many_transactions_are_not(firm: Path) -> None:
    ledger = firm / "main.beancount"
    hours = '\n2026-01-01 open Assets:Temps\n2026-02-01 * "Travail"\n  Assets:Temps  3 HOUR\n  Assets:Temps  -3 HOUR\n'
    draft = invoice("2026-05-01", "draft-1").replace(" * ", " ! ", 1).replace(" ^draft-1", "")
    ledger.write_text(ledger.read_text(encoding="utf-8") + hours + draft, encoding="utf-8")
    code, output = run("fec", "2026")
    assert code == 0
    assert "a draft is among the entries: draft-1" in output
    assert "1 transaction moves only hours or goods without a price" in output


def test_many_findings_of_a_rule_are_counted_after_the_tenth(firm: Path) -> None:
    run("fec", "2026")
    file = firm / "123456782FEC20261231.txt"
    file.write_bytes(b"\r\n".join(line.replace(b"2026", b"26") for line in file.read_bytes().split(b"\r\n")))
    code, output = run("check-fec", file.name)
    assert code == 1
    assert output.count("[date]") == 10
    assert "  date: " in output


def test_a_fec_of_a_part_of_a_year_or_with_closing_entries_is_told(firm: Path) -> None:
    ledger = firm / "main.beancount"
    closing = """
2026-01-01 open Equity:Resultat
  pcg: "120"
2026-12-31 * "Clôture"
  Income:Conseil  100.00 EUR
  Equity:Resultat
"""
    ledger.write_text(ledger.read_text(encoding="utf-8") + closing, encoding="utf-8")
    code, output = run("fec", "2026")
    assert code == 0
    assert "this entry closes income and expenses into account 12, and is not in the file" in output
    assert "is not the financial year" not in output
    assert "the period is not the financial year 2026-01-01 to 2026-12-31" in run("fec", "2026-02")[1]


def test_a_closing_entry_that_books_something_else_too_is_told(firm: Path) -> None:
    ledger = firm / "main.beancount"
    closing = """
2026-01-01 open Equity:Resultat
  pcg: "120"
2026-12-31 * "Clôture et impôt"
  Income:Conseil  100.00 EUR
  Equity:Resultat  -75.00 EUR
  Assets:Banque
"""
    ledger.write_text(ledger.read_text(encoding="utf-8") + closing, encoding="utf-8")
    assert "closes income or expenses into account 12 and books something else too" in run("fec", "2026")[1]


def test_the_fec_of_a_long_first_year_is_that_of_a_financial_year(firm: Path) -> None:
    ledger = firm / "main.beancount"
    end = '\n2025-01-01 custom "invoice-option" "financial-year-end" "2026-12-31"\n'
    ledger.write_text(ledger.read_text(encoding="utf-8") + end, encoding="utf-8")
    assert "is not the financial year" not in run("fec", "--since", "2025-01-01", "--until", "2026-12-31")[1]
    assert "is not the financial year" in run("fec", "2026")[1]


def test_open_items_taken_over_are_no_sales(firm: Path) -> None:
    ledger = firm / "main.beancount"
    taken_over = """
2026-01-01 open Equity:Ouverture
  pcg: "110"
2026-01-01 * "Dupont" "Reprise" ^F2025-0099
  invoice: "F2025-0099"
  kind: "opening"
  Assets:Clients:Dupont  600.00 EUR
  Equity:Ouverture
"""
    ledger.write_text(ledger.read_text(encoding="utf-8") + taken_over, encoding="utf-8")
    assert "F2025-0099" not in run("journal", "2026")[1]
    assert "F2025-0099" in run("journal", "2026", "--journal", "AN")[1]
