"""What to do about late invoices: policies, levels and pauses become proposals. Pure."""

from __future__ import annotations

from beancount_invoicing.dunning.banks import BankAccount, bank_accounts, behind
from beancount_invoicing.dunning.claims import (
    Claimed,
    InterestUnknown,
    claimed,
    formal_notice,
    interest_on,
    interest_starts_after,
)
from beancount_invoicing.dunning.letter_history import dues_asked, late_instalments
from beancount_invoicing.dunning.levels import SentLetter, courtesy_level, days_later, due_level
from beancount_invoicing.dunning.pauses import Insolvency, insolvency, pause, send_from_day, sending_tracked_from
from beancount_invoicing.dunning.policies import NO_POLICY, STANDARD_POLICY, policy, policy_name, usual
from beancount_invoicing.dunning.proposals import HeldInvoice, Late, Proposal, SeparatelyReminded, propose
from beancount_invoicing.dunning.sending_states import StateOnSending, state_on_sending, states_on_sending
from beancount_invoicing.dunning.unallocated import LikelyMatch, UnallocatedCredit, likely_matches, unallocated_credits
from beancount_invoicing.dunning.unowed_claims import Unowed, unowed

__all__ = [
    "NO_POLICY",
    "STANDARD_POLICY",
    "BankAccount",
    "Claimed",
    "HeldInvoice",
    "Insolvency",
    "InterestUnknown",
    "Late",
    "LikelyMatch",
    "Proposal",
    "SentLetter",
    "SeparatelyReminded",
    "StateOnSending",
    "UnallocatedCredit",
    "Unowed",
    "bank_accounts",
    "behind",
    "claimed",
    "courtesy_level",
    "days_later",
    "due_level",
    "dues_asked",
    "formal_notice",
    "insolvency",
    "interest_on",
    "interest_starts_after",
    "late_instalments",
    "likely_matches",
    "pause",
    "policy",
    "policy_name",
    "propose",
    "send_from_day",
    "sending_tracked_from",
    "state_on_sending",
    "states_on_sending",
    "unallocated_credits",
    "unowed",
    "usual",
]
