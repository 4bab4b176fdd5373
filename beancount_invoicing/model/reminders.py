"""Reminder policies and their levels."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal, NamedTuple

from beancount_invoicing.model.parties import Channel
from beancount_invoicing.model.values import ZERO, Source

Tone = Literal["courtesy", "friendly", "firm", "final"]


class ReminderLevel(NamedTuple):
    """One level of a reminder policy: when its letter is due, its tone, and how it is sent."""

    level: int
    """From 1; 0 is the courtesy notice before the due date."""
    days: int
    """The level is due from this many days after the due date; for level 0, a negative number of days, before it."""
    tone: Tone
    source: Source
    """Where it is written; an empty source for a policy that is not in the ledger."""
    channel: Channel | None = None
    """None: the customer's own channel."""
    deadline: int | None = None
    """Days to pay, from the letter's date; None if the letter sets no deadline."""
    interest: bool = False
    """Whether late interest and the fixed indemnity are claimed."""
    fee: Decimal = ZERO
    """In the ledger's first operating currency; never charged to a consumer."""
    registered: bool = False
    escalate: bool = False
    signed_by: str = ""


LETTER_MINIMUM = Decimal(1)
"""Unless the policy says otherwise, no letter is sent for less, in any currency: a missing cent is no reason to write."""


class Policy(NamedTuple):
    """A reminder policy as it applies from one of its directives on, with its levels in order."""

    name: str
    levels: tuple[ReminderLevel, ...]
    source: Source
    interval: int = 7
    """The least number of days between two letters about an invoice."""
    minimum: Decimal = LETTER_MINIMUM
    """No letter is sent for less than this amount, in the ledger's currency; in others, at most for less than 1."""
    signed_by: str = ""
