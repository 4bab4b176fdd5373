"""Ledgers of any size for measuring: the same bytes for the same size, with invoices and payments of every kind.

`python -m bench.ledgers 10000 FILE [--bare]` writes one; `--bare` leaves our plugin out.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

START = date(2024, 1, 1)
DAYS = 1000
LAST = START + timedelta(days=DAYS + 120)
CENT = Decimal("0.01")

HEAD = """option "title" "Bench"
option "operating_currency" "EUR"
2024-01-01 custom "invoice-seller" "Bench SARL"
  legal-form: "SARL au capital de 1 000 €"
  address: "1 rue de la Mesure"
  postcode: "35000"
  city: "Rennes"
  country: "FR"
  siren: "812345676"
  vat-id: "FR19812345676"
  register: "RCS Rennes 812 345 676"
  iban: "FR7630006000011234567890189"
  endpoint: "0225:812345676"
2024-01-01 custom "invoice-option" "number" "F{year}-{seq:06}"
2024-01-01 custom "invoice-option" "credit-note-number" "A-{seq:06}"
2024-01-01 custom "invoice-option" "late-interest" "12"
2024-01-01 custom "invoice-tax" "FR20" "TVA 20 %" Liabilities:VAT
  rate: 20
2024-01-01 custom "invoice-tax" "FR10E" "TVA 10 %" Liabilities:VAT
  rate: 10
  due-on: "payment"
  pending: Liabilities:VAT:Pending
2024-01-01 custom "invoice-item" "DEV" "Développement" Income:Services
  unit: "hour"
  price: 95.00
  tax: "FR20"
2024-01-01 open Assets:Bank EUR
2024-01-01 open Income:Services
2024-01-01 open Income:Goods
2024-01-01 open Expenses:BadDebt
2024-01-01 open Expenses:Office
2024-01-01 open Liabilities:VAT
2024-01-01 open Liabilities:VAT:Pending
"""


def customers(count: int) -> str:
    """The customers of a ledger."""
    return "".join(_customers(count))


def _customers(count: int) -> Iterator[str]:
    for number in range(count):
        yield (
            f"2024-01-01 open Assets:Clients:C{number:05} EUR\n"
            f'  customer: "Client {number:05} SAS"\n  address: "{number} rue du Client"\n  postcode: "44000"\n'
            f'  city: "Nantes"\n  country: "FR"\n  siren: "812345676"\n  endpoint: "0225:812345676"\n'
            f'  terms: "{("30 days", "45 days, end of month", "30% on receipt; 70% 60 days")[number % 3]}"\n'
            f"2024-01-01 open Assets:Clients:C{number:05}:Doubtful EUR\n"
        )


def invoice(number: str, day: date, account: str, chance: random.Random) -> tuple[str, Decimal]:
    """An invoice of one to four lines at two rates; its text and what is to be paid."""
    lines, nets = [], {"FR20": Decimal(0), "FR10E": Decimal(0)}
    for index in range(chance.randint(1, 4)):
        quantity, price = Decimal(chance.randint(1, 40)) / 2, Decimal(chance.randint(1000, 20000)) / 100
        code = "FR20" if chance.random() < 0.7 else "FR10E"
        net = (quantity * price).quantize(CENT, rounding="ROUND_HALF_UP")
        nets[code] += net
        lines.append(
            f'  Income:Services  {-net} EUR\n    text: "Prestation {index + 1}"\n    quantity: {quantity}\n'
            f'    price: {price}\n    tax: "{code}"\n'
        )
    taxes = {
        code: (net * rate / 100).quantize(CENT, rounding="ROUND_HALF_UP")
        for (code, net), rate in zip(nets.items(), (20, 10), strict=True)
    }
    payable = sum(nets.values(), Decimal(0)) + sum(taxes.values(), Decimal(0))
    text = (
        f'{day} * "Client" "Prestations" ^{number}\n  invoice: "{number}"\n  {account}  {payable} EUR\n{"".join(lines)}'
    )
    for code, where in (("FR20", "Liabilities:VAT"), ("FR10E", "Liabilities:VAT:Pending")):
        if taxes[code]:
            text += f'  {where}  {-taxes[code]} EUR\n    tax: "{code}"\n'
    return text, payable


def _credit_note(number: str, day: date, account: str, corrects: str, code: str) -> str:
    """5.00 given back under a code of the invoice."""
    where, tax = (
        ("Liabilities:VAT", Decimal("1.00")) if code == "FR20" else ("Liabilities:VAT:Pending", Decimal("0.50"))
    )
    return (
        f'{day} * "Client" "Avoir" ^{number} ^{corrects}\n  invoice: "{number}"\n  corrects: "{corrects}"\n'
        f'  {account}  {-5 - tax} EUR\n  Income:Services  5.00 EUR\n    text: "Geste"\n    quantity: -1\n    price: 5.00\n'
        f'    tax: "{code}"\n  {where}  {tax} EUR\n    tax: "{code}"\n'
    )


def _payments(number: str, day: date, account: str, due: Decimal, kind: int) -> Iterator[str]:
    """What is paid of an invoice: nothing, all, a part, too much, bounced, moved to doubtful, written off, unnamed."""

    def paid(amount: Decimal, days: int, link: str = f" ^{number}", settles: str = "") -> str:
        named = f'    settles: "{settles}"\n' if settles else ""
        legs = f"  Assets:Bank  {amount} EUR\n  {account}  {-amount} EUR\n{named}"
        return f'{day + timedelta(days=days)} * "Client" "VIR"{link}\n{legs}'

    half = (due / 2).quantize(CENT)
    if kind < 10:
        return
    if kind < 65:
        yield paid(due, 20 + kind)
    elif kind < 75:
        yield paid(due, 30, "", number)
    elif kind < 82:
        yield paid(half, 25)
        yield paid(due - half, 55)
    elif kind < 87:
        yield paid(half, 40)
    elif kind < 89:
        yield paid(due + 5, 33)
    elif kind < 92:
        yield paid(due, 28, "")
    elif kind < 94:
        yield paid(due, 30)
        yield paid(-due, 35)
        yield paid(due, 50)
    elif kind < 97:
        yield (
            f'{day + timedelta(days=90)} * "Client" "Douteux" ^{number}\n  {account}:Doubtful  {due} EUR\n'
            f"  {account}  {-due} EUR\n"
        )
        yield (
            f'{day + timedelta(days=110)} * "Client" "Perte" ^{number} #write-off\n  Expenses:BadDebt  {half} EUR\n'
            f"  {account}:Doubtful  {-half} EUR\n"
        )
    else:
        yield (f'{day + timedelta(days=60)} note {account} "Relance" ^{number}\n  event: "reminder"\n  level: 1\n')


def customers_of(count: int) -> int:
    """How many customers a ledger of `count` invoices has."""
    return max(count // 25, 3)


def ledger(count: int, plugin: bool = True, customers: int = 0) -> Iterator[str]:
    """The text of a ledger with `count` invoices of so many customers (0: as a small firm has), piece by piece."""
    chance = random.Random(count)  # noqa: S311 - the same ledger each time, nothing secret
    yield HEAD
    number_of = customers or customers_of(count)
    yield from _customers(number_of)
    year, sequence, notes = 0, 0, 0
    for index in range(count):
        day = START + timedelta(days=index * DAYS // count)
        sequence = sequence + 1 if day.year == year else 1
        year = day.year
        number = f"F{day.year}-{sequence:06}"
        account = f"Assets:Clients:C{chance.randrange(number_of):05}"
        kind = chance.randrange(100)
        text, due = invoice(number, day, account, chance)
        yield text
        if kind == 99:
            notes += 1
            code = "FR20" if 'tax: "FR20"' in text else "FR10E"
            yield _credit_note(f"A-{notes:06}", day, account, number, code)
        yield from _payments(number, day, account, due, kind)
        if index % 3 == 0:
            yield f'{day} * "Papeterie"\n  Expenses:Office  12.00 EUR\n  Assets:Bank\n'
    if plugin:
        yield '2024-01-01 custom "fava-extension" "beancount_invoicing.fava_ext"\nplugin "beancount_invoicing"\n'


def write(count: int, file: Path, plugin: bool = True, customers: int = 0) -> Path:
    """Writes a ledger, where it is not there already."""
    text = "\n".join(ledger(count, plugin, customers))
    if not file.is_file() or file.read_text(encoding="utf-8") != text:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return file


if __name__ == "__main__":
    write(int(sys.argv[1]), Path(sys.argv[2]), "--bare" not in sys.argv)
