"""Amounts, days and steps of calculations in the stable JSON: amounts as texts in the currency's decimals, dates in ISO
format.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from beancount_invoicing.model import CalculationStep
from beancount_invoicing.receivables import AgingRow, AgingTotal
from beancount_invoicing.rules.currencies import currency_decimals
from beancount_invoicing.rules.exact import exact
from beancount_invoicing.rules.steps import round_to, show_value

Answer = dict[str, Any]


def amount_text(amount: Decimal | None, currency: str) -> str | None:
    """An amount with its currency's decimals. It is never rounded: an amount with more decimals keeps them."""
    if amount is None:
        return None
    rounded = round_to(amount, currency_decimals(currency))
    return format(rounded if rounded == amount else _without_zeros(amount), "f")


@exact
def _without_zeros(amount: Decimal) -> Decimal:
    """An amount without zeros after its last decimal."""
    return amount.normalize()


def number_text(value: Decimal | None) -> str | None:
    """A figure as text, with the decimals that it has; None for None."""
    return None if value is None else format(value, "f")


def day_text(day: date | None) -> str | None:
    """A day as ISO 8601 writes it; None for None."""
    return None if day is None else day.isoformat()


def step_json(calculation_step: CalculationStep) -> Answer:
    """A step of a calculation, as data."""
    return {
        "figure": calculation_step.figure,
        "operation": calculation_step.operation,
        "inputs": [show_value(value) for value in calculation_step.inputs],
        "result": show_value(calculation_step.result),
        "because": calculation_step.because,
    }


def sums_json(row: AgingRow | AgingTotal) -> Answer:
    """The columns of an aged balance, of one customer or of all customers, in their currency's decimals."""
    currency = row.currency
    return {
        "not_due": amount_text(row.not_due, currency),
        "buckets": [amount_text(bucket, currency) for bucket in row.buckets],
        "unallocated": amount_text(row.unallocated, currency),
        "total": amount_text(row.total, currency),
        "disputed": amount_text(row.disputed, currency),
        "drafts": amount_text(row.drafts, currency),
    }
