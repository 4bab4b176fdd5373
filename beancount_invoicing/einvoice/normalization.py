"""Normalizes a document before its terms are read: the same content is always written the same way."""

from __future__ import annotations

import re
from typing import Any

_UDT = "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100"
_BOOLEANS = {"0": "false", "1": "true"}
_CHARGE = "SpecifiedTradeAllowanceCharge"
_ELSEWHERE = "LOC"
_TAXES = {
    "TaxCategory": "{*}TaxScheme/{*}ID",
    "ClassifiedTaxCategory": "{*}TaxScheme/{*}ID",
    "ApplicableTradeTax": "{*}TypeCode",
    "CategoryTradeTax": "{*}TypeCode",
}
"""Where a tax category says of which tax it is."""


def normalize_xml(root: Any) -> None:
    """Changes a document in CII or UBL in place, so that the same content is written the same way.

    Booleans become `true` and `false`; dates lose their time zone. In the profile EXTENDED, a logistics service charge
    (BG-X-42) becomes a charge on the document (BG-21), and lines that only group or inform (BT-X-8) are removed: no sum
    counts them. The category of a tax other than VAT is removed. A tax registration other than the VAT id becomes
    BT-32, as CEN reads it.
    """
    for element in list(root.iter("{*}*")):
        name = element.tag.rpartition("}")[2]
        text = element.text or ""
        if name in {"ChargeIndicator", "Indicator"} and text.strip() in _BOOLEANS:
            element.text = _BOOLEANS[text.strip()]
        elif name.endswith("Date"):  # UBL's dates; those of CII have no zones
            element.text = re.sub(r"^(\s*\d{4}-\d\d-\d\d)(?:Z|[+-]\d\d:\d\d)(\s*)$", r"\1\2", text) or None
        elif name in _TAXES and (element.findtext(_TAXES[name]) or "").strip().upper() != "VAT":
            for node in list(
                element.iterchildren("{*}ID", "{*}CategoryCode", "{*}Percent", "{*}RateApplicablePercent")
            ):
                element.remove(node)
    for party in root.iter("{*}Party"):
        _name_schemes(party)
    for line in list(root.iterfind(".//{*}IncludedSupplyChainTradeLineItem")):
        status = line.findtext("{*}AssociatedDocumentLineDocument/{*}LineStatusReasonCode")
        if status is not None and status.strip() in {"GROUP", "INFORMATION"}:
            line.getparent().remove(line)
    for service in list(root.iter("{*}SpecifiedLogisticsServiceCharge")):
        _as_charge(service)


def _name_schemes(party: Any) -> None:
    """Tax schemes of a party in UBL: VAT, or the one that stands for its registration elsewhere (BT-32), the first of them."""
    schemes = list(party.iterfind("{*}PartyTaxScheme/{*}TaxScheme/{*}ID"))
    others = [scheme for scheme in schemes if (scheme.text or "").strip().upper() != "VAT"]
    for scheme in schemes:
        if scheme not in others:
            scheme.text = "VAT"
    if others and all((scheme.text or "").strip() != _ELSEWHERE for scheme in others):
        others[0].text = _ELSEWHERE


def _as_charge(service: Any) -> None:
    from lxml import etree

    namespace = service.tag.rpartition("}")[0] + "}"
    service.tag = namespace + _CHARGE
    names = {"Description": "Reason", "AppliedAmount": "ActualAmount", "AppliedTradeTax": "CategoryTradeTax"}
    for child in service.iterchildren("{*}*"):
        old = etree.QName(child).localname
        child.tag = namespace + names.get(old, old)
    indicator = etree.SubElement(service, f"{namespace}ChargeIndicator")
    etree.SubElement(indicator, f"{{{_UDT}}}Indicator").text = "true"
