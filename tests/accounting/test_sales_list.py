"""Lists of sales for tax offices; the amounts are worked out by hand."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from beancount import loader
from beancount.core.convert import get_weight
from beancount.core.data import filter_txns
from click.testing import CliRunner
from lxml import etree

from beancount_invoicing.accounting.entries import valued_entries
from beancount_invoicing.accounting.sales import Sale, sales
from beancount_invoicing.accounting.sales_list import (
    EuSales,
    booked_supplies,
    booked_tax,
    customers_turnover,
    eu_sales,
    oss_sales,
)
from beancount_invoicing.actions.accounting import accounting_books
from beancount_invoicing.cli import main
from beancount_invoicing.ledger import LedgerLoader
from beancount_invoicing.model import Address, Seller, Source
from beancount_invoicing.rendering.sales_list_files import clients_xml, des_xml, intra_xml, zm_csv
from tests.accounting.books import read
from tests.ledgers import EXAMPLE

CODES = """
2025-01-01 custom "invoice-tax" "SERVICES" "Autoliquidation"
  category: "AE"
  nature: "services"
2025-01-01 custom "invoice-tax" "GOODS" "Livraison intracommunautaire"
  category: "K"
  nature: "goods"
2025-01-01 custom "invoice-tax" "CHAIN" "Opération triangulaire"
  category: "K"
  nature: "goods"
  sales-list: "T"
2025-01-01 custom "invoice-tax" "OSS" "TVA allemande" Liabilities:TVA
  rate: 19
  nature: "goods"
  sold-to: "DE consumer"
2025-01-01 custom "invoice-tax" "EXEMPT" "Exonéré"
  category: "E"
2025-01-01 open Assets:Clients:Berg
  customer: "Berg GmbH"
  country: "DE"
  vat-id: "DE 123456788"
2025-01-01 open Assets:Clients:Ohne
  customer: "Ohne GmbH"
  country: "DE"
2025-01-01 open Assets:Clients:Athen
  customer: "Athen AE"
  country: "GR"
  vat-id: "EL094259216"
2025-01-01 open Assets:Clients:Klein
  customer: "Anna Klein"
  country: "DE"
  buyer: "consumer"
2025-01-01 open Assets:Clients:Chantier
  customer: "Chantier SAS"
  country: "FR"
  vat-id: "FR40303265045"
"""


def sale(
    number: str, customer: str, tax: str, net: str, day: str = "2026-10-05", vat: str = "", corrects: str = ""
) -> str:
    """A document with one line, and its tax if it has one."""
    own = f'  corrects: "{corrects}"\n' if corrects else ""
    text = f'\n{day} * "X" "Vente" ^{number}\n  invoice: "{number}"\n{own}  Assets:Clients:{customer}\n'
    text += f'  Income:Conseil  {-Decimal(net)} EUR\n    tax: "{tax}"\n'
    return text + (f'  Liabilities:TVA  {-Decimal(vat)} EUR\n    tax: "{tax}"\n' if vat else "")


class Sold:
    """The sales of the fourth quarter of 2026 in a ledger."""

    def __init__(self, ledger: str) -> None:
        general_ledger, self.book = read(CODES + ledger)
        self.valued, _moneyless = valued_entries(general_ledger, self.book, date(2026, 12, 31))
        self.sales: tuple[Sale, ...] = sales(self.valued, self.book, date(2026, 10, 1), date(2026, 12, 31))


def listed(ledger: str) -> list[tuple[str, str, str, str]]:
    """VAT id, code, amount and documents of each line of the EC sales list."""
    lines, findings = eu_sales(Sold(ledger).sales, "FR")
    assert findings == ()
    return [(line.vat_id, line.code, str(line.amount), " ".join(line.numbers)) for line in lines]


def test_each_customer_has_a_line_for_goods_services_and_chains() -> None:
    ledger = (
        sale("F1", "Berg", "SERVICES", "100.40")
        + sale("F2", "Berg", "GOODS", "800.00")
        + sale("F3", "Berg", "SERVICES", "50.30", "2026-11-02")
        + sale("F4", "Athen", "CHAIN", "70.00")
    )
    assert listed(ledger) == [
        ("DE123456788", "L", "800.00", "F2"), ("DE123456788", "S", "150.70", "F1 F3"), ("EL094259216", "T", "70.00", "F4"),
    ]  # fmt: skip


def test_a_credit_note_lowers_the_period_of_its_own_date() -> None:
    ledger = sale("F1", "Berg", "SERVICES", "100.00", "2026-09-30") + sale(
        "A1", "Berg", "SERVICES", "-30.00", "2026-10-02", corrects="F1"
    )
    assert listed(ledger) == [("DE123456788", "S", "-30.00", "A1")]


def test_subcontracting_at_home_exempt_sales_and_consumers_are_not_listed() -> None:
    ledger = (
        sale("F1", "Chantier", "SERVICES", "100.00")
        + sale("F2", "Berg", "EXEMPT", "100.00")
        + sale("F3", "Klein", "OSS", "100.00", vat="19.00")
        + sale("F4", "Dupont", "N20", "100.00", vat="20.00")
    )
    assert listed(ledger) == []


def test_a_customer_without_a_vat_id_is_an_error_with_what_to_write() -> None:
    _lines, (finding,) = eu_sales(
        Sold(sale("F1", "Ohne", "GOODS", "100.00") + sale("F2", "Ohne", "GOODS", "1.00")).sales, "FR"
    )
    assert finding.message == (
        "F1: Ohne GmbH has no VAT id of another member state, but GOODS is for businesses there and the list names each by its VAT "
        "id: write vat-id below Assets:Clients:Ohne, or choose another tax"
    )


def test_france_and_germany_declare_whole_euros_belgium_cents() -> None:
    sold = Sold(sale("F1", "Athen", "GOODS", "100.50")).sales
    declared = {seller: str(eu_sales(sold, seller)[0][0].declared) for seller in ("FR", "DE", "BE")}
    assert declared == {"FR": "101", "DE": "101", "BE": "100.50"}


def test_sales_with_the_vat_of_another_state_by_rate_and_corrected_quarter() -> None:
    ledger = (
        sale("F0", "Klein", "OSS", "200.00", "2026-09-01", "38.00")
        + sale("F1", "Klein", "OSS", "100.00", vat="19.00")
        + sale("A1", "Klein", "OSS", "-50.00", "2026-10-09", "-9.50", corrects="F0")
        + sale("A2", "Klein", "OSS", "-10.00", "2026-11-09", "-1.90", corrects="F1")
        + sale("F4", "Dupont", "N20", "100.00", vat="20.00")
    )
    sold = Sold(ledger)
    lines = oss_sales(sold.sales, sold.book, "FR")
    assert [(line.country, line.nature, str(line.rate), str(line.base), str(line.tax), line.corrects) for line in lines] == [
        ("DE", "goods", "19", "90.00", "17.10", ""), ("DE", "goods", "19", "-50.00", "-9.50", "2026-Q3"),
    ]  # fmt: skip
    assert booked_tax(sold.valued, sold.book, sold.sales, "FR") == Decimal("7.60")


def test_customers_of_the_seller_s_own_country_from_250_on() -> None:
    ledger = (
        sale("F1", "Chantier", "N20", "249.99", vat="50.00")
        + sale("F2", "Chantier", "SERVICES", "0.01")
        + sale("F3", "Chantier", "EXEMPT", "1000.00")
        + sale("F4", "Dupont", "N20", "500.00", vat="100.00")
    )
    (line,) = customers_turnover(Sold(ledger).sales, "FR")
    assert (line.vat_id, str(line.turnover), str(line.tax), line.numbers) == (
        "FR40303265045", "250.00", "50.00", ("F1", "F2"),
    )  # fmt: skip
    assert customers_turnover(Sold(sale("F1", "Chantier", "N20", "249.99", vat="50.00")).sales, "FR") == ()


def test_in_the_example_the_list_is_what_the_accounts_say() -> None:
    """A second reading of the ledger, month by month: documents to customers with a VAT id of another state and without VAT."""
    books = accounting_books(LedgerLoader(EXAMPLE))
    book = books.ledger.book
    valued, _moneyless = valued_entries(books.general_ledger, book, date(2026, 11, 30))
    entries, _errors, _options = loader.load_file(str(EXAMPLE))
    abroad = {
        main for main, customer in book.customers.items() if customer.latest.vat_id[:2] in {"BE", "DE", "IT", "NL"}
    }
    theirs: defaultdict[tuple[int, int], Decimal] = defaultdict(Decimal)
    for transaction in filter_txns(entries):
        accounts = {posting.account for posting in transaction.postings}
        if "invoice" in transaction.meta and accounts & abroad and not any("TVA" in account for account in accounts):
            for posting in transaction.postings:
                weight = get_weight(posting)
                if posting.account not in abroad:
                    assert weight.currency == "EUR"
                    theirs[transaction.date.year, transaction.date.month] -= weight.number or Decimal(0)
    ours = {}
    for month in [(2026, number) for number in range(1, 12)]:
        first = date(*month, 1)
        last = date.fromordinal(date(month[0], month[1] + 1, 1).toordinal() - 1)
        sold = sales(valued, book, first, last)
        lines, findings = eu_sales(sold, "FR")
        assert findings == ()
        total = sum((line.amount for line in lines), Decimal(0))
        assert total == booked_supplies(valued, book, sold, "FR")
        if total:
            ours[month] = total
    assert ours
    assert ours == {month: amount for month, amount in theirs.items() if amount and month[0] == 2026}


# the files ---------------------------------------------------------------------------------------------------------------

LINES = (
    EuSales("DE123456788", "Berg GmbH", "L", Decimal("800.00"), Decimal("800.00"), ("F2",), Source("", 1)),
    EuSales("DE123456788", "Berg GmbH", "S", Decimal("150.70"), Decimal("151"), ("F1",), Source("", 1)),
    EuSales("EL094259216", "Athen", "T", Decimal("-70.00"), Decimal("-70"), ("F4",), Source("", 1)),
    EuSales("EL094259216", "Athen", "S", Decimal("0.40"), Decimal("0"), ("F5",), Source("", 1)),
)
SELLER = Seller(
    "Atelier & Fils", Source("", 1), Address(("Rue Haute 1",), "1000", "Bruxelles", "BE"), vat_id="BE 0403.019.261",
    email="a@fils.example",
)  # fmt: skip


def test_a_des_has_services_in_whole_euros_and_no_line_of_zero() -> None:
    root = etree.fromstring(des_xml(LINES, "FR11123456782", date(2026, 10, 1)))
    assert [(element.tag, element.text) for element in root.iter() if not len(element)] == [
        ("num_des", "202610"), ("num_tvaFr", "FR11123456782"), ("mois_des", "10"), ("an_des", "2026"),
        ("numlin_des", "1"), ("valeur", "151"), ("partner_des", "DE123456788"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("since", "until", "period"),
    [
        (date(2026, 10, 1), date(2026, 10, 31), ["10", "2026"]),
        (date(2026, 10, 1), date(2026, 12, 31), ["4", "2026"]),
        (date(2026, 1, 1), date(2026, 12, 31), ["2026"]),
    ],
)
def test_intervat_s_intra_listing_has_its_sum_and_its_period(since: date, until: date, period: list[str]) -> None:
    root = etree.fromstring(intra_xml(LINES[:3], SELLER, since, until))
    common, intra = "{http://www.minfin.fgov.be/InputCommon}", "{http://www.minfin.fgov.be/IntraConsignment}"
    (listing,) = root
    assert (listing.get("ClientsNbr"), listing.get("AmountSum")) == ("3", "881.00")
    assert listing.findtext(f"{intra}Declarant/{common}VATNumber") == "0403019261"
    assert [element.text for element in listing.find(f"{intra}Period")] == period
    assert (
        listing.find(f"{intra}Declarant/{common}EmailAddress") is None
    )  # Intervat takes no ending of more than five letters
    clients = listing.findall(f"{intra}IntraClient")
    assert [[client[0].get("issuedBy"), *(element.text for element in client)] for client in clients] == [
        ["DE", "123456788", "L", "800.00"], ["DE", "123456788", "S", "151.00"], ["EL", "094259216", "T", "-70.00"],
    ]  # fmt: skip


def test_intervat_s_client_listing_has_turnover_and_vat() -> None:
    ledger = sale("F1", "Chantier", "N20", "1000.00", vat="200.00")
    lines = [line._replace(vat_id="BE0403019261") for line in customers_turnover(Sold(ledger).sales, "FR")]
    (listing,) = etree.fromstring(clients_xml(lines, SELLER, 2026))
    assert (listing.get("ClientsNbr"), listing.get("TurnOverSum"), listing.get("VATAmountSum")) == (
        "1",
        "1000.00",
        "200.00",
    )
    assert [element.text for element in listing[-1]] == ["0403019261", "1000.00", "200.00"]


def test_the_zm_is_the_csv_that_mein_elster_imports() -> None:
    assert zm_csv(LINES[:3]).decode() == (
        "#v3.0\r\nUSt-IdNr.,Betrag (EUR),Art der Leistung\r\nDE123456788,800,L\r\nDE123456788,151,S\r\nEL094259216,-70,D\r\n"
    )


# the command -------------------------------------------------------------------------------------------------------------

PAGE = EXAMPLE.parent.parent / "docs" / "sales-lists.md"


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
    result = CliRunner().invoke(main, ["-f", "main.beancount", "accounting", "sales-list", *arguments])
    return result.exit_code, result.output


@pytest.mark.usefixtures("ledger")
def test_a_des_is_of_one_month_and_other_lists_have_no_file() -> None:
    assert run("2026-Q4", "--declaration", "des.xml")[0] == 2
    assert "a DES is of one month" in run("2026-Q4", "--declaration", "des.xml")[1]
    assert "this list has no file for the tax office" in run("2026-Q4", "--list", "oss", "--declaration", "oss.xml")[1]
    assert "this list has no file for the tax office" in run("2026", "--list", "customers", "--declaration", "x.xml")[1]
    assert list(Path().glob("*.xml")) == []


def test_nothing_is_written_for_a_customer_without_a_vat_id(ledger: Path) -> None:
    ledger.write_text(ledger.read_text(encoding="utf-8").replace('  vat-id: "DE123456788"\n', ""), encoding="utf-8")
    code, output = run("2026-10", "--declaration", "des.xml")
    assert code == 1
    assert "Berg GmbH has no VAT id of another member state" in output
    assert not Path("des.xml").exists()
