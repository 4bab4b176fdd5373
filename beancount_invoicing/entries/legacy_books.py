"""Books without invoices: who is likely a customer in them, and what is open."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from beancount.core.data import Close, Open, Transaction

from beancount_invoicing.entries import account_words
from beancount_invoicing.entries.legacy_numbers import links_with_number, numbers_in
from beancount_invoicing.entries.metadata import source_of
from beancount_invoicing.messages import _
from beancount_invoicing.model import ZERO, Day, Source
from beancount_invoicing.rules import numbering
from beancount_invoicing.rules.currencies import currency_decimals
from beancount_invoicing.rules.steps import round_to
from beancount_invoicing.rules.worktime import TIME_COMMODITIES


class LegacyPendingTax(NamedTuple):
    """Pending tax of an open item, and the possible base of it."""

    amount: Decimal
    currency: str
    bases: tuple[Decimal, ...]


class LegacyOpenItem(NamedTuple):
    """A claim that is open in books that have no invoices yet."""

    account: str
    currency: str
    number: str
    date: Day
    amount: Decimal
    """To the currency's decimals."""
    source: Source
    taxes: tuple[LegacyPendingTax, ...] = ()
    """How much of its invoice's tax is pending: of its open part."""
    payee: str = ""


class UnappliedPayment(NamedTuple):
    """A payment on an account that settles nothing there: it names claims that are paid, or nothing is left to pay."""

    account: str
    currency: str
    amount: Decimal


class LegacyCustomerAccount(NamedTuple):
    """An account on which customers owe."""

    name: str
    opened: OpenedAccount
    debited_payees: Counter[str]
    """The payees of its debits, and how often each occurs."""
    has_children: bool
    """Whether there are accounts below it."""

    @property
    def leaf(self) -> str:
        """The last part of its name."""
        return self.name.rsplit(":", 1)[-1]

    @property
    def is_generic(self) -> bool:
        """Whether its name is not a customer's."""
        return account_words.of_no_single_customer(self.leaf)

    @property
    def pooled(self) -> bool:
        """Whether several customers owe on it: its name is not a customer's, and its claims have several payees – or its
        customers have accounts below it.
        """
        return self.is_generic and bool(self.debited_payees) and (self.has_children or len(self.debited_payees) > 1)


class OpenedAccount(NamedTuple):
    """The day on which an account was opened, and its only allowed currencies (none: any)."""

    date: Day
    currencies: tuple[str, ...]


def open_accounts(entries: Sequence[Any], day: date) -> dict[str, OpenedAccount]:
    """The accounts that are not closed at the end of `day`, by name."""
    opened: dict[str, OpenedAccount] = {}
    for entry in entries:
        if isinstance(entry, Open):
            opened[entry.account] = OpenedAccount(entry.date, tuple(entry.currencies or ()))
        elif isinstance(entry, Close) and entry.date <= day:
            opened.pop(entry.account, None)
    return dict(sorted(opened.items()))


def customer_accounts(
    entries: Sequence[Any], opened: Mapping[str, OpenedAccount], known: Collection[str], assets: str, as_of: date
) -> list[LegacyCustomerAccount]:
    """The accounts that probably belong to customers and are not marked as such (are not `known`), by name. `opened`:
    the accounts that are open; `assets` is the name of the root of assets.

    An account above others, or for customers in general, counts only if it is debited itself.
    """
    likely = {
        name: entry
        for name, entry in opened.items()
        if name.startswith(f"{assets}:") and name not in known and account_words.of_customers(name)
    }
    parents = {name.rsplit(":", count)[0] for name in opened for count in range(1, name.count(":"))}
    claimed: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for entry in entries:
        if isinstance(entry, Transaction) and entry.date <= as_of:
            for posting in entry.postings:
                if posting.account in likely and posting.units is not None and (posting.units.number or ZERO) > 0:
                    claimed[posting.account][entry.payee or ""] += 1
    found = [LegacyCustomerAccount(name, entry, claimed[name], name in parents) for name, entry in likely.items()]
    return [
        account
        for account in found
        if account.pooled or not (account.has_children or (account.is_generic and not account.debited_payees))
    ]


def payees(entries: Sequence[Any], account: str) -> Counter[str]:
    """The payees of an account's transactions, with how often each is there."""
    return Counter(
        entry.payee
        for entry in entries
        if isinstance(entry, Transaction)
        and entry.payee
        and any(posting.account == account for posting in entry.postings)
    )


def later_transactions_text(entries: Sequence[Any], account: str, day: date) -> str:
    """How many transactions of later days an account has, in words; "" if none."""
    count = sum(
        isinstance(entry, Transaction)
        and entry.date > day
        and any(posting.account == account for posting in entry.postings)
        for entry in entries
    )
    return (
        (_("{count} transactions", count=count) if count > 1 else _("{count} transaction", count=count))
        if count
        else ""
    )


def count_with_invoice_key(entries: Sequence[Any]) -> int:
    """The number of transactions with `invoice:`, the key of documents."""
    return sum(isinstance(entry, Transaction) and "invoice" in entry.meta for entry in entries)


# what is open -----------------------------------------------------------------------------------------------------------


class _Claim:
    """A debit on a customer's account, and what is left of it."""

    def __init__(self, entry: Transaction, amount: Decimal, pending: str) -> None:
        self.entry = entry
        self.amount = amount
        self.left = amount
        self.payee = entry.payee or ""
        self.taxes = _waiting(entry, pending, amount)
        self.numbers = numbers_in(entry.narration or "")

    def names(self) -> set[str]:
        """What a payment may call it."""
        return {*(self.entry.links or ()), *(number for number in self.numbers if len(number) >= 3)}

    def pay(self, amount: Decimal) -> Decimal:
        """Takes off up to `amount`; returns the rest of it."""
        paid = min(amount, self.left)
        self.left -= paid
        return amount - paid


class _Money(NamedTuple):
    """A credit on a customer's account."""

    entry: Transaction
    amount: Decimal


def open_items(
    entries: Sequence[Any], accounts: Collection[str], as_of: date, used: set[str], pending: str = ""
) -> tuple[list[LegacyOpenItem], list[UnappliedPayment]]:
    """What is open on these accounts at the end of `as_of`, and what was overpaid.

    A credit settles the debits of its account and currency that it names, by a link or by their number in its text; one that names
    none settles the oldest of its payee's, then the oldest of all. On `as_of` itself, an entry with the link of an item's number is
    left to settle it in the new books. Numbers that are `used` are not given again. `pending`: the account of pending tax.
    """
    claims: defaultdict[tuple[str, str], list[_Claim]] = defaultdict(list)
    money: defaultdict[tuple[str, str], list[_Money]] = defaultdict(list)
    links: Counter[str] = Counter()
    for entry in entries:
        if not isinstance(entry, Transaction) or entry.date > as_of:
            continue
        debited = False
        for posting in entry.postings:
            if posting.account not in accounts or posting.units is None:
                continue
            amount, currency = posting.units.number, posting.units.currency
            if not isinstance(amount, Decimal) or currency in TIME_COMMODITIES:
                continue
            if amount < 0:
                money[posting.account, currency].append(_Money(entry, -amount))
            elif amount > 0:
                claims[posting.account, currency].append(_Claim(entry, amount, pending))
                debited = True
        if debited:
            links.update(entry.links or ())
    alone = {link for link, count in links.items() if count == 1}
    items: list[LegacyOpenItem] = []
    unused: list[UnappliedPayment] = []
    taken = {numbering.link(link) for link in used}
    for key in sorted({*claims, *money}):
        over = _settle(claims[key], money[key], as_of, alone)
        if over:
            unused.append(UnappliedPayment(*key, over))
        items += _items(key, claims[key], alone, taken)
    return items, unused


def _settle(claims: Sequence[_Claim], money: Sequence[_Money], as_of: date, alone: Collection[str]) -> Decimal:
    """Lets credits settle debits of one account and currency; what is left of the credits."""
    by_name: defaultdict[str, list[_Claim]] = defaultdict(list)
    numbers: set[str] = set()
    for claim in claims:
        for name in claim.names():
            by_name[name].append(claim)
        numbers.update(links_with_number(claim.entry.links, alone))
    over, nameless = ZERO, []
    for payment in money:
        links = payment.entry.links or frozenset()
        if payment.entry.date == as_of and not numbers.isdisjoint(links):
            continue
        named = [claim for name in sorted(links) for claim in by_name.get(name, ())]
        if not named:
            named = [claim for name in numbers_in(payment.entry.narration or "") for claim in by_name.get(name, ())]
        if named:
            over += _paid(named, payment.amount)
        else:
            nameless.append(payment)
    rest = []
    for payment in nameless:
        own = [claim for claim in claims if payment.entry.payee and claim.payee == payment.entry.payee]
        if left := _paid(own, payment.amount):
            rest.append(left)
    return over + sum((_paid(claims, left) for left in rest), ZERO)


def _paid(claims: Sequence[_Claim], amount: Decimal) -> Decimal:
    """Settles these claims in their order; what is left of the amount."""
    for claim in claims:
        amount = claim.pay(amount)
    return amount


def _items(
    key: tuple[str, str], claims: Sequence[_Claim], alone: Collection[str], taken: set[str]
) -> Iterator[LegacyOpenItem]:
    for claim in claims:
        left = _rounded(claim.left, key[1])
        if not left:
            continue
        number = _number_of(claim, alone, taken)
        taxes = tuple(
            tax._replace(
                amount=round_to(tax.amount * left / claim.amount, currency_decimals(tax.currency)),
                bases=tuple(base * left / claim.amount for base in tax.bases),
            )
            for tax in claim.taxes
        )
        yield LegacyOpenItem(*key, number, claim.entry.date, left, source_of(claim.entry.meta), taxes, claim.payee)


def _rounded(amount: Decimal, currency: str) -> Decimal:
    """An amount rounded to the decimals of its currency: amounts that Beancount calculates from prices have more."""
    return round_to(amount, currency_decimals(currency))


def _waiting(entry: Transaction, pending: str, claim: Decimal) -> tuple[LegacyPendingTax, ...]:
    """The tax that an older invoice puts on the pending account."""
    numbers = [
        (posting.account, posting.units.number, posting.units.currency)
        for posting in entry.postings
        if posting.units is not None and isinstance(posting.units.number, Decimal)
    ]
    waits = [(-number, currency) for account, number, currency in numbers if account == pending and number < 0]
    net = claim - sum((amount for amount, _currency in waits), ZERO)
    bases = net, *(-number for account, number, _currency in numbers if account != pending and number < 0)
    return tuple(LegacyPendingTax(amount, currency, bases) for amount, currency in waits)


def balance(entries: Sequence[Any], account: str, as_of: date) -> dict[str, Decimal]:
    """The balance of an account at the end of `as_of`, by currency; without zeros."""
    sums: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)
    for entry in entries:
        if isinstance(entry, Transaction) and entry.date <= as_of:
            for posting in entry.postings:
                if posting.account == account and posting.units is not None and posting.units.number:
                    sums[posting.units.currency] += posting.units.number
    return {currency: amount for currency, amount in sorted(sums.items()) if amount}


def _number_of(claim: _Claim, alone: Collection[str], used: set[str]) -> str:
    """The number that a claim seems to have: a link that no other has, else one in its text, else its date."""
    links = sorted(links_with_number(claim.entry.links, alone), key=lambda name: (name not in claim.numbers, name))
    free = [name for name in (*links, *claim.numbers) if numbering.link(name) not in used]
    number, count = (free[0] if free else f"OPEN-{claim.entry.date.isoformat()}"), 2
    while numbering.link(number) in used:
        number, count = f"OPEN-{claim.entry.date.isoformat()}-{count}", count + 1
    used.add(numbering.link(number))
    return number


def readable_name(part: str) -> str:
    """A part of an account as a name in words: `BirchAndSons` becomes Birch And Sons."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", part.replace("-", " "))
