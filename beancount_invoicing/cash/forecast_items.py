"""What may come in, each amount by itself, with the share of it that is expected in each week."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Literal, NamedTuple

from beancount_invoicing.model import ZERO, Source

ItemKind = Literal["open", "announced", "promised", "direct debit", "draft", "to bill", "not expected"]


class ForecastItem(NamedTuple):
    """Something that may come in: a (part of an) instalment, or what is to be billed."""

    kind: ItemKind
    number: str
    """Of the document; of what is to be billed, the code of its contract."""
    customer: str
    currency: str
    amount: Decimal
    """With tax."""
    due: date | None
    shares: tuple[Decimal, ...]
    """Which share of it is expected in each week, 0 to 1."""
    tax_share: Decimal
    """Which share of what comes is tax that becomes due with it."""
    source: Source | None
    because: str


def week_ends(weeks: int) -> list[int]:
    """How many days after today each week ends."""
    return [7 * week for week in range(1, weeks + 1)]


def by_week(cumulative: Sequence[Decimal]) -> tuple[Decimal, ...]:
    """The share of each week, from the shares that came by the end of each."""
    return tuple(share - before for before, share in zip((ZERO, *cumulative), cumulative, strict=False))


def on_day(day: date, as_of: date, weeks: int) -> tuple[Decimal, ...]:
    """All of it in the week of a day; in the first week if the day has passed."""
    week = max((day - as_of).days - 1, 0) // 7
    return tuple(Decimal(place == week) for place in range(weeks))
