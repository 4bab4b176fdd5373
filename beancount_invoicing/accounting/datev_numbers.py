"""DATEV's numbers of the ledger's accounts, and what lacks one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from beancount_invoicing.accounting.datev_settings import DatevSettings
from beancount_invoicing.accounting.entries import AccountingLine
from beancount_invoicing.messages import _
from beancount_invoicing.model import Book, Finding
from beancount_invoicing.model.general_ledger import GeneralLedger


class DatevNumbers:
    """DATEV's numbers of the ledger's accounts: a customer's own one (Debitor), or that of the chart of accounts."""

    def __init__(self, general_ledger: GeneralLedger, book: Book, settings: DatevSettings) -> None:
        self._accounts = general_ledger.accounts
        self._book = book
        self._settings = settings
        self._used: dict[str, AccountingLine] = {}
        self._customers: dict[str, AccountingLine] = {}

    def of(self, line: AccountingLine) -> str:
        """The number of a line's account; "" if the ledger does not say it."""
        main = self._book.main_accounts.get(line.account, "")
        if main and not self._is_another(line, main):
            self._customers.setdefault(main, line)
            return self._book.customers[main].latest.debtor_number
        self._used.setdefault(line.account, line)
        return line.number

    def named(self, account: str) -> str:
        """The number of an account that no line is on; "" if the ledger does not say it."""
        return self._accounts[account].number if account in self._accounts else ""

    def _is_another(self, line: AccountingLine, main: str) -> bool:
        """Whether a customer's account is another one of the chart of accounts than its main account, such as doubtful claims."""
        own = self._accounts.get(main)
        return line.account != main and bool(line.number) and (own is None or line.number != own.number)

    def debtors(self) -> dict[str, tuple[str, ...]]:
        """The customers of each debtor number that was asked for."""
        result: defaultdict[str, list[str]] = defaultdict(list)
        for main in sorted(self._customers):
            result[self._book.customers[main].latest.debtor_number].append(main)
        return {number: tuple(customers) for number, customers in sorted(result.items()) if number}

    def findings(self) -> Iterator[Finding]:
        """Accounts and customers without a number that DATEV takes."""
        length = self._settings.account_length
        for account, line in sorted(self._used.items()):
            if not _is_number(line.number, length):
                yield Finding("error", "account-number", self._of_account(account, line), line.source)
        taken = {self._book.customers[main].latest.debtor_number for main in self._book.customers}
        free = (str(number) for number in range(10**length, 7 * 10**length) if str(number) not in taken)
        for main, line in sorted(self._customers.items()):
            number = self._book.customers[main].latest.debtor_number
            if not _is_number(number, length + 1) or not "1" <= number[0] <= "6":
                yield Finding("error", "debtor-number", self._of_customer(main, number, next(free)), line.source)

    def _of_account(self, account: str, line: AccountingLine) -> str:
        values = {"account": account, "number": line.number, "length": self._settings.account_length}
        if line.number:
            return _(
                "{account} has the number {number}, but DATEV's accounts have {length} digits: write its number below its "
                "`open`, or set option datev-account-length",
                **values,
            )
        return _(
            'account {account} has no number for DATEV: write it below its `open`, {key}: "1200" for example',
            key=self._settings.number_key,
            **values,
        )

    def _of_customer(self, main: str, number: str, free: str) -> str:
        if number:
            return _(
                '{account}: debtor-number is "{number}", but must be from {first} to {last}: write "{free}", for example',
                account=main,
                number=number,
                first="1" + "0" * self._settings.account_length,
                last="6" + "9" * self._settings.account_length,
                free=free,
            )
        return _(
            'customer {account} has no debtor number: write debtor-number: "{free}" below its `open`, or the number that your '
            "tax adviser uses",
            account=main,
            free=free,
        )


def _is_number(text: str, length: int) -> bool:
    return len(text) == length and text.isascii() and text.isdigit() and bool(text.strip("0"))
