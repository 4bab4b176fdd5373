"""What will come in: curves by hand, and by a second model that counts cent by cent; promises, disputes, what is to be billed."""

from __future__ import annotations

import json
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beancount_invoicing.cash.backtest import backtest
from beancount_invoicing.cash.curves import FIRM_WEIGHT, Observation, PaymentCurves
from beancount_invoicing.cash.forecast import Forecast, forecast
from beancount_invoicing.cash.forecast_items import ForecastItem
from beancount_invoicing.model import ZERO, Book
from beancount_invoicing.receivables import allocate
from tests.cash.test_metrics import ACME, KIEFER, invoice, paid
from tests.ledgers import TESTS, book_of

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
    found = backtest(book, AS_OF, allocate(book, AS_OF))
    assert (found.days, found.amounts, found.brier, found.totals) == ((), 0, None, ())
    assert found.within == 0


def test_totals_of_the_past_lie_between_low_and_high_or_not() -> None:
    text, day = past(60), date(2026, 9, 20)
    book = book_of(text)
    found = backtest(book, day, allocate(book, day))
    assert [total.day for total in found.totals] == list(found.days)
    assert all(total.low <= total.expected <= total.high for total in found.totals)
    assert found.within == len(found.totals) == 8
    unpaid = invoice("F2026-0901", "2026-07-01", "50000", "2026-07-31")  # who always paid by then does not any more
    late = book_of(text + unpaid)
    missed = backtest(late, day, allocate(late, day))
    july = next(total for total in missed.totals if total.day == date(2026, 7, 26))
    assert (str(july.came), july.low > 50_000, july.is_within) == ("400.00", True, False)
    assert [total.is_within for total in missed.totals][-3:] == [True, False, True]
    assert missed.totals[-1].deviations > 100, (
        "of 50 000 that were as good as certain, nothing came: the next band is wide"
    )


CURVES = json.loads((TESTS / "published" / "payment_curves.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CURVES["cases"], ids=lambda case: f"{len(case['observations'])} from {case['age']}")
def test_curves_are_those_of_lifelines(case: dict[str, Any]) -> None:
    """Random data; the figures are those of an independent library, made once (the file says how)."""
    curves = PaymentCurves([seen(days, amount, paid) for days, amount, paid in case["observations"]])
    found = curves.shares("nobody", case["age"], case["ends"])
    assert [float(share) for share in found] == pytest.approx([float(share) for share in case["shares"]], abs=1e-8)


HANDED_IN = f"""
2026-06-29 note {ACME} "To be collected" ^F2026-0900
  event: "collected"
  amount: 1000
  mandate: "M-1"
  end-to-end-id: "F2026-0900"
  collection-date: 2026-07-16
"""


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ("", [("direct debit", D(1000), ["0.00", "0.00", "1.00", "0.00"])]),
        (
            f'2026-06-30 note {ACME} "Never sent" ^F2026-0900\n  event: "not-collected"\n  end-to-end-id: "F2026-0900"\n',
            [("open", D(1000), ["0.00", "0.50", "0.00", "0.50"])],
        ),
    ],
)
def test_what_was_handed_to_the_bank_comes_on_the_day_of_its_collection(
    more: str, expected: list[tuple[str, Decimal, list[str]]]
) -> None:
    assert items(foreseen(past() + OPEN + HANDED_IN + more)) == expected


def test_a_collection_that_came_back_is_expected_as_before() -> None:
    came = paid("2026-07-16", "1000", "F2026-0900")
    back = f'2026-07-20 * "Returned" ^F2026-0900\n  Assets:Bank  -1000 EUR\n  {ACME}\n'
    found = foreseen(past() + OPEN + HANDED_IN + came + back, as_of=date(2026, 7, 21))
    assert [item.kind for item in found.items] == ["open"]


DRAFT = f"""
2026-06-20 ! "Acme SAS" "Work" ^draft-1
  invoice: "draft-1"
  {ACME}  600 EUR
    due: 2026-07-20
  Income:Services
"""


def test_a_draft_is_expected_as_if_it_were_issued_tomorrow() -> None:
    """Its due date moves by the twelve days from 20 June to 2 July, and nothing comes before it is issued."""
    found = foreseen(past() + DRAFT, weeks=7)
    (item,) = found.items
    assert (item.kind, item.number, item.amount, item.due) == ("draft", "draft-1", D(600), date(2026, 8, 1))
    assert [f"{share:.1f}" for share in item.shares] == ["0.0", "0.0", "0.0", "0.0", "0.5", "0.0", "0.5"]
    assert str(item.because) == "issued on 2026-07-02"
    assert sum(week.expected or ZERO for week in found.weeks) == D(600)


def test_a_draft_of_a_later_day_is_not_known_yet_and_one_that_gives_back_never_comes() -> None:
    assert foreseen(past() + DRAFT.replace("2026-06-20", "2026-07-05")).items == ()
    assert foreseen(past() + DRAFT.replace("600", "-600").replace("    due: 2026-07-20\n", "")).items == ()


def test_tax_waits_in_a_draft_too() -> None:
    text = (
        '\n2025-01-01 open Liabilities:VAT:Pending\n2025-01-01 custom "invoice-tax" "FR20E" "TVA" Liabilities:VAT\n'
        '  rate: 20\n  due-on: "payment"\n  pending: Liabilities:VAT:Pending\n'
        f'\n2026-06-20 ! "Work" ^draft-1\n  invoice: "draft-1"\n  {ACME}  1200 EUR\n    due: 2026-07-20\n'
        '  Income:Services  -1000 EUR\n    text: "Work"\n    tax: "FR20E"\n  Liabilities:VAT:Pending  -200 EUR\n    tax: "FR20E"\n'
    )
    (item,) = foreseen(past() + text).items
    assert item.tax_share == D(200) / 1200


def test_what_only_some_customers_will_pay() -> None:
    book = book_of(past() + OPEN + DRAFT)
    for customers, kinds in (((ACME,), ["open", "draft"]), ((KIEFER,), [])):
        found = forecast(book, AS_OF, allocate(book, AS_OF), 4, customers)
        assert [item.kind for item in found.items] == kinds
        assert found.payments == 30, "whose past payments count all the same"
