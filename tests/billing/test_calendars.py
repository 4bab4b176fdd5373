"""Whatever the calendar, the prices and the interruptions: each day of a subscription is billed once, and parts add up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from beancount_invoicing import billing
from beancount_invoicing.billing.subscriptions import days_still_billed
from beancount_invoicing.model import Book
from beancount_invoicing.rules import periods
from beancount_invoicing.rules.periods import Period
from beancount_invoicing.rules.steps import round_to
from beancount_invoicing.writing import text
from tests.ledgers import book_of

FIRST, LAST = date(2023, 11, 28), date(2028, 3, 2)  # two 29 February, and month ends at both sides
lengths = st.sampled_from(("day", "9 days", "week", "2 weeks", "month", "3 months", "semestre", "year", "2 years"))
anchors = st.dates(FIRST, LAST)


@given(lengths, anchors, anchors, anchors)
def test_periods_follow_each_other_without_gap_or_overlap(every: str, anchor: date, one: date, other: date) -> None:
    first, last = sorted((one, other))
    found = list(periods.periods(periods.parse_length(every), anchor, first, last))
    assert found[0].start <= first <= found[0].end
    assert found[-1].start <= last <= found[-1].end
    for before, after in pairwise(found):
        assert after.start == before.end + timedelta(days=1)


@given(st.sampled_from(("month", "3 months", "year")), anchors)
def test_nothing_drifts_from_the_anchors_day(every: str, anchor: date) -> None:
    last = min(anchor + timedelta(days=1500), date(2032, 1, 1))
    for period in periods.periods(periods.parse_length(every), anchor, anchor, last):
        month_end = (period.start.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
        assert period.start.day == min(anchor.day, month_end.day)


@dataclass(frozen=True)
class Case:
    """A prorated subscription with what happens to it."""

    directives: str
    start: date
    until: date
    paused: frozenset[date]


@st.composite
def cases(draw: st.DrawFn) -> Case:
    start = draw(st.dates(FIRST, date(2025, 6, 30)))
    until = start + timedelta(days=draw(st.integers(0, 700)))
    keys = [f'every: "{draw(lengths)}"', f'bill: "{draw(st.sampled_from(("advance", "arrears")))}"', f"until: {until}"]
    if draw(st.booleans()):
        keys.append(f"anchor: {draw(anchors)}")
    lines = [f'{start} custom "invoice-contract" Assets:Receivable:Acme "K" "subscription"', '  text: "Support"']
    lines += [
        "  account: Income:Services",
        "  price: 310.00",
        "  prorate: TRUE",
        '  tax: "FR20"',
        *(f"  {key}" for key in keys),
    ]
    days = sorted(draw(st.sets(st.integers(1, 700), max_size=4)))
    paused: set[date] = set()
    is_paused, since = False, start
    for number, step in enumerate(days):
        day = start + timedelta(days=step)
        if is_paused:
            paused |= {since + timedelta(days=each) for each in range((day - since).days)}
        change = draw(st.sampled_from(("price", "pause")))
        lines.append(f'{day} custom "invoice-contract" Assets:Receivable:Acme "K"')
        if change == "price":
            lines.append(f"  price: {310 + number}.00")
        else:
            is_paused = not is_paused
            lines.append(f"  paused: {str(is_paused).upper()}")
        since = day
    if is_paused:
        paused |= {since + timedelta(days=each) for each in range(max((until - since).days + 1, 0))}
    return Case("\n".join(lines) + "\n", start, until, frozenset(paused))


def billed_days(book: Book) -> list[date]:
    return sorted(
        line.start + timedelta(days=step)
        for invoice in book.invoices
        for line in invoice.lines
        if line.start and line.end
        for step in range((line.end - line.start).days + 1)
    )


@given(cases(), st.lists(st.integers(0, 900), max_size=3))
def test_each_day_that_is_not_paused_is_billed_once_whenever_it_is_billed(case: Case, steps: list[int]) -> None:
    ledger = case.directives
    for day in [*(case.start + timedelta(days=step) for step in sorted(steps)), LAST + timedelta(days=900)]:
        book = book_of(ledger)
        waiting, notices = billing.unbilled_lines(book, day)
        assert notices == []
        drafts, _more = billing.compose_drafts(book, waiting, day, billing.next_numbers(book))
        ledger += "".join("\n" + text.document_transaction(draft) for draft in drafts)
    book = book_of(ledger)
    whole = [case.start + timedelta(days=step) for step in range((case.until - case.start).days + 1)]
    assert billed_days(book) == [day for day in whole if day not in case.paused]
    assert billing.unbilled_lines(book, LAST + timedelta(days=900))[0] == []


@given(cases())
def test_a_part_is_its_days_of_the_period_to_the_cent(case: Case) -> None:
    waiting, _notices = billing.unbilled_lines(book_of(case.directives), LAST + timedelta(days=900))
    for one in waiting:
        line = one.line
        assert line.start
        assert line.end
        parts = [step for step in line.steps if step.operation == "share of"]
        if parts:
            whole, days, of = (Decimal(str(value)) for value in parts[0].inputs)
            assert days == (line.end - line.start).days + 1
            assert line.net == round_to(whole * days / of, 2)


@given(st.lists(st.integers(1, 5000), min_size=1, max_size=6), st.integers(1, 10_000_000))
def test_milestones_add_up_to_the_price(weights: list[int], cents: int) -> None:
    price = Decimal(cents) / 100
    total = sum(weights)
    percents = [round_to(Decimal(weight) * 100 / total, 2) for weight in weights[:-1]]
    percents.append(100 - sum(percents, Decimal(0)))
    ledger = (
        f'2026-01-01 custom "invoice-contract" Assets:Receivable:Acme "P" "fixed"\n  text: "Project"\n'
        f"  account: Income:Services\n  price: {price}\n"
    )
    for number, percent in enumerate(percents):
        ledger += f'2026-02-{number + 1:02} custom "invoice-milestone" "P" "M{number}"\n  percent: {percent}\n'
    waiting, _notices = billing.unbilled_lines(book_of(ledger), date(2026, 12, 31))
    assert sum(line.line.net for line in waiting) == price


def test_a_period_billed_until_the_last_day_of_the_calendar() -> None:
    days = [(Period(date(2026, 1, 1), date.max), 1), (Period(date(2026, 3, 1), date(2026, 3, 31)), -1)]
    assert days_still_billed(days) == [
        Period(date(2026, 1, 1), date(2026, 2, 28)),
        Period(date(2026, 4, 1), date.max - timedelta(days=1)),
    ]


def test_a_credited_month_between_billed_ones_is_not_covered() -> None:
    billed = [
        (Period(date(2026, 1, 1), date(2026, 1, 31)), 1),
        (Period(date(2026, 2, 1), date(2026, 2, 28)), 1),
        (Period(date(2026, 2, 1), date(2026, 2, 28)), -1),
        (Period(date(2026, 3, 1), date(2026, 3, 31)), 1),
        (Period(date(2026, 4, 1), date(2026, 4, 30)), 1),
    ]
    assert days_still_billed(billed) == [
        Period(date(2026, 1, 1), date(2026, 1, 31)),
        Period(date(2026, 3, 1), date(2026, 4, 30)),
    ]
