"""Whether the bank account of a payment takes its currency, and what to say of the money where it does not."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from beancount_invoicing.bank.customer_accounts import CustomerAccounts
from beancount_invoicing.bank.payment_plans import named_invoice, open_amount
from beancount_invoicing.bank.payments import CannotBook
from beancount_invoicing.messages import _
from beancount_invoicing.model import ZERO


def must_take_currency(
    accounts: CustomerAccounts,
    bank_account: str,
    day: date,
    numbers: Sequence[str],
    amount: Decimal | None,
    currency: str,
    *,
    is_given: bool,
) -> None:
    """Raises CannotBook where the bank account is not open for the currency: with what is open of the documents (`numbers`, of
    one currency) at the end of `day`, the `amount` that is said, and the option to add.

    `is_given`: whether a person said the currency; else it is the documents'.
    """
    taken = accounts.book.currencies.get(bank_account, ())
    if not taken or currency in taken:
        return
    if is_given or not numbers:
        raise CannotBook(
            _(
                "{account} is open for {account_currencies}, not for {currency}: give the amount that moved there, "
                "--amount … --currency {account_currency}, or another account, --account",
                account=bank_account,
                account_currencies=", ".join(taken),
                currency=currency,
                account_currency=taken[0],
            )
        )
    open_ = sum((open_amount(accounts, named_invoice(accounts, number), day) for number in numbers), ZERO)
    if amount is None:
        raise CannotBook(
            _(
                "{open} {currency} is open on {numbers}, but {account} is open for {account_currencies}: give the amount "
                "that moved there, --amount … --currency {account_currency}, or another account, --account",
                open=abs(open_),
                currency=currency,
                numbers=", ".join(numbers),
                account=bank_account,
                account_currencies=", ".join(taken),
                account_currency=taken[0],
            )
        )
    raise CannotBook(
        _(
            "{open} {currency} is open on {numbers}, but {account} is open for {account_currencies}: if {amount} "
            "{account_currency} moved there, add --currency {account_currency}; if it was {amount} {currency}, give the "
            "account on which it moved, --account",
            open=abs(open_),
            currency=currency,
            numbers=", ".join(numbers),
            account=bank_account,
            account_currencies=", ".join(taken),
            amount=amount,
            account_currency=taken[0],
        )
    )
