"""The referee: it knows documents, the money that came for them and what was given up, and nothing of how we work it out.

Per document: what was asked, credited, paid, given as a discount, lost. Money is money on its day; what is more than is asked lies
on the customer's account. A tax that is owed once paid is owed for the share of the money: tax × paid / asked, rounded once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Literal, NamedTuple

ZERO = Decimal(0)
CENT = Decimal("0.01")
What = Literal["discount", "money", "loss"]
WHAT: tuple[What, ...] = ("discount", "money", "loss")


def cents(amount: Decimal | Fraction) -> Decimal:
    """An amount to the cent, half away from zero."""
    if isinstance(amount, Fraction):
        whole, half = divmod(abs(amount) * 100, 1)
        return Decimal(int(whole) + (half >= Fraction(1, 2))).copy_sign(1 if amount >= 0 else -1) * CENT
    return amount.quantize(CENT, ROUND_HALF_UP)


@dataclass(frozen=True)
class Document:
    """An invoice (asked > 0), or what credits one (asked < 0)."""

    number: str
    customer: str
    day: date
    asked: Decimal
    currency: str = "EUR"
    nets: Mapping[str, Decimal] = field(default_factory=dict)
    """By tax code, with the sign of `asked`."""
    taxes: Mapping[str, Decimal] = field(default_factory=dict)
    pending: Mapping[str, Decimal] = field(default_factory=dict)
    """By tax code: what of its taxes is owed only once paid."""
    corrects: str = ""
    part_of: str = ""
    """Of what is kept back until later: the document that it is a part of, which has the taxes."""


class Fact(NamedTuple):
    """Something that came for a document, or (negative) was given or taken back."""

    day: date
    what: What
    number: str
    amount: Decimal
    received: date
    """The day on which money came: before `day` where it lay on the account first."""


class OnAccount(NamedTuple):
    """Money that came for no document, or (negative) went from there to one."""

    day: date
    customer: str
    currency: str
    amount: Decimal


class Moved(NamedTuple):
    """What the books moved of a tax, from where it waited to where it is owed; or took off, `given_up`, as owed no more."""

    day: date
    code: str
    amount: Decimal
    given_up: bool = False


@dataclass
class Standing:
    """Where a document stands at the end of a day. Amounts have the sign of what it asks for."""

    document: Document
    credited: Decimal = ZERO
    """By other documents; of a credit note: what it took off invoices."""
    credited_taxes: dict[str, Fraction] = field(default_factory=dict)
    paid: Decimal = ZERO
    discount: Decimal = ZERO
    lost: Decimal = ZERO
    over: Decimal = ZERO
    """Money and losses beyond what it asks for: it lies on the customer's account."""

    stays: dict[str, Decimal] = field(default_factory=dict)
    """By code: the tax due that stays, whatever is paid later."""
    parts: list[Standing] = field(default_factory=list)
    """What of it is kept back until later."""

    @property
    def open(self) -> Decimal:
        """What is still asked for."""
        return self.document.asked - self.credited - self.paid - self.discount - self.lost

    @property
    def whole_open(self) -> Decimal:
        """What is still asked for, with what is kept back."""
        return sum((standing.open for standing in (self, *self.parts)), ZERO)

    def whole(self, what: Literal["asked", "credited", "paid", "discount", "lost"]) -> Decimal:
        """A figure of the document with all its parts."""
        if what == "asked":
            return sum((standing.document.asked for standing in (self, *self.parts)), ZERO)
        return sum((getattr(standing, what) for standing in (self, *self.parts)), ZERO)

    def tax(self, code: str, of: Decimal) -> Decimal:
        """The share of a tax that belongs to a part of what is asked for, once credits are off both."""
        claim = self.whole("asked") - self.whole("credited")
        if not claim:
            return ZERO
        left = Fraction(self.document.pending[code]) - self.credited_taxes.get(code, Fraction(0))
        return cents(left * Fraction(of) / Fraction(claim))

    def share(self, code: str, of: Decimal) -> Decimal:
        """The share of any of its taxes that belongs to a part of what is asked for."""
        claim = self.whole("asked") - self.whole("credited")
        left = Fraction(self.document.taxes[code]) - self.credited_taxes.get(code, Fraction(0))
        return cents(left * Fraction(of) / Fraction(claim)) if claim else ZERO

    def due(self, code: str) -> Decimal:
        """The tax owed: the share of the money."""
        return self.stays.get(code, self.tax(code, self.whole("paid")))

    def given_up(self, code: str) -> Decimal:
        """The tax that is owed no more: the share of losses and discounts."""
        if self.stays:
            return ZERO
        gone = self.whole("paid") + self.whole("discount") + self.whole("lost")
        return self.tax(code, gone) - self.due(code)


class Books:
    """All documents and facts."""

    def __init__(self) -> None:
        self.documents: dict[str, Document] = {}
        self.facts: dict[tuple[str, What], list[Fact]] = {}
        self.on_account: list[OnAccount] = []
        self.moved: list[Moved] = []
        self.delivered: dict[str, date] = {}
        """Deposits whose goods were delivered: from then on no tax of theirs becomes due any more."""

    def happened(self, day: date, what: What, number: str, amount: Decimal, received: date | None = None) -> None:
        """Takes a fact down."""
        self.facts.setdefault((number, what), []).append(Fact(day, what, number, amount, received or day))

    @property
    def all_facts(self) -> list[Fact]:
        """Every fact of every document."""
        return [fact for facts in self.facts.values() for fact in facts]

    def days(self) -> list[date]:
        """The days on which something happened."""
        days = {document.day for document in self.documents.values()}
        return sorted(days | {fact.day for fact in self.all_facts} | {account.day for account in self.on_account})

    def at(self, day: date) -> dict[str, Standing]:
        """Where each document stands at the end of a day."""
        standings: dict[str, Standing] = {}
        for today, those in self.history():
            if today > day:
                break
            standings = those
        return standings

    def history(self) -> Iterator[tuple[date, dict[str, Standing]]]:
        """Where each document stands at the end of each day on which something happened: the same objects, ever further."""
        standings: dict[str, Standing] = {}
        for today in self.days():
            before = date.fromordinal(today.toordinal() - 1)
            for document in self.documents.values():
                if document.day == today:
                    standings[document.number] = Standing(document)
                    if document.part_of:
                        standings[document.part_of].parts.append(standings[document.number])
            for until in (
                before,
                today,
            ):  # a credit takes what is open in the morning, and what re-opens by the evening
                for standing in standings.values():
                    self._settle(standing, until)
                for number in sorted(standings):
                    self._credit(standings[number], standings)
            for number, day in self.delivered.items():
                if day == today:
                    standings[number].stays = {
                        code: standings[number].due(code) for code in standings[number].document.pending
                    }
            yield today, standings

    def _sum(self, number: str, what: What, until: date) -> Decimal:
        return sum((fact.amount for fact in self.facts.get((number, what), ()) if fact.day <= until), ZERO)

    def lost(self, standing: Standing) -> Decimal:
        """What the books have as lost of a document by now, also what was paid after all."""
        return sum((fact.amount for fact in self.facts.get((standing.document.number, "loss"), ())), ZERO)

    def _settle(self, standing: Standing, until: date) -> None:
        """A discount stays given; money counts before losses, as what comes in on a loss was not lost."""
        document = standing.document
        sign = 1 if document.asked > 0 else -1
        room = (document.asked - standing.credited) * sign
        over = ZERO
        for what in WHAT:
            amount = self._sum(document.number, what, until) * sign
            taken = min(amount, room)
            over += amount - taken
            room -= taken
            match what:
                case "money":
                    standing.paid = taken * sign
                case "discount":
                    standing.discount = taken * sign
                case _:
                    standing.lost = taken * sign
        standing.over = over * sign

    def _credit(self, note: Standing, standings: Mapping[str, Standing]) -> None:
        """A credit note takes of what it corrects what is open, with its own tax."""
        other = standings.get(note.document.corrects)
        if other is None or note.open >= 0 or other.open <= 0:
            return
        amount = min(-note.open, other.open)
        note.credited -= amount
        other.credited += amount
        whole, others = (standings[standing.document.part_of or standing.document.number] for standing in (note, other))
        for code, tax in whole.document.taxes.items():
            share = Fraction(tax) * Fraction(amount) / Fraction(whole.whole("asked"))
            whole.credited_taxes[code] = whole.credited_taxes.get(code, Fraction(0)) - share
            others.credited_taxes[code] = others.credited_taxes.get(code, Fraction(0)) + share

    def unallocated(self, day: date, standings: Mapping[str, Standing]) -> dict[tuple[str, str], Decimal]:
        """What lies on each customer's account for no document, by customer and currency; money is negative there."""
        result: dict[tuple[str, str], Decimal] = {}

        def add(customer: str, currency: str, amount: Decimal) -> None:
            result[customer, currency] = result.get((customer, currency), ZERO) + amount

        for standing in standings.values():
            add(standing.document.customer, standing.document.currency, -standing.over)
        for fact in self.all_facts:
            if fact.day <= day and fact.number not in standings:  # the money came before its invoice
                document = self.documents[fact.number]
                add(document.customer, document.currency, -fact.amount)
        for account in self.on_account:
            if account.day <= day:
                add(account.customer, account.currency, -account.amount)
        return {key: amount for key, amount in result.items() if amount}
