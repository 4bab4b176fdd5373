"""Reminder policies and their levels."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal, NamedTuple

from beancount_invoicing.model.parties import Channel
from beancount_invoicing.model.values import ZERO, Source

Tone = Literal["courtesy", "friendly", "firm", "final"]


class ReminderLevel(NamedTuple):
    """One level of a reminder policy: when its letter is due, how it speaks and leaves."""

    level: int
    """From 1; 0 is the courtesy notice before the due date."""
    days: int
    """From so many days after the due date on; of level 0 negative: so many days before it."""
    tone: Tone
    source: Source
    """Where it is written; of a policy that the ledger does not write, nowhere."""
    channel: Channel | None = None
    """None: the customer's."""
    deadline: int | None = None
    """Days from the letter's date to pay; None where the letter sets no deadline."""
    interest: bool = False
    """Late interest and the fixed indemnity are claimed."""
    fee: Decimal = ZERO
    """In the ledger's first operating currency; never from a consumer."""
    registered: bool = False
    escalate: bool = False
    signed_by: str = ""


class Policy(NamedTuple):
    """A reminder policy as it stands from one of its directives on; its levels in their order."""

    name: str
    levels: tuple[ReminderLevel, ...]
    source: Source
    interval: int = 7
    """At least so many days lie between two letters about an invoice."""
    minimum: Decimal = ZERO
    """No letter leaves for less than this."""
    signed_by: str = ""
