"""Three years of a firm with every kind of contract: billed each month, each week, or all at once, it comes to the same."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beancount_invoicing import billing
from beancount_invoicing.checks import check
from beancount_invoicing.model import ZERO, Book
from beancount_invoicing.rules.steps import recompute
from beancount_invoicing.writing import text
from tests.ledgers import book_of, month_ends

START, END = date(2026, 1, 1), date(2028, 12, 31)

FIRM = """
2025-01-01 commodity HOUR
2025-01-01 open Assets:Time HOUR
2025-01-01 open Assets:Time:Capped HOUR
2025-01-01 open Equity:Time HOUR
2025-01-01 open Assets:Receivable:Acme:Retention
2025-01-01 custom "invoice-option" "deposit-account" Liabilities:Deposits
2025-01-01 custom "invoice-customer" Assets:Receivable:Kiefer
  vat-id: "DE136695976"
2025-01-01 custom "invoice-option" "default-tax" "FR20"
2026-01-01 custom "invoice-index" "SYNTEC" 300.0
2026-12-15 custom "invoice-index" "SYNTEC" 309.7
2027-12-15 custom "invoice-index" "SYNTEC" 298.1

2026-01-31 custom "invoice-contract" Assets:Receivable:Acme "ENDS" "subscription"
  item: "DEV"
  quantity: 3
  every: "month"
  until: 2028-11-15
  prorate: TRUE
; A quarter of an hour is whole cents: each line is rounded, so where it were not, more lines would round more often.
2027-05-17 custom "invoice-item" "DEV"
  price: 103.60
2026-02-11 custom "invoice-contract" Assets:Receivable:Acme "AHEAD" "subscription"
  text: "Support"
  account: Income:Services
  price: 333.33
  every: "3 months"
  anchor: 2026-01-01
  bill: "advance"
  prorate: TRUE
2026-08-20 custom "invoice-contract" Assets:Receivable:Acme "AHEAD"
  paused: TRUE
2026-11-05 custom "invoice-contract" Assets:Receivable:Acme "AHEAD"
  paused: FALSE
  price: 366.67
2026-02-28 custom "invoice-contract" Assets:Receivable:Kiefer "INDEXED" "subscription"
  text: "Licence"
  account: Income:Services
  price: 777.77
  every: "month"
  bill: "advance"
  index: "SYNTEC"
  index-share: 80
  index-floor: 0
  index-cap: 2.5
2026-03-01 custom "invoice-contract" Assets:Receivable:Acme "SITE" "fixed"
  text: "Website"
  account: Income:Services
  price: 10000.01
  purchase-order: "PO-17"
  retention: 5
  retention-account: Assets:Receivable:Acme:Retention
2026-03-01 custom "invoice-milestone" "SITE" "Order"
  percent: 30
  deposit: TRUE
2026-06-15 custom "invoice-milestone" "SITE" "Half"
  cumulative: 47.5
2026-11-30 custom "invoice-milestone" "SITE" "Done"
  cumulative: 100
2026-01-01 custom "invoice-contract" Assets:Receivable:Acme "HOURS" "time"
  item: "DEV"
  time: Assets:Time
  group: "time"
  markup: 7.5
  expense-account: Income:Services
2026-01-01 custom "invoice-contract" Assets:Receivable:Acme "CAPPED" "time"
  item: "DEV"
  time: Assets:Time:Capped
  lines: "day"
  cap: 1500.00
"""


@cache
def firm() -> str:
    """The firm with its time and expenses."""
    parts = [FIRM]
    for number, day in enumerate(START + timedelta(days=step) for step in range(0, 1090, 9)):
        hours = Decimal(number % 7 + 1) / 4
        account = "Assets:Time:Capped" if number % 5 == 0 else "Assets:Time"
        free = "    non-billable: TRUE\n" if number % 11 == 3 else ""
        parts.append(f'{day} * "Work"\n  {account}  {hours} HOUR\n{free}  Equity:Time\n')
        if number % 13 == 4:
            parts.append(
                f'{day} * "Train"\n  Expenses:Office  {17 + hours} EUR\n    billable: "HOURS"\n  Assets:Bank\n'
            )
    return "\n".join(parts)


@cache
def untouched() -> Book:
    """The firm before anything was billed."""
    return book_of(firm())


def billed_on(days: Iterable[date]) -> str:
    """The firm's ledger after it was billed on these days."""
    ledger = firm()
    for day in days:
        book = untouched() if ledger == firm() else book_of(ledger)
        waiting, notices = billing.unbilled_lines(book, day)
        assert all("the cap of" in notice.message for notice in notices)
        drafts, more = billing.compose_drafts(book, waiting, day, billing.next_numbers(book))
        assert not more
        ledger += "".join("\n" + text.document_transaction(draft) for draft in drafts)
    return ledger


def sums(book: Book) -> dict[str, Decimal]:
    """What was billed: the net of each contract's lines, deposits and their deductions, and the time that is left."""
    result: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)
    for invoice in book.invoices:
        for line in invoice.lines:
            result[f"{line.contract} {'deposit' if invoice.kind == 'deposit' else 'net'}"] += line.net
        for deduction in invoice.deductions:
            result[f"deducted {deduction.tax}"] += deduction.amount
        result["documents in euros, without tax"] += invoice.net - sum(
            d.amount for d in invoice.deductions if not d.tax
        )
    for work in book.work:
        result[work.account] += work.quantity
    return dict(result)


def days_billed(book: Book, contract: str) -> list[date]:
    """Every day of the contract's periods, as often as it is billed."""
    return sorted(
        line.start + timedelta(days=step)
        for invoice in book.invoices
        for line in invoice.lines
        if line.contract == contract and line.start and line.end
        for step in range((line.end - line.start).days + 1)
    )


@cache
def monthly() -> Book:
    """The firm, billed at each month's end."""
    return book_of(billed_on(month_ends(START, END)))


def test_all_at_once_comes_to_the_same_as_month_by_month() -> None:
    assert sums(book_of(billed_on([END]))) == sums(monthly())


@pytest.mark.slow
def test_week_by_week_comes_to_the_same_as_month_by_month() -> None:
    weeks = [START + timedelta(days=step) for step in range(1, (END - START).days, 7)]
    assert sums(book_of(billed_on([*weeks, END]))) == sums(monthly())


def test_the_sums_are_those_that_the_contracts_say() -> None:
    found = sums(monthly())
    assert found["SITE net"] == Decimal("10000.01")
    assert found["SITE deposit"] == found["deducted "] == Decimal("3000.00")
    assert Decimal("1498.96") < found["CAPPED net"] <= Decimal("1500.00")  # no hundredth of an hour more fits
    worked = sum(work.quantity for work in monthly().work if work.quantity > 0 and work.account == "Assets:Time:Capped")
    billed = sum(
        line.quantity or 0 for invoice in monthly().invoices for line in invoice.lines if line.contract == "CAPPED"
    )
    given_away = sum(
        -work.quantity
        for work in monthly().work
        if work.account.endswith("Capped") and not work.billable and work.quantity < 0
    )
    assert found["Assets:Time:Capped"] == worked - billed - given_away
    assert found["Assets:Time"] == 0


def test_each_day_is_billed_once() -> None:
    whole = days_billed(monthly(), "ENDS")
    assert whole == [
        date(2026, 1, 31) + timedelta(days=step) for step in range((date(2028, 11, 15) - date(2026, 1, 31)).days + 1)
    ]
    ahead = days_billed(monthly(), "AHEAD")
    paused = (date(2026, 11, 5) - date(2026, 8, 20)).days
    assert len(ahead) == len(set(ahead)) == (END - date(2026, 2, 11)).days + 1 - paused


def test_what_was_written_is_sound_and_nothing_is_left() -> None:
    book = monthly()
    found = [str(finding) for finding in check(book) if finding.severity == "error"]
    assert found == []
    waiting, _notices = billing.unbilled_lines(book, END)
    assert waiting == []


def test_every_line_can_be_worked_out_again() -> None:
    waiting, _notices = billing.unbilled_lines(untouched(), END)
    assert len(waiting) > 100
    for line in waiting:
        assert [recompute(step) for step in line.line.steps] == [step.result for step in line.line.steps]


days = st.lists(st.dates(START, END), min_size=1, max_size=4, unique=True).map(sorted)


@given(days)
def test_whenever_it_is_billed_billed_and_unbilled_are_the_whole(those: list[date]) -> None:
    """On the last of any days of billing: what is billed and what waits is what would wait had nothing been billed."""
    day = those[-1]
    whole: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)
    for line in billing.unbilled_lines(untouched(), day)[0]:
        whole[f"{line.contract.code} {'deposit' if line.kind == 'deposit' else 'net'}"] += line.line.net
    book = book_of(billed_on(those[:-1])) if those[1:] else untouched()
    now = {name: amount for name, amount in sums(book).items() if name.split(" ")[-1] in {"net", "deposit"}}
    for line in billing.unbilled_lines(book, day)[0]:
        name = f"{line.contract.code} {'deposit' if line.kind == 'deposit' else 'net'}"
        now[name] = now.get(name, ZERO) + line.line.net
    assert now == dict(whole)
