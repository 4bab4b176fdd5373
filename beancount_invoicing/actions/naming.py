"""Which customer a person means by a name."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from difflib import get_close_matches

from beancount_invoicing.model import Book
from beancount_invoicing.rules.letters import without_accents


class UnknownCustomer(ValueError):
    """A name is no customer's, or that of more than one; the message says which are near."""


def near(name: str, known: Iterable[str]) -> str:
    """A hint at the name that was likely meant, whatever its case and accents; "" where none is near."""
    folded = {_folded(one): one for one in sorted(known)}
    near = get_close_matches(_folded(name), sorted(folded), 1, 0.5)
    return f": did you mean {folded[near[0]]}?" if near else ""


def _folded(name: str) -> str:
    return without_accents(name.casefold())


def customer(book: Book, name: str) -> str:
    """The main account of the one customer that `name` names, as `customers` finds it.

    Raises UnknownCustomer where there is none, or more than one: it lists them.
    """
    found = customers(book, name)
    if len(found) > 1:
        those = ", ".join(f"{book.customers[account].as_last_said.name} ({account})" for account in found)
        raise UnknownCustomer(f'"{name}" can be {those}: say which account')
    return found[0]


def customers(book: Book, name: str) -> tuple[str, ...]:
    """The main accounts of the customers that `name` names, in any case, in the Book's order.

    The whole account wins over the account's last part and the whole name, and these over a part of either. Raises UnknownCustomer
    where there is none.
    """
    folded = name.casefold()
    names = {
        account: (account.casefold(), account.casefold().rpartition(":")[2], dated.as_last_said.name.casefold())
        for account, dated in book.customers.items()
    }
    found = (
        [one for one, (account, _last, _name) in names.items() if folded == account]
        or [one for one, (_account, last, called) in names.items() if folded in {last, called}]
        or [one for one, (account, _last, called) in names.items() if folded in account or folded in called]
    )
    if not found:
        raise UnknownCustomer(
            f'there is no customer "{name}"{near(name, [one.split(":")[-1] for one in book.customers])}'
        )
    return tuple(found)


def short_names(book: Book) -> dict[str, str]:
    """What a person may call the customer of each main account: its last part, else (another one is called so too) the whole."""
    called: defaultdict[str, set[str]] = defaultdict(set)
    for account, dated in book.customers.items():
        called[dated.as_last_said.name.casefold()].add(account)
    short = leaves(book.customers)
    return {
        account: account if called.get(name.casefold(), set()) - {account} else name for account, name in short.items()
    }


def leaves(accounts: Iterable[str]) -> dict[str, str]:
    """What each account is called in short: its last part, the whole where another one ends alike."""
    last = {account: account.rpartition(":")[2] for account in accounts}
    shared = Counter(name.casefold() for name in last.values())
    return {account: name if shared[name.casefold()] == 1 else account for account, name in last.items()}
