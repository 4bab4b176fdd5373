"""Reminders and late interest as data."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from beancount_invoicing.rules.currencies import currency_decimals
from beancount_invoicing.rules.steps import round_to

if TYPE_CHECKING:
    from beancount_invoicing.actions.claim_interest import LateClaim
    from beancount_invoicing.delivery import Attempt
    from beancount_invoicing.dunning import Proposal

from beancount_invoicing.answers.amounts import Answer, amount_text, day_text, step_json


def reminder_json(
    proposal: Proposal,
    language: str,
    explain: bool = False,
    waiting: Sequence[Attempt] = (),
    bank_until: date | None = None,
) -> Answer:
    """A proposal in `remind`. `waiting`: the prepared or doubtful letters that already cover it. `bank_until`: the last
    day to which every bank account is booked.
    """
    currency = proposal.currency
    answer: Answer = {
        "customer": proposal.customer.name,
        "account": proposal.customer.account,
        "language": language,
        "level": proposal.level,
        "channel": proposal.channel,
        "policy": proposal.policy or None,
        "tone": proposal.tone if proposal.level is not None else None,
        "deadline": proposal.deadline.isoformat() if proposal.deadline else None,
        "registered": proposal.registered,
        "escalation": proposal.escalation or None,
        "signed_by": proposal.signed_by or None,
        "invoices": [
            {
                "number": late.position.invoice.number,
                "due": late.due.isoformat(),
                "open": amount_text(late.open, currency),
                "days_overdue": late.days_overdue,
                "level": proposal.level,
                "interest": amount_text(late.interest, currency),
                "indemnity": amount_text(late.indemnity, currency),
            }
            for late in proposal.invoices
        ],
        "currency": currency,
        "total": amount_text(proposal.total, currency),
        "fee": amount_text(proposal.fee, currency) if proposal.fee else None,
        "claimed": amount_text(proposal.amount_asked, currency),
        "unallocated": amount_text(proposal.unallocated, currency) if proposal.unallocated else None,
        "apart": [
            {
                "number": reminded.number,
                "open": amount_text(reminded.open, currency),
                "date": reminded.last_letter.date.isoformat(),
                "tone": reminded.last_letter.tone or None,
            }
            for reminded in proposal.separately_reminded
        ],
        "held": [{"number": held.number, "why": held.reason} for held in proposal.held],
        "waiting": _waiting(waiting[0]) if waiting else None,
        "bank_until": day_text(bank_until),
    }
    if explain:
        for row, late in zip(answer["invoices"], proposal.invoices, strict=True):
            row["explain"] = [step_json(step) for step in (late.claim.steps if late.claim else ())]
        answer["reasons"] = [{"number": reason.number, "why": reason.reason} for reason in proposal.reasons]
    return answer


def _waiting(attempt: Attempt) -> Answer:
    """What waits for a person already, of what is due."""
    return {"state": "in-doubt" if attempt.in_doubt else "prepared", "since": attempt.event.date.isoformat()}


def late_interest_json(claim: LateClaim, explain: bool = False) -> Answer:
    """A document in `interest`. Each segment's amount is rounded by itself; the interest is rounded once, from the
    exact sum.
    """
    invoice, interest = claim.position.invoice, claim.interest
    currency = invoice.currency
    known = interest is not None and interest.known
    answer: Answer = {
        "number": invoice.number,
        "customer": claim.position.debtor.name if claim.position.debtor else None,
        "currency": currency or None,
        "principal": amount_text(interest.principal, currency) if interest else None,
        "segments": [
            {
                "from": segment.start.isoformat(),
                "to": segment.end.isoformat(),
                "days": segment.days,
                "rate": format(segment.rate, "f"),
                "base": amount_text(segment.base, currency),
                "amount": amount_text(round_to(segment.amount, currency_decimals(currency)), currency),
            }
            for segment in (interest.segments if interest else ())
        ],
        "interest": amount_text(interest.amount, currency) if interest and known else None,
        "indemnity": amount_text(interest.indemnity, currency) if interest else None,
        "total": amount_text(interest.total, currency) if interest else None,
        "law": interest.law if interest else None,
        "notices": list(claim.notices),
    }
    if explain:
        answer["explain"] = [step_json(step) for step in (interest.steps if interest else ())]
    return answer
