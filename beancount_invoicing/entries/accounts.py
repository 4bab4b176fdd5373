"""Which account belongs to whom: customers' accounts, those above them, and those of taxes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping

from beancount_invoicing.model import Dated, Tax


class OwnerByAccount(dict[str, str | None]):
    """The main account of the customer to whom an account belongs, if any: its nearest ancestor's."""

    def __missing__(self, account: str) -> str | None:
        parent = account.rpartition(":")[0]
        self[account] = result = self[parent] if parent else None
        return result


def parent_accounts(customers: Mapping[str, object], owner: Callable[[str], str | None]) -> frozenset[str]:
    """The accounts above those of customers (by main account), which belong to nobody; without the roots."""
    parents = {
        main.rsplit(":", cut)[0] for main in customers for cut in range(1, main.count(":"))
    }  # fmt: skip
    return frozenset(account for account in parents if owner(account) is None)


def codes_by_account(taxes: Mapping[str, Dated[Tax]]) -> dict[str, tuple[str, ...]]:
    """The tax codes that each account, or pending account, serves."""
    codes_of: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for code, dated in taxes.items():
        for _day, tax in dated.versions:
            for account in (tax.account, tax.pending):
                if account:
                    codes_of[account][code] = None
    return {account: tuple(codes) for account, codes in codes_of.items()}
