"""How quickly customers pay, what they may owe, and what will come in. Pure: takes a Book and a date, returns frozen values."""

from __future__ import annotations

from beancount_invoicing.cash.backtest import Backtest, Band, backtest
from beancount_invoicing.cash.forecast import Forecast, ForecastItem, ForecastWeek, forecast
from beancount_invoicing.cash.history import BalanceHistory, OpenAmount, ReceivedAmount, Sale
from beancount_invoicing.cash.metrics import (
    METRICS,
    PERCENTAGES,
    Grouping,
    Metric,
    MetricName,
    MetricsInputs,
    MetricsRow,
    metrics,
    without_rate,
)
from beancount_invoicing.cash.over_time import AgesOnDay, OpenByDueDate, ages_over_time, open_by_due_date
from beancount_invoicing.cash.periods import Interval, Period, recent, year_until

__all__ = [
    "METRICS",
    "PERCENTAGES",
    "AgesOnDay",
    "Backtest",
    "BalanceHistory",
    "Band",
    "Forecast",
    "ForecastItem",
    "ForecastWeek",
    "Grouping",
    "Interval",
    "Metric",
    "MetricName",
    "MetricsInputs",
    "MetricsRow",
    "OpenAmount",
    "OpenByDueDate",
    "Period",
    "ReceivedAmount",
    "Sale",
    "ages_over_time",
    "backtest",
    "forecast",
    "metrics",
    "open_by_due_date",
    "recent",
    "without_rate",
    "year_until",
]
