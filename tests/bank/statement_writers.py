"""The lines of a firm's bank as files, in each format that is read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from zlib import crc32

from beancount_invoicing.bank.statements import StatementLine
from tests.statement_files import example_statements
from tests.statement_files.example_statements import IBAN, Month, Movement

TABLE = f"""
2025-01-01 custom "invoice-bank" Assets:Bank
  iban: "{IBAN}"
  columns: "date = Jour; amount = Montant; payer = Tiers; payer-iban = Compte; text = Texte; balance = Solde; id = Ref"
  currency: "EUR"
"""


class _Month(Month):
    """A period whose references are the same in each file that has the movement."""

    def reference(self, one: Movement) -> str:
        return _reference(one)


def _reference(one: Movement) -> str:
    return f"BQ{one.day:%y%m%d}{crc32(repr(one).encode()):010}"


def period(opening: Decimal, lines: Sequence[StatementLine], since: date, until: date) -> Month:
    """The lines of some days (both inclusive) as movements; `opening`: the balance in the evening before."""
    movements = tuple(_movement(line) for line in lines if since <= line.date <= until)
    return _Month("1", since - timedelta(days=1), until, opening, movements)


def _movement(line: StatementLine) -> Movement:
    text = " ".join((line.text, *line.references)).strip()
    operation = "27" if line.is_return else "05" if line.amount > 0 else "06"
    return Movement(
        line.date, line.amount, line.payer or "-", line.payer_iban, text, reason=line.return_reason, operation=operation
    )


def camt053(month: Month) -> bytes:
    return example_statements.camt(month).encode()


def camt054(month: Month) -> bytes:
    text = (
        example_statements.camt(month).replace("camt.053", "camt.054").replace("BkToCstmrStmt", "BkToCstmrDbtCdtNtfctn")
    )
    kept = [line for line in text.splitlines(keepends=True) if "<Bal>" not in line]
    return "".join(kept).replace("<Stmt>", "<Ntfctn>").replace("</Stmt>", "</Ntfctn>").encode()


def cfonb120(month: Month) -> bytes:
    return example_statements.cfonb(month).encode("latin-1", "replace")


def ofx(month: Month) -> bytes:
    return example_statements.ofx(month).encode("cp1252", "replace")


def mt940(month: Month) -> bytes:
    def balance(tag: str, day: date, amount: Decimal) -> str:
        return f":{tag}:{'D' if amount < 0 else 'C'}{day:%y%m%d}EUR{abs(amount)}".replace(".", ",")

    lines = [":20:STARTUMS", f":25:{IBAN}", ":28C:1/1", balance("60F", month.before, month.opening)]
    for one in month.movements:
        mark = ("RC" if one.amount < 0 else "RD") if one.reason else ("C" if one.amount > 0 else "D")
        amount = f"{abs(one.amount)}".replace(".", ",")
        lines.append(f":61:{one.day:%y%m%d}{one.day:%m%d}{mark}{amount}NTRFNONREF//{month.reference(one)}")
        text = "SVWZ+" + one.text.replace("?", " ")
        parts = [text[at : at + 27] for at in range(0, len(text), 27)]
        field = "166?00GUTSCHRIFT" + "".join(f"?{20 + at}{part}" for at, part in enumerate(parts[:10]))
        field += f"?31{one.iban}" if one.iban else ""
        lines.append(f":86:{field}?32{one.name[:27]}")
    return "\r\n".join([*lines, balance("62F", month.after, month.closing), "-", ""]).encode("latin-1", "replace")


def table(month: Month) -> bytes:
    """A CSV, the newest movement first."""
    balance, rows = month.opening, list[str]()
    for one in month.movements:
        balance += one.amount
        figures = (f"{number}".replace(".", ",") for number in (one.amount, balance))
        amount, after = figures
        rows.append(f'{one.day};{amount};"{one.name}";{one.iban};"{one.text}";{after};{month.reference(one)}')
    return "\n".join(["Jour;Montant;Tiers;Compte;Texte;Solde;Ref", *reversed(rows), ""]).encode("utf-8-sig")


WRITERS: Mapping[str, Callable[[Month], bytes]] = {
    "camt053.xml": camt053,
    "mt940.sta": mt940,
    "cfonb120.txt": cfonb120,
    "ofx.ofx": ofx,
    "table.csv": table,
    "camt054.xml": camt054,
}
"""By name of the file."""
