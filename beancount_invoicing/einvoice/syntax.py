"""Business terms ⇄ CII, UBL and Peppol, by factur-x: the only module that knows its dictionary format.

The format is that of factur-x 7.8, whose version is pinned. factur-x is never asked to check a document, because it
would send it to a server.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from beancount_invoicing.einvoice import business_terms
from beancount_invoicing.einvoice.normalization import normalize_xml
from beancount_invoicing.einvoice.texts import without_control_characters
from beancount_invoicing.messages import _

Syntax = Literal["cii", "ubl", "peppol"]

PEPPOL_SPECIFICATION = "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0"
PEPPOL_PROCESS = "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0"
_CBC = "{urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2}"


class NotWritable(ValueError):
    """A document cannot be written in a syntax: the message says why."""


class NotReadable(ValueError):
    """An XML document is not an invoice that can be read: the message says why."""


def to_xml(invoice: business_terms.EInvoice, syntax: Syntax) -> bytes:
    """The document in a syntax: CII (D22B, profile EN 16931), UBL 2.1, or UBL by Peppol BIS Billing 3.

    Raises NotWritable if the terms do not pass our checks.
    """
    try:
        return _written(invoice, syntax)
    except (ValueError, TypeError, KeyError) as error:
        raise NotWritable(_("it cannot be written: {error}", error=error)) from None


def _written(invoice: business_terms.EInvoice, syntax: Syntax) -> bytes:
    from facturx.generate_xml import generate_cii_xml, generate_ubl_xml

    data = _dictionary(invoice)
    if syntax == "cii":
        return bytes(generate_cii_xml(data, level="en16931", check_xsd=False, check_schematron=False))
    if syntax == "peppol":
        data |= {"BT-23": PEPPOL_PROCESS, "BG-1": _one_note(invoice.notes)}
        for party in ("BG-4", "BG-7"):
            data[party] |= _peppol_address(data[party])
    made = bytes(generate_ubl_xml(data, level="en16931", check_xsd=False, check_schematron=False))
    return _mended(made, invoice, syntax)


def _one_note(notes: tuple[business_terms.Note, ...]) -> list[dict[str, str]]:
    """The notes as Peppol wants them: one, without a subject; what only French platforms read is left out."""
    text = "\n".join(note.text for note in notes if note.subject != "BAR")
    return [{"BT-22": text}] if text else []


def _peppol_address(party: Mapping[str, Any]) -> dict[str, str]:
    """A French address (scheme 0225) by the SIREN in it, which Peppol's list of schemes has (0002)."""
    if party.get("einvoicing_addr_schemeid") != "0225":
        return {}
    return {"einvoicing_addr": party["einvoicing_addr"][:9], "einvoicing_addr_schemeid": "0002"}


def _mended(made: bytes, invoice: business_terms.EInvoice, syntax: Syntax) -> bytes:
    """What factur-x writes otherwise: the specification that Peppol wants, and the currency of a rounding."""
    from lxml import etree

    if syntax != "peppol" and not (invoice.totals.rounding and invoice.currency != "EUR"):
        return made
    root = etree.fromstring(made)
    if syntax == "peppol":
        root.find(f"{_CBC}CustomizationID").text = PEPPOL_SPECIFICATION
    for rounding in root.iter(f"{_CBC}PayableRoundingAmount"):
        rounding.set("currencyID", invoice.currency)
    return bytes(etree.tostring(root, pretty_print=True, xml_declaration=True, encoding="UTF-8"))


# terms → dictionary -----------------------------------------------------------------------------------------------------


def _number(value: Decimal | None) -> str | None:
    """An amount or price as it is, but for zeros after its second decimal, and a sign before nothing."""
    if value is None:
        return None
    whole, point, decimals = format(value or abs(value), "f").partition(".")
    return f"{whole}{point}{decimals[:2]}{decimals[2:].rstrip('0')}"


def _short(value: Decimal | None) -> str | None:
    """A quantity or rate without zeros at its end; "0" and "20" stay as they are."""
    if value is None:
        return None
    shown = format(value or abs(value), "f")
    return shown.rstrip("0").rstrip(".") if "." in shown else shown


def _filled(data: Mapping[str, Any]) -> dict[str, Any]:
    """What is said, without the characters that XML cannot hold."""
    cleaned = {
        key: without_control_characters(value) if isinstance(value, str) else value for key, value in data.items()
    }
    return {key: value for key, value in cleaned.items() if value not in (None, "", [], {})}


def _dictionary(invoice: business_terms.EInvoice) -> dict[str, Any]:
    totals, payment, delivery = invoice.totals, invoice.payment, invoice.delivery
    data: dict[str, Any] = {
        "BT-1": invoice.number,
        "BT-2": invoice.issued,
        "BT-3": invoice.type_code,
        "BT-5": invoice.currency,
        "BT-6": invoice.tax_currency,
        "BT-8": invoice.vat_point,
        "BT-9": invoice.due,
        "BT-10": invoice.buyer_reference,
        "BT-12": invoice.contract,
        "BT-13": invoice.purchase_order,
        "BT-20": invoice.payment_terms,
        "BT-23": invoice.process,
        "BT-72": delivery.date,
        "BG-1": [_filled({"BT-21": note.subject, "BT-22": note.text}) for note in invoice.notes],
        "BG-3": [_filled({"BT-25": reference.number, "BT-26": reference.issued}) for reference in invoice.preceding],
        "BG-4": _party(invoice.seller),
        "BG-7": _party(invoice.buyer),
        "BG-13": _filled({"name": delivery.name, **_address(delivery.address)}) if delivery.address else None,
        "BG-20": [_adjustment(adjustment) for adjustment in invoice.adjustments if not adjustment.charge],
        "BG-21": [_adjustment(adjustment) for adjustment in invoice.adjustments if adjustment.charge],
        "BG-23": [
            _filled(
                {
                    "BT-116": _number(breakdown.base),
                    "BT-117": _number(breakdown.amount),
                    "BT-118": breakdown.category,
                    "BT-119": _short(breakdown.rate),
                    "BT-120": breakdown.reason,
                    "BT-121": breakdown.reason_code,
                }
            )
            for breakdown in invoice.breakdown
        ],
        "BG-25": [_line(line) for line in invoice.lines],
        "BT-106": _number(totals.lines),
        "BT-107": _number(totals.allowances) if totals.allowances or _some(invoice, False) else None,
        "BT-108": _number(totals.charges) if totals.charges or _some(invoice, True) else None,
        "BT-109": _number(totals.net),
        "BT-110": _number(totals.vat),
        "BT-111": _number(totals.vat_in_tax_currency),
        "BT-112": _number(totals.gross),
        "BT-113": _number(totals.paid) if totals.paid else None,
        "BT-114": _number(totals.rounding) if totals.rounding else None,
        "BT-115": _number(totals.due),
    }
    if payment:
        data |= {
            "BT-81": payment.means,
            "BT-83": payment.remittance,
            "BT-84": payment.account,
            "BT-85": payment.account_name,
            "BT-86": payment.service_provider,
            "BT-89": payment.mandate,
            "BT-90": payment.creditor_id,
            "BT-91": payment.debited_account,
        }
    return _filled(data)


def _some(invoice: business_terms.EInvoice, charge: bool) -> bool:
    """Whether the document has allowances (or charges): their sum is then said even where it is 0."""
    return any(adjustment.charge == charge for adjustment in invoice.adjustments)


def _address(address: business_terms.PostalAddress | None) -> dict[str, Any]:
    if address is None:
        return {}
    lines = {f"addr_l{number}": line for number, line in enumerate(address.lines, 1)}
    return {"country_code": address.country, "city": address.city, "postcode": address.postcode, **lines}


def _party(party: business_terms.Party) -> dict[str, Any]:
    contact, registration, endpoint = party.contact, party.legal_registration, party.electronic_address
    return _filled(
        {
            "name": party.name,
            "identifiers": {
                identifier.scheme or None: without_control_characters(identifier.value)
                for identifier in party.identifiers
            },
            "legal_identifier": registration.value if registration else "",
            "legal_identifier_schemeid": registration.scheme if registration else "",
            "vat_identifier": party.vat_identifier,
            "tax_identifier": party.tax_registration,
            "legal_info": party.legal_information,
            "einvoicing_addr": endpoint.value if endpoint else "",
            "einvoicing_addr_schemeid": endpoint.scheme if endpoint else "",
            "contacts": [_filled({"name": contact.name, "phone": contact.phone, "email": contact.email})]
            if contact
            else [],
            **_address(party.address),
        }
    )


def _adjustment(allowance_charge: business_terms.AllowanceCharge) -> dict[str, Any]:
    return _filled(
        {
            "amount": _number(allowance_charge.amount),
            "base_amount": _number(allowance_charge.base),
            "rate": _short(allowance_charge.percent),
            "reason": allowance_charge.reason,
            "vat_category_code": allowance_charge.category,
            "vat_rate": _short(allowance_charge.rate),
        }
    )


def _line(line: business_terms.InvoiceLine) -> dict[str, Any]:
    return _filled(
        {
            "BT-126": line.identifier,
            "BT-129": _short(line.quantity),
            "BT-130": line.unit,
            "BT-131": _number(line.net),
            "BT-134": line.start,
            "BT-135": line.end,
            "BT-146": _number(line.price),
            "BT-149": _short(line.price_base_quantity),
            "BT-151": line.category,
            "BT-152": _short(line.rate),
            "BT-153": line.name,
            "BT-154": line.description,
            "BT-155": line.seller_item,
            "BG-27": [_adjustment(adjustment) for adjustment in line.adjustments if not adjustment.charge],
            "BG-28": [_adjustment(adjustment) for adjustment in line.adjustments if adjustment.charge],
        }
    )


# XML → terms ------------------------------------------------------------------------------------------------------------


def parse_xml(xml: bytes, elements: Any = None) -> Any:
    """The root of an XML document, read without entities, document types or network; `elements`: lxml's class look-up.

    Raises NotReadable.
    """
    from lxml import etree

    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True
    )
    parser.set_element_class_lookup(elements)
    if len(xml) > _LARGE:
        xml = _ATTACHED.sub(rb"\1AAAA", xml)
    try:
        root = etree.fromstring(xml, parser)
    except etree.XMLSyntaxError as error:  # its text names a file that there is not
        raise NotReadable(_("it is not XML: {reason}", reason=error.msg)) from None
    except ValueError as error:
        raise NotReadable(_("it is not XML: {error}", error=error)) from None
    if root.getroottree().docinfo.doctype:
        raise NotReadable(_("it has a document type declaration, which no invoice needs and which could hide entities"))
    return root


_LARGE = 9_000_000
"""Bytes from which a text may be longer than is read of strangers."""
_ATTACHED = re.compile(
    rb"(<(?:\w+:)?(?:EmbeddedDocumentBinaryObject|AttachmentBinaryObject)\b[^<>]*>)[A-Za-z0-9+/=\s]{1000,}(?=</)"
)
"""A document attached to an invoice (BT-125), which no rule looks into."""


def read_e_invoice(xml: bytes) -> business_terms.EInvoice:
    """The business terms of a CII or UBL document. Raises NotReadable."""
    from facturx.parse_xml import parse_ubl_cii_xml
    from lxml import etree

    from beancount_invoicing.einvoice.xpath_cache import XPATH_ELEMENT_LOOKUP

    root = parse_xml(xml, XPATH_ELEMENT_LOOKUP)
    flavor = {"CrossIndustryInvoice": "factur-x", "Invoice": "ubl-2.1-invoice", "CreditNote": "ubl-2.1-creditnote"}.get(
        root.tag.rpartition("}")[2]
    )
    if flavor is None:
        raise NotReadable(_("it is not a CII or UBL invoice: its root is {value}", value=root.tag.rpartition("}")[2]))
    normalize_xml(root)
    try:
        _known_currencies(root)
        data = parse_ubl_cii_xml(root, flavor=flavor, level="en16931", check_xsd=False, date_as="date")
        return _terms(data)
    except KeyError as error:
        raise NotReadable(_("{arg} is missing, and the rest cannot be judged without it", arg=error.args[0])) from None
    except (
        ValueError,
        TypeError,
        IndexError,
        AttributeError,
        AssertionError,
        ArithmeticError,
        etree.LxmlError,
    ) as error:
        raise NotReadable(_("a term in it cannot be read: {error}", error=error)) from None


def _known_currencies(root: Any) -> None:
    """Raises ValueError if a currency is twice: other terms are found by it."""
    for term, names in (("BT-5", ("InvoiceCurrencyCode", "DocumentCurrencyCode")), ("BT-6", ("TaxCurrencyCode",))):
        count = len(list(root.iter(*(f"{{*}}{name}" for name in names))))
        if count > 1:
            raise ValueError(_("{term} appears {count} times", term=term, count=count))
    for element in root.iter("{*}InvoiceCurrencyCode", "{*}DocumentCurrencyCode", "{*}TaxCurrencyCode"):
        if not re.fullmatch(r"\s*\w*\s*", element.text or ""):
            raise ValueError(_("{element} is not a currency code", element=element.text))


def _text(data: Mapping[str, Any], term: str) -> str:
    """A term that is once, "" if it is not said."""
    return str(_single(data, term) or "")


def _decimal(data: Mapping[str, Any], term: str) -> Decimal:
    """A number as XML Schema has them: no exponent, no digits but those of ASCII; and none that is absurdly long."""
    value = _single(data, term)
    if value is None:
        raise KeyError(_CALLED.get(term, term))
    if not re.fullmatch(r"[+-]?(\d+(\.\d*)?|\.\d+)", str(value), re.ASCII):
        raise ValueError(
            _("{called} is not a number: {short_of}", called=_CALLED.get(term, term), short_of=_short_of(value))
        )
    if len(str(value)) > _LONGEST_NUMBER:
        raise ValueError(
            _("{called} has too many digits: {short_of}", called=_CALLED.get(term, term), short_of=_short_of(value))
        )
    return Decimal(value)


def _maybe(data: Mapping[str, Any], term: str) -> Decimal | None:
    return None if data.get(term) is None else _decimal(data, term)


def _zero(data: Mapping[str, Any], term: str) -> Decimal:
    """A sum, 0 if it is not said."""
    return _maybe(data, term) or Decimal(0)


def _day(data: Mapping[str, Any], term: str) -> date | None:
    value = _single(data, term)
    return value.date() if isinstance(value, datetime) else value


def _single(data: Mapping[str, Any], term: str) -> Any:
    """A term that is once, or often where it may: the first counts then. Raises ValueError if it may not."""
    value = data.get(term)
    if not isinstance(value, list):
        return value
    if term not in _REPEATED and len(value) > 1:
        told = _CALLED.get(term, term)
        raise ValueError(
            _(
                "{told} appears {count} times: {short_ofs}",
                told=told,
                count=len(value),
                short_ofs=", ".join(_short_of(element) for element in value),
            )
        )
    return value[0] if value else None


def _short_of(value: Any) -> str:
    shown = str(value)
    return shown if len(shown) <= 40 else f"{shown[:40]}…"


_REPEATED = {"BT-9", "BT-20", "BT-81", "BT-83", "BT-84", "BT-85", "BT-86", "BT-91"}
"""Terms that are once for each way or each term of payment."""
_CALLED = {
    "name": _("a party's name (BT-27, BT-44)"),
    "legal_identifier": _("a legal registration (BT-30, BT-47)"),
    "legal_identifier_schemeid": _("the scheme of a legal registration (BT-30, BT-47)"),
    "vat_identifier": _("a VAT id (BT-31, BT-48)"),
    "tax_identifier": _("a tax registration (BT-32)"),
    "legal_info": _("legal information (BT-33)"),
    "einvoicing_addr": _("an electronic address (BT-34, BT-49)"),
    "einvoicing_addr_schemeid": _("the scheme of an electronic address (BT-34, BT-49)"),
    "country_code": _("a country (BT-40, BT-55, BT-80)"),
    "amount": _("the amount of an allowance or charge (BT-92, BT-99, BT-136, BT-141)"),
    "base_amount": _("the base of an allowance or charge (BT-93, BT-100)"),
    "vat_category_code": _("the VAT category of an allowance or charge (BT-95, BT-102)"),
    "vat_rate": _("the VAT rate of an allowance or charge (BT-96, BT-103)"),
}
"""Elements whose name in factur-x is not that of their term."""
_LONGEST_NUMBER = 60
"""Characters: more than anything that is written here has, a price with as many decimals as the ledger's among it."""


def _read_breakdown(group: Mapping[str, Any]) -> business_terms.VatBreakdown:
    """BG-23."""
    return business_terms.VatBreakdown(
        category=_text(group, "BT-118"),
        rate=_maybe(group, "BT-119"),
        base=_decimal(group, "BT-116"),
        amount=_decimal(group, "BT-117"),
        reason=_text(group, "BT-120"),
        reason_code=_text(group, "BT-121"),
    )


def _read_totals(data: Mapping[str, Any]) -> business_terms.Totals:
    """BG-22."""
    return business_terms.Totals(
        lines=_maybe(data, "BT-106"),
        allowances=_zero(data, "BT-107"),
        charges=_zero(data, "BT-108"),
        net=_decimal(data, "BT-109"),
        vat=_zero(data, "BT-110"),
        gross=_decimal(data, "BT-112"),
        paid=_zero(data, "BT-113"),
        rounding=_zero(data, "BT-114"),
        due=_decimal(data, "BT-115"),
        vat_in_tax_currency=_maybe(data, "BT-111"),
    )


def _terms(data: Mapping[str, Any]) -> business_terms.EInvoice:
    get = data.get
    delivery = get("BG-13") or {}
    payment = None
    if get("BT-81"):
        payment = business_terms.PaymentInstructions(
            *(_text(data, f"BT-{term}") for term in (81, 83, 84, 85, 86, 89, 90, 91))
        )
    issued = _day(data, "BT-2")
    if issued is None:
        raise KeyError("BT-2")
    return business_terms.EInvoice(
        number=_text(data, "BT-1"),
        issued=issued,
        type_code=_text(data, "BT-3"),
        currency=_text(data, "BT-5"),
        seller=_read_party(get("BG-4") or {}),
        tax_representative=_text(get("BG-11") or {}, "vat_identifier"),
        buyer=_read_party(get("BG-7") or {}),
        lines=tuple(_read_line(line) for line in get("BG-25") or ()),
        breakdown=tuple(_read_breakdown(group) for group in get("BG-23") or ()),
        totals=_read_totals(data),
        tax_currency=_text(data, "BT-6"),
        vat_point=_text(data, "BT-8"),
        due=_day(data, "BT-9"),
        buyer_reference=_text(data, "BT-10"),
        contract=_text(data, "BT-12"),
        purchase_order=_text(data, "BT-13"),
        payment_terms=_text(data, "BT-20"),
        process=_text(data, "BT-23"),
        specification=_text(data, "BT-24"),
        notes=tuple(business_terms.Note(_text(group, "BT-22"), _text(group, "BT-21")) for group in get("BG-1") or ()),
        preceding=tuple(
            business_terms.PrecedingInvoice(_text(group, "BT-25"), _day(group, "BT-26")) for group in get("BG-3") or ()
        ),
        delivery=business_terms.Delivery(
            _day(data, "BT-72"), _text(delivery, "name"), _read_address(delivery) if delivery else None
        ),
        start=_day(data, "BT-73"),
        end=_day(data, "BT-74"),
        payment=payment,
        adjustments=(
            *(_read_adjustment(group, False) for group in get("BG-20") or ()),
            *(_read_adjustment(group, True) for group in get("BG-21") or ()),
        ),
    )


def _read_address(data: Mapping[str, Any]) -> business_terms.PostalAddress:
    lines = tuple(_text(data, key) for key in ("addr_l1", "addr_l2", "addr_l3") if data.get(key))
    return business_terms.PostalAddress(
        lines, _text(data, "city"), _text(data, "postcode"), _text(data, "country_code")
    )


def _read_party(data: Mapping[str, Any]) -> business_terms.Party:
    legal, endpoint = _text(data, "legal_identifier"), _text(data, "einvoicing_addr")
    contacts = data.get("contacts") or ()
    return business_terms.Party(
        name=_text(data, "name"),
        address=_read_address(data),
        identifiers=tuple(
            business_terms.Identifier(value, scheme or "")
            for scheme, value in (data.get("identifiers") or {}).items()
            if scheme != "SEPA"  # UBL has BT-90 among the seller's identifiers
        ),
        legal_registration=business_terms.Identifier(legal, _text(data, "legal_identifier_schemeid"))
        if legal
        else None,
        vat_identifier=_text(data, "vat_identifier"),
        tax_registration=_text(data, "tax_identifier"),
        legal_information=_text(data, "legal_info"),
        electronic_address=business_terms.Identifier(endpoint, _text(data, "einvoicing_addr_schemeid"))
        if endpoint
        else None,
        contact=_read_contact(contacts[0]) if contacts else None,
    )


def _read_contact(data: Mapping[str, Any]) -> business_terms.Contact:
    """A contact; in CII it may have a person and a department, of which the person is taken."""
    name = data.get("name")
    return business_terms.Contact(
        str((name[0] if isinstance(name, list) else name) or ""), _text(data, "phone"), _text(data, "email")
    )


def _read_adjustment(data: Mapping[str, Any], charge: bool) -> business_terms.AllowanceCharge:
    return business_terms.AllowanceCharge(
        charge=charge,
        amount=_decimal(data, "amount"),
        reason=_text(data, "reason") or _text(data, "reason_code"),
        base=_maybe(data, "base_amount"),
        percent=_maybe(data, "rate"),
        category=_text(data, "vat_category_code"),
        rate=_maybe(data, "vat_rate"),
    )


def _read_line(data: Mapping[str, Any]) -> business_terms.InvoiceLine:
    return business_terms.InvoiceLine(
        identifier=_text(data, "BT-126"),
        name=_text(data, "BT-153"),
        description=_text(data, "BT-154"),
        quantity=_maybe(data, "BT-129"),
        unit=_text(data, "BT-130"),
        net=_decimal(data, "BT-131"),
        price=_maybe(data, "BT-146"),
        price_base_quantity=_maybe(data, "BT-149"),
        category=_text(data, "BT-151"),
        rate=_maybe(data, "BT-152"),
        seller_item=_text(data, "BT-155"),
        start=_day(data, "BT-134"),
        end=_day(data, "BT-135"),
        adjustments=(
            *(_read_adjustment(group, False) for group in data.get("BG-27") or ()),
            *(_read_adjustment(group, True) for group in data.get("BG-28") or ()),
        ),
    )
