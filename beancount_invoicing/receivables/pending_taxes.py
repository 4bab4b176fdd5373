"""What each document adds to the taxes that are owed only once paid, and what deposits are deducted from it.

A final invoice under the deposit's own code lowers its own tax by what it deducts. Under another code – a deposit on goods, due
when it is received, and the rest at delivery (CGI, art. 269, 2 a) – it takes off what is owed already, and what still waits of the
deposit's tax, which then never becomes due by itself.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from beancount_invoicing.model import ZERO, Book, Day, Invoice, Source, TaxMovement
from beancount_invoicing.receivables.tax_shares import TwoCurrencyAmount
from beancount_invoicing.rules.currencies import currency_decimals
from beancount_invoicing.rules.steps import round_to
from beancount_invoicing.rules.tax import code_of_name


class PendingTaxKey(NamedTuple):
    """Where tax waits: the pending account, the code, the currency in which it is booked."""

    account: str
    code: str
    currency: str


class DepositTaxDeduction(NamedTuple):
    """A part of a deposit's tax that a later document takes off what waits of it."""

    date: Day
    number: str
    """Of that document."""
    amount: Decimal
    source: Source


@dataclass(slots=True)
class DocumentPendingTax:
    """The tax of one code on one document; amounts in the currency in which it is booked."""

    invoice: Invoice
    pending_key: PendingTaxKey
    rate: Decimal
    """In percent."""
    tax: TwoCurrencyAmount
    base: TwoCurrencyAmount
    due_at_once: Decimal
    """What of it the document books as owed at once; negative where it takes off too early what will be owed."""
    booked: Decimal
    """What it puts on the pending account, less what it deducts there."""
    booking_rate: Decimal | None
    """What it books for a unit of its currency, where that is another one."""
    deducted: list[DepositTaxDeduction] = field(default_factory=list)


DocumentAndTax = tuple[str, PendingTaxKey]
"""A document's number, and one tax of it."""


def pending_tax_by_document(book: Book, as_of: date) -> dict[str, dict[PendingTaxKey, DocumentPendingTax]]:
    """By number, the taxes that wait of documents and open items, dated on or before `as_of` (inclusive)."""
    by_place: defaultdict[DocumentAndTax, list[TaxMovement]] = defaultdict(list)
    for movement in book.tax_movements:
        if movement.date <= as_of:
            where = PendingTaxKey(movement.account, movement.code, movement.currency)
            by_place[movement.number, where].append(movement)
    documents: dict[str, Invoice] = {}
    for invoice in book.invoices:
        if not invoice.draft and invoice.kind != "void":
            documents.setdefault(invoice.number, invoice)
    own = {place: _own(movements) for place, movements in by_place.items()}
    of_item: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)
    for (number, _where), (waits, straight) in own.items():
        of_item[number] += waits + straight
    whole: dict[DocumentAndTax, tuple[Decimal, Decimal, Decimal, Decimal | None]] = {}
    for (number, where), (waits, straight) in own.items():
        if number in documents:
            whole[number, where] = _whole(book, documents[number], where, waits + straight, of_item[number])
    result: defaultdict[str, dict[PendingTaxKey, DocumentPendingTax]] = defaultdict(dict)
    later: defaultdict[DocumentAndTax, list[DepositTaxDeduction]] = defaultdict(list)
    for (number, where), those in sorted(by_place.items()):
        if number not in documents:
            continue
        waits, straight = own[number, where]
        rate, base, abroad, own_rate = whole[number, where]
        pending = [movement for movement in those if movement.deposit and not movement.to_due_account]
        early = sum((movement.amount for movement in those if movement.deposit and movement.to_due_account), ZERO)
        tax = waits + straight
        lowered = sum((movement.amount for movement in pending), ZERO)
        left = tax
        for one in sorted(pending, key=lambda movement: (movement.deposit, movement.amount, movement.source)):
            part = one.amount
            if not tax:
                part = ZERO  # a credit note of such an invoice gives back what it deducted
            elif tax > 0 and lowered >= 0:
                part = min(one.amount, max(left, ZERO))
            if one.amount != part:
                over = DepositTaxDeduction(documents[number].booked_from, number, one.amount - part, one.source)
                later[one.deposit, where].append(over)
            left -= part
            base -= _base_of(whole.get((one.deposit, where)), own.get((one.deposit, where)), part, rate, where)
        if tax >= 0:
            early = min(early, max(left, ZERO))
        if early:
            for one in those:
                if one.deposit and one.to_due_account:
                    base -= _base_of(whole.get((one.deposit, where)), own.get((one.deposit, where)), early, rate, where)
                    break
        tax = left - early
        if own_rate and tax != waits + straight:
            abroad = tax / own_rate
        result[number][where] = DocumentPendingTax(
            documents[number],
            where,
            rate,
            TwoCurrencyAmount(tax, abroad),
            TwoCurrencyAmount(base, base / own_rate if own_rate else base),
            straight - early,
            waits - lowered,
            own_rate,
        )
    for (number, where), deductions in later.items():
        if where in result.get(number, ()):
            result[number][where].deducted = sorted(deductions)
    return dict(result)


def _own(movements: Sequence[TaxMovement]) -> tuple[Decimal, Decimal]:
    """What a document adds to what waits, and what it books as owed at once, before deposits."""
    waits = -sum(
        (movement.amount for movement in movements if not movement.to_due_account and not movement.deposit), ZERO
    )
    straight = -sum(
        (movement.amount for movement in movements if movement.to_due_account and not movement.deposit), ZERO
    )
    return waits, straight


def _whole(
    book: Book, invoice: Invoice, where: PendingTaxKey, tax: Decimal, all_taxes: Decimal
) -> tuple[Decimal, Decimal, Decimal, Decimal | None]:
    """The rate of a document's tax, its base, the tax in the document's currency, and its rate of exchange."""
    amount = next((tax for tax in invoice.taxes if tax.tax.code == where.code), None)
    foreign = invoice.currency != where.currency
    own_rate = None
    if foreign:
        own_rate = invoice.booking_rate or (tax / amount.amount if amount and amount.amount else None)
    if amount:
        base = amount.base * own_rate if own_rate else amount.base
        return amount.tax.rate, base, amount.amount if own_rate else tax, own_rate
    dated = book.taxes.get(code_of_name(where.code, book.taxes))
    rate = dated.at(invoice.date).rate if dated else ZERO
    abroad = tax / own_rate if own_rate else tax
    return rate, _base(invoice, tax, all_taxes, rate, own_rate, where.currency), abroad, own_rate


def _base(
    invoice: Invoice, tax: Decimal, all_taxes: Decimal, rate: Decimal, own_rate: Decimal | None, currency: str
) -> Decimal:
    """The base of an open item's tax: the claim less its taxes, where that is the base at its rate; else tax / rate."""
    if not rate:
        return ZERO
    places = currency_decimals(currency)
    by_rate = tax * 100 / rate
    claim = invoice.payable * own_rate if own_rate else invoice.payable
    if abs(claim - all_taxes - by_rate) <= Decimal(1).scaleb(-places) * 100 / rate:
        return claim - all_taxes
    return round_to(by_rate, places)


def _base_of(
    deposit: tuple[Decimal, Decimal, Decimal, Decimal | None] | None,
    own: tuple[Decimal, Decimal] | None,
    part: Decimal,
    rate: Decimal,
    where: PendingTaxKey,
) -> Decimal:
    """The base of a part of a deposit's tax."""
    whole = sum(own, ZERO) if own else ZERO
    if deposit and whole:
        return round_to(deposit[1] * part / whole, currency_decimals(where.currency))
    return round_to(part * 100 / rate, currency_decimals(where.currency)) if rate else ZERO
