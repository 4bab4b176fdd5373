"""Prices that follow an index, days that are billed, and what was given back of lines: the arithmetic alone."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from beancount_invoicing.billing.adjustments import _of_those
from beancount_invoicing.billing.prices import index_at, line_changes_on, price_at, price_change_days
from beancount_invoicing.billing.subscriptions import (
    accrued_periods,
    billable_periods,
    billed_days,
    days_still_billed,
    unbilled_periods,
)
from beancount_invoicing.model import IndexValue, Source
from beancount_invoicing.receivables.credit_notes import credit_note_effect
from beancount_invoicing.rules.periods import Period
from beancount_invoicing.rules.steps import recompute
from tests.ledgers import book_of

D = Decimal
ACCOUNT = "Assets:Receivable:Acme"
INDEX = """
2020-01-01 custom "invoice-index" "SYN" 290
2023-12-01 custom "invoice-index" "SYN" 300
2024-12-01 custom "invoice-index" "SYN" 309
2025-12-01 custom "invoice-index" "SYN" {last}
"""


def contract(keys: str, start: str = "2024-01-01", head: str = ' "subscription"') -> str:
    text = "".join(f"  {key.strip()}\n" for key in keys.split(";") if key.strip())
    return f'{start} custom "invoice-contract" {ACCOUNT} "K"{head}\n{text}'


HOSTING = 'text: "Hosting"; account: Income:Services; tax: "FR20"; every: "month"'


def test_what_ends_is_billed_until_then_however_late_it_is_asked_for() -> None:
    book = book_of(contract(f"{HOSTING}; price: 100.00; until: 2024-03-31"))
    periods = billable_periods(book, book.contracts["K"], date.max, 2)
    assert [period.span.start for period in periods] == [date(2024, 1, 1), date(2024, 2, 1), date(2024, 3, 1)]


def test_a_line_changes_on_the_day_of_an_amendment_alone() -> None:
    text = contract(f"{HOSTING}; price: 100.00") + contract("price: 120.00", "2024-03-15", "")
    book = book_of(text)
    days = [date(2024, 3, day) for day in (14, 15, 16)]
    assert [line_changes_on(book, book.contracts["K"], day, 2) for day in days] == [False, True, False]


BY_INDEX = f'{HOSTING}; price: 100.00; index: "SYN"'


def price(ledger: str, day: str) -> str:
    book = book_of(ledger)
    found = price_at(book, book.contracts["K"], date.fromisoformat(day), 2)
    assert found is not None
    assert all(recompute(step) == step.result for step in found.steps)
    assert not found.steps or found.steps[-1].result == found.value
    return str(found.value)


@pytest.mark.parametrize(
    ("keys", "last", "prices"),
    [
        ("", "312", ["100.00", "103.00", "103.00", "104.00"]),
        ("index-share: 80", "312", ["100.00", "102.40", "102.40", "103.20"]),
        ("index-cap: 2", "312", ["100.00", "102.00", "102.00", "104.00"]),  # 2 % on 102.00 would be 104.04
        ("index-cap: 3", "330", ["100.00", "103.00", "103.00", "106.09"]),
        ("index-floor: 0", "306", ["100.00", "103.00", "103.00", "103.00"]),
        ("index-floor: -1", "300", ["100.00", "103.00", "103.00", "101.97"]),
        ("", "306", ["100.00", "103.00", "103.00", "102.00"]),
        ('index-every: "2 years"', "312", ["100.00", "100.00", "100.00", "104.00"]),
    ],
)
def test_a_price_is_revised_by_its_index_each_year(keys: str, last: str, prices: list[str]) -> None:
    ledger = INDEX.format(last=last) + contract(f"{BY_INDEX}; {keys}")
    days = ("2024-12-31", "2025-01-01", "2025-12-31", "2026-01-01")
    assert [price(ledger, day) for day in days] == prices


def test_a_price_that_is_agreed_anew_follows_the_index_from_then_on() -> None:
    ledger = INDEX.format(last="312") + contract(BY_INDEX) + contract("price: 120.00", "2025-07-01", "")
    assert [price(ledger, day) for day in ("2025-06-30", "2025-07-01", "2026-06-30", "2026-07-01")] == [
        "103.00", "120.00", "120.00", "121.17",
    ]  # fmt: skip
    words = INDEX.format(last="312") + contract(BY_INDEX) + contract('text: "Cloud"', "2025-07-01", "")
    assert price(words, "2026-01-01") == "104.00", "other words are no other price"
    book = book_of(ledger)
    may = [str(day) for day in price_change_days(book, book.contracts["K"], date(2026, 7, 1))]
    assert may == sorted(may)
    assert {"2024-01-01", "2025-01-01", "2025-07-01", "2026-07-01"} <= set(may)
    assert price_change_days(book, book.contracts["K"], date(2026, 6, 30))[-1] < date(2026, 7, 1)


def test_before_the_first_value_of_an_index_the_price_stays() -> None:
    late = '2025-12-01 custom "invoice-index" "SYN" 312\n'
    assert price(late + contract(BY_INDEX), "2026-06-01") == "100.00"


def test_the_value_of_an_index_on_a_day() -> None:
    values = tuple(IndexValue(date(2025, month, 1), D(month), Source("", 0)) for month in (1, 4))
    assert index_at(values, date(2024, 12, 31)) is None
    found = [index_at(values, date(2025, month, day)) for month, day in ((1, 1), (3, 31), (4, 1))]
    assert [value and value.value for value in found] == [D(1), D(1), D(4)]


# days that are billed ----------------------------------------------------------------------------------------------------


def days(*ends: tuple[str, str]) -> list[Period]:
    return [Period(date.fromisoformat(start), date.fromisoformat(end)) for start, end in ends]


JANUARY, FEBRUARY, MARCH, APRIL = days(
    ("2026-01-01", "2026-01-31"),
    ("2026-02-01", "2026-02-28"),
    ("2026-03-01", "2026-03-31"),
    ("2026-04-01", "2026-04-30"),
)


def test_days_are_billed_that_are_billed_more_often_than_credited() -> None:
    assert days_still_billed([]) == []
    assert days_still_billed([(JANUARY, 1), (FEBRUARY, 1)]) == days(("2026-01-01", "2026-02-28"))
    assert days_still_billed([(JANUARY, 1), (MARCH, 1), (APRIL, 1)]) == [JANUARY, Period(MARCH.start, APRIL.end)]
    assert days_still_billed([(JANUARY, 1), (FEBRUARY, 1), (FEBRUARY, -1), (MARCH, 1)]) == [JANUARY, MARCH]
    assert days_still_billed([(JANUARY, 1), (JANUARY, -1), (JANUARY, 1)]) == [JANUARY]
    assert days_still_billed([(JANUARY, -1)]) == []
    part = days(("2026-01-10", "2026-01-12"))[0]
    assert days_still_billed([(JANUARY, 1), (part, -1)]) == days(
        ("2026-01-01", "2026-01-09"), ("2026-01-13", "2026-01-31")
    )
    assert days_still_billed([(Period(date(2026, 1, 1), date.max), 1)]) == days(("2026-01-01", "9999-12-30"))


def line(net: str, period: Period, keys: str = "") -> str:
    text = "".join(f"    {key.strip()}\n" for key in keys.split(";") if key.strip())
    return (
        f'  Income:Services  {-D(net)} EUR\n    text: "Hosting"\n    tax: "REVERSE"\n    contract: "K"\n'
        f"    from: {period.start}\n    to: {period.end}\n{text}"
    )


def billed(*lines: str, number: str = "N1", more: str = "") -> str:
    return f'\n2026-05-01 * "Billed" ^{number}\n  invoice: "{number}"\n{more}  {ACCOUNT}\n' + "".join(lines)


MONTHLY = contract(f"{HOSTING}; price: 100.00", "2026-01-01")


def test_lines_bill_their_days_and_credit_notes_give_them_back() -> None:
    ledger = MONTHLY + billed(line("100.00", JANUARY), line("100.00", FEBRUARY))
    ledger += billed(line("-100.00", FEBRUARY, "quantity: -1; price: 100.00"), number="A1", more='  corrects: "N1"\n')
    assert sorted(billed_days(book_of(ledger))["K"]) == [(JANUARY, 1), (FEBRUARY, -1), (FEBRUARY, 1)]
    rebate = contract(f"{HOSTING}; price: 10.00; quantity: -1", "2026-01-01")
    less = billed(line("-10.00", JANUARY, "quantity: -1; price: 10.00"), number="N2")
    assert billed_days(book_of(rebate + less)) == {"K": [(JANUARY, 1)]}


def due(keys: str, until: str, billed_: list[Period], more: str = "") -> list[tuple[str, str, str, bool]]:
    """What is to be billed: from, to, the day from which on, whether by days."""
    book = book_of(contract(f"{HOSTING}; price: 100.00; {keys}", "2026-01-01") + more)
    notices: list[object] = []
    found = unbilled_periods(book, book.contracts["K"], date.fromisoformat(until), billed_, 2, notices)  # type: ignore[arg-type] # counted only
    return [(str(period.span.start), str(period.span.end), str(period.due), period.prorated) for period in found] + [
        ("notice", "", "", False) for _one in notices
    ]


def test_what_is_not_billed_yet() -> None:
    ran = [("2026-01-01", "2026-01-31", "2026-01-31", False), ("2026-02-01", "2026-02-28", "2026-02-28", False)]
    assert due("", "2026-02-28", []) == ran
    assert due("", "2026-02-28", [JANUARY]) == ran[1:]
    advance = [("2026-01-01", "2026-01-31", "2026-01-01", False), ("2026-02-01", "2026-02-28", "2026-02-01", False)]
    assert due('bill: "advance"', "2026-02-01", []) == advance
    part = days(("2026-01-01", "2026-01-10"))
    assert due("", "2026-01-31", part) == [("notice", "", "", False)]
    assert due("prorate: TRUE", "2026-01-31", part) == [("2026-01-11", "2026-01-31", "2026-01-31", True)]


def test_an_end_and_a_change_within_a_period() -> None:
    assert due("until: 2026-02-14", "2026-03-31", [JANUARY]) == [("2026-02-01", "2026-02-14", "2026-02-14", True)]
    dearer = contract("price: 120.00", "2026-02-10", "")
    assert due("prorate: TRUE", "2026-02-28", [JANUARY], dearer) == [
        ("2026-02-01", "2026-02-09", "2026-02-28", True), ("2026-02-10", "2026-02-28", "2026-02-28", True),
    ]  # fmt: skip
    assert due("", "2026-02-28", [JANUARY], dearer) == [("2026-02-01", "2026-02-28", "2026-02-28", False)]


def test_what_has_run_of_a_period_that_is_billed_later() -> None:
    book = book_of(MONTHLY)
    dated = book.contracts["K"]

    def ran(day: date, billed_: list[Period]) -> list[tuple[Period, Period]]:
        return [(period.span, period.period) for period in accrued_periods(book, dated, day, billed_, 2)]

    half = days(("2026-02-01", "2026-02-10"))[0]
    assert ran(date(2026, 2, 10), [JANUARY]) == [(half, FEBRUARY)]
    assert ran(date(2026, 2, 1), []) == [(days(("2026-02-01", "2026-02-01"))[0], FEBRUARY)]
    assert ran(date(2026, 1, 31), []) == [], "that may be billed"
    assert next(period.span for period in billable_periods(book, dated, date(2026, 2, 10), 2)) == JANUARY


# what was given back ----------------------------------------------------------------------------------------------------


def given_back(note: str) -> list[Decimal]:
    """What a credit note gives back of each line of an invoice of 100.00 and 300.00."""
    ledger = MONTHLY + billed(line("100.00", JANUARY), line("300.00", FEBRUARY))
    book = book_of(ledger + billed(note, number="A1", more='  corrects: "N1"\n'))
    invoice = book.invoice("A1")
    assert invoice is not None
    found = credit_note_effect(book, invoice)
    assert found is not None
    before, after = found.before[0], found.after[0]
    return [_of_those(before, after, {line.source}) for line in before.invoice.lines]


def test_a_sum_beside_the_lines_is_given_back_of_each_in_proportion() -> None:
    goodwill = '  Income:Services  40.00 EUR\n    text: "Goodwill"\n    tax: "REVERSE"\n'
    assert given_back(goodwill) == [D("10.00"), D("30.00")]
    assert given_back(line("-100.00", JANUARY)) == [D("100.00"), D("0.00")]
    assert given_back(line("-100.00", JANUARY) + goodwill) == [D("110.00"), D("30.00")]


OF_ITEM = contract('item: "PLAN"; tax: "FR20"; every: "month"; index: "SYN"')
PLAN = """
2020-01-01 custom "invoice-item" "PLAN" "Plan" Income:Services
  {key}: 100.00
2025-07-01 custom "invoice-item" "PLAN"
  {key}: 120.00
"""


@pytest.mark.parametrize("key", ["price", "price-with-tax"])
def test_a_new_price_of_the_item_starts_the_index_anew(key: str) -> None:
    """120.00 on 1 July 2025, when the index was 309; a year later it is 312: 121.165."""
    ledger = INDEX.format(last="312") + PLAN.format(key=key) + OF_ITEM
    assert [price(ledger, day) for day in ("2025-06-30", "2025-07-01", "2026-06-30", "2026-07-01")] == [
        "103.00", "120.00", "120.00", "121.17",
    ]  # fmt: skip


def test_what_an_item_cost_before_the_contract_began_is_no_day_of_it() -> None:
    book = book_of(PLAN.format(key="price") + contract('item: "PLAN"; tax: "FR20"; every: "month"', "2025-07-01"))
    assert price_change_days(book, book.contracts["K"], date(2026, 1, 1)) == [date(2025, 7, 1)]
    book = book_of(PLAN.format(key="price") + contract('item: "PLAN"; tax: "FR20"; every: "month"', "2025-06-30"))
    assert price_change_days(book, book.contracts["K"], date(2026, 1, 1)) == [date(2025, 6, 30), date(2025, 7, 1)]
