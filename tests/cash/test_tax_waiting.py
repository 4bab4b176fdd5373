"""The tax that waits for payments, summed up for the forecast: as the report of pending taxes books it, document by document."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import Decimal

import pytest

from beancount_invoicing.ledger import open_ledger
from beancount_invoicing.receivables.pending_taxes import pending_tax_by_document, tax_waiting
from tests.ledgers import EXAMPLE


@pytest.mark.parametrize("day", [date(2025, 6, 30), date(2026, 5, 15), date(2026, 12, 31)])
def test_the_sums_are_those_of_each_document(day: date) -> None:
    book = open_ledger(EXAMPLE).book
    expected: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for number, taxes in pending_tax_by_document(book, day).items():
        for key, tax in taxes.items():
            expected[number, key.currency] += tax.booked
    found = tax_waiting(book, day)
    assert {place: amount for place, amount in found.items() if place[0] in {number for number, _ in expected}} == dict(
        expected
    )
    assert expected
