"""Our periods, their parts and revised prices against those that others published (recurrence.toml names each source)."""

from __future__ import annotations

import tomllib
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from beancount_invoicing.rules.periods import Period, parse_length, periods
from beancount_invoicing.rules.steps import OPERATIONS, round_to

D = Decimal
DATA: dict[str, list[dict[str, Any]]] = tomllib.loads(
    Path(__file__).with_name("recurrence.toml").read_text(encoding="utf-8")
)
FAR = timedelta(days=400)


def figures(kind: str) -> list[Any]:
    """Each published figure of a kind, as a parameter of a test that is named by its source."""
    return [
        pytest.param(
            *values, id=f"{entry['source'].rstrip('/').rpartition('/')[2][-40:]}-{'-'.join(map(str, values[:4]))}"
        )
        for entry in DATA[kind]
        for values in entry["figures"]
    ]


def worked(operation: str, *inputs: Decimal) -> Decimal:
    """What an operation of our calculations gives."""
    result = OPERATIONS[operation](*inputs)
    assert isinstance(result, Decimal)
    return result


def as_published(exact: Decimal, published: str) -> Decimal:
    """A figure, rounded to the decimals that the source has."""
    return round_to(exact, max(0, -int(D(published).as_tuple().exponent)))


@pytest.mark.parametrize(("every", "anchor", "times", "expected"), figures("dates"))
def test_date(every: str, anchor: str, times: int, expected: str) -> None:
    assert parse_length(every).after(date.fromisoformat(anchor), times) == date.fromisoformat(expected)


@pytest.mark.parametrize(("every", "expected"), figures("sequences"))
def test_sequence(every: str, expected: list[str]) -> None:
    days = [date.fromisoformat(day) for day in expected]
    assert [parse_length(every).after(days[0], number) for number in range(len(days))] == days
    assert [period.start for period in periods(parse_length(every), days[0], days[0], days[-1])] == days
    assert [period.start for period in periods(parse_length(every), days[0], days[-1], days[-1])] == days[-1:]


@pytest.mark.parametrize(("every", "anchor", "expected"), figures("periods"))
def test_periods(every: str, anchor: str, expected: list[list[str]]) -> None:
    parts = [Period(date.fromisoformat(first), date.fromisoformat(last)) for first, last in expected]
    start, end = parts[0].start, parts[-1].end
    found = list(periods(parse_length(every), date.fromisoformat(anchor), start, end + FAR))
    assert [Period(max(period.start, start), period.end) for period in found][: len(parts)] == parts


def part(every: str, anchor: str, first: str, last: str) -> tuple[int, int]:
    """How many days a part has, and the one period in which it lies."""
    inside = Period(date.fromisoformat(first), date.fromisoformat(last))
    (period,) = periods(parse_length(every), date.fromisoformat(anchor), inside.start, inside.end)
    return inside.days, period.days


@pytest.mark.parametrize(("every", "anchor", "first", "last", "days", "of"), figures("parts"))
def test_part(every: str, anchor: str, first: str, last: str, days: int, of: int) -> None:
    assert part(every, anchor, first, last) == (days, of)


@pytest.mark.parametrize(("every", "anchor", "first", "last", "price", "expected"), figures("prorations"))
def test_proration(every: str, anchor: str, first: str, last: str, price: str, expected: str) -> None:
    days, of = part(every, anchor, first, last)
    assert as_published(worked("share of", D(price), D(days), D(of)), expected) == D(expected)


@pytest.mark.parametrize(("price", "share", "then", "now", "expected"), figures("revisions"))
def test_revision(price: str, share: str, then: str, now: str, expected: str) -> None:
    moving = worked("percent of", D(share), D(price))
    revised = worked("sum", worked("difference", D(price), moving), worked("share of", moving, D(now), D(then)))
    assert as_published(revised, expected) == D(expected)


@pytest.mark.parametrize(("done", "percent", "kept", "asked"), figures("retentions"))
def test_retention(done: str, percent: str, kept: str, asked: str) -> None:
    assert worked("percent of", D(percent), D(done)) == D(kept)
    assert worked("less percent", D(done), D(percent)) == D(asked)
