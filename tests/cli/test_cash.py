"""`metrics` and `forecast` at the command line: every form, and what they say if there is nothing to count."""

from __future__ import annotations

import json
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner

from beancount_invoicing.cli import main
from tests.cash.test_forecast import OPEN, past
from tests.cash.test_metrics import TWO_CURRENCIES, invoice, paid
from tests.ledgers import PRELUDE


@pytest.fixture
def ledger(same_folder: Path) -> Path:
    file = same_folder / "main.beancount"
    file.write_text(PRELUDE + past() + OPEN, encoding="utf-8")
    return file


def run(ledger: Path, *words: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, ["-f", str(ledger), *words, "--as-of", "2026-07-01"])
    return result.exit_code, result.output


def test_metrics_in_every_form(ledger: Path) -> None:
    text = run(ledger, "metrics", "--format", "json", "--explain")[1]
    answer = json.loads(text[text.index("{") :])
    (row,) = answer["rows"]
    assert row["receivables"] == "1000.00"
    assert row["no_value"].keys() == {name for name, value in row.items() if value is None} - {"customer", "account"}
    assert row["documents"]["open"][0]["number"] == "F2026-0900"
    header, first = run(ledger, "metrics", "Acme", "--format", "csv")[1].splitlines()[-2:]
    assert dict(zip(header.split(","), first.split(","), strict=True))["overdue"] == "0.00"
    assert "main.beancount" in run(ledger, "metrics", "--explain")[1]
    assert "Acme SAS" in run(ledger, "metrics", "--by", "customer")[1]


def test_metrics_by_month_have_ages_and_due_months_in_json(ledger: Path) -> None:
    answer = json.loads(run(ledger, "metrics", "--by", "month", "--format", "json")[1])
    for row in answer["rows"]:
        of_day = [ages for ages in answer["ages"] if (ages["day"], ages["currency"]) == (row["until"], row["currency"])]
        assert [Decimal(ages["total"]) for ages in of_day] == [Decimal(row["receivables"])] or row["in_books_currency"]
    for currency in {due["currency"] for due in answer["open_by_due_date"]}:
        dues = [due for due in answer["open_by_due_date"] if due["currency"] == currency]
        last = [ages for ages in answer["ages"] if ages["currency"] == currency][-1]
        assert sum(Decimal(due["total"]) for due in dues) == Decimal(last["total"]) - Decimal(last["unallocated"])
        assert [sum(Decimal(due["buckets"][place]) for due in dues) for place in range(4)] == [
            Decimal(amount) for amount in last["buckets"]
        ]
    quarters = json.loads(run(ledger, "metrics", "--by", "quarter", "--format", "json")[1])
    assert len(quarters["ages"]) < len(answer["ages"])
    assert "ages" not in json.loads(run(ledger, "metrics", "--by", "customer", "--format", "json")[1])


def test_metrics_of_nothing_and_of_nobody(ledger: Path) -> None:
    code, text = run(ledger, "metrics", "--since", "2026-08-01")
    assert (code, "the period begins on 2026-08-01 and ends on 2026-07-01: give an earlier --since" in text) == (
        2,
        True,
    )
    assert "Nothing was sold, owed or paid" in run(ledger, "metrics", "--until", "2025-01-31")[1]
    assert run(ledger, "metrics", "Nobody")[0] == 1


def test_a_missing_price_is_said(ledger: Path) -> None:
    ledger.write_text(PRELUDE + TWO_CURRENCIES, encoding="utf-8")
    assert "2026-07-01 price USD … EUR" in run(ledger, "metrics")[1]


def test_forecast_in_every_form(ledger: Path) -> None:
    text = run(ledger, "forecast", "--weeks", "2", "--format", "json", "--explain")[1]
    answer = json.loads(text[text.index("{") :])
    assert answer["enough"]
    assert [week["due"] for week in answer["weeks"]] == ["0.00", "1000.00"]
    assert answer["items"][0]["shares"] == ["0.000", "0.500"]
    assert (
        run(ledger, "forecast", "--weeks", "2", "--format", "csv")[1]
        .splitlines()[-1]
        .startswith("2026-07-09,2026-07-15,EUR")
    )
    assert "50 % expected" in run(ledger, "forecast", "--weeks", "2", "--explain")[1]
    assert "too little is known" in run(ledger, "forecast", "--backtest")[1].casefold()


def test_the_past_in_every_form(ledger: Path) -> None:
    ledger.write_text(PRELUDE + past(60), encoding="utf-8")
    assert "Brier score" in run(ledger, "forecast", "--backtest")[1]
    text = run(ledger, "forecast", "--backtest", "--format", "json")[1]
    answer = json.loads(text[text.index("{") :])
    assert sum(band["count"] for band in answer["bands"]) == answer["count"]
    assert "above,up_to,count,called,came" in run(ledger, "forecast", "--backtest", "--format", "csv")[1]
    assert (answer["within"], len(answer["totals"])) == (5, 5)
    assert "In 5 of 5 forecasts, what came in all lies between low and high" in run(ledger, "forecast", "--backtest")[1]


def test_the_forecast_of_a_customer(ledger: Path) -> None:
    text = run(ledger, "forecast", "--customer", "Acme", "--explain")[1]
    assert "F2026-0900" in text
    assert "F2026-0900" not in run(ledger, "forecast", "--customer", "Kiefer", "--explain")[1]
    assert "there is no customer" in run(ledger, "forecast", "--customer", "Nobody")[1]
    code, text = run(ledger, "forecast", "--backtest", "--customer", "Acme")
    assert (code, "leave out --customer" in text) == (2, True)


def test_how_wide_the_band_is_and_why(ledger: Path) -> None:
    text = run(ledger, "forecast", "--explain")[1]
    assert "only 0 past forecasts can be compared with what came, and 4 are needed" in text
    assert "The first four weeks together" in text
    assert "The first four weeks together" not in run(ledger, "forecast", "--weeks", "3")[1]
    ledger.write_text(PRELUDE + past(60), encoding="utf-8")
    text = run(ledger, "forecast", "--explain")[1]
    assert "1.28 standard deviations from what is expected in a week, 1.28 in four weeks: 8 of 10 of the 5 past" in text
    assert "forecast of 2026-04-08 for four weeks: 400.00 expected, 400.00 came, 0.00 standard deviations of" in text
    answer = json.loads(run(ledger, "forecast", "--format", "json", "--explain")[1])
    assert answer["band"]["past"][0]["weeks"][0] == {
        "expected": "150.00",
        "deviation": "50.00",
        "came": "100.00",
        "deviations": "1.00",
    }
    assert "past" not in json.loads(run(ledger, "forecast", "--format", "json")[1])["band"]


def test_a_band_without_end(ledger: Path) -> None:
    """What was certain to come by the firm's past did not come: no band would have been wide enough."""
    text = "".join(
        invoice(f"F2025-{place:04}", "2025-01-01", "100", "2025-02-01") + paid("2025-02-01", "100", f"F2025-{place:04}")
        for place in range(30)
    )
    for step in range(6, 0, -1):
        day, number = date(2026, 7, 1) - timedelta(days=28 * step), f"F2026-{7 - step:04}"
        due, came = day + timedelta(days=7), day + timedelta(days=8)
        text += invoice(number, day.isoformat(), "10", due.isoformat()) + paid(came.isoformat(), "10", number)
    ledger.write_text(PRELUDE + text, encoding="utf-8")
    text = run(ledger, "forecast", "--explain")[1]
    assert "∞" in text
    answer = json.loads(run(ledger, "forecast", "--format", "json", "--explain")[1])
    assert answer["band"]["enough"]
    assert None in {week["deviations"] for past in answer["band"]["past"] for week in past["weeks"]}


def test_too_few_payments_are_said(ledger: Path) -> None:
    ledger.write_text(PRELUDE + past(29) + OPEN, encoding="utf-8")
    assert "the ledger has 29 payments, and 30 are needed" in run(ledger, "forecast", "--explain")[1]
