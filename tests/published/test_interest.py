"""Late interest, indemnities, lapsing claims and reminder levels against those that others published (each names its source)."""

from __future__ import annotations

import tomllib
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from beancount_invoicing import law
from beancount_invoicing.dunning import propose
from beancount_invoicing.rules.interest import late_interest
from tests.ledgers import book_of

D = Decimal
HERE = Path(__file__)
DATA: dict[str, list[dict[str, Any]]] = tomllib.loads(HERE.with_name("interest.toml").read_text(encoding="utf-8"))
POLICIES: list[dict[str, Any]] = tomllib.loads(HERE.with_name("reminders.toml").read_text(encoding="utf-8"))["policies"]
DAY = date(2023, 1, 31)


def figures(kind: str) -> list[Any]:
    """Each published figure of a kind, as a parameter of a test that is named by its source."""
    return [
        pytest.param(*values, id=f"{entry['source'].split('/')[2]}-{'-'.join(map(str, values[:4]))}")
        for entry in DATA[kind]
        for values in entry["figures"]
    ]


def of(country: str, buyer: str) -> law.LateInterestLaw:
    found = law.late_interest_law(country, buyer)
    assert found is not None
    return found


@pytest.mark.parametrize(("principal", "rate", "days", "expected"), figures("amounts"))
def test_amounts(principal: str, rate: str, days: int, expected: str) -> None:
    found = late_interest(D(principal), [], DAY, DAY + timedelta(days=days), D(rate))
    assert found.amount == D(expected)


@pytest.mark.parametrize(("country", "buyer", "half", "percent"), figures("rates"))
def test_rates(country: str, buyer: str, half: str, percent: str) -> None:
    day = date.fromisoformat(half)
    found = late_interest(D(36500), [], day - timedelta(days=1), day, of(country, buyer))
    assert [segment.rate for segment in found.segments] == [D(percent)]


@pytest.mark.parametrize(("country", "debt", "expected"), figures("indemnities"))
def test_indemnities(country: str, debt: str, expected: str) -> None:
    assert of(country, "business").indemnity(D(debt)) == D(expected)


@pytest.mark.parametrize(("due", "payments", "first", "days"), figures("days"))
def test_days(due: str, payments: list[list[str]], first: str, days: list[int]) -> None:
    paid = [(date.fromisoformat(day), D(amount)) for day, amount in payments]
    found = late_interest(D(10000), paid, date.fromisoformat(due), date(2030, 1, 1), D(5))
    assert found.segments[0].start == date.fromisoformat(first)
    assert [segment.days for segment in found.segments] == days


@pytest.mark.parametrize(("country", "buyer", "due", "last"), figures("lapses"))
def test_lapses(country: str, buyer: str, due: str, last: str) -> None:
    rule = law.limitation(country, buyer)
    assert rule is not None
    assert rule.last_day(date.fromisoformat(due)) == date.fromisoformat(last)


@pytest.mark.parametrize(("country", "buyer", "principal", "due", "last", "interest", "fixed"), figures("computed"))
def test_whole_claims(country: str, buyer: str, principal: str, due: str, last: str, interest: str, fixed: str) -> None:
    found = late_interest(D(principal), [], date.fromisoformat(due), date.fromisoformat(last), of(country, buyer))
    assert (found.amount, found.indemnity) == (D(interest), D(fixed) if fixed else None)


# reminders ----------------------------------------------------------------------------------------------------------

INVOICE = """
2026-01-10 * "Work" ^N1
  invoice: "N1"
  Assets:Receivable:Acme  120.00 EUR
  Income:Services  -100.00 EUR
    text: "Work"
    tax: "FR20"
  Liabilities:VAT  -20.00 EUR
    tax: "FR20"
"""
DUE = date(2026, 2, 9)


def scenarios() -> list[Any]:
    """Each scenario, as a parameter of a test that is named by its source."""
    return [
        pytest.param(entry["days"], *values, id=f"{entry['source'].split('/')[4]}-{values[0]}-{values[2] or values[3]}")
        for entry in POLICIES
        for values in entry["figures"]
    ]


@pytest.mark.parametrize(("days", "late", "sent", "happened", "level"), scenarios())
def test_reminders(days: list[int], late: int, sent: list[list[int]], happened: str, level: int) -> None:
    ledger = INVOICE + '\n2025-01-01 custom "invoice-policy" "standard"\n  interval: 0\n'
    for number, least in enumerate(days, 1):
        ledger += f'\n2025-01-01 custom "invoice-policy" "standard" {number}\n  days: {least}\n'
    for day, number in sent:
        ledger += f'\n{DUE + timedelta(days=day)} note Assets:Receivable:Acme "Letter" ^N1\n'
        ledger += f'  event: "reminder"\n  level: {number}\n'
    on = DUE + timedelta(days=late)
    if happened == "paid":
        ledger += f'\n{on} * "Paid" ^N1\n  Assets:Bank  120.00 EUR\n  Assets:Receivable:Acme\n'
    elif happened:
        ledger += f'\n{on} note Assets:Receivable:Acme "Said" ^N1\n  event: "{happened}"\n'
    letters = propose(book_of(ledger), DUE + timedelta(days=late))
    assert sum(letter.level or 0 for letter in letters) == level


def test_how_many_there_are() -> None:
    """Published ones apart from computed ones."""
    published = sum(len(entry["figures"]) for kind, those in DATA.items() if kind != "computed" for entry in those)
    assert published >= 60
    assert sum(len(entry["figures"]) for entry in POLICIES) >= 19
    assert all("computed" in entry for entry in DATA["computed"])


def test_each_has_its_address() -> None:
    for entries in (*DATA.values(), POLICIES):
        for entry in entries:
            assert entry["source"].startswith(("https://", "http://"))
