"""A customer's page: its card, what is open, all its documents, what happened."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from beancount_invoicing.fava_ext.documents_page import DocumentRow
from beancount_invoicing.model import Book, Customer, Event
from beancount_invoicing.receivables import Allocated, Statement, statements


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
    book: Book, allocated: Allocated, as_of: date, account: str, rows: Sequence[DocumentRow]
) -> CustomerPage | None:
    """The page of the customer with the main account `account`, from all rows of documents; None if there is no such one."""
    if account not in book.customers:
        return None
    (statement,) = statements(book, as_of, as_of.replace(month=1, day=1), {account}, allocated)
    others = sorted(other for other, main in book.main_accounts.items() if main == account and other != account)
    documents = tuple(row for row in rows if account in {row.account, *_debtors(row)})
    events = [event for event in book.events if event.customer == account and event.date <= as_of]
    return CustomerPage(
        book.customers[account].at(as_of), (account, *others), statement, documents, tuple(reversed(events))
    )


def _debtors(row: DocumentRow) -> list[str]:
    return [debtor.account for debtor in row.position.debtors]
