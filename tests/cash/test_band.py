"""How wide bands are: counted from past forecasts, right in about 8 of 10 cases, and never from what was not known yet."""

from __future__ import annotations

import random
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beancount_invoicing.cash.backtest import backtest
from beancount_invoicing.cash.band import CHANCE, WITHOUT_END, Outcome, Spread, deviations_needed, spread
from beancount_invoicing.cash.forecast import forecast
from beancount_invoicing.cash.history import OpenHistory, received_amounts
from beancount_invoicing.cash.replays import Replay, replays, widening
from beancount_invoicing.model import Book
from beancount_invoicing.receivables import allocate
from tests.cash.test_metrics import invoice, paid
from tests.ledgers import book_of
from tests.sizes import seeds

D = Decimal
START = date(2015, 1, 1)


def test_a_spread_by_hand() -> None:
    """100 with 1 in 2, 40 for certain, 70 not at all: 90 ± √(100² × ½ × ½) = 90 ± 50."""
    found = spread([(D(100), D("0.5")), (D(40), D(1)), (D(70), D(0))])
    assert found == Spread(D(90), D(2500), D(140))
    assert found.band(D(1)) == (D(40), D(140))
    assert found.band(D("0.5")) == (D(65), D(115))
    assert found.band() == (D(90) - 50 * CHANCE, D(140)), "never more than there is"
    assert found.band(D(2)) == found.band(WITHOUT_END) == (D(0), D(140)), "never below zero"


def test_what_was_certain_and_came_otherwise_is_off_without_end() -> None:
    certain = spread([(D(40), D(1))])
    assert (Outcome(certain, D(40)).says_something, Outcome(certain, D(40)).deviations) == (False, D(0))
    assert (Outcome(certain, D(0)).says_something, Outcome(certain, D(0)).deviations) == (True, WITHOUT_END)
    assert certain.band(WITHOUT_END) == (D(40), D(40)), "nothing else may come"
    uncertain = Outcome(spread([(D(100), D("0.5"))]), D(100))
    assert uncertain.deviations == 1
    assert [uncertain.is_within(D(deviations)) for deviations in ("0.99", "1")] == [False, True]


@pytest.mark.parametrize(
    ("past", "needed"),
    [
        ("9 9 9", CHANCE),  # too few
        ("9 2 3 4", D(9)),  # place 0.8 × 5 = 4: the largest
        ("9 2 3 4 5", D("8.2")),  # place 4.8: between 5 and 9
        ("1 2 3 4 5 6 7 8 9", D(8)),  # place 8
        ("0 0 0 0 0", CHANCE),
        ("2 2 2 Infinity", WITHOUT_END),
        ("2 2 2 2 2 2 2 2 Infinity", D(2)),  # place 8 of 9
        ("Infinity Infinity Infinity Infinity Infinity", WITHOUT_END),
    ],
)
def test_the_deviations_that_8_of_10_need(past: str, needed: Decimal) -> None:
    assert deviations_needed([D(word) for word in past.split()]) == needed


@given(st.lists(st.integers(0, 400), min_size=4, max_size=60))
def test_a_second_model_counts_how_many_were_right(past: list[int]) -> None:
    """Of one more than there are, 8 of 10 were not further off; and no band that is narrower by one neighbour would do."""
    needed = Fraction(deviations_needed([D(value) / 100 for value in past]))
    wanted = Fraction(8, 10) * (len(past) + 1)
    values = sorted(Fraction(value, 100) for value in past)
    assert needed >= Fraction(CHANCE)
    if needed > Fraction(CHANCE):
        within = sum(1 for value in values if value <= needed)
        assert within + 1 > wanted or needed == values[-1]
        assert sum(1 for value in values if value < needed) <= wanted


def firm(seed: int, months: int, *, together: bool, each: int = 8) -> str:
    """Months of 28 days with invoices of many sizes, paid 0 to 20 days late; `together`: in a quarter of the months in which they
    fall due, all 25 days later.
    """
    chance = random.Random(seed)  # noqa: S311 # drawn ledgers, not secrets
    late = [chance.choice((0, 0, 0, 25)) if together else 0 for _month in range(months + 3)]
    text = []
    for month in range(months):
        for place in range(each):
            day = START + timedelta(days=28 * month + chance.randrange(28))
            due = day + timedelta(days=30)
            number, amount = f"F{day.year}-{month:03}{place:03}", str(chance.randrange(100, 2000))
            came = due + timedelta(days=chance.choice((0, 2, 5, 9, 14, 20)) + late[(due - START).days // 28])
            text.append(
                invoice(number, day.isoformat(), amount, due.isoformat()) + paid(came.isoformat(), amount, number)
            )
    return "".join(text)


def past_of(book: Book, as_of: date, steps: int = 12) -> tuple[Replay, ...]:
    allocated = allocate(book, as_of)
    return replays(book, as_of, OpenHistory(book, allocated), received_amounts(book, as_of, allocated), steps)


def rightness(past: tuple[Replay, ...]) -> tuple[Fraction, Fraction, Fraction]:
    """Which share of what came lies in the widened and in the plain band, and how many times as wide the widened one is."""
    wide = plain = width = plain_width = Fraction(0)
    count = 0
    for place in range(12, len(past)):
        outcome, needed = past[place].in_all, widening(past[place - 12 : place]).four_weeks
        assert outcome
        count += 1
        wide += outcome.is_within(needed)
        plain += outcome.is_within(CHANCE)
        (low, high), (plain_low, plain_high) = outcome.spread.band(needed), outcome.spread.band()
        width += Fraction(high - low)
        plain_width += Fraction(plain_high - plain_low)
    return wide / count, plain / count, width / plain_width


@pytest.mark.slow
@pytest.mark.parametrize("seed", seeds(8))
@pytest.mark.parametrize("together", [True, False])
def test_customers_that_are_late_together_widen_the_band_and_others_do_not(seed: int, together: bool) -> None:
    """Eight years: each forecast is judged by the year before it alone. The standard error of a share of 90 is 4 %."""
    end = START + timedelta(days=28 * 104)
    wide, plain, wider = rightness(past_of(book_of(firm(seed, 104, together=together)), end, steps=102))
    assert Fraction(70, 100) <= wide <= Fraction(92, 100)
    if together:
        assert plain < Fraction(55, 100)
    else:
        assert wider < Fraction(13, 10)


def test_the_band_of_a_week_of_customers_that_are_late_together() -> None:
    """The four weeks need more than chance, and `forecast` uses just that; what was promised or drafted is not replayed."""
    text, as_of = firm(1, 24, together=True), START + timedelta(days=28 * 24)
    book = book_of(text)
    found = forecast(book, as_of, allocate(book, as_of))
    assert found.widening == widening(past_of(book, as_of))
    assert found.widening.is_enough
    assert found.widening.four_weeks > 2
    (together,) = found.four_weeks
    assert (together.since, together.until) == (as_of + timedelta(days=1), as_of + timedelta(days=28))
    amounts = [(item.amount, sum(item.shares[:4], D(0))) for item in found.items]
    low, high = spread(amounts).band(found.widening.four_weeks)
    assert together.low is not None
    assert together.high is not None
    assert abs(together.low - low) <= D("0.005")
    assert abs(together.high - high) <= D("0.005")
    first = found.weeks[0]
    assert first.low is not None
    low, _high = spread((item.amount, item.shares[0]) for item in found.items).band(found.widening.week)
    assert abs(first.low - low) <= D("0.005")
    assert forecast(book, as_of, allocate(book, as_of), weeks=3).four_weeks == ()


def test_nothing_is_known_before_its_day() -> None:
    """What a forecast says, and how wide its band is, is the same in a ledger that ends on its day; so is each judged band."""
    text, months = firm(2, 20, together=True), 20
    end = START + timedelta(days=28 * months)
    whole = book_of(text)
    judged = {total.day: total.deviations for total in backtest(whole, end, allocate(whole, end)).totals}
    blocks = text.split("\n\n")
    assert len(judged) == 12
    for day in (end - timedelta(days=28), end - timedelta(days=28 * 6)):
        known = book_of("\n\n".join(block for block in blocks if block.strip()[:10] <= day.isoformat()))
        cut = forecast(known, day, allocate(known, day))
        later = forecast(whole, day, allocate(whole, end))
        assert (cut.weeks, cut.four_weeks) == (later.weeks, later.four_weeks)
        assert cut.widening.four_weeks == later.widening.four_weeks == judged[day]


def test_a_short_past_keeps_the_plain_band() -> None:
    as_of = START + timedelta(days=28 * 8)
    book = book_of(firm(3, 8, together=True))
    found = forecast(book, as_of, allocate(book, as_of))
    assert (found.is_enough, found.widening.is_enough, len(found.widening.replays)) == (True, False, 2)
    assert (found.widening.week, found.widening.four_weeks) == (CHANCE, CHANCE)


def test_a_replay_by_hand() -> None:
    """32 invoices came on their due dates or 14 days late in turn; then 1000 is due in 5 days, of which 300 come in the second
    week, and the rest in the third.
    """
    text = ""
    for place in range(32):
        due = START + timedelta(days=60 + place)
        text += invoice(f"F2015-{place:04}", START.isoformat(), "100", due.isoformat())
        text += paid((due + timedelta(days=14 * (place % 2))).isoformat(), "100", f"F2015-{place:04}")
    day = START + timedelta(days=140)
    text += invoice("F2015-0900", START.isoformat(), "1000", (day + timedelta(days=5)).isoformat())
    text += paid((day + timedelta(days=8)).isoformat(), "300", "F2015-0900")
    text += paid((day + timedelta(days=15)).isoformat(), "700", "F2015-0900")
    (replay,) = past_of(book_of(text), day + timedelta(days=28), steps=1)
    assert (replay.day, replay.shares) == (day, ((D(1), D(1)),))
    weeks = [(int(week.spread.expected), int(week.came)) for week in replay.weeks]
    assert weeks == [(500, 0), (0, 300), (500, 700), (0, 0)]
    assert [week.says_something for week in replay.weeks] == [True, True, True, False]
    assert replay.in_all == Outcome(Spread(D(1000), D(0), D(1000)), D(1000))
