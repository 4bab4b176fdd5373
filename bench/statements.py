"""A ledger of open items and a statement that pays some of them, to measure `bank import`: the same bytes for the same size."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple
from xml.sax.saxutils import escape

from beancount_invoicing.rules.references import creditor_reference
from bench.ledgers import DAYS, HEAD, LAST, START, invoice

_EACH = 5
"""So many open documents a customer has on average."""


class _OpenItem(NamedTuple):
    number: str
    customer: int
    amount: Decimal


def write_open_items(count: int, lines: int, ledger: Path, statement: Path) -> None:
    """A ledger of `count` open invoices and a CAMT.053 statement of so many `lines`.

    Of ten lines, two name an invoice by a creditor reference, three by its number (one of them two invoices), two come from an
    account that is known, one has only a name, one only an amount, and one is no customer's.
    """
    chance = random.Random(count)  # noqa: S311 - the same ledger each time, nothing secret
    items: list[_OpenItem] = []
    ledger.write_text("".join(_ledger(count, chance, items)), encoding="utf-8")
    statement.write_text("".join(_statement(lines, chance, items)), encoding="utf-8")


def _ledger(count: int, chance: random.Random, items: list[_OpenItem]) -> Iterator[str]:
    yield HEAD
    yield '2024-01-01 custom "invoice-bank" Assets:Bank\n  iban: "FR7630006000011234567890189"\n'
    number_of = max(count // _EACH, 1)
    for customer in range(number_of):
        yield (
            f'2024-01-01 open Assets:Clients:C{customer:05} EUR\n  customer: "{_name(customer)} SAS"\n'
            f'  address: "{customer} rue du Client"\n  postcode: "44000"\n  city: "Nantes"\n  country: "FR"\n'
            f'  siren: "812345676"\n  endpoint: "0225:812345676"\n  terms: "30 days"\n'
        )
        if customer % 2:
            yield f'  payer-iban: "{_iban(customer)}"\n'
    year, sequence = 0, 0
    for index in range(count):
        day = START + timedelta(days=index * DAYS // count)
        sequence = sequence + 1 if day.year == year else 1
        year = day.year
        number, customer = f"F{year}-{sequence:06}", chance.randrange(number_of)
        text, payable = invoice(number, day, f"Assets:Clients:C{customer:05}", chance)
        items.append(_OpenItem(number, customer, payable))
        yield text
    yield 'plugin "beancount_invoicing"\n'


def _statement(lines: int, chance: random.Random, items: list[_OpenItem]) -> Iterator[str]:
    entries = list(_entries(lines, chance, chance.sample(items, 2 * lines)))
    total = sum((amount for amount, _text in entries), Decimal(0))
    yield (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><Stmt><Id>1</Id>'
        "<Acct><Id><IBAN>FR7630006000011234567890189</IBAN></Id><Ccy>EUR</Ccy></Acct>\n"
    )
    for code, amount in (("OPBD", Decimal("1000.00")), ("CLBD", total + 1000)):
        yield (
            f'<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">{abs(amount)}</Amt>'
            f"<CdtDbtInd>{'CRDT' if amount >= 0 else 'DBIT'}</CdtDbtInd><Dt><Dt>{LAST}</Dt></Dt></Bal>\n"
        )
    yield from (text for _amount, text in entries)
    yield "</Stmt></BkToCstmrStmt></Document>\n"


def _entries(lines: int, chance: random.Random, items: list[_OpenItem]) -> Iterator[tuple[Decimal, str]]:
    """Each movement with its amount."""
    pairs = iter(items)
    for at in range(lines):
        item, other = next(pairs), next(pairs)
        name, iban, text, reference, amount = _name(item.customer), _iban(item.customer), "VIR", "", item.amount
        match at % 10:
            case 0 | 1:
                reference = f"<Strd><CdtrRefInf><Ref>{creditor_reference(item.number)}</Ref></CdtrRefInf></Strd>"
            case 2 | 3:
                text = f"FACT {item.number} MERCI"
            case 4:
                text, amount = f"FACT {item.number} ET {other.number}", item.amount + other.amount
            case 5 | 6:
                iban = _iban(item.customer | 1)
            case 7:
                iban = ""
            case 8:
                name, iban = "", ""
            case _:
                name, iban, text = "FOURNISSEUR SA", "", "FACTURE 4711"
                amount = -Decimal(chance.randint(500, 90000)) / 100
        yield amount, _entry(at, amount, name, iban, text, reference)


def _entry(at: int, amount: Decimal, name: str, iban: str, text: str, reference: str) -> str:
    sign, role = ("CRDT", "Dbtr") if amount > 0 else ("DBIT", "Cdtr")
    account = f"<{role}Acct><Id><IBAN>{iban}</IBAN></Id></{role}Acct>" if iban else ""
    side = f"<RltdPties><{role}><Pty><Nm>{escape(name)}</Nm></Pty></{role}>{account}</RltdPties>" if name else ""
    return (
        f'<Ntry><Amt Ccy="EUR">{abs(amount)}</Amt><CdtDbtInd>{sign}</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>'
        f"<BookgDt><Dt>{LAST - timedelta(days=at % 30)}</Dt></BookgDt><AcctSvcrRef>B{at:06}</AcctSvcrRef><NtryDtls><TxDtls>"
        f"{side}<RmtInf><Ustrd>{escape(text)}</Ustrd>{reference}</RmtInf></TxDtls></NtryDtls></Ntry>\n"
    )


def _name(customer: int) -> str:
    """Words that many customers share, and some that few do."""
    words = ("Atelier", "Boulangerie", "Cabinet", "Domaine", "Garage", "Maison", "Studio")
    return f"{words[customer % 7]} {_word(customer // 7 % 500)} {_word(customer // 3500 + 500)}"


def _word(number: int) -> str:
    return "".join("bdfgklmnprstvz"[number // 14**place % 14] + "aeiou"[number // 7**place % 5] for place in range(4))


def _iban(customer: int) -> str:
    body = f"30006000019{customer:010}00"
    return f"FR{98 - int(body + '152700') % 97:02}{body}"
