"""How quickly customers pay, what they may owe, and what will come in. Pure: takes a Book and a date, returns frozen values."""

from __future__ import annotations

from beancount_invoicing.cash.backtest import Backtest, Band, backtest
from beancount_invoicing.cash.forecast import Forecast, ForecastItem, ForecastWeek, forecast
from beancount_invoicing.cash.history import OpenAmount, ReceivedAmount, Sale
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
from beancount_invoicing.cash.periods import Period, year_until

__all__ = [
    "METRICS",
    "PERCENTAGES",
    "Backtest",
    "Band",
    "Forecast",
    "ForecastItem",
    "ForecastWeek",
    "Grouping",
    "Metric",
    "MetricName",
    "MetricsInputs",
    "MetricsRow",
    "OpenAmount",
    "Period",
    "ReceivedAmount",
    "Sale",
    "backtest",
    "forecast",
    "metrics",
    "without_rate",
    "year_until",
]
