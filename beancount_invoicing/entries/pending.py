"""What the ledger books of the taxes that are owed only once paid: what waits, what moves, what a discount takes off."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from beancount.core.data import Posting, Transaction

from beancount_invoicing.entries.means import WRITE_OFF
from beancount_invoicing.entries.metadata import says, source_of
from beancount_invoicing.model import ZERO, Dated, Tax, TaxMovement
from beancount_invoicing.rules import currencies, steps


@dataclass(frozen=True, slots=True)
class PendingTaxes:
    """The taxes that are owed only once paid, and the accounts on which they wait and are owed."""

    taxes: Mapping[str, Dated[Tax]]
    """Those codes only."""
    waiting: Mapping[str, tuple[str, ...]]
    """The codes that each account of taxes not yet owed serves."""
    owed: Mapping[str, frozenset[str]]
    """By code: the accounts that it reaches once it is owed."""
    results: tuple[str, str]
    """The roots of the income and expense accounts."""
    owner: Callable[[str], str | None]


def pending_taxes(
    taxes: Mapping[str, Dated[Tax]], results: tuple[str, str], owner: Callable[[str], str | None]
) -> PendingTaxes:
    """Those of `taxes` that are owed only once paid."""
    waiting: defaultdict[str, dict[str, None]] = defaultdict(dict)
    owed: defaultdict[str, set[str]] = defaultdict(set)
    for code in sorted(taxes):
        for _day, tax in taxes[code].versions:
            if tax.on_payment and tax.pending:
                waiting[tax.pending][code] = None
                if tax.account:
                    owed[code].add(tax.account)
    return PendingTaxes(
        taxes={code: taxes[code] for code in owed},
        waiting={account: tuple(codes) for account, codes in waiting.items()},
        owed={code: frozenset(accounts) for code, accounts in owed.items()},
        results=results,
        owner=owner,
    )


def movements(transaction: Transaction, pending: PendingTaxes) -> Iterator[TaxMovement]:
    """What a transaction moves of them; nothing for opening balances, of which no document is known."""
    waits = [posting for posting in transaction.postings if posting.account in pending.waiting and _number(posting)]
    if not waits or transaction.flag == "P" or says(transaction.meta, "kind", "opening"):
        return
    said = transaction.meta.get("invoice")
    number = said if isinstance(said, str) else ""
    write_off = WRITE_OFF in (transaction.tags or ())
    beside = tuple(source_of(each.meta) for each in transaction.postings if pending.owner(each.account) is not None)
    taken_off: defaultdict[tuple[str, str], Decimal] = defaultdict(lambda: ZERO)
    if beside and not number and not write_off:
        taken_off.update(_discounts(transaction, waits, pending))

    def movement(posting: Posting, account: str, code: str, amount: Decimal, **what: bool) -> TaxMovement:
        assert posting.units is not None
        settles = (posting.meta or {}).get("settles")
        return TaxMovement(
            date=transaction.date,
            account=account,
            code=code,
            currency=posting.units.currency,
            amount=amount,
            number=number,
            write_off=write_off,
            source=source_of(posting.meta),
            beside=beside,
            settles=settles if isinstance(settles, str) else "",
            **what,
        )

    for posting in waits:
        assert posting.units is not None
        code = _code(posting, pending)
        amount = _number(posting)
        key = code, posting.units.currency
        off = ZERO
        if taken_off[key] and (taken_off[key] > 0) == (amount > 0):
            off = min(abs(amount), abs(taken_off[key])).copy_sign(amount)
            taken_off[key] -= off
            yield movement(posting, posting.account, code, off, discount=True)
        if amount != off:
            yield movement(posting, posting.account, code, amount - off)
    if number:
        for posting in transaction.postings:
            for code in pending.taxes:
                account = pending.taxes[code].at(transaction.date).pending
                if (
                    account
                    and says(posting.meta, "tax", code)
                    and posting.account in pending.owed[code]
                    and _number(posting)
                ):
                    yield movement(posting, account, code, _number(posting), straight=True)


def _number(posting: Posting) -> Decimal:
    units = posting.units
    return units.number if units is not None and isinstance(units.number, Decimal) else ZERO


def _code(posting: Posting, pending: PendingTaxes) -> str:
    codes = pending.waiting[posting.account]
    said = (posting.meta or {}).get("tax")
    return said if isinstance(said, str) and said in codes else codes[0] if len(codes) == 1 else ""


def _discounts(transaction: Transaction, waits: list[Posting], pending: PendingTaxes) -> dict[tuple[str, str], Decimal]:
    """By code and currency: what leaves a pending account without becoming owed, because a discount lowers the tax.

    It is no more than the tax on what the transaction books as a discount, on an income or expense account.
    """
    left: defaultdict[tuple[str, str], Decimal] = defaultdict(lambda: ZERO)
    for posting in waits:
        assert posting.units is not None
        left[_code(posting, pending), posting.units.currency] += _number(posting)
    result = {}
    for (code, currency), amount in left.items():
        if not code or not amount:
            continue
        sign = 1 if amount > 0 else -1
        arrived = ZERO
        discount = ZERO
        for posting in transaction.postings:
            if posting.units is None or posting.units.currency != currency:
                continue
            if posting.account in pending.owed[code] and (posting.meta or {}).get("tax") in {None, code}:
                arrived += _number(posting)
            elif posting.account.partition(":")[0] in pending.results:
                discount += max(_number(posting) * sign, ZERO)
        off = (amount + arrived) * sign
        places = currencies.decimals(currency)
        tax = pending.taxes[code]
        before = (version.rate for day, version in tax.versions if day <= transaction.date)
        rate = max(tax.at(transaction.date).rate, *before, ZERO)  # what is paid may be older than the rate
        most = steps.round_to(discount * rate / 100, places)
        if 0 < off <= abs(amount) and off <= most + Decimal(1).scaleb(-places):
            result[code, currency] = off * sign
    return result
