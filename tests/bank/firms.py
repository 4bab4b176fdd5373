"""Firms drawn by chance: a ledger, the lines of their bank, and what each line really was for.

The truth is drawn first, then written the way payers and banks write it, with what misleads: digits of documents inside IBANs,
telephone numbers and dates, numbers that begin like others, equal amounts, drafts, cancelled and paid documents, two customers of
one name, amounts a cent off, payments that somebody typed into the ledger with a wrong day. Nothing here calls the program: who can
tell what a line is for is worked out by trying all choices.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from itertools import combinations
from typing import Literal, NamedTuple

from stdnum.iso7064 import mod_97_10

from beancount_invoicing.bank.statements import StatementLine
from beancount_invoicing.model import Day, Source

State = Literal["open", "paid", "cancelled", "draft", "later"]
Clue = Literal["reference", "number", "payer", "nothing"]
START = date(2026, 1, 5)
CENT = Decimal("0.01")
NAMES = (
    "Acier du Nord",
    "Boulangerie Petit",
    "Clinique Vauban",
    "Dupont Frères",
    "Études Rivière",
    "Garage Léon",
    "Garage Léon",
)
SERIES = (
    "F{year}-{seq:04}",
    "FA-{seq}",
    "F{year:02}{month:02}-{seq:03}",
    "{year}-{seq:05}",
    "{seq:06}",
    "INV/{year}/{seq:03}",
)
MOST_TO_TELL = 12
_TAX = """2025-01-01 open Liabilities:VAT:Pending
2025-01-01 custom "invoice-tax" "FR20E" "TVA 20 %" Liabilities:VAT
  category: "S"
  rate: 20
  due-on: "payment"
  pending: Liabilities:VAT:Pending"""


class Document(NamedTuple):
    """A document of the ledger; `state` is "open", or why nothing can be paid of it."""

    number: str
    customer: int
    date: date
    amount: Decimal
    state: State
    discount: Decimal = Decimal(0)
    """Offered for 60 days."""


class TrueLine(NamedTuple):
    """A line, what it settles of which document, by what one could tell so, and whether one surely could."""

    line: StatementLine
    settles: dict[str, Decimal]
    clue: Clue
    can_be_told: bool


class TypedPayment(NamedTuple):
    """A payment that the ledger has already, by hand, on another day than the bank's line."""

    date: Day
    line_date: Day
    amount: Decimal
    settles: dict[str, Decimal]
    customer: int


class Firm(NamedTuple):
    """A ledger (below the golden ledgers' prelude) and the lines of its bank."""

    ledger: str
    lines: tuple[TrueLine, ...]
    typed: tuple[TypedPayment, ...] = ()


def draw_firm(seed: int) -> Firm:
    """The firm of a seed."""
    drawing = _Drawing(random.Random(seed))  # noqa: S311 - no secret: the same firm for the same seed
    lines = sorted(drawing.lines(), key=lambda true: true.line.date)
    return Firm("\n".join(drawing.ledger()), tuple(_told(drawing, lines)), tuple(drawing.typed))


class _Drawing:
    """The choices of one firm."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.names = chance.sample(NAMES, chance.randint(2, len(NAMES)))
        self.ibans = [_iban(chance) for _name in self.names]
        self.known = [chance.random() < 0.6 for _name in self.names]
        self.series = chance.choice(SERIES)
        first = chance.choice((1, 7, 97, 995))
        self.taxed = chance.random() < 0.5
        pool = [_with_tax(chance) for _amount in range(chance.randint(4, 30))]
        count = chance.randint(3, 24)
        self.documents = [self._document(first + at, at, count, pool) for at in range(count)]
        self.left = {document.number: document.amount for document in self.documents if document.state == "open"}
        self.by_number = {document.number: document for document in self.documents}
        self.bank_ids = 0
        self.typed: list[TypedPayment] = []

    def _document(self, seq: int, at: int, count: int, pool: list[Decimal]) -> Document:
        day = START + timedelta(days=at * 40 // count)
        state: State = self.chance.choices(("open", "paid", "cancelled", "draft", "later"), (75, 10, 6, 5, 4))[0]
        number = f"draft-x-{seq}" if state == "draft" else self._number(seq, day)
        amount = self.chance.choice(pool) if self.chance.random() < 0.5 else _with_tax(self.chance)
        discount = (amount * 2 / 100).quantize(CENT, "ROUND_HALF_UP") if self.chance.random() < 0.15 else Decimal(0)
        later = timedelta(days=200) if state == "later" else timedelta()
        return Document(number, self.chance.randrange(len(self.names)), day + later, amount, state, discount)

    def _number(self, seq: int, day: date) -> str:
        year = day.year % 100 if "{year:02}" in self.series else day.year
        return self.series.format(year=year, month=day.month, seq=seq)

    # the ledger ----------------------------------------------------------------------------------------------------

    def ledger(self) -> Iterator[str]:
        """The directives of the firm."""
        for at, name in enumerate(self.names):
            yield f'2025-01-01 open Assets:Receivable:C{at}\n  customer: "{name} SARL"'
            if self.known[at]:
                yield f'  payer-iban: "{self.ibans[at]}"'
        yield _TAX
        for document in self.documents:
            yield from self._entries(document)
        for typed in self.typed:
            yield self._typed_entry(typed)

    def _typed_entry(self, typed: TypedPayment) -> str:
        account = f"Assets:Receivable:C{typed.customer}"
        legs = "".join(
            f'\n  {account}  {-amount} EUR\n    settles: "{number}"' for number, amount in typed.settles.items()
        )
        tax = sum((_net(amount)[1] for amount in typed.settles.values() if self.taxed), Decimal(0))
        moved = (
            f'\n  Liabilities:VAT:Pending  {tax} EUR\n    tax: "FR20E"\n  Liabilities:VAT  {-tax} EUR\n    tax: "FR20E"'
        )
        return (
            f'{typed.date} * "{self.names[typed.customer]}" "by hand"\n  Assets:Bank  {typed.amount} EUR{legs}'
            f"{moved if self.taxed else ''}"
        )

    def _income(self, amount: Decimal) -> str:
        """The other postings of a document: half of the firms owe the tax once they are paid."""
        if not self.taxed:
            return "  Income:Services"
        net, tax = _net(amount)
        return (
            f'  Income:Services  {-net} EUR\n    text: "Work"\n    tax: "FR20E"\n'
            f'  Liabilities:VAT:Pending  {-tax} EUR\n    tax: "FR20E"'
        )

    def _entries(self, document: Document) -> Iterator[str]:
        account = f"Assets:Receivable:C{document.customer}"
        flag = "!" if document.state == "draft" else "*"
        link = document.number.replace(" ", "")
        offer = '\n  cash-discount: "2% within 60 days"' if document.discount else ""
        yield (
            f'{document.date} {flag} "{self.names[document.customer]}" "Work" ^{link}\n  invoice: "{document.number}"{offer}\n'
            f"  {account}  {document.amount} EUR\n{self._income(document.amount)}"
        )
        if document.state == "paid":
            tax = _net(document.amount)[1]
            moved = f'\n  Liabilities:VAT:Pending  {tax} EUR\n    tax: "FR20E"\n  Liabilities:VAT  {-tax} EUR\n    tax: "FR20E"'
            yield (
                f'{document.date + timedelta(days=1)} * "paid" ^{link}\n  Assets:Bank  {document.amount} EUR\n'
                f"  {account}  {-document.amount} EUR{moved if self.taxed else ''}"
            )
        if document.state == "cancelled":
            yield (
                f'{document.date + timedelta(days=3)} * "x" "given back" ^A-{link} ^{link}\n  invoice: "A-{document.number}"\n'
                f'  corrects: "{document.number}"\n  {account}  -{document.amount} EUR\n{self._income(-document.amount)}'
            )

    # the lines -----------------------------------------------------------------------------------------------------

    def lines(self) -> Iterator[TrueLine]:
        """What the bank shows from the fiftieth day on."""
        for _line in range(self.chance.randint(3, 30)):
            day = START + timedelta(days=self.chance.randint(46, 90))
            draw = self.chance.choices(
                (self._payment, self._misleading, self._not_ours, self._returned, self._typed), (66, 15, 12, 3, 4)
            )[0]
            true = draw(day)
            if true is not None:
                yield true

    def _line(
        self, day: date, amount: Decimal, text: str = "", payer: str = "", iban: str = "", **more: object
    ) -> StatementLine:
        self.bank_ids += 1
        line = StatementLine(
            f"B{self.bank_ids}",
            day,
            amount,
            "EUR",
            Source("statement.xml", self.bank_ids),
            payer=payer,
            payer_iban=iban,
            text=text,
        )
        return line._replace(**more)  # type: ignore[arg-type] # the fields that a kind of line has beside

    def _payment(self, day: date) -> TrueLine | None:
        """Somebody pays one document or several, whole or in part, and says so in some way, or does not."""
        open_ = [number for number, left in self.left.items() if left]
        if not open_:
            return None
        first = self.by_number[self.chance.choice(open_)]
        numbers = [first.number]
        mine = [
            number for number in open_ if self.by_number[number].customer == first.customer and number != first.number
        ]
        if mine and self.chance.random() < 0.3:
            numbers += self.chance.sample(mine, self.chance.randint(1, min(3, len(mine))))
        clue: Clue = self.chance.choices(("reference", "number", "payer", "nothing"), (25, 40, 25, 10))[0]
        if clue == "reference":
            numbers = numbers[:1]
        settles = {number: self.left[number] for number in numbers}
        money = sum(settles.values(), Decimal(0))
        part = len(numbers) == 1 and clue in {"reference", "number"} and self.chance.random() < 0.25
        if part:
            money = self.chance.choice((money - CENT, (money / 3).quantize(CENT)))
            settles = {numbers[0]: money}
        elif (
            len(numbers) == 1
            and first.discount
            and self.left[first.number] == first.amount
            and self.chance.random() < 0.7
            and day <= first.date + timedelta(days=60)
        ):
            money -= first.discount
        if money <= 0:
            return None
        for number, amount in settles.items():
            self.left[number] -= amount
        untouched = all(amount == self.by_number[number].amount for number, amount in settles.items())
        whole = untouched and money == sum(settles.values(), Decimal(0))
        if whole and not part and self.chance.random() < 0.05:  # more than is open: nobody can say for what
            return TrueLine(
                self._written(day, money + CENT, numbers, clue, first.customer), settles, clue, can_be_told=False
            )
        return TrueLine(
            self._written(day, money, numbers, clue, first.customer), settles, clue, can_be_told=clue != "nothing"
        )

    def _typed(self, day: date) -> TrueLine | None:
        """A payment that somebody typed a week or more before, or after, in whole or in part: the line is to be booked for nothing.

        If the payer has another document of the amount, the line could as well be for that one.
        """
        open_ = [number for number, left in self.left.items() if left == self.by_number[number].amount]
        twins = Counter((self.by_number[number].customer, self.by_number[number].amount) for number in open_)
        document = max(
            (self.by_number[number] for number in self.chance.sample(open_, min(4, len(open_)))),
            key=lambda document: twins[document.customer, document.amount],
            default=None,
        )
        if document is None:
            return None
        part = not self.taxed and self.chance.random() < 0.4
        money = (document.amount / 3).quantize(CENT) if part else document.amount
        typed = max(day + timedelta(days=self.chance.choice((-1, 1)) * self.chance.randint(6, 30)), document.date)
        if money <= 0 or abs(typed - day) < timedelta(days=6):
            return None
        self.left[document.number] -= money
        self.typed.append(TypedPayment(typed, day, money, {document.number: money}, document.customer))
        clue: Clue = self.chance.choices(("number", "payer"), (60, 40))[0]
        line = self._written(day, money, [document.number], clue, document.customer)
        return TrueLine(line, {}, "nothing", can_be_told=False)

    def _written(self, day: date, money: Decimal, numbers: list[str], clue: Clue, customer: int) -> StatementLine:
        """As payers and banks write it."""
        name, iban = self.names[customer], self.ibans[customer]
        if clue == "reference":
            core = "".join(sign for sign in numbers[0].upper() if sign.isalnum())
            reference = f"RF{mod_97_10.calc_check_digits(core + 'RF')}{core}"
            if self.chance.random() < 0.5:
                return self._line(day, money, self._noise(day), name.upper(), iban, references=(reference,))
            groups = " ".join(reference[at : at + 4] for at in range(0, len(reference), 4))
            return self._line(day, money, groups, name.upper(), iban)
        if clue == "number":
            text = self._mangled(day, numbers)
            somebody = self.chance.random() < 0.2
            return self._line(day, money, text, "GROUPE HOLDING" if somebody else name, "" if somebody else iban)
        if clue == "payer":
            return self._line(day, money, self._noise(day), self.chance.choice((name, "M OU MME X")), iban)
        return self._line(day, money, self._noise(day), self.chance.choice((name, "")), "")

    def _mangled(self, day: date, numbers: list[str]) -> str:
        chance = self.chance
        written = []
        for number in numbers:
            digits_only = number.isdigit()
            way = chance.randrange(2 if digits_only else 5)
            spaced = number.replace("-", " ").replace("/", " ")
            glued = number.replace("-", "").replace("/", "")
            written.append((number, number.lower(), spaced, glued, glued.lower())[way])
        text = chance.choice(("FACT ", "Facture n° ", "REF:", "")) + chance.choice((" ", " et ", ", ")).join(written)
        if chance.random() < 0.5:
            text = f"{self._noise(day)} {text}"
        if chance.random() < 0.3:
            text = f"{text} {self._noise(day)}"
        if chance.random() < 0.3:  # as a bank fills its lines
            width = chance.choice((27, 35))
            text = " ".join(text[at : at + width].strip() for at in range(0, len(text), width))
        return text

    def _noise(self, day: date) -> str:
        """What is beside the number: an IBAN with the digits of a document in it, a telephone number, a day, a name."""
        number = self.chance.choice(self.documents).number
        digits = "".join(sign for sign in number if sign.isdigit())
        iban = _iban(self.chance, digits)
        grouped = " ".join(iban[at : at + 4] for at in range(0, len(iban), 4))
        return self.chance.choice(
            (
                "VIR SEPA RECU",
                f"DE {iban}",
                f"DE {grouped}",
                f"TEL 06 {self.chance.randint(10, 99)} {self.chance.randint(10, 99)} 12 34",
                f"LE {day:%d/%m/%Y}",
                f"X{number}Y",
                f"CLIENT 9{digits}9",
                "MERCI DE VOTRE PATIENCE",
                f"{self.chance.randint(1, 99)} RUE DES LILAS",
            )
        )

    def _misleading(self, day: date) -> TrueLine | None:
        """Money that names what cannot be paid, or whose amount is that of something else."""
        gone = [
            document for document in self.documents if document.state != "open" and document.number not in self.left
        ]
        if not gone:
            return None
        document = self.chance.choice(gone)
        self.left[document.number] = Decimal(0)  # never to come back: it would be open again, and this its payment
        payer, iban = self.names[document.customer], self.ibans[document.customer]
        text = f"FACT {document.number}" if self.chance.random() < 0.8 else "VIR"
        return TrueLine(
            self._line(day, document.amount, text, payer, iban if text != "VIR" else ""),
            {},
            "nothing",
            can_be_told=False,
        )

    def _not_ours(self, day: date) -> TrueLine:
        """A supplier, a wage, a tax office."""
        amount = -Decimal(self.chance.randint(500, 90000)) / 100
        if self.chance.random() < 0.3:
            amount = -self.chance.choice(self.documents).amount
        return TrueLine(
            self._line(day, amount, self._noise(day), "FOURNISSEUR SA", _iban(self.chance)),
            {},
            "nothing",
            can_be_told=False,
        )

    def _returned(self, day: date) -> TrueLine | None:
        """A debit that was paid comes back."""
        paid = [
            document for document in self.documents if document.state == "paid" and document.number not in self.left
        ]
        if not paid:
            return None
        document = self.chance.choice(paid)
        self.left[document.number] = Decimal(0)  # once, and never to be paid again here
        line = self._line(
            day, -document.amount, document.number, self.names[document.customer], is_return=True, return_reason="AM04"
        )
        return TrueLine(line, {document.number: -document.amount}, "number", can_be_told=True)


def _with_tax(chance: random.Random) -> Decimal:
    """An amount with 20 % of tax in it."""
    net = Decimal(chance.randint(1000, 330000)) / 100
    return net + _tax(net)


def _tax(net: Decimal) -> Decimal:
    return (net / 5).quantize(CENT, "ROUND_HALF_UP")


def _net(amount: Decimal) -> tuple[Decimal, Decimal]:
    """The amount without tax, and the tax."""
    near = (amount / Decimal("1.2")).quantize(CENT)
    net = next(net for net in (near, near - CENT, near + CENT) if net + _tax(abs(net)).copy_sign(net) == amount)
    return net, amount - net


def _told(drawing: _Drawing, lines: list[TrueLine]) -> Iterator[TrueLine]:
    """The lines, with whether one could tell: by an account that is known, only where no other choice makes the amount."""
    paid_by_name = {number for true in lines if true.clue in {"reference", "number"} for number in true.settles}
    for true in lines:
        if true.can_be_told and _perhaps_typed(drawing, true):
            yield true._replace(can_be_told=False)
            continue
        if true.clue != "payer" or not true.can_be_told:
            yield true
            continue
        customer = drawing.by_number[next(iter(true.settles))].customer
        amounts = [
            (document.amount, document.amount - document.discount)
            for document in drawing.documents
            if document.customer == customer and document.state == "open"
        ]
        clear = paid_by_name.isdisjoint(true.settles) and drawing.known[customer]
        yield true._replace(can_be_told=clear and _only_choice(amounts, true.line.amount))


def _perhaps_typed(drawing: _Drawing, true: TrueLine) -> bool:
    """Whether somebody typed a payment of the same customer and amount some time before or after."""
    customers = {drawing.by_number[number].customer for number in true.settles}
    return any(
        typed.customer in customers
        and typed.amount == true.line.amount
        and abs(typed.date - true.line.date) <= timedelta(days=30)
        for typed in drawing.typed
    )


def _only_choice(amounts: list[tuple[Decimal, Decimal]], money: Decimal) -> bool:
    """Whether one choice at most of these documents, whole or less their discounts, makes the money: all choices are tried."""
    if len(amounts) > MOST_TO_TELL:
        return False
    count = 0
    for size in range(1, len(amounts) + 1):
        for choice in combinations(amounts, size):
            sums = {Decimal(0)}
            for whole, less in choice:
                sums = {before + amount for before in sums for amount in {whole, less}}
            count += money in sums
            if count > 1:
                return False
    return True


def _iban(chance: random.Random, digits: str = "") -> str:
    """A French IBAN with right check digits; `digits` stand in it."""
    body = (digits + "".join(str(chance.randrange(10)) for _digit in range(23)))[:23]
    turn = chance.randrange(5)
    body = body[-turn:] + body[:-turn] if turn else body
    return f"FR{98 - int(body + '152700') % 97:02}{body}"
