"""The statements of the example business, October and November 2026: what its bank moved, in the formats that banks send.

`pytest --update tests/statement_files/test_example_statements.py` writes them into `ledger/statements/`.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from itertools import accumulate
from typing import NamedTuple
from xml.sax.saxutils import escape

from beancount_invoicing.statement_files.cfonb120 import french_iban
from tests.statement_files import cfonb_writer

IBAN = "FR7630006000011234567890189"
OPENING = Decimal("67981.41")
"""The ledger's balance in the evening of 30 September 2026."""


class Movement(NamedTuple):
    """A movement, as the bank knows it."""

    day: date
    amount: Decimal
    name: str
    iban: str = ""
    text: str = ""
    end_to_end_id: str = ""
    mandate: str = ""
    fee: str = ""
    ordered: tuple[str, str] = ("", "")
    reason: str = ""
    operation: str = "05"

    @property
    def label(self) -> str:
        return LABELS[self.operation]


LABELS = {
    "05": "VIR SEPA RECU", "06": "VIR SEPA EMIS", "08": "PRLV SEPA", "09": "PRLV SEPA EMIS", "27": "REJET PRLV SEPA",
    "45": "VIR INTERNATIONAL RECU", "62": "COTISATION CONVENTION PRO",
}  # fmt: skip
"""What the bank calls its interbank operations."""


def movement(day: str, amount: str, name: str, iban: str = "", text: str = "", **details: str) -> Movement:
    ordered = details.pop("ordered", "").split()
    return Movement(
        date.fromisoformat(f"2026-{day}"), Decimal(amount), name, iban, text,
        ordered=(ordered[0], ordered[1]) if ordered else ("", ""), **details,
    )  # fmt: skip


HALLES, CLINIQUE, STEINBACH = "FR7630004000031234567890143", "FR1420041010050500013M02606", "DE89370400440532013000"
KERBRAT, VANDAMME, ALPINA = "FR7617569000301234567890168", "BE71096123456769", "CH9300762011623852957"
BIRCHWOOD, CHENES, OUEST = "GB29NWBK60161331926819", "FR7612548029981234567890161", "FR7614508059401234567890132"
MAIL, GERANCE, SONDES = "FR7610107001011234567890129", "FR7630001007941234567890185", "FR7611315000011234567890138"
SAINT_EVRAN = french_iban("30001", "00682", "C3500000000")

OCTOBER = (
    movement("10-05", "-540.00", "SCI DU MAIL", MAIL, "LOYER OCTOBRE 2026", operation="06"),
    movement("10-05", "1900.80", "HALLES DE VILAINE", HALLES, "F2026-0047", end_to_end_id="HV-2026-0911"),
    movement("10-12", "-46.68", "OPERATEUR ARMOR", "", "FACTURE 10-2026", mandate="ARMOR-778", operation="08"),
    movement("10-12", "1000.00", "GAEC DES TROIS CHENES", CHENES, "F2026-0053 ACOMPTE"),
    movement("10-12", "468.00", "CLINIQUE DU PARC", CLINIQUE, "F2026-0056", end_to_end_id="F2026-0056",
            mandate="CLIN-2025-01", operation="09"),
    movement("10-13", "1932.00", "STEINBACH ENERGIETECHNIK GMBH", STEINBACH, "RECHNUNG F2026-0059"),
    movement("10-19", "3086.06", "HABITAT OUEST SCIC", OUEST, "F2026-0067 30 POUR CENT"),
    movement("10-20", "-218.70", "DGFIP", "", "TVA CA3 SEPTEMBRE 2026", mandate="DGFIP-TVA-35", operation="08"),
    movement("10-21", "706.42", "BIRCHWOOD ESTATES LTD", BIRCHWOOD, "INVOICE F2026-0060",
            ordered="617.50 GBP", operation="45"),
    movement("10-26", "-1041.60", "SONDES ET MESURES SAS", SONDES, "FACTURE SM-2207",
            operation="06"),
    movement("10-27", "1056.00", "TRESOR PUBLIC SAINT-EVRAN", SAINT_EVRAN, "MANDAT 412 F2026-0061"),
    movement("10-28", "-1900.00", "GERANCE SOLENE", GERANCE, "REMUNERATION OCTOBRE", operation="06"),
    movement("10-28", "-640.00", "URSSAF BRETAGNE", "", "COTISATIONS OCTOBRE", mandate="URSSAF-88", operation="08"),
    movement("10-29", "186.00", "MENUISERIE KERBRAT", KERBRAT, "SANS REFERENCE"),
)  # fmt: skip
"""What the ledger has, too."""
NOVEMBER = (
    movement("11-03", "-540.00", "SCI DU MAIL", MAIL, "LOYER NOVEMBRE 2026", operation="06"),
    movement("11-05", "422.40", "HALLES DE VILAINE", HALLES, "F2026-0055 ACOMPTE", end_to_end_id="HV-2026-1002"),
    movement("11-12", "-49.44", "OPERATEUR ARMOR", "", "FACTURE 11-2026", mandate="ARMOR-778", operation="08"),
    movement("11-20", "-706.95", "DGFIP", "", "TVA CA3 OCTOBRE 2026", mandate="DGFIP-TVA-35", operation="08"),
)  # fmt: skip
"""What the ledger has of November …"""
NOT_BOOKED_YET = (
    movement("11-10", "468.00", "CLINIQUE DU PARC", CLINIQUE, "F2026-0064", end_to_end_id="F2026-0064",
            mandate="CLIN-2025-01", operation="09"),
    movement("11-16", "-480.50", "CLINIQUE DU PARC", CLINIQUE, "F2026-0064", end_to_end_id="F2026-0064",
            mandate="CLIN-2025-01", fee="12.50", reason="AM04", operation="27"),
    movement("11-23", "480.00", "VANDAMME AND CO BV", VANDAMME, "F2026-0057 F2026-0065"),
    movement("11-24", "-312.00", "SONDES ET MESURES SAS", SONDES, "FACTURE SM-2291",
            operation="06"),
    movement("11-25", "1279.00", "STEINBACH ENERGIETECHNIK GMBH", STEINBACH, "RECHNUNG F2026-0066", fee="9.00"),
    movement("11-26", "950.40", "ALPINA HAUS AG", ALPINA, "F2026-0069", ordered="900.00 CHF",
            operation="45"),
    movement("11-27", "-1900.00", "GERANCE SOLENE", GERANCE, "REMUNERATION NOVEMBRE", operation="06"),
    movement("11-27", "-640.00", "URSSAF BRETAGNE", "", "COTISATIONS NOVEMBRE", mandate="URSSAF-88", operation="08"),
    movement("11-30", "186.00", "MENUISERIE KERBRAT", KERBRAT, "F2026-0070"),
    movement("11-30", "-18.60", "", "", "", operation="62"),
)  # fmt: skip
"""… and what it does not have: a morning's work."""


class Month(NamedTuple):
    """The movements of a month between its balances."""

    name: str
    before: date
    after: date
    opening: Decimal
    movements: tuple[Movement, ...]

    @property
    def closing(self) -> Decimal:
        return list(accumulate((one.amount for one in self.movements), initial=self.opening))[-1]

    def reference(self, one: Movement) -> str:
        return f"BQ{one.day:%y%m%d}{self.movements.index(one):03}"


def months() -> tuple[Month, Month]:
    october = Month("2026-10", date(2026, 9, 30), date(2026, 10, 31), OPENING, OCTOBER)
    both = tuple(sorted((*NOVEMBER, *NOT_BOOKED_YET), key=lambda one: one.day))
    return october, Month("2026-11", date(2026, 10, 31), date(2026, 11, 30), october.closing, both)


def statement_files() -> dict[str, str]:
    """The files by name."""
    files = {}
    for month in months():
        files[f"{month.name}.xml"] = camt(month)
        files[f"{month.name}.txt"] = cfonb(month)
        files[f"{month.name}.ofx"] = ofx(month)
    return files


def _amount(value: Decimal | str, currency: str = "EUR") -> str:
    return f'<Amt Ccy="{currency}">{abs(Decimal(value))}</Amt>'


def _sign(value: Decimal) -> str:
    return f"<CdtDbtInd>{'DBIT' if value < 0 else 'CRDT'}</CdtDbtInd>"


def _entry(month: Month, one: Movement) -> list[str]:
    role = "Dbtr" if (one.amount > 0) != bool(one.reason) else "Cdtr"
    fee = f"<Chrgs><Rcrd>{_amount(one.fee or '0.00')}<CdtDbtInd>DBIT</CdtDbtInd><ChrgInclInd>true</ChrgInclInd></Rcrd></Chrgs>"
    references = f"<EndToEndId>{one.end_to_end_id or 'NOTPROVIDED'}</EndToEndId>"
    references += f"<MndtId>{one.mandate}</MndtId>" if one.mandate else ""
    party = f"<{role}><Pty><Nm>{escape(one.name)}</Nm></Pty></{role}>"
    party += f"<{role}Acct><Id><IBAN>{one.iban}</IBAN></Id></{role}Acct>" if one.iban else ""
    lines = [
        "   <Ntry>",
        f"    {_amount(one.amount)}{_sign(one.amount)}" + ("<RvslInd>true</RvslInd>" if one.reason else ""),
        f"    <Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>{one.day}</Dt></BookgDt><ValDt><Dt>{one.day}</Dt></ValDt>",
        f"    <AcctSvcrRef>{month.reference(one)}</AcctSvcrRef>" + (fee if one.fee else ""),
    ]
    if one.name:
        lines += ["    <NtryDtls><TxDtls>", f"     <Refs>{references}</Refs>"]
        if one.ordered[0]:
            lines.append(f"     <AmtDtls><InstdAmt>{_amount(*one.ordered)}</InstdAmt></AmtDtls>")
        lines += [f"     <RltdPties>{party}</RltdPties>", f"     <RmtInf><Ustrd>{escape(one.text)}</Ustrd></RmtInf>"]
        if one.reason:
            lines.append(f"     <RtrInf><Rsn><Cd>{one.reason}</Cd></Rsn></RtrInf>")
        lines.append("    </TxDtls></NtryDtls>")
    return [*lines, f"    <AddtlNtryInf>{one.label}</AddtlNtryInf>", "   </Ntry>"]


def camt(month: Month) -> str:
    """CAMT.053.001.08."""

    def balance(code: str, value: Decimal, day: date) -> str:
        return f"   <Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>{_amount(value)}{_sign(value)}<Dt><Dt>{day}</Dt></Dt></Bal>"

    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08">',
        " <BkToCstmrStmt>",
        f"  <GrpHdr><MsgId>SOLENE-{month.name}</MsgId><CreDtTm>{month.after}T23:00:00</CreDtTm></GrpHdr>",
        "  <Stmt>",
        f"   <Id>{month.name}</Id><CreDtTm>{month.after}T23:00:00</CreDtTm>",
        f"   <Acct><Id><IBAN>{IBAN}</IBAN></Id><Ccy>EUR</Ccy><Ownr><Nm>ATELIER SOLENE</Nm></Ownr></Acct>",
        balance("OPBD", month.opening, month.before),
        balance("CLBD", month.closing, month.after),
        *(line for one in month.movements for line in _entry(month, one)),
        "  </Stmt>",
        " </BkToCstmrStmt>",
        "</Document>",
    ]
    return "\n".join(lines) + "\n"


def cfonb(month: Month) -> str:
    """CFONB 120."""
    records: list[str] = [cfonb_writer.balance("01", month.before, month.opening)]
    for one in month.movements:
        is_payer = (one.amount > 0) != bool(one.reason)
        details = [
            ("NPY" if is_payer else "NBE", one.name),
            ("CPY" if is_payer else "CBE", one.iban),
            ("LCC", one.text),
            ("RCN", one.end_to_end_id),
            ("RUM", one.mandate),
            ("FEE", f"EUR2{int(Decimal(one.fee or 0).scaleb(2)):014}" if one.fee else ""),
            ("MMO", f"{one.ordered[1]}2{int(Decimal(one.ordered[0] or 0).scaleb(2)):014}" if one.ordered[0] else ""),
        ]
        records += cfonb_writer.movement(
            one.day, one.amount, one.label, *((name, text) for name, text in details if text), operation=one.operation
        )
    records.append(cfonb_writer.balance("07", month.after, month.closing))
    return "".join(f"{record.rstrip()}\n" for record in records)


def ofx(month: Month) -> str:
    """OFX 1.02."""
    lines = [
        "OFXHEADER:100", "DATA:OFXSGML", "VERSION:102", "SECURITY:NONE", "ENCODING:USASCII", "CHARSET:1252", "COMPRESSION:NONE",
        "OLDFILEUID:NONE", "NEWFILEUID:NONE", "", "<OFX>", "<BANKMSGSRSV1><STMTTRNRS><TRNUID>1<STMTRS>", "<CURDEF>EUR",
        "<BANKACCTFROM><BANKID>30006<BRANCHID>00001<ACCTID>12345678901<ACCTTYPE>CHECKING</BANKACCTFROM>",
        f"<BANKTRANLIST><DTSTART>{month.before + timedelta(days=1):%Y%m%d}<DTEND>{month.after:%Y%m%d}",
    ]  # fmt: skip
    for one in month.movements:
        lines += [
            "<STMTTRN>",
            f"<TRNTYPE>{'CREDIT' if one.amount > 0 else 'DEBIT'}<DTPOSTED>{one.day:%Y%m%d}<TRNAMT>{one.amount:+}",
            f"<FITID>{month.reference(one)}",
            f"<NAME>{escape(one.name or one.label)}",
            *([f"<MEMO>{escape(one.text)}"] if one.text else []),
            "</STMTTRN>",
        ]
    lines += [
        "</BANKTRANLIST>",
        f"<LEDGERBAL><BALAMT>{month.closing}<DTASOF>{month.after:%Y%m%d}</LEDGERBAL>",
        "</STMTRS></STMTTRNRS></BANKMSGSRSV1>",
        "</OFX>",
    ]
    return "\n".join(lines) + "\n"
