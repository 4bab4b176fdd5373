"""What was reported already of a period, and what has to be sent now: the first report, another one, or none."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Literal

from beancount_invoicing.e_reporting.payments import InvoiceReceipt, ReceivedAtRate
from beancount_invoicing.law.e_reporting import ReportPeriod
from beancount_invoicing.model import ZERO
from beancount_invoicing.model.events import FlowRecord
from beancount_invoicing.platform.reports import COLLECTED, HandIn, hand_ins

ReportState = Literal["initial", "rectify", "reported", "nothing", "running"]
"""To be sent for the first time (IN); again, because something changed (RE); sent as it is; nothing to send; the period goes on."""

_AMOUNT = re.compile(r"(\d+(?:\.\d+)?): (-?\d+\.\d\d)")
_NOT_TOLD = {"not-sent", "rejected"}


def reports_told(flows: Iterable[FlowRecord], period: ReportPeriod) -> tuple[FlowRecord, ...]:
    """The reports of a period that the ledger records, each once, in their order, but for those that were not sent in the end, and
    those that were rejected.
    """
    return tuple(item.record for item in _of_period(flows, period) if item.state not in _NOT_TOLD)


def report_count(flows: Iterable[FlowRecord], period: ReportPeriod) -> int:
    """How many reports of a period were ever prepared: the next one has another number."""
    return len(_of_period(flows, period))


def _of_period(flows: Iterable[FlowRecord], period: ReportPeriod) -> list[HandIn]:
    identity = (period.kind, period.since, period.until)
    return [
        item
        for item in hand_ins(flows)
        if (item.record.subject, item.record.first_day, item.record.last_day) == identity
    ]


def report_state(period: ReportPeriod, told: tuple[FlowRecord, ...], content_digest: str, as_of: date) -> ReportState:
    """What has to be done about a report on a day. `content_digest`: of what it would say now; "" if there is nothing to say."""
    if told and told[-1].content_digest == content_digest:
        return "reported"
    if period.until >= as_of:
        return "running"
    if told:
        return "rectify"
    return "initial" if content_digest else "nothing"


def amounts_text(amounts: Iterable[ReceivedAtRate]) -> str:
    """What was received by rate, as the ledger records it: "10: 110.00, 20: 240.00"."""
    return ", ".join(f"{received.rate.normalize():f}: {received.amount:.2f}" for received in amounts)


def untold_receipts(
    receipts: Iterable[InvoiceReceipt], flows: Iterable[FlowRecord], until: date
) -> tuple[InvoiceReceipt, ...]:
    """The receipts of status 212 up to a day (inclusive) that were not told, by day and number: what was told already is taken
    off, rate by rate.

    So a receipt that is no longer in the ledger, or at another rate, is told as its opposite.
    """
    left: defaultdict[tuple[date, str, date], defaultdict[Decimal, Decimal]] = defaultdict(
        lambda: defaultdict(lambda: ZERO)
    )
    for receipt in receipts:
        for received in receipt.amounts if receipt.date <= until else ():
            left[receipt.date, receipt.number, receipt.issued][received.rate] += received.amount
    issued = {number: day for _day, number, day in left}
    for flow in _told_receipts(flows):
        assert flow.first_day
        if flow.first_day > until:
            continue
        day = issued.get(flow.subject, flow.first_day)
        for rate, amount in _AMOUNT.findall(flow.amounts):
            left[flow.first_day, flow.subject, day][Decimal(rate)] -= Decimal(amount)
    found = []
    for (day, number, issued_on), by_rate in sorted(left.items()):
        amounts = tuple(ReceivedAtRate(rate, amount) for rate, amount in sorted(by_rate.items()) if amount)
        if amounts:
            found.append(InvoiceReceipt(number, issued_on, day, amounts))
    return tuple(found)


def _told_receipts(flows: Iterable[FlowRecord]) -> tuple[FlowRecord, ...]:
    own = [flow for flow in flows if flow.flow_type == COLLECTED or flow.kind in {"status", "not-sent"}]
    told = [item.record for item in hand_ins(own) if item.state not in _NOT_TOLD]
    return tuple(record for record in told if record.flow_type == COLLECTED and record.amounts and record.first_day)
