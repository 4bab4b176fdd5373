"""Whether the accounts of an entry take it: opened by its day, not closed before it, and for its currency."""

from __future__ import annotations

from datetime import date

from beancount_invoicing.bank.payment_accounts import not_opened
from beancount_invoicing.bank.payments import CannotBook, PaymentEntry
from beancount_invoicing.messages import _
from beancount_invoicing.model import Book


def must_be_bookable(book: Book, entry: PaymentEntry) -> None:
    """Raises CannotBook if Beancount would refuse a posting for its account, day or currency; the message says what to write."""
    for posting in entry.postings:
        if problem := account_problem(book, posting.account, entry.date, posting.currency):
            raise CannotBook(problem)


def account_problem(book: Book, account: str, day: date, currency: str) -> str:
    """Why an amount of a currency cannot be booked on an account on a day; "" if it can."""
    opened, closed = book.opened_accounts.get(account), book.closed_accounts.get(account)
    if opened is None:
        return not_opened(book, account, day, currency)
    if day < opened:
        return _(
            "{account} is only open from {opened}, after {day}: date its open directive {day}, or choose another account",
            account=account,
            opened=opened,
            day=day,
        )
    if closed is not None and day > closed:
        return _(
            "{account} is closed since {closed}, before {day}: take its close directive out, or choose another account",
            account=account,
            closed=closed,
            day=day,
        )
    currencies = book.currencies.get(account, ())
    if currencies and currency not in currencies:
        return _(
            "{account} is open for {currencies}, not for {currency}: choose another account, or add the currency to its "
            "open directive: {opened} open {account} {all_currencies}",
            account=account,
            currencies=", ".join(currencies),
            currency=currency,
            opened=opened,
            all_currencies=",".join((*currencies, currency)),
        )
    return ""
