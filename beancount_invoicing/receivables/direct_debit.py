"""What is collected by SEPA direct debit: under which mandate, and how the customer is notified of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from beancount_invoicing.model import Book, Customer, Invoice
from beancount_invoicing.rules import sepa

DEFAULT_LEAD = 2
"""TARGET days from handing in to the collection, if option `collection-days` is not set."""
NEVER_COLLECTED = frozenset({"void", "credit-note", "cancellation", "claim"})
"""Kinds of documents that are not collected: a mandate covers supplies, not claims for late interest."""


class DebitNotice(NamedTuple):
    """The notification of the collection on an invoice (pre-notification, SDD rulebooks 4.3.2)."""

    mandate: str
    creditor_id: str
    iban: str
    """The account that is debited."""
    days: tuple[date, ...]
    """The days, by instalment; none for an instalment without a due date yet."""


def lead_days(book: Book, day: date) -> int:
    """The TARGET days from handing in to the collection, from option `collection-days` on `day`."""
    option = book.options.get("collection-days")
    value = option.at(day) if option else None
    return int(value) if isinstance(value, (int, Decimal)) and value >= 1 else DEFAULT_LEAD


def may_be_collected(book: Book, invoice: Invoice) -> bool:
    """Whether a document is of a kind that is collected: in euros, not a credit, and not marked otherwise."""
    return (
        invoice.direct_debit and invoice.kind not in NEVER_COLLECTED and invoice.currency == "EUR" and bool(book.seller)
    )


def has_mandates(book: Book) -> bool:
    """Whether any customer has, or had, a mandate."""
    return any(customer.mandate for dated in book.customers.values() for _day, customer in dated.versions)


def has_mandate(customer: Customer, day: date) -> bool:
    """Whether a customer's debts can be collected on `day`: a mandate was signed by then, and names an account."""
    return bool(
        customer.mandate and customer.debtor_iban and customer.mandate_date is not None and customer.mandate_date <= day
    )


def debit_notice(book: Book, invoice: Invoice) -> DebitNotice | None:
    """The notification of its collection on an invoice, as of its own date; None if it is not collected."""
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
"""The last day of a collection under a mandate, by the customer's account and the reference."""


def collection_days(book: Book, as_of: date = date.max) -> MandateDays:
    """The last day of a collection under each mandate, among what was handed in by `as_of` (inclusive)."""
    days: dict[tuple[str, str], date] = {}
    for event in book.events:
        if event.kind == "collected" and event.mandate and event.date <= as_of:
            key = event.customer, event.mandate
            days[key] = max(days.get(key, date.min), event.collected_on or event.date)
    return days


def last_used(customer: Customer, days: MandateDays) -> date | None:
    """The last day of a collection under a customer's mandate; if there was none, the day on which it was signed; None if that is
    not given.

    Rejected, returned and refunded collections count (SDD rulebooks, 4.1), and so do withdrawn ones: they may have been handed in.
    The rulebooks say nothing of a mandate that was never used: counting from its signature is on the safe side.
    """
    known = (days.get((customer.account, customer.mandate)), customer.mandate_used, customer.mandate_date)
    return max((day for day in known if day), default=None)


def has_lapsed(customer: Customer, days: MandateDays, as_of: date) -> bool:
    """Whether a customer's mandate may no longer be used on `as_of`."""
    used = last_used(customer, days)
    return used is not None and sepa.mandate_lapses_on(used) < as_of
