"""The aged balance as data."""

from __future__ import annotations

from collections.abc import Sequence

from beancount_invoicing.answers.amounts import Answer, amount_text, step_json, sums_json
from beancount_invoicing.messages import _
from beancount_invoicing.model import CalculationStep
from beancount_invoicing.receivables import Aging


def aging_json(aging: Aging, explain: bool = False) -> Answer:
    """The aged balance in `aging`."""
    answer: Answer = {
        "as_of": aging.as_of.isoformat(),
        "basis": aging.basis,
        "bounds": list(aging.bounds),
        "rows": [
            {"customer": row.customer, "account": row.account, "currency": row.currency} | sums_json(row)
            for row in aging.rows
        ],
        "totals": [{"currency": total.currency} | sums_json(total) for total in aging.totals],
        "ledger": [
            {
                "account": balance.account,
                "currency": balance.currency,
                "balance": amount_text(balance.balance, balance.currency),
            }
            for balance in aging.ledger
        ],
    }
    if explain:
        answer["explain"] = [
            step_json(
                CalculationStep(
                    f"{row.account} {row.currency}",
                    "sum",
                    (row.not_due, *row.buckets, row.unallocated),
                    row.total,
                    _("not due, {count} buckets, unallocated", count=len(row.buckets)),
                )
            )
            for row in aging.rows
        ]
    return answer


def bucket_names(bounds: Sequence[int], basis: str) -> tuple[str, ...]:
    """The buckets in words: 1-30, 31-60, 61-90, over 90 (from 0 on where age counts from the invoice's date)."""
    first = 1 if basis == "due" else 0
    starts = (first, *(bound + 1 for bound in bounds))
    return (
        *(f"{start}-{end}" for start, end in zip(starts, bounds, strict=False)),
        _("over {bound}", bound=bounds[-1]),
    )
