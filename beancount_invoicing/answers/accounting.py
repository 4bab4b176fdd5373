"""The JSON of the accountant's reports."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from beancount_invoicing.accounting.reports import Cell, Report
from beancount_invoicing.answers.amounts import Answer, amount_text
from beancount_invoicing.model import Source


def report_json(report: Report, parts: Sequence[Report] = ()) -> Answer:
    """A report: its rows by the names of its columns, its totals, and the sums that it meets; with its `parts`, if it has any."""
    answer: Answer = {
        "report": report.name,
        "since": report.since.isoformat(),
        "until": report.until.isoformat(),
        "currency": report.currency,
        "rows": [
            {column.name: cell_json(cell, report.currency) for column, cell in zip(report.columns, row, strict=True)}
            for row in report.rows
        ],
        "totals": {name: amount_text(total, report.currency) for name, total in report.totals.items()},
        "reconciliation": [
            {
                "subject": str(sums.subject),
                "reported": amount_text(sums.reported, report.currency),
                "booked": amount_text(sums.booked, report.currency),
                "difference": amount_text(sums.difference, report.currency),
            }
            for sums in report.reconciliations
        ],
    }
    if parts:
        answer["parts"] = {part.name: report_json(part) for part in parts}
    return answer


def report_csv(report: Report) -> tuple[list[str], list[list[Any]]]:
    """A report's columns and rows for CSV, with the cells of its JSON."""
    rows = [[cell_json(cell, report.currency) for cell in row] for row in report.rows]
    return [column.name for column in report.columns], rows


def cell_json(cell: Cell, currency: str) -> Any:
    """A cell: amounts as texts in the currency's decimals, dates as ISO 8601, a place as `file:line`; "" is null."""
    if isinstance(cell, Decimal):
        return amount_text(cell, currency)
    if isinstance(cell, Source):
        return str(cell)
    if isinstance(cell, date):
        return cell.isoformat()
    return cell if cell != "" else None
