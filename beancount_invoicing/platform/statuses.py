"""The statuses that a platform sends: codes of XP Z12-012, and the technical answer of XP Z12-013."""

from __future__ import annotations

from collections.abc import Mapping

from beancount_invoicing.messages import _
from beancount_invoicing.model import Event

ACK_OK = "ack-ok"
"""The platform has taken a flow: what XP Z12-013 calls an acknowledgement of status Ok."""
ACK_ERROR = "ack-error"
UNREAD = "unread"
"""A message that could not be read, or not be fetched: its status is not known."""

STATUSES: Mapping[str, str] = {
    ACK_OK: _("taken by the platform"),
    ACK_ERROR: _("not taken by the platform"),
    UNREAD: _("a message that could not be read"),
    "200": _("deposited"),
    "201": _("issued by the platform"),
    "202": _("received by the customer's platform"),
    "203": _("made available to the customer"),
    "204": _("taken over by the customer"),
    "205": _("approved by the customer"),
    "206": _("approved in part by the customer"),
    "207": _("in dispute"),
    "208": _("suspended by the customer"),
    "209": _("completed"),
    "210": _("refused by the customer"),
    "211": _("payment sent by the customer"),
    "212": _("payment received"),
    "213": _("rejected by a platform"),
    "220": _("cancelled"),
    "221": _("routing error"),
    "501": _("inadmissible"),
}
"""What each status means. Others are shown by their code."""

DUPLICATE_REASONS = ("DOUBLON", "AlreadyExistingFlow")
"""Reasons by which a platform rejects what it already has: the first deposit stays valid."""


def status_text(code: str) -> str:
    """A status in words, with its code; a code that is not known by itself."""
    return _("{code} {meaning}", code=code, meaning=STATUSES[code]) if code in STATUSES else code


def status_in_words(event: Event) -> str:
    """A status with its reasons."""
    text = status_text(event.status)
    return _("{status} ({reason})", status=text, reason=event.reason) if event.reason else text


def is_duplicate(code: str, reason: str) -> bool:
    """Whether a status says that the platform already has the document."""
    return code in {"213", ACK_ERROR} and any(known in reason for known in DUPLICATE_REASONS)
