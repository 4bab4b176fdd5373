"""CAMT messages as texts, put together from their entries."""

from __future__ import annotations

IBAN = "FR7630006000011234567890189"


def amount(value: str, currency: str = "EUR") -> str:
    return f'<Amt Ccy="{currency}">{value}</Amt>'


def balance(code: str, value: str, day: str, currency: str = "EUR") -> str:
    sign = "DBIT" if value.startswith("-") else "CRDT"
    return (
        f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>{amount(value.lstrip('-'), currency)}"
        f"<CdtDbtInd>{sign}</CdtDbtInd><Dt><Dt>{day}</Dt></Dt></Bal>"
    )


def entry(value: str, day: str, *parts: str, status: str = "<Sts><Cd>BOOK</Cd></Sts>", reference: str = "") -> str:
    """An entry: negative is money that left; `parts` are what stands behind its dates."""
    sign = "DBIT" if value.startswith("-") else "CRDT"
    servicer = f"<AcctSvcrRef>{reference}</AcctSvcrRef>" if reference else ""
    return (
        f"<Ntry>{amount(value.lstrip('-'))}<CdtDbtInd>{sign}</CdtDbtInd>{status}<BookgDt><Dt>{day}</Dt></BookgDt>"
        f"<ValDt><Dt>{day}</Dt></ValDt>{servicer}{''.join(parts)}</Ntry>"
    )


def details(*items: str) -> str:
    return f"<NtryDtls>{''.join(f'<TxDtls>{item}</TxDtls>' for item in items)}</NtryDtls>"


def statement(*entries: str, opening: str = "1000.00", closing: str = "1000.00", number: str = "STMT-1") -> str:
    return (
        f"<Stmt><Id>{number}</Id><Acct><Id><IBAN>{IBAN}</IBAN></Id><Ccy>EUR</Ccy><Ownr><Nm>Atelier Solène</Nm></Ownr></Acct>"
        f"{balance('OPBD', opening, '2026-09-30')}{balance('CLBD', closing, '2026-10-31')}{''.join(entries)}</Stmt>"
    )


def message(*statements: str, version: str = "08", kind: str = "053") -> bytes:
    body = "BkToCstmrStmt" if kind == "053" else "BkToCstmrDbtCdtNtfctn"
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.{kind}.001.{version}">\n'
        f"<{body}><GrpHdr><MsgId>M1</MsgId></GrpHdr>\n" + "\n".join(statements) + f"\n</{body}></Document>\n"
    ).encode()
