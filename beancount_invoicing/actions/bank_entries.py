"""The movements of the ledger's transactions on bank accounts, and the balance assertions there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from beancount.core.data import Balance, Transaction
from beancount.core.flags import FLAG_PADDING

from beancount_invoicing.bank.known_lines import LedgerMovement
from beancount_invoicing.entries import account_words
from beancount_invoicing.entries.metadata import source_of
from beancount_invoicing.loading.loader import Loading
from beancount_invoicing.model import ZERO


def movements_on(loading: Loading, accounts: Collection[str]) -> dict[str, list[LedgerMovement]]:
    """The movement of each transaction on each of these accounts, by account, in the order of the entries; one for each
    currency. An opening balance is none.
    """
    found: defaultdict[str, list[LedgerMovement]] = defaultdict(list)
    equity = f"{loading.options['name_equity']}:"
    for entry in loading.entries:
        if not isinstance(entry, Transaction) or _is_opening(entry, accounts, equity):
            continue
        sums: defaultdict[tuple[str, str], Decimal] = defaultdict(lambda: ZERO)
        for posting in entry.postings:
            if posting.account in accounts and posting.units is not None and isinstance(posting.units.number, Decimal):
                sums[posting.account, posting.units.currency] += posting.units.number
        bank_id = entry.meta.get("bank-id")
        for (account, currency), amount in sums.items():
            found[account].append(
                LedgerMovement(
                    entry.date,
                    amount,
                    currency,
                    source_of(entry.meta),
                    bank_id if isinstance(bank_id, str) else "",
                    f"{entry.payee or ''} {entry.narration or ''}".strip(),
                )
            )
    return found


def _is_opening(entry: Transaction, accounts: Collection[str], equity: str) -> bool:
    """Whether an entry only moves an opening balance: one that a pad directive made, or one against such an account of equity."""
    others = {posting.account for posting in entry.postings if posting.account not in accounts}
    return entry.flag == FLAG_PADDING or (
        bool(others) and all(name.startswith(equity) and account_words.of_opening(name) for name in others)
    )


class AccountBalances:
    """The balances of accounts, with those below them, at the end of each day, and the assertions."""

    def __init__(self, entries: Iterable[Any], accounts: Collection[str]) -> None:
        self._moved: defaultdict[tuple[str, str], defaultdict[date, Decimal]] = defaultdict(
            lambda: defaultdict(Decimal)
        )
        self._asserted: set[tuple[str, str, date]] = set()
        holders: dict[str, tuple[str, ...]] = {}
        for entry in entries:
            if isinstance(entry, Balance):
                self._asserted.add((entry.account, entry.amount.currency, entry.date))
            if not isinstance(entry, Transaction):
                continue
            for posting in entry.postings:
                if posting.account not in holders:
                    holders[posting.account] = tuple(
                        account for account in accounts if f"{posting.account}:".startswith(f"{account}:")
                    )
                units = posting.units
                if holders[posting.account] and units is not None and isinstance(units.number, Decimal):
                    for account in holders[posting.account]:
                        self.add(account, units.currency, entry.date, units.number)

    def add(self, account: str, currency: str, day: date, amount: Decimal) -> None:
        """Adds an amount to an account."""
        self._moved[account, currency][day] += amount

    def at(self, account: str, currency: str, day: date) -> Decimal:
        """The balance of an account at the end of a day."""
        return sum((amount for moved, amount in self._moved[account, currency].items() if moved <= day), ZERO)

    def is_asserted(self, account: str, currency: str, day: date) -> bool:
        """Whether the account's balance is asserted at the beginning of a day."""
        return (account, currency, day) in self._asserted
