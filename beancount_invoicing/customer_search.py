"""Which customer a person means by a name."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches

from beancount_invoicing.messages import _, joined
from beancount_invoicing.model import Book
from beancount_invoicing.rules.accents import without_accents


class UnknownCustomer(ValueError):
    """A name is no customer's, or that of more than one; the message says which are near."""


def near_name_hint(name: str, known: Iterable[str]) -> str:
    """A hint at the name that was likely meant, whatever its case and accents; "" where none is near."""
    names = {folded(name): name for name in sorted(known)}
    near = get_close_matches(folded(name), names, cutoff=0.5)
    return _(": did you mean {name}?", name=names[near[0]]) if near else ""


_PLAIN = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "’": "'", "‘": "'", "–": "-", "‑": "-"})


def folded(name: str) -> str:
    """A name as it is compared: accents, case, curly quotes and spaces do not matter."""
    return " ".join(without_accents(name.casefold().translate(_PLAIN)).split())


def find_customer(book: Book, name: str) -> str:
    """The main account of the one customer that `name` names, as `customers` finds it: for what is written.

    Raises UnknownCustomer where there is none, or more than one: it lists them.
    """
    found = find_customers(book, name)
    if len(found) > 1:
        raise UnknownCustomer(_('"{name}" can be {list}: say which account', name=name, list=_list(book, found)))
    return found[0]


def find_customers(book: Book, name: str) -> tuple[str, ...]:
    """The main accounts of the customers that `name` names, in the Book's order: for what is only read.

    The one rule of all commands; accents and case do not matter. What is met first decides: the whole account, or one below it;
    the account's last part, or a whole name that the customer has or had; a part of either, or (with a colon) of the account.
    Raises UnknownCustomer where there is none, with those that are near.
    """
    text = folded(name)
    called = {account: _called(book, account) for account in book.customers}
    owners = {folded(account): main for account, main in book.main_accounts.items()}
    whole = owners.get(text)
    found = (
        [whole]
        if whole in book.customers
        else [account for account, names in called.items() if text in names]
        or [account for account, names in called.items() if text and any(text in name for name in names)]
        or [account for account in called if ":" in text and text in folded(account)]
    )
    if not found:
        raise UnknownCustomer(
            _('there is no customer "{name}"{near_customers}', name=name, near_customers=_near_customers(called, text))
        )
    return tuple(account for account in found if account is not None)


def _called(book: Book, account: str) -> tuple[str, ...]:
    """What a customer is called: its account's last part, and the names that it has or had."""
    names = dict.fromkeys(folded(version.name) for _day, version in book.customers[account].versions)
    return (folded(account.rpartition(":")[2]), *names)


def _near_customers(called: Mapping[str, tuple[str, ...]], typed: str) -> str:
    """A hint at the customers that were likely meant, up to three, as `leaves` calls them."""
    words: dict[str, str] = {}
    for account, names in called.items():
        for word in (*names, *(part for name in names[1:] for part in name.split() if len(part) > 2)):
            words.setdefault(word, account)
    near = dict.fromkeys(words[match] for match in get_close_matches(typed, sorted(words), 6, 0.6))
    names_of = leaves(called)
    short = [names_of[account] for account in near][:3]
    return (
        _(": did you mean {filter}?", filter=joined(_(" or "), filter(None, (", ".join(short[:-1]), short[-1]))))
        if short
        else ""
    )


def ambiguous_name_notice(book: Book, name: str, accounts: Sequence[str]) -> str:
    """What to say where a name is that of several customers, and all of them are taken; "" where it is one's."""
    return (
        _('"{name}" is {count} customers: {list}', name=name, count=len(accounts), list=_list(book, accounts))
        if len(accounts) > 1
        else ""
    )


def _list(book: Book, found: Sequence[str]) -> str:
    return ", ".join(f"{book.customers[account].latest.name} ({account})" for account in found)


def short_names(book: Book) -> dict[str, str]:
    """What a person may call the customer of each main account: its last part, else (another one is called so too) the whole."""
    owners: defaultdict[str, set[str]] = defaultdict(set)
    for account in book.customers:
        for name in _called(book, account)[1:]:
            owners[name].add(account)
    return {
        account: account if owners.get(folded(name), set()) - {account} else name
        for account, name in leaves(book.customers).items()
    }


def leaves(accounts: Iterable[str]) -> dict[str, str]:
    """What each account is called in short: its last part, the whole where another one ends alike."""
    last = {account: account.rpartition(":")[2] for account in accounts}
    shared = Counter(name.casefold() for name in last.values())
    return {account: name if shared[name.casefold()] == 1 else account for account, name in last.items()}
