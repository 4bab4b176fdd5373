"""How quickly customers pay, what they may owe, and what will come in. Pure: takes a Book and a date, returns frozen values."""

from __future__ import annotations

from beancount_invoicing.cash.backtest import Backtest, Band, backtest
from beancount_invoicing.cash.exposure import Exposure, ExposurePart, exposures
from beancount_invoicing.cash.forecast import Forecast, ForecastWeek, forecast
from beancount_invoicing.cash.forecast_items import ForecastItem
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
from beancount_invoicing.cash.next_time import Agreement, NextTime, delay_words, next_time, over_limit
from beancount_invoicing.cash.over_time import AgesOnDay, OpenByDueDate, ages_over_time, open_by_due_date
from beancount_invoicing.cash.periods import Interval, Period, recent, year_until
from beancount_invoicing.cash.standing import Delay, Standing, Trend, UsualDelay, standings

__all__ = [
    "METRICS",
    "PERCENTAGES",
    "AgesOnDay",
    "Agreement",
    "Backtest",
    "BalanceHistory",
    "Band",
    "Delay",
    "Exposure",
    "ExposurePart",
    "Forecast",
    "ForecastItem",
    "ForecastWeek",
    "Grouping",
    "Interval",
    "Metric",
    "MetricName",
    "MetricsInputs",
    "MetricsRow",
    "NextTime",
    "OpenAmount",
    "OpenByDueDate",
    "Period",
    "ReceivedAmount",
    "Sale",
    "Standing",
    "Trend",
    "UsualDelay",
    "ages_over_time",
    "backtest",
    "delay_words",
    "exposures",
    "forecast",
    "metrics",
    "next_time",
    "open_by_due_date",
    "over_limit",
    "recent",
    "standings",
    "without_rate",
    "year_until",
]
