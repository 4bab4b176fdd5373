"""A problem of an e-invoice, as a rule reports it."""

from __future__ import annotations

from typing import NamedTuple


class Problem(NamedTuple):
    """The finding of a rule: its id, the term or place concerned, and what is wrong."""

    rule: str
    location: str
    message: str
    warning: bool = False
    """Whether the rule itself only warns."""
