"""Every document, in every syntax, keeps the official rules; and the rules are really run."""

from __future__ import annotations

import pytest

from beancount_invoicing.einvoice import checks, official, syntax
from tests.einvoice.documents import NUMBERS, e_invoice


def found(xml: bytes) -> dict[str, list[str]]:
    """What each layer finds: rule ids by its name."""
    root = syntax.parse(xml)
    rules = official.rules_of(root)
    result = {"XSD": [problem.message for problem in official.against_schema(root, rules)]}
    for name, stylesheet in rules.stylesheets:
        result[name] = [problem.rule for problem in official.against_stylesheet(root, stylesheet)]
    return result


@pytest.mark.parametrize("number", NUMBERS)
def test_nothing_is_found(number: str) -> None:
    invoice = e_invoice(number)
    assert found(syntax.to_xml(invoice, "cii")) == {"XSD": [], "Factur-X EN16931": [], "BR-FR": []}
    assert found(syntax.to_xml(invoice, "ubl")) == {"XSD": [], "EN 16931 UBL": [], "BR-FR": []}
    if not checks.peppol(invoice):
        assert found(syntax.to_xml(invoice, "peppol")) == {"XSD": [], "EN 16931 UBL": [], "Peppol BIS 3": []}


def test_most_documents_can_go_through_peppol() -> None:
    assert sum(not checks.peppol(e_invoice(number)) for number in NUMBERS) == 13


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
