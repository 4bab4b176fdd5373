"""The JSON of a customer's standing, and of what to agree with it next time."""

from __future__ import annotations

from beancount_invoicing.answers.amounts import Answer, amount_text, day_text, number_text
from beancount_invoicing.answers.contracts import customer_json
from beancount_invoicing.cash import Delay, ExposurePart, Standing, next_time
from beancount_invoicing.dunning.promises import PromiseKept

CUSTOMER_COLUMNS = (
    "account", "name", "city", "country", "buyer", "channel", "vat_id", "siren", "email", "phone", "terms", "tax", "language",
    "purchase_order", "reminders", "late_interest", "inactive", "source", "instalments", "usual_days_late", "at_least",
    "trend", "newer_days_late", "older_days_late", "longest_days_late", "longest_number", "longest_is_open", "promises_kept",
    "promises_broken", "disputes", "currency", "exposure", "credit_limit", "above_limit", "next_time", "days_sooner",
)  # fmt: skip
"""The columns of the CSV."""


def standing_json(standing: Standing) -> Answer:
    """A customer in `customer list`: its card, then its standing. Days late are negative before the due date; null if unknown."""
    usual, trend, longest, exposure = standing.usual, standing.trend, standing.longest, standing.exposure
    agreement, currency = next_time(standing), exposure.currency
    return customer_json(standing.customer) | {
        "instalments": standing.instalments,
        "usual_days_late": usual.days if usual else None,
        "at_least": usual.at_least if usual else None,
        "trend": trend.word if trend else None,
        "newer_days_late": trend.newer.days if trend else None,
        "older_days_late": trend.older.days if trend else None,
        "longest_days_late": longest.days if longest else None,
        "longest_number": longest.invoice.number if longest else None,
        "longest_is_open": longest.is_open if longest else None,
        "promises_kept": standing.promised("kept"),
        "promises_broken": standing.promised("broken"),
        "disputes": len(standing.disputes),
        "currency": currency or None,
        "exposure": amount_text(exposure.total, currency),
        "credit_limit": amount_text(exposure.limit, currency),
        "above_limit": amount_text(exposure.excess, currency) if exposure.limit is not None else None,
        "next_time": agreement.agreement,
        "days_sooner": agreement.days_sooner or None,
    }


def standing_with_evidence_json(standing: Standing) -> Answer:
    """A customer in `customer show`: the same, and what it was counted from."""
    return standing_json(standing) | {
        "as_of": standing.as_of.isoformat(),
        "evidence": [str(text) for text in next_time(standing).evidence],
        "exposure_parts": [_part(part) for part in standing.exposure.parts],
        "without_price": list(standing.exposure.without_rate),
        "promises": [_promise(promise) for promise in standing.promises],
        "insolvent_since": day_text(standing.insolvency.since if standing.insolvency else None),
        "counted": [_delay(delay) for delay in standing.delays],
    }


def _part(part: ExposurePart) -> Answer:
    names = ("owed", "drafts", "unbilled", "ordered", "paid_ahead", "total")
    amounts = {name: amount_text(getattr(part, name), part.currency) for name in names}
    return {"currency": part.currency, **amounts, "rate": number_text(part.rate)}


def _promise(promise_kept: PromiseKept) -> Answer:
    promise = promise_kept.promise
    return {
        "date": promise.date.isoformat(),
        "numbers": list(promise.numbers),
        "until": day_text(promise.until or promise.date),
        "amount": number_text(promise.amount),
        "outcome": promise_kept.outcome,
        "source": str(promise.source),
    }


def _delay(delay: Delay) -> Answer:
    return {
        "number": delay.invoice.number,
        "instalment": delay.instalment.index,
        "due": delay.instalment.due.isoformat(),
        "amount": amount_text(delay.amount, delay.invoice.currency),
        "currency": delay.invoice.currency,
        "date": delay.on.isoformat(),
        "days_late": delay.days,
        "is_open": delay.is_open,
        "source": str(delay.source),
    }
