"""What is open by due month, and its ages over time: by hand, and equal to the aged balance of each day."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from beancount import loader as beancount_loader
from beancount.core.data import Transaction
from hypothesis import given
from hypothesis import strategies as st

from beancount_invoicing.cash import BalanceHistory, ages_over_time, metrics, open_by_due_date, recent
from beancount_invoicing.cash.history import SALES, OpenHistory
from beancount_invoicing.cash.periods import Interval, Period
from beancount_invoicing.ledger import open_ledger
from beancount_invoicing.model import NOT_YET, ZERO, Book
from beancount_invoicing.receivables import aging, allocate
from tests.cash.test_metrics import KIEFER, QUARTER, invoice, paid
from tests.ledgers import EXAMPLE, TESTS, book_of, sound_book
from tests.properties.test_ledgers import Part, ledgers

D = Decimal
DAY = date(2026, 3, 31)


def balances(book: Book, day: date = DAY) -> BalanceHistory:
    return BalanceHistory(book, allocate(book, max(book.last_date, day)))


def test_by_due_month_and_age_by_hand() -> None:
    found = open_by_due_date(DAY, balances(sound_book(QUARTER)).at(DAY)[1])
    assert [(row.begins, row.ages, row.total) for row in found] == [
        (date(2026, 3, 1), (ZERO, D(400), ZERO, ZERO, ZERO), D(400)),  # due on 12 March: 19 days late
        (date(2026, 4, 1), (D(900), ZERO, ZERO, ZERO, ZERO), D(900)),
    ]
    assert [item.invoice.number for row in found for item in row.items] == ["F2026-0002", "F2026-0003"]


def test_by_quarter_and_by_year() -> None:
    still_open = balances(sound_book(QUARTER)).at(DAY)[1]
    intervals: tuple[Interval, ...] = ("quarter", "year")
    assert [[row.begins for row in open_by_due_date(DAY, still_open, interval)] for interval in intervals] == [
        [date(2026, 1, 1), date(2026, 4, 1)],
        [date(2026, 1, 1)],
    ]


def test_what_has_no_due_date_yet_comes_last() -> None:
    first, second = balances(sound_book(QUARTER)).at(DAY)[1]
    waiting = first._replace(instalment=first.instalment._replace(due=NOT_YET))
    found = open_by_due_date(DAY, [waiting, second])
    assert [(row.begins, row.ages[0]) for row in found] == [(date(2026, 4, 1), D(900)), (None, D(400))]


def test_ages_over_time_by_hand() -> None:
    text = QUARTER + paid("2026-03-20", "50")  # it names no document
    days = [date(2026, 1, 31), date(2026, 2, 28), DAY]
    found = ages_over_time(balances(sound_book(text)), days)
    assert [(row.ages[:2], row.unallocated, row.total) for row in found] == [
        ((D(300), ZERO), ZERO, D(300)),
        ((D(600), ZERO), ZERO, D(600)),
        ((D(900), D(400)), D(-50), D(1250)),
    ]


def test_a_currency_begins_when_something_is_owed_in_it() -> None:
    text = QUARTER + invoice("F2026-0009", "2026-02-12", "100", "", KIEFER, "USD")
    text += paid("2026-03-02", "100", "F2026-0009", KIEFER, "USD")
    days = [date(2026, 1, 31), date(2026, 2, 28), DAY]
    found = ages_over_time(balances(sound_book(text)), days)
    assert [(row.day, row.total) for row in found if row.currency == "USD"] == [(days[1], D(100)), (DAY, ZERO)]


def test_the_last_months_quarters_and_years() -> None:
    day = date(2026, 11, 15)
    assert recent(day, "month") == (date(2025, 12, 1), day)
    assert recent(day, "quarter") == (date(2025, 1, 1), day)
    assert recent(day, "year") == (date(2022, 1, 1), day)
    assert [part.since for part in Period(date(2026, 2, 10), day).by("quarter")] == [
        date(2026, 2, 10), date(2026, 4, 1), date(2026, 7, 1), date(2026, 10, 1),
    ]  # fmt: skip


@pytest.mark.parametrize("ledger", [EXAMPLE, *sorted((TESTS / "golden").glob("re*.beancount"))])
def test_each_month_end_is_the_aged_balance_of_that_day(ledger: Path) -> None:
    book = open_ledger(ledger).book
    days = [part.until for part in recent(book.last_date, "month").by("month")]
    found = {(row.day, row.currency): row for row in ages_over_time(balances(book, book.last_date), days)}
    for day in days:
        totals = {total.currency: total for total in aging(book, day).totals}
        for (shown_day, currency), row in found.items():
            if shown_day == day and row.total:
                total = totals[currency]
                assert ((total.not_due, *total.buckets), total.unallocated) == (row.ages, row.unallocated)
        assert {key for key, total in totals.items() if total.total} <= {cur for then, cur in found if then == day}


@pytest.mark.parametrize("ledger", [EXAMPLE, TESTS / "golden" / "receivables.beancount"])
def test_the_journal_gives_the_same_balances_and_sales(ledger: Path) -> None:
    """Counted from Beancount's own postings: what is on customers' accounts, and what documents without drafts have put there."""
    entries = beancount_loader.load_file(str(ledger))[0]
    book = open_ledger(ledger).book
    drafts = {invoice.number for invoice in book.invoices if invoice.draft}
    numbers = {invoice.number for invoice in book.invoices if invoice.kind in SALES and not invoice.draft}
    posted = [
        (entry.date, posting.units.currency, posting.units.number or ZERO, str(entry.meta.get("invoice", "")))
        for entry in entries
        if isinstance(entry, Transaction)
        for posting in entry.postings
        if posting.account in book.main_accounts and posting.units
    ]
    history, period = balances(book, book.last_date), recent(book.last_date, "month")
    for row in ages_over_time(history, [part.until for part in period.by("month")]):
        journal = [
            amount
            for day, currency, amount, number in posted
            if day <= row.day and currency == row.currency and number not in drafts
        ]
        assert sum(journal, ZERO) == row.total
    for figures in metrics(book, period, allocate(book, book.last_date), "month", balances=history):
        journal = [
            amount
            for day, currency, amount, number in posted
            if figures.period.since <= day <= figures.period.until
            and currency == figures.currency
            and number in numbers
        ]
        assert figures.in_books_currency or sum(journal, ZERO) == figures.inputs.sales


@given(ledgers(), st.integers(0, 150))
def test_drawn_ledgers_agree_with_the_aged_balance(parts: tuple[Part, ...], offset: int) -> None:
    book = book_of("\n\n".join(part.text for part in parts))
    day = date(2026, 1, 1) + timedelta(days=offset)
    history = balances(book, day)
    totals = {total.currency: total for total in aging(book, day).totals}
    for row in ages_over_time(history, [day]):
        total = totals.get(row.currency)
        shown = (row.ages, row.unallocated)
        assert shown == (((total.not_due, *total.buckets), total.unallocated) if total else ((ZERO,) * 5, ZERO))
    by_currency: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)
    for due in open_by_due_date(day, history.at(day)[1]):
        by_currency[due.currency] += due.total
        assert due.total == sum((item.open for item in due.items), ZERO)
    claims = {total.currency: total.not_due + sum(total.buckets, ZERO) for total in totals.values()}
    assert {key: amount for key, amount in by_currency.items() if amount} == {
        key: amount for key, amount in claims.items() if amount
    }


@given(
    st.lists(
        st.tuples(st.integers(0, 150), st.integers(1, 9000), st.integers(0, 90), st.integers(0, 120)),
        min_size=1,
        max_size=8,
    )
)
def test_a_second_model_counts_the_same(drawn: list[tuple[int, int, int, int]]) -> None:
    """Invoices paid in full after some days, counted again from nothing but the numbers drawn."""
    text, facts = "", []
    for place, (day, amount, term, delay) in enumerate(drawn, 1):
        issued = date(2026, 1, 1) + timedelta(days=day)
        due, came = issued + timedelta(days=term), issued + timedelta(days=delay)
        text += invoice(f"F2026-{place:04}", issued.isoformat(), str(amount), due.isoformat())
        text += paid(came.isoformat(), str(amount), f"F2026-{place:04}")
        facts.append((issued, due, amount, came))
    book, end = book_of(text), date(2026, 6, 30)
    history = balances(book, end)
    open_now = [(due, amount) for issued, due, amount, came in facts if issued <= end < came]
    expected: defaultdict[tuple[date, int], int] = defaultdict(int)
    for due, amount in open_now:
        late = (end - due).days
        expected[due.replace(day=1), sum(late > bound for bound in (0, 30, 60, 90))] += amount
    found = {
        (row.begins, age): amount
        for row in open_by_due_date(end, history.at(end)[1])
        for age, amount in enumerate(row.ages)
        if amount
    }
    assert found == expected
    rows = metrics(book, recent(end, "month"), allocate(book, book.last_date), "month", balances=history)
    for row in rows:
        month = row.period.since.month
        assert row.inputs.sales == sum(amount for issued, _due, amount, _came in facts if issued.month == month)
        assert row.inputs.received == sum(amount for _i, _due, amount, came in facts if came.month == month)
        assert row.inputs.opening + row.inputs.sales - row.inputs.received == row.inputs.receivables


def test_a_history_of_some_customers_has_only_theirs() -> None:
    book = sound_book(QUARTER + invoice("F2026-0009", "2026-02-12", "100", "", KIEFER))
    allocated = allocate(book, DAY)
    owed, still_open = BalanceHistory(book, allocated).at(DAY, (KIEFER,))
    assert [balance.customer for balance in owed] == [item.customer for item in still_open] == [KIEFER]
    assert len(OpenHistory(book, allocated).at(DAY)) == 3
