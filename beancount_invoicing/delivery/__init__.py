"""How documents leave: by e-mail, in a print batch, in a folder for a platform. Takes dataclasses and bytes."""

from __future__ import annotations

from beancount_invoicing.delivery.addresses import BadAddress, checked_address, split_addresses
from beancount_invoicing.delivery.attempts import DISPATCH_END_EVENTS, Attempt, History
from beancount_invoicing.delivery.dispatch import Attachment, Dispatch, DispatchKind, HeldDispatch
from beancount_invoicing.model import DISPATCH_START_EVENTS

__all__ = [
    "DISPATCH_END_EVENTS",
    "DISPATCH_START_EVENTS",
    "Attachment",
    "Attempt",
    "BadAddress",
    "Dispatch",
    "DispatchKind",
    "HeldDispatch",
    "History",
    "checked_address",
    "split_addresses",
]
