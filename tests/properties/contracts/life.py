"""The ledger of a life so far, how it is written into, and the referee that is told of it."""

from __future__ import annotations

import random
import re
import tempfile
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from beancount import loader

from beancount_invoicing.entries import read_book
from beancount_invoicing.model import Book
from beancount_invoicing.writing.changes import Outcome, Refused
from beancount_invoicing.writing.new_documents import InvalidRequest
from tests.properties.contracts.model import Contract, Firm, Series

START, END = date(2026, 1, 1), date(2027, 3, 31)
TIMES = ("Assets:T1", "Assets:T2", "Assets:T3", "Assets:T4", "Assets:T5")
CUSTOMERS = ("Assets:C:Acme", "Assets:C:Berg", "Assets:C:Coe")
ITEMS = {"DEV": Decimal("100.00"), "OPS": Decimal("60.00")}
RATES = {"STD": Decimal(20), "LOW": Decimal("5.5"), "NONE": Decimal(0)}
PRELUDE = """option "operating_currency" "EUR"
plugin "beancount_invoicing"
2025-01-01 custom "invoice-seller" "Atelier Lumen"
  country: "IE"
  vat-id: "IE6433435F"
2025-01-01 custom "invoice-option" "number" "F{seq:04}"
2025-01-01 custom "invoice-option" "credit-note-number" "A{seq:04}"
2025-01-01 custom "invoice-option" "deposit-account" Liabilities:Deposits
2025-01-01 custom "invoice-option" "default-tax" "STD"
2025-01-01 custom "invoice-tax" "STD" "VAT" Liabilities:VAT
  rate: 20
2025-01-01 custom "invoice-tax" "LOW" "VAT, reduced" Liabilities:VAT
  rate: 5.5
2025-01-01 custom "invoice-tax" "NONE" "Exempt"
  category: "E"
  reason: "Exempt: training"
2025-01-01 custom "invoice-item" "DEV" "Development" Income:Work
  unit: "hour"
  price: 100.00
2025-01-01 custom "invoice-item" "OPS" "Operations" Income:Work
  unit: "hour"
  price: 60.00
2025-01-01 custom "invoice-index" "CPI" 100.0
2025-01-01 open Assets:C:Acme EUR
  customer: "Acme"
2025-01-01 open Assets:C:Berg EUR
  customer: "Berg"
  purchase-order: "BERG-1"
2025-01-01 open Assets:C:Coe EUR
  customer: "Coe"
2025-01-01 open Assets:T1 HOUR
2025-01-01 open Assets:T2 HOUR
2025-01-01 open Assets:T3 HOUR
2025-01-01 open Assets:T4 HOUR
2025-01-01 open Assets:T5 HOUR
2025-01-01 open Expenses:Travel EUR
2025-01-01 open Assets:Bank EUR
2025-01-01 open Equity:Time HOUR
2025-01-01 open Income:Work EUR
2025-01-01 open Liabilities:VAT EUR
2025-01-01 open Liabilities:Deposits EUR
"""


class Act(NamedTuple):
    """What is done on a day; the seed says to what, and how much."""

    name: int
    day: date
    kind: str
    seed: int


class Refusal(Exception):
    """A command would not do what is right; the message says what it was asked, and what it said, of which entries."""

    def __init__(self, message: str, entries: Sequence[str]) -> None:
        super().__init__(message)
        self.entries = entries


def written(value: Any) -> str:
    """A value as a ledger has it."""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, str) and not value.startswith(("Assets:", "Income:", "Liabilities:")):
        return f'"{value}"'
    return str(value)


def a_firm() -> Firm:
    """The referee of the ledger before anything happened."""
    firm = Firm(orders={CUSTOMERS[0]: "", CUSTOMERS[1]: "BERG-1", CUSTOMERS[2]: ""})
    for series, values in ((firm.prices, ITEMS), (firm.rates, RATES), (firm.indexes, {"CPI": Decimal("100.0")})):
        for name, value in values.items():
            series[name] = Series()
            series[name].say(date(2025, 1, 1), value)
    return firm


def loaded(text: str) -> Book:
    """A ledger's Book."""
    entries, _errors, options = loader.load_string(text)
    return read_book(entries, options)


class Life:
    """The ledger so far, and the referee."""

    def __init__(self, late: bool) -> None:
        self.late = late
        self.billed_until = date.min
        self.firm = a_firm()
        self.entries: list[str] = []
        self.act = Act(0, date.min, "", 0)
        self.chance = random.Random(0)  # noqa: S311 - no secret

    @property
    def day(self) -> date:
        """The day of the act."""
        return self.act.day

    @property
    def text(self) -> str:
        """The ledger."""
        return PRELUDE + "\n" + "\n".join(self.entries)

    def billed_to(self, code: str) -> date:
        """The last day of a contract that may be billed by now."""
        if self.billed_until == date.min or self.firm.contracts[code].mode != "subscription":
            return self.billed_until
        return max((piece.span.last for piece in self.firm.pieces(code, self.billed_until)), default=date.min)

    def all_billed_to(self) -> date:
        """The last day that may be billed by now."""
        return max((self.billed_to(code) for code in self.firm.contracts), default=date.min)

    def agree(self, day: date, code: str, mode: str, facts: Mapping[str, Any]) -> None:
        """A contract's first directive (`mode` said), or an amendment."""
        contract = self.firm.contracts.setdefault(code, Contract(code, mode))
        account = facts.get("account") or contract.at(day)["account"]
        contract.said[day] = {**facts, "account": account}
        first = f' "{mode}"' if mode else ""
        keys = [f"  {key}: {written(value)}" for key, value in facts.items() if key != "account"]
        if mode and not facts.get("item"):
            keys.append("  account: Income:Work")
        if mode == "time":
            keys.append("  expense-account: Income:Work")
        self.entries.append("\n".join([f'{day} custom "invoice-contract" {account} "{code}"{first}', *keys]) + "\n")

    def command(self, asked: str, do: Callable[[Path], Outcome]) -> Outcome:
        """Has a command write into the ledger, and returns what came of it. Raises Refusal."""
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "main.beancount"
            before = self.text
            file.write_text(before, encoding="utf-8")
            try:
                outcome = do(file)
            except Refused as error:
                found = "; ".join(f"{finding.rule}: {finding.message}" for finding in error.findings)
                raise Refusal(f"{asked}: {error}: {found}", self.entries) from error
            except InvalidRequest as error:
                raise Refusal(f"{asked}: {error}", self.entries) from error
            now = file.read_text(encoding="utf-8")
        self.entries = [
            one for one in re.split(r"(?m)^(?=\d{4}-\d\d-\d\d )", now.removeprefix(PRELUDE + "\n")) if one.strip()
        ]
        return outcome
