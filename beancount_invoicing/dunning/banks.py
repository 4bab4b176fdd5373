"""Whether the bank accounts are up to date: no letter should go out only because a payment is not booked yet."""

from __future__ import annotations

from bisect import bisect_right
from datetime import date
from typing import NamedTuple

from beancount_invoicing.messages import _
from beancount_invoicing.model import Book, require_date

DAYS = 7
"""How old the latest booking of a bank account may be if option `bank-days` is not set."""


class BankAccount(NamedTuple):
    """A bank account and the last day, up to the requested day, with a booking or a balance assertion."""

    account: str
    booked_until: date | None
    """None if there is none."""
    is_imported: bool = False
    """Whether that is the day of a statement."""


def bank_accounts(book: Book, as_of: date) -> tuple[BankAccount, ...]:
    """The bank accounts with their last day on or before `as_of`, by account."""
    return tuple(
        BankAccount(
            account,
            days[at - 1] if (at := bisect_right(days, require_date(as_of))) else None,
            as_of >= book.imported_from.get(account, date.max),
        )
        for account, days in book.bank_days.items()
    )


def all_booked_until(book: Book, day: date) -> date | None:
    """The last day, on or before `day`, to which every bank account with bookings is booked; later payments may be on
    their way. None if no account has bookings.
    """
    return min((account.booked_until for account in bank_accounts(book, day) if account.booked_until), default=None)


def until_when(account: BankAccount) -> str:
    """The day until which an account is booked or imported, in words."""
    if account.booked_until is None:
        return _("{account}: nothing is booked", account=account.account)
    if account.is_imported:
        return _(
            "{account} is imported until {booked_until}", account=account.account, booked_until=account.booked_until
        )
    return _("{account} is booked until {booked_until}", account=account.account, booked_until=account.booked_until)


def behind(book: Book, as_of: date) -> tuple[BankAccount, ...]:
    """The bank accounts whose last day is more than option `bank-days` (default 7) before `as_of`."""
    days = int(book.option("bank-days", as_of, str(DAYS)))
    return tuple(
        account
        for account in bank_accounts(book, as_of)
        if account.booked_until is None or (as_of - account.booked_until).days > days
    )  # fmt: skip
