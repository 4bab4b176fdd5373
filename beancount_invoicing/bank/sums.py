"""Which open documents add up to a payment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from beancount_invoicing.bank.payment_options import PaymentOption
from beancount_invoicing.model import ZERO

MOST_DOCUMENTS = 12
"""With more documents than this, some combination nearly always matches by chance."""

Choice = tuple[tuple[str, PaymentOption], ...]
"""Documents by number, each with the amount paid of it."""


def choices(
    options: Mapping[str, Sequence[PaymentOption]], money: Decimal, *, every: bool = False, most: int = 2
) -> tuple[Choice, ...]:
    """The combinations of documents that add up exactly to `money`, at most `most` of them. With `every`, each document
    takes part; otherwise any may.

    `options` has at most MOST_DOCUMENTS documents, or twice as many if each has a single option. The sums of one half
    are looked up among those of the other half, so that the work grows with the square root of their number.
    """
    items = list(options.items())
    middle = len(items) // 2
    by_sum: defaultdict[Decimal, list[Choice]] = defaultdict(list)
    for total, choice in _sums(items[:middle], every):
        if len(by_sum[total]) < most + 1:
            by_sum[total].append(choice)
    found: list[Choice] = []
    for total, choice in _sums(items[middle:], every):
        for first in by_sum.get(money - total, ()):
            if first or choice:
                found.append((*first, *choice))
                if len(found) == most:
                    return tuple(found)
    return tuple(found)


def choices_above(
    options: Mapping[str, PaymentOption], money: Decimal, most_above: Decimal, *, most: int = 2
) -> tuple[Choice, ...]:
    """The combinations of documents that exceed `money`, by `most_above` at most; for MOST_DOCUMENTS documents or
    fewer.
    """
    found: list[Choice] = []
    for total, choice in _sums([(number, (option,)) for number, option in options.items()], every=False):
        if choice and money < total <= money + most_above:
            found.append(choice)
            if len(found) == most:
                break
    return tuple(found)


def _sums(items: Sequence[tuple[str, Sequence[PaymentOption]]], every: bool) -> Iterator[tuple[Decimal, Choice]]:
    sums: list[tuple[Decimal, Choice]] = [(ZERO, ())]
    for number, options in items:
        more = [(total + option.money, (*choice, (number, option))) for total, choice in sums for option in options]
        sums = more if every else sums + more
    yield from sums
