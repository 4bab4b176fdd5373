"""The worth, in one currency, of a payment's money and of the claims that it settles."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, getcontext
from typing import NamedTuple

from beancount_invoicing.bank.payments import CannotBook, MoneyMovement
from beancount_invoicing.bank.settled_legs import CustomerLeg
from beancount_invoicing.messages import _, joined
from beancount_invoicing.model import ZERO, Book
from beancount_invoicing.receivables import latest_price
from beancount_invoicing.rules.currencies import currency_decimals
from beancount_invoicing.rules.steps import round_to

Price = tuple[Decimal, str]
"""The worth of one unit (or of the whole amount), and its currency."""


class PricedAmount(NamedTuple):
    """A posting's price, and the posting's weight with it, with its sign; `price` is None if it needs none."""

    weight: Decimal
    price: Price | None = None
    is_total: bool = False


class Valuation(NamedTuple):
    """The common currency of all weights."""

    currency: str
    money: PricedAmount
    fee: PricedAmount
    legs: tuple[PricedAmount, ...]
    because: str
    """How the worth of the money, or of the claims, is known; "" if there is only one currency."""

    def rate_of(self, leg: CustomerLeg, priced: PricedAmount) -> Decimal:
        """What one unit of a claim's currency is worth."""
        return priced.weight / leg.amount


def price_of(value: Decimal, amount: Decimal, currency: str) -> PricedAmount:
    """The price at which `amount` has the weight `value`: per unit, or in total if no exact price per unit exists
    (3.3333…).
    """
    rate = value / amount
    exponent = rate.normalize().as_tuple().exponent
    if len(rate.as_tuple().digits) < getcontext().prec and -exponent <= 8:  # type: ignore[operator] # an amount is finite
        return PricedAmount(amount * rate, (rate.normalize(), currency))
    total = round_to(value, currency_decimals(currency))
    return PricedAmount(total, (abs(total), currency), is_total=True)


def valuation(book: Book, movement: MoneyMovement, legs: Sequence[CustomerLeg]) -> Valuation:
    """What the money, its fee and the claims are worth in the currency in which the claims were booked, else in the books' own.

    A claim keeps the price of its invoice. Money in another currency is converted at the ledger's latest price up to
    its day, or else gets the booked value of the claim. Raises CannotBook if no price is known.
    """
    money_currency = movement.currency
    booked = {leg.value_currency for leg in legs if leg.number}
    if len(booked) > 1:
        raise CannotBook(
            _(
                "the documents were booked in different currencies ({currencies}): book one payment for each currency",
                currencies=joined(", ", (currency or _("without a price") for currency in sorted(booked))),
            )
        )
    claims_currency = legs[0].currency if legs else money_currency
    value_currency = next(iter(booked), "")
    if not value_currency:
        return _without_booked_price(book, movement, legs, claims_currency)
    if money_currency == value_currency:
        priced = tuple(
            price_of(leg.booked_value or ZERO, leg.amount, value_currency)
            if leg.booked_value is not None
            else PricedAmount(leg.amount)
            for leg in legs
        )
        why = _(
            "the claim keeps the price of its invoice; {amount} {money_currency} was received",
            amount=movement.amount,
            money_currency=money_currency,
        )
        return Valuation(value_currency, PricedAmount(movement.amount), PricedAmount(movement.fee), priced, why)
    rate, why = _day_rate(book, money_currency, value_currency, movement)
    if rate is None:
        if money_currency != claims_currency:
            raise CannotBook(_no_price(money_currency, value_currency, movement))
        worth = sum((leg.booked_value for leg in legs if leg.booked_value is not None), ZERO)
        rate = worth / sum((leg.amount for leg in legs if leg.booked_value is not None), ZERO)
        why = _("at the invoice's price: the ledger has no price up to that day")
    rest_value = [leg.amount * rate if leg.booked_value is None else leg.booked_value for leg in legs]
    return Valuation(
        value_currency,
        price_of(movement.amount * rate, movement.amount, value_currency),
        price_of(movement.fee * rate, movement.fee, value_currency) if movement.fee else PricedAmount(ZERO),
        tuple(price_of(value, leg.amount, value_currency) for value, leg in zip(rest_value, legs, strict=True)),
        why,
    )


def _without_booked_price(
    book: Book, movement: MoneyMovement, legs: Sequence[CustomerLeg], claims_currency: str
) -> Valuation:
    """Where the claims were booked in their own currency alone."""
    money_currency, places = movement.currency, currency_decimals(movement.currency)
    plain = tuple(PricedAmount(leg.amount) for leg in legs)
    if money_currency == claims_currency:
        return Valuation(money_currency, PricedAmount(movement.amount), PricedAmount(movement.fee), plain, "")
    settled = sum((leg.amount - leg.discount for leg in legs), ZERO)
    if book.currency != claims_currency:
        worth = movement.amount + movement.fee
        rate = -worth / settled
        totals = [round_to(leg.amount * rate, places) for leg in legs]
        if not any(leg.discount for leg in legs):
            totals[-1] -= sum(totals, ZERO) + worth
        priced = tuple(PricedAmount(total, (abs(total), money_currency), is_total=True) for total in totals)
        why = _(
            "{worth} {money_currency} was received for {settled} {claims_currency}",
            worth=worth,
            money_currency=money_currency,
            settled=abs(settled),
            claims_currency=claims_currency,
        )
        return Valuation(money_currency, PricedAmount(movement.amount), PricedAmount(movement.fee), priced, why)
    known, why = _day_rate(book, money_currency, claims_currency, movement)
    rate = known if known is not None else -settled / (movement.amount + movement.fee)
    money = price_of(movement.amount * rate, movement.amount, claims_currency)
    fee = price_of(movement.fee * rate, movement.fee, claims_currency) if movement.fee else PricedAmount(ZERO)
    if known is None:
        why = _("what is settled: the ledger has no price up to that day, so no exchange difference is known")
        total = -settled - fee.weight
        money = PricedAmount(total, (abs(total), claims_currency), is_total=True)
    return Valuation(claims_currency, money, fee, plain, why)


def _day_rate(book: Book, currency: str, into: str, movement: MoneyMovement) -> tuple[Decimal | None, str]:
    """The ledger's latest price of a currency up to the day of the money, and a description of it."""
    direct = latest_price(book, (currency, into), movement.date)
    inverse = latest_price(book, (into, currency), movement.date)
    if inverse and inverse[1] and (not direct or direct[0] < inverse[0]):
        return 1 / inverse[1], _("at the ledger's price of {into} of {back}", into=into, back=inverse[0])
    return (
        (direct[1], _("at the ledger's price of {currency} of {there}", currency=currency, there=direct[0]))
        if direct
        else (None, "")
    )


def _no_price(currency: str, into: str, movement: MoneyMovement) -> str:
    return _(
        "the value of {currency} in {into} on {day} is not known: write {day} price {currency} … {into} into "
        "the ledger",
        currency=currency,
        into=into,
        day=movement.date,
    )
