"""A payment that is not written yet, in the form in which it will later be read from the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from beancount_invoicing.bank.customer_accounts import CustomerAccounts
from beancount_invoicing.bank.payment_values import PricedAmount, Valuation
from beancount_invoicing.bank.payments import MoneyMovement
from beancount_invoicing.bank.settled_legs import CustomerLeg
from beancount_invoicing.model import ZERO, Payment, PaymentExchangeRate


def unwritten_payments(
    accounts: CustomerAccounts,
    movement: MoneyMovement,
    legs: Sequence[CustomerLeg],
    worth: Valuation,
    linked: Sequence[str],
    payee: str,
    narration: str,
) -> tuple[Payment, ...]:
    """The payments of an entry: money and discount of each posting on a customer's account."""
    apart = len({leg.number for leg in legs}) > 1
    found: list[Payment] = []
    for leg, priced in zip(legs, worth.legs, strict=True):
        named = bool(leg.number) and (apart or bool(leg.instalment) or leg.number not in linked)
        payment = Payment(
            date=movement.date,
            account=leg.account,
            customer=leg.customer,
            currency=leg.currency,
            amount=leg.amount - leg.discount,
            source=accounts.new_source(),
            settles=(leg.number,) if named else (),
            instalment=leg.instalment,
            links=() if named else tuple(sorted(linked)),
            narration=narration,
            payee=payee,
            exchange_rate=_exchange_rate(accounts, movement, legs, worth, priced, leg),
        )
        if payment.amount:
            found.append(payment)
        if leg.discount:
            found.append(payment._replace(amount=leg.discount, means="discount"))
    return tuple(found)


def _exchange_rate(
    accounts: CustomerAccounts,
    movement: MoneyMovement,
    legs: Sequence[CustomerLeg],
    worth: Valuation,
    priced: PricedAmount,
    leg: CustomerLeg,
) -> PaymentExchangeRate | None:
    """The worth of one unit of a claim's currency according to the entry, as `entries.exchange` reads it."""
    if leg.currency == worth.currency or not accounts.has_pending_taxes:
        return None
    by_price = worth.rate_of(leg, priced) if priced.price else None
    named = bool(accounts.book.option("exchange-account", movement.date))
    claimed = -sum((other.amount - other.discount for other in legs), ZERO)
    received = worth.money.weight + (worth.fee.weight if named else ZERO)
    by_money: Decimal | None = received / claimed if claimed and received / claimed > 0 else None
    difference = worth.money.weight + worth.fee.weight + sum((other.weight for other in worth.legs), ZERO)
    others = bool(movement.fee) + bool(difference)
    return PaymentExchangeRate(worth.currency, by_price, by_money, named or others < 2)
