"""The default accounts of a payment: bank, fees, discounts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from difflib import get_close_matches
from typing import NamedTuple

from beancount_invoicing.bank.payments import CannotBook
from beancount_invoicing.messages import _, _n
from beancount_invoicing.model import AccountUse, Book


class ChosenAccount(NamedTuple):
    """An account, and the reason for choosing it."""

    account: str
    because: str


def bank_account(book: Book, day: date, account: str = "") -> ChosenAccount:
    """The bank account of a payment on `day`: `account`, else the only one that the ledger names with `invoice-bank`,
    else the one that past payments used most, else the only one of option `bank-accounts`. Raises CannotBook.
    """
    if account:
        return _opened(book, account, day)
    if len(book.bank_accounts) == 1:
        return ChosenAccount(next(iter(book.bank_accounts)), _("the only account that invoice-bank names"))
    used = _most_used(book, book.payment_accounts.money)
    if used:
        return used
    if len(book.bank_days) == 1:
        return ChosenAccount(next(iter(book.bank_days)), _("the option {option}", option="bank-accounts"))
    raise CannotBook(
        _(
            "no payment is booked yet, so it is not known which account is the bank's: give --account Assets:…, or "
            'write custom "invoice-bank" Assets:… into the ledger'
        )
    )


def fee_account(book: Book, day: date, account: str = "") -> ChosenAccount:
    """The account of fees: `account`, else option `fee-account`, else the one that past payments used most. Raises
    CannotBook.
    """
    return _result_account(book, day, account, "fee-account", book.payment_accounts.fees, _("the bank's fees"))


def discount_account(book: Book, day: date, account: str = "") -> ChosenAccount:
    """The account of cash discounts: option `discount-account`, else the one that past payments used most. Raises
    CannotBook.
    """
    return _result_account(book, day, account, "discount-account", book.payment_accounts.discounts, _("cash discounts"))


def _result_account(
    book: Book, day: date, account: str, option: str, uses: Sequence[AccountUse], purpose: str
) -> ChosenAccount:
    if account:
        return _opened(book, account, day)
    if named := book.option(option, day):
        return _opened(book, named, day)._replace(because=_("the option {option}", option=option))
    used = _most_used(book, uses)
    if used:
        return used
    raise CannotBook(
        _(
            'the account of {purpose} is not known: write {year}-01-01 custom "invoice-option" "{option}" '
            "{expenses_root}:… into the ledger, with an account that is open",
            purpose=purpose,
            year=day.year,
            option=option,
            expenses_root=book.expenses_root,
        )
    )


def _most_used(book: Book, uses: Sequence[AccountUse]) -> ChosenAccount | None:
    for use in uses:
        if use.account in book.opened_accounts:
            return ChosenAccount(
                use.account,
                _n(
                    use.payments,
                    "{payments} payment used it, more than any other account",
                    "{payments} payments used it, more than any other account",
                    payments=use.payments,
                ),
            )
    return None


def _opened(book: Book, account: str, day: date) -> ChosenAccount:
    if account not in book.opened_accounts:
        raise CannotBook(not_opened(book, account, day))
    if account in book.main_accounts:
        raise CannotBook(
            _("{account} is a customer's account: name the account of the bank, or of the fee", account=account)
        )
    return ChosenAccount(account, _("as given"))


def not_opened(book: Book, account: str, day: date, currency: str = "") -> str:
    """The message about an account that the ledger does not open: the account with the most similar name, and how to
    open it on `day`.
    """
    opening = f"{day} open {account} {currency}".rstrip()
    near = get_close_matches(account, sorted(book.opened_accounts), n=1)
    if near:
        return _(
            "there is no account {account}: did you mean {near}? If not, write {opening} into the ledger",
            account=account,
            near=near[0],
            opening=opening,
        )
    return _("there is no account {account}: write {opening} into the ledger", account=account, opening=opening)
