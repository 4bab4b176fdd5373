"""Taxes that are due on payment, as data."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from beancount_invoicing.answers.amounts import Answer, amount_text, day_text, number_text, step_json
from beancount_invoicing.receivables import MissingTaxEntry, PeriodTotal, TaxDue, TaxShare, TaxTotal


def taxes_due_json(due: TaxDue, since: date | None = None, until: date | None = None, explain: bool = False) -> Answer:
    """The tax that became due, in `tax-due`: the shares of the period, their sums, and the totals of all time."""
    asked = due.within(since, until)
    return {
        "as_of": due.as_of.isoformat(),
        "since": day_text(since),
        "until": day_text(until or due.as_of),
        "shares": [_share_json(share, explain) for share in asked.tax_shares],
        "period": [
            {
                "code": total.pending.code,
                "rate": number_text(total.rate),
                "pending": total.pending.account,
                "currency": total.pending.currency,
                **_amounts(total, ("base", "due", "cancelled")),
            }
            for total in asked.by_rate
        ],
        "totals": [
            {
                "code": total.pending.code,
                "pending": total.pending.account,
                "account": total.due_account,
                "currency": total.pending.currency,
                **_amounts(total, _TOTALS),
            }
            for total in due.totals
        ],
        "missing": [_missing_json(entry) for entry in asked.missing],
        "on_account": [
            {
                "date": advance.payment.date.isoformat(),
                "customer": advance.customer,
                "account": advance.payment.account,
                "amount": amount_text(advance.amount, advance.payment.currency),
                "currency": advance.payment.currency,
                "codes": [tax.code for tax in advance.taxes],
                "tax": amount_text(advance.tax, advance.payment.currency),
                "source": f"{advance.payment.source.file}:{advance.payment.source.line}",
            }
            for advance in asked.on_account
        ],
    }


_TOTALS = (
    "booked",
    "due",
    "moved",
    "to_move",
    "released",
    "left",
    "to_release",
    "cancelled",
    "taken_off",
    "to_cancel",
)


def _amounts(total: PeriodTotal | TaxTotal, names: Sequence[str]) -> dict[str, str | None]:
    """Some of a total's amounts, by their names."""
    return {name: amount_text(getattr(total, name), total.pending.currency) for name in names}


def _share_json(share: TaxShare, explain: bool) -> Answer:
    currency = share.pending.currency
    answer: Answer = {
        "date": share.date.isoformat(),
        "number": share.number,
        "customer": share.customer,
        "code": share.pending.code,
        "rate": number_text(share.rate),
        "base": amount_text(share.base, currency),
        "amount": amount_text(share.amount, currency),
        "released": amount_text(share.released, currency),
        "currency": currency,
        "exchange_rate": number_text(share.exchange_rate),
        "what": share.kind,
        "written_off": share.is_written_off,
        "discount": share.is_discount,
        "source": f"{share.source.file}:{share.source.line}",
    }
    if explain:
        answer["explain"] = [step_json(step) for step in share.steps]
    return answer


def _missing_json(entry: MissingTaxEntry) -> Answer:
    return {
        "date": entry.date.isoformat(),
        "lines": [
            {
                "code": line.pending.code,
                "pending": line.pending.account,
                "account": line.due_account or None,
                "currency": line.pending.currency,
                "released": amount_text(line.released, line.pending.currency),
                "owed": amount_text(line.owed, line.pending.currency),
                "difference": amount_text(line.difference, line.pending.currency),
                "exchange_account": line.exchange or None,
            }
            for line in entry.lines
        ],
    }
