"""How it leaves: e-mail, a print batch, a folder for a platform. Takes dataclasses and bytes."""

from __future__ import annotations

from beancount_invoicing.delivery.addresses import BadAddress, checked, split
from beancount_invoicing.delivery.attempts import CLOSING, Attempt, History
from beancount_invoicing.delivery.dispatch import Attachment, Dispatch, Held, Said
from beancount_invoicing.delivery.mail import Mail, Sender, mail, message_id
from beancount_invoicing.model import OPENING

__all__ = [
    "CLOSING",
    "OPENING",
    "Attachment",
    "Attempt",
    "BadAddress",
    "Dispatch",
    "Held",
    "History",
    "Mail",
    "Said",
    "Sender",
    "checked",
    "mail",
    "message_id",
    "split",
]
