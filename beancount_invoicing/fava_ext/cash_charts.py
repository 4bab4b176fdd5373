"""The figures about cash in the form of Fava's own charts, and where their bars lead.

A bar of Fava's stands for a date, and its parts for accounts, here for ages. A line stands for a currency, here for a figure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from beancount_invoicing.cash import Interval, MetricName, MetricsRow
from beancount_invoicing.cash.periods import MONTHS, first_day
from beancount_invoicing.fava_ext.cash_page import CashPage, PayingPage
from beancount_invoicing.rules.steps import plus_months

Chart = dict[str, object]
"""The JSON of one of Fava's charts; its Decimals become numbers there."""
LINES: tuple[MetricName, ...] = ("dso", "dso-count-back", "best-possible-dso")
PAYING: tuple[MetricName, ...] = ("days-to-pay", "days-late")
Linked = Callable[[date], str]


class Charts(NamedTuple):
    """The charts of a page and, by the label of a chart, the addresses that its bars lead to, in their order."""

    charts: tuple[Chart, ...]
    links: Mapping[str, tuple[str, ...]]
    main: Mapping[str, int] = {}
    """By the label of a chart with lines, the place of its main one, from 1: Fava has them in the order of their names."""


def cash_charts(page: CashPage, words: Mapping[str, str], ages: Sequence[str], link: Mapping[str, Linked]) -> Charts:
    """The charts of the page about cash. `ages`: what the ages are called; `link`: by figure, the address for a date."""
    interval, currency = page.figures.interval, page.currency
    due = {row.begins: row.ages for row in page.due if row.begins}
    owed = {first_day(row.day, interval): row.ages for row in page.ages}
    charts: list[Chart] = []
    links: dict[str, tuple[str, ...]] = {}
    for label, bars, figure in (("open-by-due", due, "due"), ("ages-over-time", owed, "owed")):
        dates = list(_dates(bars, interval))
        if dates:
            charts.append(_stacked(words[label], [(day, bars.get(day, ())) for day in dates], ages, currency))
            links[words[label]] = tuple(link[figure](day) for day in dates)
    if page.periods:
        charts.append(_money(words, page.periods, currency, interval))
        links[words["invoiced-received"]] = tuple(link["invoiced"](row.period.since) for row in page.periods)
    charts += _expected(page, words)
    if any(row.metric(name).value is not None for row in page.periods for name in LINES):
        charts.append(metric_lines(words["outstanding"], page.periods, {name: words[name] for name in LINES}))
    lines = {
        words["expected-by-week"]: [f"{currency} {words[name]}" for name in ("expected", "low", "high")],
        words["outstanding"]: [words[name] for name in LINES],
    }
    main = {label: 1 + sorted(names).index(names[0]) for label, names in lines.items()}
    return Charts(tuple(charts), links, main)


def _dates(bars: Iterable[date], interval: Interval) -> Iterator[date]:
    """The first days of all intervals from the first to the last of `bars`: a bar stands where its time is."""
    known = sorted(bars)
    day = known[0] if known else date.max
    while known and day <= known[-1]:
        yield day
        day = plus_months(day, MONTHS[interval])


def _bar(day: date, balance: Mapping[str, Decimal], parts: Mapping[str, Mapping[str, Decimal]]) -> Chart:
    return {"date": day, "balance": balance, "budgets": {}, "account_balances": parts}


def _stacked(label: str, bars: Iterable[tuple[date, Sequence[Decimal]]], ages: Sequence[str], currency: str) -> Chart:
    data = [
        _bar(
            day,
            {currency: sum(amounts, Decimal())},
            {age: {currency: amount} for age, amount in zip(ages, amounts or (Decimal(),) * len(ages), strict=True)},
        )
        for day, amounts in bars
    ]
    return {"type": "bar", "label": label, "data": data}


def _money(words: Mapping[str, str], rows: Iterable[MetricsRow], currency: str, interval: Interval) -> Chart:
    data = [
        _bar(
            first_day(row.period.since, interval),
            {
                f"{currency} {words['billed']}": row.inputs.sales,
                f"{currency} {words['received']}": row.inputs.received,
            },
            {},
        )
        for row in rows
    ]
    return {"type": "bar", "label": words["invoiced-received"], "data": data}


def _expected(page: CashPage, words: Mapping[str, str]) -> Iterator[Chart]:
    """A line holds its value until the next week, and the last one until the end of its week."""
    if not page.weeks:
        return
    data: list[Chart] = []
    for week in (*page.weeks, page.weeks[-1]._replace(since=page.weeks[-1].until + timedelta(days=1))):
        figures = {"low": week.low, "expected": week.expected, "high": week.high}
        if not page.figures.forecast.is_enough:
            figures = {"falls-due": week.due}
        named = {f"{page.currency} {words[name]}": amount for name, amount in figures.items()}
        data.append({"date": week.since, "balance": named})
    yield {"type": "balances", "label": words["expected-by-week"], "data": data}


def paying_charts(page: PayingPage, words: Mapping[str, str]) -> Charts:
    """A chart for each currency of how a customer has paid."""
    currencies = dict.fromkeys(row.currency for row in page.rows)
    charts = []
    for currency in currencies:
        rows = [row for row in page.rows if row.currency == currency]
        label = words["days-to-pay"] if len(currencies) == 1 else f"{words['days-to-pay']}, {currency}"
        charts.append(metric_lines(label, rows, {name: words[name] for name in PAYING}))
    return Charts(tuple(charts), {})


def metric_lines(label: str, rows: Iterable[MetricsRow], names: Mapping[MetricName, str]) -> Chart:
    """A line for each of some figures, by the first days of the periods; where a figure has no meaning, its line has no point."""
    data = []
    for row in rows:
        values = {text: row.metric(name).value for name, text in names.items()}
        data.append(
            {
                "date": row.period.since,
                "balance": {text: value for text, value in values.items() if value is not None},
            }
        )
    return {"type": "balances", "label": label, "data": data}
