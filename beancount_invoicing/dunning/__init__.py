"""What to do about what is late: policies, levels, pauses → proposals. Pure."""

from __future__ import annotations

from beancount_invoicing.dunning.claims import ClaimUnknown, interest_on
from beancount_invoicing.dunning.proposals import POLICY, Held, Late, Level, Proposal, propose

__all__ = ["POLICY", "ClaimUnknown", "Held", "Late", "Level", "Proposal", "interest_on", "propose"]
