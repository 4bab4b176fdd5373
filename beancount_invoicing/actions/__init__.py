"""What a person asks for, one function each: the only room in which the others are put together."""

from __future__ import annotations

from beancount_invoicing.actions.documents import (
    STATUSES,
    Filter,
    Output,
    UnknownNumber,
    Written,
    find,
    render,
    render_one,
    select,
)
from beancount_invoicing.actions.ledger import Ledger, LedgerMissing, find_ledger, open_ledger
from beancount_invoicing.actions.reminders import due_reminders, language, render_reminders

__all__ = [
    "STATUSES",
    "Filter",
    "Ledger",
    "LedgerMissing",
    "Output",
    "UnknownNumber",
    "Written",
    "due_reminders",
    "find",
    "find_ledger",
    "language",
    "open_ledger",
    "render",
    "render_one",
    "render_reminders",
    "select",
]
