"""Money on a customer's account that no document has taken yet, and that may be for what is taxed once it is paid."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from beancount_invoicing.model import ZERO, Book, Payment, Tax
from beancount_invoicing.receivables.allocation import Allocated, Unallocated
from beancount_invoicing.rules.currencies import decimals
from beancount_invoicing.rules.tax import Charged, taxes_due


class Advance(NamedTuple):
    """What is left of a payment; if it is for services known by then, tax is due on it since that day."""

    payment: Payment
    customer: str
    amount: Decimal
    """In the payment's currency, positive."""
    taxes: tuple[Tax, ...]
    """The codes due on payment that the customer's documents may have."""
    tax: Decimal | None
    """The tax in the amount; None where several codes are possible."""


def advances(book: Book, allocated: Allocated) -> tuple[Advance, ...]:
    """What lies on the accounts of customers whose sales may be taxed once paid, by date.

    Debits that are of no document take the oldest of it first.
    """
    found: list[Advance] = []
    by_account: defaultdict[tuple[str, str], list[Unallocated]] = defaultdict(list)
    for one in allocated.unallocated:
        by_account[one.payment.customer, one.payment.currency].append(one)
    billed = _billed(book, {customer for customer, _currency in by_account}, allocated.as_of)
    for (customer, currency), those in sorted(by_account.items()):
        debits = sum((one.amount for one in those if one.amount > 0), ZERO)
        taxes = _on_payment(book, customer, billed[customer], allocated.as_of)
        if not taxes:
            continue
        for one in sorted(those, key=lambda one: (one.payment.date, one.amount, one.payment.source)):
            if one.amount >= 0:
                continue
            left = -one.amount - min(debits, -one.amount)
            debits = max(debits + one.amount, ZERO)
            if left:
                tax = _contained(left, taxes[0], decimals(currency)) if len(taxes) == 1 else None
                name = book.customers[customer].at(one.payment.date).name
                found.append(Advance(one.payment, name, left, taxes, tax))
    return tuple(sorted(found, key=lambda one: (one.payment.date, one.payment.customer, one.payment.source)))


def _billed(book: Book, customers: Collection[str], day: date) -> defaultdict[str, set[str]]:
    """The codes, of those under which a tax is due, that documents of these customers have up to `day`."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for invoice in book.invoices if customers else ():
        if invoice.customer and invoice.customer.account in customers and invoice.since <= day:
            codes = found[invoice.customer.account]
            for code in {line.tax for line in invoice.lines} - codes:
                if code in invoice.codes and invoice.codes[code].rate:
                    codes.add(code)
    return found


def _on_payment(book: Book, customer: str, billed: Collection[str], day: date) -> tuple[Tax, ...]:
    """The codes due on payment that a customer gets: its own; else those `billed` and those of contracts and their items; else the
    default; any, where nothing says which.
    """
    own = book.customers[customer].at(day).tax
    codes = {own} if own else set(billed)
    if not own:
        for dated in book.contracts.values():
            contract = dated.at(day)
            if book.accounts.get(contract.customer) == customer:
                item = book.items[contract.item].at(day) if contract.item in book.items else None
                codes.add(contract.tax or (item.tax if item else ""))
    codes = (codes - {""}) or {book.option("default-tax", day)} - {""}
    those = [book.taxes[code].at(day) for code in sorted(codes or set(book.taxes)) if code in book.taxes]
    return tuple(one for one in those if any(part.on_payment for part in one.parts or (one,)))


def _contained(gross: Decimal, tax: Tax, places: int) -> Decimal:
    """What an amount contains of a tax that is due on payment; of one that consists of parts, of those that are."""
    due = taxes_due([Charged(tax, ZERO, gross)], places).values()
    return sum((each.figure.value for each in due if each.tax.on_payment), ZERO)
