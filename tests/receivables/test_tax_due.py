"""Tax that is owed only once paid: part payments, credit notes, write-offs, bounced debits; and that parts add up."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beancount_invoicing.checks import check
from beancount_invoicing.model import Book
from beancount_invoicing.receivables import TaxDue, tax_due
from beancount_invoicing.rules.steps import recompute
from tests.ledgers import book_of

DAY = date(2026, 12, 31)
TAXES = """
2025-01-01 custom "invoice-tax" "FR20E" "TVA 20 %" Liabilities:VAT
  rate: 20
  due-on: "payment"
  pending: Liabilities:Pending
2025-01-01 open Liabilities:Pending
"""
INVOICE = """
2026-01-10 * "Work" ^{number}
  invoice: "{number}"
  Assets:Receivable:Acme  {total} EUR
  Income:Services  {net} EUR
    text: "Work"
    tax: "FR20E"
  Liabilities:Pending  {tax} EUR
    tax: "FR20E"
"""


def invoice(number: str, total: str, net: str, tax: str) -> str:
    return INVOICE.format(number=number, total=total, net=f"-{net}".replace("--", ""), tax=f"-{tax}".replace("--", ""))


def paid(day: str, amount: str, number: str, moved: str = "0.00", tag: str = "", account: str = "Assets:Bank") -> str:
    """A payment, and what its transaction moves of the tax."""
    text = f'\n{day} * "Paid" ^{number} {tag}\n  {account}\n  Assets:Receivable:Acme  -{amount} EUR\n'.replace("--", "")
    if Decimal(moved):
        text += (
            f'  Liabilities:Pending  {moved} EUR\n    tax: "FR20E"\n  Liabilities:VAT  -{moved} EUR\n    tax: "FR20E"\n'
        )
    return text.replace("--", "")


def due(ledger: str, day: date = DAY) -> TaxDue:
    return tax_due(book_of(TAXES + ledger), day)


def shares(ledger: str) -> list[tuple[str, str]]:
    return [(one.number, str(one.amount)) for one in due(ledger).shares]


WORK = invoice("F2026-0001", "1200.00", "1000.00", "200.00")


def test_half_is_paid_half_is_due() -> None:
    assert shares(WORK + paid("2026-07-12", "600.00", "F2026-0001")) == [("F2026-0001", "100.00")]


def test_nothing_is_due_before_payment() -> None:
    assert due(WORK + paid("2026-07-12", "600.00", "F2026-0001"), date(2026, 7, 11)).shares == ()


def test_thirds_add_up_to_the_cent() -> None:
    ledger = invoice("F2026-0001", "100.00", "83.33", "16.67")
    for day in ("2026-02-01", "2026-03-01", "2026-04-01"):
        ledger += paid(day, "33.33", "F2026-0001")
    ledger += paid("2026-05-01", "0.01", "F2026-0001")
    assert [amount for _number, amount in shares(ledger)] == ["5.56", "5.55", "5.56"]
    assert sum(Decimal(amount) for _number, amount in shares(ledger)) == Decimal("16.67")


def test_what_the_books_moved_is_compared() -> None:
    (total,) = due(WORK + paid("2026-07-12", "600.00", "F2026-0001", moved="90.00")).totals
    assert (str(total.booked), str(total.due), str(total.moved), str(total.to_move)) == (
        "200.00",
        "100.00",
        "90.00",
        "10.00",
    )


def test_check_warns_where_it_was_not_moved_and_only_there() -> None:
    def rules(ledger: str) -> set[str]:
        return {one.rule for one in check(book_of(TAXES + ledger)) if one.rule.startswith("tax")}

    assert rules(WORK + paid("2026-07-12", "600.00", "F2026-0001")) == {"tax-due"}
    assert rules(WORK + paid("2026-07-12", "600.00", "F2026-0001", moved="100.00")) == set()
    assert rules(WORK) == set()


def test_a_bounced_debit_takes_it_back() -> None:
    bounced = '\n2026-08-01 * "Returned" ^F2026-0001\n  Assets:Receivable:Acme  1200.00 EUR\n  Assets:Bank\n'
    ledger = WORK + paid("2026-07-12", "1200.00", "F2026-0001") + bounced
    assert shares(ledger) == [("F2026-0001", "200.00"), ("F2026-0001", "-200.00")]


def test_what_is_written_off_is_cancelled_and_never_due() -> None:
    ledger = WORK + paid("2026-07-12", "600.00", "F2026-0001", moved="100.00")
    ledger += paid("2026-09-01", "600.00", "F2026-0001", tag="#write-off", account="Expenses:BadDebt")
    (total,) = due(ledger).totals
    assert (str(total.due), str(total.cancelled), str(total.to_cancel)) == ("100.00", "100.00", "100.00")
    assert [one.written_off for one in due(ledger).shares] == [False, True]


NOTE = invoice("A2026-0001", "-240.00", "-200.00", "-40.00").replace(
    'invoice: "A2026-0001"\n', 'invoice: "A2026-0001"\n  corrects: "F2026-0001"\n'
)


def test_a_credit_note_lowers_what_payment_makes_due() -> None:
    (total,) = due(WORK + NOTE + paid("2026-07-12", "960.00", "F2026-0001")).totals
    assert (str(total.booked), str(total.due)) == ("160.00", "160.00")


def test_a_credit_note_under_another_tax_makes_nothing_due() -> None:
    """Goods are credited: the tax on the services waits for its payment as before."""
    mixed = WORK.replace("1200.00", "1320.00") + (
        '  Income:Services  -100.00 EUR\n    text: "Goods"\n    tax: "FR20"\n  Liabilities:VAT  -20.00 EUR\n    tax: "FR20"\n'
    )
    note = (
        '\n2026-02-10 * "Goods back" ^A2026-0001\n  invoice: "A2026-0001"\n  corrects: "F2026-0001"\n'
        "  Assets:Receivable:Acme  -120.00 EUR\n  Income:Services  100.00 EUR\n"
        '    text: "Goods"\n    tax: "FR20"\n  Liabilities:VAT  20.00 EUR\n    tax: "FR20"\n'
    )
    assert shares(mixed + note) == []
    assert shares(mixed + note + paid("2026-07-12", "600.00", "F2026-0001")) == [("F2026-0001", "100.00")]


def test_a_credit_note_that_is_paid_out() -> None:
    out = '\n2026-03-01 * "Refund" ^A2026-0001\n  Assets:Receivable:Acme  240.00 EUR\n  Assets:Bank\n'
    ledger = WORK + paid("2026-01-20", "1200.00", "F2026-0001") + NOTE.replace('  corrects: "F2026-0001"\n', "") + out
    assert shares(ledger) == [("F2026-0001", "200.00"), ("A2026-0001", "-40.00")]


def test_drafts_and_open_items_taken_over_are_left_alone() -> None:
    draft = WORK.replace("2026-01-10 *", "2026-01-10 !").replace('"F2026-0001"', '"draft-1"')
    opening = (
        '\n2026-01-01 * "Taken over"\n  kind: "opening"\n  Assets:Receivable:Acme  120.00 EUR\n    invoice: "OLD-1"\n'
        "  Liabilities:Pending  -20.00 EUR\n  Equity:Opening  -100.00 EUR\n"
    )
    ledger = draft + opening + paid("2026-02-01", "120.00", "OLD-1", moved="20.00")
    assert all(total.to_move == 0 for total in due(ledger).totals)


@given(st.lists(st.integers(1, 40000), min_size=1, max_size=6), st.integers(1, 200000))
def test_parts_always_add_up(payments: list[int], net: int) -> None:
    tax = (Decimal(net) / 100 * 20 / 100).quantize(Decimal("0.01"), rounding="ROUND_HALF_UP")
    total = Decimal(net) / 100 + tax
    ledger = invoice("F2026-0001", f"{total:.2f}", f"{Decimal(net) / 100:.2f}", f"{tax:.2f}")
    for month, cents in enumerate(payments):
        ledger += paid(f"2026-{month + 2:02}-01", f"{Decimal(cents) / 100:.2f}", "F2026-0001")
    result = due(ledger)
    share = min(sum(payments), int(total * 100))
    exact = tax * share / (total * 100)
    assert abs(sum((one.amount for one in result.shares), Decimal(0)) - exact) <= Decimal("0.005")
    if share == total * 100:
        assert sum((one.amount for one in result.shares), Decimal(0)) == tax
    for one in result.shares:
        assert one.amount > 0
        assert all(recompute(step) == step.result for step in one.steps)
        assert one.steps[-1].result == one.amount


@pytest.fixture(scope="module")
def book() -> Book:
    from beancount_invoicing.actions import open_ledger
    from tests.ledgers import EXAMPLE

    return open_ledger(EXAMPLE).book


@pytest.mark.parametrize("day", [date(2025, 3, 31), date(2025, 12, 31), date(2026, 6, 30), date(2026, 11, 30)], ids=str)
def test_the_example_s_books_moved_every_cent(book: Book, day: date) -> None:
    result = tax_due(book, day)
    assert len(result.totals) >= 1
    for total in result.totals:
        assert total.to_move == total.to_cancel == 0, total
