"""Which reminder policy an invoice follows: the ledger's, else that of the seller's country."""

from __future__ import annotations

import tomllib
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

from beancount_invoicing import law
from beancount_invoicing.model import Book, Event, Policy, ReminderLevel, Source
from beancount_invoicing.receivables import Position

STANDARD_POLICY = "standard"
"""The policy of customers who name none."""
NO_POLICY = "none"
"""The name by which a customer or document is never reminded."""


@cache
def usual(country: str) -> Policy:
    """The policy of a seller in `country` if the ledger defines none (policies.toml: a choice, not a law)."""
    data = tomllib.loads(Path(__file__).with_name("policies.toml").read_text(encoding="utf-8"))
    levels = tuple(
        ReminderLevel(**(row | {"fee": Decimal(row.get("fee", "0")), "source": Source("", 0)}))
        for row in data.get(law.law_of(country), data["default"])
    )
    return Policy(STANDARD_POLICY, levels, Source("", 0))


def policy_name(book: Book, position: Position, as_of: date) -> str:
    """The name of a document's policy on `as_of`: the document's own, else that of the customer who owes it, else option
    `reminders`, else "standard". "none" for an invoice that is never reminded.
    """
    buyer, debtor = position.invoice.customer, position.debtor
    if buyer is None or debtor is None:
        return NO_POLICY
    before = book.customers[buyer.account].at(position.invoice.date).reminders
    own = buyer.reminders if buyer.reminders != before else ""
    return own or book.customers[debtor.account].at(as_of).reminders or book.option("reminders", as_of, STANDARD_POLICY)


def policy(book: Book, name: str, as_of: date) -> Policy | None:
    """The policy of that name on `as_of`; if it defines no levels, with the usual ones. None for an unknown name."""
    country = book.seller.at(as_of).address.country if book.seller else ""
    written = book.policies.get(name)
    if written is None:
        return usual(country) if name == STANDARD_POLICY else None
    version = written.at(as_of)
    return version if version.levels else version._replace(levels=usual(country).levels)


def tone_of(book: Book, position: Position, event: Event) -> str:
    """The tone of a reminder: its own, else that of its level in the policy in force on its day; "" if neither gives one."""
    if event.tone:
        return event.tone
    name = policy_name(book, position, event.date)
    rule = policy(book, name, event.date) if name != NO_POLICY else None
    return next((level.tone for level in rule.levels if level.level == event.level), "") if rule else ""
