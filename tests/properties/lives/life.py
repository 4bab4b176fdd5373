"""The ledger of a life so far, how entries are written into it, and the referee that is told of them."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from beancount_invoicing.writing.changes import Outcome, Refused
from beancount_invoicing.writing.new_documents import InvalidRequest
from tests.properties.lives.model import ZERO, Books, Document, Standing, cents

RATES = {"STD": Decimal(20), "LOW": Decimal("5.5"), "PAY": Decimal(20), "PAYLOW": Decimal("5.5"), "NONE": ZERO}
WAITS = {"PAY": "Liabilities:Pending", "PAYLOW": "Liabilities:PendingLow"}
OWED = "Liabilities:VAT"
BOOKED = {"STD": OWED, "LOW": OWED, "IRPF": "Assets:Withheld", **WAITS}
"""Where an invoice books each tax."""
WITHHELD = Decimal(15)
CUSTOMERS = ("Acme", "Berg")
PRELUDE = """option "operating_currency" "EUR"
plugin "beancount_invoicing"
2025-01-01 custom "invoice-seller" "Atelier Lumen"
  country: "IE"
  vat-id: "IE6433435F"
2025-01-01 custom "invoice-option" "number" "F{seq:04}"
2025-01-01 custom "invoice-option" "credit-note-number" "A{seq:04}"
2025-01-01 custom "invoice-option" "deposit-account" Liabilities:Deposits
2025-01-01 custom "invoice-tax" "STD" "VAT 20 %" Liabilities:VAT
  rate: 20
2025-01-01 custom "invoice-tax" "LOW" "VAT 5.5 %" Liabilities:VAT
  rate: 5.5
2025-01-01 custom "invoice-tax" "PAY" "VAT 20 % on receipt" Liabilities:VAT
  rate: 20
  due-on: "payment"
  pending: Liabilities:Pending
2025-01-01 custom "invoice-tax" "PAYLOW" "VAT 5.5 % on receipt" Liabilities:VAT
  rate: 5.5
  due-on: "payment"
  pending: Liabilities:PendingLow
2025-01-01 custom "invoice-tax" "NONE" "Exempt"
  category: "E"
  reason: "Exempt: training"
2025-01-01 custom "invoice-tax" "IRPF" "Withheld 15 %" Assets:Withheld
  rate: 15
  withholding: TRUE
2025-01-01 open Assets:Bank
2025-01-01 open Assets:Withheld
2025-01-01 open Assets:C:Acme
  customer: "Acme"
2025-01-01 open Assets:C:Acme:Doubtful
2025-01-01 open Assets:C:Berg
  customer: "Berg"
2025-01-01 open Assets:C:Berg:Doubtful
2025-01-01 open Assets:C:Acme:Kept
2025-01-01 open Assets:C:Berg:Kept
2025-01-01 open Assets:C:Coe
  customer: "Coe"
2025-01-01 open Assets:C:Coe:Doubtful
2025-01-01 open Equity:Opening
2025-01-01 open Income:Work
2025-01-01 open Income:Exchange
2025-01-01 open Expenses:Lost
2025-01-01 open Expenses:Discounts
2025-01-01 open Liabilities:VAT
2025-01-01 open Liabilities:Pending
2025-01-01 open Liabilities:PendingLow
2025-01-01 open Liabilities:Deposits
"""


class Act(NamedTuple):
    """What is done on a day; the seed says to what, and how much. `name` makes the numbers of its documents."""

    name: int
    day: date
    kind: str
    seed: int


class Refusal(Exception):
    """A command would not do what is right; the message says what it was asked, and what it said, of which entries."""

    def __init__(self, message: str, entries: Sequence[str]) -> None:
        super().__init__(message)
        self.entries = entries


class Posting(NamedTuple):
    """A posting; `tax` and `said` are the keys below it."""

    account: str
    amount: Decimal
    currency: str = "EUR"
    tax: str = ""
    said: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        keys = [*self.said, *([("tax", f'"{self.tax}"')] if self.tax else [])]
        return "\n".join(
            [f"  {self.account}  {self.amount} {self.currency}", *(f"    {key}: {value}" for key, value in keys)]
        )


@dataclass(frozen=True)
class Line:
    """A line of an invoice: `price` without tax, or (`gross`) with it."""

    code: str
    quantity: int
    price: Decimal
    net: Decimal
    gross: bool = False


def named(number: str) -> str:
    """The number that the ledger has for a document, or for the part of it that is kept back."""
    return number.partition("/")[0]


class Life:
    """The ledger so far, and the referee."""

    def __init__(self) -> None:
        self.books = Books()
        self.entries: list[str] = []
        self.where: dict[str, str] = {}
        """The account on which each document stands."""
        self.moved_on: dict[str, date] = {}
        """The day since when it stands there, if not always."""
        self.lines: dict[str, tuple[Line, ...]] = {}
        """Of invoices that may be credited: their lines."""
        self.left: dict[str, list[int]] = {}
        """Of those that are credited line by line: the quantities that are left."""
        self.recovered: dict[tuple[str, str], Decimal] = {}
        """By document and code: what the books took off because of losses and discounts."""
        self.by_hand: set[str] = set()
        """Those that were credited by hand."""
        self.deposits: dict[str, str] = {}
        """Those not deducted yet, with their tax code."""
        self.rates: dict[str, str] = {}
        """Of documents in dollars: what one is worth in euros there."""
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

    def write(
        self, day: date, narration: str, postings: Sequence[Posting], *numbers: str, tag: str = "",
        said: Sequence[tuple[str, str]] = (),
    ) -> None:  # fmt: skip
        """Adds a transaction, linked to documents."""
        marks = "".join(f" ^{each}" for each in dict.fromkeys(map(named, numbers))) + (f" #{tag}" if tag else "")
        head = [f'{day} * "{narration}"{marks}', *(f"  {key}: {value}" for key, value in said)]
        self.entries.append("\n".join([*head, *map(str, postings)]) + "\n")

    def command(self, asked: str, do: Callable[[Path], Outcome]) -> str:
        """Has a command write into the ledger, and returns what it wrote. Raises Refusal."""
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "main.beancount"
            file.write_text(self.text, encoding="utf-8")
            try:
                return do(file).text
            except Refused as error:
                found = "; ".join(f"{finding.rule}: {finding.message}" for finding in error.findings)
                raise Refusal(f"{asked}: {error}: {found}", self.entries) from error
            except InvalidRequest as error:
                raise Refusal(f"{asked}: {error}", self.entries) from error

    def claim(self, number: str, amount: Decimal) -> Posting:
        """A posting on a document's account; dollars at the rate of the document."""
        rate = self.rates.get(number)
        return Posting(self.where[number], amount, f"USD @ {rate} EUR" if rate else "EUR")

    def worth(self, number: str, amount: Decimal) -> Decimal:
        """What an amount of a document is worth in the books."""
        return cents(amount * Decimal(self.rates.get(number, "1")))

    def bank(self, number: str, amount: Decimal) -> list[Posting]:
        """What reaches the bank; for dollars, what they are worth by then, and the difference."""
        worth = self.worth(number, amount)
        if number not in self.rates:
            return [Posting("Assets:Bank", worth)]
        reached = cents(worth * self.chance.randint(90, 110) / 100)
        exchange = [Posting("Income:Exchange", worth - reached)] if worth != reached else []
        return [Posting("Assets:Bank", reached), *exchange]

    def number(self, prefix: str) -> str:
        """A number that depends on the act alone."""
        return f"{prefix}{self.act.name}"

    def one_of(self, fits: Callable[[Standing], bool]) -> Standing | None:
        """A document that fits on the act's day; the same one whatever others there are besides, as far as it goes."""
        standings = [standing for standing in self.books.at(self.day).values() if fits(standing)]
        key = self.act.seed

        def drawn(standing: Standing) -> float:
            return random.Random(f"{key} {standing.document.number}").random()  # noqa: S311 - no secret

        return min(standings, key=drawn, default=None)

    def document(
        self, number: str, customer: str, day: date, nets: dict[str, Decimal], taxes: dict[str, Decimal],
        account: str, corrects: str = "", currency: str = "EUR", kept: Decimal = ZERO,
    ) -> Document:  # fmt: skip
        """Tells the referee of a document, with the sign of what it asks for; `kept` is a part that is kept back until later."""
        document = Document(
            number, customer, day, sum(nets.values(), ZERO) + sum(taxes.values(), ZERO) - kept, currency, nets, taxes,
            {code: tax for code, tax in taxes.items() if code in WAITS and tax}, corrects,
        )  # fmt: skip
        self.books.documents[number] = document
        self.where[number] = account
        if kept:
            part = f"{number}/kept"
            self.books.documents[part] = Document(
                part, customer, day, kept, currency, corrects=corrects and f"{corrects}/kept", part_of=number
            )
            self.where[part] = f"Assets:C:{customer}:Kept"
        return document

    def asked(self, number: str) -> Decimal:
        """What a document asks for, with what is kept back."""
        return sum(
            (
                document.asked
                for document in self.books.documents.values()
                if number in {document.number, document.part_of}
            ),
            ZERO,
        )

    def credit_notes(self, number: str) -> list[Document]:
        """What credits a document, until now."""
        return [
            document
            for document in self.books.documents.values()
            if document.corrects == number and not document.part_of
        ]

    def last_touched(self, number: str) -> date:
        """The last day on which something happened to a document."""
        facts = [fact.day for fact in self.books.all_facts if fact.number == number]
        day = self.moved_on.get(number, date.min)
        return max([self.books.documents[number].day, day, *facts, *(note.day for note in self.credit_notes(number))])

    def price(self) -> Decimal:
        """A small one, a round one, a crooked one."""
        match self.chance.randrange(4):
            case 0:
                return cents(Decimal(self.chance.randint(5, 300)) / 100)
            case 1:
                return cents(Decimal(self.chance.randint(1, 30) * 100))
            case _:
                return cents(Decimal(self.chance.randint(300, 90000)) / 100)

    def part(self, amount: Decimal) -> Decimal:
        """A part of an amount above zero: a cent at least."""
        return max(cents(amount * self.chance.randint(1, 99) / 100), Decimal("0.01"))
