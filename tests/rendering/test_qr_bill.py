"""Swiss QR-bills: what the code contains, by an independent library and as read from the page, and where everything stands."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader
from qrbill.bill import QRBill

from beancount_invoicing import rendering
from beancount_invoicing.actions.remind import due_reminders
from beancount_invoicing.ledger import Ledger, open_ledger
from beancount_invoicing.model import ZERO, Address, Customer, Seller, Source
from beancount_invoicing.receivables import statements
from beancount_invoicing.rendering.output import to_html, to_pdf, to_text
from beancount_invoicing.rendering.qr_bill import qr_bill
from beancount_invoicing.rendering.view import QrBill, View
from beancount_invoicing.rules.references import creditor_reference, qr_reference
from tests.rendering.test_documents import picture
from tests.rendering.test_themes import words

QR_IBAN, IBAN = "CH4431999123000889012", "CH9300762011623852957"
LEDGER = """
option "operating_currency" "CHF"
2026-01-01 custom "invoice-seller" "Atelier Chevrolet Sàrl"
  address: "Rue du Lac 12"
  postcode: "1003"
  city: "Lausanne"
  country: "CH"
  iban: "CH4431999123000889012"
2026-01-01 custom "invoice-option" "language" "fr"
2026-01-01 custom "invoice-option" "payment-reference" "qrr"
2026-01-01 custom "invoice-tax" "N" "TVA 8,1 %" Liabilities:TVA
  rate: 8.1
2026-01-01 open Liabilities:TVA
2026-01-01 open Income:Work
2026-01-01 open Assets:Clients:Berg
  customer: "Berg & Söhne AG"
  address: "Bahnhofstrasse 3"
  postcode: "8001"
  city: "Zürich"
  country: "CH"
2026-03-02 * "Berg & Söhne AG" "Conseil" ^F2026-0001
  invoice: "F2026-0001"
  Assets:Clients:Berg  1621.50 CHF
  Income:Work         -1500.00 CHF
    text: "Conseil"
    tax: "N"
  Liabilities:TVA      -121.50 CHF
    tax: "N"
plugin "beancount_invoicing"
"""


def ledger_of(folder: Path, text: str = LEDGER) -> Ledger:
    file = folder / "main.beancount"
    file.write_text(text, encoding="utf-8")
    ledger = open_ledger(file)
    assert not ledger.errors
    return ledger


def view_of(ledger: Ledger) -> View:
    (invoice,) = ledger.book.invoices
    return rendering.document_view(ledger.book, invoice, ZERO, rendering.folders(ledger.book))


SELLER = Seller("Atelier Chevrolet Sàrl", Source("", 0), Address(("Rue du Lac 12",), "1003", "Lausanne", "CH"))
PAYER = Customer(
    "Assets:Berg", "Berg & Söhne AG", Source("", 0), Address(("Bahnhofstrasse 3",), "8001", "Zürich", "CH")
)


def bill(
    iban: str = QR_IBAN,
    reference: str = qr_reference("F2026-0001"),
    message: str = "Facture F2026-0001",
    amount: str = "1621.50",
    currency: str = "CHF",
    language: str = "fr",
    payer: Customer = PAYER,
    seller: Seller = SELLER,
) -> QrBill | None:
    return qr_bill(seller._replace(iban=iban), payer, reference, message, Decimal(amount), currency, language)


@pytest.mark.parametrize("currency", ["CHF", "EUR"])
@pytest.mark.parametrize(
    ("iban", "reference"),
    [(QR_IBAN, qr_reference("F2026-0001")), (IBAN, creditor_reference("F2026-0001")), (IBAN, "F2026-0001")],
)
def test_the_code_contains_what_another_library_writes(iban: str, reference: str, currency: str) -> None:
    found = bill(iban=iban, reference=reference, currency=currency)
    theirs = QRBill(
        account=iban,
        creditor={"name": SELLER.name, "street": "Rue du Lac 12", "pcode": "1003", "city": "Lausanne", "country": "CH"},
        debtor={"name": PAYER.name, "street": "Bahnhofstrasse 3", "pcode": "8001", "city": "Zürich", "country": "CH"},
        amount="1621.50",
        currency=currency,
        reference_number="" if reference == "F2026-0001" else reference,
        additional_information="Facture F2026-0001",
        language="fr",
    )
    assert found
    assert found.code.splitlines() == theirs.qr_data().splitlines()


def test_the_code_is_read_from_the_page(tmp_path: Path) -> None:
    view = view_of(ledger_of(tmp_path))
    (code,) = zxingcpp.read_barcodes(picture(view))
    lines = code.text.split("\n")
    assert lines[:4] == ["SPC", "0200", "1", QR_IBAN]
    assert lines[18:20] == ["1621.50", "CHF"]
    assert lines[27:31] == ["QRR", "000000000000000015202600011", "Facture F2026-0001", "EPD"]
    assert code.ec_level == "M"


def test_a_page_says_the_same_in_each_form(tmp_path: Path) -> None:
    ledger = ledger_of(tmp_path)
    view, folders = view_of(ledger), rendering.folders(ledger.book)
    assert view.qr == ""
    for text in (to_html(view, folders), to_text(view, folders)):
        assert "00 00000 00000 00001 52026 00011" in text
        assert "CH44 3199 9123 0008 8901 2" in text
    assert "46mm" in to_html(view, folders)


def places(pdf: bytes, folder: Path, number: int = 1) -> dict[str, tuple[float, float]]:
    """Where each word in the QR-bill of a page begins the first time: from the left edge, and from the top of the bill, in mm."""
    _size, found = words(pdf, folder, number)
    return {word: (left, top - (297 - 105)) for word, left, top, *_ in reversed(found) if top > 297 - 105}


def test_each_part_stands_where_the_style_guide_wants_it(tmp_path: Path) -> None:
    ledger = ledger_of(tmp_path)
    found = places(to_pdf(view_of(ledger), rendering.folders(ledger.book)), tmp_path)
    for word, at in {"Récépissé": (5, 5), "Compte": (5, 12), "Section": (67, 5), "Monnaie": (5, 68)}.items():
        assert found[word] == pytest.approx(at, abs=1), word
    assert found["dépôt"][0] > 50, "the acceptance point ends at the right edge of the receipt"
    assert found["Informations"][0] == pytest.approx(118, abs=0.5)
    assert max(top for _left, top in found.values()) < 100, "5 mm stay free below"


def test_a_long_invoice_has_it_on_its_last_page_alone(tmp_path: Path) -> None:
    lines = "".join(f'  Income:Work  -1.00 CHF\n    text: "Ligne {index}"\n    tax: "N"\n' for index in range(120))
    text = LEDGER.replace('  Income:Work         -1500.00 CHF\n    text: "Conseil"\n    tax: "N"\n', lines)
    ledger = ledger_of(tmp_path, text.replace("1621.50", "129.72").replace("-121.50", "-9.72"))
    pdf = to_pdf(view_of(ledger), rendering.folders(ledger.book))
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages]
    assert len(pages) > 2
    assert ["Récépissé" in page for page in pages] == [False] * (len(pages) - 1) + [True]
    assert [page.count(f"Page {number} sur {len(pages)}") for number, page in enumerate(pages, 1)] == [1] * len(pages)
    found = places(pdf, tmp_path, len(pages))
    assert found["Récépissé"] == pytest.approx((5, 5), abs=1)
    assert "Ligne" not in found


@pytest.mark.parametrize(
    ("changes", "payer"),
    [
        ({"iban": "FR7630006000011234567890189"}, PAYER),
        ({"currency": "USD"}, PAYER),
        ({"amount": "0.00"}, PAYER),
        ({"amount": "1000000000.00"}, PAYER),
        ({"currency": "EUR"}, PAYER._replace(address=PAYER.address._replace(country="FR"))),
        ({"seller": SELLER._replace(address=SELLER.address._replace(postcode=""))}, PAYER),
    ],
)
def test_where_there_is_none(changes: dict[str, str], payer: Customer) -> None:
    assert bill(**changes, payer=payer) is None  # type: ignore[arg-type] # one argument or the other


def test_euros_from_a_customer_at_home_are_paid_by_it() -> None:
    found = bill(iban=IBAN, reference="F1", currency="EUR")
    assert found
    assert found.currency.value == "EUR"


def test_a_payer_without_a_whole_address_writes_it() -> None:
    found = bill(payer=PAYER._replace(address=Address(("Bahnhofstrasse 3",), "", "Zürich", "CH")))
    assert found
    assert found.payment[-1].label == "Payable par (nom/adresse)"
    assert found.payment[-1].value == ""
    assert found.code.split("\n")[20:27] == [""] * 7


def test_an_address_abroad_is_written_with_its_country() -> None:
    found = bill(payer=PAYER._replace(address=Address(("Hauptstr. 1",), "10115", "Berlin", "DE")), language="nl")
    assert found
    assert found.payment[-1].value.split("\n") == ["Berg & Söhne AG", "Hauptstr. 1", "DE-10115 Berlin"]
    assert found.payment_title == "Payment part", "in English where there is no wording"


def test_letters_that_the_code_may_not_contain_are_replaced() -> None:
    found = bill(payer=PAYER._replace(name="Λάμδα – “Łódź” ﬁn\nAG"))
    assert found
    assert found.code.split("\n")[21] == '..... - "Łódź" fin AG'


def test_thousands_are_apart_and_long_texts_end() -> None:
    found = bill(amount="1234567.80", message="x" * 200, payer=PAYER._replace(name="y" * 90))
    assert found
    assert found.amount.value == "1 234 567.80"
    lines = found.code.split("\n")
    assert (lines[18], lines[21], lines[29]) == ("1234567.80", "y" * 70, "x" * 140)


@given(st.text(min_size=1, max_size=200), st.text(max_size=200), st.text(max_size=40))
def test_whatever_is_written_the_code_has_31_lines_and_fits(name: str, street: str, town: str) -> None:
    found = bill(payer=PAYER._replace(name=name, address=Address((street, town), "8001", town or "Zürich", "CH")))
    assert found
    lines = found.code.split("\n")
    assert len(lines) == 31
    assert len(found.code) <= 997
    assert [len(lines[at]) <= most for at, most in ((21, 70), (22, 70), (25, 35))] == [True] * 3


def test_another_paper_has_none(tmp_path: Path) -> None:
    view = view_of(ledger_of(tmp_path, LEDGER + '2026-01-01 custom "invoice-option" "paper" "letter"\n'))
    assert view.qr_bill is None
    assert view.payment


def test_a_draft_has_none(tmp_path: Path) -> None:
    view = view_of(ledger_of(tmp_path, LEDGER.replace("F2026-0001", "draft-1").replace("03-02 *", "03-02 !")))
    assert view.qr_bill is None
    assert view.payment


def test_a_statement_on_a_qr_iban_asks_for_no_payment_without_its_reference(tmp_path: Path) -> None:
    ledger = ledger_of(tmp_path)
    (statement,) = statements(ledger.book, date(2026, 6, 1), None, {"Assets:Clients:Berg"})
    assert rendering.statement_view(ledger.book, statement, rendering.folders(ledger.book)).payment == ()
    ordinary = LEDGER.replace('"qrr"', '"iso11649"').replace(QR_IBAN, IBAN)
    ledger = ledger_of(tmp_path, ordinary)
    (statement,) = statements(ledger.book, date(2026, 6, 1), None, {"Assets:Clients:Berg"})
    assert rendering.statement_view(ledger.book, statement, rendering.folders(ledger.book)).payment


def test_a_letter_for_two_invoices_names_both_and_quotes_the_first(tmp_path: Path) -> None:
    second = LEDGER[LEDGER.index("2026-03-02 *") : LEDGER.index("plugin")].replace("-0001", "-0002")
    ledger = ledger_of(tmp_path, LEDGER + second.replace("03-02", "03-09"))
    proposal, *_milder = due_reminders(ledger.book, date(2026, 6, 1))
    view = rendering.letter_view(ledger.book, proposal, rendering.folders(ledger.book))
    assert view.qr_bill
    assert view.qr_bill.code.split("\n")[28] == qr_reference("F2026-0001")
    assert view.qr_bill.code.split("\n")[29].endswith("F2026-0001, F2026-0002")
