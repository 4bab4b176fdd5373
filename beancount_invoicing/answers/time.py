"""Time worked as data."""

from __future__ import annotations

from beancount_invoicing.answers.amounts import Answer, number_text
from beancount_invoicing.model import Work


def time_json(work: Work, contract_code: str) -> Answer:
    """A line in `time list`."""
    return {
        "date": work.date.isoformat(),
        "contract": contract_code,
        "item": work.item or None,
        "quantity": number_text(work.quantity),
        "commodity": work.commodity,
        "person": work.person or None,
        "task": work.task or None,
        "billable": work.billable,
        "source": str(work.source),
    }
