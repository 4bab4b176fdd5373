"""What a transaction's postings are worth in the currency of the books, so that each entry balances to the cent."""

from __future__ import annotations

from decimal import Decimal

from babel.numbers import is_currency

from beancount_invoicing.messages import _
from beancount_invoicing.model import ZERO, Book
from beancount_invoicing.model.general_ledger import LedgerEntry, LedgerPosting
from beancount_invoicing.receivables.exchange import latest_price
from beancount_invoicing.rules.currencies import currency_decimals
from beancount_invoicing.rules.steps import round_to


class CannotValue(ValueError):
    """An entry cannot be expressed in the books' currency; the message says why, and what to write."""


def booked_values(entry: LedgerEntry, book: Book) -> tuple[Decimal | None, ...]:
    """The value of each posting in the books' currency, above 0 for debits, rounded to its decimals; None for goods or hours that
    have no price.

    A posting is worth its weight (its price or cost); a weight in another currency is converted at the ledger's latest `price`
    up to the entry's day (inclusive). What roundings leave goes to the postings that were rounded most, so that the values add up
    to zero. Raises CannotValue if there is no such price of a currency (ISO 4217), or if the entry itself does not add up to zero.
    """
    places = currency_decimals(book.currency)
    if _is_exact(entry, book.currency, places):
        return tuple(posting.weight for posting in entry.postings)
    exact = [_exact_value(entry, posting, book) for posting in entry.postings]
    for posting, value in zip(entry.postings, exact, strict=True):
        if value is None and is_currency(posting.weight_currency):
            raise CannotValue(_no_price(posting, entry, book))
    values = [None if value is None else round_to(value, places) for value in exact]
    left = sum((value for value in values if value is not None), ZERO)
    errors = {
        index: value - exact_value
        for index, (value, exact_value) in enumerate(zip(values, exact, strict=True))
        if value is not None and exact_value is not None and value != exact_value
    }
    if left and not errors:
        raise CannotValue(
            _(
                "debits and credits differ by {amount} {currency}: Beancount tolerates it, an accountant's journal does not; "
                "add the difference as a posting of its own",
                amount=abs(left),
                currency=book.currency,
            )
        )
    cent = Decimal(1).scaleb(-places).copy_sign(left)
    while left:
        index = max(errors, key=lambda index: (errors[index] * cent, -index))
        value = values[index]
        assert value is not None
        values[index], errors[index], left = value - cent, errors[index] - cent, left - cent
    return tuple(values)


def _is_exact(entry: LedgerEntry, currency: str, places: int) -> bool:
    """Whether all weights are in a currency, written with its decimals, and add up to zero: as most entries are."""
    return all(
        posting.weight_currency == currency and posting.weight.as_tuple().exponent == -places
        for posting in entry.postings
    ) and not sum((posting.weight for posting in entry.postings), ZERO)


def _exact_value(entry: LedgerEntry, posting: LedgerPosting, book: Book) -> Decimal | None:
    """The value in the books' currency, not rounded; None if the ledger knows no price of the posting's commodity by then."""
    if posting.weight_currency == book.currency:
        return posting.weight
    rate = latest_price(book, (posting.weight_currency, book.currency), entry.date)
    if rate:
        return posting.weight * rate[1]
    back = latest_price(book, (book.currency, posting.weight_currency), entry.date)
    return posting.weight / back[1] if back and back[1] else None


def _no_price(posting: LedgerPosting, entry: LedgerEntry, book: Book) -> str:
    return _(
        "{amount} {currency} on {account} has no value in {books_currency}: write a price on the posting, or "
        "{day} price {currency} … {books_currency}",
        amount=posting.weight,
        currency=posting.weight_currency,
        account=posting.account,
        books_currency=book.currency,
        day=entry.date,
    )
