"""The XML of an e-report (flux 10, "FRR"): DGFiP, external specifications v3.2, annex 6, as its schemas `ereporting.xsd` have it.

A report says all of its period again whenever it is sent: the first one is initial (IN), each later one rectifies it (RE).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any, NamedTuple

from beancount_invoicing import law
from beancount_invoicing.e_reporting.payments import DailyReceipts, InvoiceReceipt, ReceivedAtRate
from beancount_invoicing.e_reporting.transactions import DailySales
from beancount_invoicing.einvoice.business_terms import AllowanceCharge, EInvoice, Party
from beancount_invoicing.einvoice.texts import without_control_characters
from beancount_invoicing.messages import _

_PROFILE = "urn.cpro.gouv.fr:1p0:ereporting"
_SIREN, _IN_THE_UNION, _ELSEWHERE = "0002", "0223", "0227"
_OWN_SCHEMES = {"NC": "0228", "PF": "0229"}
"""RIDET of New Caledonia, Tahiti number: rule G2.19."""
_NAME_LENGTH = 16
"""How much of its name identifies a buyer outside the Union, after its country: rule G2.19, 18 characters in all."""
_DUE_CODES = {"invoice": "5", "delivery": "29", "payment": "72"}
"""BT-8 in UNTDID 2475: rule P1.11."""


class NotReportable(ValueError):
    """A document cannot be in a report: the message says why."""


class ReportHeader(NamedTuple):
    """Who reports, and which report it is."""

    identifier: str
    """TT-1: at most 50 letters, digits, spaces and - + _ / (rule G1.104)."""
    made_at: datetime
    """TT-3."""
    rectifies: bool
    """TT-4: whether an earlier report of the same period was sent: RE, otherwise IN."""
    siren: str
    name: str


def transactions_xml(
    header: ReportHeader, since: date, until: date, invoices: Sequence[EInvoice], days: Sequence[DailySales]
) -> bytes:
    """The transactions of a period (both days inclusive): flow 10.1, `invoices`, and flow 10.3, `days`. Raises NotReportable."""
    report = _report(header, "TransactionsReport", since, until)
    for invoice in invoices:
        _invoice(report, header, invoice)
    for day in days:
        _daily_sales(report, day)
    return _bytes(report)


def payments_xml(
    header: ReportHeader, since: date, until: date, receipts: Sequence[InvoiceReceipt], days: Sequence[DailyReceipts]
) -> bytes:
    """The payments of a period (both days inclusive): flow 10.2, `receipts`, and flow 10.4, `days`; in euros, with their tax."""
    report = _report(header, "PaymentsReport", since, until)
    for receipt in receipts:
        invoice = _add(report, "Invoice")
        _add(invoice, "InvoiceID", receipt.number)
        _add(invoice, "IssueDate", _day(receipt.issued))
        _payment(invoice, receipt.date, receipt.amounts)
    for day in days:
        _payment(_add(report, "Transactions"), day.date, day.amounts)
    return _bytes(report)


def content_digest(xml: bytes) -> str:
    """A fingerprint of what a report says of its period (SHA-256), whatever its identifier, time and type: a report with the
    fingerprint of the last one need not be sent.
    """
    from lxml import etree

    root = etree.fromstring(xml, etree.XMLParser(resolve_entities=False, no_network=True))
    return sha256(etree.tostring(root[1], method="c14n")).hexdigest()


def _report(header: ReportHeader, name: str, since: date, until: date) -> Any:
    """The part of a new report that holds its content."""
    from lxml import etree

    root = etree.Element("Report")
    document = _add(root, "ReportDocument")
    _add(document, "Id", header.identifier)
    _add(_add(document, "IssueDateTime"), "DateTimeString", f"{header.made_at:%Y%m%d%H%M%S}")
    _add(document, "TypeCode", "RE" if header.rectifies else "IN")
    for role in ("Sender", "Issuer"):
        party = _add(document, role)
        _add(party, "Id", header.siren, schemeId=_SIREN)
        _add(party, "Name", header.name)
        _add(party, "RoleCode", "SE")
    report = _add(root, name)
    period = _add(report, "ReportPeriod")
    _add(period, "StartDate", _day(since))
    _add(period, "EndDate", _day(until))
    return report


def _invoice(report: Any, header: ReportHeader, invoice: EInvoice) -> None:
    if not invoice.process:
        raise NotReportable(
            _(
                "{number}: a line does not say whether it is goods or services: write nature on it",
                number=invoice.number,
            )
        )
    element = _add(report, "Invoice")
    _add(element, "ID", invoice.number)
    _add(element, "IssueDate", _day(invoice.issued))
    _add(element, "TypeCode", invoice.type_code)
    _add(element, "CurrencyCode", invoice.currency)
    if invoice.due:
        _add(element, "DueDate", _day(invoice.due))
    if invoice.vat_point:
        _add(element, "TaxDueDateTypeCode", _DUE_CODES[invoice.vat_point])
    process = _add(element, "BusinessProcess")
    _add(process, "ID", invoice.process)
    _add(process, "TypeID", _PROFILE)
    for earlier in invoice.preceding:
        reference = _add(element, "ReferencedDocument")
        _add(reference, "ID", earlier.number)
        if earlier.issued:
            _add(reference, "IssueDate", _day(earlier.issued))
    _seller(element, header, invoice)
    _buyer(element, invoice)
    _delivery(element, invoice)
    for adjustment in invoice.adjustments:
        _adjustment(element, adjustment)
    _totals(element, invoice)


def _seller(element: Any, header: ReportHeader, invoice: EInvoice) -> None:
    seller = invoice.seller
    if not seller.vat_identifier:
        raise NotReportable(
            _(
                "{number}: an invoice to a business abroad is reported with your VAT id: write vat-id below "
                "invoice-seller (a firm in the franchise asks its tax office for one: CGI, art. 286 ter)",
                number=invoice.number,
            )
        )
    party = _add(element, "Seller")
    _add(party, "CompanyId", header.siren, schemeId=_SIREN)
    _add(party, "TaxRegistrationId", seller.vat_identifier, qualifyingId="VAT")
    _add(_add(party, "PostalAddress"), "CountryId", seller.address.country)


def _buyer(element: Any, invoice: EInvoice) -> None:
    buyer = invoice.buyer
    identifier, scheme = _buyer_identifier(buyer)
    party = _add(element, "Buyer")
    _add(party, "CompanyId", identifier, schemeId=scheme)
    if buyer.vat_identifier:
        _add(party, "TaxRegistrationId", buyer.vat_identifier, qualifyingId="VAT")
    _add(_add(party, "PostalAddress"), "CountryId", buyer.address.country)


def _buyer_identifier(buyer: Party) -> tuple[str, str]:
    """Who a buyer abroad is, and by which scheme: the VAT id of another member state; elsewhere country and name (rule G2.19)."""
    country, registration = buyer.address.country, buyer.legal_registration
    if own := _OWN_SCHEMES.get(country):
        if registration:
            return registration.value, own
    elif buyer.vat_identifier and law.in_union(law.of_vat_id(buyer.vat_identifier)):
        return buyer.vat_identifier, _IN_THE_UNION
    return f"{country}{buyer.name[:_NAME_LENGTH]}".rstrip(), _ELSEWHERE


def _delivery(element: Any, invoice: EInvoice) -> None:
    delivery = invoice.delivery
    if delivery.date or delivery.address:
        part = _add(element, "Delivery")
        if delivery.date:
            _add(part, "Date", _day(delivery.date))
        if address := delivery.address:
            location = _add(part, "Location")
            for name, line in zip(("LineOne", "LineTwo", "LineThree"), address.lines, strict=False):
                _add(location, name, line)
            for name, text in (("CityName", address.city), ("PostalZone", address.postcode)):
                if text:
                    _add(location, name, text)
            _add(location, "CountryId", address.country)
    if invoice.start and invoice.end and invoice.start < invoice.end:
        period = _add(element, "InvoicePeriod")
        _add(period, "StartDate", _day(invoice.start))
        _add(period, "EndDate", _day(invoice.end))


def _adjustment(element: Any, adjustment: AllowanceCharge) -> None:
    part = _add(element, "AllowanceCharge", ChargeIndicator=str(adjustment.charge).lower())
    _add(part, "Amount", _amount(adjustment.amount))
    _add(part, "TaxCategoryCode", adjustment.category)
    if adjustment.rate is not None:
        _add(part, "TaxPercent", _rate(adjustment.rate))


def _totals(element: Any, invoice: EInvoice) -> None:
    totals = invoice.totals
    total = _add(element, "MonetaryTotal")
    _add(total, "TaxExclusiveAmount", _amount(totals.net))
    in_euros = totals.vat if totals.vat_in_tax_currency is None else totals.vat_in_tax_currency
    _add(total, "TaxAmount", _amount(in_euros), CurrencyCode="EUR")
    for breakdown in invoice.breakdown:
        part = _add(element, "TaxSubTotal")
        _add(part, "TaxableAmount", _amount(breakdown.base))
        _add(part, "TaxAmount", _amount(breakdown.amount))
        category = _add(part, "TaxCategory")
        _add(category, "Code", breakdown.category)
        _add(category, "Percent", _rate(breakdown.rate or Decimal(0)))
        if breakdown.reason:
            _add(category, "TaxExemptionReason", breakdown.reason)
        if breakdown.reason_code:
            _add(category, "TaxExemptionReasonCode", breakdown.reason_code)


def _daily_sales(report: Any, day: DailySales) -> None:
    element = _add(report, "Transactions")
    _add(element, "Date", _day(day.date))
    _add(element, "TransactionsCurrency", "EUR")
    if day.due_code:
        _add(element, "TaxDueDateTypeCode", day.due_code)
    _add(element, "CategoryCode", day.category)
    _add(element, "TaxExclusiveAmount", _amount(day.base))
    _add(element, "TaxTotal", _amount(day.tax))
    _add(element, "TransactionsCount", str(day.documents))
    for amount in day.amounts:
        subtotal = _add(element, "TaxSubtotal")
        _add(subtotal, "TaxPercent", _rate(amount.rate))
        _add(subtotal, "TaxableAmount", _amount(amount.base))
        _add(subtotal, "TaxTotal", _amount(amount.tax))


def _payment(parent: Any, day: date, amounts: Sequence[ReceivedAtRate]) -> None:
    payment = _add(parent, "Payment")
    _add(payment, "Date", _day(day))
    for received in amounts:
        subtotal = _add(payment, "SubTotals")
        _add(subtotal, "TaxPercent", _rate(received.rate))
        _add(subtotal, "CurrencyCode", "EUR")
        _add(subtotal, "Amount", _amount(received.amount))


def _add(parent: Any, name: str, text: str = "", **attributes: str) -> Any:
    from lxml import etree

    element = etree.SubElement(parent, name, attributes)
    if text:
        element.text = without_control_characters(text)
    return element


def _bytes(report: Any) -> bytes:
    from lxml import etree

    root = report.getroottree().getroot()
    return bytes(etree.tostring(root, pretty_print=True, xml_declaration=True, encoding="UTF-8"))


def _day(day: date) -> str:
    return f"{day:%Y%m%d}"


def _amount(amount: Decimal) -> str:
    return f"{amount or abs(amount):.2f}"


def _rate(rate: Decimal) -> str:
    return f"{rate.normalize():f}"
