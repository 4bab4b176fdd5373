"""Which customer a person means by a name."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from beancount_invoicing.messages import _, joined
from beancount_invoicing.model import Book
from beancount_invoicing.rules.accents import without_accents


class UnknownCustomer(ValueError):
    """No customer has this name, or more than one; the message lists similar names."""


def near_name_hint(name: str, known: Iterable[str]) -> str:
    """A hint at the name that was probably meant, ignoring case and accents; "" if no name is similar."""
    from difflib import get_close_matches  # here, because most commands need no hint

    names = {folded(name): name for name in sorted(known)}
    near = get_close_matches(folded(name), names, cutoff=0.5)
    return _(": did you mean {name}?", name=names[near[0]]) if near else ""


_PLAIN = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "’": "'", "‘": "'", "–": "-", "‑": "-"})


def folded(name: str) -> str:
    """A name in the form in which names are compared: accents, case, curly quotes and spaces do not matter."""
    return " ".join(without_accents(name.casefold().translate(_PLAIN)).split())


def find_customer(book: Book, name: str) -> str:
    """The main account of the only customer with the name `name`, found as by `find_customers`: for commands that
    write.

    Raises UnknownCustomer if there is none, or more than one: it lists them.
    """
    found = find_customers(book, name)
    if len(found) > 1:
        raise UnknownCustomer(_('"{name}" can be {list}: say which account', name=name, list=_list(book, found)))
    return found[0]


def find_customers(book: Book, name: str) -> tuple[str, ...]:
    """The main accounts of the customers with the name `name`, in the Book's order: for commands that only read.

    All commands use this rule; accents and case do not matter. The first rule that matches decides: the whole account,
    or an account below it; the account's last part, or a whole name that the customer has or had; a part of either, or
    (with a colon) of the account. Raises UnknownCustomer if none matches, with similar names.
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
    from difflib import get_close_matches

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
    """The notice that a name fits several customers and all of them are taken; "" if it fits only one."""
    return (
        _('"{name}" is {count} customers: {list}', name=name, count=len(accounts), list=_list(book, accounts))
        if len(accounts) > 1
        else ""
    )


def _list(book: Book, found: Sequence[str]) -> str:
    return ", ".join(f"{book.customers[account].latest.name} ({account})" for account in found)


def short_names(book: Book) -> dict[str, str]:
    """A short name for each customer, by main account: the account's last part, or the whole account if another one
    ends in the same way.
    """
    owners: defaultdict[str, set[str]] = defaultdict(set)
    for account in book.customers:
        for name in _called(book, account)[1:]:
            owners[name].add(account)
    return {
        account: account if owners.get(folded(name), set()) - {account} else name
        for account, name in leaves(book.customers).items()
    }


def leaves(accounts: Iterable[str]) -> dict[str, str]:
    """The short name of each account: its last part, or the whole account if another one ends in the same way."""
    last = {account: account.rpartition(":")[2] for account in accounts}
    shared = Counter(name.casefold() for name in last.values())
    return {account: name if shared[name.casefold()] == 1 else account for account, name in last.items()}
