"""The postings of taxes that are due only on payment: what is pending, what moves, what a loss takes off."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from beancount.core.data import Posting, Transaction

from beancount_invoicing.entries.metadata import says, source_of
from beancount_invoicing.entries.settlement_means import WRITE_OFF_TAG
from beancount_invoicing.model import ZERO, Dated, Tax, TaxMovement
from beancount_invoicing.rules.tax import code_of_name, normalized_code_name

CodeCurrency = tuple[str, str]
"""A tax code and the currency in which it is booked."""


class PendingTaxes(NamedTuple):
    """The taxes that are due only on payment, and the accounts on which they are pending and due."""

    taxes: Mapping[str, Dated[Tax]]
    """Only these codes."""
    waiting: Mapping[str, tuple[str, ...]]
    """The codes that each pending account serves."""
    owed: Mapping[str, frozenset[str]]
    """By code: the accounts to which it moves once it is due."""
    accounts: frozenset[str]
    """All of these accounts."""
    results: tuple[str, str]
    """The roots of the income and expense accounts."""
    equity: str
    """The root of the equity accounts."""
    owner: Callable[[str], str | None]

    def due_accounts_of(self, name: str) -> frozenset[str]:
        """The accounts to which a tax moves once it is due, by its name in a document; none if it is not due on payment."""
        return self.owed.get(code_of_name(name, self.taxes), frozenset())

    def pending_account_of(self, name: str, day: date) -> str | None:
        """The pending account of a tax on a day."""
        dated = self.taxes.get(code_of_name(name, self.taxes))
        return dated.at(day).pending if dated else None


def pending_taxes(
    taxes: Mapping[str, Dated[Tax]], results: tuple[str, str], equity: str, owner: Callable[[str], str | None]
) -> PendingTaxes:
    """Those of `taxes` that are due only on payment."""
    waiting: defaultdict[str, dict[str, None]] = defaultdict(dict)
    owed: defaultdict[str, set[str]] = defaultdict(set)
    for code, dated in taxes.items():
        for _day, tax in dated.versions:
            if tax.on_payment and tax.pending:
                waiting[tax.pending][code] = None
                if tax.account:
                    owed[code].add(tax.account)
    return PendingTaxes(
        taxes={code: taxes[code] for code in owed},
        waiting={account: tuple(codes) for account, codes in waiting.items()},
        owed={code: frozenset(accounts) for code, accounts in owed.items()},
        accounts=frozenset(waiting).union(*owed.values()),
        results=results,
        equity=equity,
        owner=owner,
    )


def tax_movements_of(transaction: Transaction, pending: PendingTaxes) -> Iterator[TaxMovement]:
    """The movements of pending taxes in a transaction."""
    if transaction.flag == "P":
        return
    waits = [posting for posting in transaction.postings if posting.account in pending.waiting and _number(posting)]
    number = transaction.meta.get("invoice")
    if "invoice" not in transaction.meta and WRITE_OFF_TAG in (transaction.tags or ()):
        yield from _of_loss(transaction, waits, pending)
    elif not waits:
        if "invoice" not in transaction.meta:
            yield from _differences(transaction, pending)
    elif isinstance(number, str):
        yield from _of_document(transaction, number, waits, pending)
    elif says(transaction.meta, "kind", "opening"):
        yield from _taken_over(transaction, waits, pending)
    else:
        yield from _of_payment(transaction, waits, pending)


def _movement(
    transaction: Transaction,
    posting: Posting,
    account: str,
    code: str,
    amount: Decimal,
    number: str = "",
    straight: bool = False,
) -> TaxMovement:
    assert posting.units is not None
    return TaxMovement(
        date=transaction.date,
        account=account,
        code=code,
        currency=posting.units.currency,
        amount=amount,
        number=number,
        write_off=False,
        source=source_of(posting.meta),
        settles=_said(posting, "settles"),
        to_due_account=straight,
        deposit=_said(posting, "deposit") if number else "",
    )


def _of_document(
    transaction: Transaction, number: str, waits: list[Posting], pending: PendingTaxes
) -> Iterator[TaxMovement]:
    """What a document adds, deducts with a deposit, or books as due at once."""
    for posting in waits:
        yield _movement(transaction, posting, posting.account, _code(posting, pending), _number(posting), number)
    for posting in transaction.postings:
        code = _named(posting, pending)
        if posting.account in pending.due_accounts_of(code) and _number(posting):
            account = pending.pending_account_of(code, transaction.date)
            if account:
                yield _movement(transaction, posting, account, code, _number(posting), number, straight=True)


def _taken_over(transaction: Transaction, waits: list[Posting], pending: PendingTaxes) -> Iterator[TaxMovement]:
    """The pending tax of open items from earlier books: of the only item of the transaction, else of the one that it names."""
    items = {
        item
        for posting in transaction.postings
        if pending.owner(posting.account) is not None and (item := _said(posting, "invoice"))
    }
    for posting in waits:
        number = _said(posting, "settles") or (min(items) if len(items) == 1 else "")
        made = _movement(transaction, posting, posting.account, _code(posting, pending), _number(posting))
        yield made._replace(number=number, taken_over=not number)


def _of_loss(transaction: Transaction, waits: list[Posting], pending: PendingTaxes) -> Iterator[TaxMovement]:
    """A write-off, or a loss taken back, together with a payment: what reaches the tax account was moved, the rest of what
    leaves is lost. A loss that is taken back and paid at once goes straight to the tax account: it was pending again, and
    left, in one step.
    """
    beside = tuple(
        source_of(posting.meta) for posting in transaction.postings if pending.owner(posting.account) is not None
    )
    first: dict[CodeCurrency, tuple[Posting, str]] = {}
    left: defaultdict[CodeCurrency, Decimal] = defaultdict(lambda: ZERO)
    for posting in waits:
        assert posting.units is not None
        key = _code(posting, pending), posting.units.currency
        left[key] += _number(posting)
        first.setdefault(key, (posting, posting.account))
    for posting in transaction.postings:
        code = _named(posting, pending)
        if posting.units is None or posting.account not in pending.due_accounts_of(code) or not _number(posting):
            continue
        if account := pending.pending_account_of(code, transaction.date):
            left[code, posting.units.currency] += ZERO
            first.setdefault((code, posting.units.currency), (posting, account))
    arrived = _arrived(transaction, left, pending)
    for key, amount in left.items():
        posting, account = first[key]
        made = _movement(transaction, posting, account, key[0], arrived[key])._replace(customer_postings=beside)
        if arrived[key]:
            yield made._replace(reached_due_account=arrived[key])
        if amount != arrived[key]:
            yield made._replace(amount=amount - arrived[key], write_off=True)


def _of_payment(transaction: Transaction, waits: list[Posting], pending: PendingTaxes) -> Iterator[TaxMovement]:
    """What leaves the pending account for the tax account."""
    customers = [posting for posting in transaction.postings if pending.owner(posting.account) is not None]
    beside = tuple(source_of(customer.meta) for customer in customers)
    left: defaultdict[CodeCurrency, Decimal] = defaultdict(lambda: ZERO)
    for posting in waits:
        assert posting.units is not None
        left[_code(posting, pending), posting.units.currency] += _number(posting)
    arrived = _arrived(transaction, left, pending)
    from_equity = any(posting.account.startswith(f"{pending.equity}:") for posting in transaction.postings)
    difference: defaultdict[CodeCurrency, Decimal] = defaultdict(lambda: ZERO)
    """How much more reaches the tax account than left, because the exchange rate differs."""
    for key, amount in left.items():
        foreign = any(customer.units is not None and customer.units.currency != key[1] for customer in customers)
        if foreign:
            difference[key] = arrived[key] - amount if arrived[key] else ZERO
        elif arrived[key] and not customers:
            exchange = sum(
                (_number(posting) for posting in transaction.postings if _in_result(posting, key[1], pending)), ZERO
            )
            difference[key] = exchange if len(left) == 1 else arrived[key] - amount
    for posting in waits:
        assert posting.units is not None
        key = _code(posting, pending), posting.units.currency
        amount = _number(posting)
        made = _movement(transaction, posting, posting.account, key[0], amount)._replace(customer_postings=beside)
        taken_over = from_equity and not arrived[key]
        yield made._replace(reached_due_account=amount + difference.pop(key, ZERO), taken_over=taken_over)


def _differences(transaction: Transaction, pending: PendingTaxes) -> Iterator[TaxMovement]:
    """An entry between the tax account, with its `tax`, and income or expenses: an exchange difference, which was never pending."""
    owed = []
    for posting in transaction.postings:
        if posting.account.partition(":")[0] in pending.results:
            continue
        code = _named(posting, pending)
        account = pending.pending_account_of(code, transaction.date)
        if not account or posting.account not in pending.due_accounts_of(code) or not _number(posting):
            return
        owed.append(
            _movement(transaction, posting, account, code, ZERO)._replace(reached_due_account=-_number(posting))
        )
    if len(owed) < len(transaction.postings):
        yield from owed


def _arrived(
    transaction: Transaction, left: Mapping[CodeCurrency, Decimal], pending: PendingTaxes
) -> dict[CodeCurrency, Decimal]:
    """By what left: what reaches the tax accounts; a posting there without `tax` is divided."""
    arrived = dict.fromkeys(left, ZERO)
    for posting in transaction.postings:
        if posting.units is None:
            continue
        text = _named(posting, pending)
        fitting = [
            key
            for key in sorted(left)
            if key[1] == posting.units.currency
            and posting.account in pending.due_accounts_of(key[0])
            and text in {"", key[0]}
        ]
        rest = -_number(posting)
        for key in fitting:
            still = left[key] - arrived[key]
            share = min(abs(still), abs(rest)).copy_sign(rest) if still * rest > 0 else ZERO
            arrived[key] += share
            rest -= share
        if fitting:
            arrived[fitting[-1]] += rest
    return arrived


def _number(posting: Posting) -> Decimal:
    units = posting.units
    return units.number if units is not None and isinstance(units.number, Decimal) else ZERO


def _said(posting: Posting, key: str) -> str:
    value = (posting.meta or {}).get(key)
    return value if isinstance(value, str) else ""


def _named(posting: Posting, pending: PendingTaxes) -> str:
    """The tax that a posting says, by its name in a document."""
    return normalized_code_name(_said(posting, "tax"), pending.taxes)


def _code(posting: Posting, pending: PendingTaxes) -> str:
    codes = pending.waiting[posting.account]
    text = _named(posting, pending)
    return text if code_of_name(text, codes) in codes else codes[0] if len(codes) == 1 else ""


def _in_result(posting: Posting, currency: str, pending: PendingTaxes) -> bool:
    in_currency = posting.units is not None and posting.units.currency == currency
    return in_currency and posting.account.partition(":")[0] in pending.results
