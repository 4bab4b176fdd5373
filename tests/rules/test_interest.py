from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from beancount_invoicing import law
from beancount_invoicing.rules.interest import (
    Interest,
    RateUnknown,
    indemnity_alone,
    is_late,
    late_interest,
    together,
    uncharged_stretches,
)
from beancount_invoicing.rules.steps import recompute

D = Decimal


def by_law(country: str, buyer: str = "business") -> law.LateInterestLaw:
    found = law.late_interest_law(country, buyer)
    assert found
    return found


FRANCE = by_law("FR")


def parts(interest: Interest) -> list[tuple[str, str, int, str, str]]:
    return [
        (segment.start.isoformat(), segment.end.isoformat(), segment.days, str(segment.rate), str(segment.base))
        for segment in interest.segments
    ]


def follows(interest: Interest) -> bool:
    ends = {step.figure: step.result for step in interest.steps}
    return (
        all(recompute(step) == step.result for step in interest.steps)
        and ends["interest"] == interest.amount
        and ends.get("total", interest.amount) == interest.total
    )


def test_france_from_the_day_after_due_to_the_day_of_payment() -> None:
    # 1 February to 2 March 2026 are 28 + 2 days; 2.15 + 10 %; 1000 × 12.15 × 30 / 36500 = 9.986…
    found = late_interest(
        D("1000.00"), [(date(2026, 3, 2), D("1000.00"))], date(2026, 1, 31), date(2026, 3, 31), FRANCE
    )
    assert parts(found) == [("2026-02-01", "2026-03-02", 30, "12.15", "1000.00")]
    assert (found.amount, found.indemnity, found.total) == (D("9.99"), D("40.00"), D("49.99"))
    assert found.law == "FR"
    assert follows(found)
    assert [(step.operation, step.inputs) for step in found.steps[:3]] == [
        ("product", (D("1000.00"), D("12.15"), 30)),
        ("sum", (D("364500.0000"),)),
        ("quotient", (D("364500.0000"), D(36500))),
    ]


def test_the_rate_changes_with_the_half_year() -> None:
    # (1200 × 14.50 × 15 + 1200 × 14.25 × 20) / 36500 = 16.5205…
    found = late_interest(D("1200.00"), [], date(2024, 6, 15), date(2024, 7, 20), FRANCE)
    assert parts(found) == [
        ("2024-06-16", "2024-06-30", 15, "14.50", "1200.00"),
        ("2024-07-01", "2024-07-20", 20, "14.25", "1200.00"),
    ]
    assert found.amount == D("16.52")
    assert follows(found)


def test_it_is_rounded_once_at_the_end() -> None:
    # 0.00596 + 0.00586 = 0.01182: each rounded on its own they would make 0.02
    found = late_interest(D("15.00"), [], date(2024, 6, 29), date(2024, 7, 1), FRANCE)
    assert len(found.segments) == 2
    assert found.amount == D("0.01")


def test_partial_payments_lower_the_base_from_the_day_after() -> None:
    # 12 % × (10 × 1000 + 10 × 600) / 365 = 5.2603
    found = late_interest(D("1000.00"), [(date(2026, 2, 10), D("400.00"))], date(2026, 1, 31), date(2026, 2, 20), D(12))
    assert parts(found) == [
        ("2026-02-01", "2026-02-10", 10, "12", "1000.00"),
        ("2026-02-11", "2026-02-20", 10, "12", "600.00"),
    ]
    assert (found.amount, found.indemnity, found.total) == (D("5.26"), None, D("5.26"))
    assert found.law == "contract"
    assert follows(found)


def test_a_payment_on_the_first_day_late_counts_from_the_second() -> None:
    found = late_interest(D("100.00"), [(date(2026, 2, 1), D("60.00"))], date(2026, 1, 31), date(2026, 2, 2), D(12))
    assert parts(found) == [
        ("2026-02-01", "2026-02-01", 1, "12", "100.00"),
        ("2026-02-02", "2026-02-02", 1, "12", "40.00"),
    ]


@pytest.mark.parametrize(
    ("paid", "as_of", "late"),
    [
        ([], "2026-01-31", False),
        ([], "2026-02-01", True),
        ([("2026-01-10", "50.00"), ("2026-01-31", "50.00")], "2026-03-31", False),
        ([("2026-01-10", "50.00"), ("2026-02-01", "50.00")], "2026-03-31", True),  # 50 were open on 1 February
        ([("2026-01-10", "100.00"), ("2026-02-20", "-100.00")], "2026-02-20", False),  # bounced: open from the 21st
        ([("2026-01-10", "100.00"), ("2026-02-20", "-100.00")], "2026-02-21", True),
    ],
)
def test_whether_anything_was_open_after_the_due_date(paid: list[tuple[str, str]], as_of: str, late: bool) -> None:
    received = [(date.fromisoformat(day), D(amount)) for day, amount in paid]
    assert is_late(D("100.00"), received, date(2026, 1, 31), date.fromisoformat(as_of)) is late


def test_a_debit_that_bounced_raises_the_base_again() -> None:
    paid = [(date(2026, 2, 15), D("-400.00")), (date(2026, 2, 10), D("400.00"))]
    found = late_interest(D("1000.00"), paid, date(2026, 1, 31), date(2026, 2, 20), D(12))
    assert [(days, base) for _start, _end, days, _rate, base in parts(found)] == [
        (10, "1000.00"),
        (5, "600.00"),
        (5, "1000.00"),
    ]


def test_a_contract_with_the_indemnity_of_the_sellers_law() -> None:
    found = late_interest(D("365.00"), [], date(2026, 1, 31), date(2026, 2, 10), D(10), 2, D("40.00"))
    assert (found.amount, found.indemnity, found.total) == (D("1.00"), D("40.00"), D("41.00"))
    assert follows(found)


def test_german_consumers_pay_five_points_and_no_indemnity() -> None:
    # 31 + 28 + 14 = 73 days, a fifth of a year, at 1.27 + 5 %
    found = late_interest(D("1000.00"), [], date(2025, 12, 31), date(2026, 3, 14), by_law("DE", "consumer"))
    assert (found.amount, found.indemnity, found.total) == (D("12.54"), None, D("12.54"))


def test_german_businesses_pay_nine_points() -> None:
    found = late_interest(D("1000.00"), [], date(2025, 12, 31), date(2026, 3, 14), by_law("DE"))
    assert (found.amount, found.indemnity) == (D("20.54"), D("40.00"))


def test_a_law_that_fixes_the_rate_keeps_the_one_of_the_first_day_late() -> None:
    # France, public buyers: ECB 4.50 + 8 on 1 January 2024, whatever the rate of the second half
    found = late_interest(D("1000.00"), [], date(2024, 6, 29), date(2024, 7, 20), by_law("FR", "public"))
    assert parts(found) == [("2024-06-30", "2024-07-20", 21, "12.50", "1000.00")]
    # due on the last day of the half-year: interest begins to run in the next one
    found = late_interest(D("1000.00"), [], date(2024, 6, 30), date(2024, 7, 20), by_law("FR", "public"))
    assert parts(found) == [("2024-07-01", "2024-07-20", 20, "12.25", "1000.00")]
    # beyond the rates that are known nothing more is needed
    found = late_interest(D("1000.00"), [], date(2026, 6, 15), date(2026, 8, 31), by_law("GB"))
    assert parts(found) == [("2026-06-16", "2026-08-31", 77, "11.75", "1000.00")]


@pytest.mark.parametrize(
    ("country", "debt", "indemnity"),
    [("GB", "999.99", "40.00"), ("GB", "1000.00", "70.00"), ("GB", "9999.99", "70.00"), ("GB", "10000.00", "100.00"),
     ("IE", "1000.00", "40.00"), ("IE", "1000.01", "70.00"), ("IE", "10000.00", "70.00"), ("IE", "10000.01", "100.00")],
)  # fmt: skip
def test_the_indemnity_by_the_size_of_the_debt(country: str, debt: str, indemnity: str) -> None:
    found = late_interest(D(debt), [], date(2025, 12, 31), date(2026, 1, 1), by_law(country))
    assert found.indemnity == D(indemnity)


def test_a_rate_without_a_reference() -> None:
    found = late_interest(D("1000.00"), [], date(2030, 12, 31), date(2031, 12, 31), by_law("CH"))
    assert (found.amount, found.indemnity) == (D("50.00"), None)


def test_days_that_were_claimed_are_not_claimed_again() -> None:
    whole = late_interest(D("36500.00"), [], date(2026, 1, 31), date(2026, 2, 28), D(10))
    first = late_interest(D("36500.00"), [], date(2026, 1, 31), date(2026, 2, 10), D(10))
    rest = late_interest(
        D("36500.00"), [], date(2026, 1, 31), date(2026, 2, 28), D(10), claimed=[(date(2026, 2, 1), date(2026, 2, 10))]
    )
    assert parts(rest)[0][0] == "2026-02-11"
    assert first.amount + rest.amount == whole.amount
    early = late_interest(
        D("36500.00"), [], date(2026, 1, 31), date(2026, 2, 28), D(10), claimed=[(date.min, date(2025, 2, 10))]
    )
    assert early == whole


def test_a_claimed_part_keeps_the_rate_that_was_fixed() -> None:
    found = late_interest(
        D("1000.00"),
        [],
        date(2024, 6, 1),
        date(2024, 8, 1),
        by_law("FR", "public"),
        claimed=[(date.min, date(2024, 7, 15))],
    )
    assert parts(found) == [("2024-07-16", "2024-08-01", 17, "12.50", "1000.00")]


def test_rates_of_the_ledger_extend_and_win() -> None:
    said = [(date(2026, 7, 1), D("2.40")), (date(2026, 1, 1), D("3"))]
    found = late_interest(D("1000.00"), [], date(2026, 6, 29), date(2026, 7, 1), law.with_ledger_rates(FRANCE, said))
    assert [segment.rate for segment in found.segments] == [D("13"), D("12.40")]


def test_public_buyers_in_france_pay_eight_points() -> None:
    found = late_interest(D("1000.00"), [], date(2025, 12, 31), date(2026, 3, 14), by_law("FR", "public"))
    assert (found.amount, found.indemnity) == (D("20.30"), D("40.00"))


@pytest.mark.parametrize(
    ("paid", "due", "as_of"),
    [
        ([], date(2026, 1, 31), date(2026, 1, 31)),
        ([], date(2026, 1, 31), date(2025, 1, 31)),
        ([], date.max, date.max),
        ([(date(2026, 1, 31), D("100.00"))], date(2026, 1, 31), date(2026, 6, 30)),
        ([(date(2025, 1, 31), D("150.00"))], date(2026, 1, 31), date(2030, 6, 30)),
    ],
)
def test_nothing_is_late(paid: list[tuple[date, Decimal]], due: date, as_of: date) -> None:
    found = late_interest(D("100.00"), paid, due, as_of, FRANCE)
    assert (found.segments, found.amount, found.indemnity, found.total) == ((), D("0.00"), None, D("0.00"))
    assert follows(found)


def test_a_payment_on_the_due_date_counts_from_the_first_day_late() -> None:
    found = late_interest(D("100.00"), [(date(2026, 1, 31), D("60.00"))], date(2026, 1, 31), date(2026, 2, 1), FRANCE)
    assert parts(found) == [("2026-02-01", "2026-02-01", 1, "12.15", "40.00")]


def test_a_rate_that_is_not_known_is_named() -> None:
    with pytest.raises(
        RateUnknown, match=r"the ECB refinancing rate for 2036-07-01 \(second half of 2036\) is not known"
    ):
        late_interest(D("100.00"), [], date(2036, 6, 30), date(2036, 7, 1), FRANCE)
    with pytest.raises(RateUnknown, match=r"for 2015-01-01 \(first half of 2015\) is not known") as error:
        late_interest(D("100.00"), [], date(2015, 6, 15), date(2026, 1, 1), by_law("DE"))
    assert error.value.since == date(2015, 6, 16), "the first day late"
    half_years = [RateUnknown("BBK", "Basiszinssatz", day) for day in (date(2015, 6, 30), date(2015, 7, 1))]
    assert [error.since for error in half_years] == [date(2015, 6, 30), date(2015, 7, 1)]
    assert ["first half" in str(error) for error in half_years] == [True, False]
    assert (error.value.name, error.value.day) == ("Basiszinssatz", date(2015, 1, 1))
    assert str(error.value).endswith(': 2015-01-01 custom "invoice-rate" "BBK" RATE')


def test_a_rate_that_is_not_needed_need_not_be_known() -> None:
    found = late_interest(D("100.00"), [(date(2026, 6, 30), D("100.00"))], date(2026, 6, 15), date(2027, 1, 1), FRANCE)
    assert found.segments[-1].end == date(2026, 6, 30)


def test_a_contract_reaches_to_the_end_of_the_calendar() -> None:
    assert late_interest(D("100.00"), [], date(2026, 1, 1), date.max, D(12)).segments[-1].end == date.max


@pytest.mark.parametrize(
    ("rule", "because", "name"),
    [(FRANCE, FRANCE.source, "FR"), (D(12), "fixed, once for each invoice", "contract")],
)
def test_the_indemnity_alone_says_where_it_comes_from(
    rule: law.LateInterestLaw | Decimal, because: str, name: str
) -> None:
    found = indemnity_alone(D("100.00"), rule, 2, D("40.00"))
    assert (found.amount, found.indemnity, found.total, found.law, found.known) == (
        D("0.00"), D("40.00"), D("40.00"), name, False,
    )  # fmt: skip
    assert [(step.operation, step.because) for step in found.steps] == [
        ("as written", because),
        ("sum", "the indemnity alone: the interest is not known"),
    ]
    assert all(recompute(step) == step.result for step in found.steps)
    assert indemnity_alone(D("100.00"), rule, 2, D("40.00"), known=True).steps[1].because == (
        "the indemnity alone: the interest is charged already"
    )


def test_instalments_together_are_rounded_once_with_one_indemnity() -> None:
    interest, other, early = (
        late_interest(D("15.00"), [], due, date(2026, 2, 1), FRANCE)
        for due in (date(2026, 1, 31), date(2026, 1, 31), date(2026, 2, 28))
    )
    assert interest.amount == other.amount == D("0.00")
    whole = together([interest, other, early], FRANCE, 2, D("40.00"))
    assert (whole.principal, whole.amount, whole.indemnity) == (D("30.00"), D("0.01"), D("40.00"))
    assert follows(whole)


MONEY = st.decimals(0, 10**7, places=2)
DAY = st.dates(date(2023, 1, 2), date(2026, 6, 30))


@settings(deadline=None)
@given(MONEY, st.lists(st.tuples(DAY, st.decimals(-(10**6), 10**6, places=2)), max_size=5), DAY, DAY, st.booleans())
def test_it_is_the_sum_of_every_single_day(
    principal: Decimal, paid: list[tuple[date, Decimal]], due: date, as_of: date, contract: bool
) -> None:
    rule: law.LateInterestLaw | Decimal = D("11.5") if contract else FRANCE
    found = late_interest(principal, paid, due, as_of, rule)
    exact = Fraction(0)
    for number in range(1, (as_of - due).days + 1):
        day = due + timedelta(days=number)
        base = principal - sum((amount for when, amount in paid if when < day), D(0))
        rate = D("11.5") if contract else [each for start, each in FRANCE.rates if start <= day][-1] + 10
        exact += Fraction(max(base, D(0))) * Fraction(rate) / 36500
    cents = exact * 100
    assert Fraction(found.amount) * 100 == int(cents + Fraction(1, 2))
    assert follows(found)
    assert late_interest(principal, paid[::-1], due, as_of, rule) == found
    assert all(before.end < after.start for before, after in zip(found.segments, found.segments[1:], strict=False))


def test_days_between_those_claimed_before_are_charged_stretch_by_stretch() -> None:
    """12 % of 1000 a day are 0.3287…: 5 days 1.6438, 10 days 3.2876, and both together 4.93."""
    claimed = [(date(2026, 2, 6), date(2026, 2, 10))]
    found = late_interest(D("1000.00"), [], date(2026, 1, 31), date(2026, 2, 20), D(12), claimed=claimed)
    assert [part[:3] for part in parts(found)] == [("2026-02-01", "2026-02-05", 5), ("2026-02-11", "2026-02-20", 10)]
    assert list(uncharged_stretches(found, claimed, 2)) == [
        (date(2026, 2, 1), date(2026, 2, 5), D("1.64")),
        (date(2026, 2, 11), date(2026, 2, 20), D("3.29")),
    ]
    assert found.amount == D("4.93")


def test_stretches_of_days_add_up_to_the_interest_to_the_last_cent() -> None:
    """(5830.72 × 1 + 784.93 × 12 + 410.64 × 4 + 51.02 × 3) × 15 / 36500 = 7.005 exactly: 7.01 as a whole. The quotients of the
    four parts, cut off at 28 digits, add up to 7.004999…"""
    paid = [
        (date(2026, 2, 1), D("5045.79")),
        (date(2026, 2, 13), D("374.29")),
        (date(2026, 2, 18), D("359.62")),
    ]
    claimed = [(date(2026, 2, 14), date(2026, 2, 14))]
    found = late_interest(D("5830.72"), paid, date(2026, 1, 31), date(2026, 2, 21), D(15), claimed=claimed)
    assert [(days, base) for _start, _end, days, _rate, base in parts(found)] == [
        (1, "5830.72"), (12, "784.93"), (4, "410.64"), (3, "51.02"),
    ]  # fmt: skip
    assert found.amount == D("7.01")
    # 2.3962 + 3.8709 = 6.2671 up to the 13th
    assert list(uncharged_stretches(found, claimed, 2)) == [
        (date(2026, 2, 1), date(2026, 2, 13), D("6.27")),
        (date(2026, 2, 15), date(2026, 2, 21), D("0.74")),
    ]
