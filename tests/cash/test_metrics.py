"""How quickly customers pay: worked by hand on small ledgers, and against a second, simple model on drawn ones."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beancount_invoicing.cash import METRICS, MetricName, MetricsRow, Period, metrics, without_rate, year_until
from beancount_invoicing.cash.history import AccountBalances, OpenHistory, receivables_on, received_amounts
from beancount_invoicing.model import ZERO, Book
from beancount_invoicing.receivables import aging, allocate
from beancount_invoicing.rules.steps import recompute
from tests.ledgers import book_of, sound_book
from tests.properties.test_ledgers import Part, ledgers

D = Decimal
ACME, KIEFER = "Assets:Receivable:Acme", "Assets:Receivable:Kiefer"


def invoice(number: str, day: str, amount: str, due: str = "", account: str = ACME, currency: str = "EUR") -> str:
    return (
        f'\n{day} * "Work" ^{number}\n  invoice: "{number}"\n  {account}  {amount} {currency}\n'
        + (f"    due: {due}\n" if due else "")
        + '  Income:Services\n    text: "Work"\n    tax: "REVERSE"\n'
    )


def paid(day: str, amount: str, number: str = "", account: str = ACME, currency: str = "EUR") -> str:
    link = f"^{number}" if number else ""
    return f'\n{day} * "Paid" {link}\n  {account}  -{amount} {currency}\n  Assets:Bank\n'


def figures(text: str, since: str, until: str) -> MetricsRow:
    (row,) = rows(sound_book(text), since, until)
    return row


def rows(book: Book, since: str, until: str, by: str = "", as_of: date | None = None) -> tuple[MetricsRow, ...]:
    period = Period(date.fromisoformat(since), date.fromisoformat(until))
    return metrics(book, period, allocate(book, as_of or period.until), by)  # type: ignore[arg-type] # one of the words


def value(row: MetricsRow, name: MetricName) -> str | None:
    metric = row.metric(name)
    assert (metric.value is None) == bool(metric.reason)
    return None if metric.value is None else str(metric.value)


QUARTER = (
    invoice("F2026-0001", "2026-01-10", "300", "2026-02-09")
    + invoice("F2026-0002", "2026-02-10", "600", "2026-03-12")
    + invoice("F2026-0003", "2026-03-10", "900", "2026-04-09")
    + paid("2026-02-19", "300", "F2026-0001")  # 40 days after the invoice, 10 late
    + paid("2026-03-02", "200", "F2026-0002")  # 20 days after it, 10 early
)
"""Sales of 1800; at the end of March 400 are late, and 900 are not."""


def test_each_figure_of_a_quarter_by_hand() -> None:
    row = figures(QUARTER, "2026-01-01", "2026-03-31")
    assert row.inputs == (ZERO, D(1800), D(1300), D(900), D(400), D(500), D(300), 1, 1)
    expected = {
        "dso": "65.0",  # 90 days × 1300 / 1800
        "dso-count-back": "49.7",  # March 31 days take 900; 400 of February's 600: 28 × 400 / 600 = 18.67
        "best-possible-dso": "45.0",  # 90 × 900 / 1800
        "average-days-delinquent": "20.0",
        "collection-effectiveness": None,  # 0 + 1800 / 3 − 1300 < 0
        "days-to-pay": "32.0",  # (300 × 40 + 200 × 20) / 500
        "days-late": "2.0",  # (300 × 10 − 200 × 10) / 500
        "paid-late-by-number": "100.0",  # only F2026-0001 is paid in full
        "paid-late-by-amount": "60.0",
    }
    assert {name: value(row, name) for name in METRICS} == expected


def test_the_effectiveness_of_a_month_by_hand() -> None:
    row = figures(QUARTER, "2026-03-01", "2026-03-31")
    # (600 + 900 − 1300) / (600 + 900 − 900) = 200 / 600
    assert value(row, "collection-effectiveness") == "33.3"
    assert row.inputs.opening == 600


def test_months_end_and_begin_with_the_same_balance() -> None:
    found = rows(sound_book(QUARTER), "2026-01-15", "2026-03-15", "month")
    assert [(row.period.since.isoformat(), row.period.until.isoformat()) for row in found] == [
        ("2026-01-15", "2026-01-31"), ("2026-02-01", "2026-02-28"), ("2026-03-01", "2026-03-15"),
    ]  # fmt: skip
    for before, after in pairwise(found):
        assert before.inputs.receivables == after.inputs.opening


def test_what_has_no_meaning_says_why_and_is_not_nought() -> None:
    row = figures(invoice("F2026-0001", "2026-01-10", "300"), "2026-02-01", "2026-02-28")
    reasons = {metric.name: str(metric.reason) for metric in row.metrics if metric.value is None}
    assert reasons == {
        "dso": "no sales in the period",
        "best-possible-dso": "no sales in the period",
        "average-days-delinquent": "no sales in the period",
        "days-to-pay": "no money came",
        "days-late": "no money came",
        "paid-late-by-number": "nothing was paid in full",
        "paid-late-by-amount": "no money came",
    }
    assert value(row, "dso-count-back") == "59.0"  # all of January's sales are owed: 28 + 31
    assert rows(sound_book(""), "2026-02-01", "2026-02-28") == ()


def test_a_customer_who_paid_too_much_has_no_days_outstanding() -> None:
    text = invoice("F2026-0001", "2026-01-10", "300") + paid("2026-01-20", "350", "F2026-0001")
    row = figures(text, "2026-01-01", "2026-01-31")
    assert str(row.metric("dso").reason) == str(row.metric("dso-count-back").reason) == "more was paid than is owed"


def test_what_is_older_than_all_sales_has_no_count_back() -> None:
    text = (
        '\n2026-01-01 * "Taken over" ^OLD-1\n  invoice: "OLD-1"\n  kind: "opening"\n  date: 2025-11-03\n'
        f"  {ACME}  500 EUR\n  Equity:Opening\n"
    )
    row = figures(text + invoice("F2026-0001", "2026-02-10", "100"), "2026-01-01", "2026-02-28")
    assert str(row.metric("dso-count-back").reason) == "500 is owed from before the first sales"
    assert row.inputs.sales == 100


def test_money_on_the_account_is_taken_off_what_is_late_first() -> None:
    text = invoice("F2026-0001", "2026-01-10", "300", "2026-01-20") + paid("2026-01-30", "100")
    assert figures(text, "2026-01-01", "2026-01-31").inputs[2:5] == (D(200), ZERO, D(200))


def test_a_debit_that_bounced_is_no_payment() -> None:
    text = invoice("F2026-0001", "2026-01-10", "300") + paid("2026-01-20", "300", "F2026-0001")
    text += f'\n2026-01-25 * "Rejected" ^F2026-0001\n  {ACME}  300 EUR\n  Assets:Bank\n'
    row = figures(text, "2026-01-01", "2026-01-31")
    assert (row.inputs.received, row.inputs.paid) == (ZERO, 0)
    assert figures(text, "2026-01-01", "2026-01-24").inputs.received == 300


def test_losses_and_discounts_are_no_money() -> None:
    text = invoice("F2026-0001", "2026-01-10", "300") + (
        f'\n2026-01-25 * "Lost" ^F2026-0001 #write-off\n  {ACME}  -300 EUR\n  Expenses:BadDebt\n'
    )
    row = figures(text, "2026-01-01", "2026-01-31")
    assert (row.inputs.received, row.inputs.paid, value(row, "dso")) == (ZERO, 0, "0.0")


TWO_CURRENCIES = invoice("F2026-0001", "2026-01-10", "300") + invoice(
    "F2026-0002", "2026-01-12", "100", "", KIEFER, "USD"
)


def test_currencies_are_summed_up_at_the_last_days_price() -> None:
    text = TWO_CURRENCIES + "\n2026-01-05 price USD 0.80 EUR\n2026-01-20 price EUR 2 USD\n2026-02-05 price USD 3 EUR\n"
    book = book_of(text)
    found = rows(book, "2026-01-01", "2026-01-31")
    assert [(row.currency, row.in_books_currency, row.inputs.sales) for row in found] == [
        ("EUR", False, D(300)), ("USD", False, D(100)), ("EUR", True, D(350)),
    ]  # fmt: skip
    assert without_rate(book, found) == ()


def test_without_a_price_nothing_is_summed_up() -> None:
    book = book_of(TWO_CURRENCIES)
    found = rows(book, "2026-01-01", "2026-01-31")
    assert [row.currency for row in found] == ["EUR", "USD"]
    assert without_rate(book, found) == ("USD",)


def test_customers_by_name_and_only_those_wanted() -> None:
    book = book_of(TWO_CURRENCIES)
    found = rows(book, "2026-01-01", "2026-01-31", "customer")
    assert [row.name for row in found] == ["Acme SAS", "Kiefer GmbH"]
    period = Period(date(2026, 1, 1), date(2026, 1, 31))
    assert [row.currency for row in metrics(book, period, allocate(book, period.until), "", (KIEFER,))] == ["USD"]


def test_the_twelve_months_until_a_day() -> None:
    assert year_until(date(2026, 2, 28)) == (date(2025, 3, 1), date(2026, 2, 28))
    assert year_until(date(2026, 11, 29)).months == 12


# drawn ledgers ----------------------------------------------------------------------------------------------------------


def _nearest(number: Decimal) -> Decimal:
    return number.quantize(D("0.1"), ROUND_HALF_UP)


@given(ledgers(), st.integers(0, 150))
def test_the_past_is_as_a_report_of_that_day_says(parts: tuple[Part, ...], offset: int) -> None:
    """Whatever the allocation of a later day is: what was open, and which money had come, as of an earlier one."""
    book = book_of("\n\n".join(part.text for part in parts))
    day = date(2026, 1, 1) + timedelta(days=offset)
    then, last = allocate(book, day), allocate(book, max(book.last_date, day))
    still_open = OpenHistory(book, last).at(day)
    assert set(still_open) == set(OpenHistory(book, then).at(day))
    assert sorted(map(str, received_amounts(book, day, last))) == sorted(map(str, received_amounts(book, day, then)))
    owed = {(row.account, row.currency): row.total for row in aging(book, day).rows if row.total}
    rows = receivables_on(book, day, still_open, AccountBalances(book).at(day))
    found = {(row.account, row.currency): row.current + row.overdue for row in rows}
    assert {key: amount for key, amount in found.items() if amount} == owed


@given(
    st.lists(
        st.tuples(
            st.integers(0, 85), st.integers(1, 9000), st.integers(0, 60), st.integers(0, 100), st.integers(0, 9000)
        ),
        min_size=1,
        max_size=8,
    )
)
def test_a_second_model_counts_the_same(drawn: list[tuple[int, int, int, int, int]]) -> None:
    """Invoices with a term and one payment each, counted again day by day from nothing but the numbers drawn."""
    start, end = date(2026, 1, 1), date(2026, 3, 31)
    text, facts = "", []
    for place, (day, amount, term, delay, share) in enumerate(drawn, 1):
        issued = start + timedelta(days=day)
        due, came = issued + timedelta(days=term), issued + timedelta(days=delay)
        money = min(amount, share)
        text += invoice(f"F2026-{place:04}", issued.isoformat(), str(amount), due.isoformat())
        text += paid(came.isoformat(), str(money), f"F2026-{place:04}") if money else ""
        facts.append((issued, due, amount, came, money if came <= end else 0))
    (row,) = rows(book_of(text), start.isoformat(), end.isoformat())
    sold = sum(amount for _issued, _due, amount, _came, _money in facts)
    owed = sum(amount - money for _issued, _due, amount, _came, money in facts)
    late = sum(amount - money for _issued, due, amount, _came, money in facts if due < end)
    assert row.metric("dso").value == _nearest(D(90 * owed) / sold)
    assert row.metric("best-possible-dso").value == _nearest(D(90 * (owed - late)) / sold)
    received = sum(money for *_rest, money in facts)
    if received:
        days = sum(money * (came - issued).days for issued, _due, _amount, came, money in facts)
        behind = sum(money * (came - due).days for _issued, due, _amount, came, money in facts)
        assert row.metric("days-to-pay").value == _nearest(D(days) / received)
        assert row.metric("days-late").value == _nearest(D(behind) / received)
        lates = sum(money for _issued, due, _amount, came, money in facts if came > due)
        assert row.metric("paid-late-by-amount").value == _nearest(D(100 * lates) / received)
    whole = [(due, came) for _issued, due, amount, came, money in facts if money == amount]
    assert (row.inputs.paid, row.inputs.paid_late) == (len(whole), sum(came > due for due, came in whole))
    assert row.metric("dso-count-back").value == _count_back(owed, facts)
    for metric in row.metrics:
        for step in metric.steps:
            assert recompute(step) == step.result


def _count_back(owed: int, facts: list[tuple[date, date, int, date, int]]) -> Decimal | None:
    """Day by day from the end: each day takes its share of its month's sales."""
    left, days = D(owed), ZERO
    for month, length in ((3, 31), (2, 28), (1, 31)):
        sold = sum(amount for issued, _due, amount, _came, _money in facts if issued.month == month)
        if left <= 0:
            break
        days += length * min(D(1), left / sold) if sold else length
        left -= min(left, D(sold))
    return _nearest(days)


def test_a_wrong_word_is_no_figure() -> None:
    with pytest.raises(ValueError, match="not in"):
        figures(QUARTER, "2026-01-01", "2026-03-31").metric("nonsense")  # type: ignore[arg-type] # that is the point
