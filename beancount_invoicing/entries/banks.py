"""The bank accounts, and the days on which the ledger books or asserts something there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from beancount.core.data import Balance, Close, Transaction

from beancount_invoicing.model import Dated, OptionValue


def banks(
    entries: Sequence[Any],
    paying: Iterable[Transaction],
    options: Mapping[str, Dated[OptionValue]],
    owner: Callable[[str], str | None],
    assets: str,
) -> tuple[dict[str, tuple[date, ...]], dict[str, date]]:
    """The bank accounts with their days, sorted; and the first day with a line of a statement, for those that have one.

    The accounts are those of option `bank-accounts`, else those into which customers paid: the accounts under `assets` that a
    transaction in `paying` (with a posting on a customer's account) uses outside invoices. Closed accounts are left out.

    Once statements are imported, only their lines (`bank-id`) and balances count; a balance is that of the evening
    before. Entries typed by hand do not show that the bank is up to date.
    """
    named = options.get("bank-accounts")
    accounts = set(str(named.latest).split()) if named else _paid_into(paying, owner, assets + ":")
    days: defaultdict[str, set[date]] = defaultdict(set)
    imported: defaultdict[str, set[date]] = defaultdict(set)
    balances: defaultdict[str, set[date]] = defaultdict(set)
    for entry in entries:
        if isinstance(entry, Transaction):
            for posting in entry.postings:
                if posting.account in accounts:
                    days[posting.account].add(entry.date)
                    if "bank-id" in entry.meta:
                        imported[posting.account].add(entry.date)
        elif isinstance(entry, Balance):
            if entry.account in accounts:
                balances[entry.account].add(entry.date)
        elif isinstance(entry, Close):
            accounts.discard(entry.account)
    first = {account: min(imported[account]) for account in sorted(accounts) if imported[account]}
    known = {}
    for account in sorted(accounts):
        since = first.get(account, date.max)
        typed = {day for day in days[account] | balances[account] if day < since}
        asserted = {day - timedelta(days=1) for day in balances[account] if day > since}
        known[account] = tuple(sorted(typed | imported[account] | asserted))
    return known, first


def _paid_into(paying: Iterable[Transaction], owner: Callable[[str], str | None], assets: str) -> set[str]:
    return {
        posting.account
        for entry in paying
        if "invoice" not in entry.meta
        for posting in entry.postings
        if posting.account.startswith(assets) and owner(posting.account) is None
    }
