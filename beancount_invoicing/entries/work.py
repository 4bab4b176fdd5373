"""What waits to be billed: time on the accounts of contracts, and expenses that a customer pays."""

from __future__ import annotations

from decimal import Decimal

from beancount.core.data import Posting, Transaction

from beancount_invoicing.entries import keys
from beancount_invoicing.entries.metadata import Findings, read, source_of
from beancount_invoicing.model import Expense, Work


def read_work(transaction: Transaction, posting: Posting, item: str, findings: Findings) -> list[Work]:
    """The time that a posting on a time account adds or takes away; `item` is the contract's, for work that names none."""
    units = posting.units
    if units is None or not isinstance(units.number, Decimal) or not units.number:
        return []
    source = source_of(posting.meta)
    inside = "invoice" in transaction.meta
    said = read(posting.meta, keys.BOOKKEEPING if inside else keys.WORK, source, Findings() if inside else findings)
    return [
        Work(
            date=(said.get("from") if inside and units.number > 0 else None) or transaction.date,
            account=posting.account,
            commodity=units.currency,
            item=said.get("item") or item,
            quantity=units.number,
            billable=not said.get("non-billable"),
            person=said.get("person") or "",
            task=said.get("task") or transaction.narration or "",
            counter=next(
                (
                    other.account
                    for other in transaction.postings
                    if other is not posting and other.units is not None and other.units.currency == units.currency
                ),
                "",
            ),
            source=source,
            document=str(transaction.meta["invoice"]) if inside else "",
        )
    ]


def read_expense(transaction: Transaction, posting: Posting, findings: Findings) -> list[Expense]:
    """The expense that a posting with `billable` is."""
    units = posting.units
    if units is None or not isinstance(units.number, Decimal) or "invoice" in transaction.meta:
        return []
    source = source_of(posting.meta)
    said = read(posting.meta, keys.EXPENSE, source, findings)
    if not said.get("billable"):
        return []
    return [
        Expense(
            date=transaction.date,
            contract=said["billable"],
            account=posting.account,
            currency=units.currency,
            amount=units.number,
            text=transaction.narration or transaction.payee or "",
            tax=said.get("tax") or "",
            source=source,
        )
    ]
