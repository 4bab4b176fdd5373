"""The JSON of the figures about cash: how quickly customers pay."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from beancount_invoicing.answers.amounts import Answer, amount_text, day_text, number_text, step_json
from beancount_invoicing.cash import METRICS, AgesOnDay, MetricsRow, OpenByDueDate
from beancount_invoicing.rules.currencies import currency_decimals
from beancount_invoicing.rules.steps import round_to


def metrics_json(rows: Iterable[MetricsRow], as_of: date, explain: bool = False) -> Answer:
    """The figures of each row; with `explain`, how each was calculated, and from which documents and payments."""
    return {"as_of": as_of.isoformat(), "rows": [_row(row, explain) for row in rows]}


def over_time_json(due: Iterable[OpenByDueDate], ages: Iterable[AgesOnDay]) -> Answer:
    """What is open by when it is due, and how old what was owed has been."""
    return {
        "open_by_due_date": [
            {
                "begins": day_text(row.begins),
                "currency": row.currency,
                **_ages(row.ages, row.currency),
                "total": amount_text(row.total, row.currency),
            }
            for row in due
        ],
        "ages": [
            {
                "day": row.day.isoformat(),
                "currency": row.currency,
                **_ages(row.ages, row.currency),
                "unallocated": amount_text(row.unallocated, row.currency),
                "total": amount_text(row.total, row.currency),
            }
            for row in ages
        ],
    }


def _ages(amounts: Sequence[Decimal], currency: str) -> Answer:
    return {
        "not_due": amount_text(amounts[0], currency),
        "buckets": [amount_text(amount, currency) for amount in amounts[1:]],
    }


def metric_key(name: str) -> str:
    """A figure's name in JSON and CSV."""
    return name.replace("-", "_")


def _row(row: MetricsRow, explain: bool) -> Answer:
    inputs, currency = row.inputs, row.currency
    answer: Answer = {
        "customer": row.name or None,
        "account": row.customer or None,
        "currency": currency,
        "in_books_currency": row.in_books_currency,
        "since": row.period.since.isoformat(),
        "until": row.period.until.isoformat(),
        "days": row.period.days,
    }
    names = ("opening", "sales", "receivables", "current", "overdue", "received", "received_late")
    if row.in_books_currency:  # converted: to the cent, as a figure to read
        answer |= {name: _to_the_cent(row, name) for name in names}
    else:
        answer |= {name: amount_text(getattr(inputs, name), currency) for name in names}
    answer |= {"paid": inputs.paid, "paid_late": inputs.paid_late}
    answer |= {metric_key(metric.name): number_text(metric.value) for metric in row.metrics}
    answer["no_value"] = {metric_key(metric.name): str(metric.reason) for metric in row.metrics if metric.value is None}
    if explain:
        answer["explain"] = [step_json(step) for metric in row.metrics for step in metric.steps]
        answer["documents"] = _documents(row)
    return answer


def _to_the_cent(row: MetricsRow, name: str) -> str | None:
    return amount_text(round_to(getattr(row.inputs, name), currency_decimals(row.currency)), row.currency)


def _documents(row: MetricsRow) -> Answer:
    return {
        "sales": [
            {
                "number": sale.invoice.number,
                "date": sale.date.isoformat(),
                "amount": amount_text(sale.amount, sale.currency),
                "currency": sale.currency,
                "source": str(sale.invoice.source),
            }
            for sale in row.sales
        ],
        "open": [
            {
                "number": item.invoice.number,
                "instalment": item.instalment.index,
                "due": day_text(item.instalment.due_at(row.period.until)),
                "open": amount_text(item.open, item.invoice.currency),
                "currency": item.invoice.currency,
                "overdue": item.is_overdue(row.period.until),
                "source": str(item.invoice.source),
            }
            for item in row.open
        ],
        "received": [
            {
                "number": money.invoice.number,
                "instalment": money.instalment.index,
                "date": money.invoice.date.isoformat(),
                "due": money.instalment.due.isoformat(),
                "received_on": money.received_on.isoformat(),
                "amount": amount_text(money.amount, money.invoice.currency),
                "currency": money.invoice.currency,
                "days_to_pay": money.days_to_pay,
                "days_late": money.days_late,
                "source": str(money.source),
            }
            for money in row.received
        ],
    }


METRIC_COLUMNS = (
    "customer", "account", "currency", "in_books_currency", "since", "until", "days", "opening", "sales", "receivables",
    "current", "overdue", "received", "received_late", "paid", "paid_late", *(metric_key(name) for name in METRICS),
)  # fmt: skip
"""The columns of the CSV."""
