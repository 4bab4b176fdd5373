"""Files for the bank: what they say of payments, beside what the schemas of ISO 20022 ask for (tests/cli/test_collect.py)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import sepaxml
from lxml import etree

from beancount_invoicing.delivery.pain import (
    BankAccount,
    SepaBatch,
    SepaMessage,
    SepaPayment,
    SepaVersion,
    debits_xml,
    message_id,
    transfers_xml,
)

DAY = date(2026, 12, 1)
OWN = BankAccount("Atelier Test", "FR7630006000011234567890189", "AGRIFRPP")
SWISS = BankAccount(
    "Grünwald & Söhne AG", "CH9300762011623852957", "", "Bahnhofstraße 1", "8001", "Zürich", "CH"
)  # outside the European Economic Area
DEBIT = SepaPayment("F1", Decimal("1200.50"), SWISS, "F1", mandate="M-1", mandate_date=date(2026, 1, 5))
Writer = Callable[[SepaMessage, SepaVersion], bytes]


def written(payment: SepaPayment, version: SepaVersion, write: Writer = debits_xml) -> etree._Element:
    """The file of one payment, which its schema allows."""
    batch = SepaBatch(DAY, OWN, (payment,), "CORE", "RCUR")
    document = etree.fromstring(write(SepaMessage("ID-1", DAY, "Atelier Test", (batch,), "FR46ZZZ005002"), version))
    name = str(document.tag).partition("}")[0].rpartition(":")[2]
    etree.XMLSchema(etree.parse(str(Path(sepaxml.__file__).parent / "schemas" / f"{name}.xsd"))).assertValid(document)
    return document


def texts(document: etree._Element, parent: str) -> list[tuple[str, str]]:
    """The elements below the first of some name, with their texts."""
    found = next(document.iter(f"{{*}}{parent}"), None)
    below = [] if found is None else list(found.iter())[1:]
    return [(str(node.tag).rpartition("}")[2], node.text or "") for node in below if not len(node)]


@pytest.mark.parametrize("write", [debits_xml, transfers_xml])
def test_an_account_outside_the_eea_has_its_holder_s_address(write: Writer) -> None:
    party = "Dbtr" if write is debits_xml else "Cdtr"
    assert texts(written(DEBIT, "2019", write), party) == [
        ("Nm", "Grunwald + Sohne AG"),
        ("StrtNm", "Bahnhofstrasse 1"),
        ("PstCd", "8001"),
        ("TwnNm", "Zurich"),
        ("Ctry", "CH"),
    ]
    assert texts(written(DEBIT, "2009", write), party) == [
        ("Nm", "Grunwald + Sohne AG"),
        ("Ctry", "CH"),
        ("AdrLine", "Bahnhofstrasse 1"),
        ("AdrLine", "8001 Zurich"),
    ]


def test_what_is_not_known_of_an_address_is_left_out_and_what_is_long_cut() -> None:
    place = SWISS._replace(street="", postcode="1" * 20, city="Z" * 40)
    assert texts(written(DEBIT._replace(other=place), "2019"), "Dbtr")[1:] == [
        ("PstCd", "1" * 16),
        ("TwnNm", "Z" * 35),
        ("Ctry", "CH"),
    ]
    only_a_town = SWISS._replace(street="", postcode="")
    assert texts(written(DEBIT._replace(other=only_a_town), "2009"), "Dbtr")[1:] == [
        ("Ctry", "CH"),
        ("AdrLine", "Zurich"),
    ]


@pytest.mark.parametrize("account", [SWISS._replace(iban="DE89370400440532013000"), SWISS._replace(country="")])
def test_an_account_within_the_eea_or_without_a_country_has_no_address(account: BankAccount) -> None:
    assert texts(written(DEBIT._replace(other=account), "2019"), "Dbtr") == [("Nm", "Grunwald + Sohne AG")]


@pytest.mark.parametrize("version", ["2009", "2019"])
def test_a_mandate_that_was_used_for_another_account_says_so(version: SepaVersion) -> None:
    mandate = [("MndtId", "M-1"), ("DtOfSgntr", "2026-01-05")]
    assert texts(written(DEBIT, version), "MndtRltdInf") == mandate
    moved = texts(written(DEBIT._replace(account_changed=True), version), "MndtRltdInf")
    assert moved == [*mandate, ("AmdmntInd", "true"), ("Id", "SMNDA")]


def test_a_creditor_reference_stands_in_its_own_element() -> None:
    payment = DEBIT._replace(text="RF18539007547034", structured=True)
    assert texts(written(payment, "2019", transfers_xml), "RmtInf") == [
        ("Cd", "SCOR"),
        ("Issr", "ISO"),
        ("Ref", "RF18539007547034"),
    ]
    assert texts(written(DEBIT, "2019", transfers_xml), "RmtInf") == [("Ustrd", "F1")]


def test_a_bank_without_a_bic_is_not_provided_where_one_is_required() -> None:
    assert texts(written(DEBIT, "2019"), "DbtrAgt") == [("Id", "NOTPROVIDED")]
    assert texts(written(DEBIT, "2019", transfers_xml), "CdtrAgt") == []
    known = DEBIT._replace(other=SWISS._replace(bic="UBSWCHZH"))
    assert texts(written(known, "2019", transfers_xml), "CdtrAgt") == [("BICFI", "UBSWCHZH")]
    assert texts(written(known, "2009"), "DbtrAgt") == [("BIC", "UBSWCHZH")]


def test_sums_are_counted_by_batch_and_over_all() -> None:
    batches = tuple(SepaBatch(DAY, OWN, (DEBIT,) * count, "CORE", "RCUR") for count in (1, 2))
    data = debits_xml(SepaMessage("ID-1", DAY, "Atelier Test", batches, "FR46ZZZ005002"), "2019")
    document = etree.fromstring(data)
    assert [node.text for node in document.iter("{*}CtrlSum")] == ["3601.50", "1200.50", "2401.00"]
    assert [node.text for node in document.iter("{*}NbOfTxs")] == ["3", "1", "2"]
    assert [node.text for node in document.iter("{*}PmtInfId")] == ["ID-1-1", "ID-1-2"]


def whole(document: etree._Element) -> list[str]:
    """Every element without others below it, with the names of those above it, from the message's own on."""
    rows = []
    for node in document.iter():
        if len(node):
            continue
        above = [str(each.tag).rpartition("}")[2] for each in (*reversed(list(node.iterancestors())), node)]
        rows.append(f"{'/'.join(above[2:])} {node.text}")
    return rows


HEAD = [
    "GrpHdr/MsgId ID-1",
    "GrpHdr/CreDtTm 2026-12-01T00:00:00",
    "GrpHdr/NbOfTxs 1",
    "GrpHdr/CtrlSum 1200.50",
    "GrpHdr/InitgPty/Nm Atelier Test",
    "PmtInf/PmtInfId ID-1-1",
]


def test_a_debit_says_what_banks_ask_for() -> None:
    """EPC130-08, chapter 2: each element of a core debit, in this order."""
    home = DEBIT._replace(other=BankAccount("Acme", "DE89370400440532013000", "COBADEFF"))
    assert whole(written(home, "2019")) == [
        *HEAD,
        "PmtInf/PmtMtd DD",
        "PmtInf/BtchBookg true",
        "PmtInf/NbOfTxs 1",
        "PmtInf/CtrlSum 1200.50",
        "PmtInf/PmtTpInf/SvcLvl/Cd SEPA",
        "PmtInf/PmtTpInf/LclInstrm/Cd CORE",
        "PmtInf/PmtTpInf/SeqTp RCUR",
        "PmtInf/ReqdColltnDt 2026-12-01",
        "PmtInf/Cdtr/Nm Atelier Test",
        "PmtInf/CdtrAcct/Id/IBAN FR7630006000011234567890189",
        "PmtInf/CdtrAgt/FinInstnId/BICFI AGRIFRPP",
        "PmtInf/ChrgBr SLEV",
        "PmtInf/CdtrSchmeId/Id/PrvtId/Othr/Id FR46ZZZ005002",
        "PmtInf/CdtrSchmeId/Id/PrvtId/Othr/SchmeNm/Prtry SEPA",
        "PmtInf/DrctDbtTxInf/PmtId/EndToEndId F1",
        "PmtInf/DrctDbtTxInf/InstdAmt 1200.50",
        "PmtInf/DrctDbtTxInf/DrctDbtTx/MndtRltdInf/MndtId M-1",
        "PmtInf/DrctDbtTxInf/DrctDbtTx/MndtRltdInf/DtOfSgntr 2026-01-05",
        "PmtInf/DrctDbtTxInf/DbtrAgt/FinInstnId/BICFI COBADEFF",
        "PmtInf/DrctDbtTxInf/Dbtr/Nm Acme",
        "PmtInf/DrctDbtTxInf/DbtrAcct/Id/IBAN DE89370400440532013000",
        "PmtInf/DrctDbtTxInf/RmtInf/Ustrd F1",
    ]


@pytest.mark.parametrize(("version", "day"), [("2019", "ReqdExctnDt/Dt"), ("2009", "ReqdExctnDt")])
def test_a_transfer_says_what_banks_ask_for(version: SepaVersion, day: str) -> None:
    """EPC132-08, chapter 2; the sender of the money bears its own costs only (SLEV)."""
    home = DEBIT._replace(other=BankAccount("Acme", "DE89370400440532013000"))
    document = written(home, version, transfers_xml)
    assert whole(document) == [
        *HEAD,
        "PmtInf/PmtMtd TRF",
        "PmtInf/BtchBookg false",
        "PmtInf/NbOfTxs 1",
        "PmtInf/CtrlSum 1200.50",
        "PmtInf/PmtTpInf/SvcLvl/Cd SEPA",
        f"PmtInf/{day} 2026-12-01",
        "PmtInf/Dbtr/Nm Atelier Test",
        "PmtInf/DbtrAcct/Id/IBAN FR7630006000011234567890189",
        f"PmtInf/DbtrAgt/FinInstnId/{'BICFI' if version == '2019' else 'BIC'} AGRIFRPP",
        "PmtInf/ChrgBr SLEV",
        "PmtInf/CdtTrfTxInf/PmtId/EndToEndId F1",
        "PmtInf/CdtTrfTxInf/Amt/InstdAmt 1200.50",
        "PmtInf/CdtTrfTxInf/Cdtr/Nm Acme",
        "PmtInf/CdtTrfTxInf/CdtrAcct/Id/IBAN DE89370400440532013000",
        "PmtInf/CdtTrfTxInf/RmtInf/Ustrd F1",
    ]
    assert [node.get("Ccy") for node in document.iter("{*}InstdAmt")] == ["EUR"]


def test_a_file_is_named_by_its_kind_day_and_content() -> None:
    assert message_id("DD", DAY, ["F1"]).startswith("DD-20261201-")
    assert len(message_id("DD", DAY, ["F1"])) == len("DD-20261201-") + 12
    assert message_id("DD", DAY, ["F1"]) == message_id("DD", DAY, ["F1"]) != message_id("DD", DAY, ["F2"])


def test_a_structured_reference_is_the_creditor_s_own() -> None:
    payment = DEBIT._replace(text="RF18539007547034", structured=True)
    assert [row for row in whole(written(payment, "2019")) if "RmtInf" in row] == [
        "PmtInf/DrctDbtTxInf/RmtInf/Strd/CdtrRefInf/Tp/CdOrPrtry/Cd SCOR",
        "PmtInf/DrctDbtTxInf/RmtInf/Strd/CdtrRefInf/Tp/Issr ISO",
        "PmtInf/DrctDbtTxInf/RmtInf/Strd/CdtrRefInf/Ref RF18539007547034",
    ]
