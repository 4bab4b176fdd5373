"""The sales journal by tax: each document by tax code, as it is booked, and as the customers' accounts say."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import Decimal

from click.testing import CliRunner

from beancount_invoicing.accounting.aged_balance import aged_balance_report
from beancount_invoicing.accounting.entries import accounting_entries, valued_entries
from beancount_invoicing.accounting.reports import Report
from beancount_invoicing.accounting.sales_by_tax import sales_by_tax_report
from beancount_invoicing.accounting.vat import vat_of_period
from beancount_invoicing.actions.accounting import accounting_books
from beancount_invoicing.cli import main
from beancount_invoicing.ledger import LedgerLoader
from beancount_invoicing.receivables import allocate
from tests.accounting.books import invoice, payment, read
from tests.ledgers import EXAMPLE, month_ends

TWO_CODES = """
2025-01-01 custom "invoice-tax" "N10" "TVA" Liabilities:TVA
  rate: 10
2026-02-01 * "Dupont" "Travaux" ^F5
  invoice: "F5"
  Assets:Clients:Dupont  340.00 EUR
  Income:Conseil  -100.00 EUR
    tax: "N20"
  Income:Conseil  -200.00 EUR
    tax: "N10"
  Liabilities:TVA  -20.00 EUR
    tax: "N20"
  Liabilities:TVA  -20.00 EUR
    tax: "N10"
"""


def by_tax(ledger: str) -> Report:
    general_ledger, book = read(ledger)
    return sales_by_tax_report(general_ledger, book, date(2026, 1, 1), date(2026, 12, 31))


def cells(report: Report, *names: str) -> list[tuple[str, ...]]:
    places = [[column.name for column in report.columns].index(name) for name in names]
    return [tuple(str(row[place]) for place in places) for row in report.rows]


def test_a_document_with_two_codes_has_two_lines() -> None:
    report = by_tax(invoice("2026-01-15", "F1") + TWO_CODES)
    assert cells(report, "document", "account_number", "tax", "rate", "base", "tax_amount", "total") == [
        ("F1", "706", "N20", "20 %", "100.00", "20.00", "120.00"),
        ("F5", "706", "N20", "20 %", "100.00", "20.00", "120.00"),
        ("F5", "706", "N10", "10 %", "200.00", "20.00", "220.00"),
    ]
    assert [(str(sums.reported), str(sums.booked)) for sums in report.reconciliations] == [("460.00", "460.00")]


def test_a_document_in_another_currency_says_both() -> None:
    books = accounting_books(LedgerLoader(EXAMPLE))
    report = sales_by_tax_report(books.general_ledger, books.ledger.book, date(2026, 10, 16), date(2026, 10, 16))
    assert cells(report, "base", "total", "base_in_currency", "total_in_currency", "currency") == [
        ("904.40", "904.40", "760.00", "760.00", "GBP")
    ]


def test_the_months_of_the_example_meet_the_accounts_and_add_up_to_the_years() -> None:
    books = accounting_books(LedgerLoader(EXAMPLE))
    general_ledger, book = books.general_ledger, books.ledger.book
    sums: defaultdict[int, Decimal] = defaultdict(Decimal)
    for last in month_ends(date(2025, 1, 1), date(2026, 11, 30)):
        report = sales_by_tax_report(general_ledger, book, last.replace(day=1), last)
        assert not report.unreconciled, last
        sums[last.year] += report.totals["total"]
        invoices = {invoice.number: invoice for invoice in book.invoices if not invoice.draft}
        said: defaultdict[str, Decimal] = defaultdict(Decimal)
        names = [column.name for column in report.columns]
        for row in report.rows:
            amount = row[names.index("total_in_currency")]
            assert isinstance(amount, Decimal)
            said[str(row[names.index("document")])] += amount
        for number, total in said.items():
            invoice = invoices[number]
            assert total == invoice.total - invoice.prepaid, number
    for year, total in sums.items():
        whole = sales_by_tax_report(general_ledger, book, date(year, 1, 1), date(year, 12, 31))
        assert whole.totals["total"] == total


def test_it_is_of_sales_alone() -> None:
    command = ["-f", str(EXAMPLE), "accounting", "journal", "2026-10", "--by-tax"]
    assert CliRunner().invoke(main, command).exit_code == 0
    result = CliRunner().invoke(main, [*command, "--journal", "BQ"])
    assert result.exit_code == 2
    assert "leave --journal out" in result.output


def test_what_several_reports_need_may_be_worked_out_once() -> None:
    general_ledger, book = read(invoice("2026-01-05", "F1") + payment("2026-01-20", "50.00", "F1"))
    since, until = date(2026, 1, 1), date(2026, 1, 31)
    valued, allocated = valued_entries(general_ledger, book, until), allocate(book, until)
    shared = sales_by_tax_report(general_ledger, book, since, until, valued)
    assert shared == sales_by_tax_report(general_ledger, book, since, until)
    period = vat_of_period(general_ledger, book, since, until, allocated, valued)
    assert period == vat_of_period(general_ledger, book, since, until)
    aged = aged_balance_report(general_ledger, book, allocated, known=valued)
    assert aged == aged_balance_report(general_ledger, book, allocated)
    entries = accounting_entries(general_ledger, book, since, until, allocated, valued)
    assert entries == accounting_entries(general_ledger, book, since, until)
