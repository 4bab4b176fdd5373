"""The pending tax (due only on payment) that each document adds, and the deposits deducted from it.

A final invoice under the deposit's own code lowers its own tax by what it deducts. Under another code – a deposit on goods, due
when it is received, and the rest at delivery (CGI, art. 269, 2 a) – it takes off what is due already, and what is still pending of
the deposit's tax, which then never becomes due.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
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
    """Where a tax is pending: the account, the code, and the currency in which it is booked."""

    account: str
    code: str
    currency: str


class DepositTaxDeduction(NamedTuple):
    """A part of a deposit's tax that a later document takes off the pending amount."""

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
    """What the document books as due at once; negative if it takes off early what will become due."""
    booked: Decimal
    """What it adds to the pending account, less what it deducts there."""
    booking_rate: Decimal | None
    """What it books for a unit of its currency, if that is another one."""
    deducted: list[DepositTaxDeduction] = field(default_factory=list)


DocumentAndTax = tuple[str, PendingTaxKey]
"""A document's number, and one tax of it."""


def pending_tax_by_document(book: Book, as_of: date) -> dict[str, dict[PendingTaxKey, DocumentPendingTax]]:
    """By number, the pending taxes of documents and open items dated on or before `as_of` (inclusive)."""
    by_place: defaultdict[DocumentAndTax, list[TaxMovement]] = defaultdict(list)
    for movement in book.tax_movements:
        if movement.date <= as_of:
            key = PendingTaxKey(movement.account, movement.code, movement.currency)
            by_place[movement.number, key].append(movement)
    documents: dict[str, Invoice] = {}
    for invoice in book.invoices:
        if not invoice.draft and invoice.kind != "void":
            documents.setdefault(invoice.number, invoice)
    before_deposits = _before_deposits(book, documents, by_place)
    result: defaultdict[str, dict[PendingTaxKey, DocumentPendingTax]] = defaultdict(dict)
    later: defaultdict[DocumentAndTax, list[DepositTaxDeduction]] = defaultdict(list)
    for (number, key), movements in sorted(by_place.items()):
        if number in documents:
            result[number][key] = _less_deposits(documents[number], key, movements, before_deposits, later)
    for (number, key), deductions in later.items():
        if key in result.get(number, ()):
            result[number][key].deducted = sorted(deductions)
    return dict(result)


def tax_waiting(book: Book, as_of: date) -> Mapping[tuple[str, str], Decimal]:
    """What documents and open items of `as_of` or earlier add to accounts of tax that waits for payments, less what they deduct
    there, by number and currency: the sums of `booked`, without the rest.
    """
    found: defaultdict[tuple[str, str], Decimal] = defaultdict(lambda: ZERO)
    for movement in book.tax_movements:
        if movement.number and not movement.to_due_account and movement.date <= as_of:
            found[movement.number, movement.currency] -= movement.amount
    return found


class _TaxBeforeDeposits(NamedTuple):
    """One tax of a document before deposits are deducted, in the currency in which it is booked, except `in_document_currency`."""

    waits: Decimal
    due_at_once: Decimal
    rate: Decimal = ZERO
    base: Decimal = ZERO
    in_document_currency: Decimal = ZERO
    booking_rate: Decimal | None = None
    is_of_document: bool = False

    @property
    def tax(self) -> Decimal:
        """All of it."""
        return self.waits + self.due_at_once


def _before_deposits(
    book: Book, documents: Mapping[str, Invoice], by_place: Mapping[DocumentAndTax, Sequence[TaxMovement]]
) -> dict[DocumentAndTax, _TaxBeforeDeposits]:
    """The taxes as documents book them; for anything that is not a document, only the amounts."""
    amounts = {place: _TaxBeforeDeposits(*_own(movements)) for place, movements in by_place.items()}
    all_taxes: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)
    for (number, _key), amount in amounts.items():
        all_taxes[number] += amount.tax
    for (number, key), amount in amounts.items():
        if number in documents:
            rate, base, abroad, booking_rate = _whole(book, documents[number], key, amount.tax, all_taxes[number])
            amounts[number, key] = amount._replace(
                rate=rate,
                base=base,
                in_document_currency=abroad,
                booking_rate=booking_rate,
                is_of_document=True,
            )
    return amounts


def _less_deposits(
    invoice: Invoice,
    key: PendingTaxKey,
    movements: Sequence[TaxMovement],
    before_deposits: Mapping[DocumentAndTax, _TaxBeforeDeposits],
    later: defaultdict[DocumentAndTax, list[DepositTaxDeduction]],
) -> DocumentPendingTax:
    """A tax of a document less the deposits that it deducts; any deduction beyond its own tax is added to `later`."""
    own = before_deposits[invoice.number, key]
    deducted = [movement for movement in movements if movement.deposit and not movement.to_due_account]
    early = [movement for movement in movements if movement.deposit and movement.to_due_account]
    lowered = sum((movement.amount for movement in deducted), ZERO)
    left, base = own.tax, own.base
    for movement in sorted(deducted, key=lambda movement: (movement.deposit, movement.amount, movement.source)):
        part = movement.amount
        if not own.tax:
            part = ZERO  # a credit note of such an invoice gives back what it deducted
        elif own.tax > 0 and lowered >= 0:
            part = min(movement.amount, max(left, ZERO))
        if movement.amount != part:
            beyond = DepositTaxDeduction(invoice.booked_from, invoice.number, movement.amount - part, movement.source)
            later[movement.deposit, key].append(beyond)
        left -= part
        base -= _base_of(before_deposits.get((movement.deposit, key)), part, own.rate, key)
    too_early = sum((movement.amount for movement in early), ZERO)
    if own.tax >= 0:
        too_early = min(too_early, max(left, ZERO))
    if too_early:
        base -= _base_of(before_deposits.get((early[0].deposit, key)), too_early, own.rate, key)
    tax, abroad = left - too_early, own.in_document_currency
    if own.booking_rate and tax != own.tax:
        abroad = tax / own.booking_rate
    return DocumentPendingTax(
        invoice,
        key,
        own.rate,
        TwoCurrencyAmount(tax, abroad),
        TwoCurrencyAmount(base, base / own.booking_rate if own.booking_rate else base),
        own.due_at_once - too_early,
        own.waits - lowered,
        own.booking_rate,
    )


def _own(movements: Sequence[TaxMovement]) -> tuple[Decimal, Decimal]:
    """What a document adds to the pending account, and what it books as due at once, before deposits."""
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
    """The rate of a document's tax, its base, the tax in the document's currency, and its exchange rate."""
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
    """The base of an open item's tax: the claim less its taxes, if that is the base at its rate; else tax / rate."""
    if not rate:
        return ZERO
    places = currency_decimals(currency)
    by_rate = tax * 100 / rate
    claim = invoice.payable * own_rate if own_rate else invoice.payable
    if abs(claim - all_taxes - by_rate) <= Decimal(1).scaleb(-places) * 100 / rate:
        return claim - all_taxes
    return round_to(by_rate, places)


def _base_of(deposit: _TaxBeforeDeposits | None, part: Decimal, rate: Decimal, key: PendingTaxKey) -> Decimal:
    """The base of a part of a deposit's tax; `rate` (percent): that of the document that deducts it, if the deposit is not
    known.
    """
    if deposit and deposit.is_of_document and deposit.tax:
        return round_to(deposit.base * part / deposit.tax, currency_decimals(key.currency))
    return round_to(part * 100 / rate, currency_decimals(key.currency)) if rate else ZERO
