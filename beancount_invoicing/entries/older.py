"""Books without invoices: who is likely a customer in them, and what is open."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from beancount.core.data import Open, Transaction

from beancount_invoicing.entries.metadata import source_of
from beancount_invoicing.model import ZERO, Day, Source
from beancount_invoicing.rules.currencies import decimals
from beancount_invoicing.rules.steps import round_to

_RECEIVABLE = re.compile(r"receivable|client|customer|debtor|debiteur|débiteur|debitor|forderung|:411", re.IGNORECASE)
_NUMBER = re.compile(r"\b[A-Za-z]{0,4}[-/]?\d{2,4}[-/]?\d{1,6}\b")


class WaitingTax(NamedTuple):
    """Tax of an open item that waits for its payment, and what may be the base that it is due on."""

    amount: Decimal
    currency: str
    bases: tuple[Decimal, ...]


class OpenItem(NamedTuple):
    """A claim that is open in books that have no invoices yet."""

    account: str
    currency: str
    number: str
    date: Day
    amount: Decimal
    source: Source
    taxes: tuple[WaitingTax, ...] = ()
    """What of its invoice's tax waits: of what is open of it."""


def customer_accounts(entries: Sequence[Any], known: Collection[str], assets: str = "Assets") -> dict[str, Source]:
    """The accounts that are likely customers' and do not say so yet (are not `known`), with where they are opened.

    `assets` is how accounts of assets begin.
    """
    opens = [entry for entry in entries if isinstance(entry, Open)]
    parents = {entry.account.rsplit(":", 1)[0] for entry in opens}
    return {
        entry.account: source_of(entry.meta)
        for entry in opens
        if entry.account.startswith(f"{assets}:")
        and _RECEIVABLE.search(entry.account)
        and entry.account not in parents
        and entry.account not in known
    }


def payees(entries: Sequence[Any], account: str) -> Counter[str]:
    """The payees of an account's transactions, with how often each stands there."""
    return Counter(
        entry.payee
        for entry in entries
        if isinstance(entry, Transaction)
        and entry.payee
        and any(posting.account == account for posting in entry.postings)
    )


def open_items(
    entries: Sequence[Any], accounts: Mapping[str, Source], as_of: date, used: set[str], pending: str = ""
) -> list[OpenItem]:
    """What is open on these accounts at the end of `as_of`: each credit settles the oldest debits of its account and currency.

    Numbers that are `used` are given to none. `pending`: the account on which tax waits until it is paid.
    """
    debits: defaultdict[tuple[str, str], list[OpenItem]] = defaultdict(list)
    paid: defaultdict[tuple[str, str], Decimal] = defaultdict(lambda: ZERO)
    taken = set(used)
    for entry in entries:
        if not isinstance(entry, Transaction) or entry.date > as_of:
            continue
        for posting in entry.postings:
            if (
                posting.account not in accounts
                or posting.units is None
                or not isinstance(posting.units.number, Decimal)
            ):
                continue
            key = (posting.account, posting.units.currency)
            amount = posting.units.number
            if amount < 0:
                paid[key] -= amount
            elif amount > 0:
                number = _number_in(entry.links, entry.narration or "", entry.date, taken)
                taxes = _waiting(entry, pending, amount)
                debits[key].append(OpenItem(*key, number, entry.date, amount, source_of(entry.meta), taxes))
    result = []
    for key, those in sorted(debits.items()):
        for one in those:
            settled = min(paid[key], one.amount)
            paid[key] -= settled
            if one.amount > settled:
                left = one.amount - settled
                taxes = tuple(
                    tax._replace(amount=round_to(tax.amount * left / one.amount, decimals(tax.currency)))
                    for tax in one.taxes
                )
                result.append(one._replace(amount=left, taxes=taxes))
    return result


def _waiting(entry: Transaction, pending: str, claim: Decimal) -> tuple[WaitingTax, ...]:
    """The tax that an older invoice puts on the account where it waits."""
    numbers = [
        (posting.account, posting.units.number, posting.units.currency)
        for posting in entry.postings
        if posting.units is not None and isinstance(posting.units.number, Decimal)
    ]
    waits = [(-number, currency) for account, number, currency in numbers if account == pending and number < 0]
    net = claim - sum((amount for amount, _currency in waits), ZERO)
    bases = net, *(-number for account, number, _currency in numbers if account != pending and number < 0)
    return tuple(WaitingTax(amount, currency, bases) for amount, currency in waits)


def balance(entries: Sequence[Any], account: str, as_of: date) -> dict[str, Decimal]:
    """What stands on an account at the end of `as_of`, by currency; nothing where it is zero."""
    sums: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)
    for entry in entries:
        if isinstance(entry, Transaction) and entry.date <= as_of:
            for posting in entry.postings:
                if posting.account == account and posting.units is not None and posting.units.number:
                    sums[posting.units.currency] += posting.units.number
    return {currency: amount for currency, amount in sorted(sums.items()) if amount}


def _number_in(links: Collection[str] | None, narration: str, day: date, used: set[str]) -> str:
    """The number that a transaction seems to have: its link, else what looks like one in its text, else its date."""
    found = sorted(links or ()) + _NUMBER.findall(narration) + [f"OPEN-{day.isoformat()}"]
    number = next((one for one in found if one not in used), "")
    count = 2
    while not number or number in used:
        number, count = f"OPEN-{day.isoformat()}-{count}", count + 1
    used.add(number)
    return number
