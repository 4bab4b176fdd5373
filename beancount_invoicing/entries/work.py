"""What can be billed: time on its accounts, and expenses that a customer pays."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path

from beancount.core.data import Posting, Transaction

from beancount_invoicing.entries import keys
from beancount_invoicing.entries.metadata import FindingCollector, read_metadata, source_of
from beancount_invoicing.model import ZERO, Contract, Dated, Expense, Work

TimeAccounts = Mapping[str, Dated[str]]
"""The time accounts that contracts name, with the item of their contract, for work without an item."""


def time_accounts(contracts: Mapping[str, Dated[Contract]]) -> TimeAccounts:
    """The accounts on which the ledger's contracts keep their time."""
    items: defaultdict[str, list[tuple[date, str]]] = defaultdict(list)
    for dated in contracts.values():
        for day, version in dated.versions:
            if version.time:
                items[version.time].append((day, version.item))
    return {account: Dated(tuple(sorted(versions))) for account, versions in items.items()}


def is_time(posting: Posting, assets: str) -> bool:
    """Whether a posting in a commodity of time, on an account that no contract names, is time worked: shares with such a name
    have a cost or a price.
    """
    return posting.account.startswith(f"{assets}:") and posting.cost is None and posting.price is None


def read_work(
    transaction: Transaction, posting: Posting, time_accounts: TimeAccounts, findings: FindingCollector
) -> list[Work]:
    """The time that a posting on an account of time adds or takes away; `time_accounts`: those that contracts name."""
    units = posting.units
    if units is None or not isinstance(units.number, Decimal) or not units.number:
        return []
    source = source_of(posting.meta)
    inside = "invoice" in transaction.meta
    metadata = read_metadata(
        posting.meta, keys.OTHER_POSTING if inside else keys.WORK, source, FindingCollector() if inside else findings
    )
    day = (metadata.get("from") if inside and units.number > 0 else None) or transaction.date
    return [
        Work(
            date=day,
            account=posting.account,
            commodity=units.currency,
            item=metadata.get("item") or _item(transaction, time_accounts.get(posting.account), day, inside=inside),
            quantity=units.number,
            billable=not metadata.get("non-billable"),
            person=metadata.get("person") or "",
            task=metadata.get("task") or ("" if inside and units.number < 0 else transaction.narration) or "",
            counter_account=_counter(transaction, posting, time_accounts),
            source=source,
            document=str(transaction.meta["invoice"]) if inside else "",
            written_down=bool(metadata.get("written-down")),
            worked_on=metadata.get("from") if metadata.get("written-down") and not inside else None,
        )
    ]


def _item(transaction: Transaction, of_contract: Dated[str] | None, day: date, *, inside: bool) -> str:
    """The item of time without one: that of the contract on its day.

    What a document takes off has no item if a line of a contract in it has none: the time is of days when the contract had none.
    """
    if of_contract is None:
        return ""
    item = of_contract.at(day)
    if inside and item and any(not version for _day, version in of_contract.versions):
        lines = [posting.meta for posting in transaction.postings if posting.meta and "contract" in posting.meta]
        if any("item" not in meta and "expense" not in meta for meta in lines):
            return ""
    return item


def _counter(transaction: Transaction, posting: Posting, timed: TimeAccounts) -> str:
    """The counter-account of time, which is not a time account: the nearest posting of the other sign, preferably after it; ""
    for none.
    """
    postings = transaction.postings
    place = next(index for index, other in enumerate(postings) if other is posting)
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


def read_expense(transaction: Transaction, posting: Posting, findings: FindingCollector) -> list[Expense]:
    """The expense of a posting with `billable`."""
    units = posting.units
    if units is None or not isinstance(units.number, Decimal) or "invoice" in transaction.meta:
        return []
    source = source_of(posting.meta)
    metadata = read_metadata(posting.meta, keys.EXPENSE, source, findings)
    if not metadata.get("billable"):
        return []
    return [
        Expense(
            date=transaction.date,
            contract=metadata["billable"],
            account=posting.account,
            currency=units.currency,
            amount=units.number,
            text=transaction.narration or transaction.payee or "",
            tax=metadata.get("tax") or "",
            source=source,
            payee=transaction.payee or "",
            receipts=tuple(
                str(Path(source.file).parent / value)
                for meta in (posting.meta or {}, transaction.meta)
                for key, value in meta.items()
                if key.partition("-")[0] == "document" and isinstance(value, str) and value
            ),
        )
    ]
