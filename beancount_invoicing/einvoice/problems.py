"""What is wrong with an e-invoice, in the words of a rule."""

from __future__ import annotations

from typing import NamedTuple


class Problem(NamedTuple):
    """What a rule found: its id, the term or place it is about, and what is wrong."""

    rule: str
    location: str
    message: str
    warning: bool = False
    """Whether the rule itself only warns."""
