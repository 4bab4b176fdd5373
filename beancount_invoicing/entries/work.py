"""What waits to be billed: time on the accounts of contracts, and expenses that a customer pays."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from beancount.core.data import Posting, Transaction

from beancount_invoicing.entries import keys
from beancount_invoicing.entries.metadata import Findings, read, source_of
from beancount_invoicing.model import ZERO, Expense, Work


def read_work(transaction: Transaction, posting: Posting, timed: Mapping[str, str], findings: Findings) -> list[Work]:
    """The time that a posting on a time account adds or takes away.

    `timed`: the time accounts, with the item of their contract, for work that names none.
    """
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
            item=said.get("item") or timed[posting.account],
            quantity=units.number,
            billable=not said.get("non-billable"),
            person=said.get("person") or "",
            task=said.get("task") or transaction.narration or "",
            counter=_counter(transaction, posting, timed),
            source=source,
            document=str(transaction.meta["invoice"]) if inside else "",
            written_down=bool(said.get("written-down")),
        )
    ]


def _counter(transaction: Transaction, posting: Posting, timed: Mapping[str, str]) -> str:
    """The account that time stands against, which is no time account: the nearest of the other sign, best behind; "" for none."""
    postings = transaction.postings
    place = next(index for index, one in enumerate(postings) if one is posting)
    return next(
        (
            str(other.account)
            for other in (*postings[place + 1 :], *reversed(postings[:place]))
            if other.account not in timed and _hours(other, posting) * _hours(posting, posting) < 0
        ),
        "",
    )


def _hours(posting: Posting, like: Posting) -> Decimal:
    """What a posting books in the commodity of another one."""
    if posting.units is None or like.units is None or posting.units.currency != like.units.currency:
        return ZERO
    return posting.units.number if isinstance(posting.units.number, Decimal) else ZERO


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
