"""The ledger's account of a statement."""

from __future__ import annotations

import re
from datetime import date

from beancount_invoicing.bank.payment_accounts import not_opened
from beancount_invoicing.bank.statements import Statement
from beancount_invoicing.messages import _
from beancount_invoicing.model import Book

_GERMAN = re.compile(r"(\d{8})/(\d{1,10})", re.ASCII)


class UnknownBankAccount(ValueError):
    """The ledger does not say to which of its accounts a statement belongs, or two answers contradict each other."""


def account_of(book: Book, statement: Statement, day: date, named: str = "") -> str:
    """The ledger's account of a statement: that with its IBAN (`invoice-bank`, in force on `day`, or the seller's), else `named`.

    The seller's IBAN is the account `named`, or the ledger's only bank account. Raises UnknownBankAccount if none is found, if
    `named` is not the IBAN's account, or if the account is only open for other currencies.
    """
    found = _by_iban(book, statement, day, named)
    shown = statement.iban or statement.account_name or statement.source.file
    if found and named and found != named:
        raise UnknownBankAccount(
            _(
                "{shown} is {found} by its IBAN, but --account says {named}: leave --account out, or correct the IBAN",
                shown=shown,
                found=found,
                named=named,
            )
        )
    account = found or named
    if not account:
        accounts = ", ".join(sorted(book.bank_accounts) or sorted(book.bank_days)) or "Assets:Bank"
        first = accounts.split(", ")[0]
        if not (statement.iban or statement.account_name):
            raise UnknownBankAccount(
                _(
                    "{shown} does not say whose account it is: name the ledger's account, such as --account {account}",
                    shown=shown,
                    account=first,
                )
            )
        advice = _(
            '{day} custom "invoice-bank" {account} with iban: "{iban}"',
            day=day,
            account=first,
            iban=statement.iban or "…",
        )
        raise UnknownBankAccount(
            _(
                "no account of the ledger is known for {shown}: give --account ACCOUNT, or write {advice}",
                shown=shown,
                advice=advice,
            )
        )
    if account not in book.opened_accounts:
        raise UnknownBankAccount(not_opened(book, account, day, statement.currency))
    currencies = book.currencies.get(account, ())
    if currencies and statement.currency not in currencies:
        raise UnknownBankAccount(
            _(
                "the statement of {shown} is in {currency}, but {account} is open for {currencies}: give another account "
                "with --account",
                shown=shown,
                currency=statement.currency,
                account=account,
                currencies=", ".join(currencies),
            )
        )
    return account


def _by_iban(book: Book, statement: Statement, day: date, named: str) -> str:
    for account, dated in sorted(book.bank_accounts.items()):
        iban = dated.at(day).iban
        if iban and (iban == statement.iban or _is_german_account(iban, statement.account_name)):
            return account
    if statement.iban and book.seller and book.seller.at(day).iban == statement.iban:
        candidates = sorted(book.bank_accounts) or sorted(book.bank_days)
        if named:
            return named
        return candidates[0] if len(candidates) == 1 else ""
    return ""


def _is_german_account(iban: str, account_name: str) -> bool:
    """Whether a German IBAN belongs to a bank code and number such as 50880050/194774600."""
    found = _GERMAN.fullmatch(account_name.replace(" ", ""))
    return bool(found) and iban[:2] == "DE" and iban[4:] == f"{found[1]}{found[2]:0>10}"  # type: ignore[index] # it is found
