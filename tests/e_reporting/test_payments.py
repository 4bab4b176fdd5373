"""What is reported of payments adds up to `tax-due`, and to the money that came: on generated ledgers and on the example."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from beancount_invoicing.e_reporting.payments import (
    ReportedReceipt,
    daily_receipts,
    invoice_receipts,
    reported_receipts,
)
from beancount_invoicing.ledger import open_ledger
from beancount_invoicing.model import ZERO, Book
from beancount_invoicing.receivables import allocate, tax_due
from tests.ledgers import EXAMPLE, TESTS, book_of, month_ends
from tests.properties.test_taxes import TAX, Part, ledgers

AS_OF = date(2026, 12, 31)
ALWAYS = date(2020, 1, 1)
BUYERS = {
    "212": "",
    "10.2": '2025-06-01 custom "invoice-customer" Assets:Receivable:Acme\n  country: "DE"\n  vat-id: "DE136695976"\n  siren: ""\n',
    "10.4": '2025-06-01 custom "invoice-customer" Assets:Receivable:Acme\n  buyer: "consumer"\n',
}


def sums(pairs: Any) -> dict[Any, Decimal]:
    result: defaultdict[Any, Decimal] = defaultdict(lambda: ZERO)
    for key, amount in pairs:
        result[key] += amount
    return {key: amount for key, amount in result.items() if amount}


def of_tax_due(found: tuple[ReportedReceipt, ...]) -> list[ReportedReceipt]:
    """Without what documents book as due at once, which `tax-due` does not count."""
    return [receipt for receipt in found if receipt.kind != "at-once"]


@settings(max_examples=15)
@given(ledgers(), st.sampled_from(sorted(BUYERS)))
def test_what_is_reported_is_the_tax_due_by_rate_and_month_and_the_money_received(
    parts: tuple[Part, ...], flow: str
) -> None:
    book = book_of(TAX + BUYERS[flow] + "\n\n".join(text for _day, text in parts) + "\n")
    due = tax_due(book, AS_OF)
    found = reported_receipts(book, due, ALWAYS)
    assert {receipt.flow for receipt in found} <= {flow}
    for end in month_ends(date(2026, 1, 1), AS_OF):
        month = [receipt for receipt in of_tax_due(found) if end.replace(day=1) <= receipt.date <= end]
        told = sums((receipt.rate, receipt.tax) for receipt in month)
        assert told == sums((total.rate, total.due) for total in due.within(end.replace(day=1), end).by_rate)
    paid_less_reported(book, found)


def paid_less_reported(book: Book, found: tuple[ReportedReceipt, ...]) -> None:
    """The second way to the amounts: the money that settles each document, but for a cent of each rounding."""
    money: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)
    for allocation in allocate(book, AS_OF).allocations:
        how = allocation.reverses if allocation.how == "reversal" else allocation.how
        if how not in {"write-off", "discount", "credit-note"}:
            money[allocation.invoice.number] += allocation.amount
    told = sums((receipt.number, receipt.amount) for receipt in found)
    for number in {*money, *told}:
        assert abs(money[number] - told.get(number, ZERO)) <= Decimal("0.02"), number


PARTS = (("33.33", "33.34", "33.33"), ("0.05", "0.06", "99.89"), ("100.00",), ("12.34", "50.00"))


@pytest.mark.parametrize("parts", PARTS)
def test_a_payment_that_comes_back_is_the_mirror_of_what_it_was(parts: tuple[str, ...]) -> None:
    ledger = [
        TAX,
        '2026-01-05 * "Work" ^N0\n  invoice: "N0"\n  Assets:Receivable:Acme  100.00 EUR\n  Income:Services  -83.33 EUR\n'
        '    tax: "PAY"\n  Liabilities:Pending  -16.67 EUR\n    tax: "PAY"',
    ]
    for place, amount in enumerate(parts):
        ledger += [
            f'2026-02-{place + 1:02} * "Paid" ^N0\n  Assets:Bank\n  Assets:Receivable:Acme  -{amount} EUR',
            f'2026-03-{28 - place:02} * "Back" ^N0\n  Assets:Bank\n  Assets:Receivable:Acme  {amount} EUR',
        ]
    book = book_of("\n\n".join(ledger) + "\n")
    found = reported_receipts(book, tax_due(book, AS_OF), ALWAYS)
    came = [(receipt.base, receipt.tax) for receipt in found if receipt.kind == "payment"]
    went = [(-receipt.base, -receipt.tax) for receipt in found if receipt.kind == "back"]
    assert len(came) == len(parts)
    assert came == went[::-1]


@pytest.mark.parametrize(
    "file", [EXAMPLE, *sorted((TESTS / "golden").glob("tax-*.beancount"))], ids=lambda file: file.stem
)
def test_the_example_and_the_golden_ledgers_add_up(file: Any) -> None:
    book = open_ledger(str(file)).book
    due = tax_due(book, date(2026, 12, 31))
    found = reported_receipts(book, due, ALWAYS)
    told = sums((receipt.rate, receipt.tax) for receipt in of_tax_due(found))
    documents = book.invoices_by_number()
    assert told == sums(
        (share.rate, share.amount) for share in due.tax_shares if share.is_due and share.number in documents
    )
    assert told == sums((total.rate, total.due) for total in due.by_rate)
    by_flow = sums((receipt.flow, receipt.amount) for receipt in found)
    assert by_flow.get("212", ZERO) == total_of(invoice_receipts(found, "212"))
    assert by_flow.get("10.4", ZERO) == total_of(daily_receipts(found))


def total_of(groups: Any) -> Decimal:
    return sum((at_rate.amount for group in groups for at_rate in group.amounts), ZERO)
