"""A receipt: what was received on a document until a day, and what else became of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from beancount_invoicing.model import ZERO, Day, Step
from beancount_invoicing.receivables.allocation import Allocation
from beancount_invoicing.receivables.positions import Position

Kind = Literal["payment", "credit-note", "write-off", "reversal"]


@dataclass(frozen=True, slots=True)
class Settling:
    """Something that settled a part of the document; a `reversal` (a payment that came back) is negative."""

    date: Day
    what: Kind
    number: str
    """Of the credit note; else ""."""
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Receipt:
    """What was received on a document. received + credited + adjusted + position.open = position.payable."""

    position: Position
    entries: tuple[Settling, ...]
    """By date; payments and their reversals, credit notes, write-offs."""
    received: Decimal
    """Payments, less those that came back."""
    credited: Decimal
    adjusted: Decimal
    """Written off."""
    steps: tuple[Step, ...]

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
    entries = [
        Settling(one.date, _what(one), one.other.number if one.other else "", one.amount)
        for one in position.allocations
    ]
    entries = sorted(
        _together(entries), key=lambda one: (one.date, one.what == "reversal", one.what, one.number, one.amount)
    )
    lost = [one.amount for one in position.allocations if "write-off" in {one.how, one.reverses}]
    credited = [one.amount for one in entries if one.what == "credit-note"]
    paid = [
        one.amount
        for one in position.allocations
        if one.how != "credit-note" and "write-off" not in {one.how, one.reverses}
    ]
    received = sum(paid, ZERO)
    if received <= 0:
        raise NothingReceived(f"nothing was received on {invoice.number} until {position.as_of}")
    steps = (
        Step("received", "sum", tuple(paid), received, "payments, less what came back"),
        Step("credited", "sum", tuple(credited), sum(credited, ZERO), "credit notes"),
        Step("written off", "sum", tuple(lost), sum(lost, ZERO), "written off"),
        Step(
            "open", "difference", (position.payable, received, sum(credited, ZERO), sum(lost, ZERO)), position.open,
            f"what is left of it on {position.as_of}",
        ),
    )  # fmt: skip
    return Receipt(position, tuple(entries), received, sum(credited, ZERO), sum(lost, ZERO), steps)


def _what(one: Allocation) -> Kind:
    if one.how in {"credit-note", "write-off", "reversal"}:
        return one.how
    return "payment"


def _together(entries: list[Settling]) -> list[Settling]:
    """One line for a day's payments, credit notes … of a kind: a transfer that pays two instalments is one."""
    sums: dict[tuple[date, Kind, str], Decimal] = {}
    for one in entries:
        key = one.date, one.what, one.number
        sums[key] = sums.get(key, ZERO) + one.amount
    return [Settling(*key, amount) for key, amount in sums.items() if amount]
