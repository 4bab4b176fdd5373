"""Whether the bank is up to date: no letter should leave for a payment that is merely not booked yet."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date

from beancount_invoicing.model import Book, a_day

DAYS = 7
"""How old the newest booking of a bank account may be where option `bank-days` says nothing."""


@dataclass(frozen=True, slots=True)
class Bank:
    """A bank account and the last day, up to the day asked for, on which something is booked or asserted there."""

    account: str
    until: date | None
    """None where nothing is."""


def bank_accounts(book: Book, as_of: date) -> tuple[Bank, ...]:
    """The bank accounts with their last day on or before `as_of`, by account."""
    return tuple(
        Bank(account, days[at - 1] if (at := bisect_right(days, a_day(as_of))) else None)
        for account, days in book.banks.items()
    )


def behind(book: Book, as_of: date) -> tuple[Bank, ...]:
    """The bank accounts whose last day is more than option `bank-days` (default 7) before `as_of`."""
    days = int(book.option("bank-days", as_of, str(DAYS)))
    return tuple(
        one for one in bank_accounts(book, as_of) if one.until is None or (as_of - one.until).days > days
    )  # fmt: skip
