"""The stable JSON of `bank backtest`: how well past payments would have been matched."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from beancount_invoicing.answers.amounts import Answer, amount_text
from beancount_invoicing.bank.backtest import RematchedPayment, percentage, tier_figures


def backtest_json(rematched: Sequence[RematchedPayment], not_booked: Mapping[str, str]) -> Answer:
    """Counts by tier, with shares in percent, and each payment that would be booked wrongly."""
    count = len(rematched)
    figures = tier_figures(rematched)
    return {
        "payments": count,
        "tiers": [
            {
                "tier": tier.tier or None,
                "booked": tier.booked,
                "right": tier.right,
                "wrong": tier.booked - tier.right,
                "precision": None if tier.precision is None else str(tier.precision),
                "recall": str(percentage(tier.right, count)),
                "proposed": tier.proposed,
                "proposed_right": tier.proposed_right,
                "not_booked_because": not_booked.get(tier.tier),
            }
            for tier in figures
        ],
        "recall": str(percentage(sum(tier.right for tier in figures), count)) if count else None,
        "wrong": [_wrong(payment) for payment in rematched if payment.is_booked and not payment.is_right],
    }


def _wrong(payment: RematchedPayment) -> Answer:
    line, proposal = payment.past.line, payment.proposal
    currency = line.ordered_currency or line.currency
    return {
        "entry": str(payment.past.entry),
        "date": line.date.isoformat(),
        "amount": amount_text(line.amount, line.currency),
        "currency": line.currency,
        "payer": line.payer or None,
        "text": line.text or None,
        "tier": proposal.tier or None,
        "matched": [
            {"number": settled.number, "amount": amount_text(settled.amount, currency)}
            for settled in proposal.settlements
        ],
        "right": [
            {"number": number, "amount": amount_text(amount, currency)}
            for number, amount in payment.past.settled.items()
        ],
        "evidence": list(proposal.evidence),
    }
