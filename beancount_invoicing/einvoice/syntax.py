"""Business terms ⇄ CII, UBL and Peppol, by factur-x: the only module that knows its dictionary.

Its format is that of factur-x 7.8, which is pinned. It is never asked to check: the schematrons would be sent to a server.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

from beancount_invoicing.einvoice import terms
from beancount_invoicing.einvoice.texts import plain

Syntax = Literal["cii", "ubl", "peppol"]

PEPPOL_SPECIFICATION = "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0"
PEPPOL_PROCESS = "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0"
_CBC = "{urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2}"


class NotWritable(ValueError):
    """A document cannot be written in a syntax: the message says why."""


class NotReadable(ValueError):
    """An XML document is no invoice that can be read: the message says why."""


def to_xml(invoice: terms.EInvoice, syntax: Syntax) -> bytes:
    """The document in a syntax: CII (D22B, profile EN 16931), UBL 2.1, or UBL by Peppol BIS Billing 3.

    Raises NotWritable, for terms that do not pass our checks.
    """
    try:
        return _written(invoice, syntax)
    except (ValueError, TypeError, KeyError) as error:
        raise NotWritable(f"it cannot be written: {error}") from None


def _written(invoice: terms.EInvoice, syntax: Syntax) -> bytes:
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


def _one_note(notes: tuple[terms.Note, ...]) -> list[dict[str, str]]:
    """The notes as Peppol wants them: one, without a subject; what only French platforms read is left out."""
    text = "\n".join(note.text for note in notes if note.subject != "BAR")
    return [{"BT-22": text}] if text else []


def _peppol_address(party: Mapping[str, Any]) -> dict[str, str]:
    """A French address (scheme 0225) by the SIREN in it, which Peppol's list of schemes has (0002)."""
    if party.get("einvoicing_addr_schemeid") != "0225":
        return {}
    return {"einvoicing_addr": party["einvoicing_addr"][:9], "einvoicing_addr_schemeid": "0002"}


def _mended(made: bytes, invoice: terms.EInvoice, syntax: Syntax) -> bytes:
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
    cleaned = {key: plain(value) if isinstance(value, str) else value for key, value in data.items()}
    return {key: value for key, value in cleaned.items() if value not in (None, "", [], {})}


def _dictionary(invoice: terms.EInvoice) -> dict[str, Any]:
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
        "BG-3": [_filled({"BT-25": one.number, "BT-26": one.issued}) for one in invoice.preceding],
        "BG-4": _party(invoice.seller),
        "BG-7": _party(invoice.buyer),
        "BG-13": _filled({"name": delivery.name, **_address(delivery.address)}) if delivery.address else None,
        "BG-20": [_adjustment(one) for one in invoice.adjustments if not one.charge],
        "BG-21": [_adjustment(one) for one in invoice.adjustments if one.charge],
        "BG-23": [
            _filled(
                {
                    "BT-116": _number(one.base),
                    "BT-117": _number(one.amount),
                    "BT-118": one.category,
                    "BT-119": _short(one.rate),
                    "BT-120": one.reason,
                    "BT-121": one.reason_code,
                }
            )
            for one in invoice.breakdown
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
        }
    return _filled(data)


def _some(invoice: terms.EInvoice, charge: bool) -> bool:
    """Whether the document has allowances (or charges): their sum is then said even where it is 0."""
    return any(one.charge == charge for one in invoice.adjustments)


def _address(address: terms.PostalAddress | None) -> dict[str, Any]:
    if address is None:
        return {}
    lines = {f"addr_l{number}": line for number, line in enumerate(address.lines, 1)}
    return {"country_code": address.country, "city": address.city, "postcode": address.postcode, **lines}


def _party(party: terms.Party) -> dict[str, Any]:
    contact, registration, endpoint = party.contact, party.legal_registration, party.electronic_address
    return _filled(
        {
            "name": party.name,
            "identifiers": {one.scheme or None: plain(one.value) for one in party.identifiers},
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


def _adjustment(one: terms.AllowanceCharge) -> dict[str, Any]:
    return _filled(
        {
            "amount": _number(one.amount),
            "base_amount": _number(one.base),
            "rate": _short(one.percent),
            "reason": one.reason,
            "vat_category_code": one.category,
            "vat_rate": _short(one.rate),
        }
    )


def _line(line: terms.Line) -> dict[str, Any]:
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
            "BG-27": [_adjustment(one) for one in line.adjustments if not one.charge],
            "BG-28": [_adjustment(one) for one in line.adjustments if one.charge],
        }
    )


# XML → terms ------------------------------------------------------------------------------------------------------------


def parse(xml: bytes) -> Any:
    """The root of an XML document, read without entities, document types or network. Raises NotReadable."""
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(xml, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise NotReadable(f"it is no XML: {error}") from None
    if root.getroottree().docinfo.doctype:
        raise NotReadable("it has a document type declaration, which no invoice needs and which could hide entities")
    return root


def read(xml: bytes) -> terms.EInvoice:
    """The business terms of a CII or UBL document. Raises NotReadable."""
    from facturx.parse_xml import parse_ubl_cii_xml

    root = parse(xml)
    flavor = {"CrossIndustryInvoice": "factur-x", "Invoice": "ubl-2.1-invoice", "CreditNote": "ubl-2.1-creditnote"}.get(
        root.tag.rpartition("}")[2]
    )
    if flavor is None:
        raise NotReadable(f"it is no invoice in CII or UBL: its root is {root.tag.rpartition('}')[2]}")
    try:
        data = parse_ubl_cii_xml(root, flavor=flavor, level="en16931", check_xsd=False, date_as="date")
        return _terms(data)
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, InvalidOperation) as error:
        raise NotReadable(f"a term of it cannot be read: {error}") from None


def _decimal(value: Any) -> Decimal:
    result = Decimal(value)
    if not result.is_finite():
        raise ValueError(f"{value} is no amount")
    return result


def _maybe(value: Any) -> Decimal | None:
    return None if value is None else _decimal(value)


def _one(value: Any) -> Any:
    """A term that must stand once; repeated in CII's breakdown it is the same each time."""
    return value[0] if isinstance(value, list) else value


def _day(value: Any) -> date | None:
    value = _one(value)
    return value.date() if isinstance(value, datetime) else value


def _terms(data: Mapping[str, Any]) -> terms.EInvoice:
    get = data.get
    delivery = get("BG-13") or {}
    payment = None
    if get("BT-81"):
        payment = terms.PaymentInstructions(
            _one(data["BT-81"]),
            get("BT-83") or "",
            _one(get("BT-84")) or "",
            _one(get("BT-85")) or "",
            _one(get("BT-86")) or "",
        )
    issued = _day(data["BT-2"])
    assert issued is not None
    return terms.EInvoice(
        number=data["BT-1"],
        issued=issued,
        type_code=data["BT-3"],
        currency=data["BT-5"],
        seller=_read_party(get("BG-4") or {}),
        buyer=_read_party(get("BG-7") or {}),
        lines=tuple(_read_line(line) for line in get("BG-25") or ()),
        breakdown=tuple(
            terms.VatBreakdown(
                category=one["BT-118"],
                rate=_maybe(one.get("BT-119")),
                base=_decimal(one["BT-116"]),
                amount=_decimal(one["BT-117"]),
                reason=one.get("BT-120") or "",
                reason_code=one.get("BT-121") or "",
            )
            for one in get("BG-23") or ()
        ),
        totals=terms.Totals(
            lines=_decimal(data["BT-106"]),
            allowances=_decimal(get("BT-107") or 0),
            charges=_decimal(get("BT-108") or 0),
            net=_decimal(data["BT-109"]),
            vat=_decimal(_one(get("BT-110")) or 0),
            gross=_decimal(data["BT-112"]),
            paid=_decimal(get("BT-113") or 0),
            rounding=_decimal(get("BT-114") or 0),
            due=_decimal(data["BT-115"]),
            vat_in_tax_currency=_maybe(_one(get("BT-111"))),
        ),
        tax_currency=get("BT-6") or "",
        vat_point=_one(get("BT-8")) or "",
        due=_day(get("BT-9")),
        buyer_reference=get("BT-10") or "",
        contract=get("BT-12") or "",
        purchase_order=get("BT-13") or "",
        payment_terms=_one(get("BT-20")) or "",
        process=get("BT-23") or "",
        notes=tuple(terms.Note(one.get("BT-22") or "", one.get("BT-21") or "") for one in get("BG-1") or ()),
        preceding=tuple(
            terms.PrecedingInvoice(one.get("BT-25") or "", _day(one.get("BT-26"))) for one in get("BG-3") or ()
        ),
        delivery=terms.Delivery(
            _day(get("BT-72")), delivery.get("name") or "", _read_address(delivery) if delivery else None
        ),
        payment=payment,
        adjustments=(
            *(_read_adjustment(one, False) for one in get("BG-20") or ()),
            *(_read_adjustment(one, True) for one in get("BG-21") or ()),
        ),
    )


def _read_address(data: Mapping[str, Any]) -> terms.PostalAddress:
    lines = tuple(data[key] for key in ("addr_l1", "addr_l2", "addr_l3") if data.get(key))
    return terms.PostalAddress(
        lines, data.get("city") or "", data.get("postcode") or "", data.get("country_code") or ""
    )


def _read_party(data: Mapping[str, Any]) -> terms.Party:
    legal, endpoint = data.get("legal_identifier"), data.get("einvoicing_addr")
    contacts = data.get("contacts") or ()
    return terms.Party(
        name=data.get("name") or "",
        address=_read_address(data),
        identifiers=tuple(
            terms.Identifier(value, scheme or "") for scheme, value in (data.get("identifiers") or {}).items()
        ),
        legal_registration=terms.Identifier(legal, data.get("legal_identifier_schemeid") or "") if legal else None,
        vat_identifier=data.get("vat_identifier") or "",
        tax_registration=data.get("tax_identifier") or "",
        legal_information=data.get("legal_info") or "",
        electronic_address=terms.Identifier(endpoint, data.get("einvoicing_addr_schemeid") or "") if endpoint else None,
        contact=terms.Contact(*(contacts[0].get(key) or "" for key in ("name", "phone", "email")))
        if contacts
        else None,
    )


def _read_adjustment(data: Mapping[str, Any], charge: bool) -> terms.AllowanceCharge:
    return terms.AllowanceCharge(
        charge=charge,
        amount=_decimal(data["amount"]),
        reason=data.get("reason") or data.get("reason_code") or "",
        base=_maybe(data.get("base_amount")),
        percent=_maybe(data.get("rate")),
        category=data.get("vat_category_code") or "",
        rate=_maybe(data.get("vat_rate")),
    )


def _read_line(data: Mapping[str, Any]) -> terms.Line:
    return terms.Line(
        identifier=data["BT-126"],
        name=data.get("BT-153") or "",
        description=data.get("BT-154") or "",
        quantity=_decimal(data["BT-129"]),
        unit=data["BT-130"],
        net=_decimal(data["BT-131"]),
        price=_decimal(data["BT-146"]),
        price_base_quantity=_maybe(data.get("BT-149")),
        category=data.get("BT-151") or "",
        rate=_maybe(data.get("BT-152")),
        seller_item=data.get("BT-155") or "",
        start=_day(data.get("BT-134")),
        end=_day(data.get("BT-135")),
        adjustments=(
            *(_read_adjustment(one, False) for one in data.get("BG-27") or ()),
            *(_read_adjustment(one, True) for one in data.get("BG-28") or ()),
        ),
    )
