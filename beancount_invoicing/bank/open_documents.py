"""What a payment may be for: the open documents, by number, customer and amount; and what is known of the others."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Container, Hashable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import NamedTuple, TypeVar

from beancount_invoicing.bank.handed_in import HandedIn, handed_in
from beancount_invoicing.bank.names import NameIndex, name_index
from beancount_invoicing.bank.payments import AskedCharges
from beancount_invoicing.bank.tokens import NumberIndex, number_index
from beancount_invoicing.messages import _
from beancount_invoicing.model import ZERO, Book, Day, Invoice, Source
from beancount_invoicing.receivables import Allocated, OpenItem, allocate
from beancount_invoicing.rules import currencies, payment_terms
from beancount_invoicing.rules.exact import exact
from beancount_invoicing.rules.references import BELGIAN_DIGITS, QR_DIGITS, reference_digits

_EEA = frozenset(
    ("AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IS", "IT", "LI", "LT", "LU", "LV",
     "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK")
)  # fmt: skip
"""Where a payment in a currency of the EEA arrives whole (directive (EU) 2015/2366, art. 81)."""
_Key = TypeVar("_Key", bound=Hashable)
_Order = TypeVar("_Order", bound=tuple[date, str] | tuple[date, date, str])
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
    reference_digits: Mapping[str, tuple[str, ...]]
    """Numbers by the digits that our own Swiss and Belgian references have for them, without leading zeros."""
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
    asked: Mapping[str, tuple[AskedCharges, ...]] = MappingProxyType({})
    """By number, the interest and indemnities that reminders asked for and no claim does, the latest reminder first."""


@exact
def receivables(book: Book, as_of: date, allocated: Allocated | None = None) -> Receivables:
    """What is open at the end of `as_of`, and what is known of every other document by then."""
    allocated = allocated or allocate(book, as_of)
    documents = _open_documents(book, allocated, as_of)
    names = {account: dated.at(as_of).name for account, dated in book.customers.items()}
    everything = list(dict.fromkeys(invoice.number for invoice in book.invoices))
    return Receivables(
        documents=_with_claims(book, documents),
        numbers=number_index(everything),
        digits=_by_digits(everything),
        reference_digits=_by_reference_digits(everything),
        customers_of=_customers_of(book.invoices, documents),
        states=_states(book, book.invoices, documents, as_of),
        by_customer=_indexed(documents.values(), lambda document: document.customer, _due_order),
        by_amount=_indexed(documents.values(), _amount_key, _book_order),
        names=name_index(names),
        payer_ibans=payer_ibans(book, as_of),
        customer_names=names,
        received=_received(allocated),
        unstated_fee=_unstated_fee(book, as_of),
        handed_in=handed_in(book, as_of),
    )


class ChangedDocuments(NamedTuple):
    """Documents that may have changed, all that have to do with each other, and their allocation as of the end of a day."""

    invoices: Sequence[Invoice]
    allocated: Allocated


def with_changes(known: Receivables, book: Book, as_of: date, changed: Iterable[ChangedDocuments]) -> Receivables:
    """What `receivables` would say on `as_of`, where only these documents changed since `known`: payments came, or days passed.

    The names of customers, and what was handed to the bank, stay as they are in `known`.
    """
    return brought_to(own_copy(known), book, as_of, changed)


def own_copy(known: Receivables) -> Receivables:
    """The same, so that `brought_to` may change it."""
    return known._replace(
        documents=dict(known.documents),
        states=dict(known.states),
        customers_of=dict(known.customers_of),
        by_customer=dict(known.by_customer),
        by_amount=dict(known.by_amount),
        received=dict(known.received),
    )


@exact
def brought_to(known: Receivables, book: Book, as_of: date, changed: Iterable[ChangedDocuments]) -> Receivables:
    """As `with_changes`, but changes `known` (an `own_copy`) itself, not to be used any more: fast for many days in turn."""
    documents, by_customer, by_amount = known.documents, known.by_customer, known.by_amount
    assert isinstance(documents, dict) and isinstance(by_customer, dict) and isinstance(by_amount, dict)
    touched: list[OpenDocument] = []
    for group in changed:
        open_ = _open_documents(book, group.allocated, as_of)
        for number in dict.fromkeys(invoice.number for invoice in group.invoices):
            if (before := documents.pop(number, None)) is not None:
                touched.append(before)
            for state in (known.states, known.customers_of, known.received):
                assert isinstance(state, dict)
                state.pop(number, None)
        documents |= open_
        touched += open_.values()
        for state, new in (
            (known.states, _states(book, group.invoices, open_, as_of)),
            (known.customers_of, _customers_of(group.invoices, open_)),
            (known.received, _received(group.allocated)),
        ):
            assert isinstance(state, dict)
            state.update(new)
    _with_claims(book, documents)
    _index_anew(by_customer, touched, documents, lambda document: document.customer, _due_order)
    _index_anew(by_amount, touched, documents, _amount_key, _book_order)
    return known._replace(unstated_fee=_unstated_fee(book, as_of))


def _indexed(
    documents: Iterable[OpenDocument], key: Callable[[OpenDocument], _Key], order: Callable[[OpenDocument], _Order]
) -> dict[_Key, tuple[str, ...]]:
    """The numbers of documents by a key, in an order."""
    found: defaultdict[_Key, list[OpenDocument]] = defaultdict(list)
    for document in documents:
        found[key(document)].append(document)
    return {
        place: tuple(document.number for document in (sorted(listed, key=order) if len(listed) > 1 else listed))
        for place, listed in found.items()
    }


def _index_anew(
    index: dict[_Key, tuple[str, ...]],
    touched: Iterable[OpenDocument],
    documents: Mapping[str, OpenDocument],
    key: Callable[[OpenDocument], _Key],
    order: Callable[[OpenDocument], _Order],
) -> None:
    """Makes an index what `_indexed` makes of `documents`: it is right but for `touched`, as they were, and as they are."""
    numbers: defaultdict[_Key, set[str]] = defaultdict(set)
    for document in touched:
        numbers[key(document)] |= {document.number, *index.get(key(document), ())}
    for place, listed in numbers.items():
        index.pop(place, None)
        found = [documents[number] for number in listed if number in documents]
        index |= _indexed([document for document in found if key(document) == place], key, order)


def _open_documents(book: Book, allocated: Allocated, as_of: date) -> dict[str, OpenDocument]:
    claims: defaultdict[str, list[OpenItem]] = defaultdict(list)
    for claim in allocated.open_items:
        if claim.open:
            claims[claim.invoice.number].append(claim)
    found = (_document(book, items, as_of) for items in claims.values())
    return {document.number: document for document in found if document is not None}


def _with_claims(book: Book, documents: dict[str, OpenDocument]) -> dict[str, OpenDocument]:
    """The documents with the open claims for interest and indemnity on each."""
    for number, claimed in book.interest_invoices.items():
        if number in documents:
            open_claims = tuple(claim.number for claim in claimed if claim.number in documents)
            documents[number] = documents[number]._replace(claims=open_claims)
    return documents


def _states(book: Book, invoices: Iterable[Invoice], documents: Container[str], as_of: date) -> dict[str, str]:
    return {invoice.number: _state(book, invoice, as_of) for invoice in invoices if invoice.number not in documents}


def _customers_of(invoices: Iterable[Invoice], documents: Container[str]) -> dict[str, str]:
    return {
        invoice.number: invoice.customer.account
        for invoice in invoices
        if invoice.customer and invoice.number not in documents
    }


def _document(book: Book, claims: Sequence[OpenItem], as_of: date) -> OpenDocument | None:
    """A document of which parts are open; if several customers owe it, the share of the first of them by account."""
    customer, items, is_shared = book.main_accounts[claims[0].account], claims, False
    if len(claims) > 1:
        customers = sorted({book.main_accounts[claim.account] for claim in claims})
        customer, is_shared = customers[0], len(customers) > 1
        items = sorted(
            (claim for claim in claims if book.main_accounts[claim.account] == customer),
            key=lambda claim: (claim.instalment.due, claim.instalment.index, claim.account),
        )
    invoice = items[0].invoice
    parts = tuple(
        [
            OpenPart(
                claim.account,
                claim.instalment.due,
                claim.open,
                claim.instalment.index,
                bool(claim.instalment.retention_contract),
            )
            for claim in items
        ]
    )
    open_ = sum([part.open for part in parts], ZERO)
    if not open_:
        return None
    owner = book.customers[customer].at(as_of)
    return OpenDocument(
        invoice.number,
        customer,
        owner.name,
        invoice.currency,
        invoice.booked_from,
        open_,
        parts,
        None if is_shared else _discount(invoice, open_),
        bool(country := owner.address.country) and country not in _EEA,
    )


def _unstated_fee(book: Book, as_of: date) -> Decimal:
    option = book.options.get("unstated-fee")
    value = option.at(as_of) if option and book.option("fee-account", as_of) else None
    return Decimal(value) if isinstance(value, (int, Decimal)) else ZERO


def _amount_key(document: OpenDocument) -> tuple[str, Decimal]:
    return document.currency, document.open


def _book_order(document: OpenDocument) -> tuple[date, str]:
    return document.date, document.number


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


def _by_reference_digits(numbers: Iterable[str]) -> dict[str, tuple[str, ...]]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for number in numbers:
        for longest in (QR_DIGITS, BELGIAN_DIGITS):
            digits = reference_digits(number, longest).lstrip("0")
            if digits and number not in found[digits]:
                found[digits].append(number)
    return {digits: tuple(written) for digits, written in found.items()}


def payer_ibans(book: Book, as_of: date) -> dict[str, tuple[str, ...]]:
    """The customers (main accounts) by the IBANs from which they pay, as the ledger says on a day."""
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
    """The numbers that match the letters and digits of a structured reference: of one of ours, of one that consists of the number
    alone, or of the number without the letters of the series.
    """
    own = known.reference_digits.get(core, ())
    return known.numbers.by_letters_and_digits.get(core) or own or known.digits.get(core) or ()
