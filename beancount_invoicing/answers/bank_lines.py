"""The stable JSON of `bank import`: how the lines of bank statements are booked."""

from __future__ import annotations

from beancount_invoicing.answers.amounts import Answer, amount_text
from beancount_invoicing.bank.booking import BookedLine
from beancount_invoicing.writing.payment_text import payment_transaction


def bank_line_json(booked: BookedLine) -> Answer:
    """A line: its data, what it settles and why, and the entry that books it, or would book it."""
    proposal, line = booked.proposal, booked.proposal.line
    currency = line.ordered_currency or line.currency
    return {
        "account": booked.account,
        "bank_id": line.bank_id,
        "date": line.date.isoformat(),
        "amount": amount_text(line.amount, line.currency),
        "currency": line.currency,
        "payer": line.payer or None,
        "text": line.text or None,
        "reference": " ".join(line.references) or line.end_to_end_id or None,
        "tier": proposal.tier or None,
        "action": proposal.action,
        "customer": proposal.customer or None,
        "settles": [
            {"number": settled.number, "amount": amount_text(settled.amount, currency)}
            for settled in proposal.settlements
        ],
        "evidence": list(proposal.evidence),
        "against": list(proposal.against),
        "entry": payment_transaction(booked.entry) if booked.entry else None,
        "known": str(booked.known.source) if booked.known else None,
        "source": str(line.source),
    }
