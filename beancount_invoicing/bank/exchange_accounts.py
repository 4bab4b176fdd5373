"""The account of an exchange difference."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from beancount_invoicing.bank.payments import CannotBook
from beancount_invoicing.messages import _
from beancount_invoicing.model import Book


def exchange_account(book: Book, day: date, amount: Decimal) -> str:
    """The account for a loss (`amount` above 0) or an exchange gain: from option `exchange-account`, for a loss preferably an
    expense account, for a gain one of the others; else `Expenses:Exchange` or `Income:Exchange`, if one is open. Raises
    CannotBook.
    """
    named = book.option("exchange-account", day).split()
    root = book.expenses_root + ":"
    known = named or sorted(
        account for account in book.opened_accounts if account.count(":") == 1 and account.endswith(":Exchange")
    )
    fitting = [account for account in known if account.startswith(root) == (amount > 0)]
    if not known:
        raise CannotBook(
            _(
                '{amount} of exchange difference needs an account: write custom "invoice-option" "exchange-account" '
                "{root}Exchange",
                amount=abs(amount),
                root=root,
            )
        )
    return (fitting or known)[0]
