"""A customer's page: its card, what is open, all its documents, what happened."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from beancount_invoicing.fava_ext.documents_page import DocumentRow, document_rows
from beancount_invoicing.model import Book, Customer, Event
from beancount_invoicing.receivables import Allocated, Position, Statement, statements


class CustomerPage(NamedTuple):
    """All of a customer as of a day."""

    customer: Customer
    """Its data on that day."""
    accounts: tuple[str, ...]
    """Its main account first, then its others."""
    statement: Statement
    """From 1 January to the day: what is open is as of the day."""
    documents: tuple[DocumentRow, ...]
    """The newest first."""
    events: tuple[Event, ...]
    """The newest first."""


CARD = ("email", "phone", "contact", "siren", "vat_id", "terms", "channel", "reminders", "purchase_order", "mandate")
"""What the card says besides the name and the address; a label is the key of the ledger."""


def customer_page(
    book: Book, allocated: Allocated, as_of: date, account: str, positions: Iterable[Position]
) -> CustomerPage | None:
    """The page of the customer with the main account `account`, from all positions by debtor; None if there is no such one."""
    if account not in book.customers:
        return None
    (statement,) = statements(book, as_of, as_of.replace(month=1, day=1), {account}, allocated)
    others = sorted(other for other, main in book.main_accounts.items() if main == account and other != account)
    documents = document_rows(position for position in positions if _concerns(position, account))
    events = [event for event in book.events if event.customer == account and event.date <= as_of]
    return CustomerPage(
        book.customers[account].at(as_of), (account, *others), statement, documents, tuple(reversed(events))
    )


def _concerns(position: Position, account: str) -> bool:
    """Whether a customer owes the document, or owed it; nobody else does if it is void."""
    debtors = position.debtors or (position.invoice.customer,)
    return any(debtor is not None and debtor.account == account for debtor in debtors)
