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
FEES = {2: Decimal("55.00")}
"""What a letter of a level costs, of which the fixed compensation covers its part."""
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
  fee: 55.00
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
class Part:
    """An instalment, and the letters about it: (day, level)."""

    due: date
    amount: Decimal
    letters: list[tuple[date, int]] = field(default_factory=list)

    def before(self, until: date) -> list[tuple[date, int]]:
        """The letters that have left by a day."""
        return [letter for letter in self.letters if letter[0] <= until]

    def reached(self, until: date) -> int:
        return max((level for _day, level in self.before(until)), default=0)


@dataclass
class Invoice:
    """What was asked for, and what came for it: (day, amount). What comes settles what is due first."""

    number: str
    day: date
    parts: list[Part]
    paid: list[tuple[date, Decimal]] = field(default_factory=list)
    credited: list[tuple[date, Decimal]] = field(default_factory=list)

    @property
    def amount(self) -> Decimal:
        return sum((part.amount for part in self.parts), Decimal(0))

    def settled(self, until: date) -> Decimal:
        return sum((amount for day, amount in (*self.paid, *self.credited) if day <= until), Decimal(0))

    def open(self, until: date) -> Decimal:
        return self.amount - self.settled(until)

    def open_of(self, part: Part, until: date) -> Decimal:
        """What is open of an instalment at the end of a day."""
        before = sum((part.amount for part in self.parts[: self.parts.index(part)]), Decimal(0))
        return part.amount - min(max(self.settled(until) - before, Decimal(0)), part.amount)

    def late(self, day: date) -> list[Part]:
        """The instalments that are late, the earliest first."""
        return [part for part in self.parts if part.due < day and self.open_of(part, day) > 0]

    def next_due(self, day: date) -> date:
        """The earliest day that is still open; else the last one."""
        return next((part.due for part in self.parts if self.open_of(part, day) > 0), self.parts[-1].due)


@dataclass
class History:
    """One customer: invoices, money that nothing says what it is for (day, amount, what the bank says), and the ledger."""

    language: str
    alone: bool
    """Whether the seller works alone, and says "I"."""
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
    history = History(language, seed % 2 == 1, {}, [], [], PRELUDE.format(language=language))
    if history.alone:
        history.text += '2025-01-01 custom "invoice-option" "voice" "I"\n'
    day = date(2026, 1, 5)
    for count in range(choose.randint(1, 5)):
        day += timedelta(days=choose.randint(0, 25))
        amount = choose.choice([Decimal("120.00"), Decimal("480.50"), Decimal("480.50"), Decimal("1999.99")])
        days = choose.choice([10, 30])
        invoice = Invoice(f"F2026-{count + 1:04}", day, [Part(day + timedelta(days=days), amount)])
        terms = f"{days} days"
        if seed % 4 < 2 and amount in {Decimal("120.00"), Decimal("480.50")} and choose.random() < 0.6:
            later = days + choose.choice([8, 25, 60])
            invoice.parts = [Part(day + timedelta(days=each), amount / 2) for each in (days, later)]
            terms = f"50% {days} days; 50% {later} days"
        history.invoices[invoice.number] = invoice
        history.text += f"""
{day} * "Acme" "Work" ^{invoice.number}
  invoice: "{invoice.number}"
  terms: "{terms}"
  Assets:Clients:Acme  {amount} EUR
  Income:Work
"""
        _settle(history, invoice, choose)
    return history


def _settle(history: History, invoice: Invoice, choose: random.Random) -> None:
    """Perhaps the customer pays, in part or in full, and perhaps says for what; or a part is credited."""
    what = choose.choice(
        ["nothing", "nothing", "nothing", "paid", "part", "credit", "named", "exact", "other", "by hand"]
    )
    day = invoice.day + timedelta(days=choose.randint(1, 70))
    half = (invoice.amount / 2).quantize(Decimal("0.01"))
    if what == "credit" and len(invoice.parts) > 1:  # what it takes off of which instalment is another test's
        what = "part"
    if what in {"paid", "part"}:
        amount = (
            invoice.amount if what == "paid" else choose.choice([half, (invoice.amount / 3).quantize(Decimal("0.01"))])
        )
        invoice.paid.append((day, amount))
        _money(history, day, amount, "VIR", f" ^{invoice.number}")
    elif what == "credit":
        invoice.credited.append((day, half))
        history.text += f"""
{day} * "Acme" "Credit" ^A-{invoice.number}
  invoice: "A-{invoice.number}"
  corrects: "{invoice.number}"
  Assets:Clients:Acme  -{half} EUR
  Income:Work
"""
    elif what == "by hand":
        late = invoice.parts[0].due + timedelta(days=6)
        invoice.parts[0].letters.append((late, 1))
        history.text += noted(late, 1, [invoice.number])
    elif what != "nothing":
        amount = {"named": Decimal("77.70"), "exact": invoice.amount, "other": Decimal("33.33")}[what]
        words = f"VIR {invoice.number.replace('-', '')}" if what == "named" else "VIR SEPA"
        history.lying.append((day, amount, words))
        _money(history, day, amount, words, "")


def _money(history: History, day: date, amount: Decimal, words: str, link: str) -> None:
    history.bank.append(day)
    history.text += f'\n{day} * "Acme" "{words}"{link}\n  Assets:Bank  {amount} EUR\n  Assets:Clients:Acme\n'


def noted(day: date, level: int, numbers: list[str]) -> str:
    """The note that a letter has left."""
    links = " ".join(f"^{number}" for number in numbers)
    return f'\n{day} note Assets:Clients:Acme "Letter" {links}\n  event: "reminder"\n  level: {level}\n'
