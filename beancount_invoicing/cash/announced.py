"""What an e-invoice's life cycle says of its payment: that the customer has sent it, or that it approves the invoice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from beancount_invoicing.model import Event
from beancount_invoicing.platform.life_cycle import document_state, flow_states
from beancount_invoicing.rules import sepa

AWAITED = timedelta(days=7)
"""How long a payment that was sent is waited for after the day on which it should have come."""


class Announced(NamedTuple):
    """A payment that the customer's platform says it has sent (status 211)."""

    told: Event
    day: date
    """When it should be on the account: a TARGET day after the day of the payment, or else of the status (directive 2015/2366,
    article 83: by the end of the next business day).
    """
    amount: Decimal | None
    """What was sent; None if it is not told: all."""


def announced(events: Sequence[Event], number: str, as_of: date, came: Mapping[str, date]) -> Announced | None:
    """The payment of a document that is under way on `as_of`; None if there is none, if money has come for it since, or if it is
    awaited no longer. `came`: by number, when money came last.
    """
    told = _last(events, number, "payment-sent")
    if told is None or came.get(number, date.min) >= told.date:
        return None
    day = sepa.target_days_later(told.until or told.date, 1)
    return Announced(told, day, told.amount) if as_of <= day + AWAITED else None


def approval(events: Sequence[Event], number: str) -> Event | None:
    """The status (205) by which the customer approved a document, if nothing came after it."""
    return _last(events, number, "approved")


def _last(events: Sequence[Event], number: str, standing: str) -> Event | None:
    if not any(event.kind == "status" for event in events):
        return None
    state = document_state(flow_states(events, number))
    return state.decisive if state and state.standing == standing else None
