"""The bank accounts, and the days on which the ledger books or asserts something there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from beancount.core.data import Balance, Close, Transaction

from beancount_invoicing.model import Dated, OptionValue


def banks(
    entries: Sequence[Any],
    paying: Iterable[Transaction],
    options: Mapping[str, Dated[OptionValue]],
    owner: Callable[[str], str | None],
    assets: str,
) -> dict[str, tuple[date, ...]]:
    """The bank accounts with their days, sorted: those of option `bank-accounts`, else those into which customers paid.

    The latter are the accounts under `assets` that a transaction in `paying` (with a posting on a customer's account) uses outside
    invoices. Closed accounts are left out.
    """
    named = options.get("bank-accounts")
    accounts = set(str(named.latest).split()) if named else _paid_into(paying, owner, assets + ":")
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


def _paid_into(paying: Iterable[Transaction], owner: Callable[[str], str | None], assets: str) -> set[str]:
    return {
        posting.account
        for entry in paying
        if "invoice" not in entry.meta
        for posting in entry.postings
        if posting.account.startswith(assets) and owner(posting.account) is None
    }
