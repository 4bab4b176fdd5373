"""Money on a customer's account that no document has used yet, and that may be for supplies taxed on payment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from beancount_invoicing.model import ZERO, Book, Payment, Tax
from beancount_invoicing.receivables.allocation import Allocated, Unallocated
from beancount_invoicing.rules.currencies import currency_decimals
from beancount_invoicing.rules.tax import TaxableAmount, taxes_due


class Advance(NamedTuple):
    """What is left of a payment; if it is for services known by then, tax has been due on it since that day."""

    payment: Payment
    customer: str
    amount: Decimal
    """In the payment's currency, positive."""
    taxes: tuple[Tax, ...]
    """The tax codes due on payment that the customer's documents may have."""
    tax: Decimal | None
    """The tax in the amount; None if several codes are possible."""


def advances(book: Book, allocated: Allocated) -> tuple[Advance, ...]:
    """The unused money on the accounts of customers whose sales may be taxed on payment, by date.

    Debits that belong to no document use up the oldest of it first.
    """
    found: list[Advance] = []
    by_account: defaultdict[tuple[str, str], list[Unallocated]] = defaultdict(list)
    for unallocated in allocated.unallocated:
        by_account[unallocated.payment.customer, unallocated.payment.currency].append(unallocated)
    billed = _billed(book, {customer for customer, _currency in by_account}, allocated.as_of)
    for (customer, currency), unallocateds in sorted(by_account.items()):
        debits = sum((max(rest.amount, ZERO) for rest in unallocateds), ZERO)
        taxes = _on_payment(book, customer, billed[customer], allocated.as_of)
        if not taxes:
            continue
        for unallocated in sorted(unallocateds, key=lambda rest: (rest.payment.date, rest.amount, rest.payment.source)):
            if unallocated.amount >= 0:
                continue
            left = -unallocated.amount - min(debits, -unallocated.amount)
            debits = max(debits + unallocated.amount, ZERO)
            if left:
                parts = tax_contained(left, taxes[0], currency_decimals(currency)) if len(taxes) == 1 else None
                tax = sum((amount for _tax, amount in parts), ZERO) if parts is not None else None
                name = book.customers[customer].at(unallocated.payment.date).name
                found.append(Advance(unallocated.payment, name, left, taxes, tax))
    return tuple(
        sorted(found, key=lambda advance: (advance.payment.date, advance.payment.customer, advance.payment.source))
    )


def _billed(book: Book, customers: Collection[str], day: date) -> defaultdict[str, set[str]]:
    """The codes, of those under which a tax is due, that documents of these customers have up to `day`."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for invoice in book.invoices if customers else ():
        if invoice.customer and invoice.customer.account in customers and invoice.booked_from <= day:
            codes = found[invoice.customer.account]
            for code in {line.tax for line in invoice.lines} - codes:
                if code in invoice.tax_codes and invoice.tax_codes[code].rate:
                    codes.add(code)
    return found


def _on_payment(book: Book, customer: str, billed: Collection[str], day: date) -> tuple[Tax, ...]:
    """The codes due on payment for a customer: its own; else those `billed` and those of its contracts and their items; else
    the default; all, if nothing decides.
    """
    own = book.customers[customer].at(day).tax
    codes = {own} if own else set(billed)
    if not own:
        for dated in book.contracts.values():
            contract = dated.at(day)
            if book.main_accounts.get(contract.customer) == customer:
                item = book.items[contract.item].at(day) if contract.item in book.items else None
                codes.add(contract.tax or (item.tax if item else ""))
    codes = (codes - {""}) or {book.option("default-tax", day)} - {""}
    taxes = [book.taxes[code].at(day) for code in sorted(codes or set(book.taxes)) if code in book.taxes]
    return tuple(tax for tax in taxes if any(part.on_payment for part in tax.parts or (tax,)))


def tax_contained(gross: Decimal, tax: Tax, places: int) -> tuple[tuple[Tax, Decimal], ...]:
    """The taxes due on payment that an amount contains: the tax itself, or the parts of it that are due on payment and above 0."""
    due = taxes_due([TaxableAmount(tax, ZERO, gross)], places).values()
    return tuple(
        (code_tax.tax, code_tax.figure.value) for code_tax in due if code_tax.tax.on_payment and code_tax.figure.value
    )
