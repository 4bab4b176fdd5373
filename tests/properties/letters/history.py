"""What happened between a seller and a customer, as plain facts, and the ledger that says so."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

LANGUAGES = ("fr", "en", "de")
DAYS = {1: 5, 2: 15, 3: 30}
"""Days late from which on a level is due."""
DEADLINES = {2: 6, 3: 8}
INTERVAL = 4
PRELUDE = """option "operating_currency" "EUR"
plugin "beancount_invoicing"
2025-01-01 custom "invoice-seller" "Atelier Lumen"
  country: "FR"
  email: "lumen@lumen.example"
2025-01-01 custom "invoice-option" "language" "{language}"
2025-01-01 custom "invoice-option" "late-interest" "12"
2025-01-01 custom "invoice-tax" "NONE" "None"
  category: "O"
2025-01-01 custom "invoice-option" "default-tax" "NONE"
2025-01-01 custom "invoice-policy" "standard"
  interval: 4
2025-01-01 custom "invoice-policy" "standard" 1
  days: 5
2025-01-01 custom "invoice-policy" "standard" 2
  days: 15
  deadline: 6
  interest: TRUE
2025-01-01 custom "invoice-policy" "standard" 3
  days: 30
  tone: "final"
  deadline: 8
  interest: TRUE
2025-01-01 open Assets:Bank
2025-01-01 open Income:Work
2025-01-01 open Assets:Clients:Acme
  customer: "Acme SAS"
  country: "FR"
  email: "compta@acme.example"
"""


@dataclass
class Invoice:
    """What was asked for, and what came for it: (day, amount)."""

    number: str
    day: date
    due: date
    amount: Decimal
    paid: list[tuple[date, Decimal]] = field(default_factory=list)
    credited: list[tuple[date, Decimal]] = field(default_factory=list)
    letters: list[tuple[date, int]] = field(default_factory=list)

    def settled(self, until: date) -> Decimal:
        return sum((amount for day, amount in (*self.paid, *self.credited) if day <= until), Decimal(0))

    def open(self, until: date) -> Decimal:
        return self.amount - self.settled(until)

    def before(self, until: date) -> list[tuple[date, int]]:
        """The letters that have left by a day."""
        return [one for one in self.letters if one[0] <= until]


@dataclass
class History:
    """One customer: invoices, money that nothing says what it is for (day, amount, what the bank says), and the ledger."""

    language: str
    invoices: dict[str, Invoice]
    lying: list[tuple[date, Decimal, str]]
    bank: list[date]
    text: str

    def there(self, until: date) -> list[tuple[date, Decimal, str]]:
        """The money that lies on the account at the end of a day."""
        return [one for one in self.lying if one[0] <= until]


def made(seed: int) -> History:
    """The history of a seed, up to the first letter."""
    choose = random.Random(seed)  # noqa: S311 - what happens, no secret
    language = LANGUAGES[seed % len(LANGUAGES)]
    history = History(language, {}, [], [], PRELUDE.format(language=language))
    day = date(2026, 1, 5)
    for count in range(choose.randint(1, 5)):
        day += timedelta(days=choose.randint(0, 25))
        amount = choose.choice([Decimal("120.00"), Decimal("480.50"), Decimal("480.50"), Decimal("1999.99")])
        days = choose.choice([10, 30])
        one = Invoice(f"F2026-{count + 1:04}", day, day + timedelta(days=days), amount)
        history.invoices[one.number] = one
        history.text += f"""
{day} * "Acme" "Work" ^{one.number}
  invoice: "{one.number}"
  terms: "{days} days"
  Assets:Clients:Acme  {amount} EUR
  Income:Work
"""
        _settle(history, one, choose)
    return history


def _settle(history: History, one: Invoice, choose: random.Random) -> None:
    """Perhaps the customer pays, in part or in full, and perhaps says for what; or a part is credited."""
    what = choose.choice(
        ["nothing", "nothing", "nothing", "paid", "part", "credit", "named", "exact", "other", "by hand"]
    )
    day = one.day + timedelta(days=choose.randint(1, 70))
    half = (one.amount / 2).quantize(Decimal("0.01"))
    if what in {"paid", "part"}:
        amount = one.amount if what == "paid" else half
        one.paid.append((day, amount))
        _money(history, day, amount, "VIR", f" ^{one.number}")
    elif what == "credit":
        one.credited.append((day, half))
        history.text += f"""
{day} * "Acme" "Credit" ^A-{one.number}
  invoice: "A-{one.number}"
  corrects: "{one.number}"
  Assets:Clients:Acme  -{half} EUR
  Income:Work
"""
    elif what == "by hand":
        late = one.due + timedelta(days=6)
        one.letters.append((late, 1))
        history.text += noted(late, 1, [one.number])
    elif what != "nothing":
        amount = {"named": Decimal("77.70"), "exact": one.amount, "other": Decimal("33.33")}[what]
        words = f"VIR {one.number.replace('-', '')}" if what == "named" else "VIR SEPA"
        history.lying.append((day, amount, words))
        _money(history, day, amount, words, "")


def _money(history: History, day: date, amount: Decimal, words: str, link: str) -> None:
    history.bank.append(day)
    history.text += f'\n{day} * "Acme" "{words}"{link}\n  Assets:Bank  {amount} EUR\n  Assets:Clients:Acme\n'


def noted(day: date, level: int, numbers: list[str]) -> str:
    """The note that a letter has left."""
    links = " ".join(f"^{number}" for number in numbers)
    return f'\n{day} note Assets:Clients:Acme "Letter" {links}\n  event: "reminder"\n  level: {level}\n'
