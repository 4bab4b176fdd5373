"""What an accounting pack has by country and by period: declarations, DATEV, micro-enterprises, and what an auditor asks for."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner

from beancount_invoicing.actions import pack_table
from beancount_invoicing.actions.accounting import accounting_books
from beancount_invoicing.actions.confirmations import largest_balances, statements_to_confirm
from beancount_invoicing.actions.pack_declarations import declared_periods
from beancount_invoicing.actions.pack_reports import PackedReport, pack_books, pack_report, period_name
from beancount_invoicing.actions.pack_table import wanted_reports
from beancount_invoicing.cli import main
from beancount_invoicing.ledger import LedgerLoader

pytestmark = pytest.mark.usefixtures("typeset_once")

ACCOUNTS = """
option "operating_currency" "EUR"
2026-01-01 custom "invoice-tax" "SERVICES" "Reverse charge"
  category: "AE"
  reason: "VATEX-EU-AE"
  nature: "services"
  sold-to: "union business"
2026-01-01 custom "invoice-tax" "HOME" "VAT" Liabilities:VAT
  rate: 20
2026-01-01 custom "invoice-tax" "OSS-IT" "VAT of Italy" Liabilities:OSS
  rate: 22
  nature: "goods"
  sold-to: "IT consumer"
2026-01-01 open Assets:Receivable:Rossi
  customer: "Rossi SpA"
  address: "Via Roma 1"
  postcode: "20121"
  city: "Milano"
  country: "IT"
  vat-id: "IT12345670017"
  pcg: "411"
2026-01-01 open Assets:Receivable:Bianchi
  customer: "Anna Bianchi"
  buyer: "consumer"
  address: "Via Verdi 2"
  postcode: "20121"
  city: "Milano"
  country: "IT"
  pcg: "411"
2026-01-01 open Assets:Bank
  pcg: "512"
2026-01-01 open Liabilities:VAT
  pcg: "4457"
2026-01-01 open Liabilities:OSS
  pcg: "4458"
2026-01-01 open Income:Sales
  pcg: "706"
"""


def seller(country: str, vat_id: str, more: str = "") -> str:
    return f'\n2026-01-01 custom "invoice-seller" "Atelier"\n  country: "{country}"\n  vat-id: "{vat_id}"\n{more}'


def services(day: str, number: str, amount: str = "100.00", customer: str = "Rossi") -> str:
    return f"""
{day} * "{customer}" "Work" ^{number}
  invoice: "{number}"
  Assets:Receivable:{customer}  {amount} EUR
  Income:Sales  -{amount} EUR
    tax: "SERVICES"
"""


FRENCH = seller("FR", "FR11123456782", '  siren: "123456782"\n')
BELGIAN = seller("BE", "BE0403170701")
GERMAN = seller("DE", "DE123456788")


def packed(
    tmp_path: Path, ledger: str, name: str, since: str = "2026-01-01", until: str = "2026-12-31"
) -> PackedReport:
    """The report of a pack as it would be written; an empty one if the pack of that country has none of this name."""
    file = tmp_path / "main.beancount"
    file.write_text(ACCOUNTS + ledger + '\nplugin "beancount_invoicing"\n', encoding="utf-8")
    subject = pack_books(accounting_books(LedgerLoader(file)), date.fromisoformat(since), date.fromisoformat(until))
    assert not [found for found in subject.books.ledger.findings if found.severity == "error"]
    for report in wanted_reports(subject.country):
        if report.name == name:
            return pack_report(report, subject)
    return PackedReport("", "")


def names(report: PackedReport) -> list[str]:
    return [file.file for file in report.files]


def test_the_pack_of_a_year_has_a_des_for_each_month_with_services(tmp_path: Path) -> None:
    ledger = FRENCH + services("2026-02-10", "F1") + services("2026-02-11", "F2") + services("2026-05-02", "F3")
    made = packed(tmp_path, ledger, "des")
    assert names(made) == ["des-2026-02.xml", "des-2026-05.xml"]
    assert b"<valeur>200</valeur>" in made.files[0].content
    assert made.figures == (("declared", Decimal(300)),)
    assert not made.problems


def test_nothing_is_declared_without_sales_to_other_states(tmp_path: Path) -> None:
    made = packed(tmp_path, FRENCH + services("2026-02-10", "F1"), "des", "2026-03-01", "2026-03-31")
    assert (made.files, made.problems, made.notices) == ((), (), ())
    assert not packed(tmp_path, FRENCH + services("2026-02-10", "F1"), "one-stop-shop").files


def test_a_declaration_without_the_sellers_vat_id_says_what_to_write_and_which_command_follows(tmp_path: Path) -> None:
    ledger = '\n2026-01-01 custom "invoice-seller" "Atelier"\n  country: "FR"\n' + services("2026-02-10", "F1")
    made = packed(tmp_path, ledger, "des")
    assert not made.files
    assert 'write vat-id: "…"' in made.problems[0]
    assert made.problems[1].endswith("or only this: bean-invoice accounting sales-list 2026")


def test_days_that_are_no_whole_months_give_no_declaration(tmp_path: Path) -> None:
    made = packed(tmp_path, GERMAN + services("2026-02-10", "F1"), "zm", "2026-02-02", "2026-02-20")
    assert "2026-02-02 to 2026-02-20 are not whole months" in made.problems[0]
    assert made.problems[1].endswith("accounting sales-list --since 2026-02-02 --until 2026-02-20")


def test_belgium_gets_its_quarters_and_its_yearly_list(tmp_path: Path) -> None:
    local = """
2026-01-01 open Assets:Receivable:Peeters
  customer: "Peeters BV"
  country: "BE"
  vat-id: "BE0403170602"
2026-03-03 * "Peeters" "Work" ^F9
  invoice: "F9"
  Assets:Receivable:Peeters  360.00 EUR
  Income:Sales  -300.00 EUR
    tax: "HOME"
  Liabilities:VAT  -60.00 EUR
    tax: "HOME"
"""
    ledger = BELGIAN + local + services("2026-02-10", "F1") + services("2026-12-02", "F3")
    made = packed(tmp_path, ledger, "intervat-intra")
    assert names(made) == ["intervat-intra-2026-Q1.xml", "intervat-intra-2026-Q4.xml"]
    assert names(packed(tmp_path, ledger, "intervat-intra", "2026-02-01", "2026-02-28")) == [
        "intervat-intra-2026-02.xml"
    ]
    assert names(packed(tmp_path, ledger, "taxable-customers")) == [
        "taxable-customers.xlsx",
        "intervat-clients-2026.xml",
    ]
    assert names(packed(tmp_path, ledger, "taxable-customers", "2026-01-01", "2026-03-31")) == [
        "taxable-customers.xlsx"
    ]


def test_germany_gets_its_statements_and_hears_of_datev(tmp_path: Path) -> None:
    ledger = GERMAN + services("2026-02-10", "F1")
    assert names(packed(tmp_path, ledger, "zm")) == ["zm-2026-Q1.csv"]
    made = packed(tmp_path, ledger, "datev")
    assert not made.problems
    assert "datev-consultant" in made.notices[0]
    assert packed(tmp_path, FRENCH + services("2026-02-10", "F1"), "datev") == PackedReport("datev", made.about)


def test_whoever_has_a_number_at_datev_gets_its_files_wherever_the_seller_is(tmp_path: Path) -> None:
    options = "".join(
        f'\n2026-01-01 custom "invoice-option" "{name}" "{value}"'
        for name, value in (("datev-consultant", "1001"), ("datev-client", "1"))
    )
    ledger = FRENCH + options + services("2026-02-10", "F1")
    made = packed(tmp_path, ledger, "datev")
    assert made.problems[-1].endswith("bean-invoice accounting datev 2026")
    assert any("debtor-number" in problem for problem in made.problems)
    whole = ledger.replace('pcg: "706"', 'pcg: "8400"')
    file = (
        ACCOUNTS.replace('"706"', '"8400"')
        .replace('"512"', '"1200"')
        .replace('"411"', '"1400"\n  debtor-number: "10001"', 1)
    )
    (tmp_path / "more").mkdir()
    made = packed_with(tmp_path / "more", file, whole)
    assert names(made) == ["datev/EXTF_Buchungsstapel_2026-02.csv", "datev/EXTF_Debitoren.csv"]
    assert made.figures == (("bookings", 1), ("amount", Decimal("100.00")), ("customers", 1))


def packed_with(folder: Path, accounts: str, ledger: str) -> PackedReport:
    """The DATEV files of a ledger with other accounts."""
    file = folder / "main.beancount"
    file.write_text(accounts + ledger + '\nplugin "beancount_invoicing"\n', encoding="utf-8")
    subject = pack_books(accounting_books(LedgerLoader(file)), date(2026, 1, 1), date(2026, 12, 31))
    (report,) = [report for report in pack_table.REPORTS if report.name == "datev"]
    return pack_report(report, subject)


def test_sales_with_the_vat_of_other_states_are_listed(tmp_path: Path) -> None:
    sale = """
2026-10-20 * "Anna Bianchi" "Chair" ^F4
  invoice: "F4"
  Assets:Receivable:Bianchi  122.00 EUR
  Income:Sales  -100.00 EUR
    tax: "OSS-IT"
  Liabilities:OSS  -22.00 EUR
    tax: "OSS-IT"
"""
    made = packed(tmp_path, FRENCH + sale, "one-stop-shop")
    assert names(made) == ["one-stop-shop.xlsx"]
    assert made.figures == (("rows", 1), ("base", Decimal("100.00")), ("tax", Decimal("22.00")))


MICRO = """
2026-01-01 custom "invoice-tax" "EXEMPT" "TVA non applicable"
  category: "E"
  reason: "VATEX-FR-FRANCHISE"
"""


@pytest.mark.parametrize(
    ("form", "taxes", "files"),
    [
        ("EI", "", []),
        ("Micro-entrepreneur", "", ["micro-enterprise.xlsx"]),
        ("EI, auto-entrepreneur", "", ["micro-enterprise.xlsx"]),
        ("SARL au capital de 100 €", "", []),
    ],
)
def test_only_micro_enterprises_get_a_book_of_receipts(tmp_path: Path, form: str, taxes: str, files: list[str]) -> None:
    legal = FRENCH + f'  legal-form: "{form}"\n' + taxes
    assert names(packed(tmp_path, legal + services("2026-02-10", "F1"), "micro-enterprise")) == files


def test_a_sole_trader_without_vat_is_a_micro_enterprise(tmp_path: Path) -> None:
    file = tmp_path / "main.beancount"
    file.write_text(
        'option "operating_currency" "EUR"\n2026-01-01 open Assets:Bank\n2026-01-01 open Income:Sales\n'
        + FRENCH + '  legal-form: "EI"\n' + MICRO
        + '2026-01-05 * "Cash"\n  Assets:Bank  50.00 EUR\n  Income:Sales\nplugin "beancount_invoicing"\n',
        encoding="utf-8",
    )  # fmt: skip
    (report,) = [report for report in wanted_reports("FR") if report.name == "micro-enterprise"]
    books = accounting_books(LedgerLoader(file))
    made = pack_report(report, pack_books(books, date(2026, 1, 1), date(2026, 12, 31)))
    assert made.figures == (("rows", 1), ("amount", Decimal("50.00")))


def test_the_auditors_papers_are_of_a_year_that_is_over(tmp_path: Path) -> None:
    ledger = FRENCH + services("2026-02-10", "F1")
    for name in ("confirmations", "post-closing"):
        assert not packed(tmp_path, ledger, name).files
    paid = '\n2027-01-20 * "Rossi" "Transfer" ^F1\n  Assets:Bank  100.00 EUR\n  Assets:Receivable:Rossi\n'
    assert names(packed(tmp_path, ledger + paid, "post-closing")) == ["post-closing.xlsx"]
    assert names(packed(tmp_path, ledger + paid, "confirmations")) == [
        "confirmations.xlsx", "confirmations/2026-12-31-Rossi-confirmation.pdf"
    ]  # fmt: skip
    assert not packed(tmp_path, ledger + paid, "confirmations", "2026-02-01", "2026-02-28").files


def test_letters_go_to_those_who_owe_most(tmp_path: Path) -> None:
    ledger = FRENCH + services("2026-02-10", "F1", "900.00")
    for number in range(3):
        ledger += f'\n2026-01-01 open Assets:Receivable:C{number}\n  customer: "C{number}"\n  country: "IT"\n'
        ledger += '  vat-id: "IT12345670017"\n  pcg: "411"\n'
        ledger += services("2026-03-01", f"G{number}", "100.00", f"C{number}")
    later = '\n2027-01-02 * "Bank" "Fee"\n  Assets:Bank  -1.00 EUR\n  Income:Sales  1.00 EUR\n'
    made = packed(tmp_path, ledger + later, "confirmations")
    assert names(made)[1:] == [
        "confirmations/2026-12-31-C0-confirmation.pdf", "confirmations/2026-12-31-Rossi-confirmation.pdf"
    ]  # fmt: skip
    assert made.notices[0].startswith("2 letters of 4: to the customers who owe most")
    books = accounting_books(LedgerLoader(tmp_path / "main.beancount"))
    statements = statements_to_confirm(books.ledger, date(2026, 12, 31), ())
    assert [one.customer.name for one in largest_balances(statements, Decimal("0.8"), 1)] == ["Rossi SpA"]
    assert len(largest_balances(statements, Decimal(1), 25)) == 4


def test_closed_periods_and_sealed_documents_are_in_the_pack(tmp_path: Path) -> None:
    ledger = FRENCH + services("2026-02-10", "F1") + services("2026-04-10", "F2")
    assert not packed(tmp_path, ledger, "closed-periods").files
    file = str(tmp_path / "main.beancount")
    seal = ["-f", file, "seal", "F1", "--date", "2026-02-12", "--write"]
    assert CliRunner().invoke(main, seal).exit_code == 0
    text = (tmp_path / "main.beancount").read_text(encoding="utf-8")
    sealed_only = _closed(tmp_path)
    assert sealed_only.title == "Sealed documents, verified"
    lock = ["-f", file, "accounting", "lock", "2026-03-31", "--date", "2026-04-20", "--write"]
    assert CliRunner().invoke(main, lock).exit_code == 0
    assert text != (tmp_path / "main.beancount").read_text(encoding="utf-8")
    assert (_closed(tmp_path).title, _closed(tmp_path).figures) == ("Closed periods", (("rows", 1),))
    reopen = [
        "-f",
        file,
        "accounting",
        "lock",
        "2026-03-31",
        "--reopen",
        "a mistake",
        "--date",
        "2026-04-21",
        "--write",
    ]
    assert CliRunner().invoke(main, reopen).exit_code == 0
    assert _closed(tmp_path).figures == (("rows", 2),)


def _closed(folder: Path) -> PackedReport:
    (report,) = [report for report in wanted_reports("FR") if report.name == "closed-periods"]
    books = accounting_books(LedgerLoader(folder / "main.beancount"))
    return pack_report(report, pack_books(books, date(2026, 1, 1), date(2026, 12, 31)))


@pytest.mark.parametrize(
    ("since", "until", "parts"),
    [
        ("2026-01-01", "2026-12-31", ["2026-03-31", "2026-06-30", "2026-09-30", "2026-12-31"]),
        ("2026-04-01", "2026-06-30", ["2026-06-30"]),
        ("2026-05-01", "2026-05-31", ["2026-05-31"]),
        ("2026-02-01", "2026-04-30", ["2026-02-28", "2026-03-31", "2026-04-30"]),
        ("2026-01-01", "2026-04-30", ["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30"]),
    ],
)
def test_declarations_are_of_quarters_where_the_period_is_made_of_them(
    since: str, until: str, parts: list[str]
) -> None:
    made = list(declared_periods(date.fromisoformat(since), date.fromisoformat(until)))
    assert [str(last) for _first, last in made] == parts


@pytest.mark.parametrize(
    ("since", "until", "name"),
    [
        ("2026-01-01", "2026-12-31", "2026"),
        ("2026-07-01", "2027-06-30", "2026-07-01_2027-06-30"),
        ("2026-07-01", "2026-09-30", "2026-T3"),
        ("2026-08-01", "2026-10-31", "2026-08-01_2026-10-31"),
        ("2026-10-01", "2026-10-31", "2026-10"),
        ("2026-10-01", "2026-11-15", "2026-10-01_2026-11-15"),
        ("2026-10-15", "2026-11-14", "2026-10-15_2026-11-14"),
    ],
)
def test_only_whole_years_quarters_and_months_have_a_short_name(since: str, until: str, name: str) -> None:
    assert period_name(date.fromisoformat(since), date.fromisoformat(until), "fr") == name
