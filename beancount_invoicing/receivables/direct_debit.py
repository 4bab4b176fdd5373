"""What is collected by SEPA direct debit: under which mandate, and what the customer is told of it beforehand."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from beancount_invoicing.model import Book, Customer, Invoice
from beancount_invoicing.rules import sepa

DEFAULT_LEAD = 2
"""TARGET days from handing in to the collection, where option `collection-days` says nothing."""
NEVER_COLLECTED = frozenset({"void", "credit-note", "cancellation", "claim"})
"""Kinds of documents that are not collected: a mandate is for what was supplied, not for a claim for late interest."""


class DebitNotice(NamedTuple):
    """What an invoice says of its collection beforehand (pre-notification, SDD rulebooks 4.3.2)."""

    mandate: str
    creditor_id: str
    iban: str
    """The account that is debited."""
    days: tuple[date, ...]
    """When, by instalment; none for what has no due date yet."""


def lead_days(book: Book, day: date) -> int:
    """The TARGET days from handing in to the collection, as option `collection-days` says on `day`."""
    option = book.options.get("collection-days")
    value = option.at(day) if option else None
    return int(value) if isinstance(value, (int, Decimal)) and value >= 1 else DEFAULT_LEAD


def may_be_collected(book: Book, invoice: Invoice) -> bool:
    """Whether a document is of a kind that is collected: in euros, not one that gives back, and nobody said that it is not."""
    return (
        invoice.direct_debit and invoice.kind not in NEVER_COLLECTED and invoice.currency == "EUR" and bool(book.seller)
    )


def has_mandate(customer: Customer, day: date) -> bool:
    """Whether what a customer owes can be collected on `day`: a mandate was signed by then, for an account."""
    return bool(
        customer.mandate and customer.debtor_iban and customer.mandate_date is not None and customer.mandate_date <= day
    )


def debit_notice(book: Book, invoice: Invoice) -> DebitNotice | None:
    """What an invoice says of its collection, as all stood on its own date; None where it is not collected."""
    customer = invoice.customer
    seller = book.seller.at(invoice.date) if book.seller else None
    if customer is None or seller is None or invoice.payable <= 0 or not may_be_collected(book, invoice):
        return None
    if not (seller.creditor_id and seller.iban and has_mandate(customer, invoice.date)):
        return None
    lead = lead_days(book, invoice.date)
    dues = [instalment.due_on_page(invoice.date) for instalment in invoice.instalments]
    days = {sepa.collection_day(due, invoice.date, lead) for due in dues if due}
    return DebitNotice(customer.mandate, seller.creditor_id, customer.debtor_iban, tuple(sorted(days)))


MandateDays = Mapping[tuple[str, str], date]
"""The last day on which was collected under a mandate, by the customer's account and the reference."""


def collection_days(book: Book, as_of: date = date.max) -> MandateDays:
    """When was last collected under each mandate, of what was handed in by `as_of` (inclusive)."""
    days: dict[tuple[str, str], date] = {}
    for event in book.events:
        if event.kind == "collected" and event.mandate and event.date <= as_of:
            key = event.customer, event.mandate
            days[key] = max(days.get(key, date.min), event.collected_on or event.date)
    return days


def last_used(customer: Customer, days: MandateDays) -> date | None:
    """The last day on which was collected under a customer's mandate; where it never was, the day on which it was signed.

    None where that is not said. What came back counts (SDD rulebooks, 4.1), and what was withdrawn: it may have been handed in.
    """
    known = (days.get((customer.account, customer.mandate)), customer.mandate_used, customer.mandate_date)
    return max((day for day in known if day), default=None)


def has_lapsed(customer: Customer, days: MandateDays, as_of: date) -> bool:
    """Whether a customer's mandate must not be used on `as_of` any more."""
    used = last_used(customer, days)
    return used is not None and sepa.mandate_lapses_on(used) < as_of
