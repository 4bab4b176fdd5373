"""E-reports (FRR) and life-cycle messages (CDAR) keep the official schemas and rules, which pyfrctc carries (LGPL).

Two rules of the published Flux10 stylesheet are not for what a firm sends, and are named here: the sender must be a platform
(G6.22, G7.51: it is the version from the platform to the tax office), and payments may not be negative (G1.16, not G7.07):
https://github.com/fnfempe/France_RFE/issues/60 and /67.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from beancount_invoicing.e_reporting.payments import DailyReceipts, InvoiceReceipt, ReceivedAtRate
from beancount_invoicing.e_reporting.transactions import DailySales, RateAmount
from beancount_invoicing.einvoice import e_invoice, frr, saxon
from beancount_invoicing.einvoice.business_terms import AllowanceCharge, Delivery, EInvoice, Identifier, PostalAddress
from beancount_invoicing.einvoice.lifecycle import (
    AnswerMessage,
    CollectedMessage,
    NotAStatus,
    StatusAmount,
    StatusReason,
    answer_xml,
    cancelled_xml,
    collected_xml,
    read_statuses,
)
from beancount_invoicing.platform.received import REASONS
from tests.ledgers import sound_book

D = Decimal
SENDER_IS_NO_PLATFORM = {"G6.22", "G7.51"}
NEGATIVE_PAYMENTS = {"G1.16"}
MADE_AT = datetime(2027, 10, 12, 9, 30)  # noqa: DTZ001 - the format has no zone
HEADER = frr.ReportHeader("732829320-T-20271001-1", MADE_AT, False, "732829320", "Atelier Test")
PERIOD = date(2027, 10, 1), date(2027, 10, 10)
INVOICES = """
2025-01-01 custom "invoice-tax" "EXPORT" "Exportation"
  category: "G"
  nature: "goods"
  reason: "VATEX-EU-G"
2025-06-01 custom "invoice-customer" Assets:Receivable:Kiefer
  vat-id: "DE136695976"
  postcode: "10115"
2025-01-01 open Assets:Receivable:Smith
  customer: "Smith & Sons Incorporated"
  address: "5 Main St"
  city: "Boston"
  country: "US"
2027-10-02 * "Kiefer GmbH" "Conseil" ^F2027-0001
  invoice: "F2027-0001"
  Assets:Receivable:Kiefer  500.00 EUR
  Income:Services  -500.00 EUR
    text: "Conseil"
    tax: "REVERSE"
    nature: "services"
2027-10-04 * "Kiefer GmbH" "Avoir" ^A2027-0001
  invoice: "A2027-0001"
  corrects: "F2027-0001"
  Assets:Receivable:Kiefer  -50.00 EUR
  Income:Services  50.00 EUR
    text: "Conseil"
    tax: "REVERSE"
    nature: "services"
2027-10-05 * "Smith" "Machine" ^F2027-0002
  invoice: "F2027-0002"
  Assets:Receivable:Smith  900.00 EUR
  Income:Services  -900.00 EUR
    text: "Machine"
    tax: "EXPORT"
"""
pyfrctc = pytest.mark.skipif(not find_spec("pyfrctc"), reason="pyfrctc is not installed (extra dev)")


def published(name: str) -> Path:
    """A file of pyfrctc, which is not imported: it needs the network's libraries."""
    specification = find_spec("pyfrctc")
    assert specification
    assert specification.submodule_search_locations
    return Path(specification.submodule_search_locations[0]) / name


def broken_rules(xml: bytes, schema: str, stylesheet: str) -> set[str]:
    """The rules of a stylesheet that a document breaks; it keeps the schema."""
    etree.XMLSchema(etree.parse(str(published(schema)))).assertValid(etree.fromstring(xml))
    result = etree.fromstring(saxon.report(published(stylesheet), xml))
    names = {"svrl": "http://purl.oclc.org/dsdl/svrl"}
    texts = result.xpath("//svrl:failed-assert/svrl:text | //svrl:successful-report/svrl:text", namespaces=names)
    return {str(text.text).strip()[1:].partition("]")[0] for text in texts}


def of_report(xml: bytes) -> set[str]:
    return broken_rules(xml, "frr-xsd/ereporting.xsd", "frr-schematron/Flux10.xslt")


def of_message(xml: bytes) -> set[str]:
    return broken_rules(
        xml,
        "cdar-xsd/CrossDomainAcknowledgementAndResponse_100pD22B.xsd",
        "cdar-schematron/BR-FR-CDV-Schematron-CDAR.xslt",
    )


def invoices() -> list[EInvoice]:
    book = sound_book(INVOICES)
    return [e_invoice(book, invoice, D(0), "fr", addressed=False) for invoice in book.invoices]


def transactions(header: frr.ReportHeader = HEADER) -> bytes:
    days = [
        DailySales(
            date(2027, 10, 3),
            "TLB1",
            "",
            2,
            (RateAmount(D("5.5"), D("10.00"), D("0.55")), RateAmount(D(20), D(-5), D(-1))),
        ),
        DailySales(date(2027, 10, 3), "TPS1", "72", 1, (RateAmount(D(20), D("100.00"), D("20.00")),)),
        DailySales(date(2027, 10, 4), "TNT1", "", 1, (RateAmount(D(0), D("80.00"), D(0)),)),
    ]
    return frr.transactions_xml(header, *PERIOD, invoices(), days)


def payments(amount: str = "120.00") -> bytes:
    amounts = (ReceivedAtRate(D("5.5"), D("10.55")), ReceivedAtRate(D(20), D(amount)))
    receipts = [InvoiceReceipt("F2027-0001", date(2027, 10, 2), date(2027, 10, 6), amounts)]
    return frr.payments_xml(
        HEADER, date(2027, 10, 1), date(2027, 10, 31), receipts, [DailyReceipts(date(2027, 10, 7), amounts)]
    )


@pyfrctc
def test_transactions_keep_the_schema_and_the_rules() -> None:
    assert of_report(transactions()) == SENDER_IS_NO_PLATFORM


@pyfrctc
def test_payments_keep_the_schema_and_the_rules() -> None:
    assert of_report(payments()) == SENDER_IS_NO_PLATFORM
    assert of_report(payments("-120.00")) == SENDER_IS_NO_PLATFORM | NEGATIVE_PAYMENTS


def test_a_report_says_who_and_whether_it_is_the_first() -> None:
    document = etree.fromstring(transactions())[0]
    assert document.findtext("TypeCode") == "IN"
    assert document.findtext("IssueDateTime/DateTimeString") == "20271012093000"
    assert (document.find("Issuer/Id").text, document.find("Issuer/Id").get("schemeId")) == ("732829320", "0002")
    again = etree.fromstring(transactions(HEADER._replace(rectifies=True)))[0]
    assert again.findtext("TypeCode") == "RE"


def test_the_fingerprint_is_of_the_content_alone() -> None:
    later = HEADER._replace(identifier="other", rectifies=True, made_at=datetime(2028, 1, 1))  # noqa: DTZ001
    assert frr.content_digest(transactions()) == frr.content_digest(transactions(later))
    assert frr.content_digest(payments()) != frr.content_digest(payments("120.01"))


def test_buyers_abroad_are_identified_by_vat_id_or_by_country_and_name() -> None:
    found = etree.fromstring(transactions()).findall("TransactionsReport/Invoice/Buyer/CompanyId")
    assert [(element.text, element.get("schemeId")) for element in found] == [
        ("DE136695976", "0223"), ("DE136695976", "0223"), ("USSmith & Sons Inc", "0227"),
    ]  # fmt: skip


def test_a_buyer_of_new_caledonia_has_its_own_scheme() -> None:
    (first, *_rest) = invoices()
    address = first.buyer.address._replace(country="NC")
    buyer = first.buyer._replace(address=address, vat_identifier="", legal_registration=Identifier("0123456789"))
    xml = frr.transactions_xml(HEADER, *PERIOD, [first._replace(buyer=buyer)], [])
    texts = [(element.text, element.get("schemeId")) for element in etree.fromstring(xml).iter("CompanyId")]
    assert texts[1] == ("0123456789", "0228")


def test_what_cannot_be_reported_says_what_to_write() -> None:
    (first, *_rest) = invoices()
    with pytest.raises(frr.NotReportable, match="write nature on it"):
        frr.transactions_xml(HEADER, *PERIOD, [first._replace(process="")], [])
    with pytest.raises(frr.NotReportable, match="286 ter"):
        frr.transactions_xml(HEADER, *PERIOD, [first._replace(seller=first.seller._replace(vat_identifier=""))], [])


def test_allowances_delivery_and_period_are_in_it() -> None:
    (first, *_rest) = invoices()
    there = PostalAddress(("Halle 3", "Tor 2"), "Köln", "50667", "DE")
    whole = first._replace(
        vat_point="payment",
        delivery=Delivery(date(2027, 9, 30), "", there),
        start=date(2027, 9, 1),
        end=date(2027, 9, 30),
        adjustments=(
            AllowanceCharge(False, D("10.00"), "Remise", category="AE", rate=D(0)),
            AllowanceCharge(True, D(5), "Port", category="O"),
        ),
    )
    xml = frr.transactions_xml(HEADER, *PERIOD, [whole], [])
    (invoice,) = etree.fromstring(xml).iter("Invoice")
    assert invoice.findtext("TaxDueDateTypeCode") == "72"
    assert invoice.findtext("Delivery/Location/LineTwo") == "Tor 2"
    assert invoice.findtext("InvoicePeriod/EndDate") == "20270930"
    assert [part.get("ChargeIndicator") for part in invoice.findall("AllowanceCharge")] == ["false", "true"]
    if find_spec("pyfrctc"):
        assert of_report(xml) == SENDER_IS_NO_PLATFORM


RECEIPT = InvoiceReceipt(
    "F2027-0003",
    date(2027, 10, 1),
    date(2027, 10, 9),
    (ReceivedAtRate(D(10), D("110.00")), ReceivedAtRate(D(20), D("-12.00"))),
)
MESSAGE = CollectedMessage(
    "212-F2027-0003-1",
    MADE_AT,
    "732829320",
    "Atelier Test",
    "123456782",
    "Acme SAS",
    Identifier("123456782", "0225"),
    "380",
)


@pyfrctc
def test_a_212_keeps_the_schema_and_the_rules() -> None:
    assert of_message(collected_xml(MESSAGE, RECEIPT)) == set()


@pyfrctc
def test_a_220_keeps_the_schema_and_the_rules() -> None:
    assert of_message(cancelled_xml(MESSAGE, "F2027-0003", date(2027, 10, 1), "F2027-0004")) == set()


def test_a_212_is_read_as_it_was_written() -> None:
    (status,) = read_statuses(collected_xml(MESSAGE, RECEIPT))
    assert (status.code, status.label, status.number, status.issued) == (
        "212", "Encaissée", "F2027-0003", date(2027, 10, 1),
    )  # fmt: skip
    assert (status.identifier, status.made_at, status.type_code, status.issuer_role) == (
        "212-F2027-0003-1", MADE_AT, "380", "SE",
    )  # fmt: skip
    assert status.sellers == (Identifier("732829320", "0002"),)
    assert status.amounts == (
        StatusAmount("MEN", D("110.00"), "EUR", D(10), date(2027, 10, 9)),
        StatusAmount("MEN", D("-12.00"), "EUR", D(20), date(2027, 10, 9)),
    )
    assert status.reasons == ()


APPROVED = AnswerMessage(
    "205-1", MADE_AT, "732829320", "Atelier Test", "552100554", "Papeterie Martin SARL", Identifier("552100554", "0225"),
    "2026-118", date(2026, 11, 28), "380", "205",
)  # fmt: skip
ANSWERS = [
    APPROVED,
    APPROVED._replace(code="207", reason_code="QTE_ERR", reason="Deux cartons manquent"),
    APPROVED._replace(code="207", reason_code="AUTRE", reason="Trop cher"),
    APPROVED._replace(code="211", paid=StatusAmount("MPA", D("118.80"), "EUR", None, date(2026, 12, 28))),
    *(APPROVED._replace(code="210", reason_code=code, reason="Motif") for code in REASONS["210"]),
]


@pyfrctc
@pytest.mark.parametrize("answer", ANSWERS)
def test_a_buyers_answer_keeps_the_schema_and_the_rules(answer: AnswerMessage) -> None:
    assert of_message(answer_xml(answer)) == set()


@pyfrctc
def test_the_rules_refuse_a_refusal_for_another_reason() -> None:
    assert of_message(answer_xml(APPROVED._replace(code="210", reason_code="AUTRE"))) == {"BR-FR-CDV-CL-09/MDT-113_210"}


def test_an_answer_is_read_as_it_was_written() -> None:
    (status,) = read_statuses(answer_xml(ANSWERS[1]))
    assert (status.code, status.label, status.number, status.issued, status.issuer_role) == (
        "207", "En litige", "2026-118", date(2026, 11, 28), "BY",
    )  # fmt: skip
    assert status.sellers == (Identifier("552100554", "0002"),)
    assert status.reasons == (StatusReason("QTE_ERR", "Deux cartons manquent", "", ""),)


def cdar(document: str) -> bytes:
    """A message about an invoice, as a platform might send it."""
    base = "urn:un:unece:uncefact:data:standard"
    return (
        f'<rsm:CrossDomainAcknowledgementAndResponse xmlns:rsm="{base}:CrossDomainAcknowledgementAndResponse:100"'
        f' xmlns:ram="{base}:ReusableAggregateBusinessInformationEntity:100"'
        f' xmlns:udt="{base}:UnqualifiedDataType:100" xmlns:qdt="{base}:QualifiedDataType:100">'
        f"<rsm:AcknowledgementDocument>{document}</rsm:AcknowledgementDocument></rsm:CrossDomainAcknowledgementAndResponse>"
    ).encode()


REFUSED = """<ram:ReferenceReferencedDocument><ram:IssuerAssignedID> F1 </ram:IssuerAssignedID>
  <ram:FormattedIssueDateTime><qdt:DateTimeString format="102">2027</qdt:DateTimeString></ram:FormattedIssueDateTime>
  <ram:ProcessConditionCode>210</ram:ProcessConditionCode>
  <ram:SpecifiedDocumentStatus><ram:ReasonCode>TX_TVA_ERR</ram:ReasonCode><ram:Reason>Taux de TVA erroné</ram:Reason>
    <ram:RequestedActionCode>NIN</ram:RequestedActionCode><ram:IncludedNote><ram:Content>10 %</ram:Content></ram:IncludedNote>
    <ram:SpecifiedDocumentCharacteristic><ram:TypeCode>DVA</ram:TypeCode><ram:ValueAmount>NaN</ram:ValueAmount>
    </ram:SpecifiedDocumentCharacteristic></ram:SpecifiedDocumentStatus></ram:ReferenceReferencedDocument>"""


def test_a_refusal_is_read_with_its_reason() -> None:
    (status,) = read_statuses(cdar(REFUSED))
    assert (status.code, status.label, status.number) == ("210", "", "F1")
    assert status.reasons == (StatusReason("TX_TVA_ERR", "Taux de TVA erroné", "NIN", "10 %"),)
    assert (status.issued, status.made_at, status.amounts) == (None, None, ())


def test_an_unknown_code_is_kept() -> None:
    (first, second) = read_statuses(cdar(REFUSED.replace(">210<", ">299<") + REFUSED))
    assert (first.code, first.label, second.code) == ("299", "", "210")


@pytest.mark.parametrize(
    ("xml", "message"),
    [
        (b"no XML", "not well-formed"),
        (b"<a/>", "its root is a"),
        (cdar(""), "names no invoice"),
        (b"", "not well-formed"),
    ],
)
def test_what_is_no_message_is_refused(xml: bytes, message: str) -> None:
    with pytest.raises(NotAStatus, match=message):
        read_statuses(xml)


def test_entities_are_not_expanded() -> None:
    bomb: Any = b'<!DOCTYPE a [<!ENTITY b "boom">]>' + cdar(REFUSED.replace("F1", "&b;"))
    (status,) = read_statuses(bomb)
    assert "boom" not in status.number
