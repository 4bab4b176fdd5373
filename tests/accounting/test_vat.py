"""The VAT of a period: what falls due, by code and box, and beside the accounts. The amounts are worked out by hand."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner

from beancount_invoicing.accounting.entries import CannotMakeEntries
from beancount_invoicing.accounting.vat import Vat, tax_accounts, vat_of_period
from beancount_invoicing.accounting.vat_reports import (
    Comparison,
    boxes_report,
    comparisons,
    differences_report,
    lines_report,
    unplaced,
)
from beancount_invoicing.actions.accounting import accounting_books
from beancount_invoicing.cli import main
from beancount_invoicing.law.vat_returns import countries_with_vat_returns, vat_return
from beancount_invoicing.ledger import LedgerLoader
from beancount_invoicing.model import ZERO, Book
from beancount_invoicing.receivables import tax_due
from tests.accounting.books import ACCOUNTS, invoice, payment, read
from tests.ledgers import EXAMPLE, TESTS, month_ends

CODES = """
2025-01-01 custom "invoice-tax" "N10" "TVA" Liabilities:TVA
  rate: 10
2025-01-01 custom "invoice-tax" "E20" "TVA" Liabilities:TVA
  rate: 20
  due-on: "payment"
  pending: Liabilities:Attente
2025-01-01 custom "invoice-tax" "INTRA" "Livraison intracommunautaire"
  category: "K"
  nature: "goods"
2025-01-01 custom "invoice-tax" "EXPORT" "Exportation"
  category: "G"
  nature: "goods"
2025-01-01 custom "invoice-tax" "AUTOLIQ" "Autoliquidation"
  category: "AE"
  nature: "services"
2025-01-01 open Liabilities:Attente
2025-01-01 open Liabilities:Acomptes
2025-01-01 open Expenses:Pertes
2025-01-01 open Assets:Clients:Berg
  customer: "Berg GmbH"
  country: "DE"
  vat-id: "DE123456788"
2025-01-01 open Assets:Clients:Smith
  customer: "Smith Inc."
  country: "US"
"""


def services(day: str, number: str) -> str:
    """An invoice of services of 100.00, with 20.00 of VAT that is due once paid."""
    return invoice(day, number).replace("Liabilities:TVA", "Liabilities:Attente").replace("N20", "E20")


def vat(ledger: str, since: str, until: str) -> Vat:
    general_ledger, book = read(CODES + ledger)
    return vat_of_period(general_ledger, book, date.fromisoformat(since), date.fromisoformat(until))


def due(ledger: str, since: str = "2026-01-01", until: str = "2026-12-31") -> list[tuple[str, str, str, str]]:
    """What falls due in a period: what makes it due, the document, base and tax."""
    lines = vat(ledger, since, until).lines
    return [(line.kind, line.number, str(line.base), f"{line.amount}") for line in lines]


def boxes(ledger: str, country: str = "FR", until: str = "2026-12-31") -> dict[tuple[str, str], str]:
    """The boxes of a return for a year: what is to be declared of base and tax."""
    general_ledger, book = read(CODES + ledger)
    period = vat_of_period(general_ledger, book, date(2026, 1, 1), date.fromisoformat(until))
    form = vat_return(country, date.fromisoformat(until))
    assert form
    assert not unplaced(period, form)
    return {(str(row[0]), str(row[2])): str(row[5]) for row in boxes_report(period, book, form).rows}


def compared(ledger: str, since: str = "2026-01-01", until: str = "2026-12-31") -> tuple[Comparison, ...]:
    general_ledger, book = read(CODES + ledger)
    period = vat_of_period(general_ledger, book, date.fromisoformat(since), date.fromisoformat(until))
    return comparisons(period, general_ledger, book)


def differences(ledger: str, since: str = "2026-01-01", until: str = "2026-12-31") -> list[tuple[str, str, str]]:
    """Each difference between the report and the accounts."""
    return [
        (sums.subject, difference.why, str(difference.amount))
        for sums in compared(ledger, since, until)
        for difference in sums.differences
    ]


def test_tax_on_an_invoice_falls_due_with_it_and_tax_on_services_with_each_payment() -> None:
    ledger = invoice("2026-01-10", "F1") + services("2026-01-15", "F2") + payment("2026-02-03", "60.00", "F2")
    assert due(ledger, until="2026-01-31") == [("invoice", "F1", "100.00", "20.00")]
    assert due(ledger, "2026-02-01", "2026-02-28") == [("payment", "F2", "50.00", "10.00")]


def test_money_that_came_before_its_invoice_is_told_in_the_period_that_knows_it() -> None:
    """VAT on services is due when the money comes (CGI, art. 269, 2 c), but in January nobody knows for what it is."""
    ledger = payment("2026-01-28", "120.00", "F1") + services("2026-02-03", "F1")
    assert due(ledger, until="2026-01-31") == []
    assert due(ledger, "2026-02-01", "2026-02-28") == [("earlier", "F1", "100.00", "20.00")]
    assert due(ledger) == [("payment", "F1", "100.00", "20.00")]


def test_tax_on_dollars_is_worth_what_they_are_worth_on_the_day_of_the_payment() -> None:
    ledger = """
2026-01-05 * "Dupont SARL" "En dollars" ^F1
  invoice: "F1"
  Assets:Clients:Dupont  1200.00 USD @ 0.92 EUR
  Income:Conseil  -920.00 EUR
    quantity: 10
    price: 100.00
    tax: "E20"
  Liabilities:Attente  -184.00 EUR
    tax: "E20"
    amount: 200.00
2026-02-10 * "Dupont SARL" "Virement" ^F1
  Assets:Banque  1140.00 EUR
  Assets:Clients:Dupont  -1200.00 USD @ 0.95 EUR
"""
    assert due(ledger, "2026-02-01", "2026-02-28") == [("payment", "F1", "950.00", "190.00")]


GOODS = """
2026-01-05 * "Dupont SARL" "Acompte" ^D1
  invoice: "D1"
  kind: "deposit"
  Assets:Clients:Dupont  360.00 EUR
  Liabilities:Acomptes  -300.00 EUR
    text: "Acompte"
    tax: "E20"
  Liabilities:Attente  -60.00 EUR
    tax: "E20"
2026-01-20 * "Dupont SARL" "Virement" ^D1
  Assets:Banque  360.00 EUR
  Assets:Clients:Dupont  -360.00 EUR
  Liabilities:Attente  60.00 EUR
    tax: "E20"
  Liabilities:TVA  -60.00 EUR
    tax: "E20"
2026-02-25 * "Dupont SARL" "Machine" ^F1
  invoice: "F1"
  Assets:Clients:Dupont  840.00 EUR
  Income:Conseil  -1000.00 EUR
    tax: "N20"
  Liabilities:TVA  -200.00 EUR
    tax: "N20"
  Liabilities:Acomptes  300.00 EUR
    deposit: "D1"
  Liabilities:TVA  60.00 EUR
    deposit: "D1"
    tax: "E20"
"""


def test_a_deposit_on_goods_is_taxed_when_it_is_paid_and_the_rest_at_delivery() -> None:
    assert due(GOODS) == [
        ("payment", "D1", "300.00", "60.00"),
        ("deducted", "F1", "-300.00", "-60.00"),
        ("invoice", "F1", "1000.00", "200.00"),
    ]
    assert [sums.unexplained for sums in compared(GOODS)] == [0, 0]
    assert differences(GOODS) == []


def test_a_paid_deposit_that_is_taken_off_the_pending_account_is_taken_back() -> None:
    """The tax of the deposit was due when it was paid; the invoice takes it off where nothing is left of it."""
    wrong = GOODS.replace("  Liabilities:TVA  60.00 EUR\n    deposit", "  Liabilities:Attente  60.00 EUR\n    deposit")
    assert due(wrong) == [
        ("payment", "D1", "300.00", "60.00"),
        ("paid-deposit-deducted", "D1", "-300.00", "-60.00"),
        ("invoice", "F1", "1000.00", "200.00"),
    ]
    assert differences(wrong)[0][2] == "60.00"


def test_a_part_that_is_paid_and_a_rest_that_is_lost() -> None:
    """Of services, tax on the loss never falls due; of goods, it is taken back (CGI, art. 272, 1), on line 21."""
    lost = services("2026-01-10", "F1") + payment("2026-02-01", "60.00", "F1")
    loss = """
2026-03-01 * "Dupont SARL" "Perte" ^F1 #write-off
  Expenses:Pertes  50.00 EUR
  Liabilities:ACCOUNT  10.00 EUR
    tax: "CODE"
  Assets:Clients:Dupont  -60.00 EUR
"""
    of_services = lost + loss.replace("ACCOUNT", "Attente").replace("CODE", "E20")
    assert due(of_services) == [("payment", "F1", "50.00", "10.00")]
    of_goods = invoice("2026-01-10", "F1") + payment("2026-02-01", "60.00", "F1")
    of_goods += loss.replace("ACCOUNT", "TVA").replace("CODE", "N20")
    assert due(of_goods) == [("invoice", "F1", "100.00", "20.00"), ("write-off", "F1", "-50.00", "-10.00")]
    assert boxes(of_goods) == {
        ("A1", "base"): "100",
        ("08", "base"): "100",
        ("08", "tax"): "20",
        ("21", "tax"): "10",
    }
    assert differences(of_goods) == []


def test_boxes_of_the_french_return_by_category_nature_and_place() -> None:
    def sale(number: str, customer: str, code: str, amount: str) -> str:
        return f"""
2026-01-05 * "{customer}" "Vente" ^{number}
  invoice: "{number}"
  Assets:Clients:{customer}  {amount} EUR
  Income:Conseil  -{amount} EUR
    tax: "{code}"
"""

    assert boxes(
        invoice("2026-01-05", "F1")
        + sale("F2", "Berg", "INTRA", "1000.50")
        + sale("F3", "Berg", "AUTOLIQ", "300.49")
        + sale("F4", "Smith", "EXPORT", "700.00")
        + sale("F5", "Martin", "AUTOLIQ", "40.00")
    ) == {
        ("A1", "base"): "100",
        ("08", "base"): "100",
        ("08", "tax"): "20",
        ("F2", "base"): "1001",
        ("E2", "base"): "340",
        ("E1", "base"): "700",
    }


def credit(day: str, number: str, corrects: str, net: str, tax: str, code: str = "N20") -> str:
    """A credit note on goods or services that are taxed once invoiced."""
    return f"""
{day} * "Dupont SARL" "Avoir" ^{number}
  invoice: "{number}"
  corrects: "{corrects}"
  Assets:Clients:Dupont  -{Decimal(net) + Decimal(tax)} EUR
  Income:Conseil  {net} EUR
    tax: "{code}"
  Liabilities:TVA  {tax} EUR
    tax: "{code}"
"""


def at(rate: str, tax: str, net: str = "100.60") -> str:
    """An invoice at another rate, and the code for it."""
    return f"""
2025-01-01 custom "invoice-tax" "R" "VAT" Liabilities:TVA
  rate: {rate}
2026-01-05 * "Dupont SARL" "Vente" ^F1
  invoice: "F1"
  Assets:Clients:Dupont  {Decimal(net) + Decimal(tax)} EUR
  Income:Conseil  -{net} EUR
    tax: "R"
  Liabilities:TVA  -{tax} EUR
    tax: "R"
"""


@pytest.mark.parametrize(
    ("country", "ledger", "expected"),
    [
        # bases in whole euros cut off, tax to the cent
        ("DE", at("19", "19.11"), {("81", "base"): "100", ("81", "tax"): "19.11"}),
        ("DE", at("7", "7.04"), {("86", "base"): "100", ("86", "tax"): "7.04"}),
        # credit notes stand apart, above zero
        (
            "BE",
            at("21", "21.13") + credit("2026-02-05", "A1", "F1", "50.00", "10.50", "R"),
            {("03", "base"): "100.60", ("49", "base"): "50.00", ("54", "tax"): "21.13", ("64", "tax"): "10.50"},
        ),
        ("LU", at("17", "17.10"), {("022", "base"): "100.60", ("701", "base"): "100.60", ("702", "tax"): "17.10"}),
        # credit notes correct bases and tax, with their sign
        (
            "ES",
            at("21", "21.13") + credit("2026-02-05", "A1", "F1", "50.00", "10.50", "R"),
            {("07", "base"): "100.60", ("09", "tax"): "21.13", ("14", "base"): "-50.00", ("15", "tax"): "-10.50"},
        ),
        # the base when it is invoiced, the tax when it falls due
        ("IT", services("2026-01-15", "F1"), {("VP2", "base"): "100.00"}),
        (
            "IT",
            services("2026-01-15", "F1") + payment("2026-02-03", "60.00", "F1"),
            {("VP2", "base"): "100.00", ("VP4", "tax"): "10.00"},
        ),
        ("NL", at("9", "9.05"), {("1b", "base"): "100", ("1b", "tax"): "9"}),
        ("GB", invoice("2026-01-05", "F1"), {("1", "tax"): "20.00", ("6", "base"): "100"}),
    ],
)
def test_boxes_of_other_countries(country: str, ledger: str, expected: dict[tuple[str, str], str]) -> None:
    assert boxes(ledger, country) == expected


def test_a_code_that_no_box_takes_is_named() -> None:
    ledger = '2025-01-01 custom "invoice-tax" "N13" "TVA" Liabilities:TVA\n  rate: 13\n'
    ledger += invoice("2026-01-05", "F1").replace("N20", "N13").replace("120.00", "113.00").replace("-20.00", "-13.00")
    period, form = vat(ledger, "2026-01-01", "2026-12-31"), vat_return("FR", date(2026, 12, 31))
    assert form
    assert [(line.number, missing) for line, missing in unplaced(period, form)] == [("F1", "tax")]


def test_every_difference_between_the_report_and_the_accounts_is_named() -> None:
    ledger = (
        invoice("2026-01-05", "F1")
        + services("2026-01-06", "F2")
        + payment("2026-01-20", "120.00", "F2")
        + """
2026-01-25 * "DGFiP" "CA3 de décembre"
  Liabilities:TVA  7.00 EUR
  Assets:Banque  -7.00 EUR
2026-01-26 * "Remise fournisseur"
  Assets:Banque  3.00 EUR
  Income:Conseil  -3.00 EUR
2026-01-31 ! "Dupont SARL" "Brouillon"
  invoice: "draft-1"
  Assets:Clients:Dupont  120.00 EUR
  Income:Conseil  -100.00 EUR
    tax: "N20"
  Liabilities:TVA  -20.00 EUR
    tax: "N20"
"""
    )
    told = [(subject, str(why).split(":")[0], amount) for subject, why, amount in differences(ledger)]
    assert told == [
        ("turnover", "an entry that is not a document", "3.00"),
        ("turnover", "a document that is not a sale, or only in part", "100.00"),
        ("VAT", "due on payments and not moved to the tax account yet", "-20.00"),
        ("VAT", "an entry that is not a document", "-7.00"),
        ("VAT", "a document that is not a sale, or only in part", "20.00"),
    ]
    turnover, tax = compared(ledger)
    assert (turnover.reported, turnover.booked) == (Decimal(200), Decimal(303))
    assert (tax.reported, tax.booked) == (Decimal(40), Decimal(33))


def as_declared(book: Book) -> dict[str, Decimal]:
    """What the example firm paid, by month of the VAT return that the entry names."""
    words = ["janvier", "février", "mars", "avril", "mai", "juin"]
    words += ["juillet", "août", "septembre", "octobre", "novembre", "décembre"]
    found = {}
    books = accounting_books(LedgerLoader(EXAMPLE))
    for entry in books.general_ledger.entries:
        if "déclaration CA3 de " in entry.text:
            month, year = entry.text.rsplit(" ", 2)[-2:]
            paid = sum(posting.weight for posting in entry.postings if posting.account in tax_accounts(book))
            found[f"{year}-{words.index(month) + 1:02}"] = Decimal(paid)
    return found


def test_in_the_example_each_month_is_what_the_firm_declared_and_every_difference_is_named() -> None:
    books = accounting_books(LedgerLoader(EXAMPLE))
    book = books.ledger.book
    declared = as_declared(book)
    assert len(declared) > 20
    for day in month_ends(date(2025, 1, 1), date(2026, 11, 30)):
        period = vat_of_period(books.general_ledger, book, day.replace(day=1), day)
        assert declared.get(f"{day:%Y-%m}", period.amount) == period.amount
        for sums in comparisons(period, books.general_ledger, book):
            assert not sums.unexplained
        form = vat_return("FR", day)
        assert form
        assert not unplaced(period, form)
        rows = differences_report(period, comparisons(period, books.general_ledger, book)).rows
        assert [row[4] for row in rows if row[1] == "under two taxes, or due at once in part"] == []
        assert sum(line.amount for line in period.lines) == lines_report(period, form).totals["tax"]


GOLDEN = sorted((TESTS / "golden").glob("*.beancount"))


@pytest.mark.parametrize("ledger", [EXAMPLE, *GOLDEN], ids=lambda path: path.stem)
def test_the_vat_of_the_months_is_that_of_the_year_and_what_tax_due_and_invoices_say(ledger: Path) -> None:
    books = accounting_books(LedgerLoader(ledger))
    book, general_ledger = books.ledger.book, books.general_ledger
    first, last = date(2025, 1, 1), date(2026, 12, 31)
    try:
        whole = vat_of_period(general_ledger, book, first, last)
    except CannotMakeEntries:
        return  # books without a currency, or with an amount that has no price
    days = list(month_ends(first, last))
    months = [vat_of_period(general_ledger, book, day.replace(day=1), day) for day in days]
    opened = vat_of_period(general_ledger, book, date(2000, 1, 1), date(2024, 12, 31)).amount
    assert sum(month.amount for month in months) == whole.amount
    assert sum(month.base for month in months) == whole.base
    in_books = {share.pending.currency for share in whole.due.tax_shares} <= {book.currency}
    if in_books and not opened:
        on_payment = sum(share.amount for share in tax_due(book, last).tax_shares if share.is_due)
        assert sum(line.amount for line in whole.lines if line.is_on_payment) == on_payment
    accounts = tax_accounts(book)
    sold = {
        invoice.source for invoice in book.invoices if not invoice.draft and invoice.kind not in {"opening", "void"}
    }
    booked = sum(
        (
            -value
            for entry, postings in whole.valued
            if entry.source in sold and first <= entry.date
            for posting, value in postings
            if posting.account in accounts
        ),
        ZERO,
    )
    by_documents = [
        line for line in whole.lines if not line.is_on_payment and line.kind not in {"write-off", "discount"}
    ]
    if not any(finding.severity == "error" for finding in books.ledger.findings):
        assert sum(line.amount for line in by_documents) == booked
    for sums in comparisons(whole, general_ledger, book):
        assert not sums.unexplained


def test_every_return_has_boxes_with_a_source() -> None:
    for country in countries_with_vat_returns():
        form = vat_return(country, date(2026, 12, 31))
        assert form
        assert form.source
        assert form.boxes
        assert vat_return(country, date(1999, 1, 1)) is None


@pytest.fixture
def _firm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger = CODES + invoice("2026-01-05", "F1") + services("2026-01-06", "F2") + payment("2026-02-01", "120.00", "F2")
    text = ACCOUNTS + 'plugin "beancount_invoicing"\n' + ledger
    (tmp_path / "main.beancount").write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, ["accounting", "vat", *arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.output


@pytest.mark.usefixtures("_firm")
def test_what_is_given_back_and_money_without_an_invoice_are_told(tmp_path: Path) -> None:
    ledger = tmp_path / "main.beancount"
    more = credit("2026-02-05", "A1", "F1", "100.00", "20.00") + payment("2026-02-10", "60.00", "F9")
    ledger.write_text(ledger.read_text(encoding="utf-8") + more, encoding="utf-8")
    code, output = run("--since", "2026-02-02", "--until", "2026-02-28")
    assert code == 0
    assert "box 08: -20.00 is below zero" in output
    assert "goes to box 21" in output
    assert "60.00 EUR received on 2026-02-10 is not allocated to any invoice" in output


def test_who_charges_no_vat_is_led_to_the_receipts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = ACCOUNTS.replace("  rate: 20\n", '  category: "E"\n  reason: "VATEX-FR-FRANCHISE"\n').replace(
        '"N20" "TVA" Liabilities:TVA', '"N20" "Franchise"'
    )
    sale = """
2026-08-05 * "Dupont SARL" "Conseil" ^F1
  invoice: "F1"
  Assets:Clients:Dupont  100.00 EUR
  Income:Conseil  -100.00 EUR
    tax: "N20"
plugin "beancount_invoicing"
"""
    (tmp_path / "main.beancount").write_text(lines + sale, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    code, output = run("2026-08")
    assert code == 0
    assert "you charge no VAT; what you received: bean-invoice accounting receipts 2026-Q3" in output


@pytest.mark.usefixtures("_firm")
def test_the_report_comes_out_as_tables_json_csv_and_a_workbook() -> None:
    code, output = run("2026-Q1")
    assert code == 0
    assert "Boxes of 3310-CA3 (FR)" in output
    assert "tax-due --since 2026-01-01 --until 2026-03-31 -w" in output
    answer = json.loads(run("2026-Q1", "--format", "json")[1].partition("\nonly")[0])
    assert answer["totals"] == {"base": "200.00", "tax": "40.00"}
    assert list(answer["parts"]) == ["vat-boxes", "vat-differences", "vat-lines"]
    assert answer["parts"]["vat-lines"]["rows"][0]["boxes"] == "A1 08"
    assert run("2026-Q1", "--format", "csv")[1].splitlines()[0].startswith("date,kind,number,customer")
    assert run("2026-Q1", "-o", "tva.xlsx")[0] == 0
    assert run("2026-Q1", "--show", "boxes", "--format", "csv")[1].startswith("box,title")
    assert run("2026-Q1", "--country", "ZZ")[0] == 1


def moved(day: str, amount: str) -> str:
    return f"""
{day} * "Taxe exigible"
  Liabilities:Attente  {amount} EUR
    tax: "E20"
  Liabilities:TVA  -{amount} EUR
    tax: "E20"
""".replace("--", "")


def unmoved(ledger: str, since: str = "2026-01-01", until: str = "2026-12-31") -> list[tuple[str, str, str]]:
    """Day, document and amount of each difference of what payments made due and entries moved."""
    found = compared(ledger, since, until)[1].differences
    return [(str(told.place[0]), told.place[1], str(told.amount)) for told in found]


PAID = (
    services("2026-01-06", "F1")
    + services("2026-01-06", "F2")
    + payment("2026-01-20", "120.00", "F1")
    + payment("2026-01-21", "60.00", "F2")
    + payment("2026-02-22", "60.00", "F2")
)
"""20.00 and 10.00 fall due in January, 10.00 in February."""


def test_each_document_whose_tax_was_not_moved_is_named() -> None:
    assert unmoved(PAID) == [
        ("2026-02-22", "F2", "-10.00"), ("2026-01-21", "F2", "-10.00"), ("2026-01-20", "F1", "-20.00"),
    ]  # fmt: skip
    assert unmoved(PAID + moved("2026-01-31", "20.00") + moved("2026-02-28", "10.00")) == [
        ("2026-02-22", "F2", "-10.00")
    ]
    assert unmoved(PAID + moved("2026-01-31", "10.00") + moved("2026-02-28", "10.00")) == [
        ("2026-01-20", "F1", "-20.00")
    ]
    assert unmoved(PAID + moved("2026-01-31", "25.00")) == [
        ("2026-02-22", "F2", "-10.00"),
        ("2026-01-21", "F2", "-5.00"),
    ]


def test_what_was_moved_beyond_is_named_by_its_entry() -> None:
    whole = PAID + moved("2026-01-31", "30.00") + moved("2026-02-28", "10.00")
    assert unmoved(whole) == []
    more = whole + moved("2026-03-31", "3.00")
    assert [(day, amount) for day, _reference, amount in unmoved(more)] == [("2026-03-31", "3.00")]
    assert [(day, amount) for day, _reference, amount in unmoved(more, since="2026-03-01")] == [("2026-03-31", "3.00")]
    back = whole + moved("2026-03-31", "-4.00")
    assert [(day, amount) for day, _reference, amount in unmoved(back, since="2026-03-01")] == [("2026-03-31", "-4.00")]
