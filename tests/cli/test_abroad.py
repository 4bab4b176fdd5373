"""The first day of a firm that sells abroad: `init` in ten countries, five kinds of customers, and nothing to object to."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from beancount_invoicing.actions import customer, new
from beancount_invoicing.actions.customer import CustomerRequest
from beancount_invoicing.actions.new import InvoiceRequest
from beancount_invoicing.ledger import open_ledger
from beancount_invoicing.model import ZERO
from beancount_invoicing.writing.changes import WriteOptions
from beancount_invoicing.writing.new_documents import DocumentDating
from tests.cli.test_commands import call

DAY = date(2026, 3, 2)
YEAR = date(2026, 1, 1)
SELLERS = {
    "FR": "FR19812345676", "DE": "DE136695976", "BE": "BE0428759497", "AT": "ATU13585627", "ES": "ESB58378431",
    "IT": "IT00743110157", "NL": "NL004495445B01", "PT": "PT501964843", "LU": "LU15027442", "GB": "GB980780684",
}  # fmt: skip
"""Countries of sellers, with a VAT id each."""
FRENCH = {"siren": "812345676", "legal-form": "SARL au capital de 5 000 €", "register": "RCS Rennes 812 345 676"}


def new_books(folder: Path, country: str, regime: str = "invoices", oss: bool = False, nature: str = "") -> Path:
    """The books that `init` writes for a seller in a country, with its usual rates."""
    said = {
        "country": country,
        "vat-id": SELLERS[country],
        "address": "1 Long Street",
        "postcode": "10000",
        "city": "Town",
    }
    options = [f"--{key}={value}" for key, value in {**said, **(FRENCH if country == "FR" else {})}.items()]
    more = [*(["--oss"] if oss else []), *([f"--nature={nature}"] if nature else [])]
    call("init", folder, "--name", "Firm", "--regime", regime, "--date", YEAR, *options, *more, ledger=None)
    return folder / "main.beancount"


def add(ledger: Path, name: str, **said: str) -> None:
    wanted = {"address": "2 Short Street", "city": "Other town", **{key.replace("_", "-"): said[key] for key in said}}
    customer.add_customer(ledger, CustomerRequest(name, wanted), YEAR, WriteOptions(write=True))


def bill(ledger: Path, name: str, line: str = "2 Audit @ 100") -> tuple[str, str, Decimal]:
    """Writes an invoice as `new` does: the code of its line, its category, and its tax."""
    outcome = new.new_invoice(ledger, InvoiceRequest(name, (line,)), DocumentDating(DAY), WriteOptions(write=True))
    (invoice,) = outcome.documents
    assert outcome.warnings == ()
    return invoice.lines[0].tax, invoice.taxes[0].tax.category, invoice.tax


@pytest.mark.parametrize("country", SELLERS)
def test_ten_countries_and_five_kinds_of_customers(tmp_path: Path, country: str) -> None:
    ledger = new_books(tmp_path / "books", country)
    if country in {"IT", "PT"}:  # where a PDF is no invoice, and the seller says that it makes them elsewhere
        settings = ledger.with_name("settings.beancount")
        none = '2026-01-01 custom "invoice-option" "e-invoice-form" "none"\n'
        settings.write_text(settings.read_text("utf-8") + none, "utf-8")
    other = "DE" if country == "FR" else "FR"
    add(ledger, "Home Ltd", country=country, **({"siren": "503128464"} if country == "FR" else {}))
    add(ledger, "Home Person", country=country, buyer="consumer")
    add(ledger, "Union Ltd", country=other, vat_id=SELLERS[other])
    add(ledger, "Union Person", country=other, buyer="consumer")
    add(ledger, "Zindel AG", country="CH")
    usual = Decimal(bill(ledger, "Home Ltd")[2])
    assert usual > 0
    assert bill(ledger, "Home Person")[2] == bill(ledger, "Union Person")[2] == usual
    assert bill(ledger, "Union Ltd")[1:] == ("O" if country == "GB" else "AE", ZERO)
    assert bill(ledger, "Zindel AG")[1:] == ("O", ZERO)
    assert "5 documents, 0 errors, 0 warnings" in call("check", "--strict", ledger=ledger).stdout


def test_a_small_firm_is_exempt_at_home_only(tmp_path: Path) -> None:
    ledger = new_books(tmp_path / "books", "FR", "exempt")
    add(ledger, "Durand SAS", country="FR", siren="503128464")
    add(ledger, "Lindner GmbH", country="DE", vat_id="DE136695976")
    add(ledger, "Zindel AG", country="CH")
    assert [bill(ledger, name)[1] for name in ("Durand", "Lindner", "Zindel")] == ["E", "AE", "O"]
    assert "0 errors, 0 warnings" in call("check", "--strict", ledger=ledger).stdout


def test_goods_go_abroad_untaxed_and_to_consumers_with_the_tax_of_their_state(tmp_path: Path) -> None:
    ledger = new_books(tmp_path / "books", "DE", oss=True)
    call("item", "add", "DESK", "Tisch", "--price", "100", "--nature", "goods", "--date", YEAR, "-w", ledger=ledger)
    add(ledger, "Durand SAS", country="FR", vat_id="FR19812345676")
    add(ledger, "Zindel AG", country="CH")
    add(ledger, "Aino Aalto", country="FI", buyer="consumer")
    add(ledger, "Mona Moos", country="DE", buyer="consumer")
    assert bill(ledger, "Durand", "1 DESK") == ("INTRA", "K", ZERO)
    assert bill(ledger, "Zindel", "1 DESK") == ("EXPORT", "G", ZERO)
    assert bill(ledger, "Aino", "1 DESK") == ("OSS-FI", "S", Decimal("25.50"))
    assert bill(ledger, "Mona", "1 DESK") == ("DE19", "S", Decimal("19.00"))
    assert "0 errors, 0 warnings" in call("check", "--strict", ledger=ledger).stdout


def test_electronic_services_to_consumers_have_the_tax_of_their_state_by_a_code_of_services(tmp_path: Path) -> None:
    """Directive 2006/112/EC, art. 58 (1) (c)."""
    ledger = new_books(tmp_path / "books", "DE", oss=True)
    tax = '2026-01-01 custom "invoice-tax" "APP-FI" "ALV 25,5 %" Liabilities:Umsatzsteuer:OSS\n'
    code = f'{tax}  rate: 25.5\n  nature: "services"\n'
    settings = ledger.with_name("settings.beancount")
    settings.write_text(f'{settings.read_text("utf-8")}{code}  sold-to: "FI consumer"\n', "utf-8")
    add(ledger, "Aino Aalto", country="FI", buyer="consumer")
    add(ledger, "Aalto Oy", country="FI", vat_id="FI20774740")
    assert bill(ledger, "Aino", "1 Licence @ 100") == ("APP-FI", "S", Decimal("25.50"))
    assert bill(ledger, "Aalto Oy", "1 Licence @ 100") == ("REVERSE", "AE", ZERO)
    assert "0 errors, 0 warnings" in call("check", "--strict", ledger=ledger).stdout


def test_contracts_deposits_and_credit_notes_have_the_code_too(tmp_path: Path) -> None:
    ledger = new_books(tmp_path / "books", "FR")
    add(ledger, "Lindner GmbH", country="DE", vat_id="DE136695976")
    contract = """
2026-01-01 custom "invoice-contract" Assets:Clients:Lindner "CARE" "subscription"
  every: "month"
  price: 50.00
  account: Income:Prestations
  text: "Care"
"""
    settings = ledger.with_name("settings.beancount")
    settings.write_text(settings.read_text("utf-8") + contract, "utf-8")
    call("bill", "--until", "2026-01-31", "--write", ledger=ledger)
    call("deposit", "Lindner", "100", "--text", "Study", "--date", DAY, "--write", ledger=ledger)
    call("credit", "F2026-0001", "--date", DAY, "--write", ledger=ledger)
    invoices = open_ledger(ledger).book.invoices
    assert len(invoices) == 3
    assert {(invoice.lines[0].tax, invoice.tax) for invoice in invoices} == {("AUTOLIQ", ZERO)}
    assert "0 errors, 0 warnings" in call("check", "--strict", ledger=ledger).stdout


def test_explain_says_why_a_customer_abroad_has_its_code(tmp_path: Path) -> None:
    ledger = new_books(tmp_path / "books", "FR", "payments")
    add(ledger, "Lindner GmbH", country="DE", vat_id="DE136695976")
    text = call("new", "Lindner", "2 Audit @ 100", "--date", DAY, "--explain", ledger=ledger).stdout
    why = 'rate of AUTOLIQ: 0 (services to a business in DE, VAT id DE136695976: sold-to is "union business")'
    assert why in text


def test_a_business_without_a_vat_id_is_warned_of_and_the_advice_leads_out(tmp_path: Path) -> None:
    ledger = new_books(tmp_path / "books", "FR")
    add(ledger, "Lindner GmbH", country="DE")
    text = call("new", "Lindner", "2 Audit @ 100", "--date", DAY, ledger=ledger).stderr
    assert "FR20 charges 20 % on services to Lindner GmbH, a business in DE" in text
    assert 'write its VAT id, vat-id: "DE…", on Assets:Clients:Lindner' in text
    customers = ledger.with_name("customers.beancount")
    customers.write_text(customers.read_text("utf-8") + '  vat-id: "DE136695976"\n', "utf-8")
    assert bill(ledger, "Lindner")[0] == "AUTOLIQ"


def test_oss_is_for_sellers_in_the_union(tmp_path: Path) -> None:
    text = call("init", tmp_path, "--name", "Firm", "--country", "GB", "--oss", ledger=None, code=2).stderr
    assert "--oss is for sellers in the European Union whose sales are taxed" in text


def test_who_sells_downloads_gets_the_codes_of_consumers_abroad(tmp_path: Path) -> None:
    ledger = new_books(tmp_path / "books", "FR", oss=True, nature="electronic")
    add(ledger, "Durand SAS", country="FR", siren="503128464")
    add(ledger, "Lindner GmbH", country="DE", vat_id="DE136695976")
    add(ledger, "Jana Vogel", country="DE", buyer="consumer")
    add(ledger, "Zindel AG", country="CH")
    add(ledger, "Urs Frei", country="CH", buyer="consumer")
    names = ("Durand", "Lindner", "Vogel", "Zindel", "Frei")
    assert [bill(ledger, name)[0] for name in names] == ["FR20", "AUTOLIQ", "OSS-DE", "HORS", "ENLIGNE"]
    assert "5 documents, 0 errors, 0 warnings" in call("check", "--strict", ledger=ledger).stdout
    page = call("show", "F2026-0005", "--explain", ledger=ledger).stdout
    assert 'electronic services to a consumer in CH: sold-to is "outside consumer"' in page


def test_a_small_firm_that_sells_downloads_is_not_exempt_outside_the_union(tmp_path: Path) -> None:
    ledger = new_books(tmp_path / "books", "AT", "exempt", nature="electronic")
    add(ledger, "Urs Frei", country="CH", buyer="consumer")
    assert bill(ledger, "Frei")[1] == "O"


@pytest.mark.parametrize("nature", ["", "goods", "services"])
def test_who_sells_none_has_no_code_for_electronic_services(tmp_path: Path, nature: str) -> None:
    settings = new_books(tmp_path / "books", "FR", nature=nature).with_name("settings.beancount").read_text()
    assert "electronic" not in settings
    assert "HORS" in settings


def start(folder: Path, country: str, postcode: str, *more: str) -> str:
    """What `init` writes into the settings of a seller at a postcode."""
    said = (f"--country={country}", f"--postcode={postcode}", "--address=1 Street", "--city=Town", f"--date={YEAR}")
    call("init", folder, "--name", "Firm", *said, *more, ledger=None)
    return (folder / "settings.beancount").read_text()


@pytest.mark.parametrize(
    ("country", "postcode", "rates", "label"),
    [
        ("PT", "9500-321", "16 9 4 23", "IVA 16%"),  # and that of the mainland, for services to a business there
        ("PT", "9000-050", "22 12 4 23", "IVA 22%"),
        ("FR", "20000", "20 13 10 5.5 2.1 0.9", "TVA 20 %"),
        ("ES", "38001", "7 3 0 9.5 15 20", "IGIC 7 %"),
        ("DE", "78266", "8.1 3.8 2.6", "MWST 8,1 %"),
        ("IT", "22061", "8.1 3.8 2.6", "ILCCI 8,1%"),
        ("CH", "3000", "8.1 3.8 2.6", "MWST 8.1%"),
    ],
)
def test_a_seller_in_a_place_gets_its_rates(
    tmp_path: Path, country: str, postcode: str, rates: str, label: str
) -> None:
    settings = start(tmp_path / "b", country, postcode)
    assert re.findall(r"^  rate: ([0-9.]+)", settings, re.MULTILINE) == rates.split()
    assert f'"{label}"' in settings


@pytest.mark.parametrize(
    ("country", "postcode", "words"),
    [
        ("DE", "27498", "Nicht steuerbar (§ 1 Abs. 2 UStG: Helgoland)"),
        ("DE", "D-27498", "Nicht steuerbar (§ 1 Abs. 2 UStG: Helgoland)"),
        ("IT", "23041", "Operazione non soggetta a IVA (art. 7 DPR 633/1972: Livigno)"),
        ("GR", "63086", "No VAT on Mount Athos (Π.7395/4269/1987, ΠΟΛ 302/87, art. 1)"),
    ],
)
def test_a_seller_where_no_vat_is_charged_is_asked_for_no_rate(
    tmp_path: Path, country: str, postcode: str, words: str
) -> None:
    settings = start(tmp_path / "a", country, postcode)
    assert f'"EXEMPT" "{words}"\n  category: "O"' in settings


def test_a_seller_where_no_vat_is_charged_cannot_charge_it(tmp_path: Path) -> None:
    said = ("--name", "F", "--country", "DE", "--postcode", "27498", "--regime", "payments")
    refused = call("init", tmp_path, *said, ledger=None, code=2)
    assert "in Helgoland no VAT is charged" in refused.stderr
    assert "leave --regime payments out" in refused.stderr


def test_small_firms_of_places_say_what_the_tax_of_there_asks(tmp_path: Path) -> None:
    azores = start(tmp_path / "a", "PT", "9500-321", "--regime=exempt")
    assert '"EXEMPT" "IVA – regime de isenção (artigo 53.º do CIVA)"' in azores
    swiss = start(tmp_path / "b", "DE", "78266", "--regime=exempt")
    assert "UStG" not in swiss
    assert "OUTSIDE" not in swiss


def test_services_to_a_business_in_the_azores_bear_its_rate(tmp_path: Path) -> None:
    ledger = new_books(tmp_path / "books", "PT")
    add(ledger, "Ilha Lda", country="PT", postcode="9500-321")
    outcome = new.new_invoice(
        ledger, InvoiceRequest("Ilha Lda", ("2 Audit @ 100",)), DocumentDating(DAY), WriteOptions(write=True)
    )
    (warning,) = outcome.warnings
    assert (
        "PT23 charges 23 % on services to Ilha Lda, a business in PT-20, whose rates apply to them, 16 % or "
        '9 % or 4 % (CIVA, art. 6.º, n.º 6, al. a), e n.º 16, art. 18.º, n.º 3): define custom "invoice-tax" '
        '"PT-2016" "IVA 16 %"'
    ) in warning.message


def test_consumers_in_the_azores_have_a_code_of_their_own(tmp_path: Path) -> None:
    settings = new_books(tmp_path / "books", "FR", oss=True).with_name("settings.beancount").read_text()
    assert '"OSS-PT-20" "TVA (PT-20)" Liabilities:TVA:OSS\n  rate: 16' in settings
    assert settings.count("consumer") == 26 + 2
    at_home = start(tmp_path / "b", "PT", "9000-050", "--oss")
    assert at_home.count("consumer") == 26
