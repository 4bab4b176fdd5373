"""Whether the bank accounts are up to date: no letter should go out only because a payment is not booked yet."""

from __future__ import annotations

from bisect import bisect_right
from datetime import date
from typing import NamedTuple

from beancount_invoicing.model import Book, require_date

DAYS = 7
"""How old the latest booking of a bank account may be if option `bank-days` is not set."""


class BankAccount(NamedTuple):
    """A bank account and the last day, up to the requested day, with a booking or a balance assertion."""

    account: str
    booked_until: date | None
    """None if there is none."""


def bank_accounts(book: Book, as_of: date) -> tuple[BankAccount, ...]:
    """The bank accounts with their last day on or before `as_of`, by account."""
    return tuple(
        BankAccount(account, days[at - 1] if (at := bisect_right(days, require_date(as_of))) else None)
        for account, days in book.bank_days.items()
    )


def behind(book: Book, as_of: date) -> tuple[BankAccount, ...]:
    """The bank accounts whose last day is more than option `bank-days` (default 7) before `as_of`."""
    days = int(book.option("bank-days", as_of, str(DAYS)))
    return tuple(
        account
        for account in bank_accounts(book, as_of)
        if account.booked_until is None or (as_of - account.booked_until).days > days
    )  # fmt: skip
