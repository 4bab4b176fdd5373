"""Every document, in every syntax, keeps the official rules; and the rules are really run."""

from __future__ import annotations

import subprocess
import sys

import pytest

from beancount_invoicing.einvoice import checks, official, rulesets, syntax
from beancount_invoicing.einvoice.checks_peppol import check_peppol
from tests.einvoice.documents import NUMBERS, e_invoice


def found(xml: bytes) -> dict[str, list[str]]:
    """What each layer finds: rule ids by its name."""
    root = syntax.parse_xml(xml)
    rules = rulesets.rule_set_of(root)
    result = {"XSD": [problem.message for problem in official.against_schema(root, rules)]}
    for stylesheet in rules.stylesheets:
        assert stylesheet.file
        result[stylesheet.name] = [problem.rule for problem in official.against_stylesheet(root, stylesheet.file)]
    return result


@pytest.mark.parametrize("number", NUMBERS)
def test_nothing_is_found(number: str) -> None:
    invoice = e_invoice(number)
    assert found(syntax.to_xml(invoice, "cii")) == {"XSD": [], "Factur-X EN16931": [], "BR-FR": []}
    assert found(syntax.to_xml(invoice, "ubl")) == {"XSD": [], "EN 16931 UBL": [], "BR-FR": []}
    if not check_peppol(invoice):
        assert found(syntax.to_xml(invoice, "peppol")) == {"XSD": [], "EN 16931 UBL": [], "Peppol BIS 3": []}


AT_ONCE = """
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from beancount_invoicing.einvoice import official, rulesets, syntax
roots = [syntax.parse_xml(sys.argv[1].encode()) for _each in range(8)]
rules = rulesets.rule_set_of(roots[0])
start = Barrier(len(roots))
def judged(root):
    start.wait()
    return official.against_schema(root, rules)
with ThreadPoolExecutor(len(roots)) as pool:
    assert list(pool.map(judged, roots)) == [()] * len(roots)
"""


def test_the_first_schema_is_read_by_several_threads_at_once() -> None:
    """libxml2 makes its types ready with the first schema of a process: another thread then finds that a schema is none."""
    xml = syntax.to_xml(e_invoice("D-MIXED"), "cii").decode()
    for _again in range(4):
        subprocess.run([sys.executable, "-c", AT_ONCE, xml], check=True)


def test_most_documents_can_go_through_peppol() -> None:
    assert sum(not check_peppol(e_invoice(number)) for number in NUMBERS) == 14


@pytest.mark.parametrize(
    ("name", "layer", "right", "wrong", "rule"),
    [
        ("cii", "XSD", b"<ram:TypeCode>380</ram:TypeCode>", b"<ram:TypeCod>380</ram:TypeCod>", "TypeCod"),
        ("cii", "Factur-X EN16931", b">637.00<", b">638.00<", "BR-CO-10"),
        ("cii", "BR-FR", b">D-MIXED</ram:ID>", b">D.MIXED</ram:ID>", "BR-FR-02"),
        ("ubl", "EN 16931 UBL", b">637.00<", b">638.00<", "BR-CO-10"),
        ("ubl", "BR-FR", b"<cbc:ID>D-MIXED<", b"<cbc:ID>D.MIXED<", "BR-FR-02"),
        ("peppol", "EN 16931 UBL", b">637.00<", b">638.00<", "BR-CO-10"),
        ("peppol", "Peppol BIS 3", b"<cbc:ID>PO-7781<", b"<cbc:ID/><cbc:SalesOrderID>NA<", "R008"),
    ],
)
def test_each_layer_finds_what_is_wrong(name: syntax.Syntax, layer: str, right: bytes, wrong: bytes, rule: str) -> None:
    xml = syntax.to_xml(e_invoice("D-MIXED"), name)
    assert right in xml
    if layer == "Peppol BIS 3":
        xml = xml.replace(b"</cbc:ID>\n  </cac:OrderReference>", b"</cbc:SalesOrderID>\n  </cac:OrderReference>")
    assert any(rule in one for one in found(xml.replace(right, wrong))[layer])


FRANCHISE = """
2026-01-01 custom "invoice-tax" "FRANCHISE" "Franchise en base"
  category: "E"
  rate: 0
  reason: "VATEX-FR-FRANCHISE"
2026-10-01 custom "invoice-seller" "Atelier Test"
  vat-id: ""
2026-10-05 * "Small" ^X1
  invoice: "X1"
  Assets:Receivable:Town  100.00 EUR
  Income:Services  -100.00 EUR
    text: "Conseil"
    tax: "FRANCHISE"
    nature: "services"
"""
BELOW_ITS_DEPOSIT = """
2026-10-05 * "Less than was paid in advance" ^X1
  invoice: "X1"
  Assets:Receivable:Acme    -600.00 EUR
  Income:Goods              -500.00 EUR
    text: "Chaudière, plus petite"
    tax: "FR20"
    nature: "goods"
  Liabilities:VAT           -100.00 EUR
    tax: "FR20"
  Liabilities:Deposits      1000.00 EUR
    deposit: "D-DEPOSIT"
  Liabilities:VAT            200.00 EUR
    deposit: "D-DEPOSIT"
    tax: "FR20"
"""
REFERENCE = '2026-01-01 custom "invoice-option" "payment-reference" "iso11649"\n'
ONE_LANGUAGE_MORE = '2026-10-05 custom "invoice-customer" Assets:Receivable:Kiefer\n  language: "de"\n'


@pytest.mark.parametrize(
    ("number", "more", "type_code", "due"),
    [
        ("X1", FRANCHISE, "380", "100.00"),
        ("X1", BELOW_ITS_DEPOSIT, "380", "-600.00"),  # still an invoice, although money goes back
        ("D-MIXED", REFERENCE, "380", "1206.30"),
        ("D-REVERSE", ONE_LANGUAGE_MORE, "380", "500.00"),
    ],
)
def test_nothing_is_found_in_rarer_documents(number: str, more: str, type_code: str, due: str) -> None:
    invoice = e_invoice(number, more)
    assert (invoice.type_code, str(invoice.totals.due)) == (type_code, due)
    assert checks.check_business_terms(invoice) == ()
    for name in ("cii", "ubl"):
        assert not any(found(syntax.to_xml(invoice, "cii" if name == "cii" else "ubl")).values())
