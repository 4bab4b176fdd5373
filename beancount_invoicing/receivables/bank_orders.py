"""Orders to the bank to collect or to pay out, and their outcome according to the books."""

from __future__ import annotations

from datetime import date
from typing import Literal, NamedTuple

from beancount_invoicing.model import ZERO, Event
from beancount_invoicing.receivables.positions import Position

ORDER_EVENTS = frozenset({"collected", "paid-out"})
"""The events by which the ledger records what was handed to the bank."""
OrderState = Literal["under-way", "done", "returned", "withdrawn"]
"""Nothing is booked for it yet; its amount is booked; the booked money went back; a person says that it did not happen.
"""


class BankOrder(NamedTuple):
    """A collection of an instalment, or a payment out, that was handed to the bank, and its outcome."""

    event: Event
    state: OrderState
    returned_on: date | None = None

    @property
    def execution_date(self) -> date:
        """The day requested from the bank."""
        return self.event.collected_on or self.event.date


def bank_orders(position: Position, instalment: int) -> tuple[BankOrder, ...]:
    """The orders for an instalment (by index), by day, as known on the position's day.

    Money counts from the day after the order was handed in; a return counts from the day on which the bank was to carry out the
    order, so that a return of an earlier order is not taken for a return of a later one. A credit note in the meantime changes
    nothing: the bank carries out the order as given.
    """
    withdrawn = {event.end_to_end_id for event in position.events if event.kind == "not-collected"}
    orders = []
    for event in position.events:
        if event.kind not in ORDER_EVENTS or (event.instalment or instalment) != instalment:
            continue
        if event.end_to_end_id in withdrawn:
            orders.append(BankOrder(event, "withdrawn"))
        else:
            orders.append(_followed(position, instalment, event))
    return tuple(orders)


def _followed(position: Position, instalment: int, event: Event) -> BankOrder:
    """An order with what was booked since."""
    moved = [
        allocation
        for allocation in position.allocations
        if allocation.instalment == instalment and allocation.date > event.date and allocation.paid_on is not None
    ]
    back = [
        allocation.date
        for allocation in moved
        if allocation.how == "reversal" and allocation.date >= (event.collected_on or event.date)
    ]
    if back:
        return BankOrder(event, "returned", max(back))
    settled = abs(sum((allocation.amount for allocation in moved), ZERO))
    return BankOrder(event, "done" if event.amount is not None and settled >= event.amount else "under-way")


def order_under_way(position: Position, instalment: int) -> BankOrder | None:
    """The order of an instalment for which nothing is booked yet; None if there is none."""
    return next((order for order in bank_orders(position, instalment) if order.state == "under-way"), None)
