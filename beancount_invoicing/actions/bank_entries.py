"""What the ledger's transactions move on bank accounts, and what is asserted of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from beancount.core.data import Balance, Transaction

from beancount_invoicing.bank.known_lines import LedgerMovement
from beancount_invoicing.entries.metadata import source_of
from beancount_invoicing.model import ZERO


def movements_on(entries: Sequence[Any], accounts: Collection[str]) -> dict[str, list[LedgerMovement]]:
    """What each transaction moves on each of these accounts, by account, in the order of the entries; one by currency."""
    found: defaultdict[str, list[LedgerMovement]] = defaultdict(list)
    for entry in entries:
        if not isinstance(entry, Transaction):
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


def balance_at(entries: Iterable[Any], account: str, currency: str, day: date) -> Decimal:
    """What is on an account, and those below it, at the end of a day, in one currency."""
    return sum(
        (
            posting.units.number
            for entry in entries
            if isinstance(entry, Transaction) and entry.date <= day
            for posting in entry.postings
            if (posting.account == account or posting.account.startswith(account + ":"))
            and posting.units is not None
            and posting.units.currency == currency
            and isinstance(posting.units.number, Decimal)
        ),
        ZERO,
    )


def is_asserted(entries: Iterable[Any], account: str, currency: str, day: date) -> bool:
    """Whether a balance of the account is asserted on a day (of its morning)."""
    return any(
        isinstance(entry, Balance) and (entry.account, entry.amount.currency, entry.date) == (account, currency, day)
        for entry in entries
    )
