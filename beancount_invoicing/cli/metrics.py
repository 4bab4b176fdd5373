"""`bean-invoice metrics`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import cast

import click

from beancount_invoicing.answers.amounts import Answer
from beancount_invoicing.answers.cash import METRIC_COLUMNS, metrics_json, over_time_json
from beancount_invoicing.cash import (
    BalanceHistory,
    Grouping,
    Interval,
    MetricsRow,
    Period,
    ages_over_time,
    metrics,
    open_by_due_date,
    without_rate,
    year_until,
)
from beancount_invoicing.cli.common import (
    ColumnSpec,
    OneOf,
    Session,
    as_of_option,
    customer_option,
    customers_wanted,
    examples,
    explain_option,
    format_option,
    print_assumed_notice,
    print_csv,
    print_json,
    print_notice,
    print_table,
    relative,
    since_option,
    spaced,
    until_option,
)
from beancount_invoicing.cli.echo import echo
from beancount_invoicing.messages import _
from beancount_invoicing.rules.steps import describe_step

_TITLES = {
    "dso": _("days sales outstanding"),
    "dso-count-back": _("days sales outstanding, count-back"),
    "best-possible-dso": _("best possible days sales outstanding"),
    "average-days-delinquent": _("average days delinquent"),
    "collection-effectiveness": _("collection effectiveness index"),
    "days-to-pay": _("days to pay"),
    "days-late": _("days late"),
    "paid-late-by-number": _("share paid late, by number"),
    "paid-late-by-amount": _("share paid late, by amount"),
}


@click.command(
    epilog=examples("metrics", "metrics --by month --since 2026-07-01", "metrics --customer Kerbrat --explain")
)
@customer_option
@since_option("First day of the period. Default: twelve months before its end.")
@until_option("Last day of the period. Default: the day of --as-of.")
@click.option(
    "--by",
    type=OneOf(["customer", "month", "quarter", "year"]),
    default=None,
    help="A row for each customer, or for each month, quarter or year.",
)
@as_of_option
@format_option
@explain_option
@click.pass_obj
def metrics_command(
    session: Session,
    customer: str,
    since: date | None,
    until: date | None,
    by: str | None,
    as_of: date,
    form: str,
    explain: bool,
) -> None:
    """How quickly customers pay: days sales outstanding, days to pay, the share paid late."""
    last = min(until or as_of, as_of)
    period = Period(since, last) if since else year_until(last)
    if period.since > period.until:
        raise click.UsageError(
            _("the period begins on {since} and ends on {until}: give an earlier --since", since=since, until=last)
        )
    ledger = session.open()
    whose = customers_wanted(session, ledger.book, customer)
    if whose is None:
        return
    print_assumed_notice(ledger.book, as_of)
    allocated = ledger.allocated if last < ledger.book.last_date else ledger.allocated_at(last)
    balances = BalanceHistory(ledger.book, allocated)
    rows = metrics(ledger.book, period, allocated, cast(Grouping, by or ""), whose, balances)
    answer = metrics_json(rows, as_of, explain)
    if form == "json":
        print_json(
            answer if by in (None, "customer") else answer | _over_time(balances, period, cast(Interval, by), whose)
        )
        return
    if form == "csv":
        print_csv(METRIC_COLUMNS, [[row[name] for name in METRIC_COLUMNS] for row in answer["rows"]])
        return
    for currency in without_rate(ledger.book, rows):
        print_notice(
            _(
                "{currency} has no price in {other_currency}: the rows are not summed up. Add one: {day} price "
                "{currency} … {other_currency}",
                currency=currency,
                other_currency=ledger.book.currency or "…",
                day=last,
            )
        )
    if not rows:
        echo(_("Nothing was sold, owed or paid from {since} to {until}.", since=period.since, until=period.until))
        return
    _print(rows, answer["rows"], period, by)
    if explain:
        for row in rows:
            _explain(row)


def _over_time(balances: BalanceHistory, period: Period, interval: Interval, customers: Sequence[str]) -> Answer:
    """What is open at the end of the period by when it is due, and the ages at the end of each part of it."""
    still_open = balances.at(period.until, customers)[1]
    ages = ages_over_time(balances, [part.until for part in period.by(interval)], customers)
    return over_time_json(open_by_due_date(period.until, still_open, interval), ages)


def _print(rows: Sequence[MetricsRow], answers: Sequence[Answer], period: Period, by: str | None) -> None:
    first: list[ColumnSpec] = [(_("customer"), False)] if by == "customer" else [(_("period"), False)]
    print_table(
        _("How customers pay, {since} to {until}", since=period.since, until=period.until),
        [
            *first, ("", False), (_("sales"), True), (_("owed"), True), (_("late"), True), (_("DSO"), True),
            (_("count-back"), True), (_("best"), True), (_("delinquent"), True), (_("CEI %"), True, "below"),
            (_("days to pay"), True), (_("days late"), True), (_("late, number %"), True, "below"),
            (_("late, amount %"), True, "below"),
        ],
        [
            [
                row.name if by == "customer" else f"{row.period.since} – {row.period.until}",
                _("all, in {currency}", currency=row.currency) if row.in_books_currency else row.currency,
                spaced(answer["sales"]), spaced(answer["receivables"]), spaced(answer["overdue"]),
                *("–" if metric.value is None else str(metric.value) for metric in row.metrics),
            ]
            for row, answer in zip(rows, answers, strict=True)
        ],
    )  # fmt: skip
    reasons = dict.fromkeys(
        (metric.name, metric.reason) for row in rows for metric in row.metrics if metric.value is None
    )
    for name, reason in reasons:
        echo(_("–: {figure}: {reason}", figure=_TITLES[name], reason=reason))


def _explain(row: MetricsRow) -> None:
    """How each figure of a row was calculated, and from what."""
    who = row.name or _("all customers")
    echo(
        _(
            "\n{who}, {currency}, {since} to {until}",
            who=who,
            currency=row.currency,
            since=row.period.since,
            until=row.period.until,
        )
    )
    for metric in row.metrics:
        for step in metric.steps:
            echo(_("  {step}", step=describe_step(step._replace(figure=_TITLES[metric.name]))))
    for item in row.open:
        echo(
            _(
                "  {place}: {number}, {amount} {currency} open, due {due}",
                place=_place(item.invoice.source.file, item.invoice.source.line),
                number=item.invoice.number,
                amount=item.open,
                currency=item.invoice.currency,
                due=item.instalment.due_at(row.period.until) or _("on acceptance"),
            )
        )
    for money in row.received:
        echo(
            _(
                "  {place}: {amount} {currency} for {number} of {day}, due {due}, received {received_on}",
                place=_place(money.source.file, money.source.line),
                amount=money.amount,
                currency=money.invoice.currency,
                number=money.invoice.number,
                day=money.invoice.date,
                due=money.instalment.due,
                received_on=money.received_on,
            )
        )


def _place(file: str, line: int) -> str:
    return f"{relative(file)}:{line}"
