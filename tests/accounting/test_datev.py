"""DATEV's files of a small firm: bookings worked out by hand, and read again as DATEV reads them."""

from __future__ import annotations

import csv
import io
import re
from collections import defaultdict
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from beancount import loader
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from beancount_invoicing.accounting.datev import DatevBatch, datev_batch, sums_by_account, sums_of_entries
from beancount_invoicing.accounting.datev_format import BOOKING_COLUMNS, DEBTOR_COLUMNS, bookings_file, debtors_file
from beancount_invoicing.accounting.datev_settings import DatevSettings, datev_settings
from beancount_invoicing.accounting.entries import AccountingEntries, accounting_entries
from beancount_invoicing.cli import main
from beancount_invoicing.entries import read_book
from beancount_invoicing.entries.general_ledger import read_general_ledger
from beancount_invoicing.model import Book
from beancount_invoicing.model.general_ledger import GeneralLedger
from beancount_invoicing.receivables import allocate
from tests.ledgers import EXAMPLE

ACCOUNTS = """
option "operating_currency" "EUR"
2025-01-01 custom "invoice-option" "account-number-key" "skr03"
2025-01-01 custom "invoice-option" "datev-consultant" "29098"
2025-01-01 custom "invoice-option" "datev-client" "55003"
2025-01-01 custom "invoice-seller" "Werkstatt"
  country: "DE"
  vat-id: "DE123456788"
2025-01-01 custom "invoice-tax" "AUTO" "USt" Liabilities:USt
  rate: 19
  datev-key: "automatic"
2025-01-01 custom "invoice-tax" "KEY" "USt" Liabilities:USt
  rate: 19
  datev-key: "3"
2025-01-01 custom "invoice-tax" "PLAIN" "USt" Liabilities:USt
  rate: 19
2025-01-01 custom "invoice-tax" "EU" "innergemeinschaftlich"
  rate: 0
  category: "K"
  nature: "goods"
  datev-key: "automatic"
2025-01-01 custom "invoice-tax" "EU-PLAIN" "Steuerschuldnerschaft des Leistungsempfängers"
  category: "AE"
2025-01-01 open Assets:Kunden:Bau
  customer: "Bau AG"
  country: "DE"
  vat-id: "DE136695976"
  debtor-number: "10009"
2025-01-01 open Assets:Kunden:Mueller
  customer: "Müller OHG"
  debtor-number: "10001"
2025-01-01 open Assets:Kunden:Dupont
  customer: "Dupont SARL"
  country: "FR"
  vat-id: "FR40303265045"
  debtor-number: "10002"
2025-01-01 open Assets:Bank
  skr03: "1200"
2025-01-01 open Liabilities:USt
  skr03: "1776"
2025-01-01 open Income:Beratung
  skr03: "8400"
2025-01-01 open Income:Waren
  skr03: "8200"
2025-01-01 open Income:EU
  skr03: "8125"
2025-01-01 open Expenses:Gehalt
  skr03: "4120"
2025-01-01 open Expenses:Sozial
  skr03: "4130"
2025-01-01 open Expenses:Skonto
  skr03: "8730"
2025-01-01 open Liabilities:Lohnsteuer
  skr03: "1741"
"""


def sale(number: str, tax: str, net: str, vat: str, account: str = "Income:Beratung", day: str = "2026-02-01") -> str:
    """An invoice to Müller with one line and one tax."""
    return f"""
{day} * "Müller OHG" "Beratung" ^{number}
  invoice: "{number}"
  Assets:Kunden:Mueller
  {account}  -{net} EUR
    tax: "{tax}"
  Liabilities:USt  -{vat} EUR
    tax: "{tax}"
"""


def read(ledger: str) -> tuple[GeneralLedger, Book, AccountingEntries]:
    entries, errors, options = loader.load_string(ACCOUNTS + ledger)
    assert errors == []
    book = read_book(entries, options)
    documents = {document.source: document.number for document in book.invoices}
    general_ledger = read_general_ledger(entries, options, "skr03", documents)
    made = accounting_entries(general_ledger, book, date(2026, 1, 1), date(2026, 12, 31))
    return general_ledger, book, made


def batch_of(ledger: str) -> DatevBatch:
    """The bookings of 2026; each account moves as in the ledger."""
    general_ledger, book, entries = read(ledger)
    settings, findings = datev_settings(general_ledger, book, date(2026, 12, 31))
    assert findings == ()
    batch = datev_batch(entries, general_ledger, book, allocate(book, date(2026, 12, 31)), settings)
    if not batch.findings:
        assert sums_by_account(batch.bookings) == sums_of_entries(entries, general_ledger, book, settings)
    return batch


def bookings(ledger: str) -> list[tuple[str, str, str, str, str]]:
    """Amount with S or H, account, other account, key and reference of each booking."""
    batch = batch_of(ledger)
    assert batch.findings == ()
    return [
        (f"{made.amount} {'S' if made.is_debit else 'H'}", made.account, made.contra, made.key, made.reference)
        for made in batch.bookings
    ]


def test_a_sale_on_an_automatic_account_has_its_tax_inside_and_no_key() -> None:
    assert bookings(sale("R1", "AUTO", "100.00", "19.00")) == [("119.00 S", "10001", "8400", "", "R1")]


def test_a_sale_with_a_tax_key_has_its_tax_inside_and_the_key() -> None:
    assert bookings(sale("R1", "KEY", "100.00", "19.00", "Income:Waren")) == [("119.00 S", "10001", "8200", "3", "R1")]


def test_a_tax_without_a_key_is_booked_beside_its_sale_and_named() -> None:
    ledger = sale("R1", "PLAIN", "100.00", "19.00", "Income:Waren")
    assert bookings(ledger) == [("100.00 S", "10001", "8200", "", "R1"), ("19.00 S", "10001", "1776", "", "R1")]
    assert batch_of(ledger).plain_taxes == ("PLAIN",)


def test_a_tax_that_is_a_cent_off_is_corrected_by_one_more_booking() -> None:
    """DATEV takes 19.00 out of 119.01 (19.0016): 18.99 of the invoice and its net of 100.02 come by a cent between the accounts."""
    assert bookings(sale("R1", "AUTO", "100.02", "18.99")) == [
        ("119.01 S", "10001", "8400", "", "R1"),
        ("0.01 S", "1776", "8400", "40", "R1"),
    ]
    assert bookings(sale("R1", "KEY", "100.02", "18.99", "Income:Waren"))[1] == ("0.01 S", "1776", "8200", "", "R1")


def test_a_tax_that_is_booked_beside_its_sale_may_have_the_key_that_keeps_datev_from_taking_it_out() -> None:
    """Key 40 stands with the sale, not with the tax."""
    code = '2025-01-01 custom "invoice-tax" "BESIDE" "USt" Liabilities:USt\n  rate: 19\n  datev-key: "40"\n'
    ledger = code + sale("R1", "BESIDE", "100.00", "19.00", "Income:Waren")
    assert bookings(ledger) == [("100.00 S", "10001", "8200", "40", "R1"), ("19.00 S", "10001", "1776", "", "R1")]


def test_a_deposit_is_taken_off_with_its_tax_inside() -> None:
    """119.00 were asked for before; the final invoice of 357.00 leaves 238.00."""
    final = (
        sale("R1", "KEY", "300.00", "57.00", "Income:Waren", "2026-03-01")
        + """  Liabilities:Anzahlungen  100.00 EUR
    deposit: "D1"
  Liabilities:USt  19.00 EUR
    deposit: "D1"
    tax: "KEY"
"""
    )
    opened = '2025-01-01 open Liabilities:Anzahlungen\n  skr03: "1718"\n'
    deposit = (
        sale("D1", "KEY", "100.00", "19.00", "Liabilities:Anzahlungen")
        .replace('invoice: "D1"', 'invoice: "D1"\n  kind: "deposit"')
        .replace('    tax: "KEY"', '    text: "Abschlag"\n    tax: "KEY"', 1)
    )
    assert bookings(opened + deposit + final) == [
        ("119.00 S", "10001", "1718", "3", "D1"),
        ("357.00 S", "10001", "8200", "3", "R1"),
        ("119.00 H", "10001", "1718", "3", "R1"),
    ]


def test_what_datev_takes_out_of_lines_whose_tax_comes_to_nothing_goes_back_to_its_account() -> None:
    """DATEV takes 15.97 out of 100.00 on each automatic account; the invoice has no line of tax to tell the account."""
    exchanged = sale("R1", "AUTO", "100.00", "19.00").replace(
        '  Liabilities:USt  -19.00 EUR\n    tax: "AUTO"\n',
        '  Income:Waren  100.00 EUR\n    tax: "AUTO"\n  Income:EU  -10.00 EUR\n    tax: "EU"\n',
    )
    assert bookings(exchanged) == [
        ("100.00 S", "10001", "8400", "", "R1"), ("15.97 S", "1776", "8400", "40", "R1"),
        ("100.00 H", "10001", "8200", "", "R1"), ("15.97 H", "1776", "8200", "40", "R1"),
        ("10.00 S", "10001", "8125", "", "R1"),
    ]  # fmt: skip


def test_two_lines_of_one_account_and_tax_are_one_booking() -> None:
    ledger = """
2026-02-01 * "Müller OHG" "Beratung" ^R1
  invoice: "R1"
  Assets:Kunden:Mueller  238.00 EUR
  Income:Beratung  -150.00 EUR
    tax: "AUTO"
  Income:Beratung  -50.00 EUR
    tax: "AUTO"
  Liabilities:USt  -38.00 EUR
    tax: "AUTO"
"""
    assert bookings(ledger) == [("238.00 S", "10001", "8400", "", "R1")]


def test_a_supply_to_another_member_state_carries_the_customer_s_vat_number() -> None:
    ledger = """
2026-02-01 * "Dupont SARL" "Waren" ^R1
  invoice: "R1"
  Assets:Kunden:Dupont  500.00 EUR
  Income:EU  -500.00 EUR
    tax: "EU"
"""
    (made,) = batch_of(ledger).bookings
    assert (made.amount, made.contra, made.vat_id) == (Decimal("500.00"), "8125", "FR40303265045")
    (made,) = batch_of(ledger.replace('"EU"', '"EU-PLAIN"')).bookings
    assert (made.key, made.vat_id) == ("", "FR40303265045")


def test_works_on_buildings_for_a_german_firm_carry_no_vat_number() -> None:
    ledger = """
2026-02-01 * "Bau AG" "Estrich" ^R1
  invoice: "R1"
  Assets:Kunden:Bau  500.00 EUR
  Income:EU  -500.00 EUR
    tax: "EU-PLAIN"
"""
    (made,) = batch_of(ledger).bookings
    assert (made.account, made.contra, made.vat_id) == ("10009", "8125", "")


def test_a_payment_is_cleared_by_the_numbers_of_its_invoices() -> None:
    ledger = (
        sale("R1", "AUTO", "100.00", "19.00")
        + sale("R2", "AUTO", "200.00", "38.00")
        + """
2026-03-01 * "Müller OHG" "Überweisung" ^R1 ^R2
  Assets:Bank  357.00 EUR
  Assets:Kunden:Mueller  -357.00 EUR
"""
    )
    assert bookings(ledger)[2:] == [
        ("119.00 S", "1200", "10001", "", "R1"), ("238.00 S", "1200", "10001", "", "R2"),
    ]  # fmt: skip


def test_a_discount_on_an_automatic_account_keeps_datev_from_taking_tax_out() -> None:
    ledger = (
        sale("R1", "AUTO", "100.00", "19.00")
        + """
2026-03-01 * "Müller OHG" "mit Nachlass" ^R1
  Assets:Bank  114.00 EUR
  Income:Beratung  5.00 EUR
  Assets:Kunden:Mueller  -119.00 EUR
"""
    )
    assert bookings(ledger)[1:] == [
        ("114.00 H", "10001", "1200", "", "R1"), ("5.00 H", "10001", "8400", "40", "R1"),
    ]  # fmt: skip


def test_an_invoice_paid_in_part_at_once_goes_through_the_customer() -> None:
    ledger = """
2026-02-01 * "Müller OHG" "Beratung" ^R1
  invoice: "R1"
  Assets:Kunden:Mueller  109.00 EUR
  Assets:Bank  10.00 EUR
  Income:Beratung  -60.00 EUR
    tax: "AUTO"
  Income:Waren  -40.00 EUR
    tax: "KEY"
  Liabilities:USt  -11.40 EUR
    tax: "AUTO"
  Liabilities:USt  -7.60 EUR
    tax: "KEY"
"""
    assert bookings(ledger) == [
        ("71.40 S", "10001", "8400", "", "R1"), ("47.60 S", "10001", "8200", "3", "R1"), ("10.00 H", "10001", "1200", "", "R1"),
    ]  # fmt: skip


WAGES = """
2026-02-28 * "Löhne"
  Expenses:Gehalt  3000.00 EUR
  Expenses:Sozial  600.00 EUR
  Assets:Bank  -2900.00 EUR
  Liabilities:Lohnsteuer  -700.00 EUR
"""


def test_an_entry_with_several_debits_and_credits_needs_an_interim_account() -> None:
    (finding,) = batch_of(WAGES).findings
    assert finding.message == (
        "this entry has 2 debits and 2 credits, but a DATEV booking has two accounts: name an account through which it is "
        'booked, option datev-interim-account "1590", for example'
    )
    assert bookings('2026-01-01 custom "invoice-option" "datev-interim-account" "1590"\n' + WAGES) == [
        ("3000.00 H", "1590", "4120", "", "BQ-1"), ("600.00 H", "1590", "4130", "", "BQ-1"),
        ("2900.00 S", "1590", "1200", "", "BQ-1"), ("700.00 S", "1590", "1741", "", "BQ-1"),
    ]  # fmt: skip


def test_what_has_no_number_that_datev_takes_is_an_error_with_the_number_to_write() -> None:
    ledger = """
2026-01-01 open Assets:Kunden:Neu
  customer: "Neu GmbH"
2026-01-01 open Assets:Kasse
  skr03: "10000"
2026-01-01 open Equity:Privat
2026-02-01 * "Neu GmbH" "Geld"
  Assets:Kasse  5.00 EUR
  Assets:Kunden:Neu  -5.00 EUR
2026-02-01 * "Einlage"
  Assets:Kasse  5.00 EUR
  Equity:Privat
"""
    assert [finding.message for finding in batch_of(ledger).findings] == [
        "Assets:Kasse has the number 10000, but DATEV's accounts have 4 digits: write its number below its `open`, or set option "
        "datev-account-length",
        'account Equity:Privat has no number for DATEV: write it below its `open`, skr03: "1200" for example',
        'customer Assets:Kunden:Neu has no debtor number: write debtor-number: "10000" below its `open`, or the number that your '
        "tax adviser uses",
    ]


def test_a_debtor_number_that_another_customer_has_is_not_proposed() -> None:
    ledger = """
2026-01-01 open Assets:Kunden:Alt
  customer: "Alt GmbH"
  debtor-number: "10000"
2026-01-01 open Assets:Kunden:Neu
  customer: "Neu GmbH"
2026-02-01 * "Neu GmbH" "Geld"
  Assets:Bank  5.00 EUR
  Assets:Kunden:Neu  -5.00 EUR
"""
    (finding,) = batch_of(ledger).findings
    assert 'write debtor-number: "10003" below its `open`' in finding.message  # 10001 and 10002 are taken, too


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ('"datev-consultant" "7"', 'option datev-consultant is "7", but must be from 1001 to 9999999'),
        ('"datev-client" "x"', 'option datev-client is "x", but must be from 1 to 99999'),
        ('"datev-account-length" 9', 'option datev-account-length is "9", but must be from 4 to 8'),
        (
            '"datev-interim-account" "15900"',
            'option datev-interim-account is "15900", but DATEV\'s accounts have 4 digits',
        ),
    ],
)
def test_settings_that_datev_does_not_take(option: str, message: str) -> None:
    general_ledger, book, _entries = read(f'2026-01-02 custom "invoice-option" {option}\n')
    _settings, findings = datev_settings(general_ledger, book, date(2026, 12, 31))
    assert [finding.message[: len(message)] for finding in findings] == [message]


SETTINGS = DatevSettings("29098", "55003", date(2026, 1, 1), date(2026, 12, 31), 4, "", False, "skr03", "03")


def lines(content: bytes) -> list[list[str]]:
    """The fields of each line, as DATEV reads them."""
    text = content.decode("cp1252")
    assert text.endswith("\r\n")
    assert "\n" not in text.replace("\r\n", "")
    return list(csv.reader(io.StringIO(text.replace("\r\n", "\n")), delimiter=";"))


def test_the_file_has_datev_s_header_and_columns() -> None:
    """The header of DATEV's own example (developer.datev.de, DATEV-Format, header), with our figures; 125 columns."""
    batch = batch_of(sale("R2026.1", "KEY", "100.00", "19.00", "Income:Waren"))
    content = bookings_file(batch.bookings, date(2026, 2, 1), date(2026, 2, 28), SETTINGS, "EUR")
    first, titles, booking, last = content.decode("cp1252").split("\r\n")
    assert first == (
        '"EXTF";700;21;"Buchungsstapel";13;20260228000000000;;"RE";"";"";29098;55003;20260101;4;20260201;20260228;"02/2026";"";'
        '1;0;0;"EUR";;"";;;"03";;;"";""'
    )
    assert titles.split(";") == list(BOOKING_COLUMNS)
    assert len(BOOKING_COLUMNS) == 125
    assert booking.startswith('119,00;"S";;;;;10001;8200;"0003";0102;"R2026-1";;;"Müller OHG – Beratung";')
    assert last == ""
    fields = dict(zip(BOOKING_COLUMNS, lines(content)[2], strict=True))
    assert {title: field for title, field in fields.items() if field and title not in BOOKING_COLUMNS[:14]} == {
        "Festschreibung": "0", "Fälligkeit": "03032026",
    }  # fmt: skip


def test_a_batch_of_several_months_is_named_by_the_first_and_the_last() -> None:
    head = lines(bookings_file([], date(2026, 1, 1), date(2026, 3, 31), SETTINGS, "EUR"))[0]
    assert head[16] == "01-03/2026"


def test_the_day_of_supply_is_written_if_the_ledger_says_so() -> None:
    ledger = sale("R1", "AUTO", "100.00", "19.00").replace('invoice: "R1"', 'invoice: "R1"\n  delivered: 2026-01-31')
    asked = '2026-01-01 custom "invoice-option" "datev-supply-date" TRUE\n'
    assert [made.supplied_on for made in batch_of(ledger).bookings] == [None]
    (made,) = batch_of(asked + ledger).bookings
    content = bookings_file([made], date(2026, 2, 1), date(2026, 2, 28), SETTINGS, "EUR")
    fields = dict(zip(BOOKING_COLUMNS, lines(content)[2], strict=True))
    assert (fields["Leistungsdatum"], fields["Datum Zuord. Steuerperiode"]) == ("31012026", "31012026")


def test_customers_are_written_with_their_address_and_vat_number() -> None:
    _general_ledger, book, _entries = read("")
    customers = {"10002": book.customers["Assets:Kunden:Dupont"].latest}
    first, titles, row = lines(debtors_file(customers, date(2026, 2, 28), SETTINGS))
    assert ";".join(first).startswith(
        "EXTF;700;16;Debitoren/Kreditoren;5;20260228000000000;;RE;;;29098;55003;20260101;4;;;"
    )
    assert (len(first), len(titles), len(row)) == (31, 254, 254)
    fields = dict(zip(DEBTOR_COLUMNS, row, strict=True))
    assert {title: field for title, field in fields.items() if field} == {
        "Konto": "10002", "Name (Adressatentyp Unternehmen)": "Dupont SARL", "Adressatentyp": "2", "EU-Land": "FR",
        "EU-USt-IdNr.": "40303265045", "Land": "FR",
    }  # fmt: skip


@pytest.mark.parametrize(("length", "is_written"), [(60, True), (61, False)])
def test_an_address_that_is_too_long_for_datev_is_left_out_and_never_cut_off(length: int, is_written: bool) -> None:
    _general_ledger, book, _entries = read("")
    email = "buchhaltung@example.com".rjust(length, "x")
    customer = book.customers["Assets:Kunden:Dupont"].latest._replace(email=email)
    _first, titles, row = lines(debtors_file({"10002": customer}, date(2026, 2, 28), SETTINGS))
    assert dict(zip(titles, row, strict=True))["E-Mail"] == (email if is_written else "")


def test_texts_have_no_control_characters_and_only_windows_letters() -> None:
    ledger = (
        '2026-02-01 * "Łódź \\"A;B\\"" "1\\t€ – naïve 🙂 '
        + "x" * 80
        + '"\n  Expenses:Gehalt  5.00 EUR\n  Assets:Bank\n'
    )
    batch = batch_of(ledger)
    (booking,) = lines(bookings_file(batch.bookings, date(2026, 2, 1), date(2026, 2, 28), SETTINGS, "EUR"))[2:]
    text = booking[BOOKING_COLUMNS.index("Buchungstext")]
    assert text.startswith('Lódz "A;B" – 1 € – naïve ? xxx')
    assert len(text) == 60


cents = st.integers(min_value=1, max_value=500_000).map(lambda number: Decimal(number) / 100)


@given(
    st.lists(st.tuples(st.sampled_from(["AUTO", "KEY", "PLAIN"]), cents, st.integers(-2, 2)), min_size=1, max_size=6)
)
def test_whatever_is_sold_each_account_moves_as_in_the_ledger(sales: list[tuple[str, Decimal, int]]) -> None:
    """Also with a tax that is some cents off. The file alone, read as DATEV reads it, gives the ledger's sums."""
    totals: defaultdict[str, Decimal] = defaultdict(Decimal)
    postings = ""
    for code, net, off in sales:
        account = "Income:Beratung" if code == "AUTO" else "Income:Waren"
        totals[code] += (net * 19 / 100).quantize(Decimal("0.01")) + Decimal(off) / 100
        postings += f'  {account}  -{net:.2f} EUR\n    tax: "{code}"\n'
    for code, tax in totals.items():
        postings += f'  Liabilities:USt  {-tax:.2f} EUR\n    tax: "{code}"\n'
    ledger = f'2026-02-01 * "Müller OHG" "Beratung"\n  invoice: "R1"\n  Assets:Kunden:Mueller\n{postings}'
    general_ledger, book, entries = read(ledger)
    batch = datev_batch(entries, general_ledger, book, allocate(book, date(2026, 12, 31)), SETTINGS)
    content = bookings_file(batch.bookings, date(2026, 2, 1), date(2026, 2, 28), SETTINGS, "EUR")
    assert as_datev_books(content) == sums_of_entries(entries, general_ledger, book, SETTINGS)


def as_datev_books(content: bytes) -> dict[str, Decimal]:
    """A second reader, which knows only DATEV's rules: 8400 is automatic unless key 40 says otherwise, key 3 is 19 %."""
    sums: defaultdict[str, Decimal] = defaultdict(Decimal)
    for row in lines(content)[2:]:
        amount, side, account, contra, key = Decimal(row[0].replace(",", ".")), row[1], row[6], row[7], row[8]
        assert amount > 0
        assert re.fullmatch(r"\d{1,10},\d\d", row[0])
        taxed = key == "0003" or (contra == "8400" and key != "0040")
        tax = (amount * 19 / 119).quantize(Decimal("0.01"), "ROUND_HALF_UP") if taxed else Decimal(0)
        sign = 1 if side == "S" else -1
        sums[account] += sign * amount
        sums[contra] -= sign * (amount - tax)
        sums["1776"] -= sign * tax
    return {number: total for number, total in sums.items() if total}


PAGE = EXAMPLE.parent.parent / "docs" / "datev.md"


@pytest.fixture
def ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The ledger of the page, in a folder of its own."""
    file = tmp_path / "main.beancount"
    file.write_text(
        PAGE.read_text(encoding="utf-8").partition("```beancount\n")[2].partition("```")[0], encoding="utf-8"
    )
    monkeypatch.chdir(tmp_path)
    return file


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, ["-f", "main.beancount", "accounting", "datev", *arguments])
    return result.exit_code, result.output


def test_each_month_has_its_file_and_the_same_ledger_gives_the_same_bytes(ledger: Path) -> None:
    with ledger.open("a", encoding="utf-8") as stream:
        stream.write('\n2026-11-02 * "Bank" "Gebühr"\n  Expenses:Bankgebuehren  2.00 EUR\n  Assets:Bank\n')
    assert run("2026-Q4", "-o", "out") == (
        0,
        "out/EXTF_Buchungsstapel_2026-10.csv: 4 bookings, 3\u202f450.00 EUR\n"
        "out/EXTF_Buchungsstapel_2026-11.csv: 1 booking, 2.00 EUR\n"
        "out/EXTF_Debitoren.csv: 1 customer\n",
    )
    first = {file.name: file.read_bytes() for file in (ledger.parent / "out").iterdir()}
    run("2026-Q4", "-o", "out")
    assert {file.name: file.read_bytes() for file in (ledger.parent / "out").iterdir()} == first


def test_a_period_of_two_financial_years_is_refused(ledger: Path) -> None:
    code, output = run("--since", "2026-10-01", "--until", "2027-01-31")
    assert code == 1
    assert "2026-10-01 to 2027-01-31 is not within a financial year" in output
    assert [file.name for file in ledger.parent.glob("EXTF*")] == []


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"invoice-option" "datev-client" "55003"', '"note-to-self" "x"', "option datev-client is missing"),
        (
            'datev-key: "2"',
            'datev-key: "two"',
            'DE7: datev-key is "two", but must be a number of up to 4 digits, or "automatic"',
        ),
        ('  debtor-number: "10001"\n', "", 'no debtor number: write debtor-number: "10000" below its `open`'),
        ("-1000.00 EUR", "-1001.00 EUR", "nothing is written: correct the errors first"),
    ],
)
def test_nothing_is_written_as_long_as_something_is_wrong(ledger: Path, old: str, new: str, message: str) -> None:
    text = ledger.read_text(encoding="utf-8")
    assert old in text
    ledger.write_text(text.replace(old, new), encoding="utf-8")
    code, output = run("2026-10")
    assert code == 1
    assert message in output
    assert [file.name for file in ledger.parent.glob("EXTF*")] == []


def test_a_period_without_entries_is_told(ledger: Path) -> None:
    assert run("2026-01")[0] == 1
    assert "there is no entry from 2026-01-01 to 2026-01-31" in run("2026-01")[1]
    assert not (ledger.parent / "EXTF_Debitoren.csv").exists()
