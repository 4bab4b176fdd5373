"""The JSON of the forecast of receipts, and of how good it would have been."""

from __future__ import annotations

from beancount_invoicing.answers.amounts import Answer, amount_text, day_text, number_text
from beancount_invoicing.cash.backtest import DAYS, Backtest
from beancount_invoicing.cash.forecast import Forecast
from beancount_invoicing.model import Book
from beancount_invoicing.rules.steps import round_to

WEEK_COLUMNS = ("since", "until", "currency", "due", "low", "expected", "high", "tax")


def forecast_json(forecast: Forecast, book: Book, explain: bool = False) -> Answer:
    """The weeks; with `explain`, every amount with its share of each week."""
    answer: Answer = {
        "as_of": forecast.as_of.isoformat(),
        "payments": forecast.payments,
        "enough": forecast.is_enough,
        "weeks": [
            {
                "since": week.since.isoformat(),
                "until": week.until.isoformat(),
                "currency": week.currency,
                "due": amount_text(week.due, week.currency),
                "low": amount_text(week.low, week.currency),
                "expected": amount_text(week.expected, week.currency),
                "high": amount_text(week.high, week.currency),
                "tax": amount_text(week.tax, week.currency),
            }
            for week in forecast.weeks
        ],
    }
    if explain:
        answer["items"] = [
            {
                "kind": item.kind,
                "number": item.number,
                "customer": book.customers[item.customer].at(forecast.as_of).name,
                "account": item.customer,
                "currency": item.currency,
                "amount": amount_text(item.amount, item.currency),
                "due": day_text(item.due),
                "shares": [number_text(round_to(share, 3)) for share in item.shares] if forecast.is_enough else None,
                "because": str(item.because),
                "source": str(item.source) if item.source else None,
            }
            for item in forecast.items
        ]
    return answer


def backtest_json(backtest: Backtest, currency: str) -> Answer:
    """How the forecasts of the past went. `currency`: that of the books, of the totals."""
    return {
        "forecasts": [day.isoformat() for day in backtest.days],
        "days": DAYS,
        "count": backtest.amounts,
        "brier": number_text(backtest.brier),
        "bands": [
            {
                "above": band.above,
                "up_to": band.up_to,
                "count": band.amounts,
                "called": number_text(band.called),
                "came": number_text(band.came),
            }
            for band in backtest.bands
        ],
        "currency": currency,
        "within": backtest.within,
        "totals": [
            {
                "day": total.day.isoformat(),
                "low": amount_text(total.low, currency),
                "expected": amount_text(total.expected, currency),
                "high": amount_text(total.high, currency),
                "came": amount_text(total.came, currency),
                "within": total.is_within,
            }
            for total in backtest.totals
        ],
    }
