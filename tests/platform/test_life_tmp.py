"""Lives of invoices at a platform, drawn at random, against a model that knows only sums.

A life is a row of acts: issue, hand in, statuses in any order and twice, fetch, pay, credit, correct, reverse, report. The model
knows what is owed in all and what was paid in all, and which invoices were refused. So it says whether a receivable is counted
once, and who may take it back.
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner

from beancount_invoicing import receivables
from beancount_invoicing.cli import main
from beancount_invoicing.e_reporting.payments import invoice_receipts, reported_receipts
from beancount_invoicing.ledger import open_ledger
from beancount_invoicing.model import Book
from beancount_invoicing.platform.life_cycle import document_state, flow_states
from beancount_invoicing.receivables.tax_due import tax_due
from tests.platform.connected import option
from tests.platform.stand_in import StandIn

FIRST = date(2026, 11, 30)
ACTS = 31
LEDGER = """option "operating_currency" "EUR"
2025-01-01 custom "invoice-seller" "Lumen Conseil"
  legal-form: "SARL au capital de 5 000 €"
  address: "3 rue des Lilas"
  postcode: "35000"
  city: "Rennes"
  country: "FR"
  siren: "812345676"
  register: "RCS Rennes 812 345 676"
  vat-id: "FR19812345676"
  endpoint: "0225:812345676"
  iban: "FR7630006000011234567890189"
2025-01-01 custom "invoice-tax" "FR20E" "TVA 20 %" Liabilities:TVA
  rate: 20
  nature: "services"
  due-on: "payment"
  pending: Liabilities:Pending
2025-01-01 custom "invoice-option" "default-tax" "FR20E"
2025-01-01 custom "invoice-option" "number" "F{year}-{seq:04}"
2025-01-01 custom "invoice-option" "credit-note-number" "A{year}-{seq:04}"
2025-01-01 custom "invoice-option" "vat-regime" "monthly"
2025-01-01 custom "invoice-option" "e-reporting-from" "2026-11-01"
2025-01-01 custom "invoice-item" "DEV" "Développement" Income:Services
  price: 100.00
2025-01-01 open Assets:Bank
2025-01-01 open Income:Services
2025-01-01 open Liabilities:TVA
2025-01-01 open Liabilities:Pending
2025-01-01 open Assets:Clients:Kerbrat
  customer: "Menuiserie Kerbrat SAS"
  address: "24 rue des Ajoncs"
  postcode: "56000"
  city: "Vannes"
  country: "FR"
  siren: "503128464"
  endpoint: "0225:503128464"
  channel: "e-invoice"
plugin "beancount_invoicing"
"""
CODES = ["200", "203", "205", "206", "207", "207", "210", "213", "DOUBLON", "211", "212", "220", "208", "999"]


@dataclass
class Model:
    """What is owed and paid in all, and what became of each invoice."""

    owed: dict[str, Decimal] = field(default_factory=dict)
    """What each invoice that stands asks for, less its credit notes."""
    told: dict[str, set[str]] = field(default_factory=dict)
    """By invoice that was handed in: what the platform said, as far as it was fetched."""
    waiting: list[tuple[str, str]] = field(default_factory=list)
    corrected: set[str] = field(default_factory=set)
    """Invoices that are replaced, credited or taken back."""
    cash: Decimal = Decimal(0)
    invoices: int = 0
    taken_back: int = 0

    def refused(self, number: str) -> bool:
        """Whether it is refused or rejected; a duplicate is neither."""
        codes = self.told.get(number, set())
        return "DOUBLON" not in codes and bool(codes & {"210", "213"})


class Life:
    """A life in a ledger, and the same in the model."""

    def __init__(self, ledger: Path, platform: StandIn, seed: int) -> None:
        self.ledger, self.platform, self.random = ledger, platform, random.Random(seed)  # noqa: S311 - a game
        self.model = Model()
        self.day = FIRST

    def run(self, *arguments: str) -> tuple[int, str]:
        result = CliRunner().invoke(main, ["-f", str(self.ledger), *arguments])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result.exit_code, result.output

    def write(self, *arguments: str, done: bool = True) -> None:
        """A command that writes; or, if it may not, says so."""
        code, output = self.run(*arguments, "--date", str(self.day), "--yes", "--write")
        assert (code == 0) == done, (arguments, output)

    def add(self, text: str) -> None:
        with self.ledger.open("a", encoding="utf-8") as file:
            file.write(text)

    def book(self) -> Book:
        opened = open_ledger(self.ledger)
        assert opened.errors == ()
        return opened.book

    def an_invoice(self) -> str:
        return self.random.choice(list(self.model.owed | dict.fromkeys(self.model.corrected)))

    # acts ---------------------------------------------------------------------------------------------------------------

    def issue(self) -> None:
        count = self.random.randint(1, 5)
        self.write("new", "Kerbrat", f"{count} DEV")
        self.issued(Decimal(120 * count))

    def issued(self, amount: Decimal) -> None:
        self.model.invoices += 1
        self.model.owed[f"F2026-{self.model.invoices:04}"] = amount

    def hand_in(self) -> None:
        number = self.an_invoice()
        if number not in self.model.told:
            self.add(
                f'\n{self.day} note Assets:Clients:Kerbrat "To the platform" ^{number}\n'
                f'  event: "sent"\n  channel: "e-invoice"\n  flow: "f-{number}"\n'
            )
            self.model.told[number] = set()

    def tell(self) -> None:
        if self.model.told:
            number, code = self.random.choice(list(self.model.told)), self.random.choice(CODES)
            for _turn in range(self.random.randint(1, 2)):
                self.platform.tell(number, *(("213", "DOUBLON") if code == "DOUBLON" else (code, "X_ERR")))
            self.model.waiting.append((number, code))

    def fetch(self) -> None:
        before = [(invoice.number, invoice.kind) for invoice in self.book().invoices]
        code, output = self.run("platform", "fetch", "--date", str(self.day), "--write")
        assert code == 0, output
        for number, status in self.model.waiting:
            self.model.told[number].add(status)
        self.model.waiting = []
        assert [(invoice.number, invoice.kind) for invoice in self.book().invoices] == before, (
            "nobody reversed anything"
        )

    def pay(self) -> None:
        book = self.book()
        waiting = [position for position in receivables.positions(book, self.day) if position.open]
        if waiting:
            position = self.random.choice(waiting)
            whole = position.open
            amount = whole if whole < 0 or self.random.random() < 0.5 else whole / 2
            self.add(
                f'\n{self.day} * "Paid" ^{position.invoice.number}\n  Assets:Bank  {amount} EUR\n  Assets:Clients:Kerbrat\n'
            )
            self.model.cash += amount

    def credit(self) -> None:
        number = self.an_invoice()
        whole = self.random.random() < 0.5
        may = number in self.model.owed and not self.model.refused(number)
        before = self.book().invoices_by_number().keys()
        self.write("credit", number, "Goodwill", *(() if whole else ("--lines", "1@-10")), done=may)
        if may:
            (note,) = (note for note in self.book().corrections[number] if note.number not in before)
            self.model.owed[number] += note.payable
            if whole:
                assert self.model.owed.pop(number) == 0
            self.model.corrected.add(number)

    def correct(self) -> None:
        number = self.an_invoice()
        may = number not in self.model.corrected
        refused = self.model.refused(number)
        because = ("--because", self.random.choice(["refused", "wrong-price"]))
        if because[1] == "refused" and not refused:
            may = False
        self.write("correct", number, "Agreed", *because, "--price", "90", done=may)
        if may:
            self.replaced(number)

    def by_credit_note(self) -> None:
        number = self.an_invoice()
        may = number not in self.model.corrected and not self.model.refused(number)
        self.write("correct", number, "Agreed", "--price", "80", "--credit-note", done=may)
        if may:
            self.replaced(number)

    def replaced(self, number: str) -> None:
        del self.model.owed[number]
        self.model.corrected.add(number)
        self.issued(self.book().invoices_by_number()[f"F2026-{self.model.invoices + 1:04}"].payable)

    def reverse(self) -> None:
        number = self.an_invoice()
        may = self.model.refused(number) and number in self.model.owed
        code, output = self.run("platform", "reverse", number, "--date", str(self.day), "--write")
        assert (code == 0) == may, output
        if may:
            del self.model.owed[number]
            self.model.corrected.add(number)

    def report(self) -> None:
        code, output = self.run("platform", "report", "--as-of", str(self.day), "--write")
        assert code == 0, output


@pytest.fixture
def life_of(tmp_path: Path, stand_in: StandIn, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A ledger with a platform, and nothing billed."""
    ledger = tmp_path / "main.beancount"
    ledger.write_text(LEDGER, encoding="utf-8")
    (tmp_path / "settings.beancount").write_text("", encoding="utf-8")
    option(
        ledger,
        platform=f"{stand_in.address}/flow-service",
        platform_token=f"{stand_in.address}/token",
        platform_client=stand_in.client,
    )
    with ledger.open("a", encoding="utf-8") as file:
        file.write('include "settings.beancount"\n')
    monkeypatch.setenv("BEAN_INVOICE_PLATFORM_SECRET", stand_in.secret)
    return ledger


def standings(book: Book) -> dict[str, tuple[str, Decimal]]:
    """What became of each document: at the platform, and what is open."""
    found: dict[str, tuple[str, Decimal]] = {}
    for position in receivables.positions(book, book.last_date):
        state = document_state(flow_states(book.events, position.invoice.number))
        found[position.invoice.number] = (state.standing if state else "", position.open)
    return found


def shuffled(ledger: Path, turn: random.Random) -> None:
    """Writes the statuses of a ledger in another order, each twice."""
    for file in ledger.parent.glob("*.beancount"):
        blocks = re.split(r"\n(?=\d{4}-)", file.read_text(encoding="utf-8"))
        statuses = [block for block in blocks if 'event: "status"' in block]
        if statuses:
            rest = [block for block in blocks if 'event: "status"' not in block]
            twice = [block.rstrip("\n") + "\n" for block in (*statuses, *statuses)]
            turn.shuffle(twice)
            file.write_text("\n".join([*(block.rstrip("\n") + "\n" for block in rest), *twice]), encoding="utf-8")


def judged(life: Life) -> None:
    """The ledger against the model."""
    book, model = life.book(), life.model
    positions = receivables.positions(book, book.last_date)
    owed = sum(model.owed.values(), Decimal(0)) - model.cash
    assert sum((movement.amount for movement in book.customer_movements), Decimal(0)) == owed, "as Beancount adds it up"
    assert sum((position.open for position in positions), Decimal(0)) == owed, "each receivable is counted once"
    numbers = [invoice.number for invoice in book.invoices if invoice.number.startswith("F") and invoice.has_page]
    assert sorted(numbers) == [f"F2026-{place:04}" for place in range(1, model.invoices + 1)], "no gap"
    notes = sorted(invoice.number for invoice in book.invoices if invoice.kind == "credit-note")
    assert notes == [f"A2026-{place:04}" for place in range(1, len(notes) + 1)]
    for number in model.corrected - model.owed.keys():
        assert [position.open for position in positions if position.invoice.number == number] == [Decimal("0.00")], (
            number
        )
    backs = [invoice.corrects for invoice in book.invoices if invoice.kind == "cancellation"]
    assert len(backs) == len(set(backs)), "nothing is reversed twice"


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(40))
def test_lives_of_invoices(life_of: Path, stand_in: StandIn, seed: int) -> None:
    life = Life(life_of, stand_in, seed)
    acts = [life.issue, life.hand_in, life.tell, life.tell, life.fetch, life.pay, life.credit, life.correct,
            life.by_credit_note, life.reverse, life.report]  # fmt: skip
    life.issue()
    for place in range(ACTS):
        life.day = FIRST + timedelta(days=place)
        stand_in.ticks = max(stand_in.ticks, place * 86_400)
        life.random.choice(acts)()
    life.fetch()
    judged(life)
    life.report()
    book = life.book()
    receipts = invoice_receipts(reported_receipts(book, tax_due(book, life.day), FIRST), "212")
    received = sum((part.amount for receipt in receipts for part in receipt.amounts), Decimal(0))
    told = sum(
        (Decimal(amount) for flow in book.flows for amount in re.findall(r": (-?[\d.]+)", flow.amounts)), Decimal(0)
    )
    assert told == received == life.model.cash, "212 tells what was received, once"
    before = standings(book)
    shuffled(life_of, life.random)
    assert standings(life.book()) == before, "in any order, and twice"
