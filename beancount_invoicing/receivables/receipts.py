"""A receipt: what money was received on a document until a day, and what else became of it.

It certifies money alone. What lowers the claim without any – a discount, a set-off against what is owed the other way, a credit
note, a loss – stands apart.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal, get_args

from beancount_invoicing.model import ZERO, Day, Step
from beancount_invoicing.receivables.allocation import Allocation
from beancount_invoicing.receivables.positions import Position

Kind = Literal["payment", "discount", "set-off", "credit-note", "write-off", "reversal"]
_ORDER: tuple[Kind, ...] = get_args(Kind)
_NO_MONEY: tuple[Kind, ...] = ("discount", "set-off", "write-off")


@dataclass(frozen=True, slots=True)
class Settling:
    """Something that settled a part of the document; a `reversal` (a payment that came back) is negative, and so is what of
    a discount, a set-off or a loss was taken back."""

    date: Day
    """Of a payment: the day on which the money came, whenever it was allocated."""
    what: Kind
    number: str
    """Of the credit note; else ""."""
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Receipt:
    """What was received on a document. received + credited + adjusted + position.open = position.payable.

    adjusted = discounted + set_off + written_off.
    """

    position: Position
    entries: tuple[Settling, ...]
    """By date; payments and their reversals, credit notes, discounts, set-offs, write-offs."""
    received: Decimal
    """Money, less what came back."""
    credited: Decimal
    discounted: Decimal
    set_off: Decimal
    written_off: Decimal
    steps: tuple[Step, ...]

    @property
    def adjusted(self) -> Decimal:
        """What lowered the claim without money and without a credit note."""
        return self.discounted + self.set_off + self.written_off

    @property
    def as_of(self) -> date:
        """The last day (inclusive) that it speaks of."""
        return self.position.as_of


class NothingReceived(ValueError):
    """There is nothing to confirm; the message says why."""


def receipt(position: Position) -> Receipt:
    """The receipt for a document at the position's day. Raises NothingReceived for a credit note, a draft, or no money."""
    invoice = position.invoice
    if invoice.draft or invoice.kind == "void":
        raise NothingReceived(
            f"{invoice.number} is a {'draft' if invoice.draft else 'void number'}: nothing can be paid on it"
        )
    if position.payable <= 0:
        raise NothingReceived(
            f"{invoice.number} asks for nothing ({position.payable} {invoice.currency}): there is no receipt"
        )
    entries = sorted(
        _together(
            Settling(one.received, _what(one), one.other.number if one.other else "", one.amount)
            for one in position.allocations
        ),
        key=lambda one: (one.date, _ORDER.index(one.what), one.number, one.amount),
    )
    sums: dict[Kind, tuple[Decimal, ...]] = {
        kind: tuple(one.amount for one in position.allocations if _stands_for(one) == kind)
        for kind in ("payment", "credit-note", *_NO_MONEY)
    }
    received, credited, discounted, set_off, lost = (sum(those, ZERO) for those in sums.values())
    if received <= 0:
        raise NothingReceived(f"nothing was received on {invoice.number} until {position.as_of}")
    steps = (
        Step("received", "sum", sums["payment"], received, "payments, less what came back"),
        Step("credited", "sum", sums["credit-note"], credited, "credit notes"),
        Step("discounted", "sum", sums["discount"], discounted, "discounts"),
        Step("set off", "sum", sums["set-off"], set_off, "set off against something else, without money"),
        Step("written off", "sum", sums["write-off"], lost, "written off"),
        Step(
            "open", "difference", (position.payable, received, credited, discounted, set_off, lost), position.open,
            f"what is left of it on {position.as_of}",
        ),
    )  # fmt: skip
    return Receipt(position, tuple(entries), received, credited, discounted, set_off, lost, steps)


def _stands_for(one: Allocation) -> Kind:
    """What settled, or of a reversal: what it takes back."""
    how = one.reverses if one.how == "reversal" else one.how
    return how if how in {"credit-note", *_NO_MONEY} else "payment"


def _what(one: Allocation) -> Kind:
    """What it is called: money that an entry allocated to another document later did not come back, it was not for this one."""
    stands_for = _stands_for(one)
    came_back = one.how == "reversal" and one.received == one.date
    return "reversal" if came_back and stands_for == "payment" else stands_for


def _together(entries: Iterable[Settling]) -> list[Settling]:
    """One line for a day's payments, credit notes … of a kind: a transfer that pays two instalments is one."""
    sums: dict[tuple[date, Kind, str], Decimal] = {}
    for one in entries:
        key = one.date, one.what, one.number
        sums[key] = sums.get(key, ZERO) + one.amount
    return [Settling(*key, amount) for key, amount in sums.items() if amount]
