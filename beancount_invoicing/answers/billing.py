"""Drafts, what is not billed yet, and what is prepaid, as data."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

from beancount_invoicing.model import Dated, Item
from beancount_invoicing.receivables import Position

if TYPE_CHECKING:
    from beancount_invoicing.billing import Draft, PrepaidBalance, UnbilledLine

from beancount_invoicing.answers.amounts import Answer, amount_text, day_text, number_text, step_json
from beancount_invoicing.answers.documents import document_json


def draft_json(position: Position, explain: bool = False, draft: Draft | None = None) -> Answer:
    """A document in `bill`, `new`, `credit` …, in the form of `show`; `number` is null if it has none yet. With an
    explanation, each line shows how the `draft` worked it out.
    """
    answer = document_json(position, explain)
    if explain and draft:
        for line, draft_line in zip(answer["lines"], draft.lines, strict=False):
            line["explain"] = [step_json(step) for step in draft_line.steps]
            line["work"] = [
                {
                    "date": work.date.isoformat(),
                    "person": work.person or None,
                    "task": work.task or None,
                    "quantity": number_text(work.quantity),
                    "unit": work.commodity,
                    "billable": work.billable,
                    "source": str(work.source),
                }
                for work in draft_line.work
            ]
            line["source"] = str(draft_line.source) if draft_line.source else None
    return answer | {"number": None} if position.invoice.draft else answer


def unbilled_json(unbilled_line: UnbilledLine, as_of: date, items: Mapping[str, Dated[Item]]) -> Answer:
    """A line in `unbilled`; `items` are the items of the Book."""
    line = unbilled_line.line
    name = items[line.item].at(line.billable_from).name if line.item in items else ""
    return {
        "customer": unbilled_line.customer,
        "contract": unbilled_line.contract.code,
        "what": unbilled_line.kind,
        "item": line.item or None,
        "text": line.text or name or line.name or None,
        "from": day_text(line.start),
        "to": day_text(line.end),
        "since": line.billable_from.isoformat(),
        "days": (as_of - line.billable_from).days,
        "quantity": number_text(line.quantity),
        "price": number_text(line.price if line.price is not None else line.price_with_tax),
        "net": amount_text(line.net, unbilled_line.currency),
        "currency": unbilled_line.currency,
    }


def prepaid_json(prepaid_balance: PrepaidBalance) -> Answer:
    """What is prepaid under a contract, in `prepaid`."""
    return {
        "contract": prepaid_balance.contract.code,
        "customer": prepaid_balance.customer,
        "text": prepaid_balance.name,
        "currency": prepaid_balance.currency,
        "balance": amount_text(prepaid_balance.balance, prepaid_balance.currency)
        if prepaid_balance.movements
        else None,
        "waits": amount_text(prepaid_balance.unbilled, prepaid_balance.currency) if prepaid_balance.movements else None,
        "left": amount_text(prepaid_balance.left, prepaid_balance.currency) if prepaid_balance.movements else None,
        "units_left": number_text(prepaid_balance.units_left),
        "movements": [
            {
                "date": movement.date.isoformat(),
                "number": movement.number,
                "what": movement.kind,
                "amount": amount_text(movement.amount, prepaid_balance.currency),
                "balance": amount_text(movement.balance, prepaid_balance.currency),
            }
            for movement in prepaid_balance.movements
        ],
        "periods": [
            {
                "from": period.period.span.start.isoformat(),
                "to": period.period.span.end.isoformat(),
                "included": number_text(period.included),
                "carried": number_text(period.carried),
                "used": number_text(period.used),
                "beyond": number_text(period.overage),
                "left": number_text(period.left),
            }
            for period in prepaid_balance.periods
        ],
    }
