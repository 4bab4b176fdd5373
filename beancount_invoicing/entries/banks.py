"""The bank accounts, and the days on which the ledger books or asserts something there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from beancount.core.data import Balance, Close, Transaction

from beancount_invoicing.model import Dated, OptionValue


def banks(
    entries: Sequence[Any],
    options: Mapping[str, Dated[OptionValue]],
    owner: Callable[[str], str | None],
    assets: str,
) -> dict[str, tuple[date, ...]]:
    """The bank accounts with their days, sorted: those of option `bank-accounts`, else those that customers paid into.

    That is: the accounts under `assets` that a transaction books against a customer's account outside invoices. An account
    that is closed is none.
    """
    named = options.get("bank-accounts")
    accounts = set(str(named.latest).split()) if named else _paid_into(entries, owner, assets + ":")
    days: defaultdict[str, set[date]] = defaultdict(set)
    for entry in entries:
        if isinstance(entry, Transaction):
            for posting in entry.postings:
                if posting.account in accounts:
                    days[posting.account].add(entry.date)
        elif isinstance(entry, Balance):
            if entry.account in accounts:
                days[entry.account].add(entry.date)
        elif isinstance(entry, Close):
            accounts.discard(entry.account)
    return {account: tuple(sorted(days[account])) for account in sorted(accounts)}


def _paid_into(entries: Sequence[Any], owner: Callable[[str], str | None], assets: str) -> set[str]:
    found: set[str] = set()
    for entry in entries:
        if isinstance(entry, Transaction) and "invoice" not in entry.meta:
            others = [one.account for one in entry.postings if owner(one.account) is None]
            if len(others) < len(entry.postings):
                found.update(account for account in others if account.startswith(assets))
    return found
