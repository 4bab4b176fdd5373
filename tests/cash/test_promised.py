"""Promises in the forecast, in a customer's standing and in reminders: one rule for which of them still count."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beancount_invoicing.cash.forecast import forecast
from beancount_invoicing.cash.standing import standings
from beancount_invoicing.dunning.pauses import pause
from beancount_invoicing.model import Book
from beancount_invoicing.receivables import allocate, positions
from tests.cash.test_metrics import ACME, KIEFER, invoice, paid
from tests.ledgers import book_of

AS_OF = date(2026, 7, 1)
A, B = "F2026-0001", "F2026-0002"
BOTH = invoice(A, "2026-06-01", "100", "2026-06-10") + invoice(B, "2026-06-02", "200", "2026-06-10")


def note(day: str, kind: str, *numbers: str, until: str = "", amount: str = "") -> str:
    more = (f"  until: {until}\n" if until else "") + (f"  amount: {amount}\n" if amount else "")
    return f'\n{day} note {ACME} "Said" {" ".join(f"^{number}" for number in numbers)}\n  event: "{kind}"\n{more}'


def promised(book: Book, as_of: date = AS_OF) -> list[tuple[str, int, str]]:
    found = forecast(book, as_of, allocate(book, as_of))
    return [
        (item.number, int(item.amount), item.because.removeprefix("promised until "))
        for item in found.items
        if item.kind == "promised"
    ]


def outcomes(book: Book, as_of: date = AS_OF) -> list[str]:
    (standing,) = standings(book, as_of, allocate(book, as_of), [ACME])
    return [kept.outcome for kept in standing.promises]


TOGETHER = note("2026-06-20", "promise", A, B, until="2026-07-10")
TOGETHER_150 = note("2026-06-20", "promise", A, B, until="2026-07-10", amount="150")


@pytest.mark.parametrize(
    ("notes", "expected", "became"),
    [
        (TOGETHER, [(A, 100, "2026-07-10"), (B, 200, "2026-07-10")], ["to come"]),
        # a later promise about one of two replaces the first for that one alone
        (
            TOGETHER + note("2026-06-25", "promise", A, until="2026-07-20"),
            [(A, 100, "2026-07-20"), (B, 200, "2026-07-10")],
            ["to come", "to come"],
        ),
        # and for both, once the other one is promised anew, too
        (
            TOGETHER
            + note("2026-06-25", "promise", A, until="2026-07-20")
            + note("2026-06-26", "promise", B, until="2026-07-21"),
            [(A, 100, "2026-07-20"), (B, 200, "2026-07-21")],
            ["replaced", "to come", "to come"],
        ),
        (TOGETHER + note("2026-06-25", "resume", A), [(B, 200, "2026-07-10")], ["to come"]),
        (
            TOGETHER + note("2026-06-25", "promise", A, until="2026-07-20") + note("2026-06-26", "resume", B),
            [(A, 100, "2026-07-20")],
            ["withdrawn", "to come"],
        ),
        (TOGETHER + note("2026-06-25", "resume"), [], ["withdrawn"]),
        # an amount about several is promised once, not for each
        (TOGETHER_150, [(A, 100, "2026-07-10"), (B, 50, "2026-07-10")], ["to come"]),
        (note("2026-06-20", "promise", until="2026-07-10", amount="150"), [(A, 100, "2026-07-10"), (B, 50, "2026-07-10")],
         ["to come"]),
        # what came for it since is not to come again
        (TOGETHER_150 + paid("2026-06-28", "90", A), [(A, 10, "2026-07-10"), (B, 50, "2026-07-10")], ["to come"]),
        (TOGETHER_150 + paid("2026-06-28", "150", B), [], ["to come"]),
        # a plan: what came pays its first parts first, and a part that was missed is not promised any more
        (
            note("2026-06-20", "promise", B, until="2026-06-25", amount="60")
            + note("2026-06-20", "promise", B, until="2026-07-05", amount="60")
            + note("2026-06-20", "promise", B, until="2026-07-25", amount="60")
            + paid("2026-06-28", "80", B),
            [(B, 40, "2026-07-05"), (B, 60, "2026-07-25")],
            ["broken", "to come", "to come"],
        ),
        # its last day counts
        (note("2026-06-20", "promise", A, until="2026-07-01"), [(A, 100, "2026-07-01")], ["to come"]),
        (note("2026-06-20", "promise", A, until="2026-06-30"), [], ["broken"]),
    ],
)  # fmt: skip
def test_what_is_promised_of_several_documents(
    notes: str, expected: list[tuple[str, int, str]], became: list[str]
) -> None:
    book = book_of(BOTH + notes)
    assert promised(book) == expected
    assert outcomes(book) == became


@pytest.mark.parametrize(("paid_for", "outcome"), [(A, "broken"), (B, "kept")])
def test_a_promise_about_two_is_judged_by_the_one_that_was_not_promised_anew(paid_for: str, outcome: str) -> None:
    text = BOTH + TOGETHER.replace("2026-07-10", "2026-06-28")
    text += note("2026-06-25", "promise", A, until="2026-07-20") + paid("2026-06-28", "200", paid_for)
    assert outcomes(book_of(text)) == [outcome, "to come"]


def test_what_another_customer_promised_is_its_own() -> None:
    other = note("2026-06-20", "promise", until="2026-07-10").replace(ACME, KIEFER)
    assert promised(book_of(BOTH + other)) == []


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["promise", "promise", "resume"]),
            st.sets(st.integers(1, 3)),
            st.integers(1, 25),
        ),
        max_size=7,
    )
)
def test_forecast_standing_and_reminders_agree(drawn: list[tuple[str, set[int], int]]) -> None:
    """The second model looks at each document by itself: what was said last of it counts."""
    start, text = AS_OF - timedelta(days=10), ""
    said: dict[int, date | None] = {1: None, 2: None, 3: None}
    for number in said:
        text += invoice(f"F2026-000{number}", "2026-06-01", "100", "2026-06-10")
    for place, (kind, numbers, days) in enumerate(drawn):
        day = start + timedelta(days=place)
        until = day + timedelta(days=days)
        about = [f"F2026-000{number}" for number in sorted(numbers)]
        text += note(day.isoformat(), kind, *about, until=until.isoformat() if kind == "promise" else "")
        for number in numbers or said:
            said[number] = until if kind == "promise" else None
    book = book_of(text)
    expected = {(f"F2026-000{number}", until) for number, until in said.items() if until and until >= AS_OF}
    assert {(number, date.fromisoformat(until)) for number, _amount, until in promised(book)} == expected
    (standing,) = standings(book, AS_OF, allocate(book, AS_OF), [ACME])
    to_come = {kept.promise.until for kept in standing.promises if kept.outcome == "to come"}
    named = {kept.promise.until for kept in standing.promises if kept.outcome == "to come" and kept.promise.numbers}
    assert named <= {until for _number, until in expected} <= to_come
    of_customer = {position.invoice.number: position for position in positions(book, AS_OF)}
    for name, position in of_customer.items():
        paused = pause(position, of_customer, AS_OF)
        promise = dict(expected).get(name)
        assert (paused.reason if paused and not paused.broken_promise else None) == (
            f"promised until {promise}" if promise else None
        )


def test_decimals_of_what_was_promised_are_kept() -> None:
    book = book_of(BOTH + note("2026-06-20", "promise", A, until="2026-07-10", amount="33.33"))
    found = forecast(book, AS_OF, allocate(book, AS_OF))
    assert [item.amount for item in found.items] == [Decimal("33.33"), Decimal("66.67"), Decimal(200)]
