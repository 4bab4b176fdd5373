"""A receipt: the money received on a document up to a day, and what else reduced it.

It certifies only money. Anything that reduces the claim without money (a discount, a set-off against a debt to the customer, a
credit note, a loss) is separate.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Literal, NamedTuple, get_args

from beancount_invoicing.messages import _
from beancount_invoicing.model import ZERO, CalculationStep, Day
from beancount_invoicing.receivables.allocation import Allocation
from beancount_invoicing.receivables.positions import Position

ReceiptEntryKind = Literal["payment", "discount", "set-off", "credit-note", "write-off", "reversal"]
_ORDER: tuple[ReceiptEntryKind, ...] = get_args(ReceiptEntryKind)
_NO_MONEY: tuple[ReceiptEntryKind, ...] = ("discount", "set-off", "write-off")


class ReceiptEntry(NamedTuple):
    """Something that settled a part of the document; a `reversal` (a payment that came back) is negative, and so is a
    discount, a set-off or a loss that was taken back.
    """

    date: Day
    """For a payment: the day on which the money came, whenever it was allocated."""
    kind: ReceiptEntryKind
    number: str
    """For a credit note: its number; else ""."""
    amount: Decimal


class Receipt(NamedTuple):
    """What was received on a document. received + credited + adjusted + position.open = position.payable.

    adjusted = discounted + set_off + written_off.
    """

    position: Position
    entries: tuple[ReceiptEntry, ...]
    """By date; payments and their reversals, credit notes, discounts, set-offs, write-offs."""
    received: Decimal
    """Money, less what came back."""
    credited: Decimal
    discounted: Decimal
    set_off: Decimal
    written_off: Decimal
    steps: tuple[CalculationStep, ...]

    @property
    def reduced_without_money(self) -> Decimal:
        """What reduced the claim without money and without a credit note."""
        return self.discounted + self.set_off + self.written_off

    @property
    def as_of(self) -> date:
        """The last day (inclusive) that it covers."""
        return self.position.as_of


class NothingReceived(ValueError):
    """There is nothing to confirm; the message says why."""


def receipt(position: Position) -> Receipt:
    """The receipt for a document at the position's day. Raises NothingReceived for a credit note, a draft, or no money."""
    invoice = position.invoice
    if invoice.draft or invoice.kind == "void":
        raise NothingReceived(
            _("{number} is a draft: nothing can be paid on it", number=invoice.number)
            if invoice.draft
            else _("{number} is a void number: nothing can be paid on it", number=invoice.number)
        )
    if position.payable <= 0:
        raise NothingReceived(
            _(
                "{number} asks for nothing ({amount} {currency}): there is no receipt",
                number=invoice.number,
                amount=position.payable,
                currency=invoice.currency,
            )
        )
    entries = sorted(
        _together(
            ReceiptEntry(
                allocation.received_on,
                _what(allocation),
                allocation.counter_document.number if allocation.counter_document else "",
                allocation.amount,
            )
            for allocation in position.allocations
        ),
        key=lambda entry: (entry.date, _ORDER.index(entry.kind), entry.number, entry.amount),
    )
    sums: dict[ReceiptEntryKind, tuple[Decimal, ...]] = {
        kind: tuple(allocation.amount for allocation in position.allocations if _stands_for(allocation) == kind)
        for kind in ("payment", "credit-note", *_NO_MONEY)
    }
    received, credited, discounted, set_off, lost = (sum(amounts, ZERO) for amounts in sums.values())
    if received <= 0:
        raise NothingReceived(
            _("nothing was received on {number} until {day}", number=invoice.number, day=position.as_of)
        )
    steps = (
        CalculationStep(_("received"), "sum", sums["payment"], received, _("payments, less what came back")),
        CalculationStep(_("credited"), "sum", sums["credit-note"], credited, _("credit notes")),
        CalculationStep(_("discounted"), "sum", sums["discount"], discounted, _("discounts")),
        CalculationStep(_("set off"), "sum", sums["set-off"], set_off, _("set off against something else, without "
        "money")),
        CalculationStep(_("written off"), "sum", sums["write-off"], lost, _("written off")),
        CalculationStep(
            _("open"), "difference", (position.payable, received, credited, discounted, set_off, lost), position.open,
            _("what is left of it on {day}", day=position.as_of),
        ),
    )  # fmt: skip
    return Receipt(position, tuple(entries), received, credited, discounted, set_off, lost, steps)


def _stands_for(allocation: Allocation) -> ReceiptEntryKind:
    """What settled; for a reversal: what it takes back."""
    how = allocation.reverses if allocation.how == "reversal" else allocation.how
    return how if how in {"credit-note", *_NO_MONEY} else "payment"


def _what(allocation: Allocation) -> ReceiptEntryKind:
    """Its kind. Money that an entry allocated to another document later did not come back: it was not for this one."""
    stands_for = _stands_for(allocation)
    came_back = allocation.how == "reversal" and allocation.received_on == allocation.date
    return "reversal" if came_back and stands_for == "payment" else stands_for


def _together(entries: Iterable[ReceiptEntry]) -> list[ReceiptEntry]:
    """One line for all payments, credit notes … of a day and kind: a transfer that pays two instalments is one."""
    sums: dict[tuple[date, ReceiptEntryKind, str], Decimal] = {}
    for entry in entries:
        key = entry.date, entry.kind, entry.number
        sums[key] = sums.get(key, ZERO) + entry.amount
    return [ReceiptEntry(*key, amount) for key, amount in sums.items() if amount]
