"""The JSON of the forecast of receipts, and of how good it would have been."""

from __future__ import annotations

from decimal import Decimal

from beancount_invoicing.answers.amounts import Answer, amount_text, day_text, number_text
from beancount_invoicing.cash.backtest import Backtest
from beancount_invoicing.cash.band import CHANCE, Outcome
from beancount_invoicing.cash.forecast import Forecast, ForecastWeek
from beancount_invoicing.cash.replays import DAYS, Widening
from beancount_invoicing.model import Book
from beancount_invoicing.rules.currencies import currency_decimals
from beancount_invoicing.rules.steps import round_to

WEEK_COLUMNS = ("since", "until", "currency", "due", "low", "expected", "high", "tax")


def forecast_json(forecast: Forecast, book: Book, explain: bool = False) -> Answer:
    """The weeks; with `explain`, every amount with its share of each week."""
    answer: Answer = {
        "as_of": forecast.as_of.isoformat(),
        "payments": forecast.payments,
        "enough": forecast.is_enough,
        "weeks": [_week(week) for week in forecast.weeks],
        "four_weeks": [_week(weeks) for weeks in forecast.four_weeks],
        "band": _band(forecast.widening, book.currency, explain),
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


def _week(week: ForecastWeek) -> Answer:
    return {
        "since": week.since.isoformat(),
        "until": week.until.isoformat(),
        "currency": week.currency,
        "due": amount_text(week.due, week.currency),
        "low": amount_text(week.low, week.currency),
        "expected": amount_text(week.expected, week.currency),
        "high": amount_text(week.high, week.currency),
        "tax": amount_text(week.tax, week.currency),
    }


def _band(widening: Widening, currency: str, explain: bool) -> Answer:
    """How wide the bands are, in standard deviations; with `explain`, the past forecasts that say so, in the books' currency."""
    answer: Answer = {
        "by_chance": number_text(round_to(CHANCE, 2)),
        "week": _deviations(widening.week),
        "four_weeks": _deviations(widening.four_weeks),
        "forecasts": len(widening.replays),
        "enough": widening.is_enough,
    }
    if explain:
        answer["past"] = [
            {
                "day": replay.day.isoformat(),
                "four_weeks": _outcome(replay.in_all, currency),
                "weeks": [_outcome(week, currency) for week in replay.weeks],
            }
            for replay in widening.replays
            if replay.in_all
        ]
    return answer


def _outcome(outcome: Outcome, currency: str) -> Answer:
    decimals = currency_decimals(currency)
    expected, deviation, came = (
        amount_text(round_to(amount, decimals), currency)
        for amount in (outcome.spread.expected, outcome.spread.variance.sqrt(), outcome.came)
    )
    return {
        "expected": expected,
        "deviation": deviation,
        "came": came,
        "deviations": _deviations(outcome.deviations),
    }


def _deviations(deviations: Decimal) -> str | None:
    """With two decimals; None if there is no end to them."""
    return number_text(round_to(deviations, 2)) if deviations.is_finite() else None


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
        "weeks": backtest.weeks,
        "weeks_within": backtest.weeks_within,
        "totals": [
            {
                "day": total.day.isoformat(),
                "low": amount_text(total.low, currency),
                "expected": amount_text(total.expected, currency),
                "high": amount_text(total.high, currency),
                "came": amount_text(total.came, currency),
                "deviations": _deviations(total.deviations),
                "within": total.is_within,
            }
            for total in backtest.totals
        ],
    }
