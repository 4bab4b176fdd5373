"""A newcomer's first year in each country: `init`, customers, invoices, a credit note, letters, a statement, an e-invoice."""

from __future__ import annotations

import os
import shutil
from datetime import date
from pathlib import Path
from typing import NamedTuple

import pytest

from beancount_invoicing import law
from beancount_invoicing.actions import customer, new
from beancount_invoicing.actions.customer import CustomerRequest
from beancount_invoicing.actions.new import InvoiceRequest
from beancount_invoicing.ledger import open_ledger
from beancount_invoicing.writing.changes import WriteOptions
from beancount_invoicing.writing.new_documents import DocumentDating
from tests.cli.test_commands import call

YEAR, DAY = date(2026, 1, 1), date(2026, 3, 2)
PICTURES = os.environ.get("COUNTRY_PAGES", "")
"""A folder in which the pages are kept to be looked at; by default they are not."""


class Newcomer(NamedTuple):
    """A seller as somebody starts in a country: what `init` is given, and how documents begin."""

    country: str
    postcode: str
    options: tuple[str, ...]
    page: tuple[str, ...]
    """What the page of the first invoice says."""
    not_on_page: tuple[str, ...] = ()


SELLERS = {
    "FR": Newcomer("FR", "35000", ("--siren=812345676", "--legal-form=EI", "--vat-id=FR19812345676"), ("TVA", "Facture")),
    "BE": Newcomer("BE", "1000", ("--vat-id=BE0428759497",), ("TVA", "Facture")),
    "BE exempt": Newcomer(
        "BE", "9000", ("--vat-id=BE0428759497", "--regime=exempt", "--language=nl"),
        ("Bijzondere vrijstellingsregeling",), ("incl. btw", "21",),
    ),
    "CH": Newcomer("CH", "8000", ("--vat-id=CHE-116.281.710 MWST",), ("MWST", "Rechnung")),
    "CH exempt": Newcomer("CH", "1200", ("--regime=exempt", "--language=fr"), ("Total",), ("TVA",)),
    "LU": Newcomer("LU", "1111", ("--vat-id=LU15027442",), ("TVA", "Facture")),
    "Quebec": Newcomer("CA", "H3B 1K1", ("--language=fr", "--tax-number=123026635RT0001"), ("TPS", "TVQ"), ("TVA",)),
    "Ontario": Newcomer("CA", "M5V 1K1", ("--tax-number=123026635RT0001",), ("HST",), ("VAT",)),
    "DE": Newcomer("DE", "10115", ("--vat-id=DE136695976",), ("USt", "Rechnung")),
    "DE exempt": Newcomer("DE", "10115", ("--regime=exempt", "--tax-number=12/345/67890"), ("§ 19 UStG",), ("inkl. USt",)),
    "AT": Newcomer("AT", "1010", ("--vat-id=ATU13585627",), ("USt", "Rechnung")),
    "AT exempt": Newcomer("AT", "1010", ("--regime=exempt",), ("§ 6 Abs. 1 Z 27",), ("inkl. USt",)),
    "NL": Newcomer("NL", "1011 AB", ("--vat-id=NL004495445B01",), ("Btw", "Factuur")),
    "NL exempt": Newcomer("NL", "1011 AB", ("--regime=exempt", "--vat-id=NL004495445B01"), ("artikel 25",), ("incl. btw",)),
    "GB": Newcomer("GB", "SW1A 1AA", ("--vat-id=GB980780684",), ("VAT", "Invoice")),
    "GB exempt": Newcomer("GB", "SW1A 1AA", ("--regime=exempt",), ("Total",), ("VAT",)),
    "ES": Newcomer("ES", "28001", ("--vat-id=ESB58378431",), ("IVA", "Factura")),
    "US": Newcomer("US", "94105", ("--regime=exempt",), ("Total",), ("VAT", "tax")),
    "AU": Newcomer("AU", "2000", ("--tax-number=51824753556",), ("GST",), ("VAT",)),
    "AU exempt": Newcomer("AU", "2000", ("--regime=exempt",), ("Total",), ("GST", "VAT")),
    "IT exempt": Newcomer("IT", "20100", ("--regime=exempt", "--vat-id=IT00743110157"), ("190/2014",), ("IVA inclusa",)),
    "PT exempt": Newcomer("PT", "1000-001", ("--regime=exempt", "--vat-id=PT501964843"), ("artigo 53.º do CIVA",)),
    "IE": Newcomer("IE", "D02 XY45", ("--vat-id=IE6388047V",), ("VAT", "Invoice")),
}  # fmt: skip
HOME_VAT = {
    "FR": "FR40303265045", "BE": "BE0403019261", "DE": "DE811907980", "AT": "ATU23224909", "NL": "NL001545668B30",
    "LU": "LU10000356", "ES": "ESA28015865", "IT": "IT00811720580", "PT": "PT500273170", "GB": "GB220430231", "IE": "IE8256796U",
}  # fmt: skip


SALES = (
    ("Home Ltd", "2 Advice @ 100"), ("Second Home", "1 DESK"), ("Ada Home", "1 Advice @ 80"), ("Abroad GmbH", "3 Advice @ 100"),
    ("Far Inc", "1 Advice @ 250"),
)  # fmt: skip
"""Services and goods at home and abroad, to businesses and a consumer."""


@pytest.mark.parametrize("name", SELLERS)
def test_a_newcomers_first_year(name: str, tmp_path: Path) -> None:
    seller = SELLERS[name]
    ledger = _books(seller, tmp_path / "books")
    numbers = [_invoice(ledger, *sale) for sale in SALES]
    out = call("credit", numbers[0], "Not delivered", "--date", "2026-03-03", "-w", ledger=ledger).stdout
    table = law.country_table(seller.country)
    assert table is not None
    if table.series.credit_note:
        assert table.series.credit_note[:1] in out
    if table.duty("business", DAY) and seller.country != "BE":
        assert "e-invoice-duty" in call("check", "--strict", ledger=ledger, code=1).stdout
        _say(ledger, '"e-invoice-form" "none"')
    checked = call("check", "--strict", ledger=ledger).stdout
    assert "0 errors, 0 warnings" in checked
    pages = tmp_path / "out"
    call("render", "--all", "-o", pages, "--to", "pdf,text", ledger=ledger)
    first = next(pages.rglob(f"*{numbers[1].replace('/', '*')}*.txt")).read_text("utf-8").replace("\u00a0", " ")
    for words in seller.page:
        assert words in first, first
    for words in seller.not_on_page:
        assert words not in first.replace("e-mail", ""), first
    letters = call("remind", "--as-of", "2026-08-31", "-o", tmp_path / "letters", ledger=ledger)
    assert letters.exit_code == 0
    _keep(name, pages, tmp_path / "letters")


def _books(seller: Newcomer, folder: Path) -> Path:
    address = ("--address=1 Long Street", f"--postcode={seller.postcode}", "--city=Town", f"--country={seller.country}")
    call("init", folder, "--name", "Atelier Lumen", "--date", YEAR, *address, *seller.options, ledger=None)
    ledger = folder / "main.beancount"
    home = {"vat-id": HOME_VAT.get(seller.country, ""), "siren": "303265045" if seller.country == "FR" else ""}
    if seller.country == "GB" and "--regime=exempt" in seller.options:
        home = {}  # a customer's number is printed, and names the tax
    add: dict[str, dict[str, str]] = {
        "Home Ltd": {"country": seller.country, **home},
        "Second Home": {"country": seller.country, **home},
        "Ada Home": {"country": seller.country, "buyer": "consumer"},
        "Abroad GmbH": {"country": "DE", "vat-id": "DE129273398"}
        if seller.country != "DE"
        else {"country": "FR", "vat-id": "FR19812345676"},
        "Far Inc": {"country": "US"} if seller.country != "US" else {"country": "CA"},
    }
    for name, values in add.items():
        given = {key: value for key, value in values.items() if value}
        wanted = CustomerRequest(
            name, {"address": "2 Short Street", "city": "Other town", "postcode": "10001", **given}
        )
        customer.add_customer(ledger, wanted, YEAR, WriteOptions(write=True))
    call("item", "add", "DESK", "Desk", "--price", "100", "--nature", "goods", "--date", YEAR, "-w", ledger=ledger)
    return ledger


def _invoice(ledger: Path, customer_name: str, line: str) -> str:
    wanted = InvoiceRequest(customer_name, (line,))
    (invoice,) = new.new_invoice(ledger, wanted, DocumentDating(DAY), WriteOptions(write=True)).documents
    return invoice.number


def _say(ledger: Path, option: str) -> None:
    settings = ledger.with_name("settings.beancount")
    settings.write_text(f'{settings.read_text("utf-8")}2026-01-01 custom "invoice-option" {option}\n', "utf-8")


def _keep(name: str, *folders: Path) -> None:
    """Keeps the pages where somebody wants to look at them."""
    for folder in folders if PICTURES else ():
        if folder.exists():
            shutil.copytree(folder, Path(PICTURES) / name.replace(" ", "-") / folder.name, dirs_exist_ok=True)


def test_a_country_without_a_table_gets_neutral_pages_and_a_line_that_says_so(tmp_path: Path) -> None:
    result = call(
        "init", tmp_path / "b", "--name", "Sato", "--country", "JP", "--rate", "10", "--date", YEAR, ledger=None
    )
    assert "nothing is known here of the invoices of JP" in result.stderr
    assert open_ledger(tmp_path / "b" / "main.beancount").errors == ()
