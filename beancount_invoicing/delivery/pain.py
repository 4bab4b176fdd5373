"""Files for the bank: SEPA direct debits (pain.008) and credit transfers (pain.001) as XML of ISO 20022.

Two versions of each are written: those of 2009 (pain.008.001.02, pain.001.001.03) and of 2019 (pain.008.001.08, pain.001.001.09).
Sources: EPC implementation guidelines EPC130-08 (Core), EPC131-08 (B2B) and EPC132-08 (credit transfer), customer to bank.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from hashlib import sha256
from typing import Any, Literal, NamedTuple

from beancount_invoicing.model import ZERO
from beancount_invoicing.rules.sepa import sepa_text

SepaVersion = Literal["2019", "2009"]
PAIN_008 = {"2019": "pain.008.001.08", "2009": "pain.008.001.02"}
PAIN_001 = {"2019": "pain.001.001.09", "2009": "pain.001.001.03"}
_LONGEST_NAME = 70
_LONGEST_TEXT = 140
_OUTSIDE_THE_EEA = frozenset({"AD", "AL", "CH", "GB", "GI", "MC", "MD", "ME", "MK", "RS", "SM", "VA"})
"""How IBANs begin whose holders' address is needed in SEPA (EPC409-09, version 8.0). In Guernsey, Jersey and the Isle of Man they
begin with GB."""


class BankAccount(NamedTuple):
    """An account and its holder, with `street`, `postcode`, `city` and `country` of the holder if they are given."""

    name: str
    iban: str
    bic: str = ""
    street: str = ""
    postcode: str = ""
    city: str = ""
    country: str = ""

    @property
    def needs_address(self) -> bool:
        """Whether banks require the holder's address, because the account is outside the European Economic Area."""
        return self.iban[:2] in _OUTSIDE_THE_EEA


class SepaPayment(NamedTuple):
    """One debit from, or one transfer to, `other`: `amount` in euros."""

    end_to_end_id: str
    amount: Decimal
    other: BankAccount
    text: str
    """The remittance text; if `structured`, a creditor reference (ISO 11649)."""
    structured: bool = False
    mandate: str = ""
    mandate_date: date | None = None
    account_changed: bool = False
    """Whether the mandate was last used for another account (SMNDA)."""


class SepaBatch(NamedTuple):
    """Payments of one kind on one day."""

    day: date
    own: BankAccount
    payments: tuple[SepaPayment, ...]
    scheme: str = ""
    """"CORE" or "B2B"; only for debits."""
    sequence: str = ""
    """"FRST", "RCUR", "OOFF" or "FNAL"; only for debits."""

    @property
    def total(self) -> Decimal:
        """The control sum, in euros."""
        return sum((payment.amount for payment in self.payments), ZERO)


class SepaMessage(NamedTuple):
    """A file for the bank. `created`: the day on which it is handed in."""

    message_id: str
    created: date
    initiator: str
    batches: tuple[SepaBatch, ...]
    creditor_id: str = ""
    """The creditor identifier; only for debits."""


def message_id(prefix: str, created: date, content: Sequence[Any]) -> str:
    """The identifier of a file: its kind, its day and a digest of its content, so that the same orders make the same
    file.
    """
    digest = sha256(repr(content).encode()).hexdigest()[:12]
    return f"{prefix}-{created:%Y%m%d}-{digest}"


def debits_xml(message: SepaMessage, version: SepaVersion) -> bytes:
    """Direct debits as pain.008, in UTF-8. The same message gives the same bytes."""
    document, root = _document(PAIN_008[version], "CstmrDrctDbtInitn")
    _header(root, message)
    for number, batch in enumerate(message.batches, 1):
        info = _batch(root, message, batch, number, "DD")
        kind = _add(info, "PmtTpInf")
        _add(_add(kind, "SvcLvl"), "Cd", "SEPA")
        _add(_add(kind, "LclInstrm"), "Cd", batch.scheme)
        _add(kind, "SeqTp", batch.sequence)
        _add(info, "ReqdColltnDt", batch.day.isoformat())
        _party(info, "Cdtr", batch.own, version)
        _account(info, "CdtrAcct", batch.own)
        _agent(info, "CdtrAgt", batch.own, version, required=True)
        _add(info, "ChrgBr", "SLEV")
        identified = _add(_add(_add(_add(info, "CdtrSchmeId"), "Id"), "PrvtId"), "Othr")
        _add(identified, "Id", message.creditor_id)
        _add(_add(identified, "SchmeNm"), "Prtry", "SEPA")
        for payment in batch.payments:
            _debit(info, payment, version)
    return _bytes(document)


def _debit(info: Any, payment: SepaPayment, version: SepaVersion) -> None:
    transaction = _add(info, "DrctDbtTxInf")
    _add(_add(transaction, "PmtId"), "EndToEndId", payment.end_to_end_id)
    _add(transaction, "InstdAmt", f"{payment.amount:.2f}").set("Ccy", "EUR")
    related = _add(_add(transaction, "DrctDbtTx"), "MndtRltdInf")
    _add(related, "MndtId", payment.mandate)
    assert payment.mandate_date is not None
    _add(related, "DtOfSgntr", payment.mandate_date.isoformat())
    if payment.account_changed:
        _add(related, "AmdmntInd", "true")
        original = _add(_add(_add(related, "AmdmntInfDtls"), "OrgnlDbtrAcct"), "Id")
        _add(_add(original, "Othr"), "Id", "SMNDA")
    _agent(transaction, "DbtrAgt", payment.other, version, required=True)
    _party(transaction, "Dbtr", payment.other, version)
    _account(transaction, "DbtrAcct", payment.other)
    _remittance(transaction, payment)


def transfers_xml(message: SepaMessage, version: SepaVersion) -> bytes:
    """Credit transfers as pain.001, in UTF-8. The same message gives the same bytes."""
    document, root = _document(PAIN_001[version], "CstmrCdtTrfInitn")
    _header(root, message)
    for number, batch in enumerate(message.batches, 1):
        info = _batch(root, message, batch, number, "TRF")
        _add(_add(_add(info, "PmtTpInf"), "SvcLvl"), "Cd", "SEPA")
        wanted = _add(info, "ReqdExctnDt")
        if version == "2009":
            wanted.text = batch.day.isoformat()
        else:
            _add(wanted, "Dt", batch.day.isoformat())
        _party(info, "Dbtr", batch.own, version)
        _account(info, "DbtrAcct", batch.own)
        _agent(info, "DbtrAgt", batch.own, version, required=True)
        _add(info, "ChrgBr", "SLEV")
        for payment in batch.payments:
            transaction = _add(info, "CdtTrfTxInf")
            _add(_add(transaction, "PmtId"), "EndToEndId", payment.end_to_end_id)
            _add(_add(transaction, "Amt"), "InstdAmt", f"{payment.amount:.2f}").set("Ccy", "EUR")
            _agent(transaction, "CdtrAgt", payment.other, version, required=False)
            _party(transaction, "Cdtr", payment.other, version)
            _account(transaction, "CdtrAcct", payment.other)
            _remittance(transaction, payment)
    return _bytes(document)


def _document(name: str, root: str) -> tuple[Any, Any]:
    from lxml import etree

    space = f"urn:iso:std:iso:20022:tech:xsd:{name}"
    document = etree.Element(f"{{{space}}}Document", nsmap={None: space})
    return document, etree.SubElement(document, f"{{{space}}}{root}")


def _add(parent: Any, name: str, text: str = "") -> Any:
    """A new element below `parent`, in its namespace."""
    from lxml import etree

    element = etree.SubElement(parent, f"{{{etree.QName(parent).namespace}}}{name}")
    if text:
        element.text = text
    return element


def _bytes(document: Any) -> bytes:
    from lxml import etree

    data: bytes = etree.tostring(document, pretty_print=True, xml_declaration=True, encoding="UTF-8")
    return data


def _header(root: Any, message: SepaMessage) -> None:
    header = _add(root, "GrpHdr")
    _add(header, "MsgId", message.message_id)
    _add(header, "CreDtTm", f"{message.created.isoformat()}T00:00:00")
    _add(header, "NbOfTxs", str(sum(len(batch.payments) for batch in message.batches)))
    _add(header, "CtrlSum", f"{sum((batch.total for batch in message.batches), ZERO):.2f}")
    _add(_add(header, "InitgPty"), "Nm", sepa_text(message.initiator, _LONGEST_NAME))


def _batch(root: Any, message: SepaMessage, batch: SepaBatch, number: int, method: str) -> Any:
    info = _add(root, "PmtInf")
    _add(info, "PmtInfId", f"{message.message_id}-{number}")
    _add(info, "PmtMtd", method)
    _add(info, "BtchBookg", "true" if method == "DD" else "false")
    _add(info, "NbOfTxs", str(len(batch.payments)))
    _add(info, "CtrlSum", f"{batch.total:.2f}")
    return info


def _party(parent: Any, name: str, account: BankAccount, version: SepaVersion) -> None:
    party = _add(parent, name)
    _add(party, "Nm", sepa_text(account.name, _LONGEST_NAME))
    if not (account.needs_address and account.country):
        return
    address = _add(party, "PstlAdr")
    parts = {name: sepa_text(text, 70) for name, text in zip(("StrtNm", "PstCd", "TwnNm"), account[3:6], strict=True)}
    if version == "2009":  # EPC: lines only
        _add(address, "Ctry", account.country)
        for line in (parts["StrtNm"], f"{parts['PstCd']} {parts['TwnNm']}".strip()):
            if line:
                _add(address, "AdrLine", line)
        return
    for name_of_part, text in parts.items():
        if text:
            _add(
                address,
                name_of_part,
                text[:16] if name_of_part == "PstCd" else text[:35] if name_of_part == "TwnNm" else text,
            )
    _add(address, "Ctry", account.country)


def _account(parent: Any, name: str, account: BankAccount) -> None:
    _add(_add(_add(parent, name), "Id"), "IBAN", account.iban)


def _agent(parent: Any, name: str, account: BankAccount, version: SepaVersion, *, required: bool) -> None:
    """The account's bank; its BIC is not needed in the European Economic Area (regulation (EU) 260/2012, art. 5 (7))."""
    if not (account.bic or required):
        return
    institution = _add(_add(parent, name), "FinInstnId")
    if account.bic:
        _add(institution, "BIC" if version == "2009" else "BICFI", account.bic)
    else:
        _add(_add(institution, "Othr"), "Id", "NOTPROVIDED")


def _remittance(transaction: Any, payment: SepaPayment) -> None:
    remittance = _add(transaction, "RmtInf")
    if not payment.structured:
        _add(remittance, "Ustrd", sepa_text(payment.text, _LONGEST_TEXT))
        return
    reference = _add(_add(remittance, "Strd"), "CdtrRefInf")
    kind = _add(reference, "Tp")
    _add(_add(kind, "CdOrPrtry"), "Cd", "SCOR")
    _add(kind, "Issr", "ISO")
    _add(reference, "Ref", payment.text)
