"""What another currency is worth on the day on which a tax becomes due."""

from __future__ import annotations

from bisect import bisect_right
from datetime import date
from decimal import Decimal
from operator import itemgetter
from typing import NamedTuple

from beancount_invoicing.messages import _
from beancount_invoicing.model import Book, PaymentExchangeRate


class DayRate(NamedTuple):
    """The worth of one unit of a currency, and its source."""

    rate: Decimal
    because: str


def day_rate(
    book: Book, pair: tuple[str, str], day: date, invoice_rate: Decimal, stated_rate: PaymentExchangeRate | None
) -> DayRate:
    """The worth of one unit of `pair`'s first currency in its second one on `day`, when a payment came.

    First, what the payment's entry gives, `stated_rate`: the price of its posting, if it differs from `invoice_rate`, the invoice's
    rate, at which the claim is booked; else the money that came. Otherwise the ledger's latest `price` up to that day; else the
    invoice's rate. (The tax is converted at the rate of the day on which it becomes chargeable: directive 2006/112/EC, art. 91 (2);
    CGI, art. 266, 1 bis.)
    """
    worth = stated_rate if stated_rate and stated_rate.currency == pair[1] else None
    if worth and worth.by_price and worth.by_price != invoice_rate:
        return DayRate(worth.by_price, _("the payment's own price"))
    if worth and worth.by_money and worth.without_fee:
        return DayRate(worth.by_money, _("worked out from the money that came"))
    price = _price(book, pair, day)
    if price:
        return price
    if worth and worth.by_money:
        return DayRate(worth.by_money, _("worked out from the money that came: no price of that day is known"))
    return DayRate(invoice_rate, _("the invoice's rate: no price of that day is known"))


def _price(book: Book, pair: tuple[str, str], day: date) -> DayRate | None:
    """The ledger's latest price of a currency in the other one, or of the other one in it."""
    price = latest_price(book, pair, day)
    back = latest_price(book, (pair[1], pair[0]), day)
    if back and back[1] and (not price or price[0] < back[0]):
        price = back[0], 1 / back[1]
    return DayRate(price[1], _("price of {there}", there=price[0])) if price else None


def latest_price(book: Book, pair: tuple[str, str], day: date) -> tuple[date, Decimal] | None:
    """The ledger's last `price` up to `day` (inclusive) of `pair`'s first currency in its second one: its day, and the worth
    of one unit; None if there is none.
    """
    known = book.exchange_rates.get(pair, ())
    at = bisect_right(known, day, key=itemgetter(0))
    return known[at - 1] if at else None
