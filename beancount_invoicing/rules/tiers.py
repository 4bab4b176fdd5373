"""Prices by tiers: the price of each next unit (graduated), or of all units by their number (volume)."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import NamedTuple

from beancount_invoicing.messages import _

__all__ = ["Tier", "TierError", "TierSegment", "graduated", "parse_tiers", "volume"]

_TIER = re.compile(
    r"\s*(?:(?P<up_to>\d+(?:\.\d+)?)\s*@\s*)?(?P<price>\d+(?:\.\d+)?)\s*(?:\+\s*(?P<flat>\d+(?:\.\d+)?)\s*)?\Z"
)


class TierError(ValueError):
    """A text is not a list of tiers; the message says why, and how to write one."""


class Tier(NamedTuple):
    """The units up to `up_to` (inclusive, counted from the first; None: all others) cost `price` each, and `flat` once."""

    up_to: Decimal | None
    price: Decimal
    flat: Decimal = Decimal(0)


def parse_tiers(text: str) -> tuple[Tier, ...]:
    """The tiers of a text such as "1000 @ 0.10, 10000 @ 0.08 + 5, 0.05": ascending, the last one without a limit.

    Prices and flat amounts are in the contract's currency, without tax. Raises TierError.
    """
    tiers: list[Tier] = []
    limit: Decimal | None = Decimal(0)
    for part in text.split(","):
        found = _TIER.match(part)
        if not found:
            raise TierError(_('"{part}" is not a tier: write "1000 @ 0.10, 10000 @ 0.08 + 5, 0.05"', part=part.strip()))
        if limit is None:
            raise TierError(_('"{text}": only the last tier may have no limit', text=text))
        up_to = Decimal(found["up_to"]) if found["up_to"] else None
        if up_to is not None and up_to <= limit:
            raise TierError(_('"{text}": each limit must be higher than the one before', text=text))
        tiers.append(Tier(up_to, Decimal(found["price"]), Decimal(found["flat"] or 0)))
        limit = up_to
    if limit is not None:
        raise TierError(_('"{text}": the last tier must have no limit, such as "…, 0.05"', text=text))
    return tuple(tiers)


class TierSegment(NamedTuple):
    """Units at one price, and a flat amount charged once with them."""

    quantity: Decimal
    price: Decimal
    flat: Decimal


def graduated(tiers: tuple[Tier, ...], before: Decimal, after: Decimal) -> list[TierSegment]:
    """The price of the units from `before` (exclusive) to `after` (inclusive), by tier; a tier's flat amount comes with
    its first unit.
    """
    result = []
    start = Decimal(0)
    for tier in tiers:
        end = after if tier.up_to is None else min(tier.up_to, after)
        first = max(start, before)
        if end > first:
            result.append(TierSegment(end - first, tier.price, tier.flat if before <= start else Decimal(0)))
        start = end
    return result


def volume(tiers: tuple[Tier, ...], before: Decimal, after: Decimal) -> list[TierSegment]:
    """The price of the units from `before` (exclusive) to `after` (inclusive), all at the price of the tier that
    `after` units reach.
    """
    if after <= before:
        return []
    tier = next(tier for tier in tiers if tier.up_to is None or after <= tier.up_to)
    return [TierSegment(after - before, tier.price, tier.flat if not before else Decimal(0))]
