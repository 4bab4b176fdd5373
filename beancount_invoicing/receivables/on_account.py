"""Which late claims are covered by money on a customer's account that is not allocated.

Whoever has paid is not late: that money stops interest from its day on, even though nobody has recorded yet what it settles.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from beancount_invoicing.model import ZERO, Day, Source
from beancount_invoicing.receivables.allocation import Allocated, OpenItem, Unallocated


class OnAccount(NamedTuple):
    """Money on the account, as far as it covers an instalment (by its index), from its day on; negative if it went back."""

    date: Day
    instalment: int
    amount: Decimal
    source: Source
    """The place of the payment."""
    account: str


def cover_by_document(allocated: Allocated) -> dict[int, tuple[OnAccount, ...]]:
    """Which documents (by their `id`) the unallocated money covers, in the order of days.

    Money covers documents on its own account and in its own currency, the earliest due first. Money that went back, and
    names nothing either, is deducted from the latest money. Anything that is not money (a discount, a loss) covers
    nothing here, and settles nothing here.
    """
    lying: defaultdict[tuple[str, str], list[Unallocated]] = defaultdict(list)
    for left in allocated.unallocated:
        if left.payment.means == "money":
            lying[left.payment.account, left.payment.currency].append(left)
    if not any(left.amount < 0 for unallocateds in lying.values() for left in unallocateds):
        return {}
    claims: defaultdict[tuple[str, str], list[OpenItem]] = defaultdict(list)
    for claim in allocated.open_items:
        where = claim.account, claim.invoice.currency
        if claim.open > 0 and where in lying:
            claims[where].append(claim)
    found: defaultdict[int, list[OnAccount]] = defaultdict(list)
    for where, items in claims.items():
        for claim, account in _shared_out(lying[where], items):
            found[id(claim.invoice)].append(account)
    return {key: tuple(accounts) for key, accounts in found.items()}


def _shared_out(lying: Sequence[Unallocated], claims: Sequence[OpenItem]) -> list[tuple[OpenItem, OnAccount]]:
    """The money of one account in one currency, distributed over its open claims day by day."""
    oldest = sorted(
        claims,
        key=lambda claim: (claim.instalment.due, claim.invoice.date, claim.invoice.number, claim.instalment.index),
    )
    bare = [claim.open for claim in oldest]
    shares: list[tuple[OpenItem, OnAccount]] = []
    came: list[tuple[int, Decimal]] = []  # how much each claim took, the latest last; -1: none
    for left in sorted(
        lying, key=lambda unallocated: (unallocated.payment.date, unallocated.amount, unallocated.payment.source)
    ):
        day, source, amount = left.payment.date, left.payment.source, -left.amount
        for at, claim in enumerate(oldest):
            if amount <= 0:
                break
            if taken := min(amount, bare[at]):
                amount -= taken
                bare[at] -= taken
                came.append((at, taken))
                shares.append((claim, OnAccount(day, claim.instalment.index, taken, source, claim.account)))
        if amount > 0:
            came.append((-1, amount))
        while amount < 0 and came:
            at, held = came.pop()
            back = min(held, -amount)
            amount += back
            if held > back:
                came.append((at, held - back))
            if at >= 0:
                bare[at] += back
                shares.append(
                    (oldest[at], OnAccount(day, oldest[at].instalment.index, -back, source, oldest[at].account))
                )
    return shares


def total_cover(covers: Sequence[OnAccount]) -> Decimal:
    """The part of the cover that is still there."""
    return sum((account.amount for account in covers), ZERO)
