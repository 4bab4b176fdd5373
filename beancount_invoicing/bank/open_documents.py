"""What a payment may be for: the open documents, by number, customer and amount; and what is known of the others."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from beancount_invoicing.bank.handed_in import HandedIn, handed_in
from beancount_invoicing.bank.names import NameIndex, name_index
from beancount_invoicing.bank.tokens import NumberIndex, number_index
from beancount_invoicing.messages import _
from beancount_invoicing.model import ZERO, Book, Day, Invoice, Source
from beancount_invoicing.receivables import Allocated, OpenItem, allocate
from beancount_invoicing.rules import currencies, payment_terms
from beancount_invoicing.rules.exact import exact

_EEA = frozenset(
    ("AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IS", "IT", "LI", "LT", "LU", "LV",
     "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK")
)  # fmt: skip
"""Where a payment in a currency of the EEA arrives whole (directive (EU) 2015/2366, art. 81)."""
_NO_DIGITS = re.compile(r"[^0-9]+")


class Discount(NamedTuple):
    """The discount for a payer who pays everything that is open by a day (inclusive)."""

    until: Day
    amount: Decimal


class OpenPart(NamedTuple):
    """What is open of one instalment on one account."""

    account: str
    due: Day
    open: Decimal
    instalment: int
    """Its index, from 1."""
    retained: bool
    """It is a retention: whoever pays the rest pays everything that is due."""


class OpenDocument(NamedTuple):
    """A document of which something is open. `open` is negative of what the customer is owed."""

    number: str
    customer: str
    """Main account of the customer who owes it."""
    customer_name: str
    currency: str
    date: Day
    """The day from which it is in the books."""
    open: Decimal
    parts: tuple[OpenPart, ...]
    """The first due first."""
    discount: Discount | None = None
    is_beyond_eea: bool = False
    """Whether its customer is known to be where intermediary banks may deduct fees from a payment in euros."""
    claims: tuple[str, ...] = ()
    """The open claims for interest and indemnity on it."""


class ReceivedPayment(NamedTuple):
    """Money that settled a document, as far as it was not given back."""

    number: str
    date: Day
    amount: Decimal
    currency: str


class Receivables(NamedTuple):
    """Everything with which lines of a statement are compared, as of one day."""

    documents: Mapping[str, OpenDocument]
    numbers: NumberIndex
    digits: Mapping[str, tuple[str, ...]]
    """Numbers by their digits, without leading zeros, as in references without letters."""
    customers_of: Mapping[str, str]
    """The main account of the customer invoiced, by number, of what is not open."""
    states: Mapping[str, str]
    """For each number that is not open: why nothing of it is, as a sentence."""
    by_customer: Mapping[str, tuple[str, ...]]
    """The numbers of what is open, by main account; the first due first."""
    by_amount: Mapping[tuple[str, Decimal], tuple[str, ...]]
    """The numbers by currency and what is open."""
    names: NameIndex
    payer_ibans: Mapping[str, tuple[str, ...]]
    """The main accounts of the customers known to pay from an IBAN."""
    customer_names: Mapping[str, str]
    received: Mapping[str, tuple[ReceivedPayment, ...]]
    """The money that documents received and kept, by number, the latest last."""
    unstated_fee: Decimal
    """The largest fee that banks may deduct without stating it; 0 if the option is not set."""
    handed_in: HandedIn
    """The orders given to the bank to collect or to pay out."""


@exact
def receivables(book: Book, as_of: date, allocated: Allocated | None = None) -> Receivables:
    """What is open at the end of `as_of`, and what is known of every other document by then."""
    allocated = allocated or allocate(book, as_of)
    claims: defaultdict[str, list[OpenItem]] = defaultdict(list)
    for claim in allocated.open_items:
        if claim.open:
            claims[claim.invoice.number].append(claim)
    documents = {
        number: document for number, items in claims.items() if (document := _document(book, items, as_of)) is not None
    }
    for number, claimed in book.interest_invoices.items():
        if number in documents:
            open_claims = tuple(claim.number for claim in claimed if claim.number in documents)
            documents[number] = documents[number]._replace(claims=open_claims)
    states = {
        invoice.number: _state(book, invoice, as_of) for invoice in book.invoices if invoice.number not in documents
    }
    by_customer: defaultdict[str, list[OpenDocument]] = defaultdict(list)
    by_amount: defaultdict[tuple[str, Decimal], list[str]] = defaultdict(list)
    for document in documents.values():
        by_customer[document.customer].append(document)
        by_amount[document.currency, document.open].append(document.number)
    names = {account: dated.at(as_of).name for account, dated in book.customers.items()}
    everything = [*documents, *states]
    return Receivables(
        documents=documents,
        numbers=number_index(everything),
        digits=_by_digits(everything),
        customers_of={
            invoice.number: invoice.customer.account
            for invoice in book.invoices
            if invoice.customer and invoice.number not in documents
        },
        states=states,
        by_customer={
            customer: tuple(document.number for document in sorted(owed, key=_due_order))
            for customer, owed in by_customer.items()
        },
        by_amount={key: tuple(numbers) for key, numbers in by_amount.items()},
        names=name_index(names),
        payer_ibans=_payer_ibans(book, as_of),
        customer_names=names,
        received=_received(allocated),
        unstated_fee=_unstated_fee(book, as_of),
        handed_in=handed_in(book, as_of),
    )


def _document(book: Book, claims: Iterable[OpenItem], as_of: date) -> OpenDocument | None:
    """A document of which parts are open; if several customers owe it, the share of the first of them by account."""
    items = sorted(claims, key=lambda claim: (claim.instalment.due, claim.instalment.index, claim.account))
    customers = sorted({book.main_accounts[claim.account] for claim in items})
    items = [claim for claim in items if book.main_accounts[claim.account] == customers[0]]
    invoice = items[0].invoice
    parts = tuple(
        OpenPart(
            claim.account,
            claim.instalment.due,
            claim.open,
            claim.instalment.index,
            bool(claim.instalment.retention_contract),
        )
        for claim in items
    )
    open_ = sum((part.open for part in parts), ZERO)
    if not open_:
        return None
    return OpenDocument(
        invoice.number,
        customers[0],
        book.customers[customers[0]].at(as_of).name,
        invoice.currency,
        invoice.booked_from,
        open_,
        parts,
        _discount(invoice, open_) if len(customers) == 1 else None,
        bool(country := book.customers[customers[0]].at(as_of).address.country) and country not in _EEA,
    )


def _unstated_fee(book: Book, as_of: date) -> Decimal:
    option = book.options.get("unstated-fee")
    value = option.at(as_of) if option and book.option("fee-account", as_of) else None
    return Decimal(value) if isinstance(value, (int, Decimal)) else ZERO


def _due_order(document: OpenDocument) -> tuple[date, date, str]:
    return document.parts[0].due, document.date, document.number


def _discount(invoice: Invoice, open_: Decimal) -> Discount | None:
    """The cash discount of a document without any settlement yet."""
    if not invoice.customer or not invoice.customer.cash_discount or open_ != invoice.payable:
        return None
    try:
        rest = payment_terms.discounted_rest(invoice, ZERO, currencies.currency_decimals(invoice.currency))
    except payment_terms.TermsError:  # said where it is written
        return None
    return Discount(rest.date, open_ - rest.amount) if rest else None


def _state(book: Book, invoice: Invoice, as_of: date) -> str:
    if invoice.draft:
        return _("{number} is a draft", number=invoice.number)
    if invoice.kind == "void":
        return _("{number} is void", number=invoice.number)
    if invoice.booked_from > as_of:
        return _("{number} is of {day}, which is later", number=invoice.number, day=invoice.booked_from)
    if new := book.final_replacement_of(invoice):
        return _("{number} was replaced by {new_number}", number=invoice.number, new_number=new.number)
    return _("{number} is settled", number=invoice.number)


def why_not_open(known: Receivables, number: str) -> str:
    """Why a document that is not open cannot be settled, as a sentence."""
    return known.states.get(number) or _("there is no {number}", number=number)


def _by_digits(numbers: Iterable[str]) -> dict[str, tuple[str, ...]]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for number in numbers:
        digits = _NO_DIGITS.sub("", number).lstrip("0")
        if len(digits) >= 4 or (len(number) >= 4 and number.isdigit()):
            found[digits].append(number)
    return {digits: tuple(written) for digits, written in found.items()}


def _payer_ibans(book: Book, as_of: date) -> dict[str, tuple[str, ...]]:
    """The customers by the IBANs from which they pay, according to the ledger."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for account, dated in book.customers.items():
        for iban in dated.at(as_of).payer_iban.split(","):
            if compact := "".join(iban.split()).upper():
                found[compact].append(account)
    return {iban: tuple(sorted(accounts)) for iban, accounts in found.items()}


def _received(allocated: Allocated) -> dict[str, tuple[ReceivedPayment, ...]]:
    found: defaultdict[str, list[ReceivedPayment]] = defaultdict(list)
    last: dict[str, Source] = {}
    for allocation in allocated.allocations:
        number = allocation.invoice.number
        if allocation.how in {"settles", "link", "oldest"}:
            before = found[number]
            if before and last.get(number) == allocation.source:  # one payment of several instalments
                before[-1] = before[-1]._replace(amount=before[-1].amount + allocation.amount)
                continue
            last[number] = allocation.source
            before.append(
                ReceivedPayment(number, allocation.received_on, allocation.amount, allocation.invoice.currency)
            )
        elif allocation.how == "reversal" and allocation.reverses in {"settles", "link", "oldest"}:
            last.pop(number, None)
            _take_back(found[number], -allocation.amount)
    return {number: tuple(payments) for number, payments in found.items() if payments}


def _take_back(payments: list[ReceivedPayment], amount: Decimal) -> None:
    """Takes an amount off the latest payments, then earlier ones."""
    while amount > 0 and payments:
        last = payments.pop()
        if last.amount > amount:
            payments.append(last._replace(amount=last.amount - amount))
        amount -= last.amount


def number_of_core(known: Receivables, core: str) -> tuple[str, ...]:
    """The numbers that match the letters and digits of a structured reference, alone or without the letters of the series."""
    return known.numbers.by_letters_and_digits.get(core) or known.digits.get(core) or ()
