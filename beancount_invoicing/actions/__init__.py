"""What a person asks for, one function each: the only room in which the others are put together."""

from __future__ import annotations

from beancount_invoicing.actions.billing import (
    CannotBill,
    Composition,
    CreditWanted,
    Dating,
    DepositWanted,
    bill,
    check_wanted,
    credit,
    customer,
    deposit,
    issue,
    new,
)
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
from beancount_invoicing.actions.writing import Changes, How, New, Outcome, Refused, change, written_positions

__all__ = [
    "STATUSES",
    "CannotBill",
    "Changes",
    "Composition",
    "CreditWanted",
    "Dating",
    "DepositWanted",
    "Filter",
    "How",
    "Ledger",
    "LedgerMissing",
    "New",
    "Outcome",
    "Output",
    "Refused",
    "UnknownNumber",
    "Written",
    "bill",
    "change",
    "check_wanted",
    "credit",
    "customer",
    "deposit",
    "due_reminders",
    "find",
    "find_ledger",
    "issue",
    "language",
    "new",
    "open_ledger",
    "render",
    "render_one",
    "render_reminders",
    "select",
    "written_positions",
]
