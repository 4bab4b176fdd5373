"""The life cycle of e-invoices: the statuses that platforms exchange, read and written as CDAR (UN/CEFACT D22B, XP Z12-012).

`read_statuses` reads what a platform sends. `collected_xml` writes the status 212, encaissée: what was received on an invoice;
`cancelled_xml` the status 220, annulée: that a corrective invoice takes its place;
`answer_xml` what a buyer answers: 205, 207, 210, 211.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

from beancount_invoicing.e_reporting.payments import InvoiceReceipt
from beancount_invoicing.einvoice.business_terms import Identifier
from beancount_invoicing.einvoice.texts import without_control_characters
from beancount_invoicing.messages import _

_BASE = "urn:un:unece:uncefact:data:standard"
_RSM = f"{_BASE}:CrossDomainAcknowledgementAndResponse:100"
_RAM = f"{_BASE}:ReusableAggregateBusinessInformationEntity:100"
_UDT = f"{_BASE}:UnqualifiedDataType:100"
_QDT = f"{_BASE}:QualifiedDataType:100"
_NAMES = {"rsm": _RSM, "ram": _RAM, "udt": _UDT, "qdt": _QDT}
_GUIDELINE = "urn.cpro.gouv.fr:1p0:CDV:invoice"
_PROCESSING = "23"
"""MDT-77: a status of the processing phase; 305 are those of the transmission."""
_COLLECTED, _CANCELLED = ("212", "Encaissée"), ("220", "Annulée")
_RECEIVED_AMOUNT = "MEN"
"""MDT-207: montant encaissé."""
_FORMATS = {"102": "%Y%m%d", "203": "%Y%m%d%H%M", "204": "%Y%m%d%H%M%S"}


class NotAStatus(ValueError):
    """A file is not a life-cycle message: the message says why."""


class StatusReason(NamedTuple):
    """A detail of a status (MDG-37). What is not given is ""."""

    code: str
    """MDT-113, such as "DOUBLON" or "TX_TVA_ERR"."""
    text: str
    """MDT-114."""
    action: str
    """MDT-121, the action that is asked for, such as "NIN" (a new invoice)."""
    note: str
    """MDT-126."""


class StatusAmount(NamedTuple):
    """An amount of a status (MDG-43), such as what was received at a rate."""

    kind: str
    """MDT-207: "MEN" received, "MPA" paid …"""
    amount: Decimal
    """MDT-215, with tax."""
    currency: str
    rate: Decimal | None
    """MDT-224, in percent."""
    date: date | None
    """MDT-219."""


class LifecycleStatus(NamedTuple):
    """A status of an invoice. What is not given is "" or None."""

    identifier: str
    """Of the message (MDT-4)."""
    made_at: datetime | None
    """MDT-8."""
    code: str
    """MDT-105, whatever it is: `platform.statuses` knows what it means."""
    label: str
    """MDT-106."""
    number: str
    """Of the invoice (MDT-87). Flows may share it: a duplicate that is rejected bears the number of the valid invoice."""
    issued: date | None
    """The date of the invoice (MDT-100)."""
    type_code: str
    """Of the invoice (MDT-91): 380, 381 …"""
    sellers: tuple[Identifier, ...]
    """Who issued the invoice (MDT-129): scheme 0002 is a SIREN."""
    issuer_role: str
    """Who says so (MDT-40): SE seller, BY buyer, WK platform …"""
    reasons: tuple[StatusReason, ...]
    amounts: tuple[StatusAmount, ...]


class CollectedMessage(NamedTuple):
    """Who says a status, to whom, and when."""

    identifier: str
    """MDT-4."""
    made_at: datetime
    seller_siren: str
    seller_name: str
    buyer_siren: str
    buyer_name: str
    buyer_address: Identifier
    """MDT-73: the buyer's electronic address, such as 0225:123456782."""
    type_code: str
    """Of the invoice: 380, 381, 384, 386."""


class AnswerMessage(NamedTuple):
    """A buyer's answer to a supplier's invoice."""

    identifier: str
    """MDT-4."""
    made_at: datetime
    buyer_siren: str
    buyer_name: str
    seller_siren: str
    seller_name: str
    seller_address: Identifier | None
    """MDT-73: the seller's electronic address."""
    number: str
    issued: date
    type_code: str
    code: str
    """MDT-105: 205, 207, 210, 211."""
    reason_code: str = ""
    """MDT-113."""
    reason: str = ""
    """MDT-114."""
    paid: StatusAmount | None = None
    """For 211: what was paid, "MPA"."""


_ANSWERS = {"205": "Approuvée", "207": "En litige", "210": "Refusée", "211": "Paiement transmis"}


def read_statuses(xml: bytes) -> tuple[LifecycleStatus, ...]:
    """The statuses in a life-cycle message, in its order: one for each invoice that it names. Raises NotAStatus.

    Entities are not expanded, and nothing is fetched.
    """
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(xml, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise NotAStatus(_("it is not well-formed XML: {error}", error=error)) from None
    if root.tag != f"{{{_RSM}}}CrossDomainAcknowledgementAndResponse":
        raise NotAStatus(_("it is no life-cycle message (CDAR): its root is {tag}", tag=etree.QName(root).localname))
    documents = root.findall("rsm:AcknowledgementDocument/ram:ReferenceReferencedDocument", _NAMES)
    if not documents:
        raise NotAStatus(_("it names no invoice (MDT-87)"))
    return tuple(_status(root, document) for document in documents)


def collected_xml(message: CollectedMessage, receipt: InvoiceReceipt) -> bytes:
    """The status 212 of an invoice: what was received on a day, with its tax, by rate; below zero if it came back.

    Rule BR-FR-CDV-14 asks for the amount (MDT-215) and the rate (MDT-224) of each; amounts are in euros.
    """
    root, document = _message(message, receipt.number, receipt.issued, _COLLECTED)
    _received(document, receipt)
    return _bytes(root)


def cancelled_xml(message: CollectedMessage, number: str, issued: date, corrective: str) -> bytes:
    """The status 220 of an invoice: that the corrective invoice of the number `corrective` takes its place."""
    root, document = _message(message, number, issued, _CANCELLED)
    detail = _add(document, "ram:SpecifiedDocumentStatus")
    _add(detail, "ram:SequenceNumeric", "1")
    _add(_add(detail, "ram:IncludedNote"), "ram:Content", f"Facture rectificative : {corrective}")
    return _bytes(root)


def _bytes(root: Any) -> bytes:
    from lxml import etree

    return bytes(etree.tostring(root, pretty_print=True, xml_declaration=True, encoding="UTF-8"))


class _Firm(NamedTuple):
    """Who sends a message, or gets it: the role (MDT-21, MDT-40), the SIREN and the name."""

    role: str
    siren: str
    name: str


def answer_xml(message: AnswerMessage) -> bytes:
    """A buyer's answer to an invoice. Rule BR-FR-CDV-15 asks for a reason with 207 and 210."""
    issuer = _Firm("BY", message.buyer_siren, message.buyer_name)
    recipient = _Firm("SE", message.seller_siren, message.seller_name)
    root = _root(message.identifier, message.made_at, issuer, recipient, message.seller_address)
    status = (message.code, _ANSWERS.get(message.code, ""))
    document = _document(root, message, message.number, message.issued, status)
    if message.reason_code or message.reason or message.paid:
        detail = _add(document, "ram:SpecifiedDocumentStatus")
        if message.reason_code:
            _add(detail, "ram:ReasonCode", message.reason_code)
        if message.reason:
            _add(detail, "ram:Reason", message.reason)
        _add(detail, "ram:SequenceNumeric", "1")
        if message.paid:
            characteristic = _add(detail, "ram:SpecifiedDocumentCharacteristic")
            _add(characteristic, "ram:TypeCode", message.paid.kind)
            _add(characteristic, "ram:ValueAmount", f"{message.paid.amount:.2f}", currencyID=message.paid.currency)
            if message.paid.date:
                when = _add(characteristic, "ram:ValueDateTime")
                _add(when, "udt:DateTimeString", f"{message.paid.date:%Y%m%d}", format="102")
    return _bytes(root)


def _message(message: CollectedMessage, number: str, issued: date, status: tuple[str, str]) -> tuple[Any, Any]:
    """A life-cycle message of the seller about an invoice: its root, and the element of the invoice."""
    issuer = _Firm("SE", message.seller_siren, message.seller_name)
    recipient = _Firm("BY", message.buyer_siren, message.buyer_name)
    root = _root(message.identifier, message.made_at, issuer, recipient, message.buyer_address)
    return root, _document(root, message, number, issued, status)


def _root(identifier: str, made_at: datetime, issuer: _Firm, recipient: _Firm, address: Identifier | None) -> Any:
    """A message without what it is about; `address`: of the recipient (MDT-73)."""
    from lxml import etree

    root = etree.Element(f"{{{_RSM}}}CrossDomainAcknowledgementAndResponse", nsmap=_NAMES)
    context = _add(root, "rsm:ExchangedDocumentContext")
    _add(_add(context, "ram:BusinessProcessSpecifiedDocumentContextParameter"), "ram:ID", "REGULATED")
    _add(_add(context, "ram:GuidelineSpecifiedDocumentContextParameter"), "ram:ID", _GUIDELINE)
    exchanged = _add(root, "rsm:ExchangedDocument")
    _add(exchanged, "ram:ID", identifier)
    _time(_add(exchanged, "ram:IssueDateTime"), made_at)
    _add(_add(exchanged, "ram:SenderTradeParty"), "ram:RoleCode", issuer.role)
    for name, firm in (("ram:IssuerTradeParty", issuer), ("ram:RecipientTradeParty", recipient)):
        element = _add(exchanged, name)
        _add(element, "ram:GlobalID", firm.siren, schemeID="0002")
        _add(element, "ram:Name", firm.name)
        _add(element, "ram:RoleCode", firm.role)
        if firm is recipient and address:
            place = _add(element, "ram:URIUniversalCommunication")
            _add(place, "ram:URIID", address.value, schemeID=address.scheme)
    return root


def _document(
    root: Any, message: CollectedMessage | AnswerMessage, number: str, issued: date, status: tuple[str, str]
) -> Any:
    """The element of the invoice that a message is about, with its status: code and label."""
    answer = _add(root, "rsm:AcknowledgementDocument")
    _add(_add(answer, "ram:MultipleReferencesIndicator"), "udt:Indicator", "false")
    _add(answer, "ram:TypeCode", _PROCESSING)
    _time(_add(answer, "ram:IssueDateTime"), message.made_at)
    document = _add(answer, "ram:ReferenceReferencedDocument")
    _add(document, "ram:IssuerAssignedID", number)
    _add(document, "ram:TypeCode", message.type_code)
    when = _add(document, "ram:FormattedIssueDateTime")
    _add(when, "qdt:DateTimeString", f"{issued:%Y%m%d}", format="102")
    code, label = status
    _add(document, "ram:ProcessConditionCode", code)
    _add(document, "ram:ProcessCondition", label)
    _add(_add(document, "ram:IssuerTradeParty"), "ram:GlobalID", message.seller_siren, schemeID="0002")
    return document


def _received(document: Any, receipt: InvoiceReceipt) -> None:
    detail = _add(document, "ram:SpecifiedDocumentStatus")
    _add(detail, "ram:SequenceNumeric", "1")
    for received in receipt.amounts:
        characteristic = _add(detail, "ram:SpecifiedDocumentCharacteristic")
        _add(characteristic, "ram:TypeCode", _RECEIVED_AMOUNT)
        _add(characteristic, "ram:ValueAmount", f"{received.amount:.2f}", currencyID="EUR")
        when = _add(characteristic, "ram:ValueDateTime")
        _add(when, "udt:DateTimeString", f"{receipt.date:%Y%m%d}", format="102")
        _add(characteristic, "ram:ValuePercent", f"{received.rate.normalize():f}")


def _add(parent: Any, name: str, text: str = "", **attributes: str) -> Any:
    from lxml import etree

    prefix, _colon, local = name.partition(":")
    element = etree.SubElement(parent, f"{{{_NAMES[prefix]}}}{local}", attributes)
    if text:
        element.text = without_control_characters(text)
    return element


def _time(parent: Any, moment: datetime) -> None:
    _add(parent, "udt:DateTimeString", f"{moment:%Y%m%d%H%M%S}", format="204")


# reading --------------------------------------------------------------------------------------------------------------


def _status(root: Any, document: Any) -> LifecycleStatus:
    details = document.findall("ram:SpecifiedDocumentStatus", _NAMES)
    issued = _moment(document.find("ram:FormattedIssueDateTime/qdt:DateTimeString", _NAMES))
    return LifecycleStatus(
        identifier=_text(root, "rsm:ExchangedDocument/ram:ID"),
        made_at=_moment(root.find("rsm:ExchangedDocument/ram:IssueDateTime/udt:DateTimeString", _NAMES)),
        code=_text(document, "ram:ProcessConditionCode"),
        label=_text(document, "ram:ProcessCondition"),
        number=_text(document, "ram:IssuerAssignedID"),
        issued=issued.date() if issued else None,
        type_code=_text(document, "ram:TypeCode"),
        sellers=tuple(
            Identifier((element.text or "").strip(), element.get("schemeID", ""))
            for element in document.findall("ram:IssuerTradeParty/ram:GlobalID", _NAMES)
        ),
        issuer_role=_text(root, "rsm:ExchangedDocument/ram:IssuerTradeParty/ram:RoleCode"),
        reasons=_reasons(details),
        amounts=tuple(amount for detail in details for amount in _amounts(detail)),
    )


def _reasons(details: Sequence[Any]) -> tuple[StatusReason, ...]:
    found = (
        StatusReason(
            _text(detail, "ram:ReasonCode"),
            _text(detail, "ram:Reason"),
            _text(detail, "ram:RequestedActionCode"),
            _text(detail, "ram:IncludedNote/ram:Content"),
        )
        for detail in details
    )
    return tuple(reason for reason in found if any(reason))


def _amounts(detail: Any) -> list[StatusAmount]:
    found = []
    for characteristic in detail.findall("ram:SpecifiedDocumentCharacteristic", _NAMES):
        element = characteristic.find("ram:ValueAmount", _NAMES)
        amount = _decimal(element.text if element is not None else None)
        if amount is None:
            continue
        day = _moment(characteristic.find("ram:ValueDateTime/udt:DateTimeString", _NAMES))
        found.append(
            StatusAmount(
                _text(characteristic, "ram:TypeCode"),
                amount,
                element.get("currencyID", ""),
                _decimal(_text(characteristic, "ram:ValuePercent")),
                day.date() if day else None,
            )
        )
    return found


def _text(parent: Any, path: str) -> str:
    element = parent.find(path, _NAMES)
    return (element.text or "").strip() if element is not None else ""


def _decimal(text: str | None) -> Decimal | None:
    try:
        value = Decimal((text or "").strip())
    except InvalidOperation:
        return None
    return value if value.is_finite() else None


def _moment(element: Any) -> datetime | None:
    if element is None or element.get("format") not in _FORMATS:
        return None
    try:
        return datetime.strptime((element.text or "").strip(), _FORMATS[element.get("format")])  # noqa: DTZ007 - no zone in it
    except ValueError:
        return None
