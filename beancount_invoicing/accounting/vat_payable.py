"""The account of the VAT to pay: the one that the ledger names, else the only one with the usual number of the seller's country."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from beancount_invoicing.accounting.vat import pending_accounts, tax_accounts
from beancount_invoicing.law.vat_accounts import vat_payable_numbers
from beancount_invoicing.messages import _
from beancount_invoicing.model import Book
from beancount_invoicing.model.general_ledger import GeneralLedger, LedgerAccount

PAYABLE_OPTION = "vat-payable-account"


class NoPayableAccount(ValueError):
    """No account, or more than one, may be that of the VAT to pay; the message says which line to add."""


def payable_account(general_ledger: GeneralLedger, book: Book, since: date, until: date) -> str:
    """The account to which the VAT of a period goes, from `since` to `until` (inclusive): that of the option `vat-payable-account`,
    else the only one below the liabilities that is open at the end and whose number is usual in the seller's country.

    Raises NoPayableAccount, whose message dates the line to add on `since`.
    """
    if named := book.option(PAYABLE_OPTION, until):
        return named
    numbers = _numbers(book, until)
    for number in numbers:
        found = _numbered(general_ledger, book, number, until)
        if len(found) == 1:
            return found[0]
        if found:
            raise NoPayableAccount(
                _(
                    "which account takes the VAT to pay? {accounts} have the number {number}: write {day} custom "
                    '"invoice-option" "vat-payable-account" {account}, or another of them',
                    accounts=", ".join(found),
                    number=number,
                    day=since,
                    account=found[0],
                )
            )
    raise NoPayableAccount(_what_to_write(general_ledger, book, numbers, since))


def payable_accounts(general_ledger: GeneralLedger, book: Book, since: date, until: date) -> frozenset[str]:
    """Every account that the option has ever named; without the option, the one that is found by its number, if there is one."""
    if PAYABLE_OPTION in book.options:
        return frozenset(str(account) for _since, account in book.options[PAYABLE_OPTION].versions)
    try:
        return frozenset({payable_account(general_ledger, book, since, until)})
    except NoPayableAccount:
        return frozenset()


def _numbers(book: Book, day: date) -> tuple[str, ...]:
    return vat_payable_numbers(book.seller.at(day).address.country) if book.seller else ()


def _numbered(general_ledger: GeneralLedger, book: Book, number: str, day: date) -> list[str]:
    """The accounts of liabilities that are open on a day and whose number begins so, but for those of tax codes."""
    taxes = {*tax_accounts(book), *pending_accounts(book)}
    return sorted(
        account.name
        for account in general_ledger.accounts.values()
        if account.number.startswith(number)
        and _root(account) == general_ledger.roots.liabilities
        and account.name not in taxes
        and book.opened_accounts.get(account.name, date.max) <= day
        and book.closed_accounts.get(account.name, date.max) >= day
    )


def _root(account: LedgerAccount) -> str:
    return account.name.split(":")[0]


def _what_to_write(general_ledger: GeneralLedger, book: Book, numbers: Iterable[str], day: date) -> str:
    """The line that makes an account the one of the VAT to pay: its open with its number, where the ledger numbers its accounts."""
    name = "TVA-A-Payer" if book.books_language(day) == "fr" else "VAT-Payable"
    account = f"{general_ledger.roots.liabilities}:{name}"
    number = next(iter(numbers), "")
    if (
        number
        and account not in book.opened_accounts
        and any(known.number for known in general_ledger.accounts.values())
    ):
        return _(
            "no account is known for the VAT to pay ({number}): write {day} open {account}, and on the line below it {key}: "
            '"{number}"',
            number=number,
            day=day,
            account=account,
            key=book.option("account-number-key", book.last_date, "pcg"),
        )
    if account in book.opened_accounts:
        return _(
            'which account takes the VAT to pay? Write {day} custom "invoice-option" "vat-payable-account" {account}',
            day=day,
            account=account,
        )
    return _(
        'which account takes the VAT to pay? Write {day} open {account} and {day} custom "invoice-option" '
        '"vat-payable-account" {account}, or name another account',
        day=day,
        account=account,
    )
