"""Amounts of several currencies in the currency of the books."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from beancount_invoicing.model import Book
from beancount_invoicing.receivables import latest_price


def books_rate(book: Book, currency: str, day: date) -> Decimal | None:
    """What one unit of a currency was worth in the books' currency: as `exchange_rate`."""
    return exchange_rate(book, currency, book.currency, day)


def exchange_rate(book: Book, currency: str, into: str, day: date) -> Decimal | None:
    """What one unit of a currency was worth in another one: by the ledger's latest `price` up to `day` (inclusive), or the inverse
    of a later price the other way round. None if there is no price. Not rounded.
    """
    if currency == into:
        return Decimal(1)
    price = latest_price(book, (currency, into), day)
    back = latest_price(book, (into, currency), day)
    if back and back[1] and (not price or price[0] < back[0]):
        return 1 / back[1]
    return price[1] if price else None
