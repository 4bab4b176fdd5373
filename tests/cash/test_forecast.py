"""What will come in: curves by hand, and by a second model that counts cent by cent; promises, disputes, what is to be billed."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beancount_invoicing.cash.backtest import backtest
from beancount_invoicing.cash.curves import FIRM_WEIGHT, Observation, PaymentCurves
from beancount_invoicing.cash.forecast import Forecast, ForecastItem, forecast
from beancount_invoicing.model import ZERO, Book
from beancount_invoicing.receivables import allocate
from tests.cash.test_metrics import ACME, KIEFER, invoice, paid
from tests.ledgers import book_of

D = Decimal
AS_OF = date(2026, 7, 1)


def seen(days: int, amount: str, paid: bool = True, customer: str = "") -> Observation:
    return Observation(customer, days, D(amount), paid)


def test_a_curve_by_hand() -> None:
    """Of 100, 20 came on the due date, 30 ten days late, 10 are open since 15 days, and 40 came after 20."""
    curves = PaymentCurves([seen(0, "20"), seen(10, "30"), seen(15, "10", paid=False), seen(20, "40")])
    assert curves.shares("", -30, [29, 30, 40, 49]) == (ZERO, D("0.2"), D("0.5"), D("0.5"))
    assert curves.shares("", 5, [5]) == (D("0.375"),)  # 30 of the 80 still open then
    assert curves.shares("", 15, [5]) == (D(1),)  # all 40 that were open for longer came on day 20
    assert curves.shares("", 20, [100]) == (ZERO,)  # older than all that ever came


def test_a_customer_s_own_curve_weighs_by_its_cases() -> None:
    """The firm: 100 of 200 on day 0, the rest on day 10. The customer: 100 on day 10, once."""
    curves = PaymentCurves([seen(0, "100", customer="a"), seen(10, "100", customer="b")])
    # (0 + 5 × 100 × 1/2) / (100 + 5 × 100)
    assert curves.shares("b", -1, [1]) == (1 - (1 - D(250) / 600),)
    assert curves.shares("nobody", -1, [1]) == (D("0.5"),)


@given(
    st.lists(
        st.tuples(st.integers(-5, 12), st.integers(1, 9), st.booleans(), st.sampled_from("ab")), min_size=1, max_size=9
    ),
    st.integers(-6, 12),
    st.lists(st.integers(0, 15), min_size=1, max_size=3).map(sorted),
)
def test_a_second_model_counts_cent_by_cent(drawn: list[tuple[int, int, bool, str]], age: int, ends: list[int]) -> None:
    curves = PaymentCurves([Observation(who, days, D(amount), paid) for days, amount, paid, who in drawn])
    cents = [(days, paid, who) for days, amount, paid, who in drawn for _cent in range(amount)]
    own = [amount for _days, amount, _paid, who in drawn if who == "a"]
    weight = FIRM_WEIGHT * Fraction(sum(own), len(own)) if own else Fraction(0)
    left, expected = Fraction(1), []
    for day in range(age + 1, age + ends[-1] + 1):
        waiting = [(paid and days == day, who) for days, paid, who in cents if days >= day]
        share = Fraction(sum(came for came, _who in waiting), len(waiting)) if waiting else Fraction(0)
        mine = [came for came, who in waiting if who == "a"]
        if weight:
            share = (sum(mine) + weight * share) / (len(mine) + weight)
        left *= 1 - share
        expected.append(1 - left)
    for end, found in zip(ends, curves.shares("a", age, ends), strict=True):
        assert abs(found - (D(expected[end - 1].numerator) / expected[end - 1].denominator if end else 0)) < D("1e-20")


def past(count: int = 30) -> str:
    """Invoices of a week each, due after 30 days, paid in turn on the due date and 14 days late."""
    text = ""
    for place in range(1, count + 1):
        day = date(2025, 6, 1) + timedelta(days=7 * place)
        due = day + timedelta(days=30)
        came = due + timedelta(days=14 * (place % 2))
        number = f"F{day.year}-{place:04}"
        text += invoice(number, day.isoformat(), "100", due.isoformat()) + paid(came.isoformat(), "100", number)
    return text


def foreseen(text: str, weeks: int = 4, as_of: date = AS_OF) -> Forecast:
    book = book_of(text)
    return forecast(book, as_of, allocate(book, max(book.last_date, as_of)), weeks)


def items(found: Forecast) -> list[tuple[str, Decimal, list[str]]]:
    return [(item.kind, item.amount, [f"{share:.2f}" for share in item.shares]) for item in found.items]


OPEN = invoice("F2026-0900", "2026-06-10", "1000", "2026-07-10")


def test_an_open_invoice_comes_as_the_customer_has_paid() -> None:
    found = foreseen(past() + OPEN)
    assert found.payments == 30
    assert items(found) == [("open", D(1000), ["0.00", "0.50", "0.00", "0.50"])]
    assert [(str(week.due), str(week.expected)) for week in found.weeks] == [
        ("0", "0.00"), ("1000", "500.00"), ("0", "0.00"), ("0", "500.00"),
    ]  # fmt: skip
    # 500 ± 1.2816 × √(1000² × ½ × ½), within what there is
    assert (found.weeks[1].low, found.weeks[1].high) == (ZERO, D("1000.00"))


def test_below_thirty_payments_only_due_dates_are_shown() -> None:
    found = foreseen(past(29) + OPEN)
    assert not found.is_enough
    assert [(str(week.due), week.low, week.expected, week.high, week.tax) for week in found.weeks[1:2]] == [
        ("1000", None, None, None, None)
    ]


def note(day: str, kind: str, more: str) -> str:
    return f'\n{day} note {ACME} "Said" ^F2026-0900\n  event: "{kind}"\n{more}'


@pytest.mark.parametrize(
    ("notes", "expected"),
    [
        (note("2026-06-20", "promise", "  until: 2026-07-20\n"), [("promised", 1000, "3")]),
        (
            note("2026-06-20", "promise", "  until: 2026-07-03\n  amount: 300\n")
            + note("2026-06-20", "promise", "  until: 2026-07-17\n  amount: 200\n"),
            [("promised", 300, "1"), ("promised", 200, "3"), ("open", 500, "")],
        ),
        (note("2026-06-20", "promise", "  until: 2026-06-25\n"), [("open", 1000, "")]),
        (note("2026-06-20", "dispute", "  amount: 400\n"), [("not expected", 400, ""), ("open", 600, "")]),
        (note("2026-06-20", "dispute", ""), [("not expected", 1000, "")]),
        (note("2026-06-20", "insolvency", ""), [("not expected", 1000, "")]),
        (note("2026-07-02", "dispute", ""), [("open", 1000, "")]),  # not known yet
    ],
)  # fmt: skip
def test_what_is_known_of_an_invoice(notes: str, expected: list[tuple[str, int, str]]) -> None:
    found = foreseen(past() + OPEN + notes)

    def week(item: ForecastItem) -> str:
        return str(item.shares.index(D(1)) + 1) if D(1) in item.shares else ""

    assert [(str(item.kind), int(item.amount), week(item)) for item in found.items] == expected


def test_a_contract_is_billed_and_then_paid() -> None:
    contract = (
        f'\n2026-07-01 custom "invoice-contract" {KIEFER} "CARE" "subscription"\n  item: "DEV"\n  quantity: 2\n  every: "month"\n'
        '  bill: "advance"\n'
    )
    found = foreseen(past() + contract, weeks=8)
    bills = [item for item in found.items if item.kind == "to bill"]
    assert [(item.number, item.due) for item in bills] == [("CARE", date(2026, 7, 31)), ("CARE", date(2026, 8, 31))]
    assert [f"{share:.1f}" for share in bills[0].shares] == ["0.0"] * 4 + ["0.5", "0.0", "0.5", "0.0"]


def test_tax_becomes_due_with_the_money() -> None:
    text = (
        '\n2025-01-01 open Liabilities:VAT:Pending\n2025-01-01 custom "invoice-tax" "FR20E" "TVA" Liabilities:VAT\n'
        '  rate: 20\n  due-on: "payment"\n  pending: Liabilities:VAT:Pending\n'
        f'\n2026-06-10 * "Work" ^F2026-0900\n  invoice: "F2026-0900"\n  {ACME}  1200 EUR\n    due: 2026-07-10\n'
        '  Income:Services  -1000 EUR\n    text: "Work"\n    tax: "FR20E"\n  Liabilities:VAT:Pending  -200 EUR\n    tax: "FR20E"\n'
    )
    found = foreseen(past() + text)
    assert [(str(week.expected), str(week.tax)) for week in found.weeks[1:2]] == [("600.00", "100.00")]


def test_the_past_foreseen_again() -> None:
    book = book_of(past(60))
    found = backtest(book, AS_OF, allocate(book, AS_OF))
    assert found.days
    assert found.brier is not None
    assert found.brier < D("0.25")
    assert sum(band.amounts for band in found.bands) == found.amounts


def test_nothing_is_foreseen_of_a_short_past() -> None:
    book: Book = book_of(past(5))
    assert backtest(book, AS_OF, allocate(book, AS_OF)) == ((), 0, None, ())
