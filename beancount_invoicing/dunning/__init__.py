"""What to do about what is late: policies, levels, pauses → proposals. Pure."""

from __future__ import annotations

from beancount_invoicing.dunning.banks import Bank, bank_accounts, behind
from beancount_invoicing.dunning.claims import Claimed, ClaimUnknown, claimed, formal_notice, interest_on
from beancount_invoicing.dunning.levels import Said, courtesy_level, due_level, later
from beancount_invoicing.dunning.lying import Likely, Lying, likely, lying
from beancount_invoicing.dunning.pauses import Insolvency, insolvency, pause, send_from, sending_followed_from
from beancount_invoicing.dunning.policies import NONE, STANDARD, named, policy, usual
from beancount_invoicing.dunning.proposals import Apart, Held, Late, Proposal, propose
from beancount_invoicing.dunning.reminded import dues_asked, late_instalments
from beancount_invoicing.dunning.standing import Standing, standing, standings
from beancount_invoicing.dunning.unowed_claims import Unowed, unowed

__all__ = [
    "NONE",
    "STANDARD",
    "Apart",
    "Bank",
    "ClaimUnknown",
    "Claimed",
    "Held",
    "Insolvency",
    "Late",
    "Likely",
    "Lying",
    "Proposal",
    "Said",
    "Standing",
    "Unowed",
    "bank_accounts",
    "behind",
    "claimed",
    "courtesy_level",
    "due_level",
    "dues_asked",
    "formal_notice",
    "insolvency",
    "interest_on",
    "late_instalments",
    "later",
    "likely",
    "lying",
    "named",
    "pause",
    "policy",
    "propose",
    "send_from",
    "sending_followed_from",
    "standing",
    "standings",
    "unowed",
    "usual",
]
