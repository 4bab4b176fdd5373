"""The tables of an e-report: each amount with its flow and the reason, and the reports with their last days."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from beancount_invoicing.accounting.reports import Cell, Reconciliation, Report, ReportColumn
from beancount_invoicing.e_reporting.payments import ReportedReceipt
from beancount_invoicing.e_reporting.told import ReportState
from beancount_invoicing.e_reporting.transactions import Transaction
from beancount_invoicing.law.e_reporting import ReportPeriod
from beancount_invoicing.messages import _
from beancount_invoicing.model import ZERO
from beancount_invoicing.receivables.tax_due import TaxDue

NOT_REPORTED = "–"
"""The flow of what is not reported."""

_STATES: dict[ReportState, str] = {
    "initial": _("to be sent"),
    "rectify": _("changed: to be sent again"),
    "reported": _("reported"),
    "nothing": _("nothing to report"),
    "running": _("the period goes on"),
}


class ReportRow(NamedTuple):
    """A report of a period, and what has to be done about it."""

    period: ReportPeriod
    state: ReportState
    amount: Decimal
    """What it says, with tax."""
    file: str
    """The path of the last one that was written; "" if there is none."""
    problem: str = ""
    """Why it cannot be written."""


def amounts_report(
    transactions: Iterable[Transaction],
    receipts: Iterable[ReportedReceipt],
    due: TaxDue,
    span: tuple[date, date],
    currency: str,
    *,
    explain: bool,
) -> Report:
    """Every amount of a span (both days inclusive), with the flow into which it goes, and why. `explain`: the reason in tables too.

    What payments make due is compared with `tax-due`, rate by rate.
    """
    since, until = span
    inside = [receipt for receipt in receipts if since <= receipt.date <= until]
    columns = (
        ReportColumn("flow", _("flow")),
        ReportColumn("date", _("date"), "date"),
        ReportColumn("number", _("document")),
        ReportColumn("customer", _("customer")),
        ReportColumn("category", _("category")),
        ReportColumn("rate", _("rate")),
        ReportColumn("base", _("base"), "amount"),
        ReportColumn("tax", _("tax"), "amount"),
        ReportColumn("amount", _("with tax"), "amount"),
        ReportColumn("why", _("why"), in_table=explain),
        ReportColumn("source", _("where"), "source"),
    )
    rows: list[tuple[Cell, ...]] = [
        (
            sale.flow or NOT_REPORTED, sale.date, sale.number, sale.customer, sale.category, _rate(sale.rate), sale.base, sale.tax,
            sale.base + sale.tax, sale.why, sale.source,
        )
        for sale in transactions
        if since <= sale.date <= until
    ]  # fmt: skip
    rows += [
        (
            receipt.flow or NOT_REPORTED, receipt.date, receipt.number, receipt.customer, "", _rate(receipt.rate), receipt.base,
            receipt.tax, receipt.amount, receipt.why, receipt.source,
        )
        for receipt in inside
    ]  # fmt: skip
    rows.sort(key=lambda row: (str(row[0]) == NOT_REPORTED, str(row[0]), row[1], row[2]))
    return Report(
        "platform-report",
        _("What is reported"),
        since,
        until,
        currency,
        columns,
        tuple(rows),
        _agreed(inside, due, span),
    )


def _agreed(receipts: Iterable[ReportedReceipt], due: TaxDue, span: tuple[date, date]) -> tuple[Reconciliation, ...]:
    """The tax on payments, by rate, beside `tax-due`; what documents book as due at once is not in that."""
    told: defaultdict[Decimal, Decimal] = defaultdict(lambda: ZERO)
    for receipt in receipts:
        if receipt.kind != "at-once":
            told[receipt.rate] += receipt.tax
    owed: defaultdict[Decimal, Decimal] = defaultdict(lambda: ZERO)
    for total in due.within(*span).by_rate:
        owed[total.rate] += total.due
    return tuple(
        Reconciliation(_("VAT due on payments, {rate}", rate=_rate(rate)), told[rate], owed[rate])
        for rate in sorted({*told, *owed})
        if told[rate] or owed[rate]
    )


def _rate(rate: Decimal) -> str:
    return f"{rate.normalize():f} %"


def periods_report(rows: Sequence[ReportRow], since: date, until: date, currency: str) -> Report:
    """The reports, with what has to be done about them and by when."""
    columns = (
        ReportColumn("kind", _("report")),
        ReportColumn("from", _("from"), "date"),
        ReportColumn("until", _("until"), "date"),
        ReportColumn("due", _("send by"), "date"),
        ReportColumn("state", _("state")),
        ReportColumn("amount", _("with tax"), "amount"),
        ReportColumn("file", _("file")),
        ReportColumn("problem", _("problem")),
    )
    cells = tuple(
        (
            _("sales") if row.period.kind == "transactions" else _("payments"), row.period.since, row.period.until,
            row.period.due, _STATES[row.state], row.amount, row.file, row.problem,
        )
        for row in rows
    )  # fmt: skip
    return Report("reports", _("Reports"), since, until, currency, columns, cells)
