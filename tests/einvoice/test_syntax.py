"""What is written can be read back, and says the amounts of the ledger; what is hostile does no harm."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import pytest

from beancount_invoicing.documents.as_issued import paid_on_its_date
from beancount_invoicing.einvoice import syntax
from beancount_invoicing.einvoice.business_terms import AllowanceCharge
from tests.einvoice.documents import NUMBERS, book, e_invoice


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("name", ["cii", "ubl"])
def test_round_trip(number: str, name: syntax.Syntax) -> None:
    written = e_invoice(number)
    assert syntax.read_e_invoice(syntax.to_xml(written, name)) == written


@pytest.mark.parametrize("name", ["cii", "ubl"])
def test_a_charge_on_a_line_is_read_beside_an_allowance(name: syntax.Syntax) -> None:
    written = e_invoice("D-DEBITS")
    both = (
        AllowanceCharge(charge=False, amount=Decimal("5.00"), reason="Remise"),
        AllowanceCharge(charge=True, amount=Decimal("5.00"), reason="Emballage"),
    )
    written = written._replace(lines=(written.lines[0]._replace(adjustments=both),))
    assert syntax.read_e_invoice(syntax.to_xml(written, name)) == written


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("name", ["cii", "ubl", "peppol"])
def test_amounts_are_those_of_the_book(number: str, name: syntax.Syntax) -> None:
    invoice = book().invoice(number)
    assert invoice is not None
    sign = -1 if invoice.kind == "credit-note" else 1
    totals = syntax.read_e_invoice(syntax.to_xml(e_invoice(number), name)).totals
    assert (totals.net, totals.vat, totals.gross) == (invoice.net * sign, invoice.tax * sign, invoice.total * sign)
    assert totals.due == (invoice.payable - paid_on_its_date(book())(invoice)) * sign


def test_the_same_document_gives_the_same_bytes() -> None:
    assert syntax.to_xml(e_invoice("D-MIXED"), "cii") == syntax.to_xml(e_invoice("D-MIXED"), "cii")


def test_peppol_has_its_own_identifiers() -> None:
    found = syntax.to_xml(e_invoice("D-MIXED"), "peppol").decode()
    assert f"<cbc:CustomizationID>{syntax.PEPPOL_SPECIFICATION}</cbc:CustomizationID>" in found
    assert '<cbc:EndpointID schemeID="0002">123456782</cbc:EndpointID>' in found
    assert found.count("\n  <cbc:Note>") == 1
    assert "0225" not in found


def test_a_rounding_has_the_currency_of_the_document() -> None:
    assert (
        '<cbc:PayableRoundingAmount currencyID="GBP">0.01<' in syntax.to_xml(e_invoice("D-POUNDS-VAT"), "ubl").decode()
    )


NASTY = """
2026-10-05 * "One" ^X1
  invoice: "X1"
  note: "]]> <script>alert(1)</script> &amp; \x01\x08\x0b"
  Assets:Receivable:Town  100.00 EUR
  Income:Services  -100.00 EUR
    text: "</ram:Name><ram:Name>#read(\\"/etc/passwd\\") \x1b \U0001f600 ﷽ &xxe;"
    tax: "ZERO"
    nature: "services"
"""


def test_texts_are_never_markup() -> None:
    written = e_invoice("X1", NASTY)
    names: tuple[syntax.Syntax, ...] = ("cii", "ubl")
    for name in names:
        again = syntax.read_e_invoice(syntax.to_xml(written, name))
        assert again.lines[0].name == '</ram:Name><ram:Name>#read("/etc/passwd")  \U0001f600 ﷽ &xxe;'
        assert again.notes[0].text == "]]> <script>alert(1)</script> &amp;"


@pytest.mark.parametrize(
    ("xml", "says"),
    [
        (b"not XML", "it is not XML:"),
        (b"", "it is not XML:"),
        (b"<Order/>", "its root is Order"),
        (b"<Invoice/>", "cannot be read"),
        (b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><Invoice>&x;</Invoice>', "document type declaration"),
        (
            b'<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><Invoice>&b;</Invoice>',
            "document type declaration",
        ),
    ],
)
def test_what_is_no_invoice_is_refused(xml: bytes, says: str) -> None:
    with pytest.raises(syntax.NotReadable, match=says):
        syntax.read_e_invoice(xml)


def test_what_is_no_xml_is_told_without_the_parser_s_name_for_it() -> None:
    with pytest.raises(syntax.NotReadable) as refused:
        syntax.read_e_invoice(b"not XML")
    assert str(refused.value) == "it is not XML: Start tag expected, '<' not found, line 1, column 1"


def test_a_date_that_does_not_exist_is_refused() -> None:
    xml = syntax.to_xml(e_invoice("D-DEBITS"), "cii").replace(b">20260919<", b">20260231<")
    with pytest.raises(syntax.NotReadable, match="cannot be read"):
        syntax.read_e_invoice(xml)


@pytest.mark.parametrize(
    ("name", "right", "wrong", "says"),
    [
        ("cii", b"CategoryCode>S</", b"CategoryCode>S</ram:CategoryCode><ram:CategoryCode>S</", "BT-151 appears 2 times: S, S"),
        ("ubl", b"<cbc:IssueDate>", b"<cbc:TaxCurrencyCode/><cbc:TaxCurrencyCode/><cbc:IssueDate>", "BT-6 appears 2 times"),
        ("ubl", b"<cbc:DocumentCurrencyCode>EUR<", b"<cbc:DocumentCurrencyCode>E']<", "E'] is not a currency code"),
        ("cii", b'"VA">FR44', b'"VA">FR1</ram:ID><ram:ID schemeID="VA">FR44', "a VAT id (BT-31, BT-48) appears 2 "
        "times: FR1, FR44"),
        ("cii", b">637.00</ram:LineTotal", b">XX</ram:LineTotal", "BT-131 is not a number: XX"),
        ("cii", b">637.00</ram:LineTotal", b">NaN</ram:LineTotal", "BT-131 is not a number: NaN"),
        ("cii", b">637.00</ram:LineTotal", b">6.37e2</ram:LineTotal", "BT-131 is not a number: 6.37e2"),
        ("cii", b">637.00</ram:LineTotal", b">637" + b"0" * 99 + b"</ram:LineTotal", "BT-131 has too many digits: 637000"),
        ("cii", b">637.00</ram:LineTotal", b"></ram:LineTotal", "BT-131 is missing, and the rest cannot be judged "
        "without it"),
        ("ubl", b"<cbc:IssueDate>2026-09-15<", b"<cbc:IssueDate><", "BT-2 is missing"),
        ("ubl", b"<cbc:DueDate>2026-10-31<", b"<cbc:DueDate>soon<", "'soon' does not match"),
    ],
)  # fmt: skip
def test_a_term_that_cannot_be_read_is_named(name: syntax.Syntax, right: bytes, wrong: bytes, says: str) -> None:
    xml = syntax.to_xml(e_invoice("D-MIXED"), name)
    assert right in xml
    with pytest.raises(syntax.NotReadable) as caught:
        syntax.read_e_invoice(xml.replace(right, wrong, 1))
    assert says in str(caught.value)


@pytest.mark.parametrize("zone", [b"Z", b"+01:00", b"-14:00"])
def test_a_time_zone_names_no_other_day(zone: bytes) -> None:
    xml = syntax.to_xml(e_invoice("D-MIXED"), "ubl")
    assert syntax.read_e_invoice(
        re.sub(rb"(\d-\d\d)(</cbc:\w*Date>)", rb"\1" + zone + rb"\2", xml)
    ) == syntax.read_e_invoice(xml)


def test_only_vat_is_read_as_vat() -> None:
    xml = syntax.to_xml(e_invoice("D-MIXED"), "ubl")
    scheme = b"<cac:TaxScheme>\n          <cbc:ID>VAT<"
    assert scheme in xml
    assert syntax.read_e_invoice(xml.replace(scheme, scheme.replace(b"VAT", b" vat "))) == syntax.read_e_invoice(xml)
    without = syntax.read_e_invoice(
        re.sub(rb"(<cac:ClassifiedTaxCategory>.*?<cbc:ID>)VAT(?=<)", rb"\1GST", xml, flags=re.DOTALL)
    )
    assert {line.category for line in without.lines} == {""}


def test_a_registration_for_another_tax_is_no_vat_id() -> None:
    xml = syntax.to_xml(e_invoice("D-MIXED"), "ubl")
    changed = re.sub(rb"(<cac:PartyTaxScheme>.*?<cbc:ID>)VAT(?=<)", rb"\1TAX", xml, count=1, flags=re.DOTALL)
    seller = syntax.read_e_invoice(changed).seller
    assert (seller.vat_identifier, seller.tax_registration) == ("", syntax.read_e_invoice(xml).seller.vat_identifier)


def test_comments_part_no_text() -> None:
    xml = syntax.to_xml(e_invoice("D-MIXED"), "ubl")
    assert syntax.read_e_invoice(xml.replace(b"D-MIXED", b"D-<!-- one -->MIX<?two?>ED")) == syntax.read_e_invoice(xml)


def test_a_large_attachment_is_passed_over() -> None:
    xml = syntax.to_xml(e_invoice("D-MIXED"), "ubl")
    kind = b"cbc:EmbeddedDocumentBinaryObject"
    attached = b"<cac:X><%b filename='x.pdf'>%b</%b></cac:X>" % (kind, b"QUJD\n" * 2_500_000, kind)
    large = xml.replace(b"<cac:AccountingSupplierParty>", attached + b"<cac:AccountingSupplierParty>", 1)
    assert syntax.read_e_invoice(large) == syntax.read_e_invoice(xml)


def test_an_entity_is_not_opened(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("42", encoding="utf-8")
    xml = syntax.to_xml(e_invoice("D-DEBITS"), "cii").replace(
        b"?>", f'?><!DOCTYPE x [<!ENTITY s SYSTEM "{secret.as_uri()}">]>'.encode(), 1
    )
    with pytest.raises(syntax.NotReadable) as caught:
        syntax.read_e_invoice(xml.replace(b"Conseil", b"&s;"))
    assert "42" not in str(caught.value)


def test_amounts_keep_all_digits() -> None:
    assert e_invoice("D-REVERSE").lines[0].price == Decimal("1500.15")
    assert b">1500.15<" in syntax.to_xml(e_invoice("D-REVERSE"), "cii")
    assert b">0.3333<" in syntax.to_xml(e_invoice("D-REVERSE"), "cii")
