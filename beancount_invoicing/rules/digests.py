"""The facts of a document: what counts in law – who, what, when, how much –, apart from its looks and its delivery.

The digest of these terms is sealed beside the document's bytes. Layout, colours, our wording, languages, e-mail addresses and
payments are not part of it, nor are accounts and tax codes, which are internal to the books.
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

DIGEST_FORMAT = "1"
"""The form of the terms below: what was sealed in a form is compared in that form, by whatever version.

Never change its content; another term needs a new form beside it.
"""

_Said = str | list["_Said"]


def content_digest(book: Book, invoice: Invoice) -> str:
    """The digest of a document's business terms as the ledger says them: `1:` (the form of the terms) and a SHA-256 in hexadecimal
    digits."""
    text = json.dumps(list(_terms(book, invoice)), ensure_ascii=False, separators=(",", ":"))
    return f"{DIGEST_FORMAT}:{sha256(text.encode()).hexdigest()}"


def is_known_digest(facts: str) -> bool:
    """Whether a sealed digest is of a form that this version knows."""
    return facts.startswith(f"{DIGEST_FORMAT}:")


def _terms(book: Book, invoice: Invoice) -> Iterator[list[_Said]]:
    yield ["document", invoice.number, invoice.kind, _day(invoice.date), invoice.currency]
    if invoice.supplied_on:
        yield ["delivered", _day(invoice.supplied_on)]
    if book.seller:
        yield ["seller", *_seller(book.seller.at(invoice.date))]
    if invoice.customer:
        yield ["buyer", *_buyer(invoice.customer)]
        yield ["paid-to", _packed(_payee(book, invoice, invoice.customer))]
    for line in invoice.lines:
        yield ["line", *_line(invoice, line)]
    for adjustment in invoice.adjustments:
        yield [
            "adjustment",
            _text(adjustment.reason),
            _number(adjustment.net),
            *_tax(invoice.tax_codes.get(adjustment.tax)),
        ]
    for amount in invoice.taxes:
        value = [_number(amount.booked), amount.booked_currency] if amount.booked_currency else []
        reason = _text(amount.tax.reason).rstrip(".").casefold()
        yield ["tax", *_tax(amount.tax), reason, _number(amount.base), _number(amount.amount), *value]
    for part in invoice.deductions:
        yield ["deducted", part.number, _number(part.amount)]
    for payment in invoice.immediate_payments:
        yield ["paid-at-once", _number(payment.amount)]
    to_pay: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)
    for instalment in invoice.instalments:
        due = instalment.due_on_page(invoice.date)
        to_pay[_day(due) if due else ""] += instalment.amount
    for day, owed in sorted(to_pay.items()):
        yield ["to-pay", day, _number(owed)]
    yield ["rounding", _number(invoice.rounding)]
    if invoice.replaces:
        yield ["in-place-of", invoice.replaces]
    yield ["about", list(invoice.corrects), invoice.interest_on, _text(invoice.contract_reference), _text(invoice.note)]


def _seller(seller: Seller) -> list[_Said]:
    return [
        _text(seller.name), _address(seller.address), _text(seller.legal_form), _packed(seller.siren), _packed(seller.siret),
        _packed(seller.vat_id),
        _text(seller.register),
    ]  # fmt: skip


def _buyer(customer: Customer) -> list[_Said]:
    return [
        _text(customer.name), _address(customer.address), _address(customer.delivery or Address()), _text(customer.legal_form),
        _packed(customer.siren),
        _packed(customer.siret), _packed(customer.vat_id), _text(customer.register), _text(customer.purchase_order),
        _text(customer.service_code),
        _text(customer.cash_discount),
    ]  # fmt: skip


def _payee(book: Book, invoice: Invoice, customer: Customer) -> str:
    """The IBAN to pay to: the customer's own, else the seller's."""
    return customer.iban or (book.seller.at(invoice.date).iban if book.seller else "")


def _line(invoice: Invoice, line: Line) -> list[_Said]:
    figures = (line.quantity, line.price, line.price_with_tax, line.discount, line.net)
    return [
        _text(line.text),
        _text(line.unit),
        *("" if figure is None else _number(figure) for figure in figures),
        *("" if day is None else _day(day) for day in (line.start, line.end)),
        *_tax(invoice.tax_codes.get(line.tax)),
    ]


def _tax(tax: Tax | None) -> list[_Said]:
    """A tax by its content, whatever the books call it."""
    if tax is None:
        return []
    if tax.parts:
        return [[value for part in tax.parts for value in _tax(part)]]
    return [tax.category, _number(tax.rate), "withheld" if tax.withholding else ""]


def _address(address: Address) -> _Said:
    return [*map(_text, address.street), _packed(address.postcode), _text(address.city), address.country]


def _text(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def _packed(text: str) -> str:
    """An identifier without its spaces."""
    return "".join(text.split())


def _day(day: date) -> str:
    return date(day.year, day.month, day.day).isoformat()


def _number(number: Decimal) -> str:
    """A number without its trailing zeros."""
    return f"{number.normalize():f}" if number else "0"
