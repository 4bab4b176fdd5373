"""The worth of a payment in another currency, as far as its own transaction shows it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection
from decimal import Decimal

from beancount.core.data import Posting, Transaction

from beancount_invoicing.entries.pending import PendingTaxes
from beancount_invoicing.model import ZERO, Dated, OptionValue, PaymentExchangeRate


def payment_exchange_rate_reader(
    pending: PendingTaxes, exchange: Dated[OptionValue] | None
) -> Callable[[Transaction, Posting], PaymentExchangeRate | None]:
    """Gives the worth of a posting's currency, if a tax depends on it; `exchange` is option `exchange-account`."""

    def none(_transaction: Transaction, _posting: Posting) -> PaymentExchangeRate | None:
        return None

    def worth(transaction: Transaction, posting: Posting) -> PaymentExchangeRate | None:
        named = {posting.units.currency for posting in transaction.postings if posting.units is not None}
        if posting.price is None and len(named) == 1:
            return None
        accounts = str(exchange.at(transaction.date)).split() if exchange else ()
        return _worth(transaction, posting, pending, accounts)

    return worth if pending.taxes else none


def _worth(
    transaction: Transaction, posting: Posting, pending: PendingTaxes, exchange: Collection[str]
) -> PaymentExchangeRate | None:
    """The worth of one unit of a posting's currency on a customer's account; None if the transaction does not show it.

    `exchange`: the accounts of exchange differences in option `exchange-account`. If there are some, amounts on other income and
    expense accounts (a bank's fee) count as money received; otherwise a single such account is taken for exchange differences, and
    with several it is not known how much came.
    """
    units, price = posting.units, posting.price
    if units is None or not units.number:
        return None
    priced = price.number if price is not None and price.number else None
    claimed = received = ZERO
    currency = price.currency if price is not None and priced else ""
    others: set[str] = set()
    weights: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)
    """By currency: the part that others kept."""
    mixed = False
    for leg in transaction.postings:
        if leg.units is None or not leg.units.number:
            continue
        number, here = leg.units.number, leg.units.currency
        if pending.owner(leg.account) is not None:
            mixed = mixed or here != units.currency
            claimed -= number
        elif leg.account in pending.accounts:
            continue
        elif leg.account.partition(":")[0] in pending.results:
            if leg.account not in exchange:
                others.add(leg.account)
                if leg.price is not None and leg.price.number:
                    weights[leg.price.currency] += number * leg.price.number
                else:
                    weights[here] += number
        elif here != currency and leg.price is not None and leg.price.number:
            currency = currency or leg.price.currency
            mixed = mixed or leg.price.currency != currency
            received += number * leg.price.number
        else:
            currency = currency or here
            mixed = mixed or here != currency
            received += number
    if not currency or currency == units.currency:
        return None
    if exchange:
        received += weights[currency]
    money = received / claimed if claimed and not mixed and received / claimed > 0 else None
    clear = bool(exchange) or len(others) < 2
    account = min(others) if len(others) == 1 and not exchange else ""
    return PaymentExchangeRate(currency, priced, money, clear, account) if priced or money else None
