"""A year with every case of receivables (tests/golden/receivables.beancount): on each day the reports meet the books."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal

import pytest
from beancount import loader
from beancount.core.data import Transaction

from beancount_invoicing.entries import read_book
from beancount_invoicing.model import ZERO
from beancount_invoicing.receivables import aging, positions, statements, tax_due
from tests.ledgers import TESTS

FIRST, LAST = date(2026, 1, 1), date(2027, 12, 31)


@pytest.mark.parametrize("step", [3, pytest.param(1, marks=pytest.mark.slow)])
def test_every_day_of_two_years(step: int) -> None:
    """Each third day; each day in `make proof`."""
    entries, errors, options = loader.load_file(str(TESTS / "golden" / "receivables.beancount"))
    assert not errors
    book = read_book(entries, options)
    moves: defaultdict[date, list[tuple[str, str, Decimal]]] = defaultdict(list)
    for entry in entries:
        if isinstance(entry, Transaction):
            for posting in entry.postings:
                if posting.units is not None and posting.units.number is not None:
                    moves[entry.date].append((posting.account, posting.units.currency, posting.units.number))
    balances: defaultdict[tuple[str, str], Decimal] = defaultdict(lambda: ZERO)
    for day in (FIRST + timedelta(days=count) for count in range((LAST - FIRST).days + 1)):
        for account, currency, amount in moves[day]:
            balances[account, currency] += amount
        if day.toordinal() % step:
            continue
        books = {key: amount for key, amount in balances.items() if amount and key[0] in book.main_accounts}
        for basis in ("due", "invoice"):
            report = aging(book, day, basis=basis)
            rows = {(row.account, row.currency): row.total + row.drafts for row in report.rows}
            assert {key: amount for key, amount in rows.items() if amount} == books, day
        owed: defaultdict[tuple[str, str], Decimal] = defaultdict(lambda: ZERO)
        for (account, currency), amount in books.items():
            owed[book.main_accounts[account], currency] += amount
        for since in (None, FIRST, day - timedelta(days=45), day):
            found = {
                (statement.customer.account, currency.currency): currency
                for statement in statements(book, day, since if since is None or since <= day else None)
                for currency in statement.currencies
            }
            assert {
                key: currency.closing + currency.drafts
                for key, currency in found.items()
                if currency.closing or currency.drafts
            } == {key: amount for key, amount in owed.items() if amount}, day
        for position in positions(book, day):
            assert sum((allocation.amount for allocation in position.allocations), ZERO) == position.settled
        for total in tax_due(book, day).totals:
            assert total.to_move == total.to_cancel == 0, day
            waits = total.booked - total.due - total.cancelled
            assert waits == -balances[total.pending.account, total.pending.currency], day


def test_what_is_left_in_the_end() -> None:
    """Of all that only the second instalment of F2026-0003, and a payment without a reference."""
    entries, _errors, options = loader.load_file(str(TESTS / "golden" / "receivables.beancount"))
    book = read_book(entries, options)
    open_ = {position.invoice.number: position.open for position in positions(book, LAST) if position.open}
    assert open_ == {"F2026-0003": Decimal("840.00")}
    (row,) = (row for row in aging(book, LAST).rows if row.total)
    assert (row.buckets[-1], row.unallocated, row.total) == (Decimal("840.00"), Decimal("-50.00"), Decimal("790.00"))
    (total,) = tax_due(book, LAST).totals
    assert (str(total.due), str(total.cancelled)) == ("198.00", "102.00")
