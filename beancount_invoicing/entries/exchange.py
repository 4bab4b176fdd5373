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
    with several it cannot be told how much came.
    """
    units, price = posting.units, posting.price
    if units is None or not units.number:
        return None
    priced = price.number if price is not None and price.number else None
    claimed = received = ZERO
    currency = price.currency if price is not None and priced else ""
    others: set[str] = set()
    kept: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)
    """By currency: the part that others kept."""
    mixed = False
    for each in transaction.postings:
        if each.units is None or not each.units.number:
            continue
        number, here = each.units.number, each.units.currency
        if pending.owner(each.account) is not None:
            mixed = mixed or here != units.currency
            claimed -= number
        elif each.account in pending.accounts:
            continue
        elif each.account.partition(":")[0] in pending.results:
            if each.account not in exchange:
                others.add(each.account)
                if each.price is not None and each.price.number:
                    kept[each.price.currency] += number * each.price.number
                else:
                    kept[here] += number
        elif here != currency and each.price is not None and each.price.number:
            currency = currency or each.price.currency
            mixed = mixed or each.price.currency != currency
            received += number * each.price.number
        else:
            currency = currency or here
            mixed = mixed or here != currency
            received += number
    if not currency or currency == units.currency:
        return None
    if exchange:
        received += kept[currency]
    money = received / claimed if claimed and not mixed and received / claimed > 0 else None
    clear = bool(exchange) or len(others) < 2
    account = min(others) if len(others) == 1 and not exchange else ""
    return PaymentExchangeRate(currency, priced, money, clear, account) if priced or money else None
