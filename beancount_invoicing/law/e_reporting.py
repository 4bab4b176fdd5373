"""E-reporting in France: from when, for which periods, and until when (e_reporting.toml)."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, Literal, NamedTuple, get_args

from beancount_invoicing.law.data import load_data, row_in_force

VatRegime = Literal["monthly", "quarterly", "simplified", "franchise"]
"""How often a firm declares its VAT: each month, each quarter, by the simplified scheme, or not at all (franchise en base)."""
VAT_REGIMES: tuple[VatRegime, ...] = get_args(VatRegime)
ReportKind = Literal["transactions", "payments"]
REPORT_KINDS: tuple[ReportKind, ...] = get_args(ReportKind)

_FILE = "e_reporting.toml"


class ReportPeriod(NamedTuple):
    """A period that one report is about (both days inclusive), and when it is due."""

    kind: ReportKind
    since: date
    until: date
    due: date
    """The day by which it must have been sent."""
    at_latest: date
    """The same, or the last of the days of which the firm has one."""


def e_reporting_since(size: Literal["small", "large"]) -> date:
    """The day from which firms report: small ones (PME, micro-enterprises), or large and medium-sized ones (GE, ETI)."""
    day: date = load_data(_FILE)["duty"][size]
    return day


def report_periods(regime: VatRegime, kind: ReportKind, since: date, until: date) -> tuple[ReportPeriod, ...]:
    """The periods of a regime that have a day between `since` and `until` (both inclusive), in order. None before 2026-09."""
    found: list[ReportPeriod] = []
    month = since.replace(day=1)
    if month.month % 2 == 0:
        month = (month - timedelta(days=1)).replace(day=1)  # two months begin with an odd one
    while month <= until:
        row = _row(regime, month)
        if row:
            found += _periods(month, kind, row[kind])
        month = _last_day(month) + timedelta(days=1)
    return tuple(period for period in found if period.since <= until and since <= period.until)


def _row(regime: VatRegime, month: date) -> dict[str, Any] | None:
    return row_in_force((row for row in load_data(_FILE)["rows"] if row["regime"] == regime), month)


def _periods(month: date, kind: ReportKind, rule: dict[str, Any]) -> Iterator[ReportPeriod]:
    """The periods that begin in a month (its first day)."""
    match rule["period"]:
        case "decade":
            ends = [month.replace(day=10), month.replace(day=20), _last_day(month)]
        case "month":
            ends = [_last_day(month)]
        case _:
            ends = [_last_day(_last_day(month) + timedelta(days=1))] if month.month % 2 else []
    first = month
    for end, due in zip(ends, rule["due"], strict=False):
        yield ReportPeriod(kind, first, end, _day(due, end), _day(rule.get("at-latest", due), end))
        first = end + timedelta(days=1)


def _day(text: str, end: date) -> date:
    """ "20": the 20th of the month of `end`; "10 next": the 10th of the month after it."""
    number, _space, later = text.partition(" ")
    month = _last_day(end) + timedelta(days=1) if later else end
    return month.replace(day=min(int(number), _last_day(month).day))


def _last_day(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])
