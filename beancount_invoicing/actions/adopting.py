"""What an older ledger needs to become an invoicing ledger."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import NamedTuple

from beancount_invoicing.actions.adding import account_name, check_party, say_customer
from beancount_invoicing.actions.billing import CannotBill
from beancount_invoicing.actions.starting import NAMES, Names, Start, codes_of, ignoring, oss_account, settings
from beancount_invoicing.actions.writing import Changes, How, New, Outcome, Refused, as_it_is, change
from beancount_invoicing.entries import Loading, account_words, older, opens, text
from beancount_invoicing.model import ZERO
from beancount_invoicing.rules import terms


def adopt(file: str | Path, start: Start, as_of: date, how: How) -> Outcome:
    """What an older ledger needs: the seller, taxes and options, `customer` on the accounts of customers, and its open items.

    Customers are the accounts below Assets that are named so (receivable, clients, 411 …); below one on which several owe, each of
    them gets an account. Open items are what the debits leave at the end of `as_of`, also on accounts that say `customer` already
    and have no documents: each credit has settled what it names, else the oldest. One transaction says them, another takes the same
    sums out of what has no number, so no balance changes. Raises what `change` raises, CannotBill.
    """

    said: list[int] = []

    def make(loading: Loading) -> Changes:
        if loading.book.seller is None and (count := older.with_our_key(loading.entries)):
            said.append(count)
        check_party([*start.said, ("terms", start.terms)])
        books = _Books(loading, start, as_of, older.open_accounts(loading.entries, as_of))
        people = _customers(books)
        waiting = _waiting(books)
        used = {use.number for use in loading.book.numbers}
        items, unused = older.open_items(loading.entries, people.accounts, as_of, used, waiting.account)
        left = older.balance(loading.entries, waiting.account, as_of) if waiting.account else {}
        seller = loading.book.seller is None
        new = [New(start.day, as_it_is(_missing(books)))] if seller else []
        new += people.new(items, min(start.day, as_of))
        if items:
            equity, opened = _equity(books, {item.currency for item in items} | set(left))
            if not opened:
                opening = min(start.day, as_of)
                new.append(New(opening, as_it_is(text.opened(opening, equity))))
            placed = [(item, people.place(item)) for item in items]
            new.append(New(as_of, partial(_takeover, placed, waiting, left, as_of, start, equity)))
        if not loading.checked:
            new.append(New(start.day, as_it_is('plugin "beancount_invoicing"\n')))
        notices = [*(_guessed(books) if seller else ()), *people.notices]
        notices += [
            f"{people.place(item)}: {item.number} of {item.date}, {item.amount} {item.currency} is open ({item.source})"
            for item in items
        ]
        notices += [
            f"{one.account}: {one.amount} {one.currency} was paid that settles nothing open there: it stays on the account,"
            " without a number"
            for one in unused
        ]
        for currency, amount in left.items():
            unknown = -amount - sum(
                (tax.amount for item in items for tax in item.taxes if tax.currency == currency), ZERO
            )
            if unknown and items:
                notices.append(
                    f"{waiting.account}: of {unknown} {currency} that wait there it cannot be told of which open item they are: say"
                    " so in the transaction of the open items, with tax: and settles:"
                )
        git_file = Path(loading.book.file).parent / ".gitignore"
        before = git_file.read_bytes() if git_file.exists() else b""
        after = ignoring(before)
        return Changes(
            new=tuple(new),
            files=((git_file, after),) if after != before else (),
            edits=tuple(edit for changes in people.named for edit in changes.edits),
            message="Invoicing: what the ledger needs",
            notices=tuple(notices),
            idle="Nothing is missing: the ledger says who sells and who its customers are; no older claim is open without a number",
        )

    try:
        return change(file, make, how)
    except Refused as error:
        if said:
            raise Refused(
                f"{error}; {said[0]} of its entries say invoice:, which is the key of documents here: where it means something"
                " else, give it another name there (such as old-invoice:)",
                error.findings,
            ) from None
        raise


@dataclass(frozen=True, slots=True)
class _Books:
    """The older ledger, and what it shall become."""

    loading: Loading
    start: Start
    as_of: date

    opened: Mapping[str, older.Opened]
    """The accounts that are open at the end of `as_of`."""

    @property
    def currency(self) -> str:
        """The currency of the books: what they say, else what is said of them."""
        return self.loading.book.currency or self.start.currency

    def root(self, account: str) -> str:
        """An account as the ledger has it, whose options may say that accounts begin otherwise than with Assets, Liabilities …"""
        root, colon, rest = account.partition(":")
        return f"{self.loading.options[f'name_{root.lower()}']}{colon}{rest}"

    def found(self, root: str, fits: Callable[[str], bool], currencies: Iterable[str]) -> list[str]:
        """The open accounts below a root that are for something by their names, and may have these currencies."""
        begin = self.root(root) + ":"
        return [
            name
            for name, entry in self.opened.items()
            if name.startswith(begin)
            and fits(name)
            and (not entry.currencies or set(currencies) <= set(entry.currencies))
        ]


# customers ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _People:
    """Whose accounts are customers'."""

    accounts: frozenset[str]
    """The accounts on which what is open is looked for."""
    named: tuple[Changes, ...]
    """What says `customer` on those that do not yet."""
    pooled: Mapping[str, older.Account]
    """The accounts on which several owe."""
    files: Mapping[str, str]
    """The files that open these."""
    opened: frozenset[str]
    notices: tuple[str, ...]

    def place(self, item: older.OpenItem) -> str:
        """The account of the customer who owes an item."""
        if item.account not in self.pooled:
            return item.account
        return f"{item.account}:{account_name(item.payee) if item.payee else _NOBODY}"

    def new(self, items: Sequence[older.OpenItem], day: date) -> list[New]:
        """The accounts that are opened for customers."""
        result = [one for changes in self.named for one in changes.new]
        for account, pool in self.pooled.items():
            names: dict[str, str] = {}
            for payee in sorted(pool.claimed, key=lambda one: (-pool.claimed[one], one)):
                if payee:
                    names.setdefault(f"{account}:{account_name(payee)}", payee)
            if any(item.account == account and not item.payee for item in items):
                names[f"{account}:{_NOBODY}"] = "Customers without a name"
            result += [
                New(
                    day,
                    as_it_is(text.opened(day, name, ", ".join(pool.opened.currencies), [("customer", payee)])),
                    self.files[account],
                )
                for name, payee in sorted(names.items())
                if name not in self.opened
            ]
        return result


_NOBODY = "Various"
"""The last part of the account of claims whose payee nobody wrote down."""


def _customers(books: _Books) -> _People:
    book, entries = books.loading.book, books.loading.entries
    root = books.root("Assets")
    likely = older.customer_accounts(entries, books.opened, book.accounts, root, books.as_of)
    taken = {one.name: day for one in likely if one.pooled and (day := _taken_over(books, one.name)) > books.as_of}
    likely = [one for one in likely if one.name not in taken]
    pooled = {one.name: one for one in likely if one.pooled}
    busy = {invoice.customer.account for invoice in book.invoices if invoice.customer}
    idle = [account for account, main in book.accounts.items() if main not in busy]
    named: list[Changes] = []
    files: dict[str, str] = {}
    notices = [
        f"{account}: what was open on it was taken over on {day}: nothing is taken over as of {books.as_of}; say --as-of {day},"
        " or a later day"
        for account, day in taken.items()
    ]
    for one in likely:
        if one.of_all and not any(one.claimed):
            notices.append(
                f"{one.name}: none of its claims has a payee, so it is taken for one customer's: correct its customer:, or write"
                " the payees into its entries first, so that each gets an account"
            )
        if one.name in pooled:
            if any(payee and f"{one.name}:{account_name(payee)}" not in book.opened for payee in one.claimed):
                notices.append(
                    f"{one.name}: several owe on it, so each gets an account below it, by the payees of its claims; book"
                    " there what they pay from now on"
                )
            if later := older.booked_after(entries, one.name, books.as_of):
                notices.append(
                    f"{one.name}: {later} after {books.as_of} stay on it, and are no customer's: book them on the accounts"
                    " below it, or say a later day with --as-of"
                )
            there = opens.opening(entries, one.name)
            files[one.name] = there.source.file if there and there.source else ""
        elif there := opens.opening(entries, one.name):
            named.append(say_customer(books.loading, one.name, {"customer": _name(entries, one)}, there))
    if not likely and not taken and not book.customers:
        notices.append(
            f"no account of customers is found by its name (receivable, clients, 411 … below {root}): add each with bean-invoice"
            " customer add NAME --write; where an account is open already, say it with --account, or customer: below its open line,"
            " then init --from takes over what is open on it"
        )
    return _People(
        accounts=frozenset([*(one.name for one in likely), *idle]),
        named=tuple(named),
        files=files,
        pooled=pooled,
        opened=book.opened,
        notices=tuple(notices),
    )


def _taken_over(books: _Books, account: str) -> date:
    """The latest day on which open items were taken over from an account on which several owe; the first day that there is
    where none were."""
    below = f"{account}:"
    return max(
        (
            one.since
            for one in books.loading.book.invoices
            if one.kind == "opening" and one.customer and one.customer.account.startswith(below)
        ),
        default=date.min,
    )


def _name(entries: Sequence[object], account: older.Account) -> str:
    """Who the account's claims say it is, if they agree; else the payee whose name is like its last part, else that in words."""
    claimed = Counter({payee: count for payee, count in account.claimed.items() if payee})
    if len({account_name(payee).casefold() for payee in claimed}) == 1:
        return max(claimed, key=lambda one: (claimed[one], one))
    payees = older.payees(entries, account.name)
    alike = [name for name in payees if account_name(name).casefold()[:4] == account.last.casefold()[:4]]
    return max(alike, key=lambda one: (payees[one], one)) if alike else older.words_of(account.last)


# taxes and options ----------------------------------------------------------------------------------------------------


class _Waiting(NamedTuple):
    """Where tax waits until it is paid, "" where it does not, and the codes and rates that wait there."""

    account: str
    codes: tuple[tuple[str, Decimal], ...]

    def code(self, tax: older.WaitingTax) -> str:
        """The code whose rate makes a tax of one of its bases; else the first."""

        def off(rate: Decimal) -> Decimal:
            return min(abs(base * rate / 100 - tax.amount) for base in tax.bases)

        return min(self.codes, key=lambda one: (off(one[1]), self.codes.index(one)))[0]


def _waiting(books: _Books) -> _Waiting:
    """What the ledger says already, else what `start` will make it say."""
    if books.loading.book.seller is None:
        if books.start.regime != "payments":
            return _Waiting("", ())
        return _Waiting(_names(books).pending, tuple(one for one in codes_of(books.start) if one[1]))
    taxes = [
        tax for dated in books.loading.book.taxes.values() if (tax := dated.as_last_said).on_payment and tax.pending
    ]
    first = next((tax.pending for tax in taxes if tax.pending), "")
    return _Waiting(first, tuple((tax.code, tax.rate) for tax in taxes if tax.pending == first))


def _names(books: _Books) -> Names:
    """The accounts of the older ledger where their names tell what they are for, else those of a new one."""
    currency = [books.currency]
    usual = Names(*map(books.root, NAMES["fr" if books.start.language == "fr" else "en"]))

    def first(fits: Callable[[str], bool], otherwise: str, best: Callable[[str], bool] = lambda _name: False) -> str:
        those = books.found("Liabilities", fits, currency)
        if those:
            return min(those, key=lambda one: (not best(one), one.count(":"), one))
        return _free(books, otherwise)

    tax = first(account_words.of_tax, usual.tax, account_words.of_collected_tax)
    return usual._replace(
        tax=tax,
        pending=first(account_words.of_waiting_tax, f"{tax}:Pending"),
        deposits=first(account_words.of_deposits, usual.deposits),
    )


def _free(books: _Books, account: str) -> str:
    """The account, or one below it where it is closed or for other currencies."""
    there = books.opened.get(account)
    usable = there is not None and (not there.currencies or books.currency in there.currencies)
    return account if usable or account not in books.loading.book.opened else f"{account}:Invoices"


def _needed(books: _Books) -> dict[str, str]:
    """What the settings name, with what it is for."""
    names = _names(books)
    needed = {names.deposits: "customers' deposits"}
    if books.start.regime != "exempt":
        needed[names.tax] = "the tax on sales"
    if books.start.regime == "payments":
        needed[names.pending] = "the tax that is not owed yet"
    if books.start.oss:
        needed[oss_account(names)] = "the taxes of other states"
    return needed


def _missing(books: _Books) -> str:
    """Seller, taxes and options, with the accounts of the older ledger where they can be found."""
    start = books.start
    lines = [text.opened(start.day, account) for account in sorted(_needed(books)) if account not in books.opened]
    said = text.custom(start.day, "invoice-option", ["checked-from", start.day])
    return settings(start, codes_of(start), _names(books)) + said + "".join(lines)


def _guessed(books: _Books) -> list[str]:
    """The accounts of the older ledger that were chosen by their names."""
    return [
        f"{account} is taken for {what}, by its name: if it is not, write another one into what is added"
        for account, what in sorted(_needed(books).items())
        if account in books.opened
    ]


# open items -----------------------------------------------------------------------------------------------------------


def _equity(books: _Books, currencies: Iterable[str]) -> tuple[str, bool]:
    """The account that the open items are taken over against, and whether it is open."""
    those = books.found("Equity", account_words.of_opening, currencies)
    if those:
        return those[0], True
    usual = books.root("Equity:Opening-Balances")
    return (usual, False) if usual not in books.loading.book.opened else (f"{usual}:Invoices", False)


def _takeover(
    items: Sequence[tuple[older.OpenItem, str]],
    waiting: _Waiting,
    left: Mapping[str, Decimal],
    day: date,
    start: Start,
    equity: str,
    column: int,
) -> str:
    """One transaction that says the open items, with the tax that waits of each, and one that takes the same sums out of what has
    no number: so no balance changes.

    `items`: with the account of the customer who owes each. `left`: what stands on the account where tax waits; what is of no item
    is taken over too, without saying whose it is.
    """
    legs = []
    sums: defaultdict[tuple[str, str], Decimal] = defaultdict(lambda: ZERO)
    taxes: list[text.Leg] = []
    unknown = defaultdict(lambda: ZERO, left)
    for item, account in items:
        try:
            due = terms.schedule(terms.parse(start.terms, item.date), item.date, item.amount, 2)[-1].date
        except terms.TermsError as error:
            raise CannotBill(str(error)) from None
        legs.append(
            text.Leg(account, item.amount, item.currency, [("invoice", item.number), ("date", item.date), ("due", due)])
        )
        sums[item.account, item.currency] += item.amount
        for tax in item.taxes:
            meta: text.Meta = [("tax", waiting.code(tax)), ("settles", item.number)]
            taxes.append(text.Leg(waiting.account, -tax.amount, tax.currency, meta))
            unknown[tax.currency] += tax.amount
    taxes += [text.Leg(waiting.account, amount, currency) for currency, amount in sorted(unknown.items()) if amount]
    for currency, amount in left.items():
        sums[waiting.account, currency] += amount
    by_currency: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)
    for (_account, currency), amount in sums.items():
        by_currency[currency] += amount
    against = [(amount, currency) for currency, amount in by_currency.items() if amount]
    back = [text.Leg(account, -amount, currency) for (account, currency), amount in sums.items()]
    said = text.transaction(
        day,
        "*",
        "",
        "Open items taken over",
        [*legs, *taxes, *(text.Leg(equity, -amount, currency) for amount, currency in against)],
        meta=[("kind", "opening")],
        column=column,
    )
    taken_out = text.transaction(
        day,
        "*",
        "",
        "Open items taken over: the same sums, out of what has no number",
        [*back, *(text.Leg(equity, amount, currency) for amount, currency in against)],
        column=column,
    )
    return f"{said}\n{taken_out}"
