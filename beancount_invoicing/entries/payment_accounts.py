"""The accounts that payments have used so far, by purpose."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from beancount.core.data import Transaction

from beancount_invoicing.entries.settlement_means import WRITE_OFF_TAG, AccountKinds
from beancount_invoicing.model import AccountUse, Payment, PaymentAccounts


class PaymentAccountCounter:
    """Counts the accounts, transaction by transaction."""

    def __init__(self, accounts: AccountKinds) -> None:
        self._accounts = accounts
        self._money: Counter[str] = Counter()
        self._fees: Counter[str] = Counter()
        self._discounts: Counter[str] = Counter()

    def add(self, entry: Transaction, payments: Iterable[Payment]) -> None:
        """Counts a transaction and its payment parts.

        If an amount is given up, the income or expense account beside it is that of discounts; in one currency, any other deduction
        from the money is a fee. If both occur together, they cannot be distinguished.
        """
        payments = list(payments)
        if not payments or "invoice" in entry.meta or WRITE_OFF_TAG in (entry.tags or ()):
            return
        accounts = self._accounts
        beside = [
            posting
            for posting in entry.postings
            if accounts.owner(posting.account) is None and posting.units is not None and posting.units.number
        ]
        self._money.update({posting.account for posting in beside if accounts.money(posting.account)})
        results = {posting.account for posting in beside if accounts.result(posting.account)}
        one_currency = len({posting.units.currency for posting in entry.postings if posting.units is not None}) == 1
        if len(results) != 1 or not one_currency or any(posting.price is not None for posting in entry.postings):
            return
        if any(payment.means == "discount" for payment in payments):
            self._discounts.update(results)
        elif all(payment.means == "money" for payment in payments):
            self._fees.update(results)

    def by_use(self) -> PaymentAccounts:
        """The accounts, the most used first."""
        return PaymentAccounts(_sorted(self._money), _sorted(self._fees), _sorted(self._discounts))


def _sorted(counter: Counter[str]) -> tuple[AccountUse, ...]:
    uses = (AccountUse(account, count) for account, count in counter.items())
    return tuple(sorted(uses, key=lambda use: (-use.payments, use.account)))
