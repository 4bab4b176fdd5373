"""What a document says that counts in law – who, what, when, how much –, apart from how it looks or goes: its facts.

The digest of these terms is sealed beside the document's bytes. Layout, colours, words of ours, languages, e-mail addresses and
payments are no part of it, nor are accounts and tax codes: these are the books' own.
"""

from __future__ import annotations

import json
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from hashlib import sha256

from beancount_invoicing.model import ZERO, Address, Book, Customer, Invoice, Line, Seller, Tax

FORM = "1"
"""The form of the terms below: what was sealed in a form is compared in that form, by whatever version. Never change what it says;
a term more is a new form beside it."""

_Said = str | list["_Said"]


def digest(book: Book, invoice: Invoice) -> str:
    """The digest of a document's business terms as the ledger says them: `1:` (the form of the terms) and a SHA-256 in hexadecimal
    digits."""
    said = json.dumps(list(_terms(book, invoice)), ensure_ascii=False, separators=(",", ":"))
    return f"{FORM}:{sha256(said.encode()).hexdigest()}"


def comparable(facts: str) -> bool:
    """Whether a sealed digest is of a form that this version knows."""
    return facts.startswith(f"{FORM}:")


def _terms(book: Book, invoice: Invoice) -> Iterator[list[_Said]]:
    yield ["document", invoice.number, invoice.kind, _day(invoice.date), invoice.currency]
    if invoice.delivered:
        yield ["delivered", _day(invoice.delivered)]
    if book.seller:
        yield ["seller", *_seller(book.seller.at(invoice.date))]
    if invoice.customer:
        yield ["buyer", *_buyer(invoice.customer)]
        yield ["paid-to", _packed(_payee(book, invoice, invoice.customer))]
    for line in invoice.lines:
        yield ["line", *_line(invoice, line)]
    for each in invoice.adjustments:
        yield ["adjustment", _text(each.reason), _number(each.net), *_tax(invoice.codes.get(each.tax))]
    for amount in invoice.taxes:
        value = [_number(amount.booked), amount.booked_currency] if amount.booked_currency else []
        reason = _text(amount.tax.reason).rstrip(".").casefold()
        yield ["tax", *_tax(amount.tax), reason, _number(amount.base), _number(amount.amount), *value]
    for part in invoice.deductions:
        yield ["deducted", part.number, _number(part.amount)]
    for one in invoice.at_once:
        yield ["paid-at-once", _number(one.amount)]
    to_pay: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)
    for instalment in invoice.instalments:
        due = instalment.due_on_page(invoice.date)
        to_pay[_day(due) if due else ""] += instalment.amount
    for day, owed in sorted(to_pay.items()):
        yield ["to-pay", day, _number(owed)]
    yield ["rounding", _number(invoice.rounding)]
    yield ["about", list(invoice.corrects), invoice.claims, _text(invoice.contract_reference), _text(invoice.note)]


def _seller(one: Seller) -> list[_Said]:
    return [
        _text(one.name), _address(one.address), _text(one.legal_form), _packed(one.siren), _packed(one.siret), _packed(one.vat_id),
        _text(one.register),
    ]  # fmt: skip


def _buyer(one: Customer) -> list[_Said]:
    return [
        _text(one.name), _address(one.address), _address(one.delivery or Address()), _text(one.legal_form), _packed(one.siren),
        _packed(one.siret), _packed(one.vat_id), _text(one.register), _text(one.purchase_order), _text(one.service_code),
        _text(one.cash_discount),
    ]  # fmt: skip


def _payee(book: Book, invoice: Invoice, customer: Customer) -> str:
    """The IBAN that is paid to: the customer's own, else the seller's."""
    return customer.iban or (book.seller.at(invoice.date).iban if book.seller else "")


def _line(invoice: Invoice, line: Line) -> list[_Said]:
    figures = (line.quantity, line.price, line.price_with_tax, line.discount, line.net)
    return [
        _text(line.text),
        _text(line.unit),
        *("" if figure is None else _number(figure) for figure in figures),
        *("" if day is None else _day(day) for day in (line.start, line.end)),
        *_tax(invoice.codes.get(line.tax)),
    ]


def _tax(tax: Tax | None) -> list[_Said]:
    """A tax by what it is, whatever the books call it."""
    if tax is None:
        return []
    if tax.parts:
        return [[each for part in tax.parts for each in _tax(part)]]
    return [tax.category, _number(tax.rate), "withheld" if tax.withholding else ""]


def _address(one: Address) -> _Said:
    return [*map(_text, one.street), _packed(one.postcode), _text(one.city), one.country]


def _text(said: str) -> str:
    return " ".join(unicodedata.normalize("NFC", said).split())


def _packed(said: str) -> str:
    """An identifier: spaces are nobody's."""
    return "".join(said.split())


def _day(day: date) -> str:
    return date(day.year, day.month, day.day).isoformat()


def _number(number: Decimal) -> str:
    """A number without regard to how many zeros it is written with."""
    return f"{number.normalize():f}" if number else "0"
