"""What an older ledger needs to become an invoicing ledger."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import NamedTuple

from beancount_invoicing.actions.customer import account_name, check_party, customer_changes
from beancount_invoicing.actions.init import (
    LedgerSetup,
    accounts_of,
    extended_gitignore,
    oss_account,
    settings_directives,
    tax_codes_of_setup,
)
from beancount_invoicing.actions.init_words import DefaultAccounts
from beancount_invoicing.entries import account_words, legacy_books
from beancount_invoicing.loading.loader import Loading
from beancount_invoicing.messages import _
from beancount_invoicing.model import ZERO
from beancount_invoicing.rules import payment_terms
from beancount_invoicing.rules.narrations import narration
from beancount_invoicing.writing import opens, text
from beancount_invoicing.writing.changes import Changes, NewDirective, Outcome, Refused, WriteOptions, change, verbatim
from beancount_invoicing.writing.new_documents import InvalidRequest


def adopt(file: str | Path, start: LedgerSetup, as_of: date, write_options: WriteOptions) -> Outcome:
    """What an older ledger needs: the seller, taxes and options, `customer` on the accounts of customers, and its open items.

    Customers are the accounts below Assets with such a name (receivable, clients, 411 …). If several customers owe on
    one, each of them gets an account below it. Open items are what is left of the debits at the end of `as_of`, also on
    accounts that have `customer` already and no documents: each credit has settled the debits that it names, or else
    the oldest. One transaction lists the open items; another reverses their sum without numbers, so that no balance
    changes. Raises what `change` raises, InvalidRequest.
    """

    entries_with_key: list[int] = []

    def make(loading: Loading) -> Changes:
        if loading.book.seller is None and (count := legacy_books.count_with_invoice_key(loading.entries)):
            entries_with_key.append(count)
        check_party([*start.seller_values, ("terms", start.terms)], start.language)
        books = _Books(loading, start, as_of, legacy_books.open_accounts(loading.entries, as_of))
        people = _customers(books)
        waiting = _waiting(books)
        used = {use.number for use in loading.book.number_uses}
        items, unused = legacy_books.open_items(loading.entries, people.accounts, as_of, used, waiting.account)
        left = legacy_books.balance(loading.entries, waiting.account, as_of) if waiting.account else {}
        seller = loading.book.seller is None
        new = [NewDirective(start.day, verbatim(_missing(books)))] if seller else []
        new += people.new(items, min(start.day, as_of))
        new += _takeover_directives(books, people, waiting, items, left)
        if not loading.checked:
            new.append(NewDirective(start.day, verbatim('plugin "beancount_invoicing"\n')))
        notices = _open_item_notices(books, people, waiting, items, unused, left)
        git_file = Path(loading.book.file).parent / ".gitignore"
        before = git_file.read_bytes() if git_file.exists() else b""
        after = extended_gitignore(before)
        return Changes(
            new=tuple(new),
            files=((git_file, after),) if after != before else (),
            edits=tuple(edit for changes in people.named for edit in changes.edits),
            message="Invoicing: what the ledger needs",
            notices=tuple(notices),
            nothing_to_do=_(
                "Nothing is missing: the ledger names the seller and its customers; no older claim is open without a "
                "number"
            ),
        )

    try:
        return change(file, make, write_options)
    except Refused as error:
        if entries_with_key:
            raise Refused(
                _(
                    "{error}; {text} of its entries say invoice:, which is the key of documents here: where it means "
                    "something else, give it another name there (such as old-invoice:)",
                    error=error,
                    text=entries_with_key[0],
                ),
                error.findings,
            ) from None
        raise


def _takeover_directives(
    books: _Books,
    people: _People,
    waiting: _Waiting,
    items: Sequence[legacy_books.LegacyOpenItem],
    left: Mapping[str, Decimal],
) -> list[NewDirective]:
    """The transactions that take the open items over, and the account against which, where it is not open."""
    if not items:
        return []
    new = []
    equity, opened = _equity(books, {item.currency for item in items} | set(left))
    if not opened:
        opening = min(books.start.day, books.as_of)
        new.append(NewDirective(opening, verbatim(text.open_directive(opening, equity))))
    placed = [(item, people.place(item)) for item in items]
    new.append(NewDirective(books.as_of, partial(_takeover, placed, waiting, left, books.as_of, books.start, equity)))
    return new


def _open_item_notices(
    books: _Books, people: _People, waiting: _Waiting, items: Sequence[legacy_books.LegacyOpenItem],
    unused: Sequence[legacy_books.UnappliedPayment], left: Mapping[str, Decimal],
) -> list[str]:  # fmt: skip
    """What is taken over, and what a person has to look at."""
    notices = [*(_guessed(books) if books.loading.book.seller is None else ()), *people.notices]
    notices += [
        _(
            "{place}: {number} of {day}, {amount} {currency} is open ({item_place})",
            place=people.place(item),
            number=item.number,
            day=item.date,
            amount=item.amount,
            currency=item.currency,
            item_place=item.source,
        )
        for item in items
    ]
    notices += [
        _(
            "{account}: {amount} {currency} was paid that settles nothing open there: it stays on the account "
            "without a number",
            account=payment.account,
            amount=payment.amount,
            currency=payment.currency,
        )
        for payment in unused
    ]
    for currency, amount in left.items():
        unknown = -amount - sum((tax.amount for item in items for tax in item.taxes if tax.currency == currency), ZERO)
        if unknown and items:
            notices.append(
                _(
                    "{account}: nothing shows which open items the {unknown} {currency} waiting there belongs "
                    "to: write it in the transaction of the open items, with tax: and settles:",
                    account=waiting.account,
                    unknown=unknown,
                    currency=currency,
                )
            )
    return notices


class _Books(NamedTuple):
    """The older ledger, and the settings that it should get."""

    loading: Loading
    start: LedgerSetup
    as_of: date

    opened: Mapping[str, legacy_books.OpenedAccount]
    """The accounts that are open at the end of `as_of`."""

    @property
    def currency(self) -> str:
        """The currency of the books: from their options, else from the request."""
        return self.loading.book.currency or self.start.currency

    def root(self, account: str) -> str:
        """An account with the ledger's names of root accounts, which options may have changed from Assets, Liabilities …"""
        root, colon, rest = account.partition(":")
        return f"{self.loading.options[f'name_{root.lower()}']}{colon}{rest}"

    def found(self, root: str, fits: Callable[[str], bool], currencies: Iterable[str]) -> list[str]:
        """The open accounts below a root whose names fit a purpose, and which may have these currencies."""
        begin = self.root(root) + ":"
        return [
            name
            for name, entry in self.opened.items()
            if name.startswith(begin)
            and fits(name)
            and (not entry.currencies or set(currencies) <= set(entry.currencies))
        ]


# customers ------------------------------------------------------------------------------------------------------------


class _People(NamedTuple):
    """Whose accounts are customers'."""

    accounts: frozenset[str]
    """The accounts that are searched for open items."""
    named: tuple[Changes, ...]
    """What adds `customer` to those that lack it."""
    pooled: Mapping[str, legacy_books.LegacyCustomerAccount]
    """The accounts on which several customers owe."""
    files: Mapping[str, str]
    """The files that open these."""
    opened: frozenset[str]
    notices: tuple[str, ...]

    def place(self, item: legacy_books.LegacyOpenItem) -> str:
        """The account of the customer who owes an item."""
        if item.account not in self.pooled:
            return item.account
        return f"{item.account}:{account_name(item.payee) if item.payee else _NOBODY}"

    def new(self, items: Sequence[legacy_books.LegacyOpenItem], day: date) -> list[NewDirective]:
        """The accounts that are opened for customers."""
        result = [directive for changes in self.named for directive in changes.new]
        for account, pool in self.pooled.items():
            names: dict[str, str] = {}
            for payee in sorted(pool.debited_payees, key=lambda payee: (-pool.debited_payees[payee], payee)):
                if payee:
                    names.setdefault(f"{account}:{account_name(payee)}", payee)
            if any(item.account == account and not item.payee for item in items):
                names[f"{account}:{_NOBODY}"] = _("Customers without a name")
            result += [
                NewDirective(
                    day,
                    verbatim(text.open_directive(day, name, ", ".join(pool.opened.currencies), [("customer", payee)])),
                    self.files[account],
                )
                for name, payee in sorted(names.items())
                if name not in self.opened
            ]
        return result


_NOBODY = "Various"
"""The last part of the account for claims without a payee."""


def _customers(books: _Books) -> _People:
    book, entries = books.loading.book, books.loading.entries
    root = books.root("Assets")
    likely = legacy_books.customer_accounts(entries, books.opened, book.main_accounts, root, books.as_of)
    taken = {
        account.name: day
        for account in likely
        if account.pooled and (day := _taken_over(books, account.name)) > books.as_of
    }
    likely = [account for account in likely if account.name not in taken]
    pooled = {account.name: account for account in likely if account.pooled}
    busy = {invoice.customer.account for invoice in book.invoices if invoice.customer}
    idle = [account for account, main in book.main_accounts.items() if main not in busy]
    named: list[Changes] = []
    files: dict[str, str] = {}
    notices = [
        _(
            "{account}: what was open on it was taken over on {day}: nothing is taken over as of {books_day}; "
            "give --as-of {day}, or a later day",
            account=account,
            day=day,
            books_day=books.as_of,
        )
        for account, day in taken.items()
    ]
    for candidate in likely:
        if candidate.is_generic and not any(candidate.debited_payees):
            notices.append(
                _(
                    "{entry}: none of its claims has a payee, so they are taken as one customer's: correct its "
                    "customer:, or write the payees into its entries first, so that each of them gets an account",
                    entry=candidate.name,
                )
            )
        if candidate.name in pooled:
            notices += _pooled_notices(books, candidate)
            opening = opens.account_opening(entries, candidate.name)
            files[candidate.name] = opening.source.file if opening and opening.source else ""
        elif opening := opens.account_opening(entries, candidate.name):
            named.append(
                customer_changes(books.loading, candidate.name, {"customer": _name(entries, candidate)}, opening)
            )
    if not likely and not taken and not book.customers:
        notices.append(
            _(
                "no customer account is recognised by its name (receivable, clients, 411 … below {root}): add each "
                "customer with bean-invoice customer add NAME --write; if an account is already open, give it with "
                "--account, or write customer: below its open line, then init --from takes over what is open on it",
                root=root,
            )
        )
    return _People(
        accounts=frozenset([*(account.name for account in likely), *idle]),
        named=tuple(named),
        files=files,
        pooled=pooled,
        opened=frozenset(book.opened_accounts),
        notices=tuple(notices),
    )


def _pooled_notices(books: _Books, account: legacy_books.LegacyCustomerAccount) -> list[str]:
    """What a person has to know of an account on which several owe."""
    book, entries = books.loading.book, books.loading.entries
    notices = []
    if any(
        payee and f"{account.name}:{account_name(payee)}" not in book.opened_accounts
        for payee in account.debited_payees
    ):
        notices.append(
            _(
                "{entry}: several customers owe on it, so each gets an account below it, by the payees of "
                "its claims; book there what they pay from now on",
                entry=account.name,
            )
        )
    if later := legacy_books.later_transactions_text(entries, account.name, books.as_of):
        notices.append(
            _(
                "{entry}: {later} after {day} stay on it and belong to no customer: book them on the "
                "accounts below it, or give a later day with --as-of",
                entry=account.name,
                later=later,
                day=books.as_of,
            )
        )
    return notices


def _taken_over(books: _Books, account: str) -> date:
    """The latest day on which open items were taken over from an account on which several customers owe; the first possible
    day if none were.
    """
    below = f"{account}:"
    return max(
        (
            invoice.booked_from
            for invoice in books.loading.book.invoices
            if invoice.kind == "opening" and invoice.customer and invoice.customer.account.startswith(below)
        ),
        default=date.min,
    )


def _name(entries: Sequence[object], account: legacy_books.LegacyCustomerAccount) -> str:
    """The customer's name according to the account's claims, if they agree; else the payee whose name resembles the account's
    last part; else that part in words.
    """
    claimed = Counter({payee: count for payee, count in account.debited_payees.items() if payee})
    if len({account_name(payee).casefold() for payee in claimed}) == 1:
        return max(claimed, key=lambda name: (claimed[name], name))
    payees = legacy_books.payees(entries, account.name)
    alike = [name for name in payees if account_name(name).casefold()[:4] == account.leaf.casefold()[:4]]
    return max(alike, key=lambda name: (payees[name], name)) if alike else legacy_books.readable_name(account.leaf)


# taxes and options ----------------------------------------------------------------------------------------------------


class _Waiting(NamedTuple):
    """The pending account of a tax, "" if there is none, and the codes and rates that are pending there."""

    account: str
    codes: tuple[tuple[str, Decimal], ...]

    def code(self, tax: legacy_books.LegacyPendingTax) -> str:
        """The code whose rate gives a tax on one of its bases; else the first."""

        def off(rate: Decimal) -> Decimal:
            return min(abs(base * rate / 100 - tax.amount) for base in tax.bases)

        return min(self.codes, key=lambda code: (off(code[1]), self.codes.index(code)))[0]


def _waiting(books: _Books) -> _Waiting:
    """The ledger's own settings, or else those that `start` will add."""
    if books.loading.book.seller is None:
        if books.start.regime != "payments":
            return _Waiting("", ())
        return _Waiting(_names(books).pending, tuple(code for code in tax_codes_of_setup(books.start) if code[1]))
    taxes = [tax for dated in books.loading.book.taxes.values() if (tax := dated.latest).on_payment and tax.pending]
    first = next((tax.pending for tax in taxes if tax.pending), "")
    return _Waiting(first, tuple((tax.code, tax.rate) for tax in taxes if tax.pending == first))


def _names(books: _Books) -> DefaultAccounts:
    """The accounts of the older ledger whose names tell what they are for, else those of a new one."""
    currency = [books.currency]
    usual = DefaultAccounts(*map(books.root, accounts_of(books.start)))

    def first(fits: Callable[[str], bool], otherwise: str, best: Callable[[str], bool] = lambda _name: False) -> str:
        accounts = books.found("Liabilities", fits, currency)
        if accounts:
            return min(accounts, key=lambda account: (not best(account), account.count(":"), account))
        return _free(books, otherwise)

    tax = first(account_words.of_tax, usual.tax, account_words.of_collected_tax)
    return usual._replace(
        tax=tax,
        pending=first(account_words.of_pending_tax, f"{tax}:Pending"),
        deposits=first(account_words.of_deposits, usual.deposits),
    )


def _free(books: _Books, account: str) -> str:
    """The account, or one below it if it is closed or for other currencies."""
    opened = books.opened.get(account)
    usable = opened is not None and (not opened.currencies or books.currency in opened.currencies)
    return account if usable or account not in books.loading.book.opened_accounts else f"{account}:Invoices"


def _needed(books: _Books) -> dict[str, str]:
    """The accounts in the settings, with their purpose."""
    names = _names(books)
    needed = {names.deposits: _("customers' deposits")}
    if books.start.regime != "exempt":
        needed[names.tax] = _("the tax on sales")
    if books.start.regime == "payments":
        needed[names.pending] = _("the tax that is not due yet")
    if books.start.oss:
        needed[oss_account(names)] = _("the taxes of other states")
    return needed


def _missing(books: _Books) -> str:
    """Seller, taxes and options, with the accounts of the older ledger if they can be found."""
    start = books.start
    lines = [
        text.open_directive(start.day, account) for account in sorted(_needed(books)) if account not in books.opened
    ]
    checked_from = text.custom_directive(start.day, "invoice-option", ["checked-from", start.day])
    return settings_directives(start, tax_codes_of_setup(start), _names(books)) + checked_from + "".join(lines)


def _guessed(books: _Books) -> list[str]:
    """The accounts of the older ledger that were chosen by their names."""
    return [
        _(
            "{account} is taken as the account for {subject}, by its name: if it is not, write another account "
            "into what is added",
            account=account,
            subject=purpose,
        )
        for account, purpose in sorted(_needed(books).items())
        if account in books.opened
    ]


# open items -----------------------------------------------------------------------------------------------------------


def _equity(books: _Books, currencies: Iterable[str]) -> tuple[str, bool]:
    """The counter-account of the open items, and whether it is open."""
    accounts = books.found("Equity", account_words.of_opening, currencies)
    if accounts:
        return accounts[0], True
    usual = books.root("Equity:Opening-Balances")
    return (usual, False) if usual not in books.loading.book.opened_accounts else (f"{usual}:Invoices", False)


def _takeover(
    items: Sequence[tuple[legacy_books.LegacyOpenItem, str]],
    waiting: _Waiting,
    left: Mapping[str, Decimal],
    day: date,
    start: LedgerSetup,
    equity: str,
    column: int,
) -> str:
    """One transaction with the open items, with the pending tax of each, and one that takes the same sums out of the entries
    without a number: so no balance changes.

    `items`: with the account of the customer who owes each. `left`: what is on the pending account; any part without an item is
    taken over too, without saying to which it belongs.
    """
    legs = []
    sums: defaultdict[tuple[str, str], Decimal] = defaultdict(lambda: ZERO)
    taxes: list[text.NewPosting] = []
    unknown = defaultdict(lambda: ZERO, left)
    for item, account in items:
        try:
            due = payment_terms.schedule(payment_terms.parse_terms(start.terms, item.date), item.date, item.amount, 2)[
                -1
            ].date
        except payment_terms.TermsError as error:
            raise InvalidRequest(str(error)) from None
        legs.append(
            text.NewPosting(
                account, item.amount, item.currency, [("invoice", item.number), ("date", item.date), ("due", due)]
            )
        )
        sums[item.account, item.currency] += item.amount
        for tax in item.taxes:
            meta: text.MetaItems = [("tax", waiting.code(tax)), ("settles", item.number)]
            taxes.append(text.NewPosting(waiting.account, -tax.amount, tax.currency, meta))
            unknown[tax.currency] += tax.amount
    taxes += [
        text.NewPosting(waiting.account, amount, currency) for currency, amount in sorted(unknown.items()) if amount
    ]
    for currency, amount in left.items():
        sums[waiting.account, currency] += amount
    by_currency: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)
    for (_account, currency), amount in sums.items():
        by_currency[currency] += amount
    against = [(amount, currency) for currency, amount in by_currency.items() if amount]
    back = [text.NewPosting(account, -amount, currency) for (account, currency), amount in sums.items()]
    opening = text.transaction(
        day,
        "*",
        "",
        narration(start.language, "taken-over"),
        [*legs, *taxes, *(text.NewPosting(equity, -amount, currency) for amount, currency in against)],
        meta=[("kind", "opening")],
        column=column,
    )
    taken_out = text.transaction(
        day,
        "*",
        "",
        narration(start.language, "taken-out"),
        [*back, *(text.NewPosting(equity, amount, currency) for amount, currency in against)],
        column=column,
    )
    return f"{opening}\n{taken_out}"
