"""What an e-invoice in CII or UBL says its figures are, read by their paths and nothing else."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pypdf
from lxml import etree


@dataclass
class Said:
    """The figures of a document; None for what it does not say."""

    number: str
    type_code: str
    currency: str
    net: Decimal
    vat: Decimal
    gross: Decimal
    paid: Decimal
    due: Decimal
    vat_in_own: Decimal | None
    breakdown: dict[tuple[str, Decimal], tuple[Decimal, Decimal]] = field(default_factory=dict)
    untold: tuple[str, ...] = ()
    """The categories without tax that give no reason."""


def said(data: bytes) -> Said:
    """The figures of a document, or of the one inside a PDF."""
    if data.startswith(b"%PDF"):
        (data,) = pypdf.PdfReader(io.BytesIO(data)).attachments["factur-x.xml"]
    root = etree.fromstring(data)
    return _of_cii(root) if root.tag.endswith("CrossIndustryInvoice") else _of_ubl(root)


def _of_cii(root: Any) -> Said:
    total = "{*}SupplyChainTradeTransaction/{*}ApplicableHeaderTradeSettlement/{*}SpecifiedTradeSettlementHeaderMonetarySummation"
    settlement = root.find("{*}SupplyChainTradeTransaction/{*}ApplicableHeaderTradeSettlement")
    currency = _text(settlement, "{*}InvoiceCurrencyCode")
    taxes = {one.get("currencyID"): Decimal(one.text) for one in root.findall(f"{total}/{{*}}TaxTotalAmount")}
    result = Said(
        number=_text(root, "{*}ExchangedDocument/{*}ID"),
        type_code=_text(root, "{*}ExchangedDocument/{*}TypeCode"),
        currency=currency,
        net=_amount(root, f"{total}/{{*}}TaxBasisTotalAmount"),
        vat=taxes.pop(currency),
        gross=_amount(root, f"{total}/{{*}}GrandTotalAmount"),
        paid=_amount(root, f"{total}/{{*}}TotalPrepaidAmount"),
        due=_amount(root, f"{total}/{{*}}DuePayableAmount"),
        vat_in_own=next(iter(taxes.values()), None),
    )
    for one in settlement.findall("{*}ApplicableTradeTax"):
        _add(
            result, _text(one, "{*}CategoryCode"), _amount(one, "{*}RateApplicablePercent"), _amount(one, "{*}BasisAmount"),
            _amount(one, "{*}CalculatedAmount"), _text(one, "{*}ExemptionReason") or _text(one, "{*}ExemptionReasonCode"),
        )  # fmt: skip
    return result


def _of_ubl(root: Any) -> Said:
    total = root.find("{*}LegalMonetaryTotal")
    currency = _text(root, "{*}DocumentCurrencyCode")
    taxes = {
        one.find("{*}TaxAmount").get("currencyID"): _amount(one, "{*}TaxAmount") for one in root.findall("{*}TaxTotal")
    }
    result = Said(
        number=_text(root, "{*}ID"),
        type_code=_text(root, "{*}InvoiceTypeCode") or _text(root, "{*}CreditNoteTypeCode"),
        currency=currency,
        net=_amount(total, "{*}TaxExclusiveAmount"),
        vat=taxes.pop(currency),
        gross=_amount(total, "{*}TaxInclusiveAmount"),
        paid=_amount(total, "{*}PrepaidAmount"),
        due=_amount(total, "{*}PayableAmount"),
        vat_in_own=next(iter(taxes.values()), None),
    )
    for one in root.findall("{*}TaxTotal/{*}TaxSubtotal"):
        _add(
            result, _text(one, "{*}TaxCategory/{*}ID"), _amount(one, "{*}TaxCategory/{*}Percent"), _amount(one, "{*}TaxableAmount"),
            _amount(one, "{*}TaxAmount"),
            _text(one, "{*}TaxCategory/{*}TaxExemptionReason") or _text(one, "{*}TaxCategory/{*}TaxExemptionReasonCode"),
        )  # fmt: skip
    return result


def _add(result: Said, category: str, rate: Decimal, base: Decimal, tax: Decimal, reason: str) -> None:
    result.breakdown[category, rate] = base, tax
    if category not in {"S", "Z"} and not reason:
        result.untold += (category,)


def _text(element: Any, path: str) -> str:
    return (element.findtext(path) or "").strip()


def _amount(element: Any, path: str) -> Decimal:
    """A figure; what is not said is 0."""
    return Decimal(_text(element, path) or 0)
